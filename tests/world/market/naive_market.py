"""The market's equations written a second time, one seller and one buyer at a time, to check the kernel
against.

Nothing here is shared with the kernel: shares by plain exponentials, quotas by a root finder on the buyer's
index, prices by ``scipy.optimize.root`` on tonnes. Slow, and only good for ordinary markets.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log

import numpy as np
from scipy.optimize import brentq, root

from world.market.arrays import Floats, Lanes, Market


def sig(x: float) -> float:
    return 1.0 / (1.0 + exp(-x)) if x > -700 else 0.0


class NaiveMarket:
    """Row ``row`` of a market. ``imbalance(prices)`` gives supply less demand of every seller, ore first."""

    def __init__(self, market: Market, row: int) -> None:
        self.one = one = market.take([row])
        self.sellers = one.ore_capacity_t.shape[1]
        self.refiners = one.refining_capacity_t.shape[1]
        self.users = one.need_t.shape[1]
        self.active = np.ones(self.sellers + self.refiners, dtype=bool)
        for i in range(self.sellers):
            able = one.ore_capacity_t[0, i] > 0 or one.ore_feed_t[0, i] > 0
            self.active[i] = able and one.ore_ceiling_t[0, i] > 0
        one.ore_lanes.log_weight[0][:, ~self.active[: self.sellers]] = -inf
        for j in range(self.refiners):
            fed = (
                one.refining_capacity_t[0, j] > 0 and np.isfinite(one.ore_lanes.log_weight[0, :, :, j]).any()
            )
            self.active[self.sellers + j] = (
                fed or one.primary_capacity_t[0, j] > 0 or one.refined_feed_t[0, j] > 0
            )
        one.refined_lanes.log_weight[0][:, ~self.active[self.sellers :]] = -inf

    @staticmethod
    def feed(feed: float, capacity: float) -> float:
        return max(feed, 0.0) - min(max(-feed, 0.0), 0.95 * capacity)

    def imbalance(self, prices: Floats) -> Floats:
        one, y = self.one, float(self.one.recovery[0])
        ore, metal = prices[: self.sellers], prices[self.sellers :]
        out = np.zeros(len(prices))
        got = np.zeros(self.refiners)
        for j in range(self.refiners):
            for i, flow in enumerate(self.column(one.ore_lanes, ore, j, self.throughput(j, y * metal[j]))):
                out[i] -= flow
                got[j] += flow
        for k in range(self.users):
            for j, flow in enumerate(self.column(one.refined_lanes, metal, k, self.purchases(k))):
                out[self.sellers + j] -= flow
        for i in range(self.sellers):
            mined = one.ore_capacity_t[0, i] * sig(
                (ore[i] - one.ore_cost_usd_t[0, i]) / one.ore_slope_usd_t[0, i]
            )
            feed = self.feed(one.ore_feed_t[0, i], one.ore_capacity_t[0, i])
            out[i] += min(mined + feed, one.ore_ceiling_t[0, i])
        for j in range(self.refiners):
            at = (metal[j] - one.primary_cost_usd_t[0, j]) / one.primary_slope_usd_t[0, j]
            feed = self.feed(one.refined_feed_t[0, j], one.primary_capacity_t[0, j])
            out[self.sellers + j] += y * got[j] + one.primary_capacity_t[0, j] * sig(at) + feed
        return np.where(self.active, out, 0.0)

    def throughput(self, j: int, value: float) -> Callable[[float], float]:
        capacity, cost, slope = (
            float(item[0, j])
            for item in (
                self.one.refining_capacity_t,
                self.one.refining_cost_usd_t,
                self.one.refining_slope_usd_t,
            )
        )
        return lambda index: capacity * sig((value - index - cost) / slope)

    def purchases(self, k: int) -> Callable[[float], float]:
        one = self.one
        need, price, elasticity = (
            float(x[0, k]) for x in (one.need_t, one.need_price_usd_t, one.need_elasticity)
        )
        buy, draw, level, width = (
            float(x[0, k])
            for x in (one.stock_buy_share, one.stock_draw_share, one.stock_price_usd_t, one.stock_width_usd_t)
        )
        kink = max(0.05 * price, 1.5 * elasticity * float(one.refined_lanes.spread_usd_t[0, k]))

        def order(index: float) -> float:
            power = need * (max(index, kink) / price) ** -elasticity
            continued = power * exp(-min(index - kink, 0.0) * elasticity / kink)
            return continued * (1.0 + buy - draw * sig((index - level) / width))

        return order

    @staticmethod
    def column(lanes: Lanes, prices: Floats, buyer: int, order: Callable[[float], float]) -> list[float]:
        """Tonnes from every seller to one buyer, all routes together."""
        spread = float(lanes.spread_usd_t[0, buyer])
        routes, sellers = lanes.price_factor.shape[1:3]
        lane = [(r, s) for s in range(sellers) for r in range(routes)]
        cap, pull = {}, {}
        for r, s in lane:
            at = (0, r, s, buyer)
            landed = max(lanes.price_factor[at] * prices[s] + lanes.charge_usd_t[at], lanes.floor_usd_t[at])
            pull[r, s] = exp(lanes.log_weight[at] - landed / spread) if lanes.log_weight[at] > -inf else 0.0
            cap[r, s] = float(lanes.cap_t[at])
        outside = exp(lanes.backstop_log_weight[0, buyer] - lanes.backstop_usd_t[0, buyer] / spread)

        def flow(of: tuple[int, int], index: float) -> float:
            return min(cap[of], order(index) * pull[of] * exp(index / spread))

        def missing(index: float) -> float:
            return sum(flow(of, index) for of in lane) + order(index) * (outside * exp(index / spread) - 1.0)

        free = -spread * log(outside + sum(pull.values()))
        index = (
            free
            if missing(free) >= -1e-12 * order(free)
            else brentq(missing, free, -spread * log(outside), xtol=1e-13)
        )
        return [sum(flow((r, s), index) for r in range(routes)) for s in range(sellers)]

    def solve(self, start: Floats) -> Floats | None:
        """Prices by scipy's hybrid method in units of ``start``, or None where it does not arrive."""
        scale, size = np.abs(start) + 1e-9, float(self.one.need_t.sum())

        def residual(relative: Floats) -> Floats:
            return np.where(self.active, self.imbalance(relative * scale) / size, relative - start / scale)

        try:
            found = root(residual, start / scale, method="hybr", options={"xtol": 1e-13})
        except (OverflowError, ValueError):
            return None
        return np.asarray(found.x * scale) if np.abs(found.fun).max() < 1e-11 else None
