"""From prices that clear to everything one may want to know about the market."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Clearing, Floats, Lanes, Market
from world.market.balance import Problem, evaluate, received_t
from world.market.choice import Choice, Stage
from world.market.need import need_t, stock_share
from world.market.supply import disposal, mined_t


def describe(market: Market, problem: Problem, price_usd_t: Floats, steps: NDArray[np.int64]) -> Clearing:
    """The clearing at seller prices (M, I + J)."""
    count = problem.ore_count
    ore_price, metal_price = price_usd_t[:, :count].copy(), price_usd_t[:, count:].copy()
    state = evaluate(problem, price_usd_t)
    ore_landed, ore_levy = landed_usd_t(market.ore_lanes, ore_price)
    refined_landed, refined_levy = landed_usd_t(market.refined_lanes, metal_price)
    ore_flow, refined_flow = _flow_t(state.ore), _flow_t(state.refined)
    mines, smelters = problem.mines, problem.smelters
    use = _use(problem, state.refined)
    return Clearing(
        ore_price_usd_t=ore_price,
        refined_price_usd_t=metal_price,
        ore_index_usd_t=state.ore.index_usd_t,
        refined_index_usd_t=state.refined.index_usd_t,
        ore_output_t=mined_t(mines, ore_price),
        ore_feed_t=np.minimum(mines.feed_t, mines.ceiling_t) - mines.taken_t,
        refined_feed_t=smelters.feed_t - smelters.taken_t,
        throughput_t=state.ore.ordered_t,
        converted_t=problem.recovery * ore_flow.sum((1, 2)),
        primary_t=mined_t(smelters, metal_price),
        ore_flow_t=ore_flow,
        refined_flow_t=refined_flow,
        ore_disposal_t=disposal(mines, ore_price)[0],
        refined_disposal_t=disposal(smelters, metal_price)[0],
        ore_backstop_t=state.ore.ordered_t * state.ore.outside_share,
        need_t=need_t(problem.users, state.refined.index_usd_t),
        purchases_t=state.refined.ordered_t,
        unmet_t=state.refined.ordered_t * state.refined.outside_share,
        stock_change_t=use[0],
        use_t=use[1],
        ore_landed_usd_t=ore_landed,
        refined_landed_usd_t=refined_landed,
        ore_levy_usd_t=ore_levy,
        refined_levy_usd_t=refined_levy,
        ore_rent_usd_t=_rent_usd_t(problem.ore, state.ore, ore_landed, market.ore_lanes),
        refined_rent_usd_t=_rent_usd_t(problem.refined, state.refined, refined_landed, market.refined_lanes),
        residual=state.error(),
        iterations=steps,
    )


def landed_usd_t(lanes: Lanes, price_usd_t: Floats) -> tuple[Floats, Floats]:
    """Delivered cost (M, R, S, B) at seller prices (M, S), and the part of it that is the levy."""
    before = lanes.price_factor * price_usd_t[:, None, :, None] + lanes.charge_usd_t
    landed = np.maximum(before, lanes.floor_usd_t)
    return landed, landed - before


def _flow_t(choice: Choice) -> Floats:
    flow = choice.pull * (choice.unit * choice.ordered_t)[:, None, None, :]
    return flow if choice.held_t is None else flow + choice.held_t


def _rent_usd_t(stage: Stage, choice: Choice, landed: Floats, lanes: Lanes) -> Floats:
    """mu ln(unconstrained flow / quota) where the quota binds; zero elsewhere."""
    rent = np.zeros_like(landed)
    if choice.held_t is None or stage.log_cap is None:
        return rent
    held = np.nonzero(choice.held_t > 0)
    buyer = (held[0], held[3])
    log_order = choice.log_order[buyer] - stage.log_cap[held]
    rent[held] = (
        stage.spread[buyer] * (lanes.log_weight[held] + log_order) + choice.index_usd_t[buyer] - landed[held]
    )
    return np.maximum(rent, 0.0)


def _use(problem: Problem, refined: Choice) -> tuple[Floats, Floats]:
    """Stock change and use (M, K). Stocks that are wanted fill only with the metal got; stocks drawn on are
    there in full."""
    got = received_t(refined)
    wanted = need_t(problem.users, refined.index_usd_t) * stock_share(problem.users, refined.index_usd_t)
    change = np.where(wanted > 0, wanted * (1.0 - refined.outside_share), wanted)
    return change, got - change
