"""From pairs to signs: effect sizes with 95% intervals, the placebo beside them, and what they say."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.backtests.aggregates import read_aggregate
from experiments.backtests.vocabulary import words
from experiments.intervals import paired_interval
from experiments.mechanisms.mechanism import Mechanism, Shown
from experiments.results import ResultsError

if TYPE_CHECKING:
    from experiments.mechanisms.pair import Pair

NEGLIGIBLE = 1e-6
"""Part of a measure's level below which a change is none: markets are cleared to 1e-10."""
NEGLIGIBLE_SHARE = 1e-6
"""The same for shares of something, whatever their level; a hundred times it for percents."""
LEAST_PAIRS = 3
"""Fewer pairs say nothing: with two the t interval is nine times the spread."""


@dataclass(frozen=True)
class Found:
    """What was found of one measure of a mechanism, of one mineral; a row of the table of results.

    off, on : means over the pairs; low, high : 95% t interval of the change; placebo_low, placebo_high : the
    same for a word without an act; pairs : those in which all arms have a number
    """

    number: int
    shown: int
    mineral: str
    unit: str
    off: float
    on: float
    change: float
    low: float
    high: float
    placebo: float
    placebo_low: float
    placebo_high: float
    pairs: int
    seeds: int
    day: str
    fingerprint: str


def find_signs(mechanism: Mechanism, pairs: Sequence[Pair]) -> list[Found]:
    """One row a measure and mineral; none where there are no pairs."""
    own = [pair for pair in pairs if pair.number == mechanism.keys.number]
    keys = list(dict.fromkeys((one.shown, one.mineral) for pair in own for one in pair.measured))
    found = []
    for place, mineral in keys:
        rows = [
            one
            for pair in own
            for one in pair.measured
            if (one.shown, one.mineral) == (place, mineral)
            and all(map(math.isfinite, (one.off, one.on, one.placebo)))
        ]
        change, low, high = paired_interval([one.on - one.off for one in rows])
        quiet, quiet_low, quiet_high = paired_interval([one.placebo - one.off for one in rows])
        found.append(
            Found(
                number=mechanism.keys.number,
                shown=place,
                mineral=mineral,
                unit=unit_of(mechanism.keys.shown[place]),
                off=sum(one.off for one in rows) / max(len(rows), 1),
                on=sum(one.on for one in rows) / max(len(rows), 1),
                change=change,
                low=low,
                high=high,
                placebo=quiet,
                placebo_low=quiet_low,
                placebo_high=quiet_high,
                pairs=len(rows),
                seeds=len(own),
                day=max(pair.day for pair in own),
                fingerprint=mechanism.fingerprint,
            )
        )
    return found


def unit_of(shown: Shown) -> str:
    """Unit of what is measured."""
    aggregate, _ = read_aggregate(shown.aggregate) or (None, 0.0)
    if aggregate is not None and aggregate.timing:
        return "quarters"
    return {"ratio": "ratio", "percent": "%"}.get(shown.operator, words()[shown.measure].unit)


def sign_of(low: float, high: float, least: float) -> str:
    """``+`` or ``-`` where the interval leaves out zero and what is negligible, ``0`` where it does not;
    ``?`` without an interval.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return "?"
    if low > least:
        return "+"
    return "-" if high < -least else "0"


def negligible(found: Found) -> float:
    """Change, in the unit of the measure, that is none."""
    least = {"%": 100.0 * NEGLIGIBLE_SHARE, "share": NEGLIGIBLE_SHARE, "0-1": NEGLIGIBLE_SHARE}
    return max(NEGLIGIBLE * max(abs(found.off), abs(found.on)), least.get(found.unit, 0.0))


def shows(found: Found, shown: Shown) -> bool:
    """Whether the sign that was found is the one expected."""
    return sign_of(found.low, found.high, negligible(found)) == shown.sign


def agrees(found: Found, shown: Shown) -> bool:
    """Whether the mean change has the sign expected, whatever its interval."""
    return sign_of(found.change, found.change, negligible(found)) == shown.sign


def placebo_is_quiet(found: Found) -> bool:
    """Whether the placebo's interval covers zero (its mean is zero, where there is no interval)."""
    if math.isfinite(found.placebo_low):
        return sign_of(found.placebo_low, found.placebo_high, negligible(found)) == "0"
    return not math.isfinite(found.placebo) or abs(found.placebo) <= negligible(found)


def verdict(mechanism: Mechanism, found: Sequence[Found]) -> str:
    """Shown, shown in part, not shown, not run or missing: a mechanism in one word."""
    if not mechanism.scenarios:
        return "missing"
    own = [one for one in found if one.number == mechanism.keys.number]
    if not own or any(one.pairs < LEAST_PAIRS for one in own):
        return "not run" if not own else "too few pairs"
    good = [shows(one, mechanism.keys.shown[one.shown]) and placebo_is_quiet(one) for one in own]
    if not any(good):
        return "not shown"
    return "shown" if all(good) and not mechanism.keys.missing else "in part"


def write_signs(found: Sequence[Found], path: Path) -> None:
    """Write the table of results. Raises ``ResultsError``."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([field.name for field in fields(Found)])
            for one in sorted(found, key=lambda row: (row.number, row.shown)):
                writer.writerow([f"{x:.6g}" if isinstance(x, float) else x for x in astuple(one)])
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written: {error.strerror or error}") from None


def read_signs(path: Path) -> list[Found]:
    """The table of results; empty when there is none. Raises ``ResultsError``."""
    if not path.is_file():
        return []
    kinds = {"int": int, "float": float, "str": str}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                Found(**{field.name: kinds[str(field.type)](row[field.name]) for field in fields(Found)})
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path}: cannot be read as a table of signs: {error}") from None
