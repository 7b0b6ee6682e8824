"""Country: looks, asks, decides, remembers. The only Mesa agent; its strategies hold no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mesa

from agents.accession import AccessionStrategy
from agents.decision import CountryDecision
from agents.view import Answer, CountryView, Question


class Country(mesa.Agent):
    """A government, or a bloc that votes as one on trade policy.

    iso3 : its code; ``members`` the countries it speaks for (itself alone unless it is a bloc)
    memory : decisions it took, newest last
    """

    def __init__(
        self,
        model: Any,
        iso3: str,
        members: tuple[str, ...],
        roles: Sequence[str],
        accession: AccessionStrategy,
    ) -> None:
        super().__init__(model)
        self.iso3 = iso3
        self.members = members
        self.roles = tuple(roles)
        self.accession = accession
        self.memory: list[CountryDecision] = []

    def ask(self, view: CountryView) -> Sequence[Question]:
        """What it wants to know before it reviews its standing."""
        return self.accession.questions(view)

    def review(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """Decide on its standing in the zone and remember the decision."""
        decision = self.accession.decide(view, answers)
        self.memory.append(decision)
        return decision


class DominantRefiner(Country):
    """The country that refines most and may withhold it."""


class ZoneLeader(Country):
    """The country that proposes the zone."""
