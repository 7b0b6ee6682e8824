"""From outcomes of a case to the number that a criterion asks for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.backtests.aggregates import read_aggregate
from experiments.backtests.case import Case
from experiments.backtests.criteria import ASIDE, Criterion
from experiments.backtests.outcome import Outcome
from experiments.backtests.vocabulary import Target, words
from world.axes import Array

Outcomes = Mapping[str, Outcome]


def evaluate(row: Criterion, outcomes: Outcomes, case: Case) -> float:
    """The number of a criterion; NaN where the run has none.

    Against another window the line is compared with the mean over that window first, round by round, and then
    brought to one number; against another place, good or variant both are brought to a number first.
    """
    aggregate, level = read_aggregate(row.aggregate) or (None, 0.0)
    assert aggregate is not None
    clock = outcomes[row.variant].clock
    weights = clock.weights(row.window)
    other = row.compared
    if other is None:
        return aggregate.apply(line(row, outcomes, case), weights, clock, level)
    if set(row.relative) <= {"window", *ASIDE}:
        return aggregate.apply(compared_line(row, outcomes, case), weights, clock, level)
    first = aggregate.apply(line(row, outcomes, case), weights, clock, level)
    second = aggregate.apply(line(other, outcomes, case), clock.weights(other.window), clock, level)
    return float(compare(np.array(first), np.array(second), row.operator))


def compared_line(row: Criterion, outcomes: Outcomes, case: Case) -> Array:
    """(round,) the line of a criterion over what it is compared with: the mean over another window, or the
    line of another place, good or variant.
    """
    own, other = line(row, outcomes, case), row.compared
    if other is None:
        return own
    if set(row.relative) <= {"window", *ASIDE}:
        clock = outcomes[row.variant].clock
        mean = (read_aggregate("mean") or (None, 0.0))[0]
        assert mean is not None
        base = np.array(mean.apply(own, clock.weights(row.relative["window"]), clock, 0.0))
    else:
        base = line(other, outcomes, case)
    return compare(own, base, row.operator)


def compare(first: Array, second: Array, operator: str) -> Array:
    """``first`` against ``second``; ratios with nothing are NaN."""
    if operator == "difference":
        return np.asarray(first - second)
    over = np.divide(first, second, out=np.full(np.shape(first), np.nan), where=np.abs(second) > 0)
    return np.asarray(100.0 * (over - 1.0) if operator == "percent" else over)


def line(row: Criterion, outcomes: Outcomes, case: Case) -> Array:
    """(round,) what a criterion measures, round by round."""
    run, word = outcomes[row.variant], words()[row.measure]
    places, goods = case.places(row.where), case.goods(row.form)
    assert places is not None
    assert goods is not None
    origin = case.places(row.relative["origin"]) if "origin" in row.relative else None
    target = Target(
        where=places[0],
        other=places[1],
        home=case.world.home,
        segment=row.segment or word.segments[0],
        goods=goods,
        base=run.clock.weights(row.relative.get("base", "before")),
        origin=origin[0] if origin else frozenset(),
        against=outcomes.get(row.relative.get("variant", "")) if word.against else None,
    )
    return np.asarray(word.function(run, target), dtype=float)


def variants_of(row: Criterion) -> set[str]:
    """The variants that must be played for a criterion."""
    return {row.variant, row.relative.get("variant", row.variant)}
