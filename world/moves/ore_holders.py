"""Governments with ore review their export policies once a year, after the great powers have moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.export_policy import ExportPolicy, OreDecision, OreView
from agents.view import ControlOption
from world.axes import ORE, STAGES, Array
from world.moves.dominant_refiner import held_controls, lift_controls, put_control
from world.moves.refiner_options import output_t
from world.questions.outlooks import Outlooks, ask_all

if TYPE_CHECKING:
    from world.model import TradeWorld

REVIEW_QUARTERS = 4
"""Quarters between two reviews (assumption: with the budget)."""


def holders_due(world: TradeWorld) -> list[tuple[str, ExportPolicy]]:
    """Who reviews its policy this round."""
    due = (world.round - world.decisions_open) % world.clock.rounds(REVIEW_QUARTERS) == 0
    return sorted(world.export_policies.items(), key=lambda pair: pair[0]) if due else []


def move_ore_holders(
    world: TradeWorld, outlooks: Outlooks, holders: Sequence[tuple[str, ExportPolicy]]
) -> None:
    """All look at the same outlooks, so that their order cannot matter; then they act."""
    axes = world.base.axes
    views = [ore_view(world, iso3) for iso3, _ in holders]
    asked = [policy.questions(view) for (_, policy), view in zip(holders, views, strict=True)]
    places = [(axes.country(iso3),) for iso3, _ in holders]
    answers = ask_all(outlooks, list(zip(places, asked, strict=True)))
    for (iso3, policy), view, found in zip(holders, views, answers, strict=True):
        decision: OreDecision = policy.decide(view, found)
        actor = axes.country(iso3)
        lift_controls(world, actor, decision.relent)
        for imposed in decision.impose:
            put_control(world, actor, imposed)
        for reason in decision.reasons:
            world.ledger.enter(reason, "ore_holder", world.round)


def ore_view(world: TradeWorld, iso3: str) -> OreView:
    """Options, controls in force and who owns the plants at home."""
    actor = world.base.axes.country(iso3)
    minerals = world.base.axes.minerals
    return OreView(
        actor=iso3,
        round=world.round,
        options=tuple(_options(world, actor)),
        controls=held_controls(world, actor),
        foreign_share={
            name: float(world.foreign_share[place, STAGES.index("refined"), actor])
            for place, name in enumerate(minerals)
        },
        parameters=world.parameter_map,
    )


def _options(world: TradeWorld, actor: int) -> list[ControlOption]:
    """A tax, a quota and a ban on the ore of every mineral of which it mines enough to matter."""
    axes, p, mined = world.base.axes, world.parameters, output_t(world, ORE)
    found = []
    for mineral, name in enumerate(axes.minerals):
        mine, flow = axes.ore_sellers[mineral] == actor, world.state.markets.usual_flow_t[ORE][mineral]
        buyers = axes.buyers(ORE)[mineral]
        shipped = np.where((buyers >= 0) & (buyers != actor), flow[mine].sum(axis=0), 0.0)
        enough = float(mined[mineral][mine].sum()) >= p.ore_least_share * float(mined[mineral].sum())
        if not shipped.sum() > 0.0 or not enough:
            continue
        targets = tuple(sorted({axes.countries[place] for place in buyers[shipped > 0.0]}))
        value = float(shipped.sum()) * float(world.base.evidence.price_usd_t[mineral, ORE])
        dependence = float(shipped.sum()) / float(flow[:, shipped > 0.0].sum())
        terms = {
            "export_tax": (1.0, p.ore_tax_share),
            "quota": (p.ore_quota_share, 0.0),
            "ban": (0.0, 0.0),
        }
        found += [
            ControlOption(
                name, targets, granted, value, dependence, "ore", instrument, tax, exports_usd=value
            )
            for instrument, (granted, tax) in terms.items()
        ]
    return found


def read_foreign_share(world: TradeWorld) -> Array:
    """(mineral, stage, country) part of the plants that foreigners own, from the table ``ownership``; none
    where it has no row."""
    axes = world.base.axes
    share = np.zeros((len(axes.minerals), len(STAGES), len(axes.countries)))
    for row in world.dataset.table("ownership").itertuples(index=False):
        if str(row.mineral) in axes.minerals and str(row.owner) != str(row.iso3):
            place = axes.mineral(str(row.mineral)), STAGES.index(str(row.stage)), axes.country(str(row.iso3))
            share[place] += float(str(row.share))
    return share
