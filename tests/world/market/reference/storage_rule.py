"""Competitive storage of one good: it waits while beta E p' - k > p, so p >= beta E p' - k."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]


def carry_over(
    price: Callable[[float], float], harvest: float, next_harvest: float, discount: float, cost: float
) -> float:
    """What is stored of a harvest when there is one more period, ``price`` being that of an amount sold."""

    def loss(stored: float) -> float:
        return price(harvest - stored) - discount * (price(next_harvest + stored) - cost)

    return 0.0 if loss(0.0) >= 0 else float(brentq(loss, 0.0, harvest, xtol=1e-13))


def stationary_price(
    price: Callable[[Floats], Floats], harvests: Floats, discount: float, grid: Floats
) -> Callable[[float], float]:
    """Price as a function of what is available, for ever, at equally likely ``harvests`` and no storage cost.

    f(a) = max(price(a), beta E f(z + s)) with s the amount that makes both equal; repeated until f is still.
    """
    value = price(grid)
    for _ in range(2000):
        kept = np.linspace(0.0, grid[-1] - grid[0], len(grid))
        ahead = discount * np.mean([np.interp(kept + z, grid, value) for z in harvests], axis=0)
        stored = np.array([amount_stored(price, float(at), kept, ahead) for at in grid])
        new = np.where(stored > 0, price(grid - stored), price(grid))
        if np.abs(new - value).max() < 1e-11:
            break
        value = new
    return lambda available: float(np.interp(available, grid, value))


def amount_stored(price: Callable[[Floats], Floats], available: float, kept: Floats, ahead: Floats) -> float:
    """Where the price of what is sold meets the discounted price to come; none where it starts above."""
    gap = price(available - kept) - ahead
    if gap[0] >= 0:
        return 0.0
    last = int(np.argmax(gap >= 0)) if (gap >= 0).any() else len(kept) - 1
    low, high = gap[last - 1], gap[last]
    return float(kept[last - 1] - low * (kept[last] - kept[last - 1]) / (high - low))
