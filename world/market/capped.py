"""Choice under quotas of lanes: the capped logit, with a duty above the quota where there is one.

A buyer wants x_i = T e^(z_i + P / mu) from lane i. With a quota q_i and a duty g_i above it (inf = nothing
passes) he takes max(min(x_i, q_i), x_i e^(-g_i / mu)). The index P rises until

    sum_i max(min(q_i / T(P), e^(z_i + P / mu)), e^(z_i + P / mu - g_i / mu)) + e^(z_0 + P / mu) = 1 ,

one rising equation in one unknown, whatever the set of lanes that bind. The shadow price of a quota is what
equalises its lane with the others: rent = mu (ln T + z_i + P / mu - ln q_i), zero exactly where the quota is
slack, and never above g_i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.need import Listed, Orders, Picked, picked_orders
from world.market.rows import Floats

PASSES = 80
SETTLED = 1e-14  # of index and spread: what rounding leaves of a sum over lanes
# Without a backstop nothing bounds the index from above: a step then at most doubles it and adds so many
# spreads.
FIRST_REACH = 8.0


@dataclass(frozen=True)
class Quotas:
    """Listed buyers C with their lanes L: log_pull (C, L) is z, outside (C,) that of going without, log_cap
    (C, L) the logarithm of the quotas, log_over (C, L) = g / mu, spread (C,) = mu."""

    log_pull: Floats
    outside: Floats
    log_cap: Floats
    log_over: Floats
    spread: Floats

    def at(self, listed: Listed) -> Quotas:
        """Some of the buyers."""
        return Quotas(
            self.log_pull[listed],
            self.outside[listed],
            self.log_cap[listed],
            self.log_over[listed],
            self.spread[listed],
        )


def capped_index_usd_t(quotas: Quotas, buyers: Picked, start: Floats) -> Floats:
    """The price index (C,) at which what the buyers may buy is what they order.

    ``start`` (C,) is the index without quotas, a lower bound. Safeguarded Newton on the logarithm of the sum;
    buyers whose index is settled leave the loop.
    """
    low, high = start.copy(), np.maximum(-quotas.spread * quotas.outside, start)
    index = start.copy()
    left = np.arange(len(start))  # buyers whose index is not settled
    for _ in range(PASSES):
        at, part = index[left], quotas.at(left)
        total, slope = _covered(part, picked_orders(buyers.take(left), at), at)
        low[left], high[left] = np.where(total <= 0, at, low[left]), np.where(total > 0, at, high[left])
        reach = np.minimum(high[left], low[left] + np.abs(low[left]) + FIRST_REACH * part.spread)
        moved = at - total / slope
        inside = (moved >= low[left]) & (moved <= reach)
        fallback = np.where(np.isinf(high[left]), reach, 0.5 * (low[left] + reach))
        moved = np.where(inside, moved, fallback)
        index[left] = np.where(np.abs(total) > 0, moved, at)
        left = left[np.abs(moved - at) > SETTLED * (np.abs(at) + part.spread)]
        if not len(left):
            break
    return index


def lanes_held(quotas: Quotas, orders: Orders, index: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Lanes (C, L) held at their quota, and lanes on which goods pass above it, at this index."""
    excess = quotas.log_pull + (index / quotas.spread + orders.log_t)[:, None] - quotas.log_cap
    over = excess > quotas.log_over
    return np.asarray((excess > 0) & ~over), np.asarray(over)


def _covered(quotas: Quotas, orders: Orders, index: Floats) -> tuple[Floats, Floats]:
    """ln of the sum above, and its derivative to the index."""
    wanted = quotas.log_pull + (index / quotas.spread)[:, None]
    allowed = quotas.log_cap - orders.log_t[:, None]
    beyond = wanted - quotas.log_over
    held = (wanted > allowed) & (allowed >= beyond)
    terms = np.maximum(np.minimum(wanted, allowed), beyond)
    backstop = quotas.outside + index / quotas.spread
    top = np.maximum(terms.max(1), backstop)
    share, share_outside = np.exp(terms - top[:, None]), np.exp(backstop - top)
    total = share.sum(1) + share_outside
    held_part = np.where(held, share, 0.0).sum(1)
    slope = ((total - held_part) / quotas.spread - held_part * orders.slope) / total
    return top + np.log(total), slope
