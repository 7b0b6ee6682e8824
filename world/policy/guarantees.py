"""Contracts for difference: public money tops up what producers earn to a guaranteed price.

A guarantee covers some tonnes of capacity: the tranches of a producer are split into a part that earns at
least the guaranteed price and a part that earns the market's. Pure: records and curves in, curves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import Array, Whole
from world.market.arrays import Curves
from world.policy.happenings import Guarantee


@dataclass(frozen=True)
class Cover:
    """Guarantees at a stage, (mineral, seller) each: price_usd_t of the product, -inf where none; covered_t
    tonnes of product a round; share of the round.
    """

    price_usd_t: Array
    covered_t: Array
    share: Array

    @property
    def some(self) -> bool:
        """Whether any producer has a guarantee."""
        return bool((self.share > 0.0).any())

    def covered_share(self, capacity_t: Array) -> Array:
        """(mineral, seller) part of a capacity to make the product that is under guarantee, 0 to 1."""
        full = np.divide(
            self.covered_t,
            capacity_t,
            out=np.where(self.covered_t > 0.0, 1.0, 0.0),
            where=capacity_t > 0.0,
        )
        return np.asarray(self.share * np.minimum(full, 1.0))


def cover_of(guarantees: Sequence[Guarantee], stage: int, sellers: Whole) -> Cover:
    """The guarantees at a stage on its sellers; where there are two in the round, the one with the
    longer part of it, of equals the later in the list (a scenario's after the calendar's).
    """
    price, covered, share = np.full(sellers.shape, -np.inf), np.zeros(sellers.shape), np.zeros(sellers.shape)
    for guarantee in guarantees:
        if guarantee.stage == stage:
            row = guarantee.mineral
            mine = (sellers[row] == guarantee.country) & (guarantee.share >= share[row])
            price[row][mine], covered[row][mine] = guarantee.price_usd_t, guarantee.covered_t
            share[row][mine] = guarantee.share
    return Cover(price, covered, share)


def guaranteed(curves: Curves, cover: Cover, covered_share: Array) -> Curves:
    """Curves (M, T, S) whose tranches are split: first the parts that earn the market's price, then those
    under guarantee. The same curves where nobody has a guarantee.
    """
    if not cover.some:
        return curves
    part = covered_share[:, None, :]
    twice = {
        name: np.concatenate([getattr(curves, name)] * 2, axis=1) for name in ("cost_usd_t", "slope_usd_t")
    }
    assured = np.broadcast_to(cover.price_usd_t[:, None, :], curves.capacity_t.shape)
    return Curves(
        capacity_t=np.concatenate([(1.0 - part) * curves.capacity_t, part * curves.capacity_t], axis=1),
        guaranteed_usd_t=np.concatenate(
            [curves.guaranteed_usd_t, np.maximum(curves.guaranteed_usd_t, assured)], axis=1
        ),
        **twice,
    )


def believed_under(cover: Cover, covered_share: Array, believed_usd_t: Array) -> Array:
    """(mineral, seller) price that producers count on: the guaranteed one, if better, for what it covers."""
    gain = np.maximum(cover.price_usd_t - believed_usd_t, 0.0)
    return np.asarray(believed_usd_t + np.where(covered_share > 0.0, covered_share * gain, 0.0))
