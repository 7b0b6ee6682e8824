"""What one visitor looks at: a premise, the quarter shown, what was undone, whose seat was taken.

Quarters are played on the desk that all share; the visit only waits for them, on a thread of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from experiments.app.commons import OPENING, TRACKS
from experiments.app.desk import DeskError
from experiments.app.premise import Premise, Saved
from experiments.app.rounds import Page
from experiments.app.tracks import Track
from experiments.results import Run

MOST_UNDONE = 50
MOST_LOST = 2
"""Times in a row that a quarter lost with its process is played again unasked."""


class Visit:
    """One visitor's world; ``changed`` is called from another thread whenever there is something new."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.changed = changed
        self.premise: Premise = OPENING.premise
        self.shown = self.wanted = OPENING.rounds
        self.seat = ""
        self.problem = ""
        self.drawn = -1
        self.closed = False
        self.companions: list[Visit] = []
        self._since: tuple[Premise, int] | None = None
        self._seen: tuple[Run, Page] | None = None
        self._past: list[tuple[Premise, int]] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._following = False

    @property
    def busy(self) -> bool:
        """Quarters are being played."""
        return self.shown < self.wanted

    @property
    def word(self) -> str:
        """What a round is called."""
        return self.premise.scenario.run.clock.word

    @property
    def planned(self) -> int:
        """Rounds of the scenario."""
        return self.premise.scenario.run.rounds

    @property
    def can_undo(self) -> bool:
        """There is something to take back."""
        return bool(self._past)

    def run(self) -> Run | None:
        """The world shown as a run; none before its first quarter is played."""
        track = TRACKS.find(self.premise)
        if track is None or not 1 <= self.shown <= track.played:
            return None
        return track.read(self.shown)

    def view(self) -> tuple[Run, Page] | None:
        """What to draw, and what countries believed at its end: the world shown or, while another one is
        played up to where it departs, what was seen last, so that no page goes blank. None at first.
        """
        run, track = self.run(), TRACKS.find(self.premise)
        catching_up = self.busy and self._since is not None and self.shown < self._since[1]
        if run is not None and track is not None and not catching_up:
            self._seen = run, track.pages[len(run.rounds) - 1]
        return self._seen

    def advance(self, patience_s: float = 0.3) -> None:
        """Ask for one more quarter; while the last one is on its way or not yet drawn, wait a moment instead.

        Mesa's controls call this as fast as their slider says; the moment is what keeps them from running
        away from the browser.
        """
        began = time.monotonic()
        while self.busy and time.monotonic() - began < patience_s:
            time.sleep(0.02)
        if not self.busy:
            self.go_to(self.shown + 1)

    def go_to(self, rounds: int) -> None:
        """Show the world after ``rounds``, playing what is missing."""
        self.wanted, self.problem = max(1, min(rounds, self.planned)), ""
        track = TRACKS.find(self.premise)
        if track is not None and track.played >= self.wanted:
            self.shown = self.wanted
            self._look_ahead()
            self.changed()
            return
        self.shown = min(self.shown, self.wanted)
        self._start()

    def take_up(self, premise: Premise, rounds: int) -> None:
        """Go on in another world that is the same for the quarters shown; can be undone."""
        self._past = [*self._past[-MOST_UNDONE:], (self.premise, self.shown)]
        self._since = (self.premise, self.shown)
        self._enter(premise, self.shown, rounds)

    def undo(self) -> None:
        """Back to the world and quarter before the last change; what is no longer kept is played again."""
        if self._past:
            premise, rounds = self._past.pop()
            self._since = None
            self._enter(premise, 0, rounds)

    def premises(self) -> tuple[Premise, ...]:
        """The worlds that this visit looks at or can go back to."""
        beside = (one.premise for one in self.companions)
        return self.premise, *(premise for premise, _ in self._past), *beside

    def close(self) -> None:
        """Nobody looks any more: play no further, here or in the worlds beside."""
        self.closed = True
        for one in self.companions:
            one.close()

    def complain(self, problem: str) -> None:
        """Show what is wrong, in one line."""
        self.problem = problem
        self.changed()

    def restart(self, premise: Premise, rounds: int = 1, seat: str = "") -> None:
        """A new world."""
        self._past, self._since, self.seat = [], None, seat
        self._enter(premise, 0, rounds)

    def restore(self, saved: Saved) -> None:
        """Go on with a saved game."""
        self.restart(saved.premise, self._rounds_at(saved), saved.seat)

    def _rounds_at(self, saved: Saved) -> int:
        if not saved.quarter:
            return 1
        return saved.premise.scenario.run.clock.round_named(saved.quarter) + 1

    def _enter(self, premise: Premise, shown: int, rounds: int) -> None:
        with self._lock:
            self.premise, self.shown, self.problem = premise, shown, ""
        self.go_to(rounds)

    def _start(self) -> None:
        self.changed()
        with self._lock:
            if not self._following:
                self._following = True
                self._thread = threading.Thread(target=self._follow, daemon=True)
                self._thread.start()

    def _follow(self) -> None:
        lost = 0
        while self._goes_on():
            premise, since = self.premise, self._since or (None, 0)
            try:
                track = TRACKS.play(premise, self.wanted, *since)
                lost = 0
            except DeskError as error:
                lost += 1
                again = "the quarter is played again" if lost <= MOST_LOST else "press Step to try again"
                self.problem = f"{error}; {again}."
                if lost > MOST_LOST:
                    self.wanted = self.shown
            except Exception as error:  # a world that fails must not take the page with it
                self.problem = f"{type(error).__name__}: {error}"
                self.wanted = self.shown
            else:
                self._arrive(premise, track)
                self._look_ahead()
            self.changed()

    def _goes_on(self) -> bool:
        with self._lock:
            self._following = self.busy and not self.closed
            return self._following

    def _look_ahead(self) -> None:
        """Have the next quarters played meanwhile, also while this one is drawn, unless a decision is due."""
        if not self.seat and not self.closed and not self.busy:
            TRACKS.look_ahead(self.premise, self.shown)

    def _arrive(self, premise: Premise, track: Track) -> None:
        with self._lock:
            if premise is self.premise:  # else the visitor has gone elsewhere meanwhile
                self.shown = min(track.played, self.wanted)
