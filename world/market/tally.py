"""Counts of markets: how many were posed, how many the first try left, how many no fallback cleared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Tally:
    """``posed``: markets that were to be cleared, a row of a batch each; ``by_fallback``: those that Newton's
    method left at the first try and a fallback cleared; ``lost``: those that none did."""

    posed: int = 0
    by_fallback: int = 0
    lost: int = 0

    def add(self, other: Tally) -> None:
        """Add the counts of another."""
        self.posed += other.posed
        self.by_fallback += other.by_fallback
        self.lost += other.lost


_current: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def counting() -> Iterator[Tally]:
    """Within, whatever this thread clears is counted; also by a count around this one."""
    tally, around = Tally(), _current.get()
    token = _current.set(tally)
    try:
        yield tally
    finally:
        _current.reset(token)
        if around is not None:
            around.add(tally)


def count(posed: int = 0, by_fallback: int = 0, lost: int = 0) -> None:
    """Add to the count that is open, if any is."""
    tally = _current.get()
    if tally is not None:
        tally.add(Tally(posed, by_fallback, lost))
