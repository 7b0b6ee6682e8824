"""Criteria as observations: how far numbers lie from the middle of their bands, in halves of a band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.backtests.criteria import Criterion
from experiments.backtests.scoring import is_ratio
from experiments.backtests.store import Values
from world.axes import Array

FARTHEST = 5.0
"""Halves of a band beyond which a number is no farther off (assumption), lest one wild draw lead all."""
BAND_SIGMAS = 2.0
"""Standard errors of an observation in half a band: a band is taken to hold it in 19 of 20 cases."""


@dataclass(frozen=True)
class Observed:
    """What cases observe of some draws.

    off : (observation, draw) halves of a band from its middle, 0 where a one-sided band holds, NaN where a
    draw has no number; parts : (observation,) observations that make up the same criterion
    """

    off: Array
    parts: Array

    def filled(self) -> Array:
        """(observation, draw) ``off`` with the mean of the others where a draw has no number, so that it says
        nothing; 0 where none has.
        """
        known = np.isfinite(self.off)
        count = known.sum(axis=1, keepdims=True)
        mean = np.where(known, self.off, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
        return np.where(known, self.off, mean)

    def variance(self) -> Array:
        """(observation,) variance of what is seen about the model, in squared halves of a band.

        Besides that of the observation, what no draw comes near counts as an error of the model: then the
        nearest draw's distance from the band is added, so that a hopeless row does not bend all parameters.
        Parts of one criterion share its weight.
        """
        nearest = np.abs(self.filled()).min(axis=1)
        beyond = np.maximum(nearest - 1.0, 0.0)
        return np.asarray((BAND_SIGMAS**-2 + beyond**2) * self.parts)


def observe(rows: Mapping[Path, Sequence[Criterion]], values: Mapping[Path, Values]) -> Observed:
    """All parts of criteria of grades A and B, but for those about the draws taken together."""
    off, parts = [], []
    for folder, of_case in rows.items():
        used = [row for row in of_case if row.grade in "AB" and row.kind != "share"]
        for row in used:
            off.append([halves_off(value, row) for value in values[folder][row.line]])
            parts.append(sum(other.id == row.id for other in used))
    return Observed(np.array(off, dtype=float), np.array(parts, dtype=float))


def halves_off(value: float, row: Criterion) -> float:
    """Distance of a number from the middle of its band in halves of it, in logs for a positive ratio.

    Of a band with one end: how far it misses, in sizes of the end (0.1 at least).
    """
    if not math.isfinite(value):
        return math.nan
    if math.isinf(row.low) or math.isinf(row.high):
        end, side = (row.high, 1.0) if math.isinf(row.low) else (row.low, -1.0)
        miss = max(side * (value - end), 0.0) / max(abs(end), 0.1)
        return side * min(miss, FARTHEST)
    low, high = row.low, row.high
    if is_ratio(row) and low > 0.0:
        low, high, value = math.log(low), math.log(high), math.log(max(value, 1e-9))
    half = max(0.5 * (high - low), 1e-9)
    return max(-FARTHEST, min((value - 0.5 * (low + high)) / half, FARTHEST))
