"""Several doctrines at once: rent capture, predation and leverage, one new control a quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision, ImposedControl
from agents.doctrines.leverage import Leverage
from agents.doctrines.predatory import Predatory
from agents.doctrines.rent_capture import RentCapture
from agents.view import Answer, Question, RefinerView


class Mixed:
    """Captures the levy where there is one, and of the controls that predation and leverage would put on
    takes the one with the largest margin over what it had to exceed. Reviews of what is in force
    count in full.
    """

    def __init__(self) -> None:
        self.parts = (RentCapture(), Predatory(), Leverage())

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """What any part asks, once."""
        return tuple(dict.fromkeys(question for part in self.parts for question in part.questions(view)))

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """The parts' reliefs, and the best of their controls."""
        moves = [part.decide(view, answers) for part in self.parts]
        wanted = [pair for move in moves for pair in _with_reasons(move)]
        best = max(wanted, key=lambda pair: pair[1].margin_usd - pair[1].threshold_usd, default=None)
        dropped = [reason for pair in wanted if pair is not best for reason in (pair[1],)]
        reasons = [reason for move in moves for reason in move.reasons if reason not in dropped]
        return ControlDecision(
            (best[0],) if best else (),
            tuple(relief for move in moves for relief in move.relent),
            {},
            tuple(reasons),
            moves[0].captures,
        )


def _with_reasons(move: ControlDecision) -> list[tuple[ImposedControl, CountryDecision]]:
    """Each control that is imposed with its reason, in their common order."""
    said = [reason for reason in move.reasons if reason.alternative == "none" and reason.choice not in _APART]
    return list(zip(move.impose, said, strict=True))


_APART = ("relent", "capture the levy")
