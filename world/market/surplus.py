"""What users gain by what they buy: the area under their curve of need."""

from __future__ import annotations

import numpy as np

from world.market.arrays import Needs
from world.market.need import Users, users_of
from world.market.rows import Floats


def surplus_usd(needs: Needs, spread_usd_t: Floats, index_usd_t: Floats) -> Floats:
    """Integral of the need D from the index (M, K) to the reference price, in closed form; ``spread_usd_t``
    (M, K) of the users' choice."""
    users, some = users_of(needs, spread_usd_t), needs.need_t > 0
    price, elasticity, lowest = users.price_usd_t, users.elasticity, users.lowest_usd_t
    cap, index = np.maximum(price, lowest), np.maximum(index_usd_t, lowest)
    upper = _need_integral(cap, users) - _need_integral(index, users)
    below = np.minimum(index_usd_t - lowest, 0.0)
    rate = elasticity / lowest
    safe = np.where(rate > 0, rate, 1.0)
    stretch = np.where(rate > 0, np.expm1(-below * rate) / safe, -below)
    lower = (lowest / price) ** -elasticity * stretch
    return np.where(some, needs.need_t * (upper + lower), 0.0)


def _need_integral(to: Floats, users: Users) -> Floats:
    """Integral of D / need from the lowest price to ``to``, (M, K): power by power, between the prices at
    which its elasticity changes. What users find in sources of their own is paid for under this curve."""
    total, low = np.zeros_like(to), users.lowest_usd_t
    level = (low / users.price_usd_t) ** -users.elasticity
    second, full = users.second_usd_t, users.second_full_usd_t
    kinks = np.sort(np.stack([users.dear_usd_t, second, full]), axis=0)
    for kink in (*kinks, np.full_like(to, np.inf)):
        high = np.clip(kink, low, np.maximum(to, low))
        steeper = np.where(low >= users.dear_usd_t, users.dear_more, 0.0)
        steeper = steeper + np.where((low >= second) & (low < full), users.second_more, 0.0)
        elasticity = users.elasticity + steeper + np.where(low >= full, users.last_more, 0.0)
        total = total + level * _power_integral(low, high, low, elasticity)
        level, low = level * (high / low) ** -elasticity, high
    return np.asarray(total)


def _power_integral(low: Floats, high: Floats, price: Floats, elasticity: Floats) -> Floats:
    """Integral of (p / price)^-elasticity from low to high, also where the elasticity is 1."""
    power = 1.0 - elasticity
    unit = np.abs(power) < 1e-12
    safe = np.where(unit, 1.0, power)
    log_ratio = np.log(high / low)
    grown = low * (low / price) ** -elasticity * np.expm1(safe * log_ratio) / safe
    return np.where(unit, price * log_ratio, grown)
