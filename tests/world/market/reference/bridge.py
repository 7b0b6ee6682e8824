"""From the arrays of ``world.market`` to a chain of records, one row at a time.

The only file here that knows the kernel's arrays. Sellers, users and routes keep their places: lane
(r, s, b) of a stage is lane number ``(r S + s) B + b`` of the record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import inf

import numpy as np
from chain_equations import Books, books, network
from chain_records import Chain, Lane, Maker, Outside, Seller, Stage, Taste, User
from curve_records import Disposal, IsoelasticNeed, Logistic, StockResponse, Tranche

from world.market.arrays import Clearing, Floats, Lanes, Market

# Rules that the kernel documents: where a need stops being a power of the price, what negative feed can take,
# what an idle seller gives away.
LOWEST_RELATIVE_PRICE, SPREADS_ABOVE_ZERO = 0.05, 1.5
MOST_TAKEN_SHARE = 0.95
DISPOSAL_SHARE, LEAST_RELATIVE_SLOPE = 1e-9, 1e-3


def chain_of(market: Market, row: int) -> Chain:
    """One row of a market as a chain of two stages."""
    mines = tuple(mine(market, row, place) for place in range(market.ore_capacity_t.shape[1]))
    plants = tuple(plant(market, row, place) for place in range(market.refining_capacity_t.shape[1]))
    users = tuple(user(market, row, place) for place in range(market.need_t.shape[1]))
    ore = Stage(mines, lanes_of(market.ore_lanes, row))
    return Chain((ore, Stage(plants, lanes_of(market.refined_lanes, row), users)))


def mine(market: Market, row: int, place: int) -> Seller:
    curves = logistic_of(market, "ore", row, place)
    feed = feed_t(float(market.ore_feed_t[row, place]), curves)
    ceiling = float(market.ore_ceiling_t[row, place])
    given = disposal_of(market, row, curves, feed, ())
    return Seller(tranches_of(curves), feed, ceiling, disposal=given)


def plant(market: Market, row: int, place: int) -> Seller:
    curves = logistic_of(market, "primary", row, place)
    conversion = logistic_of(market, "refining", row, place)
    feed = feed_t(float(market.refined_feed_t[row, place]), curves)
    recovery = float(market.recovery[row])
    maker = Maker(tranches_of(conversion), taste(market.ore_lanes, row, place), recovery)
    working = conversion if has_ore(market, row, place) else ()
    metal = tuple(replace(curve, capacity_t=recovery * curve.capacity_t) for curve in working)
    return Seller(
        tranches_of(curves), feed, maker=maker, disposal=disposal_of(market, row, curves, feed, metal)
    )


def disposal_of(
    market: Market, row: int, own: tuple[Logistic, ...], feed: float, made: tuple[Logistic, ...]
) -> Disposal:
    """What the kernel lets a seller give away: a trace of all it could sell, at the cost and slope of its own
    supply, or of what it makes."""
    size = sum(curve.capacity_t for curve in (*own, *made)) + max(feed, 0.0)
    cost = next((curve.cost_usd_t for curve in (*own, *made)), 0.0)
    slope = max((curve.slope_usd_t for curve in (*own, *made)), default=0.0)
    weight = np.maximum(market.need_t[row], 0.0)
    scale = float(weight @ market.need_price_usd_t[row] / weight.sum())
    return Disposal(DISPOSAL_SHARE * size, cost, max(slope, LEAST_RELATIVE_SLOPE * scale))


def has_ore(market: Market, row: int, place: int) -> bool:
    lanes = market.ore_lanes
    able = (market.ore_capacity_t[row] > 0) | (market.ore_feed_t[row] > 0)
    able = able & (market.ore_ceiling_t[row] > 0)
    open_lanes = (lanes.log_weight[row, :, :, place] > -inf) & (lanes.cap_t[row, :, :, place] > 0)
    return bool((open_lanes & able).any())


def user(market: Market, row: int, place: int) -> User:
    need, price, elasticity, buy, draw, level, width = (
        float(getattr(market, name)[row, place])
        for name in (
            "need_t", "need_price_usd_t", "need_elasticity",
            "stock_buy_share", "stock_draw_share", "stock_price_usd_t", "stock_width_usd_t",
        )
    )  # fmt: skip
    choice = taste(market.refined_lanes, row, place)
    lowest = max(LOWEST_RELATIVE_PRICE * price, SPREADS_ABOVE_ZERO * elasticity * choice.spread_usd_t)
    return User(
        IsoelasticNeed(need, price, elasticity, lowest), choice, StockResponse(buy, draw, level, width)
    )


def logistic_of(market: Market, block: str, row: int, place: int) -> tuple[Logistic, ...]:
    capacity, cost, slope = (
        float(getattr(market, f"{block}_{part}")[row, place])
        for part in ("capacity_t", "cost_usd_t", "slope_usd_t")
    )
    return (Logistic(capacity, cost, slope),) if capacity > 0 else ()


def tranches_of(curves: tuple[Logistic, ...]) -> tuple[Tranche, ...]:
    return tuple(Tranche(curve) for curve in curves)


def feed_t(feed: float, own: tuple[Logistic, ...]) -> float:
    """Negative feed takes no more than the seller's own capacity can give."""
    return max(feed, -MOST_TAKEN_SHARE * sum(curve.capacity_t for curve in own))


