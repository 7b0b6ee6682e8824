"""The scoreboard of a calibration in Markdown: pass rates, every criterion before, in fit and left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.backtests.calibration import Calibration
from experiments.backtests.criteria import Criterion
from experiments.backtests.scoring import Part, Score, pass_rate, rates_of_draws

_COLUMNS = (
    *("id", "grade", "what", "observed", "band", "prior: median (80%)", "fitted: median (80%)"),
    *("prior", "fitted", "left out"),
)


def scoreboard(found: Calibration) -> str:
    """Pass rates, then a row a part of a criterion; the verdicts stand on the row of the first part."""
    rates = [
        _row("", "pass", "grade A", "grade B", "a single draw meets: middle (5th and 95th percentile)"),
        "|---|---|---|---|---|",
        *_rates("prior", found.before),
        *_rates(f"**fitted, {len(found.sets)} sets**", found.fit),
        *_rates("left out: each case under sets that learned from the others alone", found.left_out),
    ]
    rows = [_row(*_COLUMNS), "|---" * len(_COLUMNS) + "|"]
    left_out = {_name(score): score for score in found.left_out}
    for before, fit in zip(found.before, found.fit, strict=True):
        rows += _criterion(before, fit, left_out.get(_name(before)))
    return "\n".join([*rates, "", *rows])


def _rates(title: str, scores: Sequence[Score]) -> Iterator[str]:
    if not scores:
        return
    single = rates_of_draws(scores)
    low, middle, high = np.quantile(single, (0.05, 0.5, 0.95)) if len(single) else (np.nan,) * 3
    counts = (f"{passed} of {count}" for passed, count in (pass_rate(scores), *_by_grade(scores)))
    yield _row(title, *counts, f"{middle:.0%} ({low:.0%} to {high:.0%})")


def _by_grade(scores: Sequence[Score]) -> Iterator[tuple[int, int]]:
    return (pass_rate(scores, grade) for grade in "AB")


def _criterion(before: Score, fit: Score, left_out: Score | None) -> Iterator[str]:
    verdicts = [_verdict(before), _verdict(fit), _verdict(left_out) if left_out else ""]
    for number, (prior, fitted) in enumerate(zip(before.parts, fit.parts, strict=True)):
        row, first = fitted.criterion, number == 0
        about = f"{row.about} ({row.part})" if row.part else row.about
        yield _row(
            *((row.id, row.grade) if first else ("", "")),
            *(about, row.observed, _band(row), _spread(prior), _spread(fitted)),
            *(verdicts if first else ("", "", "")),
        )


def _name(score: Score) -> tuple[str, str]:
    return score.case, score.parts[0].criterion.id


def _verdict(score: Score) -> str:
    return "**pass**" if score.passed else "fail"


def _band(row: Criterion) -> str:
    if np.isfinite(row.low) and np.isfinite(row.high):
        return f"{row.low:g} to {row.high:g}"
    return f"at least {row.low:g}" if np.isfinite(row.low) else f"at most {row.high:g}"


def _spread(part: Part) -> str:
    return f"{part.median:.3g} ({part.p10:.3g} to {part.p90:.3g})" if np.isfinite(part.median) else "none"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
