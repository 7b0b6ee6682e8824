"""Does the model pass? The median of the draws in the band, and a spread that is honest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.backtests.criteria import Criterion
from experiments.backtests.vocabulary import words
from world.axes import Array

WIDEST_RATIO = 4.0
"""Most that the ninth decile of a positive ratio may be over the first."""
WIDEST_BANDS = 2.0
"""Most that the middle 80% of other numbers may span, in widths of the band."""
QUARTERS_LATE = 2.0
"""How far the middle 80% of dates may reach beyond the band, in quarters."""
LEAST_AGREEING = 0.8
"""Least part of draws that must hold a sign, a null or a count, and must give a number at all."""


@dataclass(frozen=True)
class Part:
    """One part of a criterion, scored: the middle of the draws and why it passed or failed."""

    criterion: Criterion
    values: Array
    median: float
    p10: float
    p90: float
    passed: bool
    reason: str


@dataclass(frozen=True)
class Score:
    """A criterion, which passes if all its parts do."""

    case: str
    parts: tuple[Part, ...]

    @property
    def passed(self) -> bool:
        """All parts hold."""
        return all(part.passed for part in self.parts)

    @property
    def deciding(self) -> Part:
        """The first part that fails, else the last."""
        return next((part for part in self.parts if not part.passed), self.parts[-1])

    @property
    def grade(self) -> str:
        """Grade of the criterion."""
        return self.parts[0].criterion.grade


def in_band(value: float, row: Criterion) -> bool:
    """Whether a number lies in the band; no number lies in none."""
    return row.low <= value <= row.high


def score_part(row: Criterion, values: Sequence[float]) -> Part:
    """Score one part on the numbers of all draws, NaN where a draw has none."""
    found = np.array(values, dtype=float)
    known = found[np.isfinite(found)]
    if not len(known):
        return Part(row, found, math.nan, math.nan, math.nan, False, "no draw gives a number")
    if row.kind == "share":
        return _share_part(row, found, known)
    p10, median, p90 = (float(q) for q in np.quantile(known, (0.1, 0.5, 0.9)))
    reason = _complaint(row, found, known, (p10, median, p90))
    return Part(row, found, median, p10, p90, not reason, reason or "in the band")


def _share_part(row: Criterion, found: Array, known: Array) -> Part:
    """Score a criterion about the draws taken together: the part of them whose number is above zero."""
    share = float((known > 0.0).mean())
    held = in_band(share, row)
    said = f"{share:.0%} of draws are above zero"
    return Part(row, found, share, share, share, held, "in the band" if held else said)


def _complaint(row: Criterion, found: Array, known: Array, middle: tuple[float, float, float]) -> str:
    """Why a part fails, in words; empty when it passes."""
    p10, median, p90 = middle
    if len(known) < LEAST_AGREEING * len(found):
        return f"{len(found) - len(known)} of {len(found)} draws give no number"
    if not in_band(median, row):
        return f"median {'below' if median < row.low else 'above'} the band"
    if row.kind in ("sign", "null", "count"):
        share = float(np.mean([in_band(value, row) for value in found]))
        return "" if share >= LEAST_AGREEING else f"only {share:.0%} of draws hold it"
    if len(known) == 1:
        return ""
    if row.kind == "timing":
        late = max(row.low - p10, p90 - row.high)
        return "" if late <= QUARTERS_LATE else f"spread reaches {late:.1f} quarters beyond the band"
    if is_ratio(row) and p10 > 0:
        return "" if p90 <= WIDEST_RATIO * p10 else f"spread too wide: p90 over p10 is {p90 / p10:.1f}"
    width = (p90 - p10) / max(row.high - row.low, 1e-12)
    return "" if width <= WIDEST_BANDS else f"spread too wide: {width:.1f} bands"


def is_ratio(row: Criterion) -> bool:
    """Whether the number of a row is a ratio, by its operator or by itself."""
    return row.operator == "ratio" or (row.operator == "value" and words()[row.measure].unit == "ratio")


def score_case(name: str, rows: Sequence[Criterion], values: Mapping[int, Sequence[float]]) -> list[Score]:
    """Scores of a case, one a criterion in the order of the file; ``values`` by row of the file."""
    scores = []
    for id_ in dict.fromkeys(row.id for row in rows):
        parts = tuple(score_part(row, values[row.line]) for row in rows if row.id == id_)
        scores.append(Score(name, parts))
    return scores


def pass_rate(scores: Sequence[Score], grades: str = "AB") -> tuple[int, int]:
    """Criteria of some grades passed, and in all."""
    graded = [score for score in scores if score.grade in grades]
    return sum(score.passed for score in graded), len(graded)


def rates_of_draws(scores: Sequence[Score], grades: str = "AB") -> Array:
    """(draw,) part of the criteria of some grades that each draw meets by itself, spread put aside."""
    graded = [score for score in scores if score.grade in grades]
    if not graded:
        return np.zeros(0)
    held = [np.all([_held(part) for part in score.parts], axis=0) for score in graded]
    return np.asarray(np.mean(held, axis=0))


def _held(part: Part) -> list[bool]:
    """By draw, whether it meets a part; a part about the draws taken together is met by all of them or
    none."""
    if part.criterion.kind == "share":
        return [part.passed] * len(part.values)
    return [in_band(float(value), part.criterion) for value in part.values]
