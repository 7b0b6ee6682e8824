"""From whom the buyers of one stage buy: an additive logit over lanes, with floors, quotas and export desks.

    z = ln A - max(alpha (p + premium) + beta, floor) / mu ,   W = e^z_0 + sum e^z ,   share = e^z / W ,
    P = -mu ln W

All exponents are shifted by the largest, so costs a thousand times apart and a backstop at 200 times the
price do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Desks, Lanes
from world.market.capped import Quotas, capped_index_usd_t, lanes_held
from world.market.need import Buyers, Orders, orders_of, pick, picked_orders
from world.market.rows import Floats, Rowwise


@dataclass(frozen=True)
class Pulls(Rowwise):
    """Lanes made ready, in units of the buyer's spread: z = min(offset - factor * p, limit).

    factor, offset, limit, log_cap, log_over (M, R, S, B); spread, outside (M, B); capped (M, B) columns
    with a quota; ``outside`` joins the tiers of the backstop. ``limit`` is None where no lane has a floor,
    ``log_cap``, ``log_over`` and ``capped`` are None where no lane has a quota.
    """

    factor: Floats
    offset: Floats
    limit: Floats | None
    log_cap: Floats | None
    log_over: Floats | None
    capped: NDArray[np.bool_] | None
    spread: Floats
    outside: Floats


@dataclass(frozen=True)
class Choice(Rowwise):
    """What a stage's buyers choose. Flow of a lane = pull * unit * ordered_t, plus ``held_t`` on lanes whose
    quota binds.

    pull (M, R, S, B); the others (M, B). ``free_share`` is what quotas that bind leave of the order, backstop
    included (1 without quotas); ``got_share`` the part of the order that sellers deliver (kept apart from
    1 - ``outside_share``, which loses all digits when hardly anything is delivered).
    """

    pull: Floats
    levied: NDArray[np.bool_] | None
    held_t: Floats | None
    unit: Floats
    index_usd_t: Floats
    ordered_t: Floats
    log_order: Floats
    order_slope: Floats
    log_use: Floats
    use_slope: Floats
    price_slope: Floats
    free_share: Floats
    got_share: Floats
    outside_share: Floats


def prepare(lanes: Lanes, live: NDArray[np.bool_], buyers: NDArray[np.bool_]) -> Pulls:
    """``live`` (M, R, S, B) lanes that carry goods, ``buyers`` (M, B) those who buy; the rest drops out."""
    spread = np.where(buyers, lanes.spread_usd_t, 1.0)
    per_spread = 1.0 / spread[:, None, None, :]
    offset = np.where(live, lanes.log_weight - lanes.charge_usd_t * per_spread, -np.inf)
    has_floor = live & (lanes.floor_usd_t > -np.inf)
    has_cap = live & (lanes.cap_t < np.inf)
    quotas = bool(has_cap.any())
    return Pulls(
        factor=np.where(live, lanes.price_factor * per_spread, 0.0),
        offset=offset,
        limit=_limit(lanes, has_floor, per_spread) if has_floor.any() else None,
        log_cap=np.log(np.where(has_cap, lanes.cap_t, np.inf)) if quotas else None,
        log_over=np.where(has_cap, lanes.over_quota_usd_t, np.inf) * per_spread if quotas else None,
        capped=np.asarray(has_cap.any((1, 2))) if quotas else None,
        spread=spread,
        outside=outside_of(lanes, np.asarray(live.any((1, 2))), buyers, spread),
    )


def outside_of(lanes: Lanes, reached: NDArray[np.bool_], buyers: NDArray[np.bool_], spread: Floats) -> Floats:
    """ln of the pull of going without, all tiers together, (M, B); ``reached`` (M, B) by any lane."""
    tiers = lanes.backstop_log_weight - lanes.backstop_usd_t / spread[:, None, :]
    top = tiers.max(1)
    level = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        outside = np.log(np.exp(tiers - level[:, None, :]).sum(1)) + level
    outside = np.where(buyers, outside, 0.0)
    stranded = ~reached & np.isinf(outside)  # no lane and no backstop: the index still needs a value
    return np.where(stranded, -lanes.backstop_usd_t.max(1) / spread, outside)


def _limit(lanes: Lanes, has_floor: NDArray[np.bool_], per_spread: Floats) -> Floats:
    return np.where(
        has_floor, lanes.log_weight - np.where(has_floor, lanes.floor_usd_t, 0.0) * per_spread, np.inf
    )


def choose(
    pulls: Pulls,
    desks: Desks,
    buyers: Buyers,
    price_usd_t: Floats,
    premium_usd_t: Floats,
    maker_price_usd_t: Floats,
) -> Choice:
    """The buyers' choice at seller prices (M, S) and premiums of the desks (M, D); ``maker_price_usd_t``
    (M, J) is what makers among the buyers get for what they make."""
    wanted = log_pull(pulls, desks, price_usd_t, premium_usd_t)
    levied = None
    if pulls.limit is not None:
        levied = wanted > pulls.limit
        wanted = np.minimum(wanted, pulls.limit)
    top = np.maximum(wanted.max((1, 2)), pulls.outside)
    pull = np.exp(wanted - top[:, None, None, :])
    share_outside = np.exp(pulls.outside - top)
    inside = pull.sum((1, 2))
    total = inside + share_outside
    index = -pulls.spread * (top + np.log(total))
    orders = orders_of(buyers, maker_price_usd_t, index)
    choice = Choice(
        pull=pull,
        levied=levied,
        held_t=None,
        unit=1.0 / total,
        index_usd_t=index,
        ordered_t=np.exp(orders.log_t),
        log_order=orders.log_t,
        order_slope=orders.slope,
        log_use=orders.log_use_t,
        use_slope=orders.use_slope,
        price_slope=orders.price_slope,
        free_share=np.ones_like(index),
        got_share=inside / total,
        outside_share=share_outside / total,
    )
    return (
        choice if pulls.capped is None else _ration(pulls, choice, wanted, orders, buyers, maker_price_usd_t)
    )


def log_pull(pulls: Pulls, desks: Desks, price_usd_t: Floats, premium_usd_t: Floats) -> Floats:
    """z before the floor, (M, R, S, B)."""
    wanted = pulls.offset - pulls.factor * price_usd_t[:, None, :, None]
    rows = np.arange(len(wanted))
    for desk in range(desks.seller.shape[1]):
        seller = desks.seller[:, desk]
        factor = pulls.factor[rows, :, seller, :] * desks.lanes[:, desk]
        wanted[rows, :, seller, :] -= factor * premium_usd_t[:, desk, None, None]
    return wanted


def _ration(
    pulls: Pulls, choice: Choice, wanted: Floats, orders: Orders, buyers: Buyers, maker_price: Floats
) -> Choice:
    """Redo the columns in which a quota is exceeded."""
    assert pulls.capped is not None
    assert pulls.log_cap is not None
    assert pulls.log_over is not None
    rows, columns = np.nonzero(pulls.capped & (choice.ordered_t > 0))
    lanes = (rows, slice(None), slice(None), columns)
    shape = (len(rows), wanted.shape[1] * wanted.shape[2])
    quotas = Quotas(
        wanted[lanes].reshape(shape),
        pulls.outside[rows, columns],
        pulls.log_cap[lanes].reshape(shape),
        pulls.log_over[lanes].reshape(shape),
        pulls.spread[rows, columns],
    )
    held, over = lanes_held(quotas, orders.at(rows, columns), choice.index_usd_t[rows, columns])
    some = np.flatnonzero((held | over).any(1))
    held_t = np.zeros_like(choice.pull)
    if len(some):
        _hold(choice, held_t, (rows[some], columns[some]), quotas.at(some), buyers, maker_price)
    return Choice(**{**vars(choice), "held_t": held_t})


def _hold(
    choice: Choice,
    held_t: Floats,
    where: tuple[NDArray[np.intp], NDArray[np.intp]],
    quotas: Quotas,
    buyers: Buyers,
    maker_price: Floats,
) -> None:
    """Write the rationed columns into ``choice`` (its arrays are fresh) and ``held_t``."""
    rows, columns = where
    picked = pick(buyers, maker_price, rows, columns)
    index = capped_index_usd_t(quotas, picked, choice.index_usd_t[where])
    orders = picked_orders(picked, index)
    held, over = lanes_held(quotas, orders, index)
    relative = (index / quotas.spread)[:, None]
    passing = quotas.log_pull + relative - np.where(over, quotas.log_over, 0.0)
    share = np.where(held, 0.0, np.exp(np.minimum(passing, 0.0)))
    cells = (rows, slice(None), slice(None), columns)
    shape = (len(rows), *choice.pull.shape[1:3])
    choice.pull[cells] = share.reshape(shape)
    held_t[cells] = np.where(held, np.exp(quotas.log_cap), 0.0).reshape(shape)
    choice.unit[where] = 1.0
    choice.index_usd_t[where] = index
    choice.ordered_t[where], choice.log_order[where] = np.exp(orders.log_t), orders.log_t
    choice.order_slope[where] = orders.slope
    choice.log_use[where], choice.use_slope[where] = orders.log_use_t, orders.use_slope
    choice.price_slope[where] = orders.price_slope
    choice.outside_share[where] = np.exp(np.minimum(quotas.outside + relative[:, 0], 0.0))
    choice.free_share[where] = share.sum(1) + choice.outside_share[where]
    choice.got_share[where] = share.sum(1) + np.where(
        held, np.exp(quotas.log_cap - orders.log_t[:, None]), 0.0
    ).sum(1)
