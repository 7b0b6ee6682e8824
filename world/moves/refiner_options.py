"""What the dominant refiner could do: goods it makes most of, against those who aggrieve it or all abroad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.doctrines.doctrine import WITHHOLDING
from agents.view import ControlOption
from world.axes import COMPONENT, REFINED, STAGES, Array, Whole
from world.industry.capacity import working_t
from world.industry.plant_costs import BLOCK_STAGE, MAKING

if TYPE_CHECKING:
    from world.model import TradeWorld


BLANKET = ("licence", "quota", "ban")
"""Instruments that make sense against everyone; firms and end uses are listed in answer to somebody."""


@dataclass(frozen=True)
class _Lanes:
    """Its usual shipments of a good to some countries: tonnes a round, what the countries buy in all, and
    what its plants buy from those it ships to.
    """

    targets: tuple[str, ...]
    shipped_t: float
    bought_t: float
    feed_usd: float


def find_options(world: TradeWorld, hostile: Sequence[str]) -> tuple[ControlOption, ...]:
    """Every instrument on every good that it dominates: those that withhold, against those who aggrieve it
    (against all abroad while nobody does), and those that change its price, for all abroad.
    """
    found, axes = list[ControlOption](), world.base.axes
    everyone = np.flatnonzero(~world.is_dominant)
    grieving = np.array([axes.country(iso3) for iso3 in hostile], dtype=np.int64)
    for mineral, stage in dominated_goods(world):
        abroad = _lanes(world, mineral, stage, everyone)
        aimed = _lanes(world, mineral, stage, grieving) if hostile else abroad
        ground = _ground(world, mineral, stage, abroad)
        found += _withholding(world, mineral, stage, aimed, ground, WITHHOLDING if hostile else BLANKET)
        found += _pricing(world, mineral, stage, abroad, ground)
    return tuple(found)


def dominated_goods(world: TradeWorld) -> Iterator[tuple[int, int]]:
    """(mineral, stage) of which it makes at least ``control_least_share``, refined metal and components."""
    for stage in (REFINED, COMPONENT):
        output, mine = output_t(world, stage), world.base.axes.sellers(stage) == world.dominant
        total, own = output.sum(axis=1), np.where(mine, output, 0.0).sum(axis=1)
        if STAGES[stage] not in world.premise.dominant_refiner.stages:
            continue
        for mineral in np.flatnonzero((total > 0) & (own >= world.parameters.control_least_share * total)):
            yield int(mineral), stage


def output_t(world: TradeWorld, stage: int) -> Array:
    """(mineral, seller) output of the last round; of the base year before any."""
    clearing = world.state.clearing
    if clearing is None:
        return np.asarray(world.base.lanes(stage).flow_t.sum(axis=2))
    return np.asarray(clearing.stages[stage].flow_t.sum(axis=(1, 3)))


def _withholding(
    world: TradeWorld,
    mineral: int,
    stage: int,
    aimed: _Lanes,
    ground: Mapping[str, Any],
    words: Sequence[str],
) -> list[ControlOption]:
    """Those of the instruments ``words`` that the scenario gives it and that withhold something."""
    if aimed.shipped_t <= 0.0:
        return []
    given, granted = world.premise.dominant_refiner, granted_shares(world, mineral)
    return [
        ControlOption(
            targets=aimed.targets,
            approval_share=granted[instrument],
            lane_value_usd=aimed.shipped_t * _price(world, mineral, stage),
            target_dependence_share=aimed.shipped_t / aimed.bought_t,
            instrument=instrument,
            reach=given.reach,
            feed_usd=aimed.feed_usd,
            **ground,
        )
        for instrument in given.instruments
        if instrument in words and granted[instrument] < 1.0
    ]


def _pricing(
    world: TradeWorld, mineral: int, stage: int, abroad: _Lanes, ground: Mapping[str, Any]
) -> list[ControlOption]:
    """An export tax, and an export subsidy to undercut entrants."""
    if abroad.shipped_t <= 0.0:
        return []
    p = world.parameters
    taxes = {"export_tax": p.recoup_tax_share, "price_war": -p.predation_cut_share}
    return [
        ControlOption(
            targets=abroad.targets,
            approval_share=1.0,
            lane_value_usd=abroad.shipped_t * _price(world, mineral, stage),
            target_dependence_share=abroad.shipped_t / abroad.bought_t,
            instrument=instrument,
            tax_share=taxes[instrument],
            feed_usd=abroad.feed_usd,
            **ground,
        )
        for instrument in world.premise.dominant_refiner.instruments
        if instrument in taxes
    ]


def granted_shares(world: TradeWorld, mineral: int) -> Mapping[str, float]:
    """Part of usual shipments that each withholding instrument lets pass."""
    given, p = world.premise.dominant_refiner, world.parameters
    # a made-up world need not have the sectors that are withheld from by default
    listed = [world.sector_share[sector] for sector in given.end_use if sector in world.sector_share]
    sectors = sum(float(share[mineral]) for share in listed)
    kept = 1.0 - p.licence_leak_share
    unlisted = 1.0 - kept * p.listing_trade_share
    return {
        "listing": unlisted,
        "end_use": unlisted * (1.0 - kept * sectors),  # firms stay listed
        "licence": given.licence_approval,
        "quota": given.licence_approval,
        "ban": 0.0,
    }


def _ground(world: TradeWorld, mineral: int, stage: int, abroad: _Lanes) -> dict[str, Any]:
    share, first = rival_share(world, mineral, stage), rival_share(world, mineral, stage, at_first=True)
    freed = world.state.politics.freed.get((world.dominant, mineral, stage))
    return {
        "mineral": world.base.axes.minerals[mineral],
        "stage": STAGES[stage],
        "exports_usd": abroad.shipped_t * _price(world, mineral, stage),
        "rival_share": share,
        "rival_growth_share": share - first,
        "freed_quarters": np.inf if freed is None else (world.round - freed) / world.clock.quarter_rounds,
    }


def _lanes(world: TradeWorld, mineral: int, stage: int, countries: Whole) -> _Lanes:
    """What it ships to these countries (their positions)."""
    axes = world.base.axes
    buyers, flow = axes.buyers(stage)[mineral], world.state.markets.usual_flow_t[stage][mineral]
    mine, aimed = axes.sellers(stage)[mineral] == world.dominant, np.isin(buyers, countries)
    reached = np.unique(buyers[(flow[mine].sum(axis=0) > 0) & aimed])
    return _Lanes(
        tuple(sorted(axes.countries[place] for place in reached)),
        float(flow[mine][:, aimed].sum()),
        float(flow[:, aimed].sum()),
        _feed_usd(world, mineral, stage, reached),
    )


def _price(world: TradeWorld, mineral: int, stage: int) -> float:
    return float(world.base.evidence.price_usd_t[mineral, stage])


def _feed_usd(world: TradeWorld, mineral: int, stage: int, countries: Whole) -> float:
    """What its plants buy from the targets to make the good of, USD a round at base prices."""
    axes, before = world.base.axes, stage - 1
    flow, makers = world.state.markets.usual_flow_t[before][mineral], axes.makers_next(before)[mineral]
    sold = flow[np.isin(axes.sellers(before)[mineral], countries)][:, : len(makers)]
    return float(sold[:, makers == world.dominant].sum()) * _price(world, mineral, before)


def rival_share(world: TradeWorld, mineral: int, stage: int, at_first: bool = False) -> float:
    """Share of others in the world's capacity for a good that works, now or in the base year; in tonnes of
    the good."""
    own = total = 0.0
    for block in (name for name, place in BLOCK_STAGE.items() if place == stage):
        held = world.base.curves[block].capacity_t if at_first else working_t(world.state.markets, block)
        made = held[mineral] * (world.base.yield_of(stage)[mineral] if block in MAKING else 1.0)
        total += float(made.sum())
        own += float(made[world.base.axes.sellers(stage)[mineral] == world.dominant].sum())
    return 1.0 - own / total if total > 0.0 else 0.0
