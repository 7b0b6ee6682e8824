"""A batch of problems in the form that the compiled loops of :mod:`world.market.compiled` work on: plain
arrays, lanes that carry something listed row by row and buyer by buyer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Desks
from world.market.balance import Problem, StageProblem
from world.market.choice import Pulls
from world.market.listed import desk_bits
from world.market.rows import Floats

Whole = NDArray[np.int64]
MOST_DESKS = 62  # of a stage and row: a lane's desks are the bits of one whole number


class PackedStage(NamedTuple):
    """One stage. L live lanes, T tranches; other letters as in :mod:`world.market.arrays`.

    start    (M B + 1,)  where the lanes of each row and buyer begin;  seller, desks (L,)  desks as bits
    terms    (5, L)      factor, offset, limit, log_cap, log_over of ``Pulls``
    choice   (M, B, 6)   spread, outside; buy, draw, price and width of the stock response
    makers   (M, J, T, 4)  log_capacity, cost, slope, guaranteed;  made_recovery (M,) of what they make
    users    (M, K, 10)  log_need, price, elasticity, lowest, dear, more; of second sources: first and full
        price, more between, more above
    own      (M, S, T, 4)  capacity, cost, slope, guaranteed;  book (M, S, 5) feed, taken, size, disposal
    cost and
        slope;  active (M, S);  recovery (M,)
    desk_seller, quota_t  (M, D);  unrecorded (M, D, 5) most, cost and width of what passes
        unrecorded, what holders ask and from what sales on
    """

    start: Whole
    seller: Whole
    desks: Whole
    terms: Floats
    choice: Floats
    makers: Floats
    made_recovery: Floats
    users: Floats
    own: Floats
    book: Floats
    active: NDArray[np.bool_]
    recovery: Floats
    desk_seller: Whole
    quota_t: Floats
    unrecorded: Floats


Places = tuple[NDArray[np.intp], ...]
"""Row, route, seller and buyer of each live lane."""


@dataclass(frozen=True)
class LiveLanes:
    """The lanes of a stage that carry something, by row, buyer, route and seller: row, seller, buyer (L,);
    desks (L,) as bits; terms (5, L) as in :class:`PackedStage`."""

    row: Whole
    seller: Whole
    buyer: Whole
    desks: Whole
    terms: Floats


def pack(problem: Problem) -> tuple[tuple[PackedStage, ...], tuple[Places, ...]]:
    """Every stage of the batch, and where its live lanes stand.

    Raises
    ------
    ValueError
        If a stage has more desks than bits to name them.
    """
    places = tuple(_live_places(stage) for stage in problem.stages)
    lanes = [
        LiveLanes(at[0], at[2], at[3], desk_bits(stage.desks, at), _terms(stage.pulls, at))
        for stage, at in zip(problem.stages, places, strict=True)
    ]
    return pack_lanes(problem, lanes), places


def pack_lanes(problem: Problem, lanes: Sequence[LiveLanes]) -> tuple[PackedStage, ...]:
    """Every stage of the batch over the lanes listed.

    Raises
    ------
    ValueError
        If a stage has more desks than bits to name them.
    """
    following = (*problem.stages[1:], None)
    return tuple(_pack(*stage) for stage in zip(problem.stages, following, lanes, strict=True))


def _live_places(stage: StageProblem) -> Places:
    """The lanes that carry something, row by row and buyer by buyer."""
    row, buyer, route, seller = np.nonzero(stage.pulls.offset.transpose(0, 3, 1, 2) > -np.inf)
    return row, route, seller, buyer


def _pack(stage: StageProblem, following: StageProblem | None, lanes: LiveLanes) -> PackedStage:
    pulls, desks = stage.pulls, stage.desks
    if desks.seller.shape[1] > MOST_DESKS:
        raise ValueError(f"{desks.seller.shape[1]} export desks at a stage, allowed: at most {MOST_DESKS}")
    rows, buyers = pulls.spread.shape
    count = np.bincount(lanes.row * buyers + lanes.buyer, minlength=rows * buyers)
    stocks, users, own = stage.buyers.stocks, stage.buyers.users, stage.sellers.own
    stock = (stocks.buy_share, stocks.draw_share, stocks.price_usd_t, stocks.width_usd_t)
    book = stage.sellers
    return PackedStage(
        start=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        seller=np.ascontiguousarray(lanes.seller, dtype=np.int64),
        desks=np.ascontiguousarray(lanes.desks),
        terms=lanes.terms,
        choice=_last(pulls.spread, pulls.outside, *stock),
        makers=_makers(stage),
        made_recovery=np.ones(rows) if following is None else following.recovery[:, 0].copy(),
        users=_last(
            users.log_need,
            users.price_usd_t,
            users.elasticity,
            users.lowest_usd_t,
            users.dear_usd_t,
            users.dear_more,
            users.second_usd_t,
            users.second_full_usd_t,
            users.second_more,
            users.last_more,
        ),
        own=_last(own.capacity_t, own.cost_usd_t, own.slope_usd_t, own.guaranteed_usd_t, tranches=True),
        book=_last(
            book.feed_t, book.taken_t, book.size_t, book.disposal_cost_usd_t, book.disposal_slope_usd_t
        ),
        active=np.ascontiguousarray(book.active),
        recovery=stage.recovery[:, 0].copy(),
        desk_seller=np.ascontiguousarray(desks.seller, dtype=np.int64),
        quota_t=np.ascontiguousarray(desks.quota_t),
        unrecorded=_unrecorded(desks),
    )


def _unrecorded(desks: Desks) -> Floats:
    past = (desks.unrecorded_most_t, desks.unrecorded_cost_usd_t, desks.unrecorded_width_usd_t)
    return _last(*past, desks.asked_usd_t, desks.asked_over_t)


def _terms(pulls: Pulls, lanes: Places) -> Floats:
    """(5, L) factor and offset of the pull of each lane, and what limits it: infinite where nothing does."""
    none = np.full(len(lanes[0]), np.inf)
    limits = (
        none if values is None else values[lanes] for values in (pulls.limit, pulls.log_cap, pulls.log_over)
    )
    return np.ascontiguousarray(np.stack([pulls.factor[lanes], pulls.offset[lanes], *limits]))


def _makers(stage: StageProblem) -> Floats:
    makers = stage.buyers.makers
    if makers is None:
        return np.zeros((len(stage.pulls.spread), 0, 1, 4))
    fields = (makers.log_capacity, makers.cost_usd_t, makers.slope_usd_t, makers.guaranteed_usd_t)
    return _last(*fields, tranches=True)


def _last(*fields: Floats, tranches: bool = False) -> Floats:
    """Fields side by side on a last axis, the tranches beside them."""
    stacked = np.stack(fields, axis=-1)
    return np.ascontiguousarray(stacked.transpose(0, 2, 1, 3) if tranches else stacked)
