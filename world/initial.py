"""The state on the eve of the first round: the base market, the ladder and trust as they stood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from world.axes import ORE, STAGES, Array
from world.calibration.base import BaseMarket
from world.calibration.curves import TRANCHE_OFFSETS
from world.country_facts import CountryFacts
from world.lanes.unrecorded import first_ways_t
from world.market.arrays import Prices
from world.parameters import ParameterValues
from world.state import Markets, Politics, WorldState
from world.stocks.holdings import first_kept_rounds, first_prices, first_stocks

FULL_TILL_USD_T = 1e12
"""As much as may be kept, see :func:`world.industry.capacity.keep_cash`."""


def initial_state(
    base: BaseMarket,
    facts: CountryFacts,
    hub_start_t: Sequence[Array],
    parameters: ParameterValues,
    leader: int,
    dominant: int,
) -> WorldState:
    """Markets of the base year and politics of the start; nothing is on order yet (see
    :mod:`world.industry.capacity`).
    """
    minerals = len(base.axes.minerals)
    first = _first_prices(base)
    return WorldState(
        -1,
        _initial_markets(base, first, hub_start_t, parameters.unrecorded_start_share),
        _initial_politics(facts, parameters, minerals, leader, dominant),
        Prices(tuple(first), tuple(np.zeros((minerals, 0)) for _ in STAGES)),
    )


def _first_prices(base: BaseMarket) -> list[Array]:
    """One a stage: (mineral, seller) f.o.b. prices of the base year, 0 where there is no seller."""
    return [
        np.where(base.axes.sellers(stage) >= 0, base.price_usd_t[stage], 0.0) for stage in range(len(STAGES))
    ]


def _initial_markets(
    base: BaseMarket, first: list[Array], hub_start_t: Sequence[Array], unrecorded_share: float
) -> Markets:
    """Plants, stocks, habits and hubs of the base year; everyone believes in its prices, ``first``."""
    axes = base.axes
    held, under_way, built = first_stocks(base)
    index = [lanes.index_usd_t for lanes in base.stage_lanes]
    return Markets(
        **_first_plants(base),
        ore_outage=np.zeros_like(first[ORE]),
        demand_growth=np.ones(len(axes.minerals)),
        demand_apart=np.ones((len(axes.minerals), len(axes.countries))),
        demand_shock=np.zeros(len(axes.minerals)),
        thrift=np.ones(axes.users.shape),
        final_thrift=np.ones(axes.final_users.shape),
        final_place=np.ones(axes.final_users.shape),
        second_open=np.zeros(axes.users.shape),
        stock_build_left=1.0,
        stock_t=held,
        under_way_t=under_way,
        built_stock_t=built,
        built_kept_rounds=first_kept_rounds(base),
        ahead_t=[np.zeros_like(values) for values in held],
        fear=[np.zeros_like(values) for values in index],
        habit=[np.zeros_like(lanes.flow_t) for lanes in base.stage_lanes],
        contract_usd_t=[values.copy() for values in first],
        believed_usd_t=[values.copy() for values in first],
        usual_index_usd_t=[values.copy() for values in index],
        recent_index_usd_t=[(values.copy(),) * (base.rounds_per_year // 4) for values in index],
        expected_index_usd_t=[values.copy() for values in index],
        local_index_usd_t=[values.copy() for values in index],
        local_price_usd_t=first_prices(base),
        usual_flow_t=[lanes.flow_t.copy() for lanes in base.stage_lanes],
        hub_capacity_t=[capacity.copy() for capacity in hub_start_t],
        unrecorded_capacity_t=first_ways_t(base, unrecorded_share),
        backlog_t=_nothing_on_lanes(base),
        licence_days=_nothing_on_lanes(base),
        **_nothing_asked(first),
        detected_share=[np.zeros((*price.shape, len(axes.countries))) for price in first],
    )


def _first_plants(base: BaseMarket) -> dict[str, Any]:
    """Plants of the base year by block: none idle, all with full tills."""
    capacity = {block: curves.capacity_t.copy() for block, curves in base.curves.items()}
    return {
        "capacity_t": capacity,
        "mothballed_t": _by_tranche(base, 0.0),
        "tranche_share": _by_tranche(base, 1.0 / len(TRANCHE_OFFSETS)),
        "cash_usd_t": _by_tranche(base, FULL_TILL_USD_T),
        "slack_t": {block: np.zeros_like(values) for block, values in capacity.items()},
    }


def _nothing_asked(first: list[Array]) -> dict[str, Any]:
    """Nobody is licensed: no mark-ups, and sales from which on they would be asked of any size."""
    names = {"mark_up_usd_t": 0.0, "licensed_mark_up_usd_t": 0.0, "mark_up_over_t": 1.0}
    return {name: [np.full_like(values, value) for values in first] for name, value in names.items()}


def _by_tranche(base: BaseMarket, value: float) -> dict[str, Array]:
    """block -> (mineral, tranche, seller) one value for all."""
    return {block: np.full(curves.tranche_cost_usd_t.shape, value) for block, curves in base.curves.items()}


def _nothing_on_lanes(base: BaseMarket) -> list[Array]:
    return [np.zeros_like(lanes.flow_t) for lanes in base.stage_lanes]


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
        reference_usd_t=np.full((minerals, len(STAGES)), np.nan),
        fixed_duty_share=np.broadcast_to(0.0, (minerals, len(STAGES), n, n)),
        fixed_duty_usd_t=np.zeros((minerals, len(STAGES))),
        counter_duty_share=np.zeros(n),
        vote_points=facts.vote_points.copy(),
        finance_usd=np.zeros(n),
        duty_relief_share=np.zeros(n),
        rivals_in_share=np.zeros(n),
        reliability=np.ones(n),
    )
