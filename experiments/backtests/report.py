"""A backtest in words and as rows: what passed, what failed and why, beside rules that know nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from experiments.backtests.backtest import NAIVE, Backtest
from experiments.backtests.case import CaseError
from experiments.backtests.criteria import GRADES
from experiments.backtests.scoring import Part, Score, pass_rate, rates_of_draws

RULE_WORDS = {"nothing_changes": "nothing changes", "static_elasticity": "one static elasticity"}


def describe_backtests(tests: Sequence[Backtest]) -> list[str]:
    """Lines for the terminal: every criterion, then pass rates by grade and against the naive rules;
    cases that are held out come after the others and are counted by themselves."""
    given = [test for test in tests if not test.case.held_out]
    held_out = [test for test in tests if test.case.held_out]
    lines = [*_test_lines(given)] if given else []
    if held_out:
        lines += ["", "Cases held out: nothing was fitted to them", *_test_lines(held_out)]
    return lines


def _test_lines(tests: Sequence[Backtest]) -> Iterator[str]:
    for test in tests:
        yield from ("", f"{test.case.name}  {test.case.keys.get('name', '')}")
        yield from (f"  {line}" for line in test.lost)
        for score in test.scores:
            yield from _score_lines(score)
    yield from ("", *_rate_lines(tests))


def _score_lines(score: Score) -> Iterator[str]:
    row = score.parts[0].criterion
    yield f"  {'pass' if score.passed else 'FAIL'}  {row.id}  grade {row.grade}  {row.kind}"
    for part in score.parts:
        seen = f", observed {part.criterion.observed}" if part.criterion.observed else ""
        name = part.criterion.about or part.criterion.measure
        name += f" ({part.criterion.part})" if len(score.parts) > 1 else ""
        mark = " " if part.passed else "!"
        yield f"      {mark} {name}: {spread_words(part)}, band {band_words(part)}{seen}: {part.reason}"


def spread_words(part: Part) -> str:
    """Median and 80% interval."""
    return f"{_number(part.median)} ({_number(part.p10)} to {_number(part.p90)})"


def band_words(part: Part) -> str:
    """The band in which the median must lie."""
    low, high = part.criterion.low, part.criterion.high
    if math.isinf(low) or math.isinf(high):
        return f"at most {_number(high)}" if math.isinf(low) else f"at least {_number(low)}"
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return "none" if not math.isfinite(value) else f"{value:.3g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _rate_lines(tests: Sequence[Backtest]) -> Iterator[str]:
    scores = [score for test in tests for score in test.scores]
    for grade in GRADES:
        passed, count = pass_rate(scores, grade)
        if count:
            yield f"grade {grade}: {passed} of {count} pass"
    passed, count = pass_rate(scores)
    if count:
        yield f"grades A and B: {passed} of {count} pass, {passed / count:.0%}"
    for rule in NAIVE:
        naive = [score for test in tests for score in test.naive.get(rule, ())]
        met, of = pass_rate(naive)
        if of:
            yield f"the rule that {RULE_WORDS[rule]} would do: {met} of {of}, {met / of:.0%}"
    rates = rates_of_draws(scores)
    if len(rates) > 1:
        best = float(np.quantile(rates, 0.95))
        yield (
            f"single draws, spread put aside: {float(np.median(rates)):.0%} in the middle, "
            f"{best:.0%} at the 95th percentile"
        )


def score_rows(tests: Sequence[Backtest]) -> list[dict[str, object]]:
    """One row a criterion, with the numbers of the part that decides it and all its parts."""
    return [
        {
            "case": score.case,
            "held_out": test.case.held_out,
            "id": score.parts[0].criterion.id,
            "grade": score.grade,
            "kind": score.deciding.criterion.kind,
            **_numbers(score.deciding),
            "passed": score.passed,
            "reason": score.deciding.reason,
            "parts": [
                {"part": part.criterion.part, **_numbers(part), "passed": part.passed, "reason": part.reason}
                for part in score.parts
            ],
        }
        for test in tests
        for score in test.scores
    ]


def _numbers(part: Part) -> dict[str, float | None]:
    low, high = part.criterion.low, part.criterion.high
    named = {"median": part.median, "p10": part.p10, "p90": part.p90, "low": low, "high": high}
    return {name: value if math.isfinite(value) else None for name, value in named.items()}


def write_rows(tests: Sequence[Backtest], path: Path) -> None:
    """Write the rows as JSON. Raises ``CaseError`` when the file cannot be written."""
    try:
        path.write_text(json.dumps(score_rows(tests), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CaseError(f"{path}: cannot be written: {error.strerror or error}") from None
