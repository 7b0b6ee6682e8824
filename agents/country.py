"""Country: looks, asks, decides, remembers. The only Mesa agent; its strategies hold no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mesa

from agents.accession import AccessionStrategy
from agents.decision import CountryDecision
from agents.view import Answer, CountryView, Question, WhatIfControlled


@dataclass(frozen=True)
class Study:
    """An answer that is kept, the round in which it was given, and the asker's rung in the zone then."""

    answer: Answer
    round: int
    rung: int


class Country(mesa.Agent):
    """A government, or a bloc that votes as one on trade policy.

    iso3 : its code; ``members`` the countries it speaks for (itself alone unless it is a bloc)
    memory : decisions it took, newest last
    studies : what it found when it last studied how it would fare if it were cut off
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
        self.studies: dict[Question, Study] = {}

    def ask(self, view: CountryView) -> Sequence[Question]:
        """What it wants to know before it reviews its standing: how much a step is worth now, and how exposed
        it is unless it has studied that of late."""
        return [
            question for question in self.accession.questions(view) if not self._is_studied(question, view)
        ]

    def review(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """Decide on its standing in the zone; remember the decision and new studies."""
        for question, answer in answers.items():
            if isinstance(question, WhatIfControlled):
                self.studies[question] = Study(answer, view.round, view.rung)
        studied = {question: study.answer for question, study in self.studies.items()}
        decision = self.accession.decide(view, {**studied, **answers})
        self.memory.append(decision)
        return decision

    def _is_studied(self, question: Question, view: CountryView) -> bool:
        study = self.studies.get(question)
        if study is None or study.rung != view.rung:
            return False
        age_quarters = (view.round - study.round) / view.quarter_rounds
        return age_quarters < view.parameters["study_renewal_quarters"]


class DominantRefiner(Country):
    """The country that refines most and may withhold it."""


class ZoneLeader(Country):
    """The country that proposes the zone."""
