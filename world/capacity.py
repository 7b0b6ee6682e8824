"""Plants: on their way, working, mothballed. A refinery takes years; a mine takes longer.

Three blocks produce: mines (``ore``), refineries (``refining``, in tonnes of ore) and plants that make
refined metal without ore of the chain (``primary``). Industry decides by :mod:`agents.investment` on what it
believes; this module keeps the books.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.investment import IndustryDecision, IndustryView, decide_capacity, worth_building
from world.axes import ORE, REFINED, Array, gather
from world.calibration.base import BaseMarket
from world.country_facts import CountryFacts
from world.dataset import Dataset
from world.measures import first_day
from world.parameters import ParameterValues
from world.randomness import Streams
from world.state import Markets

BLOCKS = ("ore", "refining", "primary")
CIRCUIT_SHARE = 0.3
"""Least part of by-product capacity won from residues that answers its own price (assumption)."""
LARGE_SHARE = 0.10
"""A producer of this share of world output has shown that it builds at going prices and fast (assumption)."""


@dataclass(frozen=True)
class NamedStart:
    """A named plant that goes ahead: the round in which it starts, and its capacity."""

    due: int
    name: str
    iso3: str
    mineral: str
    capacity_t_year: float


@dataclass(frozen=True)
class BlockFacts:
    """What building costs and how long it takes, by block; axes (mineral, seller).

    full_cost_usd_t : all-in price needed; lead_rounds : from order to output; entry_t : most started in a
        year where nothing stands, tonnes a round of capacity; own_price_share : (mineral,) part of supply
        that answers its own price, the rest follows a host
    """

    full_cost_usd_t: Array
    lead_rounds: Array
    entry_t: Array
    capital_usd_t: Array
    own_price_share: Array


def read_block_facts(
    base: BaseMarket, facts: CountryFacts, parameters: ParameterValues
) -> dict[str, BlockFacts]:
    """Facts of the three blocks."""
    return {block: _block_facts(base, facts, parameters, block) for block in BLOCKS}


def capacity_of(markets: Markets, block: str) -> Array:
    """(mineral, seller) capacity of a block, mothballed included."""
    values: Array = getattr(markets, f"{block}_capacity_t")
    return values


def _block_facts(
    base: BaseMarket, facts: CountryFacts, parameters: ParameterValues, block: str
) -> BlockFacts:
    stage = ORE if block == "ore" else REFINED
    positions = base.axes.sellers(stage)
    curves = {"ore": base.ore, "refining": base.refining, "primary": base.primary}[block]
    price, needed = (
        base.evidence.price_usd_t[:, stage][:, None],
        base.evidence.full_cost_usd_t[:, stage][:, None],
    )
    world = np.maximum(curves.capacity_t.sum(axis=1, keepdims=True), 1e-300)
    share = curves.capacity_t / world
    large, standing = share >= LARGE_SHARE, share > 0
    wacc = gather(facts.wacc_share, positions, 0.1) / 0.0783
    entrant = needed * (1.0 + 0.5 * (np.clip(wacc, 0.5, 3.0) - 1.0))
    full = np.where(
        large,
        price,
        np.where(standing, 0.5 * (price + np.maximum(needed, price)), np.maximum(entrant, 0.2 * price)),
    )
    if block == "ore":
        build, permits = parameters.mine_build_years, gather(facts.mine_permit_years, positions, 5.0)
        resource = np.sqrt(gather(facts.reserve_share, positions))
    else:
        build, permits = parameters.refinery_build_years, gather(facts.refinery_permit_years, positions, 2.0)
        resource = 0.3 + 0.7 * gather(facts.potential, positions)
    years = np.where(large, parameters.expansion_build_years, np.where(standing, build, build + permits))
    # a country builds the block its mineral has: no plant without ore where the chain starts from ore and
    # nobody works that way
    exists = curves.capacity_t.sum(axis=1, keepdims=True) > 0
    invest = gather(facts.investability, positions)
    entry = np.where((positions >= 0) & exists, parameters.build_rate_share * world * invest * resource, 0.0)
    own = _own_price_share(base, block)
    return BlockFacts(
        full_cost_usd_t=np.where(positions >= 0, full, 1e12),
        lead_rounds=np.rint(4.0 * years).astype(float),
        entry_t=entry * own[:, None],
        capital_usd_t=np.where(positions >= 0, _capital_usd_t(base, block, full), 0.0),
        own_price_share=own,
    )


def _own_price_share(base: BaseMarket, block: str) -> Array:
    """(mineral,) part of capacity that answers its own price.

    A mined by-product follows its host. One that is won from residues (gallium, germanium) is limited by
    recovery circuits rather than by the host (Frenzel and others: potential some ten times output), so part
    of it answers.
    """
    primary = 1.0 - base.evidence.by_product_share
    if block == "ore":
        return np.asarray(primary)
    from_residues = ~(base.axes.ore_sellers >= 0).any(axis=1)
    return np.asarray(np.where(from_residues, np.maximum(primary, CIRCUIT_SHARE), 1.0))


def _capital_usd_t(base: BaseMarket, block: str, full_cost_usd_t: Array) -> Array:
    """Capital charge per tonne of capacity: what the full cost leaves above running costs, at usual
    utilisation.
    """
    usual = 0.85
    if block == "ore":
        return np.asarray(usual * np.maximum(full_cost_usd_t - base.ore.cost_usd_t, 0.0))
    if block == "primary":
        return np.asarray(usual * np.maximum(full_cost_usd_t - base.primary.cost_usd_t, 0.0))
    left = base.recovery[:, None] * full_cost_usd_t - base.ore_lanes.index_usd_t - base.refining.cost_usd_t
    return np.asarray(usual * np.maximum(left, 0.0))


def capital_charge_usd(
    base: BaseMarket, blocks: dict[str, BlockFacts], capacity_t: dict[str, Array]
) -> dict[str, Array]:
    """block -> (mineral, seller) capital charge a round on capacity beyond that of the base year."""
    old = {
        "ore": base.ore.capacity_t,
        "refining": base.refining.capacity_t,
        "primary": base.primary.capacity_t,
    }
    return {
        block: facts.capital_usd_t * np.maximum(capacity_t[block] - old[block], 0.0)
        for block, facts in blocks.items()
    }


def order_named_plants(
    base: BaseMarket, markets: Markets, dataset: Dataset, start: str, streams: Streams, rounds: int
) -> list[NamedStart]:
    """Put the pipeline of named plants on order: each goes ahead with its probability and slips by up to a
    year.

    returns : those that go ahead
    """
    horizon = rounds + 80
    for block in BLOCKS:
        markets.arriving_t[block] = np.zeros((horizon, *capacity_of(markets, block).shape))
    going = []
    for row in dataset.table("plants").itertuples(index=False):
        name, mineral_name, iso3 = str(row.plant), str(row.mineral), str(row.iso3)
        if mineral_name not in base.axes.minerals or iso3 not in base.axes.countries:
            continue
        mineral, block = (
            base.axes.mineral(mineral_name),
            {"mined": "ore", "converted": "refining", "primary": "primary"}[str(row.form)],
        )
        key = f"{name}|{mineral_name}|{row.stage}"
        if streams.uniform("plant goes ahead", 0, key) >= float(str(row.probability)):
            continue
        sellers = base.axes.sellers(ORE if block == "ore" else REFINED)[mineral]
        seller = int(np.flatnonzero(sellers == base.axes.country(iso3))[0])
        due = max(0, _round_of_quarter(str(row.start), start) + streams.whole("plant slips", 0, key, 0, 4))
        capacity = (
            float(str(row.capacity_t_year))
            / 4.0
            / (float(base.recovery[mineral]) if block == "refining" else 1.0)
        )
        if due < horizon:
            markets.arriving_t[block][due, mineral, seller] += capacity
            going.append(NamedStart(due, name, iso3, mineral_name, float(str(row.capacity_t_year))))
    return going


def order_trend(
    base: BaseMarket, markets: Markets, blocks: dict[str, BlockFacts], growth_share: Array
) -> None:
    """What incumbents have under way at the start: enough, with the named plants, for the growth that
    everyone expects.

    growth_share : (round, mineral) growth a year. Without it nothing would start until the first lead time
        has passed.
    """
    for block, facts in blocks.items():
        capacity = capacity_of(markets, block)
        arriving = markets.arriving_t[block]
        named = arriving[:40].sum(axis=(0, 2)) / 40.0  # a round, over ten years
        growing = (
            capacity * worth_building(base_price(base, block), facts.full_cost_usd_t, 0.15) * (capacity > 0)
        )
        share = growing / np.maximum(growing.sum(axis=1, keepdims=True), 1e-300)
        total = capacity.sum(axis=1)
        for due in range(int(facts.lead_rounds.max()) + 1):
            level = total * np.exp(growth_share[: due + 1].sum(axis=0) / 4.0)
            wanted = np.maximum(level * growth_share[min(due, len(growth_share) - 1)] / 4.0 - named, 0.0)
            arriving[due] += np.where(due <= facts.lead_rounds, wanted[:, None] * share, 0.0)


def base_price(base: BaseMarket, block: str) -> Array:
    """(mineral, seller) base-year price that a block sells at."""
    stage = ORE if block == "ore" else REFINED
    prices: Array = base.evidence.price_usd_t[:, stage][:, None] * np.ones(base.axes.sellers(stage).shape)
    return prices


def commission(markets: Markets, round_: int) -> None:
    """Start what is due this round."""
    for block in BLOCKS:
        capacity_of(markets, block)[:] += markets.arriving_t[block][round_]


def full_cost_now(base: BaseMarket, block: str, facts: BlockFacts, ore_index_usd_t: Array) -> Array:
    """(mineral, seller) all-in price that a block needs at today's feed: a refinery passes the ore price
    on.
    """
    if block != "refining":
        return facts.full_cost_usd_t
    dearer = (ore_index_usd_t - base.ore_lanes.index_usd_t) / base.recovery[:, None]
    return np.asarray(np.maximum(facts.full_cost_usd_t + dearer, 0.2 * facts.full_cost_usd_t))


def running_cost_usd_t(base: BaseMarket, block: str, ore_index_usd_t: Array) -> Array:
    """Price under which a block loses money even at its better plants (one and a half slopes under its
    mean cost).
    """
    if block == "ore":
        return np.maximum(base.ore.cost_usd_t - 1.5 * base.ore.slope_usd_t, 0.5 * base.ore.cost_usd_t)
    if block == "primary":
        return base.primary.cost_usd_t - 1.5 * base.primary.slope_usd_t
    return (ore_index_usd_t + base.refining.cost_usd_t - 1.5 * base.refining.slope_usd_t) / base.recovery[
        :, None
    ]


def invest(
    base: BaseMarket,
    markets: Markets,
    blocks: dict[str, BlockFacts],
    believed: dict[str, Array],
    finance_cut: dict[str, Array],
    ore_index_usd_t: Array,
    growth_share: Array,
    free_share: Array,
    round_: int,
    parameters: ParameterValues,
) -> dict[str, IndustryDecision]:
    """Industry looks and orders, mothballs, restarts; the books follow.

    believed : block -> (mineral, seller) believed price; finance_cut : block -> (mineral, seller) share by
        which cheap finance lowers the full cost; growth_share : (mineral,) expected growth of demand, a year
    free_share : (mineral, ore seller) part of the round without a ceiling on sales: nobody builds what may
        not be sold
    """
    decisions = {}
    for block, facts in blocks.items():
        capacity = capacity_of(markets, block)
        mothballed = _mothballed(markets, block)
        arriving = markets.arriving_t[block]
        view = IndustryView(
            capacity,
            arriving[round_ + 1 :].sum(axis=0),
            mothballed,
            believed[block],
            full_cost_now(base, block, facts, ore_index_usd_t) * (1.0 - finance_cut[block]),
            running_cost_usd_t(base, block, ore_index_usd_t),
            growth_share,
            facts.entry_t,
            facts.own_price_share,
        )
        decision = decide_capacity(
            view,
            parameters.start_rate_year,
            parameters.expansion_response_year,
            parameters.build_width,
            parameters.expansion_limit_year,
            parameters.mothball_pace_year,
        )
        allowed = decision.order_t * free_share if block == "ore" else decision.order_t
        _place_orders(arriving, allowed, facts.lead_rounds, round_)
        if block != "primary":
            mothballed += np.minimum(decision.mothball_t, capacity - mothballed) - np.minimum(
                decision.restart_t, mothballed
            )
        decisions[block] = decision
    return decisions


def _mothballed(markets: Markets, block: str) -> Array:
    if block == "ore":
        return markets.ore_mothballed_t
    return markets.refining_mothballed_t if block == "refining" else np.zeros_like(markets.primary_capacity_t)


def _place_orders(arriving: Array, order_t: Array, lead_rounds: Array, round_: int) -> None:
    due = np.minimum(round_ + np.maximum(lead_rounds, 1.0).astype(np.int64), len(arriving) - 1)
    mineral, seller = np.indices(order_t.shape)
    np.add.at(arriving, (due, mineral, seller), order_t)


def _round_of_quarter(quarter: str, start: str) -> int:
    day, first = first_day(0, quarter), first_day(0, start)
    return (day.year - first.year) * 4 + (day.month - first.month) // 3
