"""From cost evidence and elasticities to supply curves that pass through the base year.

A producer is three tranches of a third of its capacity each, cheap, middling and dear. With mean cost c and
dispersion v, and x = (p - c) / v,

    S(p) = K F(x) ,   F(x) = mean over tranches of sig((x - d) / s) ,   d = -1.6, 0, 1.6 ,  s = 0.7 .

F has the spread of a logistic curve of slope v; its steps are where plants close one after the other. Costs
come
from evidence and slopes from elasticities; inverting the price at one utilisation would give every producer
the same cost, and would leave floors, predation and reference prices without effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array

UTILISATION_LOW = 0.5
HIGHEST_COST_SHARE = 0.97
KNOWN_UTILISATION = (0.2, 0.97)
"""Known use of capacity kept within these shares: beyond them a cost curve says nothing."""
LOWEST_TRANCHE_SHARE = 0.2
"""No tranche costs less than this share of the producer's mean cost (assumption)."""
TRANCHE_OFFSETS = np.array([-1.6, 0.0, 1.6])
TRANCHE_SLOPE = 0.7
"""Distance of the tranches and slope of each, in dispersions of the whole (assumption: together they have the
variance of a logistic curve, 3.3)."""


@dataclass(frozen=True)
class SupplyCurves:
    """Producers: capacity (t a quarter), mean cost and dispersion of costs (USD/t), (mineral, seller) or
    (seller,)."""

    capacity_t: Array
    cost_usd_t: Array
    slope_usd_t: Array

    @property
    def tranche_cost_usd_t(self) -> Array:
        """(mineral, tranche, seller) mean cost of each tranche."""
        mean = self.cost_usd_t[..., None, :]
        cost = mean + TRANCHE_OFFSETS[:, None] * self.slope_usd_t[..., None, :]
        return np.where(mean > 0, np.maximum(cost, LOWEST_TRANCHE_SHARE * mean), cost)

    @property
    def tranche_slope_usd_t(self) -> Array:
        """(mineral, tranche, seller) slope of each tranche."""
        ones = np.ones_like(TRANCHE_OFFSETS)[:, None]
        return np.asarray(TRANCHE_SLOPE * ones * self.slope_usd_t[..., None, :])


def filled_share(x: Array | float) -> Array:
    """F(x), the part of the capacity that runs x dispersions above the mean cost."""
    return np.asarray(_parts(x).mean(axis=0))


def filled_slope(x: Array | float) -> Array:
    """F'(x)."""
    parts = _parts(x)
    return np.asarray((parts * (1.0 - parts)).mean(axis=0) / TRANCHE_SLOPE)


def _parts(x: Array | float) -> Array:
    at = (
        np.asarray(x, dtype=float)[None, ...] - TRANCHE_OFFSETS.reshape(-1, *([1] * np.ndim(x)))
    ) / TRANCHE_SLOPE
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(at, -700.0, 700.0))))


def dispersions_above_cost(share: Array | float) -> Array:
    """The x at which F(x) is ``share``, by bisection."""
    wanted = np.asarray(share, dtype=float)
    low, high = np.full(wanted.shape, -60.0), np.full(wanted.shape, 60.0)
    for _ in range(80):
        middle = (low + high) / 2.0
        short = filled_share(middle) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2.0)


def _relative_elasticity(x: Array) -> Array:
    """x F'(x) / F(x), the elasticity of supply times (p - c) / p."""
    return np.asarray(x * filled_slope(x) / filled_share(x))


def _turning() -> float:
    """Where the relative elasticity is largest: beyond it, it falls for good."""
    grid = np.linspace(0.5, 6.0, 5501)
    return float(grid[_relative_elasticity(grid).argmax()])


TURNING = _turning()


def supply_curves(
    output_t: Array,
    price_usd_t: Array | float,
    elasticity: float,
    cash_cost_usd_t: Array,
    usual_cost_share: float,
) -> SupplyCurves:
    """Curves through (price, output) that have both the known cost and the short-run elasticity.

    With x = (p - c) / v the elasticity is p F'(x) / (v F(x)), so x F'(x) / F(x) = elasticity (p - c) / p,
    taken at
    its root of high utilisation. More elastic supply than the left side allows gets the x at which it is
    largest
    and the slope that goes with its cost, so that the elasticity there is as high as the cost allows.

    output_t : (seller,) t/quarter; cash_cost_usd_t : (seller,), NaN where there is no evidence (then a share
        of the price)
    """
    known = np.where(np.isnan(cash_cost_usd_t), usual_cost_share * price_usd_t, cash_cost_usd_t)
    cost = np.minimum(
        known, HIGHEST_COST_SHARE * price_usd_t
    )  # who produced in the base year covered its running cost
    margin = price_usd_t - cost
    x = _steepness(price_usd_t, elasticity, cost)
    return _through(price_usd_t * np.ones_like(cost), output_t, cost, margin / x)


