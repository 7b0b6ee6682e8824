"""Countries review their standing in the zone: each at its own rhythm, each on one view, each with one
decision.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.accession import FLOOR
from agents.bargaining import request_of, say_request
from agents.country import Country
from agents.decision import CountryDecision, Offer
from agents.scripted import ScriptedAccession
from agents.view import Answer, CountryView, Question
from world.axes import REFINED, Array, Mask
from world.emergency import Emergency, emergency_of
from world.institution_move import fellows_of
from world.invitations import duty_burden_usd
from world.outlooks import Outlooks, ask_all
from world.state import ACTION_PLAN
from world.talks import next_talks, say_package, talks_of
from world.ties import highest
from world.zone import apply_decision, review_due

if TYPE_CHECKING:
    from collections.abc import Mapping

    from world.model import TradeWorld


def review_standings(world: TradeWorld, outlooks: Outlooks) -> None:
    """All reviews of the round, on the same outlooks; decisions take effect together, so that order cannot
    matter.
    """
    movers = [country for country in world.population if reviews(world, country)]
    emergency = emergency_of(world, _bound(world))
    views = [view_of(world, country, emergency) for country in movers]
    asked = [
        (world.places[country.iso3], country.ask(view)) for country, view in zip(movers, views, strict=True)
    ]
    answers = ask_all(outlooks, asked)
    decisions = [
        country.review(view, answer) for country, view, answer in zip(movers, views, answers, strict=True)
    ]
    for view, country, decision, answer in zip(views, movers, decisions, answers, strict=True):
        places, zone = world.places[country.iso3], world.premise.zone
        apply_decision(
            world.state.politics,
            decision,
            places,
            world.round,
            world.streams,
            zone.ratification_quarters,
            world.parameters,
            world.clock.quarter_rounds,
        )
        world.ledger.enter(decision, "country", world.round)
        remember_bargain(world, view, decision, answer)


def reviews(world: TradeWorld, country: Country) -> bool:
    """Whether a country reviews its standing this round: at its own rhythm, when its talks end, or when the
    scenario says so.
    """
    politics = world.state.politics
    places = list(world.places[country.iso3])
    if not world.premise.zone.exists or is_apart(world, places):
        return False
    applied = bool((politics.due_round[places] >= 0).any())
    if next_talks(world, country.iso3) == world.round and not applied:
        return True  # the talks come to an end: there must be an answer
    binding = politics.rung[places].max() >= ACTION_PLAN
    strategy = country.accession
    if isinstance(strategy, ScriptedAccession) and strategy.has_begun(world.round):
        return not applied and world.round in strategy.choices
    p = world.parameters
    rhythm = p.accession_review_probability if binding else p.soft_review_probability
    return review_due(world.streams, country.iso3, world.round, rhythm, applied, world.clock.quarter_rounds)


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


def view_of(world: TradeWorld, country: Country, emergency: Emergency | None = None) -> CountryView:
    """All that one government is shown this round; a bloc also what each of its countries would be shown.
    ``emergency``: that of the round, where it is known."""
    index = list(world.places[country.iso3])
    shared = emergency_of(world, _bound(world)) if emergency is None else emergency
    names = world.base.axes.countries
    view = _view_at(world, country.iso3, index, shared)
    each = index if len(index) > 1 else []
    return replace(
        view,
        followers=_followers(world, country, view.rung),
        talks=talks_of(world, country.iso3),
        members=tuple(_view_at(world, names[place], [place], shared) for place in each),
        fellows=fellows_of(world, index, view.rung),
    )


def _bound(world: TradeWorld) -> Mask:
    """(country,) members of the floor, the leader among them."""
    members: Mask = world.state.politics.rung == FLOOR
    members[world.leader] = True
    return members


def _followers(world: TradeWorld, country: Country, rung: int) -> tuple[str, ...]:
    """Countries on its side of the floor that trade so much with it that they go its way."""
    rungs = highest(world.state.politics.rung, world.ties)
    same = rungs == (FLOOR if rung == FLOOR else FLOOR - 1)
    tied = world.ties.followers(country.iso3, world.parameters.follow_trade_share)
    found: list[str] = []
    for number in np.flatnonzero(same & tied).tolist():
        places = world.places[world.ties.voters[number]]
        if not is_apart(world, list(places)):
            found.extend(world.base.axes.countries[place] for place in places)
    return tuple(found)


def is_apart(world: TradeWorld, places: list[int]) -> bool:
    """A great power, or estranged from the leader: it has no standing to review."""
    great = world.leader in places or world.dominant in places
    return great or bool(world.facts.estranged_from_leader[places].any())


def _view_at(world: TradeWorld, name: str, index: list[int], emergency: Emergency) -> CountryView:
    """What these countries are shown, what they are offered included; each of a bloc gets its even part."""
    voter = world.facts.speaks_for[index[0]]
    offer = world.state.politics.offers.get(voter, Offer())
    part = len(index) / len(world.places.get(voter, index))
    return replace(
        _standing_at(world, name, index, emergency),
        side_payment_usd=offer.side_payment_usd * part,
        tariff_relief_usd=offer.tariff_relief_usd * part,
        exempt=offer.exempt,
        duty_burden_usd=duty_burden_usd(world, index),
    )


def _standing_at(world: TradeWorld, name: str, index: list[int], emergency: Emergency) -> CountryView:
    politics, facts, p = world.state.politics, world.facts, world.parameters
    gdp = facts.gdp_usd[index]
    weight = gdp / gdp.sum()
    rung = int(politics.rung[index].max())
    exports = facts.exports_usd[index]
    return CountryView(
        actor=name,
        round=world.round,
        rung=rung,
        zone_open=world.premise.zone.exists,
        text_exists=0 <= politics.text_round <= world.round,
        trust_leader=float(weight @ politics.trust_leader[index]),
        trust_dominant=float(weight @ politics.trust_dominant[index]),
        mineral_trade_usd=float(facts.mineral_trade_usd[index].sum()),
        gdp_usd=float(gdp.sum()),
        peers_share=_peers_share(world, index, min(rung + 1, FLOOR)),
        exports_to_leader_usd=float(exports @ facts.exports_to_leader_share[index]),
        exports_to_dominant_share=float(
            exports @ facts.exports_to_dominant_share[index] / max(float(exports.sum()), 1.0)
        ),
        pressure=politics.pressure.get(facts.speaks_for[index[0]], 0.0),
        retaliation_belief=float(weight @ politics.retaliation_belief[index]),
        finance_offer_usd=float(politics.finance_usd[index].sum()) * p.finance_grant_share,
        side_payment_usd=0.0,
        emergency_relief_share=emergency.relief_share(index),
        cut_off_quarters=max(
            0.0,
            p.control_episode_quarters
            - float(world.base.evidence.stock_cover_months[:, REFINED, index].mean()) / 3.0,
        ),
        component_stop_usd=float(world.economy.component_stop_usd[index].sum()),
        favourable_reviews=int(politics.favourable_reviews[index].min()),
        taste=world.streams.normal("taste", 0, name),
        mood=world.streams.normal("mood", world.clock.quarter(world.round), name),
        parameters=world.parameter_map,
        population=float(facts.population[index].sum()),
        quarter_rounds=world.clock.quarter_rounds,
    )


def _peers_share(world: TradeWorld, index: list[int], rung: int) -> float:
    """Share of its goods trade that is with countries on the rung in question or above (itself left out)."""
    trade: Array = world.economy.goods_trade_usd[index].sum(axis=0) + world.economy.goods_trade_usd[
        :, index
    ].sum(axis=1)
    trade[index] = 0.0
    return float(trade[world.state.politics.rung >= rung].sum() / max(float(trade.sum()), 1.0))
