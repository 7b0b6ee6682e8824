"""What the sellers of a stage offer at their price, and what they give away when nobody buys.

offer = K sig((p - c) / v) + feed, at most the ceiling. A seller who loses every buyer must still have a
price: free disposal g = 1e-9 K exp(-(p + c) / v) lets it fall to a little below zero. A trace of supply
(1e-30 of capacity) gives a seller whom nobody can afford the price that chokes its last buyer; a trace of
demand (1e-250) keeps logarithms finite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Floats, Market, Rowwise
from world.market.curves import logistic

DISPOSAL_SHARE = 1e-9
SUPPLY_TRACE_SHARE, DEMAND_TRACE_SHARE = 1e-30, 1e-250
# Disposal does not react more sharply than over a thousandth of the reference price.
LEAST_RELATIVE_SLOPE = 1e-3
# Negative feed takes at most this share of the seller's own capacity, which cannot give more.
MOST_TAKEN_SHARE = 0.95


@dataclass(frozen=True)
class Sellers(Rowwise):
    """Sellers of one stage, fields (M, S) but ``scale_usd_t`` (M, 1). ``size_t`` is all they could sell."""

    active: NDArray[np.bool_]
    capacity_t: Floats
    cost_usd_t: Floats
    slope_usd_t: Floats
    feed_t: Floats
    taken_t: Floats
    ceiling_t: Floats
    size_t: Floats
    disposal_cost_usd_t: Floats
    disposal_slope_usd_t: Floats
    scale_usd_t: Floats


@dataclass(frozen=True)
class Offer(Rowwise):
    """Both sides of a seller's book without its lanes: tonnes and their derivatives to its own price, (M,
    S)."""

    supply_t: Floats
    supply_slope: Floats
    removal_t: Floats
    removal_slope: Floats


def reference_price_usd_t(market: Market) -> Floats:
    """Mean reference price of the need, (M, 1): the scale of money in a row."""
    weight = np.maximum(market.need_t, 0.0)
    total = weight.sum(1, keepdims=True)
    mean = (weight * market.need_price_usd_t).sum(1, keepdims=True) / np.where(total > 0, total, 1.0)
    return np.where(mean > 0, mean, 1.0)


def ore_sellers(market: Market) -> Sellers:
    """Mines. Padding and those with a ceiling of zero are inactive."""
    feed = np.maximum(market.ore_feed_t, 0.0)
    active = ((market.ore_capacity_t > 0) | (feed > 0)) & (market.ore_ceiling_t > 0)
    curve = (market.ore_capacity_t, market.ore_cost_usd_t, market.ore_slope_usd_t)
    return _sellers(market, active, curve, market.ore_feed_t, market.ore_ceiling_t, None)


def refined_sellers(market: Market, working: NDArray[np.bool_]) -> Sellers:
    """Sellers of refined metal: primary output and feed here, conversion of ore is added in the balance."""
    active = working | (market.primary_capacity_t > 0) | (market.refined_feed_t > 0)
    curve = (market.primary_capacity_t, market.primary_cost_usd_t, market.primary_slope_usd_t)
    unlimited = np.full(active.shape, np.inf)
    return _sellers(market, active, curve, market.refined_feed_t, unlimited, working)


def _sellers(
    market: Market,
    active: NDArray[np.bool_],
    curve: tuple[Floats, Floats, Floats],
    feed: Floats,
    ceiling: Floats,
    working: NDArray[np.bool_] | None,
) -> Sellers:
    scale = reference_price_usd_t(market)
    running = active & (curve[0] > 0)
    capacity, cost, slope = (np.where(running, item, 0.0) for item in curve)
    size, disposal_cost, disposal_slope = capacity + np.maximum(feed, 0.0), cost, slope
    if working is not None:
        metal = np.where(working, market.recovery[:, None], 0.0)
        size = size + metal * market.refining_capacity_t
        disposal_cost = np.where(running, cost, np.where(working, market.refining_cost_usd_t, 0.0))
        disposal_slope = np.maximum(slope, np.where(working, market.refining_slope_usd_t, 0.0))
    return Sellers(
        active=active,
        capacity_t=capacity,
        cost_usd_t=cost,
        slope_usd_t=np.where(running, slope, 1.0),
        feed_t=np.where(active, np.maximum(feed, 0.0), 0.0),
        taken_t=np.where(running, np.clip(-feed, 0.0, MOST_TAKEN_SHARE * capacity), 0.0),
        ceiling_t=ceiling,
        size_t=np.where(active, size, 0.0),
        disposal_cost_usd_t=disposal_cost,
        disposal_slope_usd_t=np.maximum(disposal_slope, LEAST_RELATIVE_SLOPE * scale),
        scale_usd_t=scale,
    )


def offer(sellers: Sellers, price_usd_t: Floats) -> Offer:
    """The two sides of every seller's book at its price. Inactive sellers: nothing on either side."""
    used = logistic((price_usd_t - sellers.cost_usd_t) / sellers.slope_usd_t)
    free = sellers.capacity_t * used + sellers.feed_t
    free_slope = sellers.capacity_t * used * (1.0 - used) / sellers.slope_usd_t
    most = sellers.ceiling_t + sellers.taken_t
    removal, removal_slope = disposal(sellers, price_usd_t)
    return Offer(
        supply_t=np.minimum(free, most) + SUPPLY_TRACE_SHARE * sellers.size_t,
        supply_slope=np.where(free > most, 0.0, free_slope),
        removal_t=removal + sellers.taken_t,
        removal_slope=removal_slope,
    )


def mined_t(sellers: Sellers, price_usd_t: Floats) -> Floats:
    """Output of the capacity after the ceiling, without feed."""
    free = sellers.capacity_t * logistic((price_usd_t - sellers.cost_usd_t) / sellers.slope_usd_t)
    return np.asarray(np.clip(sellers.ceiling_t + sellers.taken_t - sellers.feed_t, 0.0, free))


def disposal(sellers: Sellers, price_usd_t: Floats) -> tuple[Floats, Floats]:
    """Tonnes given away at this price, with the trace, and their derivative."""
    depth = -(price_usd_t + sellers.disposal_cost_usd_t) / sellers.disposal_slope_usd_t
    given = DISPOSAL_SHARE * sellers.size_t * np.exp(np.minimum(depth, 600.0))
    relative = price_usd_t / sellers.scale_usd_t
    trace = (
        np.where(relative > 0, 1.0 / (1.0 + np.abs(relative)), 1.0 - relative)
        * DEMAND_TRACE_SHARE
        * sellers.size_t
    )
    trace_slope = -trace / (sellers.scale_usd_t * np.where(relative > 0, 1.0 + relative, 1.0 - relative))
    return given + trace, -given / sellers.disposal_slope_usd_t + trace_slope
