"""The equations of the market: at these prices, how far is each seller's supply from its demand?

    ore seller i      min(S_i + feed, ceiling)               =  sum_j x1_ij + disposal
    refined seller j  y sum_i x1_ij + primary + feed         =  sum_k x2_jk + disposal

The residual is ln supply - ln demand, which is nearly straight where the curves are exponential.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Floats, Market, Rowwise
from world.market.choice import Choice, Stage, choose, prepare
from world.market.need import Orders, Refiners, Users, refiner_orders, refiners_of, user_orders, users_of
from world.market.supply import Offer, Sellers, offer, ore_sellers, refined_sellers

LEAST_SHARE = 1e-300  # of an order delivered, where the backstop is out of all proportion cheaper


@dataclass(frozen=True)
class Problem(Rowwise):
    """A market made ready to be solved. Unknowns: prices (M, I + J), ore sellers first."""

    recovery: Floats
    mines: Sellers
    smelters: Sellers
    refiners: Refiners
    users: Users
    ore: Stage
    refined: Stage

    @property
    def ore_count(self) -> int:
        """Number I of ore sellers."""
        return int(self.mines.active.shape[1])


@dataclass(frozen=True)
class State(Rowwise):
    """The equations evaluated. supply_t, demand_t, residual (M, I + J); inactive sellers have residual 0.

    ``converted_share`` (M, J): the part of the refined supply that comes from ore.
    """

    ore: Choice
    refined: Choice
    ore_offer: Offer
    refined_offer: Offer
    supply_t: Floats
    demand_t: Floats
    residual: Floats
    converted_share: Floats

    def error(self) -> Floats:
        """Largest residual of each row, (M,)."""
        return np.asarray(np.abs(self.residual).max(1))


def pose(market: Market) -> Problem:
    """Decide who is active, and put lanes and curves in the form the solver works on."""
    mines = ore_sellers(market)
    open_lanes = (
        (market.ore_lanes.log_weight > -np.inf)
        & (market.ore_lanes.cap_t > 0)
        & mines.active[:, None, :, None]
    )
    working = (market.refining_capacity_t > 0) & open_lanes.any((1, 2))
    smelters = refined_sellers(market, working)
    return Problem(
        recovery=market.recovery[:, None],
        mines=mines,
        smelters=smelters,
        refiners=refiners_of(market, working),
        users=users_of(market),
        ore=prepare(market.ore_lanes, mines.active, working),
        refined=prepare(market.refined_lanes, smelters.active, market.need_t > 0),
    )


def evaluate(problem: Problem, price_usd_t: Floats) -> State:
    """The balances at seller prices (M, I + J)."""
    count = problem.ore_count
    ore_price, metal_price = price_usd_t[:, :count], price_usd_t[:, count:]
    ore = _choose_ore(problem, ore_price, problem.recovery * metal_price)
    refined = _choose_refined(problem, metal_price)
    ore_offer, refined_offer = offer(problem.mines, ore_price), offer(problem.smelters, metal_price)
    log_metal = np.log(problem.recovery) + ore.log_order + np.log(np.maximum(ore.got_share, LEAST_SHARE))
    log_supply = np.logaddexp(log_metal, np.log(refined_offer.supply_t))
    log_supply = np.concatenate([np.log(ore_offer.supply_t), log_supply], 1)
    demand = np.concatenate([sold_t(ore) + ore_offer.removal_t, sold_t(refined) + refined_offer.removal_t], 1)
    active = np.concatenate([problem.mines.active, problem.smelters.active], 1)
    log_supply, demand = np.where(active, log_supply, 0.0), np.where(active, demand, 1.0)
    converted = np.where(problem.smelters.active, np.exp(log_metal - log_supply[:, count:]), 0.0)
    residual = log_supply - np.log(demand)
    return State(ore, refined, ore_offer, refined_offer, np.exp(log_supply), demand, residual, converted)


def sold_t(choice: Choice) -> Floats:
    """Tonnes each seller sells over its lanes, (M, S)."""
    sold = (choice.pull.sum(1) if choice.pull.shape[1] > 1 else choice.pull[:, 0]) @ (
        choice.unit * choice.ordered_t
    )[..., None]
    return sold[..., 0] if choice.held_t is None else sold[..., 0] + choice.held_t.sum((1, 3))


def received_t(choice: Choice) -> Floats:
    """Tonnes each buyer gets over its lanes, (M, B)."""
    return choice.ordered_t * choice.got_share


def _choose_ore(problem: Problem, price: Floats, metal_value: Floats) -> Choice:
    def pick(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Callable[[Floats], Orders]:
        refiners, value = problem.refiners.at(rows, columns), metal_value[rows, columns]
        return lambda index: refiner_orders(refiners, value, index)

    return choose(
        problem.ore, price, lambda index: refiner_orders(problem.refiners, metal_value, index), pick
    )


def _choose_refined(problem: Problem, price: Floats) -> Choice:
    def pick(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Callable[[Floats], Orders]:
        users = problem.users.at(rows, columns)
        return lambda index: user_orders(users, index)

    return choose(problem.refined, price, lambda index: user_orders(problem.users, index), pick)
