"""Replay a fixed list of decisions: for tests, for history, for a person at the keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.accession import FLOOR, RUNG_NAMES
from agents.decision import CountryDecision
from agents.view import Answer, CountryView, Question


class ScriptedAccession:
    """Takes the decision written for the round; holds out (or stays, if a member) when none is."""

    def __init__(self, choices: Mapping[int, str]) -> None:
        allowed = {"join", "hold_out", "stay", "leave"}
        unknown = sorted(set(choices.values()) - allowed)
        if unknown:
            raise ValueError(f"scripted decision {unknown[0]!r} is not one of {', '.join(sorted(allowed))}")
        self.choices = dict(choices)

    def questions(self, view: CountryView) -> Sequence[Question]:
        """It asks nothing."""
        return ()

    def decide(self, view: CountryView, answers: Mapping[Question, Answer]) -> CountryDecision:
        """The decision of the script."""
        usual = "stay" if view.rung == len(RUNG_NAMES) - 1 else "hold_out"
        choice = self.choices.get(view.round, usual)
        if choice == "join" and view.rung == FLOOR - 1 and not view.text_exists:
            choice = usual  # there is nothing to sign yet
        return CountryDecision(
            view.actor, "accession", choice, usual, RUNG_NAMES[min(view.rung + 1, 4)], {"scripted": 1.0}
        )
