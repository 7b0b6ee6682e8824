"""Settings of one lever of a sweep compared in pairs: runs that differ in nothing but that lever.

A pair has the same settings of all other factors and the same seed, so that a difference is the lever's.
The 95% intervals are t intervals; pairs that share a point or a seed are not independent, which clusters
allow for (see ``experiments.intervals``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.analysis.study import AnalysisError, Study
from experiments.intervals import Precision, clustered_interval, degrees_of_freedom, pairs_needed
from experiments.sweep.factor import say

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweep.factor import Factor

PARTNER = "partner"
"""Column that numbers the settings of all other factors: runs of one partner differ in the lever alone."""
MOST_SETTINGS = 24


@dataclass(frozen=True)
class LeverComparison:
    """Paired differences of each setting of a lever from its first.

    table : a row a setting and outcome: ``setting``, ``reference``, ``outcome``, ``mean``,
        ``mean_reference``, ``difference``, ``low``, ``high`` (95%), ``pairs``, ``points`` and ``seeds`` they
        come from, ``pairs_needed`` for the precision
    """

    label: str
    lever: str
    reference: str
    settings: tuple[str, ...]
    table: pd.DataFrame
    precision: Precision
    points_drawn: bool = True


def compare_lever(
    study: Study,
    lever: str,
    outcomes: Sequence[str] | None = None,
    reference: str | None = None,
    precision: Precision | None = None,
) -> LeverComparison:
    """Compare the settings of ``lever`` with ``reference`` (its first setting by default).

    Raises ``AnalysisError`` for an unknown lever, outcome or setting, and where no two runs differ in the
    lever alone.
    """
    import pandas as pd

    factor = study.factor(lever)
    aim = precision or Precision()
    chosen = [study.check_outcome(name) for name in outcomes or study.outcomes]
    runs = _with_partners(study, factor)
    settings = _settings(study, factor, runs)
    first = _reference(study, lever, settings, reference)
    rows = [
        row
        for setting in settings
        if setting != first
        for outcome in chosen
        if (row := _paired(runs, lever, outcome, (setting, first), aim, study.points_drawn)) is not None
    ]
    if not rows:
        raise AnalysisError(
            f"{study.folder}: no two runs with the same seed differ in {lever} alone, so nothing is paired; "
            'needed: [sampling] kind = "full", or "latin_hypercube" with cross = true, '
            f"and a sweep played to its end ({len(runs)} runs are there)"
        )
    others = tuple(setting for setting in settings if setting != first)
    return LeverComparison(
        study.label, lever, first, (first, *others), pd.DataFrame(rows), aim, study.points_drawn
    )


def _with_partners(study: Study, lever: Factor) -> pd.DataFrame:
    runs = study.runs.copy()
    runs[lever.name] = [say(value) for value in runs[lever.name]]
    others = [factor.name for factor in study.design.factors if factor.name != lever.name]
    runs[PARTNER] = runs.groupby(others, sort=True).ngroup() if others else 0
    return runs


def _settings(study: Study, lever: Factor, runs: pd.DataFrame) -> list[str]:
    """Settings in the order of the design; of a range in the order of size."""
    present = set(runs[lever.name])
    if len(present) > MOST_SETTINGS:
        raise AnalysisError(
            f"{study.folder}: {lever.name} has {len(present)} settings, allowed: up to {MOST_SETTINGS}; "
            "give the lever values instead of a range"
        )
    listed = [say(value) for value in lever.values] or sorted(present, key=float)
    return [setting for setting in listed if setting in present]


def _reference(study: Study, lever: str, settings: list[str], asked: str | None) -> str:
    if asked is not None and asked not in settings:
        raise AnalysisError(
            f"{study.folder}: {lever} is never {asked!r} in this sweep, allowed: {', '.join(settings)}"
        )
    return asked or settings[0]


def _paired(
    runs: pd.DataFrame,
    lever: str,
    outcome: str,
    sides: tuple[str, str],
    precision: Precision,
    points_drawn: bool,
) -> dict[str, object] | None:
    here, there = (
        runs[runs[lever] == side].groupby([PARTNER, "seed"])[outcome].mean().rename(side) for side in sides
    )
    both = here.to_frame("here").join(there.to_frame("there"), how="inner").dropna()
    if both.empty:
        return None
    changes, who = both["here"] - both["there"], both.index.to_frame()
    difference, low, high = clustered_interval(changes, who[PARTNER], who["seed"], points_drawn)
    points, seeds = who[PARTNER].nunique(), who["seed"].nunique()
    degrees = degrees_of_freedom(points, seeds, points_drawn)
    goal = precision.goal(outcome, difference)
    return {
        "setting": sides[0],
        "reference": sides[1],
        "outcome": outcome,
        "mean": float(both["here"].mean()),
        "mean_reference": float(both["there"].mean()),
        "difference": difference,
        "low": low,
        "high": high,
        "pairs": len(both),
        "points": points,
        "seeds": seeds,
        "pairs_needed": pairs_needed(low, high, len(both), goal, degrees),
    }
