"""The leader's finance: what it buys with it, what projects could take, who is paid, what it does to cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.investment import worth_building
from agents.ladder import FLOOR, FRAMEWORK
from world.axes import REFINED, Array, scatter
from world.ground.background import stop_loss_usd
from world.industry.capacity import capacity_of
from world.industry.plant_costs import BLOCK_STAGE
from world.institutions import contribution_usd, finance_usd, seats
from world.zone import scope_of

if TYPE_CHECKING:
    from world.model import TradeWorld

CAPITAL_RECOVERY = 0.12
"""Yearly capital charge over the capital sum, about ten per cent for twenty years (assumption)."""


def project_usd_year(world: TradeWorld, everything: bool = False) -> Array:
    """(mineral, country) yearly investment in the goods in scope (or in all): what stands grows with the
    demand that everyone expects, or by what is under way there where that is more, and entrants with ore in
    the ground or refining potential start new plants.
    """
    scope, axes = scope_of(world.premise.zone, world.base.axes) | everything, world.base.axes
    cost = np.zeros((len(axes.minerals), len(axes.countries)))
    for block, facts in world.plants.items():
        stage = BLOCK_STAGE[block]
        value = (
            world.clock.rounds_per_year
            * facts.capital_usd_t
            / CAPITAL_RECOVERY
            * (grown_year_t(world, block) + facts.entry_t)
            * scope[:, stage][:, None]
        )
        cost += scatter(value, axes.sellers(stage), len(axes.countries))
    return cost


def grown_year_t(world: TradeWorld, block: str) -> Array:
    """(mineral, seller) capacity added in a year where some stands: it grows with demand, or by what is under
    way there where that is more."""
    usual = capacity_of(world.state.markets, block) * world.expected_growth(world.round)[:, None]
    return np.asarray(np.maximum(usual, under_way_year_t(world, block)))


def expected_year_t(world: TradeWorld, block: str) -> Array:
    """(mineral, seller) capacity that all can expect to be added in a year: where some stands, and of what
    newcomers could start the part that they would at the prices they believe in, by industry's own rule."""
    p, facts = world.parameters, world.plants[block]
    worth = worth_building(world.believed(block), facts.full_cost_usd_t, p.build_width)
    return np.asarray(grown_year_t(world, block) + p.start_rate_year * worth * facts.entry_t)


def grant_share(world: TradeWorld) -> Array:
    """(country,) what a dollar of finance on offer is worth as a gift. Half of ``finance_grant_share`` stands
    for price guarantees, equity and outright grants, which any project takes alike; half for cheap loans,
    worth more where private lenders stay away (an index of investability below one half) and less where they
    queue: the gift in a loan is the gap between what the market would ask and what is asked.
    """
    scarce = 1.5 - world.facts.investability
    return np.asarray(np.minimum(world.parameters.finance_grant_share * scarce, 1.0))


def under_way_year_t(world: TradeWorld, block: str) -> Array:
    """(mineral, seller) capacity under way in the years that count for plans, a year of them: named plants
    that go ahead and what has been ordered since."""
    years = world.parameters.planning_years
    last = world.round + 1 + int(world.clock.rounds_per_year * years)
    return np.asarray(world.state.markets.arriving_t[block][world.round + 1 : last].sum(axis=0) / years)


def stake_usd(world: TradeWorld) -> Array:
    """(mineral,) what the leader would lose a round if the dominant refiner's metal stopped, in scope: the
    value at stake that finance is meant to protect. Nothing where the dominant refiner makes too little of
    a mineral to withhold it.
    """
    evidence, leader = world.base.evidence, world.leader
    price = evidence.price_usd_t[:, REFINED]
    ratio = evidence.backstop_usd_t[:, REFINED] / price
    lever = world.economy.grip >= world.parameters.control_least_share
    covered = (scope_of(world.premise.zone, world.base.axes).any(axis=1) & lever).astype(float)
    need = world.economy.final_need_t[:, [leader]]
    grip = world.economy.grip[:, None]
    return stop_loss_usd(need, grip, price, evidence.demand_elasticity, ratio, covered)[:, 0]


def supply_share(world: TradeWorld) -> Array:
    """(mineral, country) share of what is made outside the two great powers, mean of the stages in scope."""
    axes, scope = world.base.axes, scope_of(world.premise.zone, world.base.axes)
    total = np.zeros((len(axes.minerals), len(axes.countries)))
    for stage in range(scope.shape[1]):
        flow, clearing = world.base.lanes(stage).flow_t.sum(axis=2), world.state.clearing
        made = flow if clearing is None else clearing.stages[stage].flow_t.sum(axis=(1, 3))
        total += scope[:, stage][:, None] * _shares(
            world, scatter(made, axes.sellers(stage), len(axes.countries))
        )
    stages = scope.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(total, stages, out=np.zeros_like(total), where=stages > 0))


