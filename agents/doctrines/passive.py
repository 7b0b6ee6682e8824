"""The doctrine that does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.decision import ControlDecision
from agents.view import Answer, Question, RefinerView


class Passive:
    """Never answers."""

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """It asks nothing."""
        return ()

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """No control."""
        return ControlDecision()
