"""The scoreboard of a calibration in Markdown: pass rates, every criterion before, in fit and left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.backtests.calibration import Calibration
from experiments.backtests.report import band_words, spread_words
from experiments.backtests.scoring import Score, pass_rate, rates_of_draws
from experiments.markdown import markdown_table

_RATES = ("", "pass", "grade A", "grade B", "a single draw meets: middle (5th and 95th percentile)")
_COLUMNS = (
    *("id", "grade", "what", "observed", "band", "prior: median (80%)", "fitted: median (80%)"),
    *("prior", "fitted", "left out"),
)


def scoreboard(found: Calibration) -> str:
    """Pass rates, then a row a part of a criterion; the verdicts stand on the row of the first part."""
    rates = [
        *_rates("prior", found.before),
        *_rates(f"**fitted, {len(found.sets)} sets**", found.fit),
        *_rates("left out: each case under sets that learned from the others alone", found.left_out),
    ]
    left_out = {_name(score): score for score in found.left_out}
    rows = [
        row
        for before, fit in zip(found.before, found.fit, strict=True)
        for row in _criterion(before, fit, left_out.get(_name(before)))
    ]
    return f"{markdown_table(_RATES, rates)}\n\n{markdown_table(_COLUMNS, rows)}"


def _rates(title: str, scores: Sequence[Score]) -> Iterator[tuple[str, ...]]:
    if not scores:
        return
    single = rates_of_draws(scores)
    low, middle, high = np.quantile(single, (0.05, 0.5, 0.95)) if len(single) else (np.nan,) * 3
    counts = (f"{passed} of {count}" for passed, count in (pass_rate(scores), *_by_grade(scores)))
    yield title, *counts, f"{middle:.0%} ({low:.0%} to {high:.0%})"


def _by_grade(scores: Sequence[Score]) -> Iterator[tuple[int, int]]:
    return (pass_rate(scores, grade) for grade in "AB")


def _criterion(before: Score, fit: Score, left_out: Score | None) -> Iterator[tuple[str, ...]]:
    verdicts = [_verdict(before), _verdict(fit), _verdict(left_out) if left_out else ""]
    for number, (prior, fitted) in enumerate(zip(before.parts, fit.parts, strict=True)):
        row, first = fitted.criterion, number == 0
        about = f"{row.about} ({row.part})" if row.part else row.about
        yield (
            *((row.id, row.grade) if first else ("", "")),
            *(about, row.observed, band_words(fitted), spread_words(prior), spread_words(fitted)),
            *(verdicts if first else ("", "", "")),
        )


def _name(score: Score) -> tuple[str, str]:
    return score.case, score.parts[0].criterion.id


def _verdict(score: Score) -> str:
    return "**pass**" if score.passed else "fail"
