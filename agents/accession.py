"""Join, hold out, stay, leave: what the zone is worth to a country, rung by rung.

A step up the ladder forum -> framework -> action plan -> binding floor is taken when its payoff exceeds the
cost of entry and the value of waiting at the required number of reviews running. Lower rungs cost almost
nothing and bring a prospect of finance; a framework has two sides and takes an invitation; the floor is
valued in today's market and in one whose capacity has adjusted. Taste for joining is drawn once per
country: with a fresh draw at each review an indifferent country would drift in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from agents.approval import domestic_approval
from agents.decision import CountryDecision
from agents.institutions import fellow_terms
from agents.ladder import ACTION_PLAN, COMMITMENT, FLOOR, FRAMEWORK, PROSPECT, RUNGS
from agents.political_stake import entry_cost, payoff_scale
from agents.relief import rapid_response, supply_from_partners
from agents.view import Answer, CountryView, Question, WhatIfControlled, WhatIfMember

METAL_STOPS, COMPONENTS_STOP = WhatIfControlled(0.0), WhatIfControlled(0.0, "component")
ALONE = WhatIfMember()
FLOOR_QUESTIONS: tuple[Question, ...] = (ALONE, METAL_STOPS, COMPONENTS_STOP)
NOT_INVITED = "framework: not invited yet"
"""Subject of the decision of a country that the leader has not asked to a framework."""


class AccessionStrategy(Protocol):
    """How a country decides on its standing in the zone."""

    def questions(self, view: CountryView) -> Sequence[Question]:
        """What it wants to know before it decides."""
        ...

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """Its decision and the reasons."""
        ...


class PayoffAccession:
    """Weigh the terms of the next rung; step up when they exceed the threshold, leave when staying costs
    more than leaving.
    """

    def questions(self, view: CountryView) -> Sequence[Question]:
        """Outlooks are needed only where the binding floor is in question."""
        return FLOOR_QUESTIONS if weighs_floor(view) else ()

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """Stay or leave for a member; join the next rung or hold out for the rest."""
        if barred(view):
            return hold_out_barred(view)
        if view.rung == FLOOR:
            return self._stay_or_leave(view, answers)
        return self._join_or_hold_out(view, answers, view.rung + 1)

    def _join_or_hold_out(
        self, view: CountryView, answers: Mapping[Question, Answer], rung: int
    ) -> CountryDecision:
        if rung < FLOOR:
            return climb(view, rung)
        threshold = entry_cost(view) * COMMITMENT[rung] + value_of_waiting(view, answers)
        return step_up(view, self._floor_terms(view, answers), threshold)

    def _floor_terms(
        self, view: CountryView, answers: Mapping[Question, Answer], member: bool = False
    ) -> dict[str, float]:
        return floor_terms(view, answers, member)

    def _stay_or_leave(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        terms = {name: -value for name, value in self._floor_terms(view, answers, member=True).items()}
        threshold = view.parameters["accession_exit_cost_share"] * payoff_scale(view)
        return stay_or_leave(view, terms, threshold)


class FixedStanding:
    """A standing fixed by the scenario: join each rung as it opens, or hold out at the present one."""

    def __init__(self, joins: bool) -> None:
        self.joins = joins

    def questions(self, view: CountryView) -> Sequence[Question]:
        """It asks nothing."""
        return ()

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """The fixed answer, marked as such."""
        inside = view.rung == FLOOR
        goes_on = self.joins and (inside or not barred(view))
        yes, no = ("stay", "leave") if inside else ("join", "hold_out")
        choice, other = (yes, no) if goes_on else (no, yes)
        rung = RUNGS[min(view.rung + 1, FLOOR)]
        return CountryDecision(view.actor, "accession", choice, other, rung, {"fixed by the scenario": 1.0})


def weighs_floor(view: CountryView) -> bool:
    """The binding floor is in question: it is a member, or may sign."""
    return view.zone_open and (view.rung == FLOOR or (view.rung == FLOOR - 1 and view.text_exists))


def barred(view: CountryView) -> bool:
    """There is no step to take: no zone, no higher rung on offer, or no text of a floor to sign."""
    at_the_top = view.highest_rung <= view.rung < FLOOR
    return not view.zone_open or at_the_top or (view.rung == FLOOR - 1 and not view.text_exists)


def uninvited(view: CountryView) -> bool:
    """The next rung is a framework, or a forum by invitation, and the leader has not asked it."""
    asked_to = view.asked_from - 1 <= view.rung < min(FRAMEWORK, view.highest_rung)
    return asked_to and not view.invited


def hold_out_barred(view: CountryView) -> CountryDecision:
    """The only answer where there is no step to take."""
    at_the_top = view.rung >= view.highest_rung or not view.zone_open
    subject = RUNGS[view.rung] if at_the_top else "floor: no text to sign yet"
    subject = NOT_INVITED if uninvited(view) else subject
    return CountryDecision(view.actor, "accession", "hold_out", "join", subject)


def climb(view: CountryView, rung: int) -> CountryDecision:
    """A rung below the floor. Who is asked to a framework weighs it at once, from any rung below; who is not
    asked says what it would be worth, which the leader hears.
    """
    at_once = view.invited and view.asked_from == FRAMEWORK <= view.highest_rung
    rung = max(rung, FRAMEWORK) if at_once else rung
    terms, threshold = lower_rung_terms(view, rung, view.rung), entry_cost(view) * COMMITMENT[rung]
    if view.founding:
        terms["founders' terms"] = threshold  # who writes the rules pays no price of entry
    decision = step_up(view, terms, threshold, rung=rung)
    if uninvited(view):
        return replace(decision, choice="hold_out", alternative="join", subject=NOT_INVITED)
    return decision


def step_up(
    view: CountryView,
    terms: Mapping[str, float],
    threshold: float,
    now: bool = False,
    rung: int | None = None,
) -> CountryDecision:
    """Take a rung (the next one, if none is named) if its terms exceed the threshold; the floor only at
    enough reviews running, or ``now`` where an offer ends.
    """
    rung = view.rung + 1 if rung is None else rung
    pays = sum(terms.values()) > threshold
    ready = view.favourable_reviews + 1 >= view.parameters["accession_reviews_needed"]
    choice = "hold_out" if not pays else "join" if now or ready or rung < FLOOR else "prepare"
    other = "hold_out" if choice == "join" else "join"
    return CountryDecision(view.actor, "accession", choice, other, RUNGS[rung], terms, threshold)


def stay_or_leave(view: CountryView, terms: Mapping[str, float], threshold: float) -> CountryDecision:
    """Leave if the terms of leaving exceed the threshold."""
    leaves = sum(terms.values()) > threshold
    choice, other = ("leave", "stay") if leaves else ("stay", "leave")
    return CountryDecision(view.actor, "accession", choice, other, "floor", terms, threshold)


def value_of_waiting(view: CountryView, answers: Mapping[Question, Answer]) -> float:
    """Reservation value of holding out for better terms: l g / (r + w), in USD a round.

    l arrival of better terms, g their gain (a share of what the leader would gain), r turnover of
    governments, w hazard that the offer lapses.
    """
    p = view.parameters
    gain = p["better_terms_gain_share"] * max(0.0, answers[WhatIfMember()].others_usd.get("leader", 0.0))
    return p["better_terms_arrival_year"] * gain / (p["government_turnover_year"] + p["offer_lapse_year"])


def lower_rung_terms(view: CountryView, rung: int, start: int | None = None) -> dict[str, float]:
    """Payoff of climbing from ``start`` (the rung before) to a rung below the floor: prospects of finance and
    of working with partners who are in, against autonomy and exposure to the dominant refiner.

    Finance is worth more once rivals for it have signed: what they get is not to be had later (competition
    for capital, Elkins, Guzman and Simmons 2006). At risk is trade in minerals: nobody has been answered by
    more for signing so little, and the fewer have been answered at all, the less it is feared.
    """
    p, before = view.parameters, rung - 1 if start is None else start
    step = PROSPECT[rung] - PROSPECT.get(before, 0.0)
    more = COMMITMENT[rung] - COMMITMENT.get(before, 0.0)
    cooperation = p["cooperation_value_share"] * view.peers_share * payoff_scale(view)
    episode_share = p["control_episode_quarters"] / (4.0 * p["planning_years"])
    return {
        "finance": view.finance_offer_usd * step,
        "rivals for finance": view.finance_offer_usd * step * p["rival_race_share"] * view.rivals_share,
        "security": (cooperation + rapid_response(view)) * step,
        "supply from partners": supply_from_partners(view) * step,
        "autonomy": more * autonomy(view),
        "domestic approval": more * domestic_approval(view, payoff_scale(view)),
        "retaliation": -more * view.retaliation_belief * episode_share * view.minerals_at_risk_usd,
        "pressure": more * pressure(view),
        "taste": more * taste(view),
        **end_of_exclusion(view, rung, before),
        **with_fellows(view, step),
    }


def end_of_exclusion(view: CountryView, rung: int, start: int) -> dict[str, float]:
    """Duties on those who are not aligned that end on a rung, or that a rung below it gives hope to end; no
    term where there are none. A duty on who stays out holds a club together (Nordhaus 2015).
    """
    if view.excluded_usd <= 0.0:
        return {}
    after, before = (
        1.0 if place >= view.aligned_rung else PROSPECT.get(place, 0.0) for place in (rung, start)
    )
    return {"end of exclusion": view.excluded_usd * (after - before)}


def floor_terms(
    view: CountryView,
    answers: Mapping[Question, Answer],
    member: bool = False,
    question: WhatIfMember = ALONE,
) -> dict[str, float]:
    """Payoff of being bound by the floor over not being bound; for a member the answer holds the reverse
    of leaving. ``question`` : whether others change sides with it. Revenue is not counted on in full: a
    seller who raises his price to the floor takes the levy over, as exporters do by price undertakings.
    """
    p = view.parameters
    answer = answers[question]
    change = answer.now.blend(answer.later, p["planning_weight_share"])
    sign = -1.0 if member else 1.0
    metal = -min(0.0, answers[METAL_STOPS].now.total_usd)
    components = view.component_stop_usd - min(0.0, answers[COMPONENTS_STOP].now.total_usd)
    loss = metal + components
    relieved = metal * view.emergency_relief_share + components * p["component_relief_share"]
    hazard = p["control_hazard_year"] / 4.0
    episode_share = p["control_episode_quarters"] / (4.0 * p["planning_years"])
    last_step = COMMITMENT[FLOOR] - COMMITMENT[ACTION_PLAN]
    return {
        "users": sign * change.users_usd,
        "producers": sign * change.producers_usd,
        "treasury": sign * change.treasury_usd,
        "levy taken over": -p["levy_capture_probability"] * max(0.0, sign * change.treasury_usd),
        "security": hazard * view.cut_off_quarters * relieved,
        "finance": finance_of_the_floor(view) + view.side_payment_usd,
        "tariff relief": view.tariff_relief_usd,
        "retaliation": -view.retaliation_belief * episode_share * (loss + view.goods_at_risk_usd),
        "administration": -view.administration_usd,
        "autonomy": last_step * autonomy(view),
        "domestic approval": 0.0 if member else last_step * domestic_approval(view, payoff_scale(view)),
        "pressure": last_step * pressure(view),
        "taste": taste(view),
        **with_fellows(view, PROSPECT[FLOOR] - PROSPECT[ACTION_PLAN]),
    }


def finance_of_the_floor(view: CountryView) -> float:
    """What the last step adds to the prospect of finance: all of it where it is kept for those bound."""
    return view.finance_if_bound_usd or view.finance_offer_usd * (PROSPECT[FLOOR] - PROSPECT[ACTION_PLAN])


def with_fellows(view: CountryView, step: float) -> dict[str, float]:
    """What the clubs that it sits in make of a rung, a term each, for the part of cooperation that is new."""
    return fellow_terms(view.fellows, view.parameters, step * payoff_scale(view))


def autonomy(view: CountryView) -> float:
    """Political cost of binding oneself to a leader one does not trust; it falls as peers join."""
    p = view.parameters
    company = 1.0 - p["accession_peer_weight"] * view.peers_share
    return -p["trust_cost_share"] * payoff_scale(view) * (1.0 - view.trust_leader) * company


def pressure(view: CountryView) -> float:
    """What the leader's threats add to joining: the loss that a holdout fears on its sales to the leader."""
    return view.pressure * view.parameters["pressure_loss_share"] * view.exports_to_leader_usd


def taste(view: CountryView) -> float:
    """A country's own disposition: mostly lasting, a small part renewed at each review."""
    p = view.parameters
    drawn = view.taste + p["accession_taste_renewed_share"] * view.mood
    return p["accession_taste_share"] * payoff_scale(view) * drawn
