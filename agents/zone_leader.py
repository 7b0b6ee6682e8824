"""Reference prices, finance and side payments: the zone leader's move, seen by all before they move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from agents.decision import CountryDecision, LeaderDecision
from agents.view import Invitation, LeaderView

Prices = Mapping[tuple[str, str], float]


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


SWEETENER = 1.05
"""An offer covers the shortfall and a twentieth more, so that it does not rest on a tie (assumption)."""


class ZoneLeader:
    """Sets reference prices by its rule and spends its budget where it buys most security of supply."""

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
