"""What the buyers of a stage order in all, as a function of their price index.

Users:    orders = D(P) (1 + s(P)),  D = d (P / P0)^-eps max(1, P / P1)^-(eps1 - eps), dear from P1,
          less what users find in sources of their own between Pa and Pb (:mod:`world.market.opening`).
Makers:   orders = R(P) (1 + s(P)),  R = sum of tranches K sig((y max(p, G) - P - c) / v), p their own price.
Stocks:   s(P) = b - c sig((P - Ps) / w).

Everything is given as logarithms, so that an order too small to be a number still has a slope.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Curves, Needs, Stage, Stocks
from world.market.curves import logistic, softplus
from world.market.opening import opening_of
from world.market.rows import Floats, Rowwise

# Below the larger of 0.05 P0 and 1.5 eps mu the need grows exponentially, not as a power: it stays finite at
# P <= 0, and less elastic than the choice between sellers.
LOWEST_RELATIVE_PRICE = 0.05
SPREADS_ABOVE_ZERO = 1.5
NOTHING = -1e300  # ln of no tonnes, kept finite so that differences of it are numbers

Listed = NDArray[np.intp]


@dataclass(frozen=True)
class Orders:
    """ln of the tonnes ordered and of the tonnes used, with their derivatives to the index (per USD/t,
    negative), and that of both to the maker's own price (>= 0, zero for users)."""

    log_t: Floats
    slope: Floats
    log_use_t: Floats
    use_slope: Floats
    price_slope: Floats

    def at(self, rows: Listed, columns: Listed) -> Orders:
        """Buyers picked one by one."""
        return Orders(*(getattr(self, item.name)[rows, columns] for item in fields(self)))


@dataclass(frozen=True)
class Users(Rowwise):
    """Users of a good; every field (M, K). Made by ``users_of``."""

    log_need: Floats
    price_usd_t: Floats
    elasticity: Floats
    lowest_usd_t: Floats
    dear_usd_t: Floats
    dear_more: Floats  # what the elasticity rises by above dear_usd_t
    second_usd_t: Floats
    second_full_usd_t: Floats
    second_more: Floats  # what the elasticity is higher by between these two
    last_more: Floats  # and from the second on


@dataclass(frozen=True)
class Makers(Rowwise):
    """Makers of the next good; tranches (M, T, J). ``recovery`` (M, 1). Made by ``makers_of``."""

    log_capacity: Floats
    cost_usd_t: Floats
    slope_usd_t: Floats
    guaranteed_usd_t: Floats
    recovery: Floats


@dataclass(frozen=True)
class Buyers(Rowwise):
    """All buyers of a stage: makers (first J columns), users, and the stock response of both."""

    makers: Makers | None
    users: Users
    stocks: Stocks


@dataclass(frozen=True)
class Picked:
    """Buyers listed one by one: makers (T, C), users (C,), stocks (C,), and which of them are makers."""

    is_maker: NDArray[np.bool_]
    makers: Makers | None
    maker_price_usd_t: Floats
    users: Users
    stocks: Stocks

    def take(self, listed: Listed) -> Self:
        """A part of the list."""
        makers = self.makers
        return replace(
            self,
            is_maker=self.is_maker[listed],
            makers=None
            if makers is None
            else Makers(*(getattr(makers, f.name)[..., listed] for f in fields(makers))),
            maker_price_usd_t=self.maker_price_usd_t[listed],
            users=Users(*(getattr(self.users, f.name)[listed] for f in fields(Users))),
            stocks=Stocks(*(getattr(self.stocks, f.name)[listed] for f in fields(Stocks))),
        )


def users_of(needs: Needs, spread_usd_t: Floats) -> Users:
    """The users of a stage; ``spread_usd_t`` (M, K) of their choice. Those without need get harmless
    figures."""
    some = needs.need_t > 0
    price = np.where(some, needs.price_usd_t, 1.0)
    elasticity = np.where(some, needs.elasticity, 0.0)
    spread = np.where(some, spread_usd_t, 0.0)
    lowest = np.maximum(LOWEST_RELATIVE_PRICE * price, SPREADS_ABOVE_ZERO * elasticity * spread)
    dear = np.where(some, np.maximum(needs.dear_usd_t, lowest), np.inf)
    more = np.where(some & (dear < np.inf), needs.dear_elasticity - needs.elasticity, 0.0)
    second, full, opening, last = opening_of(needs, some, elasticity, lowest, dear, more)
    return Users(_log(needs.need_t), price, elasticity, lowest, dear, more, second, full, opening, last)


