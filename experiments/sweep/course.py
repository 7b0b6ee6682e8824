"""The course of outcomes through a run: the same measures, taken of each year or each round alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from experiments.results import Run
from experiments.sweep.measured import STABILITY_COLUMNS, measure_run
from world.records.schema import SCHEMA

if TYPE_CHECKING:
    import pandas as pd

NOT_OF_A_PERIOD = ("first_member_year", *STABILITY_COLUMNS)
"""Outcomes of a whole run, which no year or quarter of it has."""


def course_of(
    run: Run, members: Collection[str], columns: Sequence[str], detail: str
) -> dict[str, list[Any]]:
    """``round`` and ``quarter`` (the last of the period) and each of the ``columns``, a value a period; a
    period is a calendar year or, for ``detail`` ``round``, a round. Empty for ``detail`` ``run``.

    A value is what the outcome would be of a run of this period alone: flows are at a yearly rate, stocks are
    those at its end, shares and prices its mean.
    """
    if detail == "run":
        return {}
    length = 7 if detail == "round" else 4  # of 2027-Q3 or, in runs of months, 2027-08; and of the year
    period_of = {number: quarter[:length] for number, quarter in zip(run.rounds, run.quarters, strict=True)}
    last = {period: number for number, period in period_of.items()}
    split: dict[str, dict[str, pd.DataFrame]] = {}
    kept = course_columns(columns)
    course: dict[str, list[Any]] = {
        "round": list(last.values()),
        "quarter": [run.quarters[run.rounds.index(number)] for number in last.values()],
        **{name: [] for name in kept},
    }
    for period in last:
        part = Run(run.folder, run.meta, _Period(run, period_of, period, split))
        for name, value in measure_run(part, members, kept).items():
            course[name].append(value)
    return course


def course_columns(columns: Iterable[str]) -> list[str]:
    """Those of the ``columns`` that a year or a round has."""
    return [name for name in columns if name not in NOT_OF_A_PERIOD]


class _Period(dict[str, "pd.DataFrame"]):
    """The tables of one period; each table of the run is split once, when a period is first asked for it."""

    def __init__(
        self, run: Run, period_of: dict[int, str], period: str, split: dict[str, dict[str, pd.DataFrame]]
    ) -> None:
        super().__init__()
        self._run, self._period_of, self._period, self._split = run, period_of, period, split

    def __contains__(self, name: object) -> bool:
        return name in SCHEMA

    def __missing__(self, name: str) -> pd.DataFrame:
        whole = self._run.table(name)
        if name not in self._split:
            groups = whole.groupby(whole["round"].map(self._period_of), sort=False)
            self._split[name] = {str(period): part for period, part in groups}
        self[name] = self._split[name].get(self._period, whole.iloc[:0])
        return self[name]
