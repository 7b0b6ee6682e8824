"""The equations of the market: at these prices, how far is each seller's supply from its demand?

    seller i of a stage   own + feed + y (ore got by its making)  =  sum over buyers of x_ij + disposal
    export desk d         0 <= premium - asked,  Q + unrecorded - sum of x over its lanes >= 0,  one is zero

The residual of a seller is ln supply - ln demand, which is nearly straight where the curves are exponential;
that of a desk is the smaller of its premium above what is asked (in reference prices) and ln (Q +
unrecorded) - ln sales.
Unknowns and residuals stand in one vector: the sellers of all stages, then the desks of all stages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Desks, Market, Stage
from world.market.choice import Choice, Pulls, choose, prepare
from world.market.need import Buyers, buyers_of
from world.market.rows import Floats, Rowwise
from world.market.supply import Offer, Sellers, offer, reference_price_usd_t, sellers_of

LEAST_SHARE = 1e-300  # of an order delivered, where the backstop is out of all proportion cheaper


@dataclass(frozen=True)
class StageProblem(Rowwise):
    """A stage made ready to be solved. ``working`` (M, S): sellers whose making can get something."""

    sellers: Sellers
    buyers: Buyers
    pulls: Pulls
    desks: Desks
    recovery: Floats
    working: NDArray[np.bool_]


@dataclass(frozen=True)
class Problem(Rowwise):
    """A market made ready to be solved."""

    stages: tuple[StageProblem, ...]

    def prices(self, unknowns: Floats) -> list[Floats]:
        """The sellers' prices of every stage, (M, S)."""
        return _cut(unknowns, [stage.working.shape[1] for stage in self.stages], 0)

    def premiums(self, unknowns: Floats) -> list[Floats]:
        """The premiums of every stage's desks, (M, D)."""
        first = sum(stage.working.shape[1] for stage in self.stages)
        return _cut(unknowns, [stage.desks.seller.shape[1] for stage in self.stages], first)

    @property
    def scale_usd_t(self) -> Floats:
        """Scale of money, (M, 1)."""
        return self.stages[0].sellers.scale_usd_t


@dataclass(frozen=True)
class StageState(Rowwise):
    """A stage evaluated. supply_t, demand_t, residual, converted_share (M, S): the part of the supply that is
    made of the good before; sold_t, allowed_t, allowed_slope, asked_slope, desk_residual, desk_binds (M, D):
    what passes the desks, may pass at their premiums, and how that grows with them."""

    choice: Choice
    offer: Offer
    supply_t: Floats
    demand_t: Floats
    residual: Floats
    converted_share: Floats
    sold_t: Floats
    allowed_t: Floats
    allowed_slope: Floats
    asked_slope: Floats
    desk_residual: Floats
    desk_binds: NDArray[np.bool_]


@dataclass(frozen=True)
class State(Rowwise):
    """The equations evaluated. residual (M, n); inactive sellers and padding have residual 0."""

    stages: tuple[StageState, ...]
    residual: Floats

    def error(self) -> Floats:
        """Largest residual of each row, (M,)."""
        return np.asarray(np.abs(self.residual).max(1))


def _cut(unknowns: Floats, sizes: list[int], first: int) -> list[Floats]:
    ends = first + np.cumsum(sizes)
    return [unknowns[:, end - size : end] for end, size in zip(ends.tolist(), sizes, strict=True)]


class OpenLanes(Protocol):
    """The lanes of a stage on which goods could move."""

    def reached(self) -> NDArray[np.bool_]:
        """(M, B) whether a buyer has any."""
        ...

    def pulls(self, buying: NDArray[np.bool_]) -> Pulls:
        """Those of the buyers (M, B) who buy, made ready."""
        ...


@dataclass(frozen=True)
class _Cells:
    """Lanes as cells of arrays; ``live`` (M, R, S, B)."""

    stage: Stage
    live: NDArray[np.bool_]

    def reached(self) -> NDArray[np.bool_]:
        return np.asarray(self.live.any((1, 2)))

    def pulls(self, buying: NDArray[np.bool_]) -> Pulls:
        return prepare(self.stage.lanes, self.live & buying[:, None, None, :], buying)


def pose(market: Market) -> Problem:
    """Decide who is active, and put lanes and curves in the form the solver works on."""
    return pose_over(market, lambda place, active: _cells(market.stages[place], active))


def _cells(stage: Stage, active: NDArray[np.bool_]) -> _Cells:
    return _Cells(stage, _live(stage, active))


def pose_over(market: Market, lanes_of: Callable[[int, NDArray[np.bool_]], OpenLanes]) -> Problem:
    """As :func:`pose`; ``lanes_of`` gives the open lanes of a stage whose active sellers are (M, S)."""
    scale = reference_price_usd_t(market)
    stages = market.stages
    working = np.zeros(stages[0].feed_t.shape, dtype=bool)
    posed = []
    for place, stage in enumerate(stages):
        following = stages[place + 1] if place + 1 < len(stages) else None
        sellers = sellers_of(stage, working, scale)
        lanes = lanes_of(place, sellers.active)
        works = _works(stage, following, lanes.reached())
        buying = np.concatenate([works, stage.needs.need_t > 0], 1)
        posed.append(
            StageProblem(
                sellers=sellers,
                buyers=buyers_of(stage, following, works),
                pulls=lanes.pulls(buying),
                desks=_real_desks(stage.desks),
                recovery=stage.recovery[:, None],
                working=working,
            )
        )
        working = works
    return Problem(tuple(posed))


