"""The strategic reserve's rule: what to buy, what to hold, what to release. Pure: numpy in, numpy out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ReserveView:
    """What the manager of the reserve sees; axes (mineral,).

    stock_t, target_t : held and wanted; price_usd_t, usual_usd_t : present price and mean of its memory
    supply_t : a round's supply that nobody withholds from it; cash_usd : what it can spend
    """

    stock_t: Array
    target_t: Array
    price_usd_t: Array
    usual_usd_t: Array
    supply_t: Array
    cash_usd: float


@dataclass(frozen=True)
class ReserveDecision:
    """Purchases and releases, tonnes a round."""

    buy_t: Array
    release_t: Array


def decide_reserve(
    view: ReserveView,
    supply_share: float,
    fill_rounds: float,
    ceiling_ratio: float,
    trigger_ratio: float,
    release_share: float,
) -> ReserveDecision:
    """Buy toward the target while the price is ordinary, at most a small share of supply; release when it is
    extraordinary.

    A round buys at most the target over ``fill_rounds``: filling a tiny market at once would move it.
    Money goes to the minerals in proportion to the value of what is missing, so that a huge market does not
    starve the tiny ones.
    """
    emergency = view.price_usd_t > trigger_ratio * view.usual_usd_t
    ordinary = view.price_usd_t <= ceiling_ratio * view.usual_usd_t
    missing = np.where(ordinary & ~emergency, np.maximum(view.target_t - view.stock_t, 0.0), 0.0)
    most = np.minimum(supply_share * view.supply_t, view.target_t / fill_rounds)
    wanted = np.minimum(missing, most)
    cost = float((wanted * view.price_usd_t).sum())
    scale = min(1.0, view.cash_usd / cost) if cost > 0 else 0.0
    return ReserveDecision(wanted * scale, np.where(emergency, release_share * view.stock_t, 0.0))
