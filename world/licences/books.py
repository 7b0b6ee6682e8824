"""The books of licence offices after the market of a round: backlogs, ages, re-exports that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import STAGES, Array, Mask, Whole
from world.calibration.base import BaseMarket
from world.lanes.terms import StageBorders
from world.licences.lanes import decided_at, licences_of
from world.licences.queue import detected_share
from world.market.clearing import Clearing, StageClearing
from world.parameters import ParameterValues
from world.policy.happenings import Happenings
from world.state import Markets, WorldState

SMALL_LANE = 1e-4
"""Lanes with a smaller share of a mineral's usual trade at a stage are left out of the table."""


@dataclass(frozen=True)
class OfficeBook:
    """What licence offices did with the requests of a round at a stage, (mineral, seller, buyer) each.

    told : lanes under licence that carry enough to be told
    """

    told: Mask
    approval_share: Array
    requested_t: Array
    granted_t: Array
    backlog_t: Array


def close_offices(
    base: BaseMarket,
    state: WorldState,
    happenings: Happenings,
    parameters: ParameterValues,
    clearing: Clearing,
    borders: Sequence[StageBorders],
) -> tuple[OfficeBook, ...]:
    """After the market: backlogs and ages move on, re-exports that were found are remembered; returns by
    stage what offices did.
    """
    markets, a_year, books = state.markets, base.rounds_per_year, list[OfficeBook]()
    for stage in range(len(STAGES)):
        licence = licences_of(base.axes, state, happenings, parameters, stage)
        decided, _ = decided_at(licence, state, parameters, stage, a_year)
        needed = licence.licensed_share * licence.subject_share > 0.0
        usual = markets.usual_flow_t[stage]
        told = needed & (usual > SMALL_LANE * usual.sum(axis=(1, 2), keepdims=True))
        books.append(
            OfficeBook(
                told, licence.approval_share, decided.requested_t, decided.granted_t, decided.backlog_t
            )
        )
        markets.backlog_t[stage] = np.where(needed, decided.backlog_t, 0.0)
        days = licence.days + 365.0 / a_year * licence.licensed_share
        markets.licence_days[stage] = np.where(needed, days, 0.0)
        _remember(base, markets, clearing.stages[stage], borders[stage], stage)
    return tuple(books)


def _remember(
    base: BaseMarket, markets: Markets, cleared: StageClearing, border: StageBorders, stage: int
) -> None:
    """What went on to others through each country, as far as it was found."""
    before, flow = markets.detected_share[stage], cleared.flow_t
    if flow.shape[1] < 2 and not before.any():
        return
    usual = markets.usual_flow_t[stage]
    passed = flow[:, 1:] if flow.shape[1] > 1 else np.zeros_like(border.hub_found_share)
    n = len(base.axes.countries)
    to = np.broadcast_to(base.axes.buyers(stage)[:, None, :], usual.shape)
    markets.detected_share[stage] = detected_share(
        before,
        _by_country(passed * border.hub_found_share, border.hub, n),
        _by_country(passed, border.hub, n),
        _by_country(usual[:, None], to[:, None, None], n),
        base.rounds_per_year,
    )


def _by_country(tonnes: Array, country: Whole, countries: int) -> Array:
    """(mineral, seller, country) sum of lane tonnes (mineral, way, seller, buyer) over the countries that
    each passes, (mineral, way, place, seller, buyer), -1 for none."""
    total = np.zeros((len(tonnes), tonnes.shape[2], countries))
    at = np.nonzero((country >= 0) & (tonnes > 0.0)[:, :, None])
    mineral, way, _, seller, buyer = at
    np.add.at(total, (mineral, seller, country[at]), tonnes[mineral, way, seller, buyer])
    return total
