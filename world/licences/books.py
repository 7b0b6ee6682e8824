"""The books of licence offices after the market of a round: backlogs, ages, re-exports that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import STAGES, Array, Whole
from world.licences.lanes import decided_at, licences_of
from world.licences.queue import Decided, Licence, detected_share
from world.market_round import Cleared

if TYPE_CHECKING:
    from world.model import TradeWorld

SMALL_LANE = 1e-4
"""Lanes with a smaller share of a mineral's usual trade at a stage are left out of the table."""


def close_offices(world: TradeWorld, cleared: Cleared) -> None:
    """After the market: backlogs and ages move on, re-exports that were found are remembered, the table
    ``licences`` is written.
    """
    markets, p, a_year = world.state.markets, world.parameters, world.clock.rounds_per_year
    for stage in range(len(STAGES)):
        licence = licences_of(world.base.axes, world.state, world.happenings, p, stage)
        decided, _ = decided_at(licence, world.state, p, stage, a_year)
        needed = licence.licensed_share * licence.subject_share > 0.0
        _record(world, licence, decided, stage)
        markets.backlog_t[stage] = np.where(needed, decided.backlog_t, 0.0)
        days = licence.days + 365.0 / a_year * licence.licensed_share
        markets.licence_days[stage] = np.where(needed, days, 0.0)
        _remember(world, cleared, stage)


def _remember(world: TradeWorld, cleared: Cleared, stage: int) -> None:
    """What went on to others through each country, as far as it was found."""
    markets, axes = world.state.markets, world.base.axes
    before, flow = markets.detected_share[stage], cleared.clearing.stages[stage].flow_t
    if flow.shape[1] < 2 and not before.any():
        return
    usual, border = markets.usual_flow_t[stage], cleared.setting.borders[stage]
    passed = flow[:, 1:] if flow.shape[1] > 1 else np.zeros_like(border.hub_found_share)
    n = len(axes.countries)
    to = np.broadcast_to(axes.buyers(stage)[:, None, :], usual.shape)
    markets.detected_share[stage] = detected_share(
        before,
        _by_country(passed * border.hub_found_share, border.hub, n),
        _by_country(passed, border.hub, n),
        _by_country(usual[:, None], to[:, None, None], n),
        world.clock.rounds_per_year,
    )


def _by_country(tonnes: Array, country: Whole, countries: int) -> Array:
    """(mineral, seller, country) sum of lane tonnes (mineral, way, seller, buyer) over the countries that
    each passes, (mineral, way, place, seller, buyer), -1 for none."""
    total = np.zeros((len(tonnes), tonnes.shape[2], countries))
    at = np.nonzero((country >= 0) & (tonnes > 0.0)[:, :, None])
    mineral, way, _, seller, buyer = at
    np.add.at(total, (mineral, seller, country[at]), tonnes[mineral, way, seller, buyer])
    return total


def _record(world: TradeWorld, licence: Licence, decided: Decided, stage: int) -> None:
    """Rows of the lanes under licence, buyers of one country together."""
    axes, usual = world.base.axes, world.state.markets.usual_flow_t[stage]
    sellers, buyers, total = axes.sellers(stage), axes.buyers(stage), usual.sum(axis=(1, 2), keepdims=True)
    needed = licence.licensed_share * licence.subject_share > 0.0
    lanes: dict[tuple[int, int, int], list[float]] = {}
    for mineral, seller, buyer in np.argwhere(needed & (usual > SMALL_LANE * total)).tolist():
        key = (mineral, int(sellers[mineral, seller]), int(buyers[mineral, buyer]))
        at = (mineral, seller, buyer)
        sums = lanes.setdefault(key, [float(licence.approval_share[at]), 0.0, 0.0, 0.0])
        for place, tonnes in enumerate((decided.requested_t, decided.granted_t, decided.backlog_t), start=1):
            sums[place] += float(tonnes[at])
    columns = list(zip(*lanes.values(), strict=True)) or [(), (), (), ()]
    world.record.add(
        "licences",
        round=world.round,
        quarter=world.quarters[world.round],
        mineral=[axes.minerals[mineral] for mineral, _, _ in lanes],
        stage=STAGES[stage],
        origin=[axes.countries[seller] for _, seller, _ in lanes],
        destination=[axes.countries[buyer] for _, _, buyer in lanes],
        approval_share=list(columns[0]),
        requested_t=list(columns[1]),
        granted_t=list(columns[2]),
        backlog_t=list(columns[3]),
    )
