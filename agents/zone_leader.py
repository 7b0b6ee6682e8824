"""Reference prices, finance and side payments: the zone leader's move, seen by all before they move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from agents.decision import CountryDecision, LeaderDecision
from agents.view import Input, Invitation, LeaderView

Good = tuple[str, str]
Prices = Mapping[Good, float]


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


SWEETENER = 1.05
"""An offer covers the shortfall and a twentieth more, so that it does not rest on a tie (assumption)."""


class ZoneLeader:
    """Sets reference prices by its rule and spends its budget where potential, readiness and reliability
    are highest.
    """

    def __init__(self, rule: ReferenceRule, pays_side_payments: bool) -> None:
        self.rule, self.pays_side_payments = rule, pays_side_payments

    def decide(self, view: LeaderView, updates_prices: bool) -> LeaderDecision:
        """Prices (only when the update clock strikes), finance and side payments."""
        prices = self.rule.reference_prices(view) if updates_prices else dict(view.announced_usd_t)
        reasons = []
        if updates_prices and prices:
            changed = {f"{mineral} {stage}": price for (mineral, stage), price in sorted(prices.items())}
            reasons.append(
                CountryDecision(
                    view.actor,
                    "reference_price",
                    "announce",
                    "keep",
                    f"{len(changed)} reference prices (USD/t)",
                    changed,
                )
            )
        side = self._side_payments(view)
        for candidate, payment in side.items():
            terms = {
                "gain from its accession": view.invitations[candidate].gain_usd,
                "side payment": -payment,
            }
            reasons.append(
                CountryDecision(view.actor, "coercion", "offer side payment", "none", candidate, terms)
            )
        return LeaderDecision(prices, allot_finance(view.invitations, view.budget_usd), side, tuple(reasons))

    def _side_payments(self, view: LeaderView) -> dict[str, float]:
        """Offer a holdout its shortfall and a little more where that costs less than a share of the gain."""
        if not self.pays_side_payments:
            return {}
        most = view.parameters["side_payment_share"]
        return {
            name: SWEETENER * invitation.shortfall_usd
            for name, invitation in sorted(view.invitations.items())
            if 0.0 < invitation.shortfall_usd <= most * max(0.0, invitation.gain_usd)
        }


def allot_finance(invitations: Mapping[str, Invitation], budget_usd: float) -> dict[str, float]:
    """Split the budget by potential x investability x reliability; all candidates see what they could hope
    for.
    """
    weight = {name: i.potential * i.investability * i.reliability for name, i in sorted(invitations.items())}
    total = sum(weight.values())
    return {name: budget_usd * (value / total) for name, value in weight.items()} if total > 0 else {}
