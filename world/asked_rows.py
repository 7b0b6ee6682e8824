"""Questions as rows of markets over listed lanes, all of one horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from world.adjusted_capacity import with_called_capacity, with_inside_capacity
from world.axes import STAGES, Array, Axes, Whole
from world.border_terms import Rows
from world.control_lanes import approvals, taxed
from world.control_licences import licensed_offers
from world.listed_borders import list_borders
from world.listed_lanes import ListedPriced, list_market
from world.segments import Parts, split_users
from world.setting import Setting
from world.split_setting import split_setting

if TYPE_CHECKING:
    from world.counterfactual import Case


@dataclass(frozen=True)
class AskedRows:
    """The rows of a batch of questions. ``part`` : the setting with these rows; ``axes``, ``final_use`` :
    with two buyers for users that licences are refused to."""

    part: Setting
    axes: Axes
    final_use: Array
    listed: ListedPriced


def ask_standing(setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool) -> AskedRows:
    """Rows of cases that ask about no controls on their ``mineral`` (row,): borders are as they stand."""
    part, lists = split_setting(setting, cases[0].is_later).rows(mineral, cases[0].is_later)
    offers, rows = part.horizon(cases[0].is_later).offers, stage_rows(part, cases)
    listed = list_market(offers, rows, lists, part.terms, part.zone, hubs)
    return AskedRows(part, part.axes, part.final_use, _with_capacity(part, cases, rows, listed))


def ask_controlled(setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool) -> AskedRows:
    """Rows of cases that ask about controls: licences and export taxes are other in each row."""
    part = setting.rows(mineral, cases[0].is_later)
    parts = controlled_parts(part, cases, mineral)
    lists = [
        list_borders(border, hubs, asked.approval_share)
        for border, asked in zip(parts.borders, parts.rows, strict=True)
    ]
    listed = list_market(parts.offers, parts.rows, lists, part.terms, part.zone, hubs)
    listed = _with_capacity(part, cases, parts.rows, listed)
    return AskedRows(part, parts.axes, parts.final_use, listed)


def controlled_parts(setting: Setting, cases: Sequence[Case], mineral: Whole) -> Parts:
    """What the market of each case is made of, controls included; ``setting`` has these rows."""
    asked = [case.controls for case in cases]
    borders = [taxed(border, asked, mineral, stage) for stage, border in enumerate(setting.borders)]
    granted = [approvals(border, asked, mineral, stage) for stage, border in enumerate(borders)]
    rows = zip(stage_rows(setting, cases), granted, strict=True)
    wanted = [replace(row, approval_share=share) for row, share in rows]
    offers = licensed_offers(setting, setting.horizon(cases[0].is_later).offers, asked, mineral)
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
