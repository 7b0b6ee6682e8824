"""Hold out for the review: minerals as part of a larger bargain with the leader that has a deadline.

Before the deadline the country signs only for what it expects of the bargain, discounted over the quarters
that are left. The bargain is one package: the floor, the trade that the leader could tax and a side payment,
split by Nash's rule with the country's bargaining weight. At the deadline the package is on the table.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.accession import ALONE, FLOOR, PayoffAccession, entry_cost, floor_terms, step_up
from agents.decision import CountryDecision
from agents.view import Answer, CountryView, Question


class Strategy(PayoffAccession):
    """By payoff where no talks are linked; else by the bargain that is to come."""

    def _join_or_hold_out(
        self, view: CountryView, answers: Mapping[Question, Answer], rung: int
    ) -> CountryDecision:
        left = view.talks_deadline - view.round
        if view.talks_deadline < 0 or left < 0 or rung < FLOOR:
            return super()._join_or_hold_out(view, answers, rung)
        terms, cost = floor_terms(view, answers), entry_cost(view)
        linked = view.parameters["linked_trade_loss_share"] * view.exports_to_leader_usd
        if left == 0:
            return step_up(view, {**terms, "linked trade": linked}, cost, now=True)
        leader = answers[ALONE].others_usd.get("leader", 0.0)
        share = view.parameters["talks_bargaining_share"]
        paid = view.side_payment_usd + view.tariff_relief_usd
        own = sum(terms.values()) - paid + linked - cost
        worth = own + bargain(own, leader, share)
        return step_up(view, terms, cost + max(0.0, worth) * waiting(view, left / view.quarter_rounds))


def bargain(own_usd: float, leader_usd: float, share: float) -> float:
    """Side payment that gives the country ``share`` of the joint gain (Nash); minus its own gain, so that the
    package is worth nothing, where there is none.
    """
    return share * max(0.0, own_usd + leader_usd) - own_usd


def waiting(view: CountryView, quarters: float) -> float:
    """What one of the bargain's dollars is worth now: governments turn over, and the offer may lapse."""
    p = view.parameters
    return float((1.0 + (p["government_turnover_year"] + p["offer_lapse_year"]) / 4.0) ** -quarters)