def _shares(world: TradeWorld, values: Array) -> Array:
    """(mineral, country) shares of a total without the two great powers, who are not courted."""
    others = values.copy()
    others[:, [world.leader, world.dominant]] = 0.0
    total = others.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(others, total, out=np.zeros_like(others), where=total > 0))


def promise_usd(world: TradeWorld) -> tuple[Array, Array]:
    """(country,) part of the leader's stake that rests on what a country supplies now, and on what its
    projects could add; USD a round. A leader from whom nothing can be withheld pays for projects as such,
    like a bank.
    """
    weight, projects = world.parameters.finance_projects_share, project_usd_year(world)
    stake = stake_usd(world)[:, None]
    if not stake.any():
        stake = projects.sum(axis=1, keepdims=True) / world.clock.rounds_per_year
    present = (1.0 - weight) * (stake * supply_share(world)).sum(axis=0)
    to_come = weight * (stake * _shares(world, projects)).sum(axis=0)
    return np.asarray(present), np.asarray(to_come)


def market_usd(world: TradeWorld) -> Array:
    """(country,) part of the leader's stake that rests on who buys what projects outside the dominant refiner
    would make, USD a round: of the part of it that projects could protect, what waits for a buyer, shared by
    the metal in goods that end up in each country. The leader's own market is one of them and needs no
    framework; that of the dominant refiner is closed to them.
    """
    p, need = world.parameters, world.economy.final_need_t.copy()
    need[:, world.dominant] = 0.0
    total = need.sum(axis=1, keepdims=True)
    share = np.divide(need, total, out=np.zeros_like(need), where=total > 0)
    share[:, world.leader] = 0.0
    waits = p.finance_projects_share * p.project_offtake_share * stake_usd(world)
    return np.asarray((waits[:, None] * share).sum(axis=0))


def rivals_in_share(world: TradeWorld) -> Array:
    """(country,) part of those who compete with a country for the leader's finance, by yearly investment in
    the same minerals, that have a framework; each mineral weighed by what the country itself invests in it.
    """
    projects = project_usd_year(world)
    projects[:, [world.leader, world.dominant]] = 0.0
    signed = np.where(world.state.politics.rung >= FRAMEWORK, projects, 0.0)
    others = projects.sum(axis=1, keepdims=True) - projects
    others_in = signed.sum(axis=1, keepdims=True) - signed
    share = np.divide(others_in, others, out=np.zeros_like(others), where=others > 1.0)
    own = projects.sum(axis=0)
    weighed = (projects * share).sum(axis=0)
    return np.asarray(np.divide(weighed, own, out=np.zeros_like(own), where=own > 0.0))


def finance_cut(world: TradeWorld) -> Array:
    """(country,) fall of full cost that finance of the leader and of clubs buys: the whole cut where the
    money covers a partner's yearly investment in the goods in scope, less where it does not.
    """
    politics, needed = world.state.politics, project_usd_year(world).sum(axis=0)
    offered = politics.finance_usd * world.premise.zone.exists
    money = np.where(politics.rung >= FRAMEWORK, offered, 0.0) + club_finance_usd(world)
    money = world.clock.rounds_per_year * money
    covered = np.divide(money, needed, out=np.zeros_like(needed), where=needed > 0)
    return np.asarray(world.parameters.finance_cost_cut * np.minimum(covered, 1.0))


def club_finance_usd(world: TradeWorld) -> Array:
    """(country,) money that clubs and links put into the projects of their members, USD a round."""
    seated = seats(world.state.politics, world.round)
    projects = project_usd_year(world, everything=True).sum(axis=0)
    return finance_usd(world.institutions, seated, projects, world.clock.rounds_per_year)


def club_contribution_usd(world: TradeWorld) -> Array:
    """(country,) money that founding members put into clubs and links, USD a round."""
    seated, gdp = seats(world.state.politics, world.round), world.facts.gdp_usd
    return contribution_usd(world.institutions, seated, gdp, world.clock.rounds_per_year)


def finance_paid_usd(world: TradeWorld) -> Array:
    """(country,) what partners receive and the leader pays: the grant equivalent of finance, side payments
    and tariff relief (what exporters gain the leader's treasury and buyers lose); the grants of clubs, paid
    by their members; sums to zero.
    """
    politics = world.state.politics
    grants = politics.finance_usd * grant_share(world)
    received = np.where(politics.rung >= FRAMEWORK, grants, 0.0)
    kept = 1.0 - world.happenings.withdrawn_share
    for voter, offer in politics.agreed.items():
        index = [place for place in world.places[voter] if politics.rung[place] == FLOOR]
        received[index] += kept * offer.paid_usd / len(world.places[voter])
    received[world.leader] = 0.0
    received[world.leader] = -float(received.sum())
    clubs = world.parameters.finance_grant_share * (club_finance_usd(world) - club_contribution_usd(world))
    return np.asarray(received + clubs)
