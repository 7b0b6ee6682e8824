"""What states buy for and sell from their stocks, beside the strategic reserve: orders at home, books at
cost.

What is bought is stock at cost and not use; what is sold earns its price less what it cost, and is income of
the state and not of the refiners at whose place it is sold. Stocks older than the run are valued at the
base-year price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import REFINED, Array, gather, scatter
from world.policy.happenings import ExportQuota

if TYPE_CHECKING:
    from world.market_round import Cleared
    from world.model import TradeWorld


def stock_orders_t(world: TradeWorld) -> Array:
    """(mineral, user) orders of the reserve and of states."""
    return np.asarray(world.reserve_need_t + gather(world.happenings.purchase_t, world.base.axes.users))


def stock_releases_t(world: TradeWorld) -> Array:
    """(mineral, refiner) sales of the reserve and of states out of stock."""
    sold = gather(world.happenings.release_t, world.base.axes.refiners)
    return np.asarray(world.reserve_release_t + sold)


def home_quotas(world: TradeWorld) -> tuple[ExportQuota, ...]:
    """In a round of release the owner's refined metal leaves no faster than it did without."""
    return tuple(
        ExportQuota(mineral, REFINED, world.leader, None, float(most), 1.0, for_few=False)
        for mineral, most in enumerate(world.reserve_exports_t)
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


def settle_states(world: TradeWorld, cleared: Cleared) -> None:
    """Book what states bought and sold this round, at the prices that cleared."""
    now, axes, metal = world.happenings, world.base.axes, cleared.clearing.stages[REFINED]
    n, count = len(axes.countries), world.base.use_t.shape[1]
    need = cleared.priced.market.stages[REFINED].needs.need_t
    ordered = gather(now.purchase_t, axes.users)
    share = np.divide(ordered, need, out=np.zeros_like(need), where=need > 0.0)
    got = share * np.maximum(metal.wanted_t - metal.unmet_t, 0.0)[:, -count:]
    paid = np.where(metal.flow_t > 0.0, metal.landed_usd_t + metal.rent_usd_t, 0.0) * metal.flow_t
    delivered = metal.flow_t.sum(axis=(1, 2))[:, -count:]
    price = np.divide(
        paid.sum(axis=(1, 2))[:, -count:], delivered, out=np.zeros_like(delivered), where=delivered > 0.0
    )
    sold = gather(now.release_t, axes.refiners)
    world.state_stocks.settle(
        scatter(got, axes.users, n),
        scatter(got * price, axes.users, n),
        scatter(sold, axes.refiners, n),
        scatter(sold * metal.price_usd_t, axes.refiners, n),
    )
