"""A finished sweep as the analyses read it: the design, the runs that finished, factors as numbers.

An analysis reads the table of runs and the design alone, so what holds for a sweep of the model holds for one
of any function: the tests put functions with known answers through the same code.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.sweep.design import Design
from experiments.sweep.factor import Factor, say

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
FINISHED = "finished"
MOST_STEPS = 12


class AnalysisError(ValueError):
    """What cannot be analysed: one line with the folder, what was given and what is allowed or needed."""


@dataclass(frozen=True)
class Study:
    """The finished runs of a sweep, one row a run, and how many of its runs failed.

    runs : columns ``point`` and ``seed``, one a factor, one an outcome
    """

    folder: Path
    design: Design
    runs: pd.DataFrame
    failed: int = 0

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that were kept."""
        return tuple(name for name in self.design.outcomes if name in self.runs.columns)

    @property
    def label(self) -> str:
        """Name of the design, its size and seeds, for source lines."""
        points, seeds = self.runs["point"].nunique(), self.runs["seed"].nunique()
        return f"sweep {self.design.name}, {points} points, {seeds} seed{'s' * (seeds > 1)} each"

    @property
    def points_drawn(self) -> bool:
        """Points are a sample of what may be, and not settings that the design chose one by one."""
        return self.design.sampling.kind not in ("full", "list")

    def check_outcome(self, name: str) -> str:
        """``name``; raises ``AnalysisError`` where the sweep kept no such outcome."""
        if name not in self.outcomes:
            raise AnalysisError(
                f"{self.folder}: unknown outcome {name!r}, allowed: {', '.join(self.outcomes) or 'none kept'}"
            )
        return name

    def factor(self, name: str, among: Collection[Factor] | None = None) -> Factor:
        """The factor of that name; raises ``AnalysisError`` where there is none (``among`` those given)."""
        known = {factor.name: factor for factor in (self.design.factors if among is None else among)}
        if name not in known:
            kind = "factor" if among is None else "lever"
            raise AnalysisError(f"{self.folder}: unknown {kind} {name!r}, allowed: {', '.join(known)}")
        return known[name]

    def by_seed(self, outcome: str) -> pd.DataFrame:
        """(point, seed) values of ``outcome``; NaN where a run failed or had no such value."""
        self.check_outcome(outcome)
        return self.runs.pivot_table(
            index="point", columns="seed", values=outcome, aggfunc="mean", dropna=False
        ).sort_index()

    def points(self) -> pd.DataFrame:
        """One row a point: the settings of all factors, indexed by point."""
        names = [factor.name for factor in self.design.factors]
        return self.runs.groupby("point", sort=True)[names].first()

    def need_sampling(self, method: str, *kinds: str) -> None:
        """Raise ``AnalysisError`` unless the design was sampled in one of the ``kinds``."""
        given = self.design.sampling.kind
        if given not in kinds:
            needed = " or ".join(f'"{kind}"' for kind in kinds)
            raise AnalysisError(
                f'{self.folder}: {method} needs [sampling] kind = {needed}, this sweep has "{given}"'
            )


def open_study(folder: str | Path) -> Study:
    """The sweep in ``folder``. Raises ``AnalysisError`` where no run of it has finished."""
    from experiments.sweep.folder import open_design, read_runs

    path = Path(folder)
    return study_of(path, open_design(path), read_runs(path))


def study_of(folder: Path, design: Design, runs: pd.DataFrame) -> Study:
    """A study of a table of runs that was read already."""
    done = runs[runs["status"] == FINISHED]
    if done.empty:
        raise AnalysisError(f"{folder}: no finished run, so nothing to analyse; run the sweep first")
    return Study(folder, design, done.reset_index(drop=True), len(runs) - len(done))


def unit_values(factor: Factor, column: pd.Series) -> Numbers:
    """Settings of a factor as numbers from 0 to 1: the place in its range, on its own scale, or the place in
    the list of its values.
    """
    if factor.values:
        return places(factor, column) / max(len(factor.values) - 1, 1)
    low, high, values = factor.low, factor.high, column.to_numpy(dtype=float)
    if factor.scale == "log":
        low, high, values = np.log(low), np.log(high), np.log(values)
    unit: Numbers = (values - low) / (high - low)
    return unit


def places(factor: Factor, column: pd.Series) -> Numbers:
    """Where each setting stands in the list of the factor's values, from 0."""
    order = {say(value): place for place, value in enumerate(factor.values)}
    unknown = sorted({say(value) for value in column} - set(order))
    if unknown:
        raise AnalysisError(
            f"factor {factor.name!r}: setting {unknown[0]!r} is not among those of the design"
        )
    return np.array([order[say(value)] for value in column], dtype=float)


def is_ordered(factor: Factor) -> bool:
    """Whether settings can be put in order: a range, or a list of numbers."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in factor.values)


def is_stepped(factor: Factor) -> bool:
    """Whether there are so few settings that a step of a sample is a switch between two of them."""
    return bool(factor.values) or (factor.is_whole and factor.high - factor.low < MOST_STEPS)
