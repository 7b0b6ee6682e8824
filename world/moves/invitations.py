"""What the leader knows of each country it may court, and its offers spread over the countries of a bloc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.ladder import FLOOR, RUNGS
from agents.leader_view import Invitation
from world.axes import Array
from world.industry.finance import market_usd, project_usd_year, promise_usd, stake_usd

if TYPE_CHECKING:
    from world.model import TradeWorld


def invite(world: TradeWorld) -> dict[str, Invitation]:
    """Every voter that is no great power and not estranged from the leader."""
    politics, facts = world.state.politics, world.facts
    supply, projects = promise_usd(world)
    potential, market = potential_usd(world), market_usd(world)
    a_round = world.parameters.finance_project_share / world.clock.rounds_per_year
    absorbs = a_round * project_usd_year(world).sum(axis=0)
    found = {}
    for country in world.population:
        index = list(world.places[country.iso3])
        great = world.leader in index or world.dominant in index
        if great or facts.estranged_from_leader[index].any():
            continue
        rung = int(politics.rung[index].max())
        found[country.iso3] = Invitation(
            rung=rung,
            supply_usd=float(supply[index].sum()),
            projects_usd=float(projects[index].sum()),
            absorbs_usd=float(absorbs[index].sum()),
            reliability=float(politics.trust_leader[index].mean()),
            duty_burden_usd=duty_burden_usd(world, index),
            request=politics.requests.get(country.iso3) if rung < FLOOR else None,
            potential_usd=float(potential[index].sum()),
            market_usd=float(market[index].sum()),
            already_share=already_share(world, index),
            sales_to_leader_share=sales_to_leader_share(world, index),
            asked=country.iso3 in politics.asked,
            waits=waits(world, country.iso3),
        )
    near = neighbours(world, tuple(found))
    return {name: replace(one, near=near[name]) for name, one in found.items()}


def potential_usd(world: TradeWorld) -> Array:
    """(country,) what the leader may hope to get, beyond the minerals that have a market here, from those of
    the others that its lists name: ``other_minerals_stake_ratio`` times its stake in these, shared by the
    square of the index of resource potential, with which reserves rise (power 1.9 over the index's own
    table); USD a round.
    """
    index = world.facts.potential**2
    index[[world.leader, world.dominant]] = 0.0
    stake = world.parameters.other_minerals_stake_ratio * float(stake_usd(world).sum())
    return np.asarray(stake * index / max(float(index.sum()), 1e-12))


def already_share(world: TradeWorld, places: list[int]) -> float:
    """Part of the goods exports of these countries that goes to the leader without any framework."""
    facts = world.facts
    exports = facts.exports_usd[places]
    return float(exports @ facts.exports_to_leader_share[places] / max(float(exports.sum()), 1.0))


def sales_to_leader_share(world: TradeWorld, places: list[int]) -> float:
    """Goods sold to the leader over output, at most one: the hold of talks on duties on these countries."""
    facts = world.facts
    sold = float(facts.exports_usd[places] @ facts.exports_to_leader_share[places])
    return min(1.0, sold / max(float(facts.gdp_usd[places].sum()), 1.0))


def waits(world: TradeWorld, name: str) -> bool:
    """Asked to a framework and silent, about to have one, or so lately unwilling that it is left alone."""
    politics, places = world.state.politics, list(world.places[name])
    again = world.clock.rounds(world.parameters.study_renewal_quarters)
    refused = name in politics.refused and world.round - politics.refused[name] < again
    asked_from = RUNGS.index(world.premise.zone.asked_from)
    agreed = (politics.due_rung[places] >= asked_from) & (politics.due_round[places] >= 0)
    return name in politics.invited or refused or bool(agreed.any())


def neighbours(world: TradeWorld, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Candidates whose main cities are so near that one summit serves them all."""
    if not names:
        return {}
    order = [place for name in names for place in world.places[name]]
    first = np.cumsum([0, *(len(world.places[name]) for name in names[:-1])])
    apart = world.base.evidence.distance_km[np.ix_(order, order)]
    for axis in (0, 1):  # the two cities of two blocs that are nearest count
        apart = np.minimum.reduceat(apart, first, axis=axis)
    near = apart <= world.parameters.summit_radius_km
    np.fill_diagonal(near, False)
    return {
        name: tuple(names[other] for other in np.flatnonzero(row))
        for name, row in zip(names, near, strict=True)
    }


def duty_burden_usd(world: TradeWorld, places: list[int]) -> float:
    """What the leader's duties on all goods of these countries take from their exporters, USD a round: the
    part of the duty that does not pass through to the leader's buyers.
    """
    p, facts = world.parameters, world.facts
    exports = float(facts.exports_usd[places] @ facts.exports_to_leader_share[places])
    return p.partner_duty_share * p.duty_incidence_share * exports


def on_countries(world: TradeWorld, amounts: Mapping[str, float], weight: Array | None = None) -> Array:
    """(country,) amounts by voter over the countries it speaks for: evenly, or by ``weight`` (country,)."""
    values = np.zeros(len(world.base.axes.countries))
    for name, amount in amounts.items():
        index = list(world.places[name])
        share = np.ones(len(index)) if weight is None else weight[index]
        values[index] = amount * share / share.sum() if share.sum() > 0 else amount / len(index)
    return values
