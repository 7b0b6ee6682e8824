"""The unchanging ground of a run: base market, facts about countries, routes, growth, volatility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import REFINED, Array
from world.calibration.base import BaseMarket, calibrate
from world.country_facts import CountryFacts, read_country_facts
from world.dataset import Dataset
from world.exposure import metal_stop_usd, minerals_at_risk_usd
from world.ground.background import (
    Volatility,
    read_demand_growth,
    read_elasticity,
    read_expected_growth,
    read_goods_trade,
    read_growth_apart,
    read_volatility,
    stop_loss_usd,
)
from world.industry.plant_costs import BlockFacts, read_block_facts
from world.lanes.hub_capacity import first_capacity_t, room_t
from world.lanes.rerouting import HubNetwork, make_hub_network, start_share
from world.parameters import ParameterValues
from world.scenario import Scenario
from world.sectors.final_use import final_need_t, spread_final_use
from world.sectors.table import Sectors, read_sectors
from world.tables.calendar import read_calendar

EVE = "2026-02-04"
"""Memberships count up to this day, that of the founding ministerial; later ones the model must find."""


@dataclass(frozen=True)
class Economy:
    """Axes as in :class:`world.axes.Axes`.

    leader, dominant : positions of the two great powers that the scenario names
    goods_trade_usd : (country, country) exporter by importer, a year
    hub_start_t, hub_room_t : stage -> (mineral, country) what third countries can hand on in a round, at
        first and at most
    final_need_t : (mineral, country) metal in goods that end up there
    final_use : (mineral, country, user) share of each user's output that ends up in each country
    grip : (mineral,) the dominant refiner's share of refined output in the base year
    component_stop_usd : (country,) loss a round if goods made by the dominant refiner stopped coming
    metal_stop_usd : (mineral, country) the same of metal that it dominates
    minerals_at_risk_usd : (country,) loss a round if the dominant refiner stopped all trade in minerals
    demand_growth : (round, mineral) a year; expected_growth : what everyone expects of it in the round
    growth_apart : (round, mineral, country) what a country's demand grows by on top of that, a year
    eve : last day that counts for memberships
    demand_long_run, component_long_run : (mineral,) elasticity of first users, of final users for components
    sectors : what is made of components and metal where
    """

    base: BaseMarket
    facts: CountryFacts
    leader: int
    dominant: int
    network: HubNetwork
    hub_start_t: list[Array]
    hub_room_t: list[Array]
    blocks: dict[str, BlockFacts]
    goods_trade_usd: Array
    final_need_t: Array
    final_use: Array
    grip: Array
    component_stop_usd: Array
    metal_stop_usd: Array
    minerals_at_risk_usd: Array
    demand_growth: Array
    expected_growth: Array
    growth_apart: Array
    demand_long_run: Array
    component_long_run: Array
    volatility: Volatility
    sectors: Sectors
    eve: str

    @property
    def foreseen_growth(self) -> Array:
        """(round, mineral) growth a year that is expected on the eve: the path, where all can read it."""
        if self.expected_growth is self.demand_growth:
            return self.demand_growth
        return np.broadcast_to(self.expected_growth[:1], self.expected_growth.shape)


def build_economy(dataset: Dataset, scenario: Scenario, parameters: ParameterValues) -> Economy:
    """Calibrate and read everything that does not change during a run."""
    leader_name, dominant_name = scenario.leader.country, scenario.dominant_refiner.country
    run, hosts = scenario.run, (leader_name, *_stockholders(dataset, scenario))
    base = calibrate(dataset, parameters, hosts=hosts, rounds_per_year=run.rounds_per_year)
    axes = base.axes
    leader, dominant = axes.country(leader_name), axes.country(dominant_name)
    trade = 1e6 * read_goods_trade(dataset)
    growth = read_demand_growth(dataset, run.demand, run.clock, run.rounds + 20 * run.rounds_per_year)
    need = final_need_t(dataset, base.margins)
    final_use = spread_final_use(axes, base.margins, need, base.evidence.affinity)
    eve = _eve(scenario)
    facts = read_country_facts(dataset, base, leader_name, dominant_name, eve)
    output = base.lanes(REFINED).flow_t.sum(axis=2)
    grip = np.where(axes.refiners == dominant, output, 0.0).sum(axis=1) / output.sum(axis=1)
    network = make_hub_network(base.evidence, trade, (leader, dominant), parameters)
    room = room_t(base, trade, parameters.hub_room_share)
    return Economy(
        base=base,
        facts=facts,
        leader=leader,
        dominant=dominant,
        network=network,
        hub_start_t=first_capacity_t(base, trade, network.hubs, start_share(network, parameters), room),
        hub_room_t=room,
        blocks=read_block_facts(base, facts, parameters),
        goods_trade_usd=trade,
        final_need_t=need,
        final_use=final_use,
        grip=grip,
        component_stop_usd=_component_stop(base, need, final_use, grip, dominant, parameters),
        metal_stop_usd=metal_stop_usd(base, grip, dominant, parameters),
        minerals_at_risk_usd=minerals_at_risk_usd(base, grip, dominant, parameters),
        demand_growth=growth,
        expected_growth=read_expected_growth(dataset, run.clock, growth),
        growth_apart=read_growth_apart(dataset, growth, run.clock),
        demand_long_run=read_elasticity(dataset, "demand_long_run"),
        component_long_run=np.nan_to_num(read_elasticity(dataset, "demand_component_long_run")),
        volatility=read_volatility(dataset, axes),
        sectors=read_sectors(dataset, base, final_use),
        eve=eve,
    )


def _eve(scenario: Scenario) -> str:
    """Last day that counts for memberships: the end of the year in which decisions open, or the eve."""
    run = scenario.run
    opens = run.clock.first_day(run.clock.round_named(run.decisions_open))
    return min(EVE, str(opens.replace(month=12)))


def same_ground(dataset: Dataset, one: Scenario, other: Scenario) -> bool:
    """Whether ``build_economy`` would make the same of two scenarios on the same data."""
    return (
        one.run == other.run
        and one.parameters == other.parameters
        and one.leader.country == other.leader.country
        and one.dominant_refiner.country == other.dominant_refiner.country
        and _stockholders(dataset, one) == _stockholders(dataset, other)
    )


def _stockholders(dataset: Dataset, scenario: Scenario) -> list[str]:
    """Countries whose states trade out of stock by a measure: they can buy and sell every refined metal."""
    measures = (*read_calendar(dataset), *scenario.measures)
    trading = {m.actor for m in measures if m.instrument in ("state_purchase", "state_release")}
    return sorted(trading & set(dataset.countries))


def _component_stop(
    base: BaseMarket,
    need_t: Array,
    final_use: Array,
    grip: Array,
    dominant: int,
    parameters: ParameterValues,
) -> Array:
    """Loss of each country if components made by the dominant refiner stopped (minerals it dominates)."""
    axes, evidence = base.axes, base.evidence
    there = np.where((axes.users == dominant)[:, None, :], final_use * base.use_t[:, None, :], 0.0)
    theirs = np.divide(there.sum(axis=2), need_t, out=np.zeros_like(need_t), where=need_t > 0)
    theirs[:, dominant] = 0.0
    # where components have a market of their own, a stop of them is asked of that market
    alone = base.final_use_t.sum(axis=1) <= 0
    exposed = np.where((grip >= parameters.control_least_share) & alone, 1.0 - evidence.final_use_weight, 0.0)
    price = evidence.price_usd_t[:, REFINED]
    ratio = evidence.backstop_usd_t[:, REFINED] / price
    loss = stop_loss_usd(need_t, theirs, price, evidence.demand_elasticity, ratio, exposed)
    return np.asarray(loss.sum(axis=0))
