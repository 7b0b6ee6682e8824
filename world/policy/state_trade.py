"""What states buy for and sell from their stocks, beside the strategic reserve: orders at home, books at
cost.

What is bought is stock at cost and not use; what is sold earns its price less what it cost, and is income of
the state and not of the refiners at whose place it is sold. Stocks older than the run are valued at the
base-year price.
"""

from __future__ import annotations

import numpy as np

from world.axes import REFINED, Array, Axes, gather, scatter
from world.market.arrays import Stage
from world.market.clearing import StageClearing
from world.policy.happenings import ExportQuota, Happenings


def stock_orders_t(axes: Axes, happenings: Happenings, reserve_need_t: Array) -> Array:
    """(mineral, user) orders of the reserve (mineral, user) and of states."""
    return np.asarray(reserve_need_t + gather(happenings.purchase_t, axes.users))


def stock_releases_t(axes: Axes, happenings: Happenings, reserve_release_t: Array) -> Array:
    """(mineral, refiner) sales of the reserve (mineral, refiner) and of states out of stock."""
    return np.asarray(reserve_release_t + gather(happenings.release_t, axes.refiners))


def home_quotas(owner: int, most_t: Array) -> tuple[ExportQuota, ...]:
    """In a round of release the owner's refined metal leaves no faster than it did without: ``most_t``
    (mineral,) tonnes, inf where nothing is released."""
    return tuple(
        ExportQuota(mineral, REFINED, owner, None, float(most), 1.0, for_few=False)
        for mineral, most in enumerate(most_t)
        if np.isfinite(most)
    )


class StateStocks:
    """Stocks that states hold by the measures of a run; (mineral, country) arrays.

    held_t : bought less sold since the start, not below zero; book_usd : what it cost; result_usd :
    (country,) of the last round, sales less the cost of what was sold
    """

    def __init__(self, base_price_usd_t: Array, countries: int) -> None:
        self._base_usd_t = base_price_usd_t[:, None] * np.ones(countries)
        self.held_t = np.zeros_like(self._base_usd_t)
        self.book_usd = np.zeros_like(self._base_usd_t)
        self.result_usd = np.zeros(countries)

    def settle(self, bought_t: Array, paid_usd: Array, sold_t: Array, earned_usd: Array) -> None:
        """Book a round, (mineral, country) each."""
        held = self.held_t > 0.0
        unit = np.where(held, self.book_usd / np.where(held, self.held_t, 1.0), self._base_usd_t)
        from_stock = np.minimum(sold_t, self.held_t)
        cost = unit * from_stock + self._base_usd_t * (sold_t - from_stock)
        self.result_usd = (earned_usd - cost).sum(axis=0)
        self.held_t = self.held_t + bought_t - from_stock
        self.book_usd = np.maximum(self.book_usd + paid_usd - unit * from_stock, 0.0)


def settle_states(
    stocks: StateStocks, axes: Axes, happenings: Happenings, traded: Stage, metal: StageClearing
) -> None:
    """Book what states bought and sold this round, at the prices that cleared.

    traded, metal : the stage of refined metal as it came to market and as it cleared, rows are minerals
    """
    n, count = len(axes.countries), axes.users.shape[1]
    need = traded.needs.need_t
    ordered = gather(happenings.purchase_t, axes.users)
    share = np.divide(ordered, need, out=np.zeros_like(need), where=need > 0.0)
    got = share * np.maximum(metal.wanted_t - metal.unmet_t, 0.0)[:, -count:]
    paid = np.where(metal.flow_t > 0.0, metal.landed_usd_t + metal.rent_usd_t, 0.0) * metal.flow_t
    delivered = metal.flow_t.sum(axis=(1, 2))[:, -count:]
    price = np.divide(
        paid.sum(axis=(1, 2))[:, -count:], delivered, out=np.zeros_like(delivered), where=delivered > 0.0
    )
    sold = gather(happenings.release_t, axes.refiners)
    stocks.settle(
        scatter(got, axes.users, n),
        scatter(got * price, axes.users, n),
        scatter(sold, axes.refiners, n),
        scatter(sold * metal.price_usd_t, axes.refiners, n),
    )
