"""Moves written for the dominant refiner, round by round: for history, and for a person in its seat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision, ImposedControl, Relief
from agents.doctrines.doctrine import (
    CHOICES,
    RefinerDoctrine,
    hostile_actors,
    impose,
    relieve,
    say_imposed,
)
from agents.view import Answer, Question, RefinerView

RELIEVE = "relieve"
DUTIES = {"duties": True, "no_duties": False}
"""Duties on the goods of all who aggrieve it, or none any more."""
CAPTURE = {"capture_levy": True, "release_levy": False}
"""Whether it takes the zone's levy over by an export tax of its own."""
MOVE = rf"^(({'|'.join((*CHOICES, RELIEVE))}) [a-z_]+ (refined|component)|{'|'.join((*DUTIES, *CAPTURE))})$"
"""How a move is written: a word alone, or with a mineral and a stage."""
TERMS = {"scripted": 1.0}


class Scripted:
    """Does what is written for the round and nothing else; before the first round of the script ``before``
    decides. A move is a word, and a good where it is about one: ``licence dytb refined``, ``relieve gallium
    refined``, ``duties``. What is not among the options of the round is passed over.
    """

    def __init__(self, moves: Mapping[int, Sequence[str]], before: RefinerDoctrine) -> None:
        self.moves = {round_: tuple(written) for round_, written in moves.items()}
        self.before = before

    def has_begun(self, round_: int) -> bool:
        """The script has begun by this round."""
        return round_ >= min(self.moves)

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """It asks nothing once the script has begun."""
        return () if self.has_begun(view.round) else self.before.questions(view)

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """What is written for this round; duties stay as they were written last."""
        if not self.has_begun(view.round):
            return self.before.decide(view, answers)
        now = self.moves.get(view.round, ())
        imposed, why = _imposed(view, now)
        relieved, relented = _relieved(view, now)
        duties = self._last_of(DUTIES, view.round)
        laid = dict.fromkeys(sorted(hostile_actors(view)), view.parameters["counter_duty_share"])
        captures = next((CAPTURE[move] for move in now if move in CAPTURE), None)
        return ControlDecision(
            imposed, relieved, laid if duties else {}, (*relented, *why), captures=captures
        )

    def _last_of(self, words: Mapping[str, bool], round_: int) -> bool:
        written = [move for when in sorted(self.moves) if when <= round_ for move in self.moves[when]]
        return next((words[move] for move in reversed(written) if move in words), False)


def _imposed(
    view: RefinerView, moves: Iterable[str]
) -> tuple[tuple[ImposedControl, ...], tuple[CountryDecision, ...]]:
    wanted = {tuple(move.split()) for move in moves if move.split()[0] in CHOICES}
    chosen = [one for one in view.options if (one.instrument, one.mineral, one.stage) in wanted]
    return (
        tuple(impose(option, "as written") for option in chosen),
        tuple(say_imposed(view, option, TERMS) for option in chosen),
    )


def _relieved(
    view: RefinerView, moves: Iterable[str]
) -> tuple[tuple[Relief, ...], tuple[CountryDecision, ...]]:
    goods = {tuple(move.split()[1:]) for move in moves if move.split()[0] == RELIEVE}
    found = [
        relieve(view, held, held.targets, "as written", TERMS) for held in view.controls if held.good in goods
    ]
    return tuple(relief for relief, _ in found), tuple(reason for _, reason in found)
