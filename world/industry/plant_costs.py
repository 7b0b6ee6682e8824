"""What a plant costs to build and to run, and how long it takes, by block and country.

Four blocks produce: mines (``ore``), refineries (``refining``, in tonnes of ore), plants that make refined
metal without ore of the chain (``primary``), and makers of components (``component``, in tonnes of metal).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from world.axes import COMPONENT, ORE, REFINED, Array, Whole, gather
from world.calibration.base import BaseMarket
from world.country_facts import CountryFacts
from world.parameters import ParameterValues

BLOCK_STAGE = {"ore": ORE, "refining": REFINED, "primary": REFINED, "component": COMPONENT}
"""Stage whose good a block makes."""
BLOCKS = tuple(BLOCK_STAGE)
MAKING = ("refining", "component")
"""Blocks that make their good of the good of the stage before; their capacity is in tonnes of that."""
EVERY_MINERAL = slice(None)
"""The rows of who asks for one of each."""
CIRCUIT_SHARE = 0.3
"""Least part of by-product capacity won from residues that answers its own price (assumption)."""
MOST_ADVANTAGE_SHARE = 0.3
"""Most that a country's running costs move its full cost, over the price (assumption)."""
LARGE_SHARE = 0.10
"""A producer of this share of the world's capacity has shown that it builds at going prices and fast
(assumption)."""
SITED_SHARE = 0.005
"""A producer of this share has sites with permits: it adds to what stands (assumption)."""


@dataclass(frozen=True)
class BlockFacts:
    """What building costs and how long it takes, by block; axes (mineral, seller).

    full_cost_usd_t : all-in price needed; lead_rounds : from order to first output; ramp_rounds : from there
        to full output, ramp_new_rounds of a plant that is new; entry_t : most started in a
        year where nothing stands, tonnes a round of capacity; capital_usd_t : capital charge of a tonne;
        own_price_share : (mineral,) part of supply that answers its own price, the rest follows a host
    """

    full_cost_usd_t: Array
    lead_rounds: Array
    entry_t: Array
    capital_usd_t: Array
    own_price_share: Array
    ramp_rounds: Array
    ramp_new_rounds: int


def read_block_facts(
    base: BaseMarket,
    facts: CountryFacts,
    parameters: ParameterValues,
    capacity_t: Mapping[str, Array] | None = None,
) -> dict[str, BlockFacts]:
    """Facts of all blocks where so much stands, block -> (mineral, seller) ``capacity_t``; that of the base
    year if none is given."""
    stands = {block: base.curves[block].capacity_t for block in BLOCKS} if capacity_t is None else capacity_t
    return {block: _block_facts(base, facts, parameters, block, stands[block]) for block in BLOCKS}


def _block_facts(
    base: BaseMarket, facts: CountryFacts, parameters: ParameterValues, block: str, capacity_t: Array
) -> BlockFacts:
    positions = base.axes.sellers(BLOCK_STAGE[block])
    world = np.maximum(capacity_t.sum(axis=1, keepdims=True), 1e-300)
    large = np.minimum(capacity_t / world / LARGE_SHARE, 1.0)
    sited = np.minimum(capacity_t / world / SITED_SHARE, 1.0)
    full = _full_cost_usd_t(base, facts, block, large, sited)
    build, permits = _years(base, facts, parameters, block)
    new = build + (1.0 - sited) * permits
    years = large * np.minimum(parameters.expansion_build_years, build) + (1.0 - large) * new
    # a country builds the block its mineral has: no plant without ore where the chain starts from ore and
    # nobody works that way
    exists = base.curves[block].capacity_t.sum(axis=1, keepdims=True) > 0
    invest, resource = gather(facts.investability, positions), _resource(base, facts, block)
    entry = np.where((positions >= 0) & exists, parameters.build_rate_share * world * invest * resource, 0.0)
    own = _own_price_share(base, block, parameters.by_product_weight)
    ramp = base.rounds_per_year * parameters.ramp_up_years * (1.0 - 0.5 * large)
    return BlockFacts(
        full_cost_usd_t=np.where(positions >= 0, full, 1e12),
        lead_rounds=np.rint(base.rounds_per_year * years).astype(float),
        entry_t=entry * own[:, None],
        capital_usd_t=np.where(positions >= 0, _capital_usd_t(base, block, full), 0.0),
        own_price_share=own,
        ramp_rounds=np.maximum(np.rint(ramp), 1.0).astype(np.int64),
        ramp_new_rounds=_rounds(base, parameters.ramp_up_years),
    )


def _rounds(base: BaseMarket, years: float) -> int:
    """Whole rounds of so many years, at least one."""
    return max(1, round(base.rounds_per_year * years))


def _full_cost_usd_t(base: BaseMarket, facts: CountryFacts, block: str, large: Array, sited: Array) -> Array:
    """(mineral, seller) all-in price needed: going prices where much is made already, half of what is
    missing where something stands, and for who enters all of it, dearer where capital is dear; who grows
    learns his way from one to the other. Cheaper where a plant costs less to run than on average; dearer
    where it costs more, as far as nobody has shown that it pays. Behind a floor of the base year as much more
    as prices were higher there: they drew no plants then.

    large, sited : (mineral, seller) 0-1, how far a producer is a large one, and has sites to add to
    """
    stage = BLOCK_STAGE[block]
    price, needed = (
        base.evidence.price_usd_t[:, stage][:, None],
        base.evidence.full_cost_usd_t[:, stage][:, None],
    )
    wacc = gather(facts.wacc_share, base.axes.sellers(stage), 0.1) / 0.0783
    entrant = np.maximum(needed * (1.0 + 0.5 * (np.clip(wacc, 0.5, 3.0) - 1.0)), 0.2 * price)
    expansion = 0.5 * (price + np.maximum(needed, price))
    usual = large * price + (1.0 - large) * (sited * expansion + (1.0 - sited) * entrant)
    most = MOST_ADVANTAGE_SHARE * price
    dearer = np.clip(_dearer_usd_t(base, block), -most, most)
    own = np.maximum(usual + np.where(dearer > 0.0, (1.0 - large) * dearer, dearer), 0.2 * price)
    return np.asarray(own + base.raised_usd_t[stage])


