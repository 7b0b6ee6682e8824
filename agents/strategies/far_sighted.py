"""Weigh the floor with those who would follow: where one goes, dependent partners go too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.accession import PayoffAccession, floor_terms
from agents.view import Answer, CountryView, Question, WhatIfMember


class Strategy(PayoffAccession):
    """As by payoff, but the market is that in which its followers have changed sides with it.

    What the others' reaction adds is a term of its own, so that one can see whether it decided.
    """

    def questions(self, view: CountryView) -> Sequence[Question]:
        """The questions of the payoff rule, and the first of them again with followers where it has any."""
        asked = super().questions(view)
        return (*asked, WhatIfMember(view.followers)) if asked and view.followers else asked

    def _floor_terms(
        self, view: CountryView, answers: Mapping[Question, Answer], member: bool = False
    ) -> dict[str, float]:
        terms = floor_terms(view, answers, member)
        if view.followers:
            joint = floor_terms(view, answers, member, WhatIfMember(view.followers))
            terms["followers"] = sum(joint.values()) - sum(terms.values())
        return terms
