"""A hub that presses: threats at full strength on who is not bound, money for those who are, nothing for
asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.allotment import allot_finance
from agents.ladder import FLOOR
from agents.leader_view import LeaderView


class Doctrine:
    """Pays nobody to sign. Finance goes to those bound by the floor, threats at full strength to all others;
    who is not bound is told what it would get if it were.
    """

    def __init__(self, pressure: float, offers: Sequence[str]) -> None:
        pass  # it presses as hard as it can and offers nothing, whatever the scenario says

    def finance(self, view: LeaderView) -> dict[str, float]:
        """The budget over those who are bound."""
        bound = {name: one for name, one in view.invitations.items() if one.rung == FLOOR}
        return allot_finance(bound, view.budget_usd)

    def finance_if_bound(self, view: LeaderView) -> Mapping[str, float]:
        """The share of each, if it were bound beside those who are."""
        bound = {name: one for name, one in view.invitations.items() if one.rung == FLOOR}
        return {
            name: allot_finance({**bound, name: one}, view.budget_usd).get(name, 0.0)
            for name, one in sorted(view.invitations.items())
        }

    def talks(self, view: LeaderView) -> float:
        """As many as a foreign service can bring to a signature."""
        return view.parameters["leader_talks_quarter"]

    def may_offer(self, view: LeaderView) -> Sequence[str]:
        """Nothing."""
        return ()

    def most_share(self, view: LeaderView) -> float:
        """Nothing."""
        return 0.0

    def threats(self, view: LeaderView) -> Mapping[str, float]:
        """Full strength on everyone who is not bound."""
        return {name: 1.0 for name, one in sorted(view.invitations.items()) if one.rung < FLOOR}
