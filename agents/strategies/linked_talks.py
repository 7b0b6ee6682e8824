"""Hold out for the review: minerals as part of a larger bargain with the leader that has a deadline.

The bargain is one package: the floor, the trade that either side loses if the talks fail, relief from the
leader's duties, and money. Nash's rule splits it: each side has what it would have without agreement and its
weight's share of the joint gain. Before the deadline the country signs only for more than its part,
discounted over the quarters that are left. At the deadline it signs the package if there is one that both
prefer to none; if not, the talks have failed and it decides by payoff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agents.accession import ALONE, PayoffAccession, floor_terms, step_up
from agents.decision import CountryDecision, Offer, Package
from agents.ladder import FLOOR
from agents.political_stake import entry_cost
from agents.talks import as_offer, most_given_usd, nash_transfer
from agents.view import Answer, CountryView, Question


class Strategy(PayoffAccession):
    """By payoff where no talks are linked; else by the bargain that is to come."""

    def _join_or_hold_out(
        self, view: CountryView, answers: Mapping[Question, Answer], rung: int
    ) -> CountryDecision:
        left = -1 if view.talks is None else view.talks.deadline - view.round
        if left < 0 or rung < FLOOR:
            return super()._join_or_hold_out(view, answers, rung)
        terms, cost = floor_terms(view, answers), entry_cost(view)
        package, gain = bargain(view, answers, terms, cost)
        if left > 0:
            return step_up(view, terms, cost + max(0.0, gain) * waiting(view, left / view.quarter_rounds))
        if package is None:
            return super()._join_or_hold_out(view, answers, rung)
        return replace(step_up(view, _with(package, view, terms), cost, now=True), package=package)


def bargain(
    view: CountryView, answers: Mapping[Question, Answer], terms: Mapping[str, float], cost_usd: float
) -> tuple[Package | None, float]:
    """The package that Nash's rule gives, and what the country gains by it over no agreement, USD a round;
    none and nothing where the talks would fail. What is on offer for a signature alone is no part of it.
    """
    talks, leader_minerals = view.talks, answers[ALONE].others_usd.get("leader", 0.0)
    if talks is None:
        return None, 0.0
    paid = view.side_payment_usd + view.tariff_relief_usd
    own = sum(terms.values()) - paid - cost_usd + talks.linked_usd
    leader = leader_minerals + talks.leader_linked_usd
    most = most_given_usd(view.duty_burden_usd, talks.may_give)
    given = nash_transfer(own, leader, view.parameters["talks_bargaining_share"], most)
    if given is None:
        return None, 0.0
    offer = as_offer(given, view.duty_burden_usd, talks.may_give)
    reasons = {
        "gain from its accession": leader_minerals,
        "linked trade": talks.leader_linked_usd,
        "tariff relief": -offer.tariff_relief_usd,
        "side payment": -offer.side_payment_usd,
    }
    return Package(offer, reasons), own + given


def _with(package: Package, view: CountryView, terms: Mapping[str, float]) -> dict[str, float]:
    """Terms of signing the package: what is in it takes the place of what was on offer."""
    offer: Offer = package.offer
    linked = 0.0 if view.talks is None else view.talks.linked_usd
    return {
        **terms,
        "finance": terms["finance"] - view.side_payment_usd,
        "tariff relief": offer.tariff_relief_usd,
        "side payment": offer.side_payment_usd,
        "linked trade": linked,
    }


def waiting(view: CountryView, quarters: float) -> float:
    """What one of the bargain's dollars is worth now: governments turn over, and the offer may lapse."""
    p = view.parameters
    return float((1.0 + (p["government_turnover_year"] + p["offer_lapse_year"]) / 4.0) ** -quarters)
