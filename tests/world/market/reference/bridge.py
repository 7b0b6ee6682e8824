"""From the arrays of ``world.market`` to a chain of records, one row at a time.

The only file here that knows the kernel's arrays. Sellers, users and routes keep their places: lane
(r, s, b) of a stage is lane number ``(r S + s) B + b`` of the record. A lane may stand under one desk at
most; a desk whose quota is zero is a closed lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import inf

import numpy as np
from chain_equations import Books, books, network
from chain_records import Chain, Desk, Lane, Maker, Outside, Seller, Taste, User
from chain_records import Stage as StageRecord
from curve_records import Disposal, IsoelasticNeed, Logistic, StockResponse, Tranche

from world.market.arrays import Curves, Market, Stage
from world.market.clearing import Clearing
from world.market.rows import Floats

# Rules that the kernel documents: where a need stops being a power of the price, what negative feed can take,
# what an idle seller gives away.
LOWEST_RELATIVE_PRICE, SPREADS_ABOVE_ZERO = 0.05, 1.5
MOST_TAKEN_SHARE = 0.95
DISPOSAL_SHARE, LEAST_RELATIVE_SLOPE = 1e-9, 1e-3


def chain_of(market: Market, row: int) -> Chain:
    """One row of a market as a chain of records."""
    scale = reference_price_usd_t(market, row)
    records, able = [], np.zeros(0, dtype=bool)
    for level, stage in enumerate(market.stages):
        works = np.array([gets_some(market, row, level, place, able) for place in range(stage.sellers)])
        sellers = tuple(
            seller(market, row, level, place, works[place], scale) for place in range(stage.sellers)
        )
        lanes, desks = lanes_of(stage, row)
        users = tuple(user(stage, row, place) for place in range(stage.needs.need_t.shape[1]))
        records.append(StageRecord(sellers, lanes, users, desks))
        able = works | (stage.own.capacity_t[row].sum(0) > 0) | (stage.feed_t[row] > 0)
    return Chain(tuple(records))


def tonnes_needed_t(market: Market, row: int) -> float:
    return float(sum(stage.needs.need_t[row].sum() for stage in market.stages))


def reference_price_usd_t(market: Market, row: int) -> float:
    """Mean reference price over all needs."""
    weight = np.concatenate([stage.needs.need_t[row] for stage in market.stages])
    return float(
        weight @ np.concatenate([stage.needs.price_usd_t[row] for stage in market.stages]) / weight.sum()
    )


def gets_some(market: Market, row: int, level: int, place: int, able: np.ndarray) -> bool:
    """Whether a maker has capacity and an open lane from someone ``able`` to sell the good before."""
    if level == 0 or market.stages[level].making.capacity_t[row, :, place].sum() <= 0:
        return False
    lanes, _ = lanes_of(market.stages[level - 1], row)
    return any(
        lane.buyer == place and able[lane.seller] and lane.log_weight > -inf and lane.cap_t > 0
        for lane in lanes
    )


def seller(market: Market, row: int, level: int, place: int, works: bool, scale: float) -> Seller:
    stage = market.stages[level]
    own, making = curves_of(stage.own, row, place), curves_of(stage.making, row, place)
    feed = max(float(stage.feed_t[row, place]), -MOST_TAKEN_SHARE * sum(part.capacity_t for part, _ in own))
    recovery = float(stage.recovery[row])
    maker = None
    if level > 0:
        before = market.stages[level - 1]
        maker = Maker(tranches_of(making), taste(before, row, place), recovery, stock_of(before, row, place))
    given = disposal(own, making if works else [], feed, recovery, scale)
    return Seller(tranches_of(own), feed, maker=maker, disposal=given)


Backed = list[tuple[Logistic, float]]


def disposal(own: Backed, making: Backed, feed: float, recovery: float, scale: float) -> Disposal:
    """What the kernel lets a seller give away: a trace of all it could sell, at the mean cost of its own
    supply or of what it makes, over the widest of their slopes."""
    size = sum(part.capacity_t for part, _ in own) + recovery * sum(part.capacity_t for part, _ in making)
    costs = [part for part, _ in own or making]
    total = sum(part.capacity_t for part in costs)
    cost = sum(part.capacity_t * part.cost_usd_t for part in costs) / total if total > 0 else 0.0
    slope = max((part.slope_usd_t for part, _ in (*own, *making)), default=0.0)
    return Disposal(DISPOSAL_SHARE * (size + max(feed, 0.0)), cost, max(slope, LEAST_RELATIVE_SLOPE * scale))


def curves_of(curves: Curves, row: int, place: int) -> Backed:
    """The tranches with capacity, each with the price guaranteed for it."""
    parts = (curves.capacity_t, curves.cost_usd_t, curves.slope_usd_t, curves.guaranteed_usd_t)
    tranches = zip(*(part[row, :, place].tolist() for part in parts), strict=True)
    return [(Logistic(most, cost, slope), backed) for most, cost, slope, backed in tranches if most > 0]


def tranches_of(curves: Backed) -> tuple[Tranche, ...]:
    return tuple(Tranche(curve, backed) for curve, backed in curves)


def user(stage: Stage, row: int, place: int) -> User:
    needs = stage.needs
    fields = (needs.need_t, needs.price_usd_t, needs.elasticity, needs.dear_usd_t, needs.dear_elasticity)
    need, price, elasticity, dear, steep = (float(values[row, place]) for values in fields)
    opened = (needs.second_usd_t, needs.second_full_usd_t, needs.second_share)
    second, full, given = (float(values[row, place]) for values in opened)
    buyer = stage.makers_next + place
    choice = taste(stage, row, buyer)
    lowest = max(LOWEST_RELATIVE_PRICE * price, SPREADS_ABOVE_ZERO * elasticity * choice.spread_usd_t)
    return User(
        IsoelasticNeed(need, price, elasticity, lowest, max(dear, lowest), steep, second, full, given),
        choice,
        stock_of(stage, row, buyer),
    )


def stock_of(stage: Stage, row: int, buyer: int) -> StockResponse:
    stocks = stage.stocks
    parts = (stocks.buy_share, stocks.draw_share, stocks.price_usd_t, stocks.width_usd_t)
    return StockResponse(*(float(part[row, buyer]) for part in parts))


def taste(stage: Stage, row: int, buyer: int) -> Taste:
    lanes = stage.lanes
    tiers = zip(lanes.backstop_usd_t[row, :, buyer], lanes.backstop_log_weight[row, :, buyer], strict=True)
    outside = tuple(Outside(float(cost), float(weight)) for cost, weight in tiers if weight > -inf)
    return Taste(float(lanes.spread_usd_t[row, buyer]), outside)


def lanes_of(stage: Stage, row: int) -> tuple[tuple[Lane, ...], tuple[Desk, ...]]:
    lanes = stage.lanes
    real = real_desks(stage, row)
    places = product(*(range(size) for size in lanes.price_factor.shape[1:]))
    records = tuple(
        Lane(
            place[1],
            place[2],
            log_weight=-inf if shut(stage, row, place) else float(lanes.log_weight[(row, *place)]),
            factor=float(lanes.price_factor[(row, *place)]),
            charge_usd_t=float(lanes.charge_usd_t[(row, *place)]),
            floor_usd_t=float(lanes.floor_usd_t[(row, *place)]),
            cap_t=float(lanes.cap_t[(row, *place)]),
            over_cap_usd_t=float(lanes.over_quota_usd_t[(row, *place)]),
            desk=next((at for at, desk in enumerate(real) if under(stage, row, desk, place)), None),
        )
        for place in places
    )
    return records, tuple(desk_of(stage, row, desk) for desk in real)


def desk_of(stage: Stage, row: int, place: int) -> Desk:
    desks = stage.desks
    fields = (
        desks.quota_t,
        desks.unrecorded_most_t,
        desks.unrecorded_cost_usd_t,
        desks.unrecorded_width_usd_t,
        desks.asked_usd_t,
        desks.asked_over_t,
    )
    quota, most, first, width, asked, over = (float(values[row, place]) for values in fields)
    return Desk(quota, (most, first, first + width), (asked, over))


def real_desks(stage: Stage, row: int) -> list[int]:
    desks = stage.desks
    return [int(at) for at in np.flatnonzero((desks.seller[row] >= 0) & (desks.quota_t[row] > 0))]


def under(stage: Stage, row: int, desk: int, place: tuple[int, int, int]) -> bool:
    route, who, buyer = place
    return bool(stage.desks.seller[row, desk] == who and stage.desks.lanes[row, desk, route, buyer])


def shut(stage: Stage, row: int, place: tuple[int, int, int]) -> bool:
    """Whether a desk without any quota closes the lane."""
    none = np.flatnonzero(stage.desks.quota_t[row] <= 0)
    return any(under(stage, row, int(desk), place) for desk in none)


@dataclass(frozen=True)
class KernelStage:
    """What the kernel found for one stage, in the order of the chain's sellers, buyers, lanes and desks."""

    price_usd_t: Floats
    premium_usd_t: Floats
    index_usd_t: Floats
    ordered_t: Floats
    used_t: Floats
    flow_t: Floats
    levy_usd_t: Floats
    rent_usd_t: Floats


def kernel_stages(clearing: Clearing, market: Market, row: int) -> tuple[KernelStage, ...]:
    """One row of a clearing, by stage."""
    return tuple(
        KernelStage(
            found.price_usd_t[row],
            found.premium_usd_t[row, real_desks(stage, row)],
            found.index_usd_t[row],
            found.ordered_t[row],
            found.use_t[row],
            found.flow_t[row].ravel(),
            found.levy_usd_t[row].ravel(),
            found.rent_usd_t[row].ravel(),
        )
        for stage, found in zip(market.stages, clearing.stages, strict=True)
    )


def books_at(stages: tuple[KernelStage, ...], chain: Chain) -> Books:
    """The chain's books at the kernel's prices and premiums."""
    net = network(chain)
    prices = {(level, place): float(stages[level].price_usd_t[place]) for level, place in net.sellers}
    return books(
        net, prices, {(level, desk): float(stages[level].premium_usd_t[desk]) for level, desk in net.desks}
    )
