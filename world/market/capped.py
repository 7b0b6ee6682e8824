"""Choice under quotas: the capped logit.

A buyer wants x_i = T e^(z_i + P / mu) from lane i but may have no more than q_i. The index P rises until

    sum_i min(q_i / T(P), e^(z_i + P / mu)) + e^(z_0 + P / mu) = 1 ,

one rising equation in one unknown, whatever the set of lanes that bind. The shadow price of a quota is what
equalises its lane with the others: rent = mu (ln T + z_i + P / mu - ln q_i), zero exactly where the quota is
slack.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Floats
from world.market.need import Orders

Listed = NDArray[np.intp]

PASSES = 200
SETTLED = 1e-14  # of index and spread: what rounding leaves of a sum over lanes
# Without a backstop nothing bounds the index from above: a step then at most doubles it and adds so many
# spreads.
FIRST_REACH = 8.0


def capped_index_usd_t(
    log_pull: Floats,
    outside: Floats,
    log_cap: Floats,
    spread: Floats,
    order: Callable[[Listed, Floats], Orders],
    start: Floats,
) -> Floats:
    """The price index (C,) of C buyers at which what they may buy is what they order.

    ``log_pull`` (C, L) is z = ln A - c / mu of every lane, ``outside`` (C,) that of the backstop, ``log_cap``
    (C, L) the logarithm of the quotas, ``start`` (C,) the index without quotas (a lower bound);
    ``order(listed, index)`` gives what the listed buyers buy in all. Safeguarded Newton on the logarithm of
    the sum; buyers whose index is settled leave the loop.
    """
    low, high = start.copy(), np.maximum(-spread * outside, start)
    index = start.copy()
    left = np.arange(len(start))  # buyers whose index is not settled
    for _ in range(PASSES):
        at, mu = index[left], spread[left]
        total, slope, _ = _covered(log_pull[left], outside[left], log_cap[left], mu, order(left, at), at)
        low[left], high[left] = np.where(total <= 0, at, low[left]), np.where(total > 0, at, high[left])
        reach = np.minimum(high[left], low[left] + np.abs(low[left]) + FIRST_REACH * mu)
        moved = at - total / slope
        inside = (moved >= low[left]) & (moved <= reach)
        fallback = np.where(np.isinf(high[left]), reach, 0.5 * (low[left] + reach))
        moved = np.where(inside, moved, fallback)
        index[left] = np.where(np.abs(total) > 0, moved, at)
        left = left[np.abs(moved - at) > SETTLED * (np.abs(at) + mu)]
        if not len(left):
            break
    return index


def binding(
    log_pull: Floats, log_cap: Floats, spread: Floats, orders: Orders, index: Floats
) -> NDArray[np.bool_]:
    """Lanes (C, L) whose quota binds at this index."""
    return np.asarray(log_pull + (index / spread + orders.log_t)[:, None] > log_cap)


def _covered(
    log_pull: Floats,
    outside: Floats,
    log_cap: Floats,
    spread: Floats,
    orders: Orders,
    index: Floats,
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """ln of the sum above, its derivative to the index, and the lanes that bind."""
    wanted = log_pull + (index / spread)[:, None]
    allowed = log_cap - orders.log_t[:, None]
    held = wanted > allowed
    terms = np.minimum(wanted, allowed)
    backstop = outside + index / spread
    top = np.maximum(terms.max(1), backstop)
    share, share_outside = np.exp(terms - top[:, None]), np.exp(backstop - top)
    total = share.sum(1) + share_outside
    held_part = np.where(held, share, 0.0).sum(1)
    slope = ((total - held_part) / spread - held_part * orders.slope) / total
    return top + np.log(total), slope, held
