"""Demand, outages and ceilings of a round: what nature and the calendar do to supply and use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import ORE, STAGES, Array, gather, gather_pairs
from world.calibration.base import BaseMarket
from world.customs import limits_of
from world.habits import seller_size_t
from world.lanes.quotas import Asking, SellerQuotas, abroad_quotas, joined, licence_desks
from world.lanes.unrecorded import abroad_t, ways_out
from world.licences.exporters import licensed_exporters
from world.offers import Conditions
from world.parameters import ParameterValues
from world.policy.decrees import export_quotas
from world.policy.guarantees import cover_of
from world.policy.happenings import Happenings
from world.policy.state_trade import home_quotas, stock_orders_t, stock_releases_t
from world.state import WorldState
from world.stocks.buying_ahead import ordered_ahead_t, planned_t
from world.stocks.cut_off import cut_off_of, drawn_t
from world.stocks.fear import fear_of, purchase_share
from world.stocks.holdings import holding_of, round_months
from world.stocks.private import lendable_t
from world.stocks.stop_lengths import CutOff

OUTAGE_RANGE = (-0.6, 0.4)
"""Log deviations of a country's mine output kept within a loss of 45% and a gain of 49% (assumption)."""
COST_WITH_CYCLE = 0.5
"""Correlation of what mining costs with the world's activity (assumption)."""

if TYPE_CHECKING:
    from world.model import TradeWorld


def disturb(world: TradeWorld) -> None:
    """Demand grows along its path; demand shocks and outages revert to their mean with the volatility of
    2010-24. A part of demand moves with the world's activity, all mines with what mining costs.

    x' = r x + sqrt(1 - r^2) s e, r a year's persistence to the power of a round's part of a year; the mean of
    exp(x) is kept at 1.
    """
    markets, streams, p, axes = world.state.markets, world.streams, world.parameters, world.base.axes
    if world.round > 0:
        a_round = p.demand_growth_scale / world.clock.rounds_per_year
        markets.demand_growth = markets.demand_growth * np.exp(
            a_round * world.economy.demand_growth[world.round]
        )
        markets.demand_apart = markets.demand_apart * np.exp(
            a_round * world.economy.growth_apart[world.round]
        )
    markets.stock_build_left = max(0.0, 1.0 - (world.round + 1) / world.clock.rounds_per_year)
    if not world.premise.run.shocks:
        return
    keep = world.economy.volatility.persistence_share ** (1 / world.clock.rounds_per_year)
    fresh = np.sqrt(1.0 - keep**2)
    cycle, dearer = _world_draws(world)
    own = streams.normals("demand", world.round, axes.minerals)
    drawn = np.sqrt(p.world_cycle_share) * cycle + np.sqrt(1.0 - p.world_cycle_share) * own
    sd = p.shock_scale * world.economy.volatility.demand_sd
    markets.demand_shock = keep * markets.demand_shock - (1.0 - keep) * sd**2 / 2.0 + fresh * sd * drawn
    subjects = [
        [f"{mineral}|{axes.countries[place]}" if place >= 0 else "" for place in axes.ore_sellers[row]]
        for row, mineral in enumerate(axes.minerals)
    ]
    outage = np.stack([streams.normals("outage", world.round, names) for names in subjects])
    spread = p.shock_scale * gather(world.economy.volatility.output_sd, axes.ore_sellers)
    back, drift = keep[:, None], -(1.0 - keep[:, None]) * spread**2 / 2.0
    # what makes all mines dearer at once takes as much off what they offer as their supply answers prices
    answer = np.nan_to_num(world.base.evidence.supply_elasticity[:, ORE])[:, None]
    drawn_in_ore = spread * outage - answer * p.shock_scale * p.world_cost_sd * dearer
    markets.ore_outage = np.clip(
        back * markets.ore_outage + drift + fresh[:, None] * drawn_in_ore, *OUTAGE_RANGE
    )


def _world_draws(world: TradeWorld) -> tuple[float, float]:
    """Standard normal draws of the round that all minerals share: of the world's activity, and of what
    energy, currencies and wages cost miners, which rises with it."""
    activity, other = (
        float(world.streams.normals(event, world.round, ["world"])[0])
        for event in ("world demand", "world cost")
    )
    return activity, COST_WITH_CYCLE * activity + float(np.sqrt(1.0 - COST_WITH_CYCLE**2)) * other


def conditions_of(world: TradeWorld) -> Conditions:
    """Quotas, guarantees, losses, orders of the reserve and of states, and fear, on the axes of sellers and
    users.
    """
    axes, now = world.base.axes, world.happenings
    stages = range(len(STAGES))
    shares = [purchase_share(world.state.markets, stage) for stage in stages]
    cuts = tuple(cut_off_of(*_seen(world), stage, world.round) for stage in stages)
    return Conditions(
        ceiling_t=tuple(ceiling(world, stage) for stage in stages),
        export_quotas=tuple(quotas_abroad(world, stage) for stage in stages),
        covers=tuple(cover_of(now.guarantees, stage, axes.sellers(stage)) for stage in stages),
        loss_share=tuple(gather(now.loss_share[:, stage], axes.sellers(stage)) for stage in stages),
        reserve_need_t=stock_orders_t(axes, now, world.reserve_need_t),
        reserve_release_t=stock_releases_t(axes, now, world.reserve_release_t),
        fear=fears(world),
        expected_rise=tuple(
            _on_lanes(world, now.expected_rise_share, shares[stage], stage) for stage in stages
        ),
        planned_t=tuple(planned_stocks_t(world, stage, cuts[stage]) for stage in stages),
        cut_off=cuts,
    )


