"""Reference prices, finance and side payments: the zone leader's move, seen by all before they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.bargaining import answer_request
from agents.decision import CountryDecision, LeaderDecision, Offer
from agents.view import Invitation, LeaderView

Prices = Mapping[tuple[str, str], float]
MOST_TOLD = 20
"""Offers of finance that are entered in the ledger, the largest first, once a year or so."""


class ReferenceRule(Protocol):
    """How reference prices are set."""

    def reference_prices(self, view: LeaderView) -> dict[tuple[str, str], float]:
        """Reference price by (mineral, stage), USD/t."""
        ...


class CostPlus:
    """Full cost of the marginal market-economy project plus a markup: "market-economy cost of production"."""

    def __init__(self, markup: float, fixed_usd_t: Prices) -> None:
        self.markup, self.fixed_usd_t = markup, dict(fixed_usd_t)

    def reference_prices(self, view: LeaderView) -> dict[tuple[str, str], float]:
        """(1 + markup) x full cost, or the price anchored in the scenario."""
        return {
            key: self.fixed_usd_t.get(key, (1.0 + self.markup) * cost)
            for key, cost in view.full_cost_usd_t.items()
        }


class MovingAverage:
    """Mean of recent prices outside the dominant refiner plus a markup; it forgets slumps slowly and
    follows booms.
    """

    def __init__(self, markup: float, fixed_usd_t: Prices) -> None:
        self.markup, self.fixed_usd_t = markup, dict(fixed_usd_t)

    def reference_prices(self, view: LeaderView) -> dict[tuple[str, str], float]:
        """(1 + markup) x recent price, or the price anchored in the scenario."""
        return {
            key: self.fixed_usd_t.get(key, (1.0 + self.markup) * price)
            for key, price in view.recent_price_usd_t.items()
        }


class Fixed:
    """The first prices announced stay: those of the scenario, else cost plus markup at the start."""

    def __init__(self, markup: float, fixed_usd_t: Prices) -> None:
        self.markup, self.fixed_usd_t = markup, dict(fixed_usd_t)

    def reference_prices(self, view: LeaderView) -> dict[tuple[str, str], float]:
        """What was announced, or cost plus markup where nothing was."""
        first = CostPlus(self.markup, self.fixed_usd_t).reference_prices(view)
        return {key: view.announced_usd_t.get(key, price) for key, price in first.items()}


REFERENCE_RULES: Mapping[str, type[CostPlus] | type[MovingAverage] | type[Fixed]] = {
    "cost_plus": CostPlus,
    "moving_average": MovingAverage,
    "fixed": Fixed,
}
"""Rules by the name a scenario gives."""


class ZoneLeader:
    """Sets reference prices by its rule, spends its budget where it buys most security of supply, and answers
    those who hold out and say what they lack; ``offers`` is what it may give them.
    """

    def __init__(self, rule: ReferenceRule, offers: Sequence[str]) -> None:
        self.rule, self.offers = rule, tuple(offers)

    def decide(self, view: LeaderView, updates_prices: bool) -> LeaderDecision:
        """Prices (only when the update clock strikes), finance and offers."""
        prices = self.rule.reference_prices(view) if updates_prices else dict(view.announced_usd_t)
        reasons = []
        if updates_prices and prices:
            changed = {f"{mineral} {stage}": price for (mineral, stage), price in sorted(prices.items())}
            subject = f"{len(changed)} reference prices (USD/t)"
            reasons.append(
                CountryDecision(view.actor, "reference_price", "announce", "keep", subject, changed)
            )
        finance = allot_finance(view.invitations, view.budget_usd)
        if updates_prices:
            reasons += say_finance(view, finance)
        offers, answered = self._answer(view)
        return LeaderDecision(prices, finance, offers, (*reasons, *answered))

    def _answer(self, view: LeaderView) -> tuple[dict[str, Offer], list[CountryDecision]]:
        """An answer to each request."""
        most, offers, reasons = view.parameters["side_payment_share"], {}, []
        for name, invitation in sorted(view.invitations.items()):
            offer, reason = answer_request(view.actor, name, invitation, self.offers, most)
            if offer is not None:
                offers[name] = offer
            if reason is not None:
                reasons.append(reason)
        return offers, reasons


def say_finance(view: LeaderView, finance: Mapping[str, float]) -> list[CountryDecision]:
    """Why each of the largest offers of finance is what it is: its parts, by what it buys."""
    told = []
    for name in sorted(finance, key=lambda name: (-finance[name], name))[:MOST_TOLD]:
        one, usd = view.invitations[name], finance[name]
        bought = max(one.supply_usd + one.projects_usd, 1e-12)
        terms = {
            "supply there is": usd * one.supply_usd / bought,
            "projects to come": usd * one.projects_usd / bought,
        }
        full = usd >= one.absorbs_usd * (1.0 - 1e-9)
        subject = f"{name}: {'all that its projects can take' if full else 'its share of the budget'}"
        told.append(CountryDecision(view.actor, "finance", "offer finance", "none", subject, terms))
    return told


def allot_finance(invitations: Mapping[str, Invitation], budget_usd: float) -> dict[str, float]:
    """Split the budget by what it buys: supply that there is and that projects could add, weighed by the
    leader's stake, times reliability. Nobody is offered more than its projects can take; what that leaves
    goes to the others, and what nobody can take is not spent. All candidates see what they could hope for.
    """
    wanted = {
        name: (one.supply_usd + one.projects_usd) * one.reliability
        for name, one in sorted(invitations.items())
        if one.absorbs_usd > 0.0
    }
    offers = dict.fromkeys(wanted, 0.0)
    left, open_to_more = budget_usd, {name: value for name, value in wanted.items() if value > 0.0}
    while open_to_more and left > 0.0:
        rate = left / sum(open_to_more.values())
        full = [n for n in open_to_more if offers[n] + rate * wanted[n] >= invitations[n].absorbs_usd]
        for name in full or list(open_to_more):
            offers[name] = invitations[name].absorbs_usd if full else rate * wanted[name]
        if not full:
            break
        open_to_more = {name: value for name, value in open_to_more.items() if name not in full}
        left = budget_usd - sum(offers.values())
    return {name: usd for name, usd in offers.items() if usd > 0.0}
