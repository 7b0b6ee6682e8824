"""What the sellers of a stage offer at their price, and what they give away when nobody buys.

offer = sum of tranches K sig((max(p, G) - c) / v) + feed. A seller who loses every buyer must still have a
price: free disposal g = 1e-9 K exp(-(p + c) / v) lets it fall to a little below zero. A trace of supply
(1e-30 of capacity) gives a seller whom nobody can afford the price that chokes its last buyer; a trace of
demand (1e-250) keeps logarithms finite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Curves, Market, Stage
from world.market.curves import logistic
from world.market.rows import Floats, Rowwise

DISPOSAL_SHARE = 1e-9
SUPPLY_TRACE_SHARE, DEMAND_TRACE_SHARE = 1e-30, 1e-250
# Disposal does not react more sharply than over a thousandth of the reference price.
LEAST_RELATIVE_SLOPE = 1e-3
# Negative feed takes at most this share of the seller's own capacity, which cannot give more.
MOST_TAKEN_SHARE = 0.95


@dataclass(frozen=True)
class Sellers(Rowwise):
    """Sellers of one stage: ``own`` (M, T, S), the other fields (M, S) but ``scale_usd_t`` (M, 1).
    ``size_t`` is all they could sell."""

    active: NDArray[np.bool_]
    own: Curves
    feed_t: Floats
    taken_t: Floats
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
    """Mean reference price of all needs, (M, 1): the scale of money in a row."""
    weight = np.concatenate([np.maximum(stage.needs.need_t, 0.0) for stage in market.stages], 1)
    price = np.concatenate([stage.needs.price_usd_t for stage in market.stages], 1)
    total = weight.sum(1, keepdims=True)
    mean = (weight * price).sum(1, keepdims=True) / np.where(total > 0, total, 1.0)
    return np.where(mean > 0, mean, 1.0)


def sellers_of(stage: Stage, working: NDArray[np.bool_], scale_usd_t: Floats) -> Sellers:
    """Sellers of a stage; ``working`` (M, S) those whose making can get something to make it of."""
    offered = stage.own.capacity_t.sum(1)
    active = working | (offered > 0) | (stage.feed_t > 0)
    own = _clean(stage.own, active)
    capacity = own.capacity_t.sum(1)
    made = np.where(working, stage.recovery[:, None] * stage.making.capacity_t.sum(1), 0.0)
    cost, slope = _scale_of(own)
    making = _clean(stage.making, working)
    making_cost, making_slope = _scale_of(making)
    disposal_slope = np.maximum(slope, making_slope)
    return Sellers(
        active=active,
        own=own,
        feed_t=np.where(active, np.maximum(stage.feed_t, 0.0), 0.0),
        taken_t=np.where(capacity > 0, np.clip(-stage.feed_t, 0.0, MOST_TAKEN_SHARE * capacity), 0.0),
        size_t=np.where(active, capacity + np.maximum(stage.feed_t, 0.0) + made, 0.0),
        disposal_cost_usd_t=np.where(capacity > 0, cost, making_cost),
        disposal_slope_usd_t=np.maximum(disposal_slope, LEAST_RELATIVE_SLOPE * scale_usd_t),
        scale_usd_t=scale_usd_t,
    )


def _clean(curves: Curves, active: NDArray[np.bool_]) -> Curves:
    """The curves of active sellers with capacity; harmless figures elsewhere."""
    some = active[:, None, :] & (curves.capacity_t > 0)
    return Curves(
        np.where(some, curves.capacity_t, 0.0),
        np.where(some, curves.cost_usd_t, 0.0),
        np.where(some, curves.slope_usd_t, 1.0),
        np.where(some, curves.guaranteed_usd_t, -np.inf),
    )


def _scale_of(curves: Curves) -> tuple[Floats, Floats]:
    """Mean cost and widest slope of the tranches with capacity, (M, S); zero without any."""
    total = curves.capacity_t.sum(1)
    cost = (curves.capacity_t * curves.cost_usd_t).sum(1) / np.where(total > 0, total, 1.0)
    return cost, np.where(curves.capacity_t > 0, curves.slope_usd_t, 0.0).max(1)


def output_t(curves: Curves, price_usd_t: Floats) -> Floats:
    """Output of every tranche (M, T, S) at the sellers' prices (M, S)."""
    earned = np.maximum(price_usd_t[:, None, :], curves.guaranteed_usd_t)
    slope = np.where(curves.capacity_t > 0, curves.slope_usd_t, 1.0)
    return np.asarray(curves.capacity_t * logistic((earned - curves.cost_usd_t) / slope))


def offer(sellers: Sellers, price_usd_t: Floats) -> Offer:
    """The two sides of every seller's book at its price. Inactive sellers: nothing on either side."""
    own = sellers.own
    made = output_t(own, price_usd_t)
    idle = 1.0 - made / np.where(own.capacity_t > 0, own.capacity_t, 1.0)
    at_market = price_usd_t[:, None, :] > own.guaranteed_usd_t
    slope = np.where(at_market, made * idle / own.slope_usd_t, 0.0).sum(1)
    removal, removal_slope = disposal(sellers, price_usd_t)
    return Offer(
        supply_t=made.sum(1) + sellers.feed_t + SUPPLY_TRACE_SHARE * sellers.size_t,
        supply_slope=slope,
        removal_t=removal + sellers.taken_t,
        removal_slope=removal_slope,
    )


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
