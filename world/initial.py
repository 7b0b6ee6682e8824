"""The state on the eve of the first round: the base market, the ladder and trust as they stood."""

from __future__ import annotations

import numpy as np

from world.calibration.base import BaseMarket
from world.country_facts import CountryFacts
from world.market.arrays import Prices
from world.parameters import ParameterValues
from world.state import Markets, Politics, WorldState


def initial_state(
    base: BaseMarket, facts: CountryFacts, parameters: ParameterValues, leader: int, dominant: int
) -> WorldState:
    """Markets of the base year and politics of the start; nothing is on order yet (see
    :mod:`world.capacity`).
    """
    axes = base.axes
    price = base.evidence.price_usd_t
    ore = np.where(axes.ore_sellers >= 0, price[:, 0][:, None], 0.0)
    built = 4.0 * np.where(base.use_t > 0, base.stock_build_t, 0.0)
    refined = np.where(axes.refiners >= 0, price[:, 1][:, None], 0.0)
    markets = Markets(
        ore_capacity_t=base.ore.capacity_t.copy(),
        refining_capacity_t=base.refining.capacity_t.copy(),
        primary_capacity_t=base.primary.capacity_t.copy(),
        ore_outage=np.zeros(ore.shape),
        ore_mothballed_t=np.zeros(ore.shape),
        refining_mothballed_t=np.zeros(refined.shape),
        demand_growth=np.ones(len(axes.minerals)),
        demand_shock=np.zeros(len(axes.minerals)),
        thrift=np.ones(axes.users.shape),
        stock_build_left=1.0,
        # the usual cover and what was put into stock during the base year (four quarters of it)
        stock_t=base.evidence.stock_cover_quarters[:, None] * base.use_t + built,
        built_stock_t=built,
        habit_ore=np.zeros(base.ore_lanes.flow_t.shape),
        habit_refined=np.zeros(base.refined_lanes.flow_t.shape),
        believed_ore_usd_t=ore.copy(),
        believed_refined_usd_t=refined.copy(),
        usual_index_usd_t=base.refined_lanes.index_usd_t.copy(),
        usual_ore_flow_t=base.ore_lanes.flow_t.copy(),
        usual_refined_flow_t=base.refined_lanes.flow_t.copy(),
        limited_ore_rounds=np.zeros(base.ore_lanes.flow_t.shape),
        limited_refined_rounds=np.zeros(base.refined_lanes.flow_t.shape),
    )
    return WorldState(
        -1,
        markets,
        _initial_politics(facts, parameters, len(axes.minerals), leader, dominant),
        Prices(ore, refined),
    )


def _initial_politics(
    facts: CountryFacts, parameters: ParameterValues, minerals: int, leader: int, dominant: int
) -> Politics:
    n = len(facts.gdp_usd)
    return Politics(
        leader=leader,
        dominant=dominant,
        rung=facts.first_rung.copy(),
        standing=["outside"] * n,
        due_rung=facts.first_rung.copy(),
        due_round=np.full(n, -1, dtype=np.int64),
        favourable_reviews=np.zeros(n, dtype=np.int64),
        trust_leader=facts.trust_leader.copy(),
        trust_dominant=facts.trust_dominant.copy(),
        trust_rest_leader=facts.trust_leader.copy(),
        trust_rest_dominant=facts.trust_dominant.copy(),
        retaliation_belief=np.full(n, parameters.retaliation_prior_probability),
        text_round=-1,
        reference_usd_t=np.full((minerals, 2), np.nan),
        counter_duty_share=np.zeros(n),
        finance_usd=np.zeros(n),
        side_payment_usd=np.zeros(n),
        side_payment_agreed_usd=np.zeros(n),
        shortfall_usd=np.zeros(n),
        leader_gain_usd=np.zeros(n),
    )
