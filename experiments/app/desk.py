"""Where rounds are played: processes beside that of the page, or one of its threads (tests, notebooks)."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from experiments.app.place import Place

Told = TypeVar("Told")
PATIENCE_S = 600.0
"""No round takes as long, on however busy a computer: a process that does is ended."""


class DeskError(RuntimeError):
    """A process has ended, or was ended, while it had work: in one line, for the visitor who waits."""


class NoPlace(DeskError):
    """All processes are at work or about to be, and what is done ahead of time does not stand in line."""


class Desk:
    """Gives work to free processes, in turn; ``processes`` of 0 is a thread of this process."""

    def __init__(self, processes: int = 0) -> None:
        self.urgent = 0
        """Pieces of work that somebody waits for, in line or under way."""
        self._places = [Place(bool(processes)) for _ in range(max(1, processes))]
        self._free = list(self._places)
        self._line: deque[object] = deque()
        self._turn = threading.Condition()
        self._closed = False

    @property
    def size(self) -> int:
        """Pieces of work that can be done side by side."""
        return len(self._places)

    def warm_up(self) -> None:
        """Start all processes, so that nobody waits for one later. The first compiles the market if that has
        not been done on this computer, which may take its time; the others then read what it wrote.
        """
        self._places[0].submit(os.getpid).result()
        self.tell_all(os.getpid)

    def tell_all(self, work: Callable[..., object], *about: Any) -> None:
        """Have ``work`` done by every process before anything else that comes later, and wait for none."""
        for place in self._places:
            place.submit(work, *about)

    def ask(self, work: Callable[..., Told], *about: Any, world: str = "", ahead: bool = False) -> Told:
        """Have ``work`` done and wait for what comes of it; one that does not come is ``DeskError``.

        ``world``: the key of the world it is about; the process that played it last is preferred, which may
        still have it at hand. ``ahead``: nobody waits for it as yet; ``NoPlace`` where no process is free.
        """
        with self._counted(ahead), self._place(world, ahead) as place:
            try:
                return _submit(place, work, *about).result(PATIENCE_S)
            except BrokenProcessPool:
                self._renew(place)
                raise DeskError("a process that played rounds has ended") from None
            except TooLate:
                if place.apart:
                    self._renew(place)
                raise DeskError(f"a round took longer than {PATIENCE_S:.0f} seconds") from None

    @contextmanager
    def _counted(self, ahead: bool) -> Iterator[None]:
        with self._turn:
            self.urgent += not ahead
        try:
            yield
        finally:
            with self._turn:
                self.urgent -= not ahead

    @contextmanager
    def _place(self, world: str, ahead: bool) -> Iterator[Place]:
        """A place that is free, when it is one's turn: that of ``world``, else the one free for longest."""
        number = object()
        with self._turn:
            if ahead and (self._line or not self._free):
                raise NoPlace("no process is free")
            self._line.append(number)
            self._turn.wait_for(lambda: self._free and self._line[0] is number)
            self._line.popleft()
            place = next((one for one in self._free if world and one.world == world), self._free[0])
            self._free.remove(place)
            self._turn.notify_all()  # the next in line may find another one free
        try:
            yield place
            place.world = world
        finally:
            with self._turn:
                self._free.append(place)
                self._turn.notify_all()

    def _renew(self, place: Place) -> None:
        with self._turn:
            if not self._closed:
                place.renew()

    def close(self) -> None:
        """End the processes, whatever they are at, for good."""
        with self._turn:
            self._closed = True
        for place in self._places:
            place.end()

    def members(self) -> list[int]:
        """Numbers of the processes that are open."""
        return sorted(number for place in self._places for number in place.processes())


def _submit(place: Place, work: Callable[..., Told], *about: Any) -> Future[Told]:
    try:
        return place.submit(work, *about)
    except RuntimeError as error:  # closed or broken since
        raise BrokenProcessPool(str(error)) from None
