"""From cost evidence and elasticities to supply curves that pass through the base year.

Supply of a block is logistic in the price: S(p) = K / (1 + exp(-(p - c) / v)). The short-run elasticity at
the base price is p (1 - u) / v with u = S / K. Costs come from evidence and slopes from elasticities;
inverting the price at one utilisation would give every producer the same cost, and would leave floors,
predation and reference prices without effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array

UTILISATION_LOW = 0.5
HIGHEST_COST_SHARE = 0.97
TURNING = 1.278464542761074  # where x (1 - sig(x)) is largest


@dataclass(frozen=True)
class SupplyCurves:
    """Logistic blocks: capacity (t a quarter), cost and slope (USD/t), one entry a seller."""

    capacity_t: Array
    cost_usd_t: Array
    slope_usd_t: Array


def logit(share: Array | float) -> Array:
    """ln(u / (1 - u))."""
    result: Array = np.log(np.asarray(share) / (1.0 - np.asarray(share)))
    return result


def supply_curves(
    output_t: Array, price_usd_t: float, elasticity: float, cash_cost_usd_t: Array, usual_cost_share: float
) -> SupplyCurves:
    """Curves through (price, output) that have both the known cost and the short-run elasticity.

    With x = (p - c) / v the elasticity is p (1 - sig(x)) / v, so x (1 - sig(x)) = elasticity (p - c) / p,
    taken at its root of high utilisation. The left side is at most 0.278 (x = 1.278): more elastic supply
    than that gets x = 1.278 and the slope that goes with its cost, so that the elasticity there is as high as
    the cost allows.

    output_t : (seller,) t/quarter; cash_cost_usd_t : (seller,), NaN where there is no evidence (then a share
        of the price)
    """
    known = np.where(np.isnan(cash_cost_usd_t), usual_cost_share * price_usd_t, cash_cost_usd_t)
    cost = np.minimum(
        known, HIGHEST_COST_SHARE * price_usd_t
    )  # who produced in the base year covered its running cost
    margin = price_usd_t - cost
    x = _steepness(elasticity * margin / price_usd_t)
    return SupplyCurves(output_t / (1.0 / (1.0 + np.exp(-x))), cost, margin / x)


def _steepness(target: Array) -> Array:
    """The root above 1.278 of x (1 - sig(x)) = target, by bisection; 1.278 where there is none."""
    low, high = np.full_like(target, TURNING), np.full_like(target, 40.0)
    for _ in range(80):
        middle = (low + high) / 2
        above = middle / (1.0 + np.exp(middle)) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(target >= TURNING / (1.0 + np.exp(TURNING)), TURNING, low)


def refining_curves(
    throughput_t: Array,
    margin_usd_t: Array,
    known_cost_usd_t: Array,
    rent_share: float,
    utilisation: float,
    cost_premium: Array,
    least_margin_usd_t: Array,
) -> SupplyCurves:
    """Refining blocks from the gross margin: a share of it is rent and dispersion, the rest conversion cost.

    throughput_t : (seller,) ore fed, t/quarter; margin_usd_t : (seller,) recovery x refined price - ore index
    known_cost_usd_t : (seller,) conversion cost per tonne of ore where there is evidence, NaN elsewhere
    cost_premium : (seller,) conversion cost over the largest refiner's, where there is no evidence; it lowers
        utilisation
    """
    margin = np.maximum(margin_usd_t, least_margin_usd_t)
    slope = rent_share * margin / float(logit(utilisation))
    assumed = (1.0 - rent_share) * margin * (1.0 + cost_premium)
    cost = np.minimum(np.where(np.isnan(known_cost_usd_t), assumed, known_cost_usd_t), margin)
    highest = 1.0 / (
        1.0 + np.exp(-0.95 * float(logit(utilisation)) / rent_share)
    )  # where the implied cost would reach 5% of the margin
    running = np.clip(1.0 / (1.0 + np.exp(-(margin - cost) / slope)), UTILISATION_LOW, highest)
    return SupplyCurves(throughput_t / running, margin_usd_t - slope * logit(running), slope)
