"""A club that pays its way: no threats, every kind of offer, up to all that an accession brings it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.allotment import allot_finance
from agents.leader_view import LeaderView

EVERY_OFFER = ("side_payment", "tariff_relief", "exemption")


class Doctrine:
    """Gives up what a signature brings it, down to nothing, rather than press: it wants a large club."""

    def __init__(self, pressure: float, offers: Sequence[str]) -> None:
        pass  # it neither presses nor keeps any offer back

    def finance(self, view: LeaderView) -> dict[str, float]:
        """The whole budget over all candidates, by what it buys."""
        return allot_finance(view.invitations, view.budget_usd)

    def finance_if_bound(self, view: LeaderView) -> Mapping[str, float]:
        """Nothing waits for the floor."""
        return {}

    def talks(self, view: LeaderView) -> float:
        """With everyone."""
        return float(len(view.invitations))

    def may_offer(self, view: LeaderView) -> Sequence[str]:
        """Everything."""
        return EVERY_OFFER

    def most_share(self, view: LeaderView) -> float:
        """All that the accession brings it."""
        return 1.0

    def threats(self, view: LeaderView) -> Mapping[str, float]:
        """None."""
        return {}
