"""Derivatives of the residuals to prices and premiums, exact almost everywhere (levies, quotas and guaranteed
prices are kinks; either side will do).

With x = pull * unit * ordered, unit shares s, alpha the price factor off a levy that binds, T, T' the order
and its slope:

    dx_i/dp_k = s_i s_k alpha_k T (1 + mu T'/T) / (E - mu (T'/T) (1 - E))  -  [i = k] x_i alpha_i / mu

where E is the share of the order not held by quotas (1 without). A maker's order also moves with its own
price. A desk is a row and a column like a seller: its sales are those of its lanes, its premium moves these
and what may pass it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.market.arrays import Desks
from world.market.balance import LEAST_SHARE, Problem, StageProblem, StageState, State, desk_lanes
from world.market.choice import Choice
from world.market.rows import Floats


@dataclass(frozen=True)
class _Columns:
    """How the flows of a stage move. Rows: the S sellers, then the D desks.

    pull, response (M, S + D, B): sales per unit, and their fall with the own price or premium
    own (M, S + D, S + D): what is on the diagonal of choice, desks beside their seller
    moved (M, B): factor on pull x response per tonne ordered; by_price (M, B): d ln order of free lanes / d
    maker's own price; index_slope (M, B): d index / d price per response; stiffness (M, B)
    """

    pull: Floats
    response: Floats
    own: Floats
    moved: Floats
    by_price: Floats
    index_slope: Floats
    index_by_price: Floats


def log_jacobian(problem: Problem, state: State) -> Floats:
    """d residual / d unknown, (M, n, n). Inactive sellers and padding have a row of the identity."""
    size = state.residual.shape[1]
    matrix = np.zeros((len(state.residual), size, size))
    places = _places(problem)
    for number, (stage, at) in enumerate(zip(problem.stages, state.stages, strict=True)):
        columns = _columns(stage, at)
        mine = places[number]
        _sales(at, columns, matrix, mine)
        if number + 1 < len(problem.stages):
            count = problem.stages[number + 1].working.shape[1]
            makers = places[number + 1][:count]
            _orders(at, columns, matrix, mine, makers)
            _making(state.stages[number + 1], at, columns, matrix, mine, makers)
        _close_rows(problem, stage, at, matrix, mine)
    return matrix


def _places(problem: Problem) -> list[np.ndarray]:
    """Positions of each stage's sellers and desks in the vector of unknowns."""
    sellers = [stage.working.shape[1] for stage in problem.stages]
    desks = [stage.desks.seller.shape[1] for stage in problem.stages]
    ends, desk_ends = np.cumsum(sellers), sum(sellers) + np.cumsum(desks)
    return [
        np.concatenate([np.arange(end - count, end), np.arange(last - number, last)])
        for end, count, last, number in zip(ends, sellers, desk_ends, desks, strict=True)
    ]


def _columns(stage: StageProblem, at: StageState) -> _Columns:
    choice, pulls = at.choice, stage.pulls
    factor = pulls.factor
    if choice.levied is not None:
        factor = np.where(choice.levied, 0.0, factor)
    response = choice.pull * factor
    pull, joined = choice.pull.sum(1), response.sum(1)
    ordered = choice.unit * choice.ordered_t
    own = (joined @ ordered[..., None])[..., 0]
    desks = stage.desks.seller.shape[1]
    block = np.zeros((len(own), own.shape[1] + desks, own.shape[1] + desks))
    diagonal = np.arange(own.shape[1])
    block[:, diagonal, diagonal] = own
    if desks:
        pull, joined = _with_desks(stage.desks, choice, response, block, (pull, joined), ordered)
    relative = pulls.spread * choice.order_slope
    stiffness = choice.free_share - relative * (1.0 - choice.free_share)
    held = 1.0 - choice.free_share
    return _Columns(
        pull=pull,
        response=joined,
        own=block,
        moved=choice.unit**2 * (1.0 + relative) / stiffness,
        by_price=choice.price_slope * (1.0 + (1.0 + relative) * held / stiffness),
        index_slope=pulls.spread * choice.unit / stiffness,
        index_by_price=pulls.spread * held * choice.price_slope / stiffness,
    )


