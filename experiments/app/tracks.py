"""Worlds played so far, kept by premise: visitors of one world share its quarters, and a world that departs
from another goes on from the last quarter that they have in common.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from threadpoolctl import threadpool_limits

from experiments.app.parking import copy_world, park
from experiments.app.premise import Premise
from world.model import TradeWorld
from world.record import Record

Told = TypeVar("Told")
MOST_TRACKS = 24
"""Worlds kept; the one not looked at for longest is let go and played again when it is asked for."""
MOST_STOPS = 4
"""Quarters of a world at which it is kept whole, so that another can depart there without a replay."""


@dataclass
class Track:
    """One world: a record a round, and the world itself at the end of some rounds (rounds -> world)."""

    premise: Premise
    pages: list[Record] = field(default_factory=list)
    stops: dict[int, TradeWorld] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)

    @property
    def played(self) -> int:
        """Rounds played."""
        return len(self.pages)

    @property
    def planned(self) -> int:
        """Rounds of the scenario."""
        return self.premise.scenario.run.rounds

    def step(self) -> None:
        """Play one more round."""
        world = copy_world(self.stops[self.played]) if self.played in self.kept else self.stops[self.played]
        with threadpool_limits(1):
            world.step()
        if self.played not in self.kept:
            del self.stops[self.played]
        self.pages.append(world.turn_page())
        self.stops[self.played] = park(world)
        if self.played % 4 == 0 and len(self.kept) < MOST_STOPS:
            self.kept.add(self.played)


class Tracks:
    """All worlds of a server; they are played one round at a time on a thread of their own."""

    def __init__(self) -> None:
        self._tracks: OrderedDict[str, Track] = OrderedDict()
        self._lock = threading.Lock()
        self._desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rounds")

    def find(self, premise: Premise) -> Track | None:
        """The world of a premise, if it has been begun."""
        with self._lock:
            track = self._tracks.get(premise.key)
            if track is not None:
                self._tracks.move_to_end(premise.key)
            return track

    def ask(self, work: Callable[[], Told]) -> Told:
        """Do ``work`` on the desk, in turn with that of others, and wait for what comes of it."""
        return self._desk.submit(work).result()

    def play(self, premise: Premise, rounds: int, since: Premise | None = None, shared: int = 0) -> Track:
        """Play a round of the world of ``premise`` unless it has ``rounds``; where it is new, it departs from
        that of ``since`` after ``shared`` rounds. Waits its turn; ask again until done.
        """
        return self.ask(lambda: self._play(premise, rounds, since, shared))

    def stand_at(self, premise: Premise, rounds: int) -> TradeWorld:
        """A copy of the world after ``rounds``, played again from the last quarter that is kept or from
        the start. To be called on the desk.
        """
        track = self.find(premise)
        kept = [stop for stop in track.stops if stop <= rounds] if track is not None else []
        if track is None or not kept:
            world = park(TradeWorld(premise.scenario, rng=premise.seed))
        else:
            world = copy_world(track.stops[max(kept)])
        with threadpool_limits(1):
            while world.round < rounds and not world.finished:
                world.step()
        world.turn_page()
        return world

    def _play(self, premise: Premise, rounds: int, since: Premise | None, shared: int) -> Track:
        track = self.find(premise) or self._begin(premise, since, shared)
        if track.played < min(rounds, track.planned):
            track.step()
        return track

    def _begin(self, premise: Premise, since: Premise | None, shared: int) -> Track:
        track = self._depart(premise, since, shared) if since is not None else None
        if track is None:
            world = TradeWorld(premise.scenario, rng=premise.seed)
            track = Track(premise, [], {0: park(world)})
        with self._lock:
            self._tracks[premise.key] = track
            while len(self._tracks) > MOST_TRACKS:
                self._tracks.popitem(last=False)
        return track

    def _depart(self, premise: Premise, since: Premise, shared: int) -> Track | None:
        """A world that shares the first quarters of another; none when no common quarter is kept."""
        parent = self.find(since)
        common = [rounds for rounds in parent.stops if rounds <= shared] if parent is not None else []
        if parent is None or not common or since.seed != premise.seed:
            return None
        rounds = max(common)
        world = copy_world(parent.stops[rounds])
        world.take_up(premise.scenario)
        return Track(premise, list(parent.pages[:rounds]), {rounds: park(world)}, {rounds})
