"""After the market: stocks, habits, beliefs and trust are revised; plants run, mothball, close and are
ordered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.adjustment import part_moved
from agents.beliefs import extrapolate, revise_expected
from agents.ladder import FLOOR
from world.axes import COMPONENT, ORE, REFINED, STAGES, Array, Mask, gather
from world.cleared_market import Cleared
from world.conditions import fears, planned_ahead_t
from world.industry.capacity import invest
from world.industry.feed_prices import feed_of, read_index_usd_t
from world.industry.finance import finance_cut
from world.industry.plant_costs import BLOCK_STAGE, BLOCKS
from world.industry.second_sources import opened_after
from world.industry.slack import slack_of
from world.lanes.hub_capacity import revise_hubs
from world.lanes.institutions import revise_reliability
from world.lanes.unrecorded import revise_ways
from world.licences.books import close_offices
from world.market.clearing import StageClearing
from world.moves.trust import revise_trust
from world.policy.state_trade import stock_orders_t
from world.price_floor import believed_floor_usd_t
from world.questions.mark_ups import revise_mark_ups
from world.sectors.round import run_sectors
from world.stocks.buying_ahead import kept_ahead
from world.stocks.holdings import holding_of, private_share, revise_holdings
from world.stocks.private import followed_share
from world.zone import exemptions, floor_members, scope_of

if TYPE_CHECKING:
    from world.model import TradeWorld


LEAST_PRICE_SHARE = 0.2
"""A price below this share of the base year's says that nothing can be sold for now, no more: nobody
believes in it for good (assumption)."""


def learn(world: TradeWorld, cleared: Cleared) -> None:
    """Each compares what it expected with what it saw: prices, stocks, habits, thrift, trust, the risk of
    retaliation. Lines run on what the market left them, before users grow thriftier.
    """
    world.state.markets.fear = list(fears(world))  # where that of the next round begins
    revise_stocks(world, cleared)
    world.office_books = close_offices(
        world.base, world.state, world.happenings, world.parameters, cleared.clearing, cleared.setting.borders
    )
    _revise_ways_out(world, cleared)
    revise_mark_ups(world, cleared)
    revise_habits(world, cleared)
    revise_prices(world, cleared)
    run_sectors(world, cleared)
    revise_thrift(world)
    open_second_sources(world, cleared)
    revise_trust(world)
    borders, healing_year = cleared.setting.borders, world.parameters.trust_healing_year
    revise_reliability(world.base, world.state, borders, healing_year)


def _revise_ways_out(world: TradeWorld, cleared: Cleared) -> None:
    """What hubs can hand on, and what can leave a country past its books."""
    base, markets, economy, p = world.base, world.state.markets, world.economy, world.parameters
    borders, a_year = cleared.setting.borders, world.clock.rounds_per_year
    revise_hubs(markets, economy.hub_start_t, economy.hub_room_t, cleared.clearing, borders, p, a_year)
    revise_ways(base, markets, cleared.priced.market, cleared.clearing, p)


def revise_stocks(world: TradeWorld, cleared: Cleared) -> None:
    """Private stocks take what was bought beyond use; stock building of the base year counts as use (its
    holders keep that apart).
    """
    base, markets, parameters = world.base, world.state.markets, world.parameters
    for stage, cleared_stage in enumerate(cleared.clearing.stages):
        ahead = planned_ahead_t(world, stage)
        markets.ahead_t[stage] = kept_ahead(markets.ahead_t[stage], ahead, cleared_stage.stock_change_t)
        traded = cleared.priced.market.stages[stage]
        other = np.zeros_like(traded.needs.need_t)
        if stage == REFINED:
            orders = stock_orders_t(base.axes, world.happenings, world.reserve_need_t)
            other = base.stock_build_t * markets.stock_build_left + orders
        private = private_share(other, traded.needs.need_t, traded.makers_next)
        charges = cleared.priced.charges[stage]
        revise_holdings(base, markets, parameters, stage, cleared_stage, charges, private)


def revise_habits(world: TradeWorld, cleared: Cleared) -> None:
    """Preferences drift toward sellers that have long been cheap: with the drift complete the elasticity of
    sourcing is doubled.

    Long-run over short-run Armington elasticity is about 2 (Gallaway, McDaniel and Rivera 2003).
    """
    markets, p, a_year = world.state.markets, world.parameters, world.clock.rounds_per_year
    weight = part_moved(p.habit_speed_year, a_year)
    for stage, lanes in enumerate(world.base.stage_lanes):
        landed = cleared.clearing.stages[stage].landed_usd_t
        base_landed = lanes.landed_usd_t(world.base.price_usd_t[stage])
        dearer = (landed[:, 0] - base_landed) / lanes.spread_usd_t[:, None, :]
        # who bought of nobody in the base year compares with the sellers of the world
        size = lanes.flow_t + 1e-9 * lanes.flow_t.sum(axis=2, keepdims=True)
        total = np.maximum(size.sum(axis=1, keepdims=True), 1e-300)
        relative = dearer - (size * dearer).sum(axis=1, keepdims=True) / total
        advantage = np.clip(-relative, -2.0, 2.0) * p.habit_strength
        # who sold nothing has no price to be known by: its figure is where the solver happened to start
        known = sells(cleared.clearing.stages[stage])
        advantage = np.where(known[:, :, None], advantage, 0.0)
        markets.habit[stage] = (1.0 - weight) * markets.habit[stage] + weight * advantage
    usual = part_moved(1.0)  # a year's memory of flows
    growing = np.exp(world.expected_growth(world.round) / a_year)[:, None, None]
    for stage, cleared_stage in enumerate(cleared.clearing.stages):
        limited = cleared.setting.borders[stage].limited
        old, flow = markets.usual_flow_t[stage], cleared_stage.flow_t[:, 0]
        # a licence grants a share of requests: trade before it, growing with demand; it does not shrink with
        # the licence itself
        markets.usual_flow_t[stage] = np.where(limited, old * growing, old + usual / a_year * (flow - old))


def revise_prices(world: TradeWorld, cleared: Cleared) -> None:
    """Producers' believed prices and users' usual prices follow what was seen."""
    markets, p, axes = world.state.markets, world.parameters, world.base.axes
    clearing, a_year = cleared.clearing, world.clock.rounds_per_year
    for stage in range(len(STAGES)):
        seen = np.maximum(
            observed_price(world, cleared, stage), LEAST_PRICE_SHARE * world.base.price_usd_t[stage]
        )
        believed = revise_expected(markets.believed_usd_t[stage], seen, p.belief_speed_year, a_year)
        # contracts are settled by a mean of past spot prices, at the gate and not on the formula itself
        spot = np.where(sells(clearing.stages[stage]), clearing.stages[stage].price_usd_t, seen)
        spot = np.where(axes.sellers(stage) >= 0, spot, 0.0)
        renewed = part_moved(p.contract_renewal_year, a_year)
        held = markets.contract_usd_t[stage]  # the round's charges still show it: a new array, not a change
        markets.contract_usd_t[stage] = held + renewed * (np.maximum(spot, 0.0) - held)
        markets.believed_usd_t[stage] = np.where(axes.sellers(stage) >= 0, believed, 0.0)
    speed = p.belief_speed_year
    for stage, cleared_stage in enumerate(clearing.stages):
        index = np.maximum(read_index_usd_t(world.base, cleared_stage, stage), 1e-9)
        usual = revise_expected(markets.usual_index_usd_t[stage], index, speed, a_year)
        followed = followed_share(holding_of(world.base, markets, stage), markets.fear[stage], p)
        before, *between = markets.recent_index_usd_t[stage]
        quarter = (*between, index)  # a month by itself is no trend
        last = np.exp(np.mean(np.log(np.maximum(quarter, 1e-9)), axis=0))
        markets.expected_index_usd_t[stage] = extrapolate(
            usual, last, before, followed, p.stock_trend_response
        )
        markets.usual_index_usd_t[stage] = usual
        markets.recent_index_usd_t[stage] = quarter
    world.outside_prices.append(
        np.stack([_outside_mean(world, cleared, stage) for stage in range(len(STAGES))], axis=1)
    )


def observed_price(world: TradeWorld, cleared: Cleared, stage: int) -> Array:
    """(mineral, seller) price a producer can read: its own if it sells; else the mean of those on its side
    of the zone's border.
    """
    price_usd_t = cleared.clearing.stages[stage].fob_usd_t
    sold = cleared.clearing.stages[stage].flow_t.sum(axis=(1, 3))
    positions = world.base.axes.sellers(stage)
    inside = (
        floor_members(world.state.politics, world.premise.zone)[np.maximum(positions, 0)]
        & world.state.politics.floor_in_force
    )
    seen = np.zeros_like(price_usd_t)
    for side in (inside, ~inside):
        weight = np.where(side, sold, 0.0)
        total = weight.sum(axis=1, keepdims=True)
        every = (sold * price_usd_t).sum(axis=1, keepdims=True) / np.maximum(
            sold.sum(axis=1, keepdims=True), 1e-300
        )
        mean = np.where(
            total > 0, (weight * price_usd_t).sum(axis=1, keepdims=True) / np.maximum(total, 1e-300), every
        )
        seen = np.where(side, mean, seen)
    return np.maximum(np.where(sells(cleared.clearing.stages[stage]), price_usd_t, seen), 1e-9)


def sells(stage: StageClearing) -> Mask:
    """(mineral, seller) whether a seller sells more than a trace, so that its price means something."""
    sold = stage.flow_t.sum(axis=(1, 3))
    active: Mask = sold > 1e-6 * np.maximum(sold.sum(axis=1, keepdims=True), 1e-300)
    return active


def _outside_mean(world: TradeWorld, cleared: Cleared, stage: int) -> Array:
    """(mineral,) mean f.o.b. price of sellers other than the dominant refiner."""
    price = cleared.clearing.stages[stage].fob_usd_t
    sold = cleared.clearing.stages[stage].flow_t.sum(axis=(1, 3))
    other = np.where(world.base.axes.sellers(stage) != world.dominant, sold, 0.0)
    total = other.sum(axis=1)
    mean: Array = np.where(
        total > 0,
        (other * price).sum(axis=1) / np.where(total > 0, total, 1.0),
        world.base.evidence.price_usd_t[:, stage],
    )
    return mean


def revise_thrift(world: TradeWorld) -> None:
    """Use per unit of activity moves toward its long-run level at the usual price, at most so much a year;
    part of it stays.
    """
    markets, base, economy = world.state.markets, world.base, world.economy
    makers = base.component_input_t.shape[1]
    markets.thrift = _thrifty(
        world,
        markets.thrift,
        economy.demand_long_run - base.evidence.demand_elasticity,
        (markets.usual_index_usd_t[REFINED][:, makers:], base.lanes(REFINED).index_usd_t[:, makers:]),
    )
    markets.final_thrift = _thrifty(
        world,
        markets.final_thrift,
        economy.component_long_run - base.evidence.component_elasticity,
        (markets.usual_index_usd_t[COMPONENT], base.lanes(COMPONENT).index_usd_t),
    )


def open_second_sources(world: TradeWorld, cleared: Cleared) -> None:
    """Users open second sources while they pay at today's price, and close them again."""
    markets, base = world.state.markets, world.base
    makers = base.component_input_t.shape[1]
    first = base.lanes(REFINED).index_usd_t[:, makers:]
    index = cleared.clearing.stages[REFINED].index_usd_t[:, makers:]
    ratio = np.where(first > 0, index, 0.0) / np.where(first > 0, first, 1.0)
    markets.second_open = opened_after(markets.second_open, ratio, base.rounds_per_year, world.parameters)


