"""The numbers of a study: every difference that its comparisons name, in pairs of runs, from its sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.analysis.lever_comparison import LeverComparison, compare_lever
from experiments.analysis.study import AnalysisError, Study
from experiments.studies.schema import ComparisonSection
from experiments.studies.standard_study import StandardStudy
from experiments.sweep.factor import say
from experiments.sweep.measured import outcome_families

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Numbers:
    """What a study found.

    table : a row a comparison, setting and outcome: ``row`` (from 1), ``comparison``, ``lever``, and the
        columns of ``LeverComparison.table``
    comparisons : each comparison by its name, for figures; one without pairs is not there
    """

    table: pd.DataFrame
    comparisons: Mapping[str, LeverComparison]


def compare_all(study: StandardStudy, runs: Study) -> Numbers:
    """Every comparison of ``study`` in the finished ``runs`` of its sweep.

    One of which no two runs make a pair, for they failed, is left out. Raises ``AnalysisError`` where that
    holds for all.
    """
    import pandas as pd

    whole = with_means(runs)
    found: dict[str, LeverComparison] = {}
    fault: AnalysisError | None = None
    for name, keys in study.keys.comparisons.items():
        try:
            found[name] = compare(whole, keys)
        except AnalysisError as error:
            fault = error
    if not found and fault is not None:
        raise fault
    parts = [
        one.table.assign(comparison=name, lever=one.lever).reset_index(drop=True)
        for name, one in found.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "row", range(1, len(table) + 1))
    first = ["row", "comparison", "lever", "setting", "reference", "outcome"]
    return Numbers(table[[*first, *(name for name in table.columns if name not in first)]], found)


def with_means(runs: Study) -> Study:
    """The same runs with outcomes by mineral as means over minerals too, under the name of the outcome."""
    table = runs.runs.copy()
    families = outcome_families(runs.design.outcomes)
    for name, columns in families.items():
        table[name] = table[list(columns)].mean(axis=1, skipna=False)
    design = replace(runs.design, outcomes=(*runs.design.outcomes, *families))
    return replace(runs, design=design, runs=table)


def compare(runs: Study, keys: ComparisonSection) -> LeverComparison:
    """One comparison: the settings that ``keys`` name, where the other factors are as it says."""
    table = runs.runs
    for name, value in keys.where.items():
        table = table[[say(setting) == say(value) for setting in table[name]]]
    if keys.settings is not None:
        wanted = {say(keys.reference), *map(say, keys.settings)}
        table = table[[say(setting) in wanted for setting in table[keys.lever]]]
    chosen = replace(runs, runs=table.reset_index(drop=True))
    return compare_lever(chosen, keys.lever, keys.outcomes, say(keys.reference))
