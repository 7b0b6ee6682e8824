"""What every doctrine of the zone's leader decides: whom it pays for what, what it gives for a signature, and
whom it presses. Prices are set by a rule of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.leader_view import LeaderView


class LeaderDoctrine(Protocol):
    """How the leader courts. Made with the strength of threats (0 to 1) and the offers that the scenario
    names, which a doctrine may obey or not.
    """

    def __init__(self, pressure: float, offers: Sequence[str]) -> None: ...

    def finance(self, view: LeaderView) -> dict[str, float]:
        """Finance by country, USD a quarter."""
        ...

    def finance_if_bound(self, view: LeaderView) -> Mapping[str, float]:
        """Finance that each would get if it were bound by the floor, USD a quarter, where those who are not
        get none; empty where finance does not wait for that."""
        ...

    def talks(self, view: LeaderView) -> float:
        """Talks on a framework that it can open in a quarter."""
        ...

    def may_offer(self, view: LeaderView) -> Sequence[str]:
        """What it may give a holdout that asks: side_payment, tariff_relief, exemption."""
        ...

    def most_share(self, view: LeaderView) -> float:
        """Largest share of what an accession brings it that it gives for it."""
        ...

    def threats(self, view: LeaderView) -> Mapping[str, float]:
        """Strength of threats by country, 0 to 1; whoever is left out is not threatened."""
        ...
