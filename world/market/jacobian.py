"""Derivatives of the residuals to the prices, exact almost everywhere (levies and quotas are kinks; either
side will do).

With x = pull * unit * ordered, unit shares s, alpha the price factor off a levy that binds, and T, T' the
order and its slope:

    dx_i/dp_k = s_i s_k alpha_k T (1 + mu T'/T) / (E - mu (T'/T) (1 - E))  -  [i = k] x_i alpha_i / mu

where E is the share of the order not held by quotas (1 without). An order for ore also moves with the
refiner's own price.
"""

from __future__ import annotations

import numpy as np

from world.market.arrays import Floats
from world.market.balance import LEAST_SHARE, Problem, State
from world.market.choice import Choice, Stage


def log_jacobian(problem: Problem, state: State) -> Floats:
    """d residual / d price, (M, n, n) with n = I + J. Inactive sellers have a row of the identity."""
    count, size = problem.ore_count, state.residual.shape[1]
    matrix = np.empty((len(state.residual), size, size))
    own = np.empty_like(state.residual)
    per_demand = 1.0 / state.demand_t
    _ore_columns(problem, state, matrix, own[:, :count], per_demand[:, :count])
    _refined_block(problem, state, matrix[:, count:, count:], own[:, count:], per_demand[:, count:])
    active = np.concatenate([problem.mines.active, problem.smelters.active], 1)
    diagonal = np.arange(size)
    matrix[:, diagonal, diagonal] += np.where(active, own, 1.0)
    return matrix


def _ore_columns(problem: Problem, state: State, matrix: Floats, own: Floats, per_demand: Floats) -> None:
    """Everything that moves with the choice of ore: the ore rows, and the refined rows under the ore
    columns."""
    ore, count = state.ore, problem.ore_count
    pull, response, column = _response(problem.ore, ore)
    flow_slope = (response @ (ore.unit * ore.ordered_t)[..., None])[..., 0]
    own[...] = state.ore_offer.supply_slope / np.where(problem.mines.active, state.supply_t[:, :count], 1.0)
    own[...] += (flow_slope - state.ore_offer.removal_slope) * per_demand
    by_price = _by_metal_price(problem, ore)
    weighted = pull * per_demand[..., None]
    matrix[:, :count, :count] = (weighted * (-column * ore.ordered_t)[:, None, :]) @ response.transpose(
        0, 2, 1
    )
    matrix[:, :count, count:] = weighted * (-by_price * ore.unit * ore.ordered_t)[:, None, :]
    part = state.converted_share * ore.unit / np.maximum(ore.got_share, LEAST_SHARE)
    drawn = pull.sum(1)
    change = part * (drawn * column / ore.unit - 1.0)
    matrix[:, count:, :count] = response.transpose(0, 2, 1) * change[..., None]
    matrix[:, count:, count:] = 0.0
    diagonal = np.arange(count, matrix.shape[1])
    matrix[:, diagonal, diagonal] = part * drawn * by_price


def _refined_block(problem: Problem, state: State, block: Floats, own: Floats, per_demand: Floats) -> None:
    """Add what moves with the choice of refined metal."""
    refined, count = state.refined, problem.ore_count
    pull, response, column = _response(problem.refined, refined)
    flow_slope = (response @ (refined.unit * refined.ordered_t)[..., None])[..., 0]
    own[...] = state.refined_offer.supply_slope / state.supply_t[:, count:]
    own[...] += (flow_slope - state.refined_offer.removal_slope) * per_demand
    block -= (pull * per_demand[..., None] * (column * refined.ordered_t)[:, None, :]) @ response.transpose(
        0, 2, 1
    )


def _response(stage: Stage, choice: Choice) -> tuple[Floats, Floats, Floats]:
    """Pull (M, S, B), pull times the price factor (M, S, B), and the column's factor on
    their product per tonne ordered (M, B)."""
    response = choice.pull * stage.factor
    if choice.levied is not None:
        response[choice.levied] = 0.0
    joined = choice.pull[:, 0] if choice.pull.shape[1] == 1 else choice.pull.sum(1)
    response = response[:, 0] if choice.pull.shape[1] == 1 else response.sum(1)
    relative = stage.spread * choice.order_slope
    stiffness = choice.free_share - relative * (1.0 - choice.free_share)
    return joined, response, choice.unit**2 * (1.0 + relative) / stiffness


def _by_metal_price(problem: Problem, ore: Choice) -> Floats:
    """d ln (free order of ore) / d (refiner's own metal price), (M, J)."""
    by_price = -ore.order_slope * problem.recovery
    relative = problem.ore.spread * ore.order_slope
    stiffness = ore.free_share - relative * (1.0 - ore.free_share)
    return np.asarray(by_price * (1.0 + (1.0 + relative) * (1.0 - ore.free_share) / stiffness))
