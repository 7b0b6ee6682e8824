"""Reference prices, finance and side payments: the zone leader's move, seen by all before they move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from agents.bargaining import answer_request
from agents.courting import choose_invited
from agents.decision import CountryDecision, LeaderDecision, Offer
from agents.leader_doctrines.doctrine import LeaderDoctrine
from agents.leader_view import Input, LeaderView

Good = tuple[str, str]
Prices = Mapping[Good, float]
MOST_TOLD = 20
"""Offers of finance that are entered in the ledger, the largest first, when prices are updated."""


class ReferenceRule(Protocol):
    """How reference prices are set."""

    def reference_prices(self, view: LeaderView) -> dict[tuple[str, str], float]:
        """Reference price by (mineral, stage), USD/t."""
        ...


def pass_on_inputs(prices: Prices, anchored: Prices, inputs: Mapping[Good, Input]) -> dict[Good, float]:
    """Reference prices in which each stage bears what its input costs at *its* reference price, USD/t.

    Without it a price for metal alone makes metal dear for those who make magnets of it while finished
    magnets come in as before: less than no protection for them (effective protection, Corden 1966). An input
    whose reference price lies under its usual price costs the usual price. Anchored prices stand as given.
    ``inputs`` runs from the first stage to the last, so that what is passed on is passed on again.
    """
    built = dict(prices)
    for good, made_of in inputs.items():
        if good in built and good not in anchored and made_of.good in built:
            dearer = max(0.0, built[made_of.good] - made_of.usual_price_usd_t)
            built[good] += made_of.needed_t_per_t * dearer
    return built


class CostPlus:
    """Full cost of the marginal market-economy project plus a markup: "market-economy cost of production"."""

    def __init__(self, markup: float, fixed_usd_t: Prices, built_on_inputs: bool = False) -> None:
        self.markup, self.fixed_usd_t, self.built_on_inputs = markup, dict(fixed_usd_t), built_on_inputs

    def reference_prices(self, view: LeaderView) -> dict[Good, float]:
        """(1 + markup) x full cost, or the price anchored in the scenario."""
        prices = {
            key: self.fixed_usd_t.get(key, (1.0 + self.markup) * cost)
            for key, cost in view.full_cost_usd_t.items()
        }
        return pass_on_inputs(prices, self.fixed_usd_t, view.inputs) if self.built_on_inputs else prices


class MovingAverage:
    """Mean of recent prices outside the dominant refiner plus a markup; it forgets slumps slowly and
    follows booms.
    """

    def __init__(self, markup: float, fixed_usd_t: Prices, built_on_inputs: bool = False) -> None:
        self.markup, self.fixed_usd_t, self.built_on_inputs = markup, dict(fixed_usd_t), built_on_inputs

    def reference_prices(self, view: LeaderView) -> dict[Good, float]:
        """(1 + markup) x recent price, or the price anchored in the scenario."""
        recent = view.recent_price_usd_t
        prices = {
            key: self.fixed_usd_t.get(key, (1.0 + self.markup) * price) for key, price in recent.items()
        }
        lately = {
            good: replace(made_of, usual_price_usd_t=recent[made_of.good])
            for good, made_of in view.inputs.items()
            if made_of.good in recent
        }
        return pass_on_inputs(prices, self.fixed_usd_t, lately) if self.built_on_inputs else prices


class Fixed:
    """The first prices announced stay: those of the scenario, else cost plus markup at the start."""

    def __init__(self, markup: float, fixed_usd_t: Prices, built_on_inputs: bool = False) -> None:
        self.first = CostPlus(markup, fixed_usd_t, built_on_inputs)

    def reference_prices(self, view: LeaderView) -> dict[Good, float]:
        """What was announced, or cost plus markup where nothing was."""
        first = self.first.reference_prices(view)
        return {key: view.announced_usd_t.get(key, price) for key, price in first.items()}


REFERENCE_RULES: Mapping[str, type[CostPlus] | type[MovingAverage] | type[Fixed]] = {
    "cost_plus": CostPlus,
    "moving_average": MovingAverage,
    "fixed": Fixed,
}
"""Rules by the name a scenario gives."""


class ZoneLeader:
    """Sets reference prices by its rule; by its doctrine it spends its budget, asks countries to a framework,
    answers those who hold out and say what they lack, and presses.
    """

    def __init__(self, rule: ReferenceRule, doctrine: LeaderDoctrine) -> None:
        self.rule, self.doctrine = rule, doctrine

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
        finance = self.doctrine.finance(view)
        if updates_prices:
            reasons += say_finance(view, finance)
        offers, answered = self._answer(view)
        invited, courted = choose_invited(view, self.doctrine.talks(view))
        return LeaderDecision(
            prices,
            finance,
            offers,
            (*reasons, *answered, *courted),
            self.doctrine.threats(view),
            invited,
            self.doctrine.finance_if_bound(view),
        )

    def _answer(self, view: LeaderView) -> tuple[dict[str, Offer], list[CountryDecision]]:
        """An answer to each request."""
        most, allowed = self.doctrine.most_share(view), self.doctrine.may_offer(view)
        offers, reasons = {}, []
        for name, invitation in sorted(view.invitations.items()):
            offer, reason = answer_request(view.actor, name, invitation, allowed, most)
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