def _live(stage: Stage, active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Lanes on which goods could move, (M, R, S, B)."""
    lanes, desks = stage.lanes, stage.desks
    live = (lanes.log_weight > -np.inf) & (lanes.cap_t > 0) & active[:, None, :, None]
    rows = np.arange(len(live))
    for desk in range(desks.seller.shape[1]):
        closed = (desks.quota_t[:, desk] <= 0) & (desks.seller[:, desk] >= 0)
        seller = np.maximum(desks.seller[:, desk], 0)
        live[rows, :, seller, :] &= ~(desks.lanes[:, desk] & closed[:, None, None])
    return np.asarray(live)


def _real_desks(desks: Desks) -> Desks:
    """Desks whose quota can bind; padding and closed ones keep no lanes and a premium of zero."""
    real = (desks.seller >= 0) & (desks.quota_t > 0)
    return replace(
        desks,
        seller=np.maximum(desks.seller, 0),
        quota_t=np.where(real, desks.quota_t, 0.0),
        lanes=desks.lanes & real[:, :, None, None],
        unrecorded_most_t=np.where(real, desks.unrecorded_most_t, 0.0),
        asked_usd_t=np.where(real, desks.asked_usd_t, 0.0),
        asked_over_t=np.where(real, desks.asked_over_t, 1.0),
    )


def _works(stage: Stage, following: Stage | None, reached: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Makers among the buyers that have capacity and a lane to buy on, (M, J)."""
    makers = reached[:, : stage.makers_next]
    return makers if following is None else makers & (following.making.capacity_t.sum(1) > 0)


def evaluate(problem: Problem, unknowns: Floats) -> State:
    """The balances at prices and premiums (M, n)."""
    prices, premiums = problem.prices(unknowns), problem.premiums(unknowns)
    log_made = None
    states = []
    for place, stage in enumerate(problem.stages):
        following = prices[place + 1] if place + 1 < len(prices) else prices[place][:, :0]
        choice = choose(stage.pulls, stage.desks, stage.buyers, prices[place], premiums[place], following)
        states.append(_balance(stage, choice, prices[place], premiums[place], log_made))
        if place + 1 < len(prices):
            count = following.shape[1]
            got = np.log(np.maximum(choice.got_share[:, :count], LEAST_SHARE))
            log_made = np.log(problem.stages[place + 1].recovery) + choice.log_use[:, :count] + got
    residuals = [state.residual for state in states] + [state.desk_residual for state in states]
    return State(tuple(states), np.concatenate(residuals, 1))


def _balance(
    stage: StageProblem, choice: Choice, price: Floats, premium: Floats, log_made: Floats | None
) -> StageState:
    """Supply against demand of every seller, quota against sales of every desk."""
    offered = offer(stage.sellers, price)
    log_supply = np.log(offered.supply_t)
    converted = np.zeros_like(log_supply)
    active = stage.sellers.active
    if log_made is not None:
        total = np.logaddexp(log_made, log_supply)
        converted, log_supply = np.where(active, np.exp(log_made - total), 0.0), total
    demand = sold_t(choice) + offered.removal_t
    log_supply, demand = np.where(active, log_supply, 0.0), np.where(active, demand, 1.0)
    sold, allowed, asked_slope, residual, binds = _desks(stage, choice, premium)
    return StageState(
        choice=choice,
        offer=offered,
        supply_t=np.exp(log_supply),
        demand_t=demand,
        residual=log_supply - np.log(demand),
        converted_share=converted,
        sold_t=sold,
        allowed_t=allowed,
        allowed_slope=stage.desks.unrecorded_slope(premium),
        asked_slope=asked_slope,
        desk_residual=residual,
        desk_binds=binds,
    )


def _desks(
    stage: StageProblem, choice: Choice, premium: Floats
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
    """Sales (M, D), what may pass, how what is asked grows with recorded sales, residual and whether the
    quota is what the residual speaks of."""
    sold = np.zeros_like(premium)
    flow = lane_flow_t(choice) if premium.shape[1] else choice.pull
    for desk in range(premium.shape[1]):
        sold[:, desk] = desk_lanes(stage.desks, desk, flow).sum((1, 2))
    real = stage.desks.quota_t > 0
    unrecorded = stage.desks.unrecorded_t(premium)
    asked, asked_slope = stage.desks.asks_usd_t(sold - unrecorded)
    slack = (premium - asked) / stage.sellers.scale_usd_t
    allowed = stage.desks.quota_t + unrecorded
    with np.errstate(divide="ignore"):
        left = np.log(np.where(real, allowed, 1.0)) - np.log(sold)
    binds = real & (left < slack)
    return sold, allowed, asked_slope, np.where(binds, left, slack), binds


def desk_lanes(desks: Desks, desk: int, values: Floats) -> Floats:
    """Values (M, R, S, B) on the lanes of one desk of each row, zero elsewhere: (M, R, B)."""
    chosen = values[np.arange(len(values)), :, desks.seller[:, desk], :]
    return np.where(desks.lanes[:, desk], chosen, 0.0)


def lane_flow_t(choice: Choice) -> Floats:
    """Tonnes on every lane, (M, R, S, B)."""
    flow = choice.pull * (choice.unit * choice.ordered_t)[:, None, None, :]
    return flow if choice.held_t is None else flow + choice.held_t


def sold_t(choice: Choice) -> Floats:
    """Tonnes each seller sells over its lanes, (M, S)."""
    sold = (choice.pull.sum(1) if choice.pull.shape[1] > 1 else choice.pull[:, 0]) @ (
        choice.unit * choice.ordered_t
    )[..., None]
    return sold[..., 0] if choice.held_t is None else sold[..., 0] + choice.held_t.sum((1, 3))