def makers_of(making: Curves, recovery: Floats, working: NDArray[np.bool_]) -> Makers:
    """The makers of the next good; those not ``working`` (M, J) order nothing. ``recovery`` (M,)."""
    some = working[:, None, :] & (making.capacity_t > 0)
    return Makers(
        log_capacity=_log(np.where(some, making.capacity_t, 0.0)),
        cost_usd_t=np.where(some, making.cost_usd_t, 0.0),
        slope_usd_t=np.where(some, making.slope_usd_t, 1.0),
        guaranteed_usd_t=np.where(some, making.guaranteed_usd_t, -np.inf),
        recovery=recovery[:, None],
    )


def buyers_of(stage: Stage, following: Stage | None, working: NDArray[np.bool_]) -> Buyers:
    """The buyers of ``stage``; ``working`` (M, J) are the makers of the ``following`` stage that run."""
    count = stage.makers_next
    users = users_of(stage.needs, stage.lanes.spread_usd_t[:, count:])
    makers = None if following is None else makers_of(following.making, following.recovery, working)
    active = np.concatenate([working, stage.needs.need_t > 0], 1)
    return Buyers(makers, users, _clean_stocks(stage.stocks, active))


def _clean_stocks(stocks: Stocks, active: NDArray[np.bool_]) -> Stocks:
    return Stocks(
        np.where(active, stocks.buy_share, 0.0),
        np.where(active, stocks.draw_share, 0.0),
        np.where(active, stocks.price_usd_t, 1.0),
        np.where(active, stocks.width_usd_t, 1.0),
    )


def orders_of(buyers: Buyers, maker_price_usd_t: Floats, index_usd_t: Floats) -> Orders:
    """Orders (M, B) at the index (M, B) and the makers' own prices (M, J)."""
    count = maker_price_usd_t.shape[1]
    log_use, slope = use_of_users(buyers.users, index_usd_t[:, count:])
    price_slope = np.zeros_like(log_use)
    if buyers.makers is not None:
        made = _use_of_makers(buyers.makers, maker_price_usd_t, index_usd_t[:, :count])
        log_use, slope, price_slope = (
            np.concatenate(pair, 1) for pair in zip(made, (log_use, slope, price_slope), strict=True)
        )
    return _with_stocks(buyers.stocks, index_usd_t, log_use, slope, price_slope)


def pick(buyers: Buyers, maker_price_usd_t: Floats, rows: Listed, columns: Listed) -> Picked:
    """The buyers at these rows and columns, one by one."""
    count = maker_price_usd_t.shape[1]
    is_maker = columns < count
    maker = np.where(is_maker, columns, 0)
    user = np.where(is_maker, 0, columns - count)
    makers, price = None, np.zeros(len(rows))
    if buyers.makers is not None and count:
        one = buyers.makers
        makers = Makers(
            log_capacity=one.log_capacity[rows, :, maker].T,
            cost_usd_t=one.cost_usd_t[rows, :, maker].T,
            slope_usd_t=one.slope_usd_t[rows, :, maker].T,
            guaranteed_usd_t=one.guaranteed_usd_t[rows, :, maker].T,
            recovery=one.recovery[rows, 0],
        )
        price = maker_price_usd_t[rows, maker]
    some_users = buyers.users.log_need.shape[1] > 0
    users = Users(
        *(
            getattr(buyers.users, f.name)[rows, user] if some_users else np.ones(len(rows))
            for f in fields(Users)
        )
    )
    stocks = Stocks(*(getattr(buyers.stocks, f.name)[rows, columns] for f in fields(Stocks)))
    return Picked(is_maker, makers, price, users, stocks)


def picked_orders(picked: Picked, index_usd_t: Floats) -> Orders:
    """Orders (C,) of listed buyers."""
    log_use, slope = use_of_users(picked.users, index_usd_t)
    price_slope = np.zeros_like(log_use)
    if picked.makers is not None:
        made = _use_of_makers(picked.makers, picked.maker_price_usd_t, index_usd_t, axis=0)
        log_use, slope, price_slope = (
            np.where(picked.is_maker, of_maker, of_user)
            for of_maker, of_user in zip(made, (log_use, slope, price_slope), strict=True)
        )
    return _with_stocks(picked.stocks, index_usd_t, log_use, slope, price_slope)


