"""Gradual adjustment: which part of the way to where it tends something goes in a round."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@overload
def part_moved(speed_year: float, rounds_per_year: float = 1.0) -> float: ...
@overload
def part_moved(speed_year: Array, rounds_per_year: float = 1.0) -> Array: ...
def part_moved(speed_year: float | Array, rounds_per_year: float = 1.0) -> float | Array:
    """Part of a gap that closes in a round, 0-1, of what moves at ``speed_year`` (any shape, per year) toward
    a place that stands still meanwhile: x' = speed (place - x), solved exactly, so that three months come to
    what a quarter does.
    """
    return 1.0 - part_left(speed_year, rounds_per_year)


@overload
def part_left(speed_year: float, rounds_per_year: float = 1.0) -> float: ...
@overload
def part_left(speed_year: Array, rounds_per_year: float = 1.0) -> Array: ...
def part_left(speed_year: float | Array, rounds_per_year: float = 1.0) -> float | Array:
    """Part of the gap that is there still after a round: what ``part_moved`` leaves."""
    return np.exp(-speed_year / rounds_per_year)