def fears(world: TradeWorld) -> tuple[Array, ...]:
    """Per stage (mineral, buyer) the fear in which buyers order this round, 0 to 1."""
    return tuple(fear_of(*_seen(world), stage, world.round) for stage in range(len(STAGES)))


def _seen(world: TradeWorld) -> tuple[BaseMarket, WorldState, Happenings, ParameterValues]:
    """What buyers look at when they fear for their supply."""
    return world.base, world.state, world.happenings, world.parameters


def ceiling(world: TradeWorld, stage: int) -> Array:
    """(mineral, seller) sales allowed: the quota for the part of the round it is in force, capacity for the
    rest; inf where none.
    """
    base, now, positions = world.base, world.happenings, world.base.axes.sellers(stage)
    free = gather(now.free_share[:, stage], positions, 1.0)
    allowed = gather(now.quota_t[:, stage], positions) + free * seller_size_t(
        base, world.state.markets, stage
    )
    return np.where(free < 1.0, allowed, np.inf)


def quotas_abroad(world: TradeWorld, stage: int) -> SellerQuotas:
    """Quotas of sellers on what goes abroad, and desks of those who are licensed, on the axes of the
    stage."""
    axes, usual = world.base.axes, world.state.markets.usual_flow_t[stage]
    at_home = home_quotas(world.leader, world.reserve_exports_t)
    quotas = [*export_quotas(world.happenings, world.state.politics.controls), *at_home]
    ways = None
    if any(quota.stage == stage for quota in quotas):
        capacity = world.state.markets.unrecorded_capacity_t[stage]
        price = world.state.prices.price_usd_t[stage]
        ways = ways_out(world.base, capacity, price, world.happenings, world.parameters, stage)
    markets, (sellers, buyers) = world.state.markets, (axes.sellers(stage), axes.buyers(stage))
    asking = Asking(markets.mark_up_usd_t[stage], markets.mark_up_over_t[stage])
    found = abroad_quotas(quotas, stage, sellers, buyers, usual, ways, asking)
    if not asking.usd_t.any():
        return found
    licensed = licensed_exporters(
        axes, world.state.politics, world.happenings, world.parameters, stage, with_quotas=False
    )
    exports = abroad_t(usual, sellers, buyers)
    return joined(found, licence_desks(licensed.on_lanes(buyers), asking, usual, exports, found))


def planned_stocks_t(world: TradeWorld, stage: int, cut: CutOff) -> Array:
    """(mineral, buyer) what buyers plan to add to stocks this round for the time of a measure that withholds,
    below zero what they use: of orders ahead of it, then of other stocks."""
    ahead = planned_ahead_t(world, stage)
    if not cut.share.any():
        return ahead
    holding = holding_of(world.base, world.state.markets, stage)
    floor = world.parameters.stock_floor_share * holding.cover_t
    owned = holding.held_t + holding.arriving_t + holding.later_t
    free = owned - floor - np.maximum(holding.ahead_t, 0.0)
    used = np.maximum(-ahead, 0.0)
    return np.asarray(ahead - drawn_t(cut, holding.use_t, free, used, round_months(world.base)))


def planned_ahead_t(world: TradeWorld, stage: int) -> Array:
    """(mineral, buyer) what buyers add to the stocks that they hold for the time of an announced measure,
    below zero what they use or lend of them."""
    base, state = world.base, world.state
    ordered = ordered_ahead_t(base, state.markets, world.happenings, stage)
    held = state.markets.ahead_t[stage]
    if not (ordered.any() or held.any()):
        return held
    usual, sellers, buyers = (
        state.markets.usual_flow_t[stage],
        base.axes.sellers(stage),
        base.axes.buyers(stage),
    )
    limits, _ = limits_of(base, state, world.happenings, world.parameters, stage)
    passes = limits["granted_t"]
    spare = lendable_t(holding_of(base, state.markets, stage), world.parameters.stock_floor_share)
    home = (sellers[:, :, None] == buyers[:, None, :]) & (buyers >= 0)[:, None, :]
    return planned_t(ordered, np.maximum(usual + ordered - passes, 0.0), held, spare, home)


def _on_lanes(world: TradeWorld, values: Array, share: Array, stage: int) -> Array:
    """(mineral, buyer) mean over a buyer's usual purchases of values (mineral, stage, exporter, importer)."""
    axes = world.base.axes
    if not values.any():
        return np.zeros(axes.buyers(stage).shape)
    lanes = gather_pairs(values[:, stage], axes.sellers(stage), axes.buyers(stage))
    return np.asarray((lanes * share).sum(axis=1))
