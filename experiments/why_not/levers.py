"""What could have been otherwise, one circumstance at a time, and how little of it turns a decision: found by
deciding again, so that every number told has been tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

HALVINGS = 30
"""Steps of bisection; a lever that costs a market takes fewer."""


@dataclass(frozen=True)
class Lever:
    """A circumstance that can be moved from ``now`` to ``end``; ``name`` in plain words.

    turns : decides again at a value and says whether the decision is the other one
    tell : the tipping value in words
    points, halvings : values tried on the way to ``end``, and steps of bisection after the first that turns
    """

    name: str
    now: float
    end: float
    turns: Callable[[float], bool]
    tell: Callable[[float], str]
    points: int = 1
    halvings: int = HALVINGS


@dataclass(frozen=True)
class Tip:
    """A lever and the least of it that turns the decision; ``value`` None where nothing in its range does."""

    lever: Lever
    value: float | None

    @property
    def text(self) -> str:
        """In words; empty where it does not turn."""
        return "" if self.value is None else self.lever.tell(self.value)


def find_tip(lever: Lever) -> Tip:
    """The value nearest to ``now``, in two figures, at which deciding again turns the decision."""
    before = lever.now
    for point in range(1, lever.points + 1):
        value = lever.now + (lever.end - lever.now) * point / lever.points
        if lever.turns(value):
            return Tip(lever, _narrowed(lever, before, value))
        before = value
    return Tip(lever, None)


def _narrowed(lever: Lever, keeps: float, turns: float) -> float:
    for _ in range(lever.halvings):
        middle = 0.5 * (keeps + turns)
        keeps, turns = (keeps, middle) if lever.turns(middle) else (middle, turns)
        if abs(turns - keeps) < 1e-3 * abs(turns - lever.now):
            break
    told = _outward(turns, lever.now)
    within = min(lever.now, lever.end) <= told <= max(lever.now, lever.end)
    return told if within and lever.turns(told) else turns


def _outward(value: float, now: float) -> float:
    """In two figures of its distance from ``now``, on the far side."""
    distance = value - now
    if distance == 0.0 or not math.isfinite(distance):
        return value
    grain = 10.0 ** (math.floor(math.log10(abs(distance))) - 1)
    rounding = math.ceil if distance > 0 else math.floor
    return rounding(value / grain - (1e-9 if distance > 0 else -1e-9)) * grain
