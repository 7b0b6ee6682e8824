"""Replay a fixed list of decisions: for tests, for history, for a person at the keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.accession import AccessionStrategy, PayoffAccession
from agents.decision import CountryDecision
from agents.ladder import FLOOR, RUNGS
from agents.view import Answer, CountryView, Question

CHOICES = ("join", "hold_out", "ask", "stay", "leave")


class ScriptedAccession:
    """Takes the decision written for the round; holds out (or stays, if a member) when none is.

    Before the first round of the script ``before`` decides, where given. ``ask`` holds out from the floor and
    lets the leader know what is missing, so that it may offer a side payment; for that it studies what
    signing is worth, as a country that weighs payoffs would.
    """

    def __init__(self, choices: Mapping[int, str], before: AccessionStrategy | None = None) -> None:
        unknown = sorted(set(choices.values()) - set(CHOICES))
        if unknown:
            raise ValueError(f"scripted decision {unknown[0]!r} is not one of {', '.join(sorted(CHOICES))}")
        self.choices = dict(choices)
        self._weighing = PayoffAccession()
        self._before = before

    def has_begun(self, round_: int) -> bool:
        """The script has begun by this round, or nobody decides before it."""
        return self._before is None or round_ >= min(self.choices, default=0)

    def questions(self, view: CountryView) -> Sequence[Question]:
        """It asks nothing, unless it is to say what it lacks."""
        if self._before is not None and not self.has_begun(view.round):
            return self._before.questions(view)
        return self._weighing.questions(view) if self._bargains(view) else ()

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """The decision of the script."""
        if self._before is not None and not self.has_begun(view.round):
            return self._before.decide(view, answers)
        if self._bargains(view):
            weighed = self._weighing.decide(view, answers)
            return replace(weighed, choice="hold_out", alternative="join")
        usual = "stay" if view.rung == FLOOR else "hold_out"
        choice = self.choices.get(view.round, usual)
        no_text = choice == "join" and view.rung == FLOOR - 1 and not view.text_exists
        if no_text or choice not in _possible(view):
            choice = usual
        return CountryDecision(
            view.actor, "accession", choice, usual, RUNGS[min(view.rung + 1, FLOOR)], {"scripted": 1.0}
        )

    def _bargains(self, view: CountryView) -> bool:
        return self.choices.get(view.round) == "ask" and view.rung == FLOOR - 1 and view.text_exists


def _possible(view: CountryView) -> tuple[str, ...]:
    """What can be decided on this rung; there is nothing to leave below the floor."""
    return ("stay", "leave") if view.rung == FLOOR else ("join", "hold_out")