def _dearer_usd_t(base: BaseMarket, block: str) -> Array:
    """(mineral, seller) by how much running a plant there costs more than it costs producers on average: who
    has its ore at hand or digs cheap builds at a lower price.
    """
    cost, capacity = base.curves[block].cost_usd_t, base.curves[block].capacity_t
    if block in MAKING:
        cost = (base.feed_index_usd_t(block) + cost) / base.yield_of(BLOCK_STAGE[block])[:, None]
    total = np.maximum(capacity.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(cost - (capacity * cost).sum(axis=1, keepdims=True) / total)


def _years(
    base: BaseMarket, facts: CountryFacts, parameters: ParameterValues, block: str
) -> tuple[Array | float, Array]:
    """Years to build, and (mineral, seller) years of permits before that."""
    positions, ratio = base.axes.sellers(BLOCK_STAGE[block]), parameters.permit_years_ratio
    if block == "ore":
        permits = ratio * gather(facts.mine_permit_years, positions, 5.0)
        return parameters.mine_build_years, permits
    permits = ratio * gather(facts.refinery_permit_years, positions, 2.0)
    if block == "component":
        return base.evidence.component_build_years[:, None], permits
    return parameters.refinery_build_years, permits


def _resource(base: BaseMarket, facts: CountryFacts, block: str) -> Array:
    """(mineral, seller) how much a country has of what draws a block: ore in the ground, users of
    components, potential in refining."""
    positions = base.axes.sellers(BLOCK_STAGE[block])
    if block == "ore":
        return np.sqrt(gather(facts.reserve_share, positions))
    if block == "component":
        return np.sqrt(gather(final_share(base), positions))
    return np.asarray(0.3 + 0.7 * gather(facts.potential, positions))


def final_share(base: BaseMarket) -> Array:
    """(mineral, country) share of the final use of components: plants that make them stand near those who use
    them (assumption)."""
    need = base.margins.final_need_t
    return np.asarray(need / np.maximum(need.sum(axis=1, keepdims=True), 1e-300))


def _own_price_share(base: BaseMarket, block: str, weight: float) -> Array:
    """(mineral,) part of capacity that answers its own price.

    A mined by-product follows its host. One that is won from residues (gallium, germanium) is limited by
    recovery circuits rather than by the host (Frenzel and others: potential some ten times output), so part
    of it answers.
    """
    primary = 1.0 - weight * base.evidence.by_product_share
    if block == "ore":
        return np.asarray(primary)
    if block == "component":
        return np.ones_like(primary)
    from_residues = ~(base.axes.ore_sellers >= 0).any(axis=1)
    return np.asarray(np.where(from_residues, np.maximum(primary, CIRCUIT_SHARE), 1.0))


def _capital_usd_t(base: BaseMarket, block: str, full_cost_usd_t: Array) -> Array:
    """Capital charge per tonne of capacity: what the full cost leaves above running costs, at usual
    utilisation.
    """
    usual = 0.85
    left = full_cost_usd_t - base.curves[block].cost_usd_t
    if block in MAKING:
        left = (
            left
            - (1.0 - base.yield_of(BLOCK_STAGE[block])[:, None]) * full_cost_usd_t
            - base.feed_index_usd_t(block)
        )
    return np.asarray(usual * np.maximum(left, 0.0))


def capital_charge_usd(
    base: BaseMarket, blocks: dict[str, BlockFacts], capacity_t: dict[str, Array]
) -> dict[str, Array]:
    """block -> (mineral, seller) capital charge a round on capacity beyond that of the base year."""
    return {
        block: facts.capital_usd_t * np.maximum(capacity_t[block] - base.curves[block].capacity_t, 0.0)
        for block, facts in blocks.items()
    }


def base_price(base: BaseMarket, block: str) -> Array:
    """(mineral, seller) base-year price that a block sells at."""
    stage = BLOCK_STAGE[block]
    return base.price_usd_t[stage]


def full_cost_now(
    base: BaseMarket,
    block: str,
    facts: BlockFacts,
    feed_index_usd_t: Array,
    mineral: Whole | slice = EVERY_MINERAL,
) -> Array:
    """(row, seller) all-in price that a block needs at today's feed, each row of its ``mineral``: who makes a
    good of another passes its price on.
    """
    full = facts.full_cost_usd_t[mineral]
    if block not in MAKING:
        return full
    made = base.yield_of(BLOCK_STAGE[block])[mineral]
    dearer = (feed_index_usd_t - base.feed_index_usd_t(block)[mineral]) / made[:, None]
    return np.asarray(np.maximum(full + dearer, 0.2 * full))


def running_cost_usd_t(
    base: BaseMarket, block: str, feed_index_usd_t: Array, mineral: Whole | slice = EVERY_MINERAL
) -> Array:
    """(row, tranche, seller) price under which a tranche loses money on what it runs, each row of its
    ``mineral``."""
    cost = base.curves[block].tranche_cost_usd_t[mineral]
    if block not in MAKING:
        return cost
    made = base.yield_of(BLOCK_STAGE[block])[mineral]
    return np.asarray(feed_index_usd_t[:, None, :] + cost) / made[:, None, None]
