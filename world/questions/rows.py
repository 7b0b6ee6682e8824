"""Questions as rows of markets over listed lanes, all of one horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from world.axes import REFINED, STAGES, Array, Axes, Whole
from world.lanes.listed import ListedPriced, list_market, list_stage
from world.lanes.listed_borders import OF_BUYERS, list_borders
from world.lanes.terms import Rows
from world.licences.segments import Parts, more_users, origins, split_stage, split_users, with_refused
from world.offers import Offers
from world.questions.adjusted_capacity import with_called_capacity, with_inside_capacity
from world.questions.control_lanes import approvals, controlled_stages, taxed
from world.questions.control_licences import licensed_offers
from world.questions.setting import Places, Setting
from world.questions.split_setting import split_setting

if TYPE_CHECKING:
    from world.counterfactual import Case


@dataclass(frozen=True)
class AskedRows:
    """The rows of a batch of questions. ``part`` : the setting with these rows, as licences stand; ``axes``,
    ``final_use`` : with two buyers for users that licences are refused to."""

    part: Setting
    axes: Axes
    final_use: Array
    listed: ListedPriced


def ask_rows(setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool) -> AskedRows:
    """The rows of cases, each about its ``mineral`` (row,). Borders are as they stand but at those stages at
    which cases ask about controls on their mineral: there licences and export taxes are other in each row.
    """
    is_later = cases[0].is_later
    split, asked = split_setting(setting, is_later), [case.controls for case in cases]
    places = Places.of(split.setting.axes, mineral)
    part, buyers = split.rows(places), split.buyers(places)
    rows, offers = stage_rows(part, cases), list(part.horizon(is_later).offers.stages)
    axes, final_use, listed = part.axes, part.final_use, []
    stages = controlled_stages(asked, mineral)
    plain = setting.rows(mineral, is_later, stages) if stages else part
    for stage, faces in enumerate(split.faces(hubs)):
        if stage not in stages:
            listed.append(faces.rows(mineral, rows[stage], places.nearer(stage)))
            continue
        border = taxed(plain.borders[stage], asked, mineral, stage)
        wanted = replace(rows[stage], approval_share=approvals(border, asked, mineral, stage))
        whole = licensed_offers(plain, plain.horizon(is_later).offers.stages[stage], asked, mineral, stage)
        made = split_stage(plain.axes, stage, whole, border, wanted, is_shared=True)
        origin = origins(made.user, plain.axes.makers_next(stage).shape[1], border.buyers.shape[1])
        lists = list_borders(made.borders, hubs, made.rows.approval_share, origin)
        listed.append(list_stage(made.offers, made.rows, lists, part.terms, part.zone, hubs))
        offers[stage], buyers[stage] = made.offers, [getattr(made.borders, name) for name in OF_BUYERS]
        axes = with_refused(axes, plain.axes, stage, made.user)
        final_use = more_users(plain.final_use, made.user) if stage == REFINED else final_use
    market = list_market(offers, listed, buyers)
    return AskedRows(part, axes, final_use, _with_capacity(part, cases, rows, market))


def controlled_parts(setting: Setting, cases: Sequence[Case], mineral: Whole) -> Parts:
    """What the market of each case is made of, controls included; ``setting`` has these rows."""
    asked = [case.controls for case in cases]
    borders = [taxed(border, asked, mineral, stage) for stage, border in enumerate(setting.borders)]
    granted = [approvals(border, asked, mineral, stage) for stage, border in enumerate(borders)]
    rows = zip(stage_rows(setting, cases), granted, strict=True)
    wanted = [replace(row, approval_share=share) for row, share in rows]
    whole = setting.horizon(cases[0].is_later).offers.stages
    offers = Offers(
        tuple(licensed_offers(setting, one, asked, mineral, stage) for stage, one in enumerate(whole))
    )
    return split_users(setting.axes, setting.final_use, offers, borders, wanted)


def stage_rows(setting: Setting, cases: Sequence[Case]) -> tuple[Rows, ...]:
    """What the cases ask at each stage, licences as they stand; ``setting`` has these rows."""
    members, floor = np.stack([case.members for case in cases]), np.array([case.floor for case in cases])
    if setting.exempt is not None:
        members = members & ~setting.exempt
    return tuple(
        Rows(
            members & floor[:, None],
            np.where(floor, setting.reference_usd_t[:, stage], np.nan),
            np.where(floor, setting.zone_tariff_share[:, stage], 0.0),
            np.where(floor, setting.zone_duty_usd_t[:, stage], 0.0),
            all_spot=cases[0].is_later,
        )
        for stage in range(len(STAGES))
    )


def _with_capacity(
    setting: Setting, cases: Sequence[Case], rows: Sequence[Rows], listed: ListedPriced
) -> ListedPriced:
    """The market with the capacity that a floor would call forth, and that which the cases name."""
    horizon = setting.horizon(cases[0].is_later)
    priced = with_inside_capacity(listed.priced, horizon, setting.axes, rows[0].members)
    return replace(listed, priced=with_called_capacity(priced, [case.capacity_t for case in cases]))
