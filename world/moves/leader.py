"""The leader moves first: reference prices, finance, side payments; its coercive acts cost trust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.decision import CountryDecision
from agents.ladder import FLOOR, FRAMEWORK, RUNGS
from agents.leader_view import Input, LeaderView
from world.axes import STAGES, Array
from world.industry.finance import project_usd_year, rivals_in_share
from world.lanes.zone_duties import cover_derivatives, fix_duties
from world.market_round import benchmark_index_usd_t
from world.moves.invitations import invite, on_countries
from world.zone import scope_of

if TYPE_CHECKING:
    from world.model import TradeWorld


def move_leader(world: TradeWorld) -> None:
    """Announce, offer, invite, and write down why."""
    politics, scenario = world.state.politics, world.premise
    if not scenario.zone.exists:
        return
    since_open, scale = world.round - world.decisions_open, floor_scale(world, world.round)
    updates = since_open % world.clock.rounds(scenario.leader.update_quarters) == 0
    rescaled = scale != floor_scale(world, world.round - 1)
    plans = since_open % world.clock.quarter_rounds == 0
    if not plans and not rescaled:
        return
    view = leader_view(world)
    decision = world.leader_strategy.decide(view, updates)
    for (mineral, stage), price in decision.reference_usd_t.items():
        politics.reference_usd_t[world.base.axes.mineral(mineral), STAGES.index(stage)] = price * scale
    if (updates or rescaled) and decision.reference_usd_t:
        announce_duties(world)
    projects = project_usd_year(world).sum(axis=0)
    politics.finance_usd = on_countries(world, decision.finance_usd, projects)
    kept = 1.0 - world.happenings.withdrawn_share
    politics.offers = {name: offer.kept(kept) for name, offer in decision.offers.items()}
    for reason in decision.reasons:
        if reason.kind != "offer" or _is_news(world, reason):
            world.ledger.enter(reason, "zone_leader", world.round)
    politics.pressure = dict(decision.threats)
    politics.finance_if_bound_usd = dict(decision.finance_if_bound_usd)
    politics.invited |= dict.fromkeys(decision.invited, world.round)
    politics.asked -= set(decision.invited)
    politics.rivals_in_share = rivals_in_share(world)
    if plans:
        press_holdouts(world)


def announce_duties(world: TradeWorld) -> None:
    """What follows from the reference prices that stand: those of what is made of a metal, and duties that
    are fixed when they are announced."""
    zone, base = world.premise.zone, world.base
    cover_derivatives(world.state.politics, zone, base.evidence.price_usd_t)
    index = benchmark_index_usd_t(world)
    fix_duties(base, world.state, world.happenings, index, ad_valorem=zone.duty_form == "ad_valorem")


def _is_news(world: TradeWorld, reason: CountryDecision) -> bool:
    """Whether an answer to a request is another than the last one to the same country."""
    said = f"{reason.choice} {reason.margin_usd:.3g}"
    before = world.answered.get(reason.subject)
    world.answered[reason.subject] = said
    return said != before


def floor_scale(world: TradeWorld, round_: int) -> float:
    """Factor on the reference prices of the rule in ``round_``: the last one that was dated before it."""
    dated = world.premise.leader.floor_scale
    begun = [period for period in dated if world.clock.round_named(period) <= round_]
    return dated[max(begun, key=world.clock.round_named)] if begun else 1.0


def press_holdouts(world: TradeWorld) -> None:
    """Threats of a quarter against those who hold out and sell much to the leader: they press, and they cost
    trust at once.
    """
    politics, facts, quarter = world.state.politics, world.facts, world.clock.quarter(world.round)
    for country in world.population:
        index = list(world.places[country.iso3])
        exports = facts.exports_usd[index]
        share = float(exports @ facts.exports_to_leader_share[index] / max(float(exports.sum()), 1.0))
        exposed = share >= world.parameters.coercion_least_share and world.leader not in index
        courted = (politics.rung[index] < FLOOR).all() and not facts.estranged_from_leader[index].any()
        rate = politics.pressure.get(country.iso3, 0.0) * world.parameters.coercion_acts_year / 4.0
        if exposed and courted and world.streams.uniform("coercion", quarter, country.iso3) < rate:
            world.happenings.acts.append((world.leader, tuple(index), world.parameters.coercion_severity))
            world.news.threat(world.round, world.base.axes.countries[world.leader], country.iso3)


def leader_view(world: TradeWorld) -> LeaderView:
    """What the leader sees: costs, recent prices outside the dominant refiner, candidates."""
    axes, politics = world.base.axes, world.state.politics
    scope = scope_of(world.premise.zone, world.base.axes)
    keys = [(m, s) for m in range(len(axes.minerals)) for s in range(len(STAGES)) if scope[m, s]]
    recent = outside_price_usd_t(world)
    names = {(m, s): (axes.minerals[m], STAGES[s]) for m, s in keys}
    full = world.base.evidence.full_cost_usd_t
    finance_usd = world.premise.leader.finance_usd_year / world.clock.rounds_per_year
    return LeaderView(
        actor=axes.countries[world.leader],
        round=world.round,
        full_cost_usd_t={names[key]: float(full[key]) for key in keys},
        recent_price_usd_t={names[key]: float(recent[key]) for key in keys},
        announced_usd_t={
            names[key]: float(politics.reference_usd_t[key]) / floor_scale(world, world.round - 1)
            for key in keys
            if not np.isnan(politics.reference_usd_t[key])
        },
        invitations=invite(world),
        budget_usd=(1.0 - world.happenings.withdrawn_share) * finance_usd,
        parameters=world.parameter_map,
        inputs=_inputs(world, keys),
        asked_below=min(FRAMEWORK, RUNGS.index(world.premise.zone.highest_rung)),
    )


def _inputs(world: TradeWorld, keys: Sequence[tuple[int, int]]) -> dict[tuple[str, str], Input]:
    """What each covered good is made of, first stages first; nothing for metal without ore of its own."""
    base, axes = world.base, world.base.axes
    return {
        (axes.minerals[m], STAGES[s]): Input(
            (axes.minerals[m], STAGES[s - 1]),
            float(base.evidence.price_usd_t[m, s - 1]),
            float(1.0 / base.yield_of(s)[m]),
        )
        for m, s in sorted(keys, key=lambda key: key[1])
        if s > 0 and (axes.sellers(s - 1)[m] >= 0).any()
    }


def outside_price_usd_t(world: TradeWorld) -> Array:
    """(mineral, stage) mean f.o.b. price of sellers other than the dominant refiner, over the memory of
    the rule.
    """
    memory = world.outside_prices[-world.clock.rounds(world.parameters.reference_memory_quarters) :]
    return np.mean(memory, axis=0) if memory else world.base.evidence.price_usd_t
