"""Countries review their standing in the zone: each at its own rhythm, each on one view, each with one
decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.accession import NOT_INVITED
from agents.bargaining import request_of, say_request
from agents.country import Country
from agents.decision import CountryDecision, Offer
from agents.ladder import ACTION_PLAN, FLOOR, FRAMEWORK, RUNGS
from agents.scripted import ScriptedAccession
from agents.view import Answer, CountryView, Question
from world.moves.country_view import bound_by_floor, is_apart, view_of
from world.moves.emergency import Emergency, emergency_of
from world.moves.talks import next_talks, say_package
from world.questions.outlooks import Outlooks, ask_all
from world.zone import apply_decision, review_due

if TYPE_CHECKING:
    from world.model import TradeWorld


def review_standings(world: TradeWorld, outlooks: Outlooks) -> None:
    """All reviews of the round, on the same outlooks; decisions take effect together, so that order cannot
    matter. Who held out below the floor thinks again within the round when others have climbed, until nobody
    else does: a signature is news within days, and a race of peers does not wait for the next quarter.
    """
    pending = [country for country in world.population if reviews(world, country)]
    emergency = emergency_of(world, bound_by_floor(world))
    while pending:
        decided = _decide(world, outlooks, pending, emergency)
        climbed = any(_is_soft(one.decision) and one.decision.choice == "join" for one in decided)
        again = [climbed and _is_soft(one.decision) and one.decision.choice == "hold_out" for one in decided]
        for one, waits in zip(decided, again, strict=True):
            if not waits:
                _enter(world, one)
        pending = [one.country for one, waits in zip(decided, again, strict=True) if waits]


@dataclass(frozen=True)
class _Review:
    """One government's review: what it was shown, what it was told, what it decided."""

    country: Country
    view: CountryView
    answers: Mapping[Question, Answer]
    decision: CountryDecision


def _is_soft(decision: CountryDecision) -> bool:
    """On a rung below the floor."""
    return decision.subject in RUNGS[:FLOOR]


def _decide(
    world: TradeWorld, outlooks: Outlooks, movers: Sequence[Country], emergency: Emergency
) -> list[_Review]:
    views = [view_of(world, country, emergency) for country in movers]
    asked = [
        (world.places[country.iso3], country.ask(view)) for country, view in zip(movers, views, strict=True)
    ]
    return [
        _Review(country, view, answers, country.review(view, answers))
        for country, view, answers in zip(movers, views, ask_all(outlooks, asked), strict=True)
    ]


def _enter(world: TradeWorld, review: _Review) -> None:
    """A decision takes effect, goes into the ledger, and is known to the leader."""
    apply_decision(
        world.state.politics,
        review.decision,
        world.places[review.country.iso3],
        world.round,
        world.streams,
        world.premise.zone.ratification_quarters,
        world.parameters,
        world.clock.quarter_rounds,
    )
    world.ledger.enter(review.decision, "country", world.round)
    remember_courting(world, review.view, review.decision)
    remember_bargain(world, review.view, review.decision, review.answers)


def reviews(world: TradeWorld, country: Country) -> bool:
    """Whether a country reviews its standing this round: at its own rhythm, when its talks end, or when the
    scenario says so.
    """
    politics = world.state.politics
    places = list(world.places[country.iso3])
    if not world.premise.zone.exists or is_apart(world, places):
        return False
    applied = bool((politics.due_round[places] >= 0).any())
    if not applied and _must_answer(world, country.iso3):
        return True
    binding = politics.rung[places].max() >= ACTION_PLAN
    strategy = country.accession
    if isinstance(strategy, ScriptedAccession) and strategy.has_begun(world.round):
        return not applied and world.round in strategy.choices
    p = world.parameters
    rhythm = p.accession_review_probability if binding else p.soft_review_probability
    return review_due(world.streams, country.iso3, world.round, rhythm, applied, world.clock.quarter_rounds)


def _must_answer(world: TradeWorld, name: str) -> bool:
    """Talks come to an end, an invitation to a framework has just arrived, or founders' terms end."""
    ends = world.premise.zone.founding_until
    last = ends != "none" and world.clock.round_named(ends) == world.round
    invited = world.state.politics.invited.get(name) == world.round
    return last or invited or next_talks(world, name) == world.round


def remember_courting(world: TradeWorld, view: CountryView, decision: CountryDecision) -> None:
    """What a review tells the leader: that a framework would pay for who is not asked to one; that who was
    asked accepts, or refuses and is left alone for a while.
    """
    politics, name = world.state.politics, view.actor
    if decision.subject == NOT_INVITED:
        wants = decision.margin_usd > decision.threshold_usd
        (politics.asked.add if wants else politics.asked.discard)(name)
    elif view.rung < FRAMEWORK and view.invited:
        politics.invited.pop(name, None)
        asked_to = (RUNGS[FRAMEWORK], RUNGS[view.asked_from])
        if decision.subject not in asked_to or decision.choice != "join":
            politics.refused[name] = world.round


def remember_bargain(
    world: TradeWorld, view: CountryView, decision: CountryDecision, answers: Mapping[Question, Answer]
) -> None:
    """What a holdout asks for is known to the leader's negotiators next round. Who signs keeps what was on
    offer, as long as it is bound.
    """
    politics, name = world.state.politics, view.actor
    if decision.subject != "floor":
        return
    if (request := request_of(view, decision, answers)) is not None:
        is_new = (before := politics.requests.get(name)) is None or before.kind != request.kind
        politics.requests[name] = request
        if is_new and request.short_usd > 0.0:
            world.ledger.enter(say_request(request), "country", world.round)
    elif decision.choice == "join":
        package = decision.package
        politics.agreed[name] = politics.offers.get(name, Offer()) if package is None else package.offer
        say_package(world, decision)
    elif decision.choice == "leave":
        politics.agreed.pop(name, None)
