"""What the buyers of a stage order in all, as a function of their price index.

Users of refined metal:  Q(P) = D(P) (1 + b - c sig((P - Ps) / w)),  D = d (P / P0)^-eps.
Refiners of ore:         R(P1) = K sig((y p2 - P1 - c) / v).
Both are given as logarithms, so that an order too small to be a number still has a slope.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Floats, Market, Rowwise
from world.market.curves import logistic, softplus

# Below the larger of 0.05 P0 and 1.5 eps mu the need grows exponentially, not as a power: it stays finite at
# P <= 0, and less elastic than the choice between sellers.
LOWEST_RELATIVE_PRICE = 0.05
SPREADS_ABOVE_ZERO = 1.5


@dataclass(frozen=True)
class _Columns(Rowwise):
    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Self:
        """The same buyers picked one by one: every field becomes one-dimensional."""
        return replace(self, **{item.name: getattr(self, item.name)[rows, columns] for item in fields(self)})


@dataclass(frozen=True)
class Orders:
    """ln of the tonnes ordered, and its derivative to the price index (per USD/t, negative)."""

    log_t: Floats
    slope: Floats


@dataclass(frozen=True)
class Users(_Columns):
    """Users of refined metal; every field (M, K). Made by ``users_of``."""

    log_need: Floats
    price_usd_t: Floats
    elasticity: Floats
    lowest_usd_t: Floats
    stock_buy_share: Floats
    stock_draw_share: Floats
    stock_price_usd_t: Floats
    stock_width_usd_t: Floats


@dataclass(frozen=True)
class Refiners(_Columns):
    """Refiners as buyers of ore; every field (M, J). Made by ``refiners_of``."""

    log_capacity: Floats
    cost_usd_t: Floats
    slope_usd_t: Floats


def users_of(market: Market) -> Users:
    """The users of a market; those without need get harmless figures."""
    some = market.need_t > 0
    price = np.where(some, market.need_price_usd_t, 1.0)
    elasticity = np.where(some, market.need_elasticity, 0.0)
    lowest = np.maximum(
        LOWEST_RELATIVE_PRICE * price, SPREADS_ABOVE_ZERO * elasticity * market.refined_lanes.spread_usd_t
    )
    return Users(
        log_need=_log(market.need_t),
        price_usd_t=price,
        elasticity=elasticity,
        lowest_usd_t=lowest,
        stock_buy_share=np.where(some, market.stock_buy_share, 0.0),
        stock_draw_share=np.where(some, market.stock_draw_share, 0.0),
        stock_price_usd_t=np.where(some, market.stock_price_usd_t, 1.0),
        stock_width_usd_t=np.where(some, market.stock_width_usd_t, 1.0),
    )


def refiners_of(market: Market, working: NDArray[np.bool_]) -> Refiners:
    """The refiners of a market; those not ``working`` (M, J) order nothing."""
    return Refiners(
        log_capacity=_log(np.where(working, market.refining_capacity_t, 0.0)),
        cost_usd_t=np.where(working, market.refining_cost_usd_t, 0.0),
        slope_usd_t=np.where(working, market.refining_slope_usd_t, 1.0),
    )


def need_t(users: Users, index_usd_t: Floats) -> Floats:
    """Consumption need D(P), tonnes a round."""
    return np.asarray(np.exp(_log_need(users, index_usd_t)))


def stock_share(users: Users, index_usd_t: Floats) -> Floats:
    """Stock building wanted at this index, as a share of the need: b - c sig((P - Ps) / w)."""
    deviation = (index_usd_t - users.stock_price_usd_t) / users.stock_width_usd_t
    return users.stock_buy_share - users.stock_draw_share * logistic(deviation)


def user_orders(users: Users, index_usd_t: Floats) -> Orders:
    """Purchases Q(P)."""
    kept = np.maximum(index_usd_t, users.lowest_usd_t)
    drawn = logistic((index_usd_t - users.stock_price_usd_t) / users.stock_width_usd_t)
    factor = 1.0 + users.stock_buy_share - users.stock_draw_share * drawn
    factor_slope = -users.stock_draw_share * drawn * (1.0 - drawn) / users.stock_width_usd_t
    slope = -users.elasticity / kept + factor_slope / factor
    return Orders(_log_need(users, index_usd_t) + np.log(factor), slope)


def refiner_orders(refiners: Refiners, metal_value_usd_t: Floats, index_usd_t: Floats) -> Orders:
    """Throughput R; ``metal_value_usd_t`` = y p2. Its derivative to the metal value is minus the slope."""
    loss = (index_usd_t + refiners.cost_usd_t - metal_value_usd_t) / refiners.slope_usd_t
    return Orders(refiners.log_capacity - softplus(loss), -logistic(loss) / refiners.slope_usd_t)


def _log_need(users: Users, index_usd_t: Floats) -> Floats:
    kept = np.maximum(index_usd_t, users.lowest_usd_t)
    below = np.minimum(index_usd_t - users.lowest_usd_t, 0.0) / users.lowest_usd_t
    return np.asarray(users.log_need - users.elasticity * (np.log(kept / users.price_usd_t) + below))


def _log(tonnes: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(tonnes, 0.0)))
