"""Governments on clubs beside the zone: who comes in, who stays away, who leaves, and the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.country import Country
from agents.institutions import Fellows, InstitutionPayoff, InstitutionView
from agents.ladder import FLOOR
from world.axes import Array, Mask, Whole
from world.industry.finance import project_usd_year
from world.institutions import NEVER, Institution, seats
from world.lanes.institutions import mineral_exports_usd

if TYPE_CHECKING:
    from world.model import TradeWorld

UNKNOWN_TRUST = 0.5
"""Trust in a club that centres on nobody, as in all but the two great powers (assumption)."""


def move_institutions(world: TradeWorld) -> None:
    """Each voter whose review falls in the round weighs each club that is open to it; what is decided takes
    effect next round, for all together.
    """
    if not any(one.open_to.any() for one in world.institutions):
        return
    open_to = np.stack([one.open_to for one in world.institutions])
    exports, projects = mineral_exports_usd(world.base), project_usd_year(world, everything=True).sum(axis=0)
    rule, before = InstitutionPayoff(), world.state.politics.seated_since.copy()
    for country in world.population:
        index = list(world.places[country.iso3])
        if world.dominant in index or world.leader in index or not _reviews(world, country):
            continue
        for place in _open_clubs(world, open_to, index):
            one = world.institutions[place]
            view = view_of_institution(world, country, place, exports, projects, before)
            decision = rule.decide(view)
            if decision.choice in ("join", "leave"):
                invited = [member for member in index if one.open_to[member]]
                seat = world.round + 1 if decision.choice == "join" else NEVER
                world.state.politics.seated_since[place, invited] = seat
            world.ledger.enter(decision, "country", world.round)


def _reviews(world: TradeWorld, country: Country) -> bool:
    """Clubs come up as often as the lower rungs of the zone, by a draw of their own, on the first round of a
    quarter.
    """
    quarter, month = divmod(world.round, world.clock.quarter_rounds)
    drawn = world.streams.uniform("review of clubs", quarter, country.iso3)
    return month == 0 and drawn < world.parameters.soft_review_probability


def _open_clubs(world: TradeWorld, open_to: Mask, index: list[int]) -> list[int]:
    """Places of institutions open to one of the countries (``open_to``, (institution, country)), on the
    calendar, and not shut to those estranged from the leader."""
    shut = {*index, world.leader} if world.facts.estranged_from_leader[index].any() else {*index}
    return [
        place
        for place in np.flatnonzero(open_to[:, index].any(axis=1)).tolist()
        if world.round < world.institutions[place].ends and world.institutions[place].hub not in shut
    ]


def view_of_institution(
    world: TradeWorld, country: Country, place: int, exports: Array, projects: Array, since: Whole
) -> InstitutionView:
    """What a government knows of one club.

    exports : (mineral, exporter, importer) of the base year, USD a round; projects : (country,) yearly
        investment; since : (institution, country) seats at the beginning of the round
    """
    politics, facts, p = world.state.politics, world.facts, world.parameters
    one, index = world.institutions[place], list(world.places[country.iso3])
    seated = bool((since[place, index] < NEVER).any())
    members = since[place] < NEVER
    members[index] = True
    others = members.copy()
    others[index] = False
    gdp = facts.gdp_usd[index]
    weight, all_exports = gdp / gdp.sum(), facts.exports_usd[index]
    sold = exports[one.minerals][:, index][:, :, others].sum(axis=(0, 2))
    meets = facts.governance[index] >= one.standard_index  # no standard: nobody meets it, nobody pays
    sales = float(sold.sum())
    trade, economy = facts.mineral_trade_usd[:, index].sum(), facts.economy_stake_usd[index].sum()
    stake = p.stake_economy_share * economy + (1.0 - p.stake_economy_share) * trade
    return InstitutionView(
        actor=country.iso3,
        name=one.name,
        says=one.says,
        seated=seated,
        depth=one.depth,
        information_share=one.information_share,
        finance_usd=_grants_usd(world, one, index, members, projects),
        offtake_log=one.offtake_log,
        sales_usd=sales,
        premium_share=p.clean_premium_share * float(sold[meets].sum()) / sales if sales > 0.0 else 0.0,
        trust=_trust_in(world, one.hub, index, weight),
        retaliation_belief=float(weight @ politics.retaliation_belief[index]),
        exports_to_dominant_share=float(
            all_exports @ facts.exports_to_dominant_share[index] / max(float(all_exports.sum()), 1.0)
        ),
        scale_usd=max(float(stake), 1.0),
        taste=_taste(world, one, country.iso3, index),
        parameters=world.parameter_map,
    )


def _grants_usd(
    world: TradeWorld, one: Institution, index: list[int], members: Mask, projects: Array
) -> float:
    """Grants that a club would pay for its projects, USD a round. What founders put in is no term: they chose
    to, for what it buys them.
    """
    if one.finance_usd_year <= 0.0 or members.sum() < 2:
        return 0.0
    mine = float(projects[index].sum() / max(projects[members].sum(), 1.0))
    money = one.finance_usd_year / world.clock.rounds_per_year
    return world.parameters.finance_grant_share * money * mine


def _taste(world: TradeWorld, one: Institution, name: str, index: list[int]) -> float:
    """A lasting disposition toward the club; who came in by itself has shown that it likes it."""
    drawn = world.streams.normal("taste for clubs", 0, f"{one.name} {name}")
    return abs(drawn) if (one.since[index] < NEVER).any() else drawn


def _trust_in(world: TradeWorld, hub: int, index: list[int], weight: Array) -> float:
    """Trust in the country that a club centres on; known of the two great powers alone."""
    politics = world.state.politics
    if hub == world.leader:
        return float(weight @ politics.trust_leader[index])
    return float(weight @ politics.trust_dominant[index]) if hub == world.dominant else UNKNOWN_TRUST


def fellows_of(world: TradeWorld, index: list[int], rung: int) -> tuple[Fellows, ...]:
    """Clubs that one of these countries sits in, as they bear on the rung after ``rung`` (a member's: its
    own). A step that is announced counts, as among partners."""
    wanted, found, politics = min(rung + 1, FLOOR), [], world.state.politics
    held = seats(politics, world.round)
    on_rung = (politics.rung >= wanted) | ((politics.due_rung >= wanted) & (politics.due_round >= 0))
    on_rung[world.leader] = True
    for place in np.flatnonzero(held[:, index].any(axis=1)).tolist():
        one, others = world.institutions[place], held[place].copy()
        others[index] = False
        if others.any():
            along = float(on_rung[others].mean())
            found.append(Fellows(one.says, one.information_share, along, bool(others[world.leader])))
    return tuple(found)
