"""The market of a round: offers, borders and levy become prices and flows; when a trigger fires, the
reserve releases and it clears again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.investment import wanted_year_t
from world.axes import REFINED, STAGES, Array, Whole, gather
from world.cleared_market import Cleared
from world.counterfactual import Case, clear_rows, needs_hubs
from world.customs import stage_borders, with_releases
from world.industry.capacity import capacity_of, parameters_of_industry, view_industry
from world.industry.feed_prices import Feed, expected_feed_usd_t
from world.industry.plant_costs import BLOCK_STAGE, BLOCKS, EVERY_MINERAL, BlockFacts
from world.lanes.quotas import Asking
from world.lanes.terms import HubTerms, ZoneRules, compact
from world.offers import Conditions, make_offers
from world.policy.decrees import with_decrees
from world.policy.happenings import Happenings
from world.policy.state_trade import stock_releases_t
from world.price_floor import believed_floor_usd_t, gap_to_reference_usd_t
from world.questions.setting import Horizon, Setting
from world.state import Markets
from world.zone import exemptions, floor_members

if TYPE_CHECKING:
    from world.model import TradeWorld


def make_setting(
    world: TradeWorld, happenings: Happenings, conditions: Conditions, with_later: bool
) -> Setting:
    """All that the questions and the market of this round share, on the state as it stands."""
    base, state, p = world.base, world.state, world.parameters
    happenings = with_decrees(happenings, state.politics.controls)
    released = [np.zeros(base.axes.sellers(stage).shape) for stage in range(len(STAGES))]
    released[REFINED] = stock_releases_t(base.axes, happenings, world.reserve_release_t)
    borders = tuple(
        compact(
            stage_borders(
                base, world.economy.network, state, happenings, world.leader_duty, released[stage], p, stage
            )
        )
        for stage in range(len(STAGES))
    )
    now = Horizon(make_offers(base, state.markets, conditions, p), {}, state.prices, captured_share(world))
    later = later_horizon(world, conditions) if with_later else None
    scenario = world.premise
    scoped = ~np.isnan(state.politics.reference_usd_t)
    return Setting(
        axes=base.axes,
        borders=borders,
        terms=HubTerms(
            margin_share=p.hub_margin_share,
            penalty_share=p.evasion_penalty_share,
            leak_share=p.hub_leak_share,
            weight_taxed_share=p.hub_weight_taxed_share,
        ),
        zone=ZoneRules(scenario.zone.duty_form, scenario.zone.reading == "A", scenario.zone.quota_share),
        reference_usd_t=state.politics.reference_usd_t,
        zone_tariff_share=np.where(scoped, scenario.leader.tariff_share, 0.0),
        zone_duty_usd_t=same_duty_usd_t(world),
        final_use=world.economy.final_use,
        captor=world.dominant,
        standing_t={block: base.curves[block].capacity_t for block in BLOCKS},
        capital_usd_t={block: facts.capital_usd_t for block, facts in world.economy.blocks.items()},
        now=now,
        later=later,
        exempt=exemptions(world.state.politics, world.base.axes, world.places),
        asking=asked_if_licensed(state.markets),
    )


def with_release(world: TradeWorld, setting: Setting, conditions: Conditions) -> Setting:
    """The setting of a round once stock is released: what sellers of metal have is other, and how much they
    count for; the rest stands on a state that has not moved since."""
    borders = list(setting.borders)
    released = stock_releases_t(world.base.axes, world.happenings, world.reserve_release_t)
    known = (world.base, world.state, released, world.parameters, REFINED)
    borders[REFINED] = with_releases(borders[REFINED], *known)
    offers = make_offers(world.base, world.state.markets, conditions, world.parameters)
    return replace(setting, borders=tuple(borders), now=replace(setting.now, offers=offers))


def asked_if_licensed(markets: Markets) -> tuple[Asking, ...]:
    """Per stage what exporters would come to ask above the price at home if they alone might export."""
    pairs = zip(markets.licensed_mark_up_usd_t, markets.mark_up_over_t, strict=True)
    found = tuple(Asking(usd_t, over_t) for usd_t, over_t in pairs)
    return found if any(asking.any() for asking in found) else ()


def later_horizon(world: TradeWorld, conditions: Conditions) -> Horizon:
    """The market after capacity has adjusted; more plants inside a floor as far as it is believed."""
    years = world.parameters.planning_years
    growth = world.expected_growth(world.round)
    outside, inside = {}, {}
    for block in BLOCKS:
        facts, believed = world.plants[block], world.believed(block)
        outside[block] = project_capacity(world, block, facts, believed, growth, years)
        floor = _floor_believed(world, block, believed)
        inside[block] = project_capacity(world, block, facts, floor, growth, years)
    markets = _without_shocks(world, outside, np.exp(growth * years))
    calm = replace(
        conditions,
        loss_share=tuple(np.zeros_like(share) for share in conditions.loss_share),
        reserve_need_t=np.zeros_like(conditions.reserve_need_t),
        reserve_release_t=np.zeros_like(conditions.reserve_release_t),
        is_settled=True,
    )
    capture = chosen_capture(world)
    offers = make_offers(world.base, markets, calm, world.parameters)
    return Horizon(offers, inside, world.state.prices, capture)


def _floor_believed(world: TradeWorld, block: str, believed_usd_t: Array) -> Array:
    """(mineral, seller) price that producers would believe in if the floor bound them."""
    stage = BLOCK_STAGE[block]
    positions = world.base.axes.sellers(stage)
    trust = gather(world.state.politics.trust_leader, positions)
    reference = world.state.politics.reference_usd_t[:, stage][:, None] * np.ones(positions.shape)
    return believed_floor_usd_t(believed_usd_t, reference, world.parameters.floor_credibility_share * trust)


def _without_shocks(world: TradeWorld, capacity: dict[str, Array], grown: Array) -> Markets:
    """Markets some years on: given capacities, demand grown by the factor ``grown``."""
    markets = world.state.markets
    return replace(
        markets,
        capacity_t=capacity,
        mothballed_t={block: np.zeros_like(idle) for block, idle in markets.mothballed_t.items()},
        ore_outage=np.zeros_like(markets.ore_outage),
        demand_growth=markets.demand_growth * grown,
        demand_shock=np.zeros_like(markets.demand_shock),
        stock_build_left=0.0,
    )


def project_capacity(
    world: TradeWorld, block: str, facts: BlockFacts, believed_usd_t: Array, growth_share: Array, years: float
) -> Array:
    """(mineral, seller) capacity after ``years`` at a believed price: what stands, what is on order, and
    what would be ordered.
    """
    markets = world.state.markets
    capacity = capacity_of(markets, block)
    last = min(world.round + int(world.clock.rounds_per_year * years), len(markets.arriving_t[block]) - 1)
    arriving = markets.arriving_t[block][world.round + 1 : last + 1].sum(axis=0)
    feed = expected_feed_usd_t(world.base, markets, block)
    ordered = ordered_year_t(world, block, facts, believed_usd_t, feed, growth_share)
    left = np.maximum(years - facts.lead_rounds / world.clock.rounds_per_year, 0.0)
    projected: Array = capacity + arriving + ordered * left
    return projected


def ordered_year_t(
    world: TradeWorld,
    block: str,
    facts: BlockFacts,
    believed_usd_t: Array,
    feed_usd_t: Array,
    growth_share: Array,
    mineral: Whole | slice = EVERY_MINERAL,
) -> Array:
    """(row, seller) capacity ordered in a year at a believed price and an expected price index of the feed,
    each row of its ``mineral``."""
    markets = world.state.markets
    view = view_industry(
        world.base,
        markets,
        block,
        facts,
        (believed_usd_t, believed_usd_t),
        Feed(feed_usd_t, feed_usd_t),
        growth_share,
        world.round,
        mineral,
    )
    return wanted_year_t(view, parameters_of_industry(world.parameters, world.clock.rounds_per_year))


def same_duty_usd_t(world: TradeWorld) -> Array:
    """(mineral, stage) duty a tonne that costs all outsiders the same, under the forms that have one: no
    exporter's tax can take its place.

    ``benchmark`` fills the gap from last round's index to the reference; ``specific`` stays as it was when
    the reference was announced.
    """
    if world.premise.zone.duty_form == "specific":
        return world.state.politics.fixed_duty_usd_t
    return gap_to_reference_usd_t(world.state.politics.reference_usd_t, benchmark_index_usd_t(world))


def benchmark_index_usd_t(world: TradeWorld) -> Array:
    """(mineral, stage) last round's price at which a benchmark levy looks (``zone.benchmark_index``): the
    mean of sellers other than the dominant refiner, or that at the gate of one origin where it sells.
    """
    index = world.premise.zone.benchmark_index
    mean = world.outside_prices[-1] if world.outside_prices else world.base.evidence.price_usd_t
    if index == "world" or world.state.clearing is None:
        return mean
    keyed, origin = mean.copy(), world.base.axes.country(index)
    for stage, cleared in enumerate(world.state.clearing.stages):
        here = (world.base.axes.sellers(stage) == origin) & (cleared.flow_t.sum(axis=(1, 3)) > 0.0)
        price = np.where(here, cleared.fob_usd_t, 0.0).sum(axis=1)
        keyed[:, stage] = np.where(here.any(axis=1), price, mean[:, stage])
    return keyed


def captured_share(world: TradeWorld) -> float:
    """Part of the levy on its goods that the dominant refiner takes over by an export tax: none before its
    law is made, ``levy_capture_delay_quarters`` after the floor came into force.
    """
    politics = world.state.politics
    delay = world.parameters.levy_capture_delay_quarters * world.clock.quarter_rounds
    since = max(politics.floor_since_round, politics.captures_since)
    lawful = politics.floor_since_round >= 0 and world.round - since >= delay
    return chosen_capture(world) if lawful else 0.0


def chosen_capture(world: TradeWorld) -> float:
    """Part of the levy that it means to take over: all if its doctrine chose to, else the scenario's."""
    given = world.premise.dominant_refiner.levy_capture
    return 1.0 if world.state.politics.captures_since >= 0 else given


def clear_round(world: TradeWorld, setting: Setting) -> Cleared:
    """Clear the market of the round; minerals with restricted lanes with two routes, the rest with one,
    then set side by side.
    """
    case = Case(
        tuple(range(len(world.base.axes.minerals))),
        floor_members(world.state.politics, world.premise.zone),
        world.state.politics.floor_in_force,
    )
    hubs = any(needs_hubs(setting, case, mineral) for mineral in case.minerals)
    priced, clearing, accounts, segments = clear_rows(
        setting, [case] * len(case.minerals), np.array(case.minerals), hubs
    )
    return Cleared(priced, clearing, accounts, setting, segments)
