"""A bloc decides by qualified majority of its members, each by its own payoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.accession import PayoffAccession
from agents.decision import CountryDecision
from agents.political_stake import payoff_scale
from agents.view import Answer, CountryView, Question


class Strategy(PayoffAccession):
    """A change of standing needs a share of the members that hold a share of the people (Treaty on European
    Union, article 16: 55% and 65%). The reasons of the bloc are those of the member whose vote decides: of
    the members in order of how much they favour the change, over their payoff scale, the first with whom
    there is a majority. A country by itself decides by its payoff.
    """

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """The decision of the member that the majority turns on."""
        if not view.members:
            return super().decide(view, answers)
        votes = []
        for place, member in enumerate(view.members):
            own = {question: _part(answer, place) for question, answer in answers.items()}
            decision = super().decide(member, own)
            net = (decision.margin_usd - decision.threshold_usd) / payoff_scale(member)
            votes.append((net, place, decision))
        votes.sort(key=lambda vote: (-vote[0], vote[1]))
        deciding = votes[_pivot(view, [place for _, place, _ in votes])][2]
        return replace(deciding, actor=view.actor)


def _part(answer: Answer, place: int) -> Answer:
    return answer.parts[place] if answer.parts else answer


def _pivot(view: CountryView, order: Sequence[int]) -> int:
    """Position in ``order`` of the member with whom the majority of members and of people is reached."""
    everyone = sum(member.population for member in view.members)
    people = 0.0
    for position, place in enumerate(order):
        people += view.members[place].population
        enough = position + 1 >= view.parameters["bloc_majority_members_share"] * len(order)
        if enough and people >= view.parameters["bloc_majority_people_share"] * everyone:
            return position
    return len(order) - 1
