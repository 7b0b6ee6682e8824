"""Markets whose lanes are listed one by one, in place of arrays over all sellers and buyers.

Most pairs of a seller and a buyer never trade, and few goods go the long way round: of the cells of arrays
over routes, sellers and buyers a quarter carry anything. Whoever solves many markets lists the lanes that
exist. The arrays remain the form that is easier to read: :meth:`ListedMarket.dense` gives it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Desks, Lanes, Market, Stage
from world.market.rows import Floats

Whole = NDArray[np.int64]
TERMS = ("price_factor", "charge_usd_t", "floor_usd_t", "log_weight", "cap_t", "over_quota_usd_t")
"""Fields of ``Lanes`` that every lane has its own of."""
CLOSED = {
    "price_factor": 1.0,
    "charge_usd_t": 0.0,
    "floor_usd_t": -np.inf,
    "log_weight": -np.inf,
    "cap_t": np.inf,
    "over_quota_usd_t": np.inf,
}
"""What stands in the arrays where no lane is listed."""


@dataclass(frozen=True)
class LaneList:
    """The lanes of one stage, (L,) each, by row, buyer, route and seller in this order.

    row, route, seller, buyer : where each stands;  desks : the desks it passes, as bits
    the other fields : as in ``Lanes``
    """

    row: Whole
    route: Whole
    seller: Whole
    buyer: Whole
    desks: Whole
    price_factor: Floats
    charge_usd_t: Floats
    floor_usd_t: Floats
    log_weight: Floats
    cap_t: Floats
    over_quota_usd_t: Floats

    @property
    def place(self) -> tuple[Whole, Whole, Whole, Whole]:
        """Index into arrays (M, R, S, B)."""
        return self.row, self.route, self.seller, self.buyer

    def take(self, lanes: NDArray[np.intp]) -> LaneList:
        """Some of the lanes."""
        return LaneList(*(getattr(self, item.name).take(lanes) for item in fields(self)))


@dataclass(frozen=True)
class LaneFlows:
    """What moves on the lanes of a stage, (L,) each: flow_t, asked_usd_t, rent_usd_t as in
    ``StageClearing``."""

    flow_t: Floats
    asked_usd_t: Floats
    rent_usd_t: Floats


@dataclass(frozen=True)
class ListedMarket:
    """``market`` has no routes: its arrays of lanes, and of the lanes of desks, are empty; ``lanes`` lists
    them, a list a stage, with ``routes`` routes at most."""

    market: Market
    lanes: tuple[LaneList, ...]
    routes: int

    def dense(self, rows: Sequence[int] | None = None) -> Market:
        """The market of all or some rows, as arrays."""
        kept = list(range(self.market.size)) if rows is None else list(rows)
        stages = zip(self.market.take(kept).stages, self.lanes, strict=True)
        return Market(tuple(_dense_stage(stage, lanes, kept, self.routes) for stage, lanes in stages))


def list_places(stage: Stage, place: tuple[NDArray[np.intp], ...]) -> LaneList:
    """The lanes at these places (row, route, seller, buyer) of the arrays of a stage."""
    terms = [getattr(stage.lanes, name)[place] for name in TERMS]
    row, route, seller, buyer = (np.ascontiguousarray(axis, dtype=np.int64) for axis in place)
    return LaneList(row, route, seller, buyer, desk_bits(stage.desks, place), *terms)


def desk_bits(desks: Desks, place: tuple[NDArray[np.intp], ...]) -> Whole:
    """(L,) the export desks that each lane passes, as bits."""
    row, route, seller, buyer = place
    bits = np.zeros(len(row), dtype=np.int64)
    for desk in range(desks.seller.shape[1]):
        mine = (desks.seller[row, desk] == seller) & desks.lanes[row, desk, route, buyer]
        bits |= np.where(mine, np.int64(1) << desk, 0)
    return bits


def no_lanes(
    sellers: int, spread_usd_t: Floats, backstop_usd_t: Floats, backstop_log_weight: Floats
) -> Lanes:
    """Lanes without routes: the buyers' own fields alone."""
    none = np.zeros((len(spread_usd_t), 0, sellers, spread_usd_t.shape[1]))
    own = (spread_usd_t, backstop_usd_t, backstop_log_weight)
    return Lanes(none, none, none, none, none, none, *own)


def _dense_stage(stage: Stage, listed: LaneList, kept: Sequence[int], routes: int) -> Stage:
    spread = stage.lanes.spread_usd_t
    shape = (len(kept), routes, stage.sellers, spread.shape[1])
    place = np.full(max(int(listed.row.max(initial=-1)), *kept) + 1, -1, dtype=np.int64)
    place[list(kept)] = np.arange(len(kept))
    mine = np.flatnonzero(place[listed.row] >= 0)
    lanes = listed.take(mine)
    at = (place[lanes.row], lanes.route, lanes.seller, lanes.buyer)
    terms = {name: np.full(shape, CLOSED[name]) for name in TERMS}
    for name, values in terms.items():
        values[at] = getattr(lanes, name)
    count = stage.desks.seller.shape[1]
    covered = np.zeros((len(kept), count, routes, shape[3]), dtype=bool)
    for desk in range(count):
        some = (lanes.desks >> desk & 1).astype(bool)
        covered[at[0][some], desk, at[1][some], at[3][some]] = True
    return replace(stage, lanes=replace(stage.lanes, **terms), desks=replace(stage.desks, lanes=covered))
