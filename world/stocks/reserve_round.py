"""The reserve within a round: what it orders, what it releases when a trigger fires, and its books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import REFINED, Array, Mask
from world.cleared_market import Cleared
from world.clock import per_round
from world.conditions import conditions_of
from world.market_round import clear_round, with_release
from world.parameters import ParameterValues
from world.stocks.priority import releasable_t, usual_need_t

if TYPE_CHECKING:
    from world.model import TradeWorld


def plan_reserve(world: TradeWorld) -> None:
    """Orders of the round, at the last prices: demand at the owner's place in the market. Releases wait
    for the market to clear.
    """
    world.reserve_need_t = np.zeros(world.base.axes.users.shape)
    world.reserve_release_t = np.zeros(world.base.axes.refiners.shape)
    world.reserve_exports_t = np.full(len(world.base.axes.minerals), np.inf)
    if world.reserve is None or world.round < world.decisions_open:
        return
    price = owner_price(world)
    decision = world.reserve.plan(
        price, usual_price(world), world.refined_output_t().sum(axis=1), world.parameters
    )
    world.reserve_need_t = np.where(
        world.base.axes.users == world.reserve.owner, decision.buy_t[:, None], 0.0
    )


def release_in_emergency(world: TradeWorld, cleared: Cleared) -> Cleared:
    """In an emergency stock is released at its home, whence no more goes abroad than before, and the market
    clears again: what is released is for those whose stock it is.
    """
    if world.reserve is None or world.round < world.decisions_open:
        return cleared
    price = mean_price(world, cleared)
    p = world.parameters
    users = world.base.axes.buyers(REFINED) == world.reserve.owner
    usual = np.where(users, world.state.markets.usual_flow_t[REFINED].sum(axis=1), 0.0).sum(axis=1)
    # what is usual counts what the reserve itself bought while it filled, which no user misses
    usual = np.minimum(usual, usual_need_t(world))
    had = np.where(users, _delivered_t(cleared), 0.0).sum(axis=1) - purchased_t(world, cleared)
    missing = np.maximum(usual - had, 0.0)
    emergency = is_emergency(price / usual_price(world), missing, usual, p) & (world.reserve.stock_t > 0)
    if not emergency.any():
        return cleared
    # what is released fills the gap to usual use and no more: a thin market would otherwise be flooded
    most = releasable_t(world, released_share(world), missing, had)
    release = np.where(emergency, most, 0.0)
    sellers = world.base.axes.refiners
    home = sellers == world.reserve.owner
    release = np.where(
        home.any(axis=1), release, 0.0
    )  # without a place to sell from at home it cannot be released here
    world.reserve_release_t = np.where(home, release[:, None], 0.0)
    world.reserve_need_t = np.where(emergency[:, None], 0.0, world.reserve_need_t)
    abroad = ~users & (world.base.axes.buyers(REFINED) >= 0)
    exported = cleared.clearing.stages[REFINED].flow_t * home[:, None, :, None] * abroad[:, None, None, :]
    world.reserve_exports_t = np.where(release > 0.0, exported.sum(axis=(1, 2, 3)), np.inf)
    return clear_round(world, with_release(world, cleared.setting, conditions_of(world)))


def is_emergency(price_ratio: Array, missing_t: Array, usual_t: Array, p: ParameterValues) -> Mask:
    """(mineral,) whether the owner's price (over its usual one) is out of all order, or a part of usual
    deliveries is missing while the price is high: fewer deliveries at a low price are a slump.
    """
    short = missing_t > p.reserve_trigger_missing_share * usual_t
    dear = price_ratio > p.reserve_price_ceiling_ratio
    return np.asarray((price_ratio > p.reserve_trigger_ratio) | (short & dear))


def settle_reserve(world: TradeWorld, cleared: Cleared) -> None:
    """Book the round at the prices that cleared."""
    if world.reserve is None or world.round < world.decisions_open:
        return
    at_home = world.base.axes.refiners == world.reserve.owner
    world.reserve.settle(
        purchased_t(world, cleared),
        mean_price(world, cleared),
        world.reserve_release_t.sum(axis=1),
        np.where(at_home, cleared.clearing.stages[REFINED].price_usd_t, 0.0).sum(axis=1),
        world.parameters,
    )
    world.reserve_prices.append(mean_price(world, cleared))


def purchased_t(world: TradeWorld, cleared: Cleared) -> Array:
    """(mineral,) what the reserve gets of its orders: it is part of its owner's purchases and has its share
    of what was delivered."""
    need, left = world.reserve_need_t, _delivered_t(cleared)
    total = cleared.priced.market.stages[REFINED].needs.need_t
    share = np.divide(need, total, out=np.zeros_like(need), where=total > 0)
    makers = left.shape[1] - world.base.use_t.shape[1]  # they buy metal too, and stand before the users
    return np.asarray((share * left[:, makers:]).sum(axis=1))


def _delivered_t(cleared: Cleared) -> Array:
    """(mineral, buyer) metal that buyers get of what they want, from second sources too."""
    metal = cleared.clearing.stages[REFINED]
    return np.asarray(np.maximum(metal.wanted_t - metal.unmet_t, 0.0))


def mean_price(world: TradeWorld, cleared: Cleared) -> Array:
    """(mineral,) mean delivered price at the owner's home without the levy, which it pays to itself; the
    world's where it buys none.
    """
    metal = cleared.clearing.stages[REFINED]
    landed = metal.landed_usd_t - metal.levy_usd_t + metal.rent_usd_t
    paid = np.where(metal.flow_t > 0, landed, 0.0) * metal.flow_t
    at_home = (world.base.axes.buyers(REFINED) == world.leader)[:, None, None, :]
    home_t = np.where(at_home, metal.flow_t, 0.0).sum(axis=(1, 2, 3))
    home_usd = np.where(at_home, np.nan_to_num(paid), 0.0).sum(axis=(1, 2, 3))
    world_mean = np.nan_to_num(paid).sum(axis=(1, 2, 3)) / np.maximum(
        metal.flow_t.sum(axis=(1, 2, 3)), 1e-300
    )
    return np.asarray(np.where(home_t > 0, home_usd / np.where(home_t > 0, home_t, 1.0), world_mean))


def owner_price(world: TradeWorld) -> Array:
    """Last price at the owner's home; that of the base year before any."""
    return world.reserve_prices[-1] if world.reserve_prices else world.base.evidence.price_usd_t[:, REFINED]


def usual_price(world: TradeWorld) -> Array:
    """(mineral,) mean price over the reserve's memory; that of the base year before any."""
    memory = world.reserve_prices[-world.clock.rounds(world.parameters.reserve_memory_quarters) :]
    return np.asarray(np.mean(memory, axis=0)) if memory else world.base.evidence.price_usd_t[:, REFINED]


def released_share(world: TradeWorld) -> float:
    """Most that the reserve releases in a round, over its stock."""
    return per_round(world.parameters.reserve_release_share, world.clock.quarter_rounds)


def reserve_stock_t(world: TradeWorld) -> Array:
    """(mineral,) stock of the reserve, zero where there is none."""
    return np.zeros(len(world.base.axes.minerals)) if world.reserve is None else world.reserve.stock_t