def _thrifty(world: TradeWorld, thrift: Array, gap: Array, prices: tuple[Array, Array]) -> Array:
    """(mineral, user) thrift a round on; ``gap`` (mineral,) long-run less short-run elasticity;
    ``prices`` the
    usual ones and those of the base year."""
    p, (usual, first), a_year = world.parameters, prices, world.clock.rounds_per_year
    ratio = np.maximum(usual, 1e-9) / np.where(first > 0, first, 1.0)
    wanted = -np.maximum(gap, 0.0)[:, None] * np.log(np.clip(ratio, 0.05, 50.0))
    now = np.log(thrift)
    step = part_moved(p.thrift_speed_year, a_year) * (wanted - now)
    back = np.where((now < 0) & (step > 0), 1.0 - p.thrift_kept_share, 1.0)
    most = p.thrift_limit_year / a_year
    return np.where(first > 0, np.exp(now + np.clip(step * back, -most, most)), 1.0)


def run_plants(world: TradeWorld, cleared: Cleared) -> None:
    """Industry orders, mothballs and restarts at the prices it believes, the floor included as far as it
    trusts it.
    """
    markets = world.state.markets
    markets.slack_t = {
        block: slack_of(world.base, markets, cleared.clearing, block) for block in world.plants
    }
    believed, seen, cut, exempt = {}, {}, {}, exemptions(world.state.politics, world.base.axes, world.places)
    for block in world.plants:
        stage = BLOCK_STAGE[block]
        positions = world.base.axes.sellers(stage)
        bound = (world.state.politics.rung == FLOOR)[np.maximum(positions, 0)] & (positions >= 0)
        bound |= positions == world.leader if world.state.politics.floor_in_force else False
        if exempt is not None:
            bound &= ~np.take_along_axis(exempt, np.maximum(positions, 0), axis=1)
        reference = np.where(bound, world.state.politics.reference_usd_t[:, stage][:, None], np.nan)
        trust = gather(world.state.politics.trust_leader, positions)
        believed[block] = believed_floor_usd_t(
            world.believed(block), reference, world.parameters.floor_credibility_share * trust
        )
        seen[block] = world.assured(block, observed_price(world, cleared, stage))
        cut[block] = (
            gather(finance_cut(world), positions)
            * scope_of(world.premise.zone, world.base.axes)[:, stage][:, None]
        )
    invest(
        world.base,
        markets,
        world.plants,
        believed,
        seen,
        cut,
        {block: feed_of(world.base, world.state, block) for block in BLOCKS},
        world.expected_growth(world.round),
        gather(world.happenings.free_share[:, ORE], world.base.axes.ore_sellers, 1.0),
        world.round,
        world.parameters,
    )