def stock_share(stocks: Stocks, index_usd_t: Floats) -> Floats:
    """Stock building wanted at this index, as a share of use: b - c sig((P - Ps) / w)."""
    deviation = (index_usd_t - stocks.price_usd_t) / stocks.width_usd_t
    return stocks.buy_share - stocks.draw_share * logistic(deviation)


def throughput_t(making: Curves, recovery: Floats, price_usd_t: Floats, index_usd_t: Floats) -> Floats:
    """Throughput of every tranche (M, T, S) at own prices and at the index of the good before, (M, S)."""
    value = recovery[:, None, None] * np.maximum(price_usd_t[:, None, :], making.guaranteed_usd_t)
    slope = np.where(making.capacity_t > 0, making.slope_usd_t, 1.0)
    return np.asarray(
        making.capacity_t * logistic((value - index_usd_t[:, None, :] - making.cost_usd_t) / slope)
    )


def _with_stocks(
    stocks: Stocks, index_usd_t: Floats, log_use: Floats, slope: Floats, price_slope: Floats
) -> Orders:
    drawn = logistic((index_usd_t - stocks.price_usd_t) / stocks.width_usd_t)
    factor = 1.0 + stocks.buy_share - stocks.draw_share * drawn
    factor_slope = -stocks.draw_share * drawn * (1.0 - drawn) / stocks.width_usd_t
    return Orders(log_use + np.log(factor), slope + factor_slope / factor, log_use, slope, price_slope)


def use_of_users(users: Users, index_usd_t: Floats) -> tuple[Floats, Floats]:
    """ln D and its derivative to the index."""
    kept = np.maximum(index_usd_t, users.lowest_usd_t)
    below = np.minimum(index_usd_t - users.lowest_usd_t, 0.0) / users.lowest_usd_t
    log_need = users.log_need - users.elasticity * (np.log(kept / users.price_usd_t) + below)
    is_dear = kept > users.dear_usd_t
    beyond = np.log(np.where(is_dear, kept / users.dear_usd_t, 1.0))
    answer = users.elasticity + np.where(is_dear, users.dear_more, 0.0)
    log_need = log_need - users.dear_more * beyond - _log_spared(users, kept)
    is_opening = (kept > users.second_usd_t) & (kept <= users.second_full_usd_t)
    answer = answer + np.where(is_opening, users.second_more, 0.0)
    return log_need, -(answer + np.where(kept > users.second_full_usd_t, users.last_more, 0.0)) / kept


def _log_spared(users: Users, index_usd_t: Floats) -> Floats:
    """ln of what users need over what second sources leave of it to sellers."""
    at = np.clip(index_usd_t, users.second_usd_t, users.second_full_usd_t)
    beyond = np.maximum(index_usd_t, users.second_full_usd_t) / users.second_full_usd_t
    opened = users.second_more * np.log(at / users.second_usd_t)
    return np.asarray(opened + users.last_more * np.log(beyond))


def recovered_t(users: Users, index_usd_t: Floats, use_t: Floats) -> Floats:
    """What users who want ``use_t`` (M, K) of sellers at this index get from sources of their own."""
    return np.asarray(use_t * np.expm1(_log_spared(users, index_usd_t)))


def _use_of_makers(
    makers: Makers, price_usd_t: Floats, index_usd_t: Floats, axis: int = 1
) -> tuple[Floats, Floats, Floats]:
    """ln R, its derivative to the index and to the own price; tranches stand on ``axis``."""
    price, index = np.expand_dims(price_usd_t, axis), np.expand_dims(index_usd_t, axis)
    recovery = makers.recovery if axis == 0 else makers.recovery[:, None, :]
    value = recovery * np.maximum(price, makers.guaranteed_usd_t)
    loss = (index + makers.cost_usd_t - value) / makers.slope_usd_t
    log_part = makers.log_capacity - softplus(loss)
    top = np.maximum(log_part.max(axis), NOTHING)
    share = np.exp(log_part - np.expand_dims(top, axis))
    total = share.sum(axis)
    weight = share / np.expand_dims(np.where(total > 0, total, 1.0), axis)
    answer = weight * logistic(loss) / makers.slope_usd_t
    log_use = top + np.log(np.where(total > 0, total, 1.0))
    at_market = price > makers.guaranteed_usd_t
    by_price = (np.where(at_market, answer, 0.0) * recovery).sum(axis)
    return log_use, -answer.sum(axis), by_price


def _log(tonnes: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(np.maximum(tonnes, 0.0)), NOTHING)
