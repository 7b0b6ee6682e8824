"""Where to begin without a similar market: the prices of a world without distance.

All ore is one good with one price, all refined metal another. At a refined price P the ore price is the one
at which mines sell what refiners process; P is the one at which the metal made is the metal needed. Two
nested bisections, a few digits are enough.
"""

from __future__ import annotations

import numpy as np

from world.market.arrays import Floats, Market, Prices
from world.market.curves import logistic
from world.market.need import Users, need_t, users_of
from world.market.supply import Sellers, ore_sellers, reference_price_usd_t, refined_sellers

# Refined price looked for, in reference prices.
LOWEST, HIGHEST = 0.05, 300.0
# Up to this one the reference price itself is the better start: habits and freight matter more than scarcity.
SCARCE = 2.0
METAL_HALVINGS, ORE_HALVINGS = 13, 9


def starting_prices(market: Market) -> Prices:
    """A cold start, (M, I) and (M, J): one price for all ore, one for all refined metal."""
    mines = ore_sellers(market)
    working = np.broadcast_to(mines.active.any(1, keepdims=True), market.refining_capacity_t.shape)
    working = working & (market.refining_capacity_t > 0)
    smelters, users = refined_sellers(market, working), users_of(market)
    reference = reference_price_usd_t(market)
    low, high = LOWEST * reference, HIGHEST * reference
    for _ in range(METAL_HALVINGS):
        middle = np.sqrt(low * high)
        scarce = _scarce(market, (mines, smelters, users), working * market.refining_capacity_t, middle)
        low, high = np.where(scarce, middle, low), np.where(scarce, high, middle)
    metal = np.where(high > SCARCE * reference, np.sqrt(low * high), reference)
    ore = _ore_price_usd_t(market, mines, working * market.refining_capacity_t, metal)
    return Prices(np.repeat(ore, mines.active.shape[1], 1), np.repeat(metal, working.shape[1], 1))


def _scarce(
    market: Market, agents: tuple[Sellers, Sellers, Users], refining_t: Floats, metal: Floats
) -> Floats:
    """Is more metal needed than made at this refined price (M, 1)?"""
    mines, smelters, users = agents
    ore = _ore_price_usd_t(market, mines, refining_t, metal)
    made = market.recovery[:, None] * np.minimum(
        _mined_t(mines, ore), _processed_t(market, refining_t, metal, ore)
    )
    made = made + _mined_t(smelters, metal)
    lanes = market.refined_lanes
    spread = np.where(market.need_t > 0, lanes.spread_usd_t, 1.0)
    without = logistic((metal - lanes.backstop_usd_t) / spread + lanes.backstop_log_weight)
    needed = (need_t(users, np.broadcast_to(metal, spread.shape)) * (1.0 - without)).sum(1, keepdims=True)
    return np.asarray(needed > made)


def _ore_price_usd_t(market: Market, mines: Sellers, refining_t: Floats, metal: Floats) -> Floats:
    """Ore price (M, 1) at which mines sell what refiners process when refined metal is worth ``metal`` (M,
    1)."""
    low, high = np.zeros_like(metal), market.recovery[:, None] * metal
    for _ in range(ORE_HALVINGS):
        middle = 0.5 * (low + high)
        scarce = _processed_t(market, refining_t, metal, middle) > _mined_t(mines, middle)
        low, high = np.where(scarce, middle, low), np.where(scarce, high, middle)
    return 0.5 * (low + high)


def _mined_t(sellers: Sellers, price: Floats) -> Floats:
    free = sellers.capacity_t * logistic((price - sellers.cost_usd_t) / sellers.slope_usd_t) + sellers.feed_t
    sold = (
        np.where(sellers.active, np.minimum(free, sellers.ceiling_t + sellers.taken_t), 0.0) - sellers.taken_t
    )
    return np.asarray(sold.sum(1, keepdims=True))


def _processed_t(market: Market, refining_t: Floats, metal: Floats, ore: Floats) -> Floats:
    slope = np.where(refining_t > 0, market.refining_slope_usd_t, 1.0)
    margin = market.recovery[:, None] * metal - ore - market.refining_cost_usd_t
    return np.asarray((refining_t * logistic(margin / slope)).sum(1, keepdims=True))
