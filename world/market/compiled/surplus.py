"""The area under curves of need in compiled loops: what ``world.market.surplus`` does with arrays, from one
price to the next at which the elasticity changes, and no further than the price that is looked for.
"""

from __future__ import annotations

from dataclasses import fields
from math import exp, expm1, log

import numpy as np

from world.market.arrays import Needs
from world.market.compiled.cache import lean, lean_entrance
from world.market.need import Users, users_of
from world.market.rows import Floats

(NEED, PRICE, ELASTICITY, LOWEST, DEAR, DEAR_MORE, SECOND, FULL, SECOND_MORE, LAST_MORE) = range(
    len(fields(Users))
)
UNIT_POWER = 1e-12


def surplus_usd(needs: Needs, spread_usd_t: Floats, index_usd_t: Floats) -> Floats:
    """As :func:`world.market.surplus.surplus_usd`."""
    users, found = users_of(needs, spread_usd_t), np.zeros(index_usd_t.shape)
    given = tuple(np.ascontiguousarray(getattr(users, item.name)) for item in fields(Users))
    _add_areas(given, np.ascontiguousarray(needs.need_t), np.ascontiguousarray(index_usd_t), found)
    return found


@lean_entrance
def _add_areas(users, need, index, found):  # type: ignore[no-untyped-def]
    """Of all users who need something, into ``found``."""
    for m in range(need.shape[0]):
        for k in range(need.shape[1]):
            if need[m, k] > 0.0:
                found[m, k] = need[m, k] * _surplus(users, m, k, index[m, k])


@lean
def _surplus(users, m, k, index):  # type: ignore[no-untyped-def]
    """surplus.surplus_usd of one user, a tonne of need."""
    price, elasticity, lowest = users[PRICE][m, k], users[ELASTICITY][m, k], users[LOWEST][m, k]
    above = _area(users, m, k, max(price, lowest)) - _area(users, m, k, max(index, lowest))
    below, rate = min(index - lowest, 0.0), elasticity / lowest
    if below == 0.0:
        return above
    stretch = expm1(-below * rate) / rate if rate > 0.0 else -below
    return above + exp(-elasticity * log(lowest / price)) * stretch


@lean
def _area(users, m, k, to):  # type: ignore[no-untyped-def]
    """surplus._need_integral of one user."""
    low, total = users[LOWEST][m, k], 0.0
    dear, second, full = users[DEAR][m, k], users[SECOND][m, k], users[FULL][m, k]
    level = exp(-users[ELASTICITY][m, k] * log(low / users[PRICE][m, k]))
    while low < to:
        elasticity, high = users[ELASTICITY][m, k], to
        elasticity += users[DEAR_MORE][m, k] if low >= dear else 0.0
        elasticity += users[SECOND_MORE][m, k] if second <= low < full else 0.0
        elasticity += users[LAST_MORE][m, k] if low >= full else 0.0
        for kink in (dear, second, full):
            high = kink if low < kink < high else high
        power, ratio = 1.0 - elasticity, log(high / low)
        part = low * expm1(power * ratio) / power if abs(power) >= UNIT_POWER else low * ratio
        total += level * part
        level *= exp(-elasticity * ratio)
        low = high
    return total
