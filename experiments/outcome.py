"""What an outcome of a run is, and sums over a run as a mean a year."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from experiments.results import Run

NOT_A_NUMBER = float("nan")


class Outcome(NamedTuple):
    """One outcome: ``measure(run, members)`` gives its value, or one value a mineral when ``by_mineral``;
    ``words`` name it within a sentence.
    """

    name: str
    words: str
    unit: str
    meaning: str
    measure: Callable[[Run, Collection[str]], float | dict[str, float]]
    by_mineral: bool = False


def a_year(run: Run, total: float) -> float:
    """A sum over the run as a mean a year; rounds before the policies differ are alike and cancel in a
    difference.
    """
    return total / len(run.rounds) * run.rounds_per_year if run.rounds else NOT_A_NUMBER
