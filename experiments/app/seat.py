"""A seat at the table: what a government is shown in plain words, what its options are worth, its decision.

The briefing is made on a copy of the world in which the round has begun and the leader has moved: the same
view and the same answers that the computer's government would get.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.accession import PayoffAccession
from agents.decision import CountryDecision
from agents.ladder import FLOOR
from agents.view import CountryView
from experiments.app.leader_seat import leader_facts, leader_menu
from experiments.app.premise import Premise, power_of
from experiments.app.refiner_seat import refiner_facts, refiner_menu
from experiments.figures.naming import (
    RUNGS,
    format_money,
    format_share,
    in_words,
    quarter_in_words,
    the_country,
)
from world.model import TradeWorld
from world.moves.country_view import view_of
from world.moves.dominant_refiner import refiner_view
from world.moves.leader import leader_view, move_leader
from world.questions.outlooks import ask_all
from world.round import happen, outlooks_of, refiner_plans
from world.stocks.reserve_round import plan_reserve

OPTIONS: Mapping[str, str] = {
    "join": "Sign: {next}",
    "hold_out": "Hold out for now",
    "ask": "Hold out and ask for a side payment",
    "stay": "Stay bound by the floor",
    "leave": "Leave the floor",
}


@dataclass(frozen=True)
class Briefing:
    """What the person in the seat is shown: facts, options (choice -> words), what signing is worth; for the
    two powers a menu, of which as much as they like (what it is about -> order -> words).
    """

    actor: str
    quarter: str
    facts: tuple[str, ...]
    options: Mapping[str, str]
    weighed: CountryDecision | None = None
    menu: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def brief_in(world: TradeWorld, actor: str) -> Briefing | None:
    """The briefing of ``actor`` for the next round of ``world``, which this begins; None when the run is
    over.
    """
    if world.finished:
        return None
    quarter = quarter_in_words(world.quarters[world.round])
    if world.round < world.decisions_open:
        opens = quarter_in_words(world.premise.run.decisions_open)
        return Briefing(actor, quarter, (f"Governments decide from {opens} on; until then you watch.",), {})
    world.state.round = world.round
    happen(world)
    plan_reserve(world)
    move_leader(world)
    places = world.places[actor]
    if world.dominant in places:
        return _refiner_briefing(world, actor, quarter)
    if world.leader in places:
        return _leader_briefing(world, actor, quarter)
    return _country_briefing(world, actor, quarter)


def _country_briefing(world: TradeWorld, actor: str, quarter: str) -> Briefing:
    country = next(agent for agent in world.population if agent.iso3 == actor)
    view = view_of(world, country)
    places = world.places[actor]
    politics = world.state.politics
    waiting = int(politics.due_round[list(places)].max())
    if waiting >= 0:
        rung = RUNGS[int(politics.due_rung[list(places)].max())]
        facts = (f"You have signed ({rung}); nobody knows when it takes effect.", *_facts(view, world))
        return Briefing(actor, quarter, facts, {"hold_out": "Go on"})
    weighing = PayoffAccession()
    (answers,) = ask_all(outlooks_of(world, with_later=True), [(places, weighing.questions(view))])
    return Briefing(actor, quarter, _facts(view, world), _options(view), weighing.decide(view, answers))


def _options(view: CountryView) -> dict[str, str]:
    if not view.zone_open:
        return {"hold_out": "There is no zone to sign up to: go on"}
    if view.rung == FLOOR:
        return {name: OPTIONS[name] for name in ("stay", "leave")}
    no_text = view.rung == FLOOR - 1 and not view.text_exists
    offered = ["hold_out"] if no_text else ["join", "hold_out"]
    offered += ["ask"] if view.rung == FLOOR - 1 and view.text_exists else []
    return {name: OPTIONS[name].format(next=RUNGS[view.rung + 1]) for name in offered}


def _facts(view: CountryView, world: TradeWorld) -> tuple[str, ...]:
    leader = the_country(world.base.axes.countries[world.leader])
    refiner = the_country(world.base.axes.countries[world.dominant])
    bound = view.rung == FLOOR
    text = "There is a binding text to sign." if view.text_exists else "No binding text exists yet."
    text = f" {text}" if not bound else ""
    rung = "bound by the floor, as you are" if bound else "on the next rung or above"
    paid = {"side payment": view.side_payment_usd, "tariff relief": view.tariff_relief_usd}
    side = in_words([f"{name} {format_money(usd)}" for name, usd in paid.items() if usd > 0.0])
    return (
        f"You stand on: {RUNGS[view.rung]}.{text}",
        f"You trade minerals worth {format_money(view.mineral_trade_usd)} a {world.clock.word}.",
        f"You trust {leader} at {format_share(view.trust_leader)} "
        f"and {refiner} at {format_share(view.trust_dominant)}.",
        f"You put the chance that {refiner} answers your signature at "
        f"{format_share(view.retaliation_belief)}; "
        f"{format_share(view.exports_to_dominant_share)} of your exports go there.",
        f"{format_share(view.peers_share)} of your trade is with countries {rung}.",
        f"Finance you could hope for: {format_money(view.finance_offer_usd)} a {world.clock.word}. "
        f"On offer for your signature: {side}.",
        f"If you were cut off, members could cover {format_share(view.emergency_relief_share)} of the metal.",
        "Not known: when a signature is ratified, the next shocks, what others will do.",
    )


def _leader_briefing(world: TradeWorld, actor: str, quarter: str) -> Briefing:
    view, word = leader_view(world), world.clock.word
    return Briefing(actor, quarter, leader_facts(view, word), {}, menu=leader_menu(view, word))


def _refiner_briefing(world: TradeWorld, actor: str, quarter: str) -> Briefing:
    if not refiner_plans(world):
        facts = ("A great power plans by the quarter: this month your orders stand.",)
        return Briefing(actor, quarter, facts, {})
    view, word = refiner_view(world), world.clock.word
    return Briefing(actor, quarter, refiner_facts(view, word), {}, menu=refiner_menu(view))


def decided(premise: Premise, actor: str, quarter: str, *choices: str) -> Premise:
    """The premise with one more decision written: a choice, or the orders of one of the two powers."""
    power = power_of(premise.scenario, actor)
    if power:
        orders = {**premise.setting(f"{power}.decisions", {}), quarter: list(choices)}
        return premise.having(f"{power}.decisions", orders)
    (choice,) = choices
    written = dict(premise.setting("zone.decisions", {}))
    written[actor] = {**written.get(actor, {}), quarter: choice}
    return premise.having("zone.decisions", written)
