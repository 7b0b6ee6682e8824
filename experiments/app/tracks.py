"""Worlds played so far, kept by premise: visitors of one world share its quarters, and a world that departs
from another goes on from the last quarter that they have in common.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments.app.desk import Desk, NoPlace
from experiments.app.premise import Premise
from experiments.app.rounds import Page, brief, play_round

if TYPE_CHECKING:
    from experiments.results import Run

PLAYS_AHEAD = "plays ahead"
"""Name of the threads that wait for a round that is played ahead."""
MOST_TRACKS = 60
"""Worlds kept, of some 2 MB a quarter that they do not share with another; the one not looked at for longest
is let go and played again when it is asked for."""
AHEAD = 4
"""Rounds in store: a year of quarters, so that the one in which governments review, which takes longer, does
not hold up who steps on at once."""
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

    def step(self, desk: Desk, ahead: bool = False) -> None:
        """Have one more round played, in turn or ahead of time."""
        stop = self.stops[-1] if self.stops else None
        page, stop = desk.ask(play_round, self.premise, stop, world=self.premise.key, ahead=ahead)
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
        self._watched: OrderedDict[str, tuple[Premise, int]] = OrderedDict()
        self._fulfilling: set[str] = set()
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
        self._use_time()
        return track

    def look_ahead(self, premise: Premise, shown: int) -> None:
        """Have the rounds after the one shown played while nobody waits for others."""
        with self._lock:
            _, before = self._watched.pop(premise.key, (premise, 0))
            self._watched[premise.key] = premise, max(before, shown)
        self._use_time()

    def brief(self, premise: Premise, rounds: int, actor: str) -> Any:
        """The ``Briefing`` of ``actor`` for the round after ``rounds``; None when the run is over."""
        track = self.play(premise, rounds)
        while track.played < rounds:
            track = self.play(premise, rounds)
        return self.desk.ask(brief, premise, track.stops[rounds - 1], actor, world=premise.key)

    def let_go(self, premise: Premise, used: Collection[str]) -> None:
        """Forget a world that a visitor has left, unless its key is among those in use."""
        with self._lock:
            if premise.key not in used:
                self._tracks.pop(premise.key, None)
                self._watched.pop(premise.key, None)

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

    def _use_time(self) -> None:
        """Have quarters played ahead by processes that nobody waits for."""
        with self._lock:
            while (premise := self._next_ahead()) is not None:
                self._fulfilling.add(premise.key)
                work = threading.Thread(
                    target=self._play_ahead, args=(premise,), name=PLAYS_AHEAD, daemon=True
                )
                work.start()

    def _next_ahead(self) -> Premise | None:
        """The world whose visitors have least in store, if there is a process for it. Rounds beyond the next
        leave one process to those who begin to wait.
        """
        free = self.desk.size - self.desk.urgent - len(self._fulfilling)
        stores = {}
        for key, (_, shown) in list(self._watched.items()):
            track = self._tracks.get(key)
            if track is None or track.played >= min(shown + AHEAD, track.planned):
                del self._watched[key]
            elif key not in self._fulfilling and not self._is_played(key):
                stores[key] = track.played - shown
        first = min(stores, key=stores.__getitem__, default=None)
        if first is None or free < (1 if stores[first] < 1 else min(2, self.desk.size)):
            return None
        return self._watched[first][0]

    def _is_played(self, key: str) -> bool:
        return key in self._playing and self._playing[key].locked()

    def _play_ahead(self, premise: Premise) -> None:
        track = self.find(premise)
        try:
            if track is not None:
                with self._alone_in(premise):
                    track.step(self.desk, ahead=True)
        except NoPlace:
            pass  # somebody began to wait; when he has what he waits for, time is looked for again
        except Exception:  # who asks for this round will be told what is wrong with it
            with self._lock:
                self._watched.pop(premise.key, None)
        finally:
            with self._lock:
                self._fulfilling.discard(premise.key)
            self._use_time()

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
