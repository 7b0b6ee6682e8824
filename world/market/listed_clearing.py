"""Clearing markets whose lanes are listed: the steps of :func:`world.market.solver.clear_market`, on what is
there alone.

The compiled loops work on lists in any case. Where arrays are chosen (:mod:`world.market.method`) the lists
become arrays, and what they find is listed: the readable form is the reference of this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Prices, Stage
from world.market.balance import pose_over
from world.market.choice import Pulls, outside_of
from world.market.clearing import Clearing, StageClearing, describe
from world.market.fallback import MarketError, continuation
from world.market.listed import LaneFlows, LaneList, ListedMarket
from world.market.method import is_compiled
from world.market.newton import Outcome
from world.market.purchases import Purchases
from world.market.rows import Floats
from world.market.solver import NEWTON_STEPS, clear_market
from world.market.start import unknowns_of
from world.market.tally import count

if TYPE_CHECKING:
    from world.market.compiled.packed import LiveLanes


@dataclass(frozen=True)
class ListedClearing:
    """A cleared market: ``clearing`` without routes, ``flows`` of the lanes of each stage."""

    clearing: Clearing
    flows: tuple[LaneFlows, ...]


class _Listed:
    """The open lanes of a stage, among those listed."""

    def __init__(self, stage: Stage, lanes: LaneList, active: NDArray[np.bool_]) -> None:
        self.stage, self.lanes = stage, lanes
        closed = (stage.desks.quota_t <= 0) & (stage.desks.seller >= 0)
        bits = (closed * (np.int64(1) << np.arange(closed.shape[1], dtype=np.int64))).sum(1).astype(np.int64)
        live = (lanes.log_weight > -np.inf) & (lanes.cap_t > 0) & active[lanes.row, lanes.seller]
        self.live: NDArray[np.bool_] = live & ((lanes.desks & bits[lanes.row]) == 0) if bits.any() else live
        self.spread = np.zeros(0)
        rows, buyers = stage.lanes.spread_usd_t.shape
        at = (lanes.row * buyers + lanes.buyer)[self.live]
        self._reached = np.bincount(at, minlength=rows * buyers).reshape(rows, buyers) > 0

    def reached(self) -> NDArray[np.bool_]:
        """(M, B) whether a buyer has any lane."""
        return self._reached

    def pulls(self, buying: NDArray[np.bool_]) -> Pulls:
        """Spread and backstop of buyers; the lanes are those of ``terms``."""
        self.live &= buying[self.lanes.row, self.lanes.buyer]
        self._reached = self._reached & buying
        lanes = self.stage.lanes
        self.spread = np.where(buying, lanes.spread_usd_t, 1.0)
        none = lanes.log_weight
        return Pulls(
            none,
            none,
            None,
            None,
            None,
            None,
            self.spread,
            outside_of(lanes, self.reached(), buying, self.spread),
        )

    def packed(self) -> LiveLanes:
        """The lanes that carry something, with their terms as ``choice.prepare`` makes them."""
        from world.market.compiled.packed import LiveLanes

        lanes = self.lanes if self.live.all() else self.lanes.take(np.flatnonzero(self.live))
        buyers = self.stage.lanes.spread_usd_t.shape[1]
        per_spread = (1.0 / self.spread).reshape(-1).take(lanes.row * buyers + lanes.buyer)
        factor, offset, limit, log_cap, log_over = terms = np.empty((5, len(lanes.row)))
        np.multiply(lanes.price_factor, per_spread, out=factor)
        np.subtract(lanes.log_weight, lanes.charge_usd_t * per_spread, out=offset)
        np.subtract(lanes.log_weight, lanes.floor_usd_t * per_spread, out=limit)
        np.log(lanes.cap_t, out=log_cap)
        np.multiply(np.where(lanes.cap_t < np.inf, lanes.over_quota_usd_t, np.inf), per_spread, out=log_over)
        return LiveLanes(lanes.row, lanes.seller, lanes.buyer, lanes.desks, terms)


def clear_listed(listed: ListedMarket, start: Prices, tolerance: float = 1e-10) -> ListedClearing:
    """As :func:`world.market.solver.clear_market`, from ``start``."""
    if not is_compiled():
        clearing = clear_market(listed.dense(), start, tolerance)
        return ListedClearing(clearing, tuple(map(_taken, clearing.stages, listed.lanes)))
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        return _clear_compiled(listed, start, tolerance)


def _clear_compiled(listed: ListedMarket, start: Prices, tolerance: float) -> ListedClearing:
    from world.market.compiled.newton import newton_over

    market, open_lanes = listed.market, []

    def lanes_of(place: int, active: NDArray[np.bool_]) -> _Listed:
        open_lanes.append(_Listed(market.stages[place], listed.lanes[place], active))
        return open_lanes[-1]

    problem = pose_over(market, lanes_of)
    live = [lanes.packed() for lanes in open_lanes]
    outcome, moved = newton_over(problem, live, unknowns_of(market, start), tolerance, NEWTON_STEPS)
    flows = [np.zeros(len(lanes.live)) for lanes in open_lanes]
    for flow, lanes, tonnes in zip(flows, open_lanes, moved, strict=True):
        flow[lanes.live] = tonnes
    _rescue(listed, outcome, flows, tolerance)
    clearing = describe(market, problem, outcome)
    stages = zip(market.stages, clearing.stages, outcome.purchases, listed.lanes, flows, strict=True)
    return ListedClearing(clearing, tuple(_flows(*stage) for stage in stages))


def _rescue(listed: ListedMarket, outcome: Outcome, flows: Sequence[Floats], tolerance: float) -> None:
    """Rows that did not clear, by the fallbacks, as arrays; into ``outcome`` and ``flows``."""
    count(posed=listed.market.size)
    for row in np.flatnonzero(~(outcome.error <= tolerance)).tolist():
        market = listed.dense([row])
        rescue = continuation(market, tolerance)
        if not rescue.error[0] <= tolerance:
            count(lost=1)
            raise MarketError(row, market, float(rescue.error[0]))
        count(by_fallback=1)
        outcome.unknowns[row], outcome.error[row] = rescue.unknowns[0], rescue.error[0]
        outcome.steps[row] += rescue.steps[0]
        for place, (lanes, bought) in enumerate(zip(listed.lanes, rescue.purchases, strict=True)):
            mine = np.flatnonzero(lanes.row == row)
            _, *at = lanes.take(mine).place
            flows[place][mine] = bought.flow_t[0][tuple(at)]
            none = np.zeros((1, *outcome.purchases[place].flow_t.shape[1:]))
            outcome.purchases[place].put([row], replace(bought, flow_t=none))


def _flows(
    stage: Stage, cleared: StageClearing, bought: Purchases, lanes: LaneList, flow_t: Floats
) -> LaneFlows:
    """As ``clearing.asked_usd_t``, ``landed_usd_t`` and ``_rent_usd_t``."""
    asked, premium = cleared.price_usd_t[lanes.row, lanes.seller], cleared.premium_usd_t
    counted = np.flatnonzero(lanes.desks)
    row, bits = lanes.row[counted], lanes.desks[counted]
    for desk in range(premium.shape[1]):
        asked[counted] += (bits >> desk & 1) * premium[row, desk]
    rent = np.zeros_like(asked)
    capped = np.flatnonzero((lanes.cap_t < np.inf) & (flow_t > 0.0))
    if len(capped):
        some, paid = lanes.take(capped), asked[capped]
        buyer = (some.row, some.buyer)
        landed = np.maximum(some.price_factor * paid + some.charge_usd_t, some.floor_usd_t)
        log_order = bought.log_order[buyer] - np.log(some.cap_t)
        wanted = stage.lanes.spread_usd_t[buyer] * (some.log_weight + log_order) + bought.index_usd_t[buyer]
        rent[capped] = np.clip(wanted - landed, 0.0, some.over_quota_usd_t)
    return LaneFlows(flow_t, asked, rent)


def _taken(cleared: StageClearing, lanes: LaneList) -> LaneFlows:
    """The flows of listed lanes, out of arrays."""
    at = lanes.place
    return LaneFlows(cleared.flow_t[at], cleared.asked_usd_t[at], cleared.rent_usd_t[at])