def _with_desks(
    desks: Desks,
    choice: Choice,
    response: Floats,
    block: Floats,
    joined: tuple[Floats, Floats],
    ordered: Floats,
) -> tuple[Floats, Floats]:
    """Add the rows of the desks to pull and response, and fill their part of the diagonal block."""
    count, rows = response.shape[2], np.arange(len(response))
    pull, move = [joined[0]], [joined[1]]
    for desk in range(desks.seller.shape[1]):
        seller = desks.seller[:, desk]
        lanes = desk_lanes(desks, desk, response)
        pull.append(desk_lanes(desks, desk, choice.pull).sum(1)[:, None, :])
        move.append(lanes.sum(1)[:, None, :])
        falls = (lanes * ordered[:, None, :]).sum((1, 2))
        block[rows, seller, count + desk] = block[rows, count + desk, seller] = falls
        for other in range(desk + 1):
            same = (desks.seller[:, desk] == desks.seller[:, other])[:, None, None]
            shared = np.where(same & desks.lanes[:, other], lanes, 0.0)
            both = (shared * ordered[:, None, :]).sum((1, 2))
            block[:, count + desk, count + other] = block[:, count + other, count + desk] = both
    return np.concatenate(pull, 1), np.concatenate(move, 1)


def _sales(at: StageState, columns: _Columns, matrix: Floats, mine: np.ndarray) -> None:
    """What a stage's prices and premiums do to the sales of its sellers and desks."""
    ordered = at.choice.ordered_t
    falls = columns.own - (columns.pull * (columns.moved * ordered)[:, None, :]) @ columns.response.transpose(
        0, 2, 1
    )
    matrix[:, mine[:, None], mine[None, :]] += falls / _sold(at)[..., None]


def _orders(at: StageState, columns: _Columns, matrix: Floats, mine: np.ndarray, makers: np.ndarray) -> None:
    """What the makers' own prices do to the sales of the stage they buy from."""
    count = len(makers)
    more = (columns.by_price * at.choice.unit * at.choice.ordered_t)[:, None, :count] * columns.pull[
        ..., :count
    ]
    matrix[:, mine[:, None], makers[None, :]] -= more / _sold(at)[..., None]


def _making(
    following: StageState,
    at: StageState,
    columns: _Columns,
    matrix: Floats,
    mine: np.ndarray,
    makers: np.ndarray,
) -> None:
    """What prices of a stage and the makers' own do to the output of the next stage."""
    count, choice = len(makers), at.choice
    unit, pull = choice.unit[:, :count], choice.pull[..., :count].sum((1, 2))
    part = following.converted_share * unit / np.maximum(choice.got_share[:, :count], LEAST_SHARE)
    steeper = (choice.use_slope - choice.order_slope)[:, :count] * following.converted_share
    change = part * (pull * columns.moved[:, :count] / unit - 1.0) + steeper * columns.index_slope[:, :count]
    response = columns.response[..., :count].transpose(0, 2, 1)
    matrix[:, makers[:, None], mine[None, :]] += response * change[..., None]
    own = part * pull * columns.by_price[:, :count] + steeper * columns.index_by_price[:, :count]
    matrix[:, makers, makers] += own


def _sold(at: StageState) -> Floats:
    """Denominators of the log demand, (M, S + D); 1 where a desk sells nothing."""
    return np.concatenate([at.demand_t, np.where(at.sold_t > 0, at.sold_t, 1.0)], 1)


def _close_rows(
    problem: Problem, stage: StageProblem, at: StageState, matrix: Floats, mine: np.ndarray
) -> None:
    """Own supply on the diagonal; rows of idle sellers and slack desks stand for themselves."""
    count = stage.working.shape[1]
    sellers, desks = mine[:count], mine[count:]
    active = stage.sellers.active
    own = at.offer.supply_slope / at.supply_t - at.offer.removal_slope / at.demand_t
    matrix[:, sellers, sellers] += np.where(active, own, 1.0)
    for place, desk in enumerate(desks.tolist()):
        more = at.allowed_slope[:, place] / np.where(at.allowed_t[:, place] > 0, at.allowed_t[:, place], 1.0)
        matrix[:, desk, desk] += more
        slack = np.flatnonzero(~at.desk_binds[:, place])
        scale, steep = problem.scale_usd_t[slack, 0], at.asked_slope[slack, place]
        matrix[slack, desk, desk] -= more[slack]
        matrix[slack, desk, :] *= (steep * at.sold_t[slack, place] / scale)[:, None]
        matrix[slack, desk, desk] += (1.0 + steep * at.allowed_slope[slack, place]) / scale
