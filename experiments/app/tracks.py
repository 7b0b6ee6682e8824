"""Worlds played so far, kept by premise: visitors of one world share its quarters, and a world that departs
from another goes on from the last quarter that they have in common.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments.app.desk import Desk
from experiments.app.premise import Premise
from experiments.app.rounds import Page, brief, play_round

if TYPE_CHECKING:
    from experiments.results import Run

MOST_TRACKS = 60
"""Worlds kept, of some 2 MB a quarter that they do not share with another; the one not looked at for longest
is let go and played again when it is asked for."""
MOST_RUNS = 3
"""Quarters of a world that are kept as read, so that visitors who look at the same one read it once."""


@dataclass
class Track:
    """One world: a page a round, the stop after each, and quarters as read (rounds -> run)."""

    premise: Premise
    pages: list[Page] = field(default_factory=list)
    stops: list[bytes] = field(default_factory=list)
    runs: OrderedDict[int, Run] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def played(self) -> int:
        """Rounds played."""
        return len(self.pages)

    @property
    def planned(self) -> int:
        """Rounds of the scenario."""
        return self.premise.scenario.run.rounds

    def step(self, desk: Desk) -> None:
        """Have one more round played."""
        page, stop = desk.ask(play_round, self.premise, self.stops[-1] if self.stops else None)
        self.stops.append(stop)
        self.pages.append(page)

    def read(self, rounds: int) -> Run:
        """The world after ``rounds`` as a run; read once for all who look at it."""
        from experiments.app.reading import read_run

        with self.lock:
            if rounds not in self.runs:
                self.runs[rounds] = read_run(self.premise, self.pages[:rounds])
                while len(self.runs) > MOST_RUNS:
                    self.runs.popitem(last=False)
            self.runs.move_to_end(rounds)
            return self.runs[rounds]


class Tracks:
    """All worlds of a server. A world is played by one visitor at a time, while others wait for the same
    round; worlds apart are played side by side, as the desk has processes.
    """

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self._tracks: OrderedDict[str, Track] = OrderedDict()
        self._playing: dict[str, threading.Lock] = {}
        self._wishes: OrderedDict[str, tuple[Premise, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, premise: Premise) -> Track | None:
        """The world of a premise, if it has been begun."""
        with self._lock:
            track = self._tracks.get(premise.key)
            if track is not None:
                self._tracks.move_to_end(premise.key)
            return track

    def play(self, premise: Premise, rounds: int, since: Premise | None = None, shared: int = 0) -> Track:
        """Play a round of the world of ``premise`` unless it has ``rounds``; where it is new, it departs from
        that of ``since`` after ``shared`` rounds. Ask again until done. Raises ``DeskError`` when the round
        was lost with its process; nothing else is, so that asking again helps.
        """
        with self._alone_in(premise):
            track = self.find(premise) or self._begin(premise, since, shared)
            if track.played < min(rounds, track.planned):
                track.step(self.desk)
        self._see_to_wishes()
        return track

    def look_ahead(self, premise: Premise, rounds: int) -> None:
        """Have ``rounds`` rounds played while nobody waits for another, so that the next step is there."""
        track = self.find(premise)
        if track is not None and track.played < min(rounds, track.planned):
            with self._lock:
                self._wishes[premise.key] = (premise, rounds)
            self._see_to_wishes()

    def brief(self, premise: Premise, rounds: int, actor: str) -> Any:
        """The ``Briefing`` of ``actor`` for the round after ``rounds``; None when the run is over."""
        track = self.play(premise, rounds)
        while track.played < rounds:
            track = self.play(premise, rounds)
        return self.desk.ask(brief, premise, track.stops[rounds - 1], actor)

    def let_go(self, premise: Premise, used: Collection[str]) -> None:
        """Forget a world that a visitor has left, unless its key is among those in use."""
        with self._lock:
            if premise.key not in used:
                self._tracks.pop(premise.key, None)
                self._wishes.pop(premise.key, None)

    def _alone_in(self, premise: Premise) -> threading.Lock:
        with self._lock:
            gone = [
                key
                for key, lock in self._playing.items()
                if key not in self._tracks and key != premise.key and not lock.locked()
            ]
            for key in gone:
                del self._playing[key]
            return self._playing.setdefault(premise.key, threading.Lock())

    def _see_to_wishes(self) -> None:
        with self._lock:
            if not self._wishes or not self.desk.has_room:
                return
            _, (premise, rounds) = self._wishes.popitem()
        threading.Thread(target=self._fulfil, args=(premise, rounds), daemon=True).start()

    def _fulfil(self, premise: Premise, rounds: int) -> None:
        from contextlib import suppress

        with suppress(Exception):  # who asks for this round will be told what is wrong with it
            if self.find(premise) is not None:
                self.play(premise, rounds)

    def _begin(self, premise: Premise, since: Premise | None, shared: int) -> Track:
        track = self._depart(premise, since, shared) if since is not None else None
        track = track or Track(premise)
        with self._lock:
            self._tracks[premise.key] = track
            while len(self._tracks) > MOST_TRACKS:
                self._tracks.popitem(last=False)
        return track

    def _depart(self, premise: Premise, since: Premise, shared: int) -> Track | None:
        """A world that shares the first quarters of another; none when it would stand on another ground."""
        parent = self.find(since)
        if parent is None or since.seed != premise.seed or since.stockholders() != premise.stockholders():
            return None
        rounds = min(shared, parent.played)
        return Track(premise, parent.pages[:rounds], parent.stops[:rounds])
