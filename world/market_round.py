"""The market of a round: offers, borders and levy become prices and flows; when a trigger fires, the
reserve releases and it clears again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from agents.investment import worth_building
from world.accounts import CountryAccounts
from world.axes import ORE, REFINED, Array, gather
from world.borders import HubTerms
from world.capacity import capacity_of
from world.counterfactual import Case, Horizon, Setting, clear_rows, needs_hubs
from world.customs import stage_borders
from world.events import Happenings
from world.market.arrays import Clearing
from world.offers import Conditions, Priced, make_offers
from world.plant_costs import BLOCKS, BlockFacts, full_cost_now
from world.price_floor import believed_floor_usd_t
from world.state import Markets
from world.zone import floor_members

if TYPE_CHECKING:
    from world.model import TradeWorld


@dataclass(frozen=True)
class Cleared:
    """The market of a round: rows are minerals. Routes are two everywhere (the second empty where nothing
    is restricted).
    """

    priced: Priced
    clearing: Clearing
    accounts: CountryAccounts
    setting: Setting


def make_setting(
    world: TradeWorld, happenings: Happenings, conditions: Conditions, with_later: bool
) -> Setting:
    """All that the questions and the market of this round share, on the state as it stands."""
    base, state, p = world.base, world.state, world.parameters
    released = (np.zeros(base.axes.ore_sellers.shape), world.reserve_release_t)
    borders = tuple(
        stage_borders(
            base, world.economy.routes, state, happenings, world.leader_duty, released[stage], p, stage
        )
        for stage in (ORE, REFINED)
    )
    now = Horizon(make_offers(base, state.markets, conditions, p), {}, state.prices)
    later = _later(world, conditions) if with_later else None
    scenario = world.premise
    scoped = ~np.isnan(state.politics.reference_usd_t)
    return Setting(
        base=base,
        borders=(borders[ORE], borders[REFINED]),
        terms=HubTerms(
            margin_share=p.hub_margin_share,
            risk_share=p.evasion_detection_probability * (1.0 + p.evasion_penalty_share),
            leak_share=p.hub_leak_share,
            weight_taxed_share=p.hub_weight_taxed_share,
        ),
        reference_usd_t=state.politics.reference_usd_t,
        zone_tariff_share=np.where(scoped, scenario.leader.tariff_share, 0.0),
        final_use=world.economy.final_use,
        capture_share=scenario.dominant_refiner.levy_capture,
        captor=world.dominant,
        blocks=world.economy.blocks,
        now=now,
        later=later,
    )


def _later(world: TradeWorld, conditions: Conditions) -> Horizon:
    """The market after capacity has adjusted; more plants inside a floor as far as it is believed."""
    years = world.parameters.planning_years
    growth = world.expected_growth(world.round)
    outside, inside = {}, {}
    for block in BLOCKS:
        facts, believed = world.economy.blocks[block], world.believed(block)
        outside[f"{block}_capacity_t"] = project_capacity(world, block, facts, believed, growth, years)
        floor = _floor_believed(world, block, believed)
        inside[f"{block}_capacity_t"] = project_capacity(world, block, facts, floor, growth, years)
    markets = _without_shocks(world, outside, np.exp(growth * years))
    calm = replace(
        conditions,
        ore_loss_share=np.zeros_like(conditions.ore_loss_share),
        refining_loss_share=np.zeros_like(conditions.refining_loss_share),
        reserve_need_t=np.zeros_like(conditions.reserve_need_t),
        reserve_release_t=np.zeros_like(conditions.reserve_release_t),
        fear=np.zeros_like(conditions.fear),
    )
    return Horizon(make_offers(world.base, markets, calm, world.parameters), inside, world.state.prices)


def _floor_believed(world: TradeWorld, block: str, believed_usd_t: Array) -> Array:
    """(mineral, seller) price that producers would believe in if the floor bound them."""
    stage = ORE if block == "ore" else REFINED
    positions = world.base.axes.sellers(stage)
    trust = gather(world.state.politics.trust_leader, positions)
    reference = world.state.politics.reference_usd_t[:, stage][:, None] * np.ones(positions.shape)
    return believed_floor_usd_t(believed_usd_t, reference, world.parameters.floor_credibility_share * trust)


def _without_shocks(world: TradeWorld, capacity: dict[str, Array], grown: Array) -> Markets:
    """Markets some years on: given capacities, demand grown by the factor ``grown``, stocks at their usual
    cover.
    """
    base, markets = world.base, world.state.markets
    growth = markets.demand_growth * grown
    cover = base.evidence.stock_cover_quarters[:, None] * base.use_t * growth[:, None] * markets.thrift
    return replace(
        markets,
        ore_capacity_t=capacity["ore_capacity_t"],
        refining_capacity_t=capacity["refining_capacity_t"],
        primary_capacity_t=capacity["primary_capacity_t"],
        ore_outage=np.zeros_like(markets.ore_outage),
        ore_mothballed_t=np.zeros_like(markets.ore_mothballed_t),
        refining_mothballed_t=np.zeros_like(markets.refining_mothballed_t),
        demand_growth=growth,
        demand_shock=np.zeros_like(markets.demand_shock),
        stock_build_left=0.0,
        built_stock_t=np.zeros_like(markets.built_stock_t),
        stock_t=cover,
    )


def project_capacity(
    world: TradeWorld, block: str, facts: BlockFacts, believed_usd_t: Array, growth_share: Array, years: float
) -> Array:
    """(mineral, seller) capacity after ``years`` at a believed price: what stands, what is on order, and
    what would be ordered.
    """
    p, markets = world.parameters, world.state.markets
    capacity = capacity_of(markets, block)
    last = min(world.round + int(4 * years), len(markets.arriving_t[block]) - 1)
    arriving = markets.arriving_t[block][world.round + 1 : last + 1].sum(axis=0)
    cleared = world.state.clearing
    feed = world.base.ore_lanes.index_usd_t if cleared is None else cleared.ore_index_usd_t
    needed = full_cost_now(world.base, block, facts, feed)
    worth = worth_building(believed_usd_t, needed, p.build_width)
    ratio = np.log(np.maximum(believed_usd_t, 1e-9) / needed)
    own = facts.own_price_share[:, None]
    expected = (1.0 - own + own * 2.0 * worth) * growth_share[:, None]
    answer = own * p.expansion_response_year * np.maximum(ratio, 0.0)
    growth = np.clip(expected + answer, 0.0, p.expansion_limit_year)
    left = np.maximum(years - facts.lead_rounds / 4.0, 0.0)
    projected: Array = (
        capacity + arriving + (growth * capacity + worth * p.start_rate_year * facts.entry_t) * left
    )
    return projected


def clear_round(world: TradeWorld, setting: Setting) -> Cleared:
    """Clear the market of the round; minerals with restricted lanes with two routes, the rest with one,
    then set side by side.
    """
    case = Case(
        tuple(range(len(world.base.axes.minerals))),
        floor_members(world),
        world.state.politics.floor_in_force,
    )
    hubs = any(needs_hubs(setting, case, mineral) for mineral in case.minerals)
    priced, clearing, accounts = clear_rows(setting, [case] * len(case.minerals), list(case.minerals), hubs)
    return Cleared(priced, clearing, accounts, setting)
