"""What all visitors of a server share: the worlds played so far, the opening world, and the places taken."""

from __future__ import annotations

from collections.abc import Callable

from experiments.app.premise import Premise
from experiments.app.tracks import Tracks

OPENING_ROUNDS = 20
MOST_VISITORS = 40

TRACKS = Tracks()


class Opening:
    """The world on which the page opens; played before the first visitor is let in."""

    premise = Premise()
    rounds = OPENING_ROUNDS

    def prepare(self, premise: Premise, rounds: int, told: Callable[[int, int], None]) -> None:
        """Play ``rounds`` quarters of ``premise`` and open on them."""
        goal = min(rounds, premise.scenario.run.rounds)
        for _ in range(goal):
            told(TRACKS.play(premise, goal).played, goal)
        self.premise, self.rounds = premise, goal
        TRACKS.look_ahead(premise, goal)


OPENING = Opening()
