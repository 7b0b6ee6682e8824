"""From whom the buyers of one stage buy: an additive logit over lanes, with levies that keep a floor and
quotas.

    z = ln A - max(alpha p + beta, floor) / mu ,   W = e^z_0 + sum e^z ,   share = e^z / W ,   P = -mu ln W

All exponents are shifted by the largest, so costs a thousand times apart and a backstop at 200 times the
price do no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Floats, Lanes, Rowwise
from world.market.capped import binding, capped_index_usd_t
from world.market.need import Orders

Pick = Callable[[NDArray[np.intp], NDArray[np.intp]], Callable[[Floats], Orders]]


@dataclass(frozen=True)
class Stage(Rowwise):
    """Lanes made ready, in units of the buyer's spread: z = min(offset - factor * p, limit).

    factor, offset, limit, log_cap (M, R, S, B); spread, outside (M, B); capped (M, B) columns with a quota.
    ``limit`` is None where no lane has a floor, ``log_cap`` and ``capped`` are None where no lane has a
    quota.
    """

    factor: Floats
    offset: Floats
    limit: Floats | None
    log_cap: Floats | None
    capped: NDArray[np.bool_] | None
    spread: Floats
    outside: Floats


@dataclass(frozen=True)
class Choice(Rowwise):
    """What a stage's buyers choose. Flow of a lane = pull * unit * ordered_t, plus ``held_t`` on lanes whose
    quota binds.

    pull (M, R, S, B); the others (M, B). ``log_order`` and ``order_slope`` are those of ``Orders``.
    ``free_share`` is what quotas that bind leave of the order, backstop included (1 without quotas);
    ``got_share`` the part of the order that sellers deliver (kept apart from 1 - ``outside_share``, which
    loses all digits when hardly anything is delivered).
    """

    pull: Floats
    levied: NDArray[np.bool_] | None
    held_t: Floats | None
    unit: Floats
    index_usd_t: Floats
    ordered_t: Floats
    log_order: Floats
    order_slope: Floats
    free_share: Floats
    got_share: Floats
    outside_share: Floats


def prepare(lanes: Lanes, sellers: NDArray[np.bool_], buyers: NDArray[np.bool_]) -> Stage:
    """Lanes without those of idle ``sellers`` (M, S) and ``buyers`` (M, B); a lane with a quota of zero is
    closed."""
    spread = np.where(buyers, lanes.spread_usd_t, 1.0)
    per_spread = 1.0 / spread[:, None, None, :]
    live = (
        (lanes.log_weight > -np.inf)
        & (lanes.cap_t > 0)
        & sellers[:, None, :, None]
        & buyers[:, None, None, :]
    )
    offset = np.where(live, lanes.log_weight - lanes.charge_usd_t * per_spread, -np.inf)
    outside = np.where(buyers, lanes.backstop_log_weight - lanes.backstop_usd_t / spread, 0.0)
    stranded = ~live.any((1, 2)) & np.isinf(outside)  # no lane and no backstop: the index still needs a value
    has_floor = live & (lanes.floor_usd_t > -np.inf)
    has_cap = live & (lanes.cap_t < np.inf)
    return Stage(
        factor=np.where(live, lanes.price_factor * per_spread, 0.0),
        offset=offset,
        limit=_limit(lanes, has_floor, per_spread) if has_floor.any() else None,
        log_cap=np.log(np.where(has_cap, lanes.cap_t, np.inf)) if has_cap.any() else None,
        capped=np.asarray(has_cap.any((1, 2))) if has_cap.any() else None,
        spread=spread,
        outside=np.where(stranded, -lanes.backstop_usd_t / spread, outside),
    )


def _limit(lanes: Lanes, has_floor: NDArray[np.bool_], per_spread: Floats) -> Floats:
    return np.where(
        has_floor, lanes.log_weight - np.where(has_floor, lanes.floor_usd_t, 0.0) * per_spread, np.inf
    )


def choose(stage: Stage, price_usd_t: Floats, order: Callable[[Floats], Orders], pick: Pick) -> Choice:
    """The buyers' choice at seller prices (M, S). ``order`` maps the index (M, B) to what they buy in all;
    ``pick(rows, columns)`` gives the same for buyers listed one by one (used under quotas only)."""
    wanted = log_pull(stage, price_usd_t)
    levied = None
    if stage.limit is not None:
        levied = wanted > stage.limit
        wanted = np.minimum(wanted, stage.limit)
    top = np.maximum(wanted.max((1, 2)), stage.outside)
    pull = np.exp(wanted - top[:, None, None, :])
    share_outside = np.exp(stage.outside - top)
    inside = pull.sum((1, 2))
    total = inside + share_outside
    index = -stage.spread * (top + np.log(total))
    orders = order(index)
    choice = Choice(
        pull=pull,
        levied=levied,
        held_t=None,
        unit=1.0 / total,
        index_usd_t=index,
        ordered_t=np.exp(orders.log_t),
        log_order=orders.log_t,
        order_slope=orders.slope,
        free_share=np.ones_like(index),
        got_share=inside / total,
        outside_share=share_outside / total,
    )
    return choice if stage.capped is None else _ration(stage, choice, wanted, orders, pick)


def log_pull(stage: Stage, price_usd_t: Floats) -> Floats:
    """z before the floor, (M, R, S, B)."""
    return stage.offset - stage.factor * price_usd_t[:, None, :, None]


def _ration(stage: Stage, choice: Choice, wanted: Floats, orders: Orders, pick: Pick) -> Choice:
    """Redo the columns in which a quota is exceeded."""
    assert stage.log_cap is not None
    assert stage.capped is not None
    rows, columns = np.nonzero(stage.capped & (choice.ordered_t > 0))
    lanes = (rows, slice(None), slice(None), columns)
    shape = (len(rows), wanted.shape[1] * wanted.shape[2])
    pulls, caps = wanted[lanes].reshape(shape), stage.log_cap[lanes].reshape(shape)
    free = Orders(orders.log_t[rows, columns], orders.slope[rows, columns])
    over = binding(pulls, caps, stage.spread[rows, columns], free, choice.index_usd_t[rows, columns]).any(1)
    held_t = np.zeros_like(choice.pull)
    if over.any():
        _hold(stage, choice, held_t, (rows[over], columns[over]), (pulls[over], caps[over]), pick)
    return Choice(**{**vars(choice), "held_t": held_t})


def _hold(
    stage: Stage,
    choice: Choice,
    held_t: Floats,
    where: tuple[NDArray[np.intp], NDArray[np.intp]],
    lanes: tuple[Floats, Floats],
    pick: Pick,
) -> None:
    """Write the rationed columns into ``choice`` (its arrays are fresh) and ``held_t``."""
    (rows, columns), (pulls, caps) = where, lanes
    spread, outside = stage.spread[where], stage.outside[where]

    def order(listed: NDArray[np.intp], index_usd_t: Floats) -> Orders:
        return pick(rows[listed], columns[listed])(index_usd_t)

    index = capped_index_usd_t(pulls, outside, caps, spread, order, choice.index_usd_t[where])
    orders = pick(rows, columns)(index)
    held = binding(pulls, caps, spread, orders, index)
    share = np.where(held, 0.0, np.exp(np.minimum(pulls + (index / spread)[:, None], 0.0)))
    cells = (rows, slice(None), slice(None), columns)
    shape = (len(rows), *choice.pull.shape[1:3])
    choice.pull[cells] = share.reshape(shape)
    held_t[cells] = np.where(held, np.exp(caps), 0.0).reshape(shape)
    choice.unit[where] = 1.0
    choice.index_usd_t[where] = index
    choice.ordered_t[where], choice.log_order[where] = np.exp(orders.log_t), orders.log_t
    choice.order_slope[where] = orders.slope
    choice.outside_share[where] = np.exp(np.minimum(outside + index / spread, 0.0))
    choice.free_share[where] = share.sum(1) + choice.outside_share[where]
    choice.got_share[where] = share.sum(1) + np.where(held, np.exp(caps - orders.log_t[:, None]), 0.0).sum(1)
