"""Criteria as observations: where the numbers of draws lie beside their bands, and what each band weighs."""

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
"""Halves of a band beyond the band and the middle 80% of draws at which a number is no farther off
(assumption), lest one wild draw lead all."""
NEARER = 0.1
"""Part of the first draws that must come nearer to a band than what counts as an error of the model."""


@dataclass(frozen=True)
class Observed:
    """What cases observe of some draws; an observation is a part of a criterion of grade A or B.

    names : folder and row of each observation; number : (observation, draw) halves of a band from its middle,
    NaN where a draw has none; low, high : (observation,) ends of the bands in the same measure, infinite
    where a band is open; weight : (observation,)
    """

    names: tuple[tuple[Path, int], ...]
    number: Array
    low: Array
    high: Array
    weight: Array

    def filled(self) -> Array:
        """(observation, draw) ``number`` within ``FARTHEST``, with the mean of the others where a draw has
        none, so that it says nothing; 0 where none has.
        """
        known = np.isfinite(self.number)
        held = np.array([_held(*one) for one in zip(self.number, self.low, self.high, strict=True)])
        count = known.sum(axis=1, keepdims=True)
        mean = np.where(known, held, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
        return np.where(known, held, mean)

    def beyond(self) -> Array:
        """(observation,) how far from the band the nearest tenth of draws ends; what they do not come near is
        an error of the model, not of its parameters.
        """
        filled = self.filled()
        off = np.maximum(self.low[:, None] - filled, filled - self.high[:, None])
        return np.asarray(np.quantile(np.maximum(off, 0.0), NEARER, axis=1))


def _held(number: Array, low: float, high: float) -> Array:
    """(draw,) numbers of one observation, the wild ones brought in."""
    known = number[np.isfinite(number)]
    if not len(known):
        return number
    least, most = np.quantile(known, (0.1, 0.9))
    least, most = min(least, max(low, -1.0)), max(most, min(high, 1.0))
    return np.asarray(np.clip(number, least - FARTHEST, most + FARTHEST))


def observe(rows: Mapping[Path, Sequence[Criterion]], values: Mapping[Path, Values]) -> Observed:
    """All parts of criteria of grades A and B, but for those about the draws taken together.

    Parts of a criterion share its weight. Criteria of a case share one world, one run and its shocks, so that
    n of them tell more than one but not n times as much: each has one over the root of n (assumption).
    """
    names, number, ends, weight = [], [], [], []
    for folder, of_case in rows.items():
        used = [row for row in of_case if row.grade in "AB" and row.kind != "share"]
        criteria = len({row.id for row in used})
        for row in used:
            names.append((folder, row.line))
            number.append([from_middle(value, row) for value in values[folder][row.line]])
            ends.append([from_middle(end, row) for end in (row.low, row.high)])
            weight.append(criteria**-0.5 / sum(other.id == row.id for other in used))
    low, high = np.array(ends, dtype=float).reshape(-1, 2).T
    return Observed(tuple(names), np.array(number, dtype=float), low, high, np.array(weight))


def from_middle(value: float, row: Criterion) -> float:
    """Distance of a number from the middle of its band in halves of it, in logs for a positive ratio.

    Of a band with one end: from the end, in sizes of it (0.1 at least).
    """
    if math.isnan(value):
        return math.nan
    low, high = row.low, row.high
    known = [end for end in (low, high) if math.isfinite(end)]
    if is_ratio(row) and min(known) > 0.0:
        low, high, value = (math.log(max(one, 1e-9)) for one in (low, high, value))
    if len(known) == 2:
        return (value - 0.5 * (low + high)) / max(0.5 * (high - low), 1e-9)
    end = low if math.isfinite(row.low) else high
    return (value - end) / max(abs(known[0]), 0.1)
