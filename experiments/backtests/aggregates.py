"""From a line over rounds to one number: what the column ``aggregate`` of criteria may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.backtests.clock import Clock
from world.axes import Array, Mask


@dataclass(frozen=True)
class Aggregate:
    """One word of the vocabulary: what it does, whether it takes a number after a colon, and whether it gives
    a time in quarters.
    """

    meaning: str
    apply: Callable[[Array, Array, Clock, float], float]
    takes: str = ""
    timing: bool = False


def _mean(values: Array, weights: Array, clock: Clock, level: float) -> float:
    known = np.isfinite(values) & (weights > 0)
    return float(np.average(values[known], weights=weights[known])) if known.any() else np.nan


def _within(function: Callable[[Array], float]) -> Callable[[Array, Array, Clock, float], float]:
    def apply(values: Array, weights: Array, clock: Clock, level: float) -> float:
        known = values[np.isfinite(values) & (weights > 0)]
        return float(function(known)) if len(known) else np.nan

    return apply


def _sum(values: Array, weights: Array, clock: Clock, level: float) -> float:
    known = np.isfinite(values) & (weights > 0)
    return float((values * weights)[known].sum() / clock.rounds_per_year) if known.any() else np.nan


def _when(pick: Callable[[Array], np.intp]) -> Callable[[Array, Array, Clock, float], float]:
    def apply(values: Array, weights: Array, clock: Clock, level: float) -> float:
        rounds = np.flatnonzero(np.isfinite(values) & (weights > 0))
        return clock.quarters_from_zero(int(rounds[pick(values[rounds])])) if len(rounds) else np.nan

    return apply


def _first(crossed: Callable[[Array, float], Mask]) -> Callable[[Array, Array, Clock, float], float]:
    def apply(values: Array, weights: Array, clock: Clock, level: float) -> float:
        inside = np.where(weights > 0, values, np.nan)
        found = np.flatnonzero(crossed(inside, level))
        return clock.quarters_from_zero(int(found[0])) if len(found) else np.nan

    return apply


def _second_above(values: Array, weights: Array, clock: Clock, level: float) -> float:
    """The second leg: above a level, not above it, and above it again."""
    inside = np.where(weights > 0, values, np.nan)
    above, place = inside > level, 0
    for wanted in (True, False, True):
        later = np.flatnonzero((above[place:] == wanted) & np.isfinite(inside[place:]))
        if not len(later):
            return np.nan
        place += int(later[0])
    return clock.quarters_from_zero(place)


def _until_below(values: Array, weights: Array, clock: Clock, level: float) -> float:
    rounds = np.flatnonzero(np.isfinite(values) & (weights > 0))
    if not len(rounds):
        return np.nan
    peak = rounds[values[rounds].argmax()]
    later = np.arange(len(values)) > peak
    found = np.flatnonzero(later & np.isfinite(values) & (values < level * values[peak]))
    return float((found[0] - peak) * 4.0 / clock.rounds_per_year) if len(found) else np.nan


def _back_within(values: Array, weights: Array, clock: Clock, level: float) -> float:
    rounds = np.flatnonzero(np.isfinite(values) & (weights > 0))
    if not len(rounds):
        return np.nan
    off = np.abs(values[rounds] - 1.0)
    back = rounds[(off <= level) & (np.arange(len(rounds)) > off.argmax())]
    return clock.quarters_from_zero(int(back[0])) if len(back) else np.nan


def _spread(values: Array) -> float:
    changes = np.diff(np.log(values[values > 0]))
    return float(changes.std()) if len(changes) > 1 else np.nan


AGGREGATES: Mapping[str, Aggregate] = {
    "mean": Aggregate("mean over the window, rounds weighted by the part that lies in it", _mean),
    "min": Aggregate("least value in the window", _within(np.min)),
    "max": Aggregate("greatest value in the window", _within(np.max)),
    "median": Aggregate("median over the rounds of the window", _within(np.median)),
    "sum": Aggregate("sum over the window of what is counted by the year", _sum),
    "first": Aggregate("value of the first round of the window", _within(lambda known: known[0])),
    "last": Aggregate("value of the last round of the window", _within(lambda known: known[-1])),
    "range": Aggregate("greatest less least value", _within(lambda known: known.max() - known.min())),
    "extreme": Aggregate(
        "the value farthest from nothing, with its sign", _within(lambda known: known[np.abs(known).argmax()])
    ),
    "fall": Aggregate(
        "part by which the last value is below the greatest",
        _within(lambda known: 1.0 - known[-1] / known.max()),
    ),
    "deviation": Aggregate("standard deviation of log changes from round to round", _within(_spread)),
    "when_max": Aggregate("date of the greatest value", _when(np.argmax), timing=True),
    "when_min": Aggregate("date of the least value", _when(np.argmin), timing=True),
    "first_above": Aggregate(
        "date of the first round above a level", _first(lambda v, level: v > level), "level", timing=True
    ),
    "first_below": Aggregate(
        "date of the first round below a level", _first(lambda v, level: v < level), "level", timing=True
    ),
    "second_above": Aggregate(
        "date of the second leg: the first round above a level after the line has been above it and "
        "come down",
        _second_above,
        "level",
        timing=True,
    ),
    "until_below": Aggregate(
        "time from the greatest value of the window to the first later round below a part of it",
        _until_below,
        "part of the peak",
        timing=True,
    ),
    "back_within": Aggregate(
        "date of the first round, after the one farthest from 1, in which a ratio is within so much of 1",
        _back_within,
        "distance from 1",
        timing=True,
    ),
}
"""Dates are in quarters from that of ``zero``, times in quarters."""


def read_aggregate(words: str) -> tuple[Aggregate, float] | None:
    """The aggregate that words such as ``mean`` or ``until_below:0.33`` name, and its number, or None."""
    name, colon, number = words.partition(":")
    found = AGGREGATES.get(name)
    if found is None or bool(colon) != bool(found.takes):
        return None
    try:
        return found, float(number) if colon else np.nan
    except ValueError:
        return None