def taste(lanes: Lanes, row: int, buyer: int) -> Taste:
    weight = float(lanes.backstop_log_weight[row, buyer])
    outside = (Outside(float(lanes.backstop_usd_t[row, buyer]), weight),) if weight > -inf else ()
    return Taste(float(lanes.spread_usd_t[row, buyer]), outside)


def lanes_of(lanes: Lanes, row: int) -> tuple[Lane, ...]:
    routes, sellers, buyers = lanes.price_factor.shape[1:]
    return tuple(
        Lane(
            seller,
            buyer,
            log_weight=float(lanes.log_weight[row, route, seller, buyer]),
            factor=float(lanes.price_factor[row, route, seller, buyer]),
            charge_usd_t=float(lanes.charge_usd_t[row, route, seller, buyer]),
            floor_usd_t=float(lanes.floor_usd_t[row, route, seller, buyer]),
            cap_t=float(lanes.cap_t[row, route, seller, buyer]),
        )
        for route, seller, buyer in product(range(routes), range(sellers), range(buyers))
    )


@dataclass(frozen=True)
class KernelStage:
    """What the kernel found for one stage, in the order of the chain's sellers, buyers and lanes."""

    price_usd_t: Floats
    index_usd_t: Floats
    ordered_t: Floats
    used_t: Floats
    flow_t: Floats
    levy_usd_t: Floats
    rent_usd_t: Floats


def kernel_stages(clearing: Clearing, market: Market, row: int) -> tuple[KernelStage, ...]:
    """One row of a clearing, by stage."""
    ore = KernelStage(
        clearing.ore_price_usd_t[row],
        clearing.ore_index_usd_t[row],
        clearing.throughput_t[row],
        clearing.converted_t[row] / market.recovery[row],
        clearing.ore_flow_t[row].ravel(),
        clearing.ore_levy_usd_t[row].ravel(),
        clearing.ore_rent_usd_t[row].ravel(),
    )
    refined = KernelStage(
        clearing.refined_price_usd_t[row],
        clearing.refined_index_usd_t[row],
        clearing.purchases_t[row],
        clearing.use_t[row],
        clearing.refined_flow_t[row].ravel(),
        clearing.refined_levy_usd_t[row].ravel(),
        clearing.refined_rent_usd_t[row].ravel(),
    )
    return ore, refined


def books_at(stages: tuple[KernelStage, ...], chain: Chain) -> Books:
    """The chain's books at the kernel's prices."""
    net = network(chain)
    return books(
        net, {(level, place): float(stages[level].price_usd_t[place]) for level, place in net.sellers}, {}
    )