def at_known_capacity(
    curves: SupplyCurves, price_usd_t: Array | float, output_t: Array, capacity_t: Array
) -> SupplyCurves:
    """The same curves where ``capacity_t`` (seller,) is NaN; elsewhere with a mean cost at which so much of
    it stands idle at the base price as was not used: what is idle is dearer than what runs.
    """
    used = np.clip(output_t / capacity_t, *KNOWN_UTILISATION)
    known = np.isfinite(used) & (output_t > 0)
    price = price_usd_t * np.ones_like(curves.cost_usd_t)
    steps = dispersions_above_cost(np.where(known, used, 0.5))
    cost = np.where(known, np.maximum(price - curves.slope_usd_t * steps, 1e-9), curves.cost_usd_t)
    changed = _through(price, output_t, cost, curves.slope_usd_t)
    return SupplyCurves(np.where(known, changed.capacity_t, curves.capacity_t), cost, curves.slope_usd_t)


def _through(price_usd_t: Array, output_t: Array, cost_usd_t: Array, slope_usd_t: Array) -> SupplyCurves:
    """The curves with these costs that give ``output_t`` at ``price_usd_t``."""
    running = _running_shares(price_usd_t, cost_usd_t, slope_usd_t).mean(axis=-2)
    return SupplyCurves(output_t / running, cost_usd_t, slope_usd_t)


def _running_shares(price_usd_t: Array, cost_usd_t: Array, slope_usd_t: Array) -> Array:
    """(..., tranche, seller) part of each tranche that runs at a price."""
    unit = SupplyCurves(np.ones_like(cost_usd_t), cost_usd_t, slope_usd_t)
    at = (price_usd_t[..., None, :] - unit.tranche_cost_usd_t) / unit.tranche_slope_usd_t
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(at, -700.0, 700.0))))


def _steepness(price_usd_t: Array | float, elasticity: float, cost_usd_t: Array) -> Array:
    """The x beyond the turning point at which supply has this elasticity, by bisection; the turning point
    where
    supply of this cost is nowhere so elastic."""

    def too_elastic(x: Array) -> Array:
        slope = (price_usd_t - cost_usd_t) / x
        running = _running_shares(price_usd_t * np.ones_like(cost_usd_t), cost_usd_t, slope)
        answer = (running * (1.0 - running)).mean(axis=-2) / (TRANCHE_SLOPE * slope)
        return np.asarray(price_usd_t * answer / running.mean(axis=-2) > elasticity)

    low, high = np.full_like(cost_usd_t, TURNING), np.full_like(cost_usd_t, 60.0)
    for _ in range(80):
        middle = (low + high) / 2
        above = too_elastic(middle)
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(too_elastic(np.full_like(cost_usd_t, TURNING)), low, TURNING)


def refining_curves(
    throughput_t: Array,
    margin_usd_t: Array,
    known_cost_usd_t: Array,
    rent_share: float,
    utilisation: float,
    cost_premium: Array,
    least_margin_usd_t: Array,
) -> SupplyCurves:
    """Blocks that make a good of another, from the gross margin: a share of it is rent and dispersion, the
    rest conversion cost.

    throughput_t : (..., seller) of what is fed, t/quarter; margin_usd_t : yield x price - price index of
    the feed
    known_cost_usd_t : conversion cost per tonne of feed where there is evidence, NaN elsewhere
    cost_premium : conversion cost over the largest maker's, where there is no evidence; it lowers utilisation
    """
    margin = np.maximum(margin_usd_t, least_margin_usd_t)
    usual = float(dispersions_above_cost(utilisation))
    slope = rent_share * margin / usual
    assumed = (1.0 - rent_share) * margin * (1.0 + cost_premium)
    cost = np.minimum(np.where(np.isnan(known_cost_usd_t), assumed, known_cost_usd_t), margin)
    # between half full and where the implied cost would reach 5% of the margin
    low, high = float(dispersions_above_cost(UTILISATION_LOW)), 0.95 * usual / rent_share
    x = np.clip((margin - cost) / slope, low, high)
    return _through(margin_usd_t, throughput_t, margin_usd_t - slope * x, slope)
