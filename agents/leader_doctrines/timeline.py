"""The course on the record: threats and offers as the scenario says, finance where it buys supply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.allotment import allot_finance
from agents.leader_view import LeaderView


class Doctrine:
    """Presses everyone who is not bound alike and pays all who might supply, as in 2025 and early 2026:
    duties and threats against partners beside frameworks with money for mines.
    """

    def __init__(self, pressure: float, offers: Sequence[str]) -> None:
        self.pressure, self.offers = pressure, tuple(offers)

    def finance(self, view: LeaderView) -> dict[str, float]:
        """The whole budget over all candidates, by what it buys."""
        return allot_finance(view.invitations, view.budget_usd)

    def finance_if_bound(self, view: LeaderView) -> Mapping[str, float]:
        """Nothing waits for the floor."""
        return {}

    def talks(self, view: LeaderView) -> float:
        """As many as a foreign service can bring to a signature."""
        return view.parameters["leader_talks_quarter"]

    def may_offer(self, view: LeaderView) -> Sequence[str]:
        """As the scenario says."""
        return self.offers

    def most_share(self, view: LeaderView) -> float:
        """As the parameter says."""
        return view.parameters["side_payment_share"]

    def threats(self, view: LeaderView) -> Mapping[str, float]:
        """The same strength for all."""
        return dict.fromkeys(sorted(view.invitations), self.pressure)
