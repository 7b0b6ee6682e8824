"""Backtests: cases played under many draws of parameters and scored against what happened."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.backtests.ablations import parameters_without, without
from experiments.backtests.case import ACTUAL, Case, CaseError
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.evaluation import evaluate, variants_of
from experiments.backtests.history import Series, read_series, series_line
from experiments.backtests.naive import nothing_changes, static_answer
from experiments.backtests.outcome import Outcome
from experiments.backtests.play import play_case
from experiments.backtests.scoring import Score, score_case
from experiments.jobs import Lost, in_processes, in_turn
from world.axes import Array
from world.market.fallback import MarketError

NAIVE = ("nothing_changes", "static_elasticity")


@dataclass(frozen=True)
class Backtest:
    """A case scored: its criteria under the model and under each naive rule, and its lines for the figure.

    lines : series -> (draw, round); lost : messages of draws in which a market did not clear
    """

    case: Case
    series: tuple[Series, ...]
    scores: tuple[Score, ...]
    naive: Mapping[str, tuple[Score, ...]]
    lines: Mapping[str, Array]
    draws: int
    lost: tuple[str, ...]


class Job(NamedTuple):
    """One draw of one case; the work of one process."""

    folder: Path
    number: int
    parameters: Mapping[str, float]
    seed: int
    without: str = ""


class Played(NamedTuple):
    """What came of a job: numbers by row of the criteria, lines by series, and by naive rule in draw 0."""

    folder: Path
    number: int
    values: Mapping[int, float]
    lines: Mapping[str, Array]
    naive: Mapping[str, Mapping[int, float]]
    lost: str


def run_backtests(
    folders: Sequence[Path],
    sets: Sequence[Mapping[str, float]],
    seed: int = 1,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    ablation: str = "",
) -> list[Backtest]:
    """Play each case under all sets of parameters, one seed of shocks a set, and score it; with one mechanism
    taken out if ``ablation`` names it.

    Raises
    ------
    CaseError
        If a case cannot be used; all are read before any is played.
    """
    read = {folder: (case := read_case(folder), read_criteria(case), read_series(case)) for folder in folders}
    todo = [
        Job(folder, number, one, seed + number, ablation)
        for folder in folders
        for number, one in enumerate(sets)
    ]
    played = sorted(play_jobs(todo, jobs, progress), key=lambda one: one.number)
    return [
        _gathered(case, rows, series, [one for one in played if one.folder == folder])
        for folder, (case, rows, series) in read.items()
    ]


def play_jobs(
    todo: Sequence[Job], jobs: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Generator[Played, None, None]:
    """What comes of each job, as they come, in this process or in ``jobs`` of them (None: one a core).

    Raises ``CaseError`` where the process of a job died each time.
    """
    processes = min(jobs or os.cpu_count() or 1, len(todo))
    results = in_turn(play_job, todo) if processes <= 1 else in_processes(play_job, todo, processes)
    with closing(results):
        for count, (job, one) in enumerate(results, 1):
            if isinstance(one, Lost):
                raise CaseError(f"{job.folder.name}, draw {job.number}: {one.reason}")
            yield one
            if progress is not None:
                progress(count, len(todo))


def play_job(job: Job) -> Played:
    """Play one draw of a case and take the numbers that its criteria ask for."""
    case = without(read_case(job.folder), job.without)
    rows, series = read_criteria(case), read_series(case)
    parameters = parameters_without(job.parameters, job.without)
    variants = {ACTUAL}.union(*(variants_of(row) for row in rows), {one.row.variant for one in series})
    try:
        outcomes = play_case(case, parameters, job.seed, sorted(variants))
    except (ArithmeticError, MarketError, np.linalg.LinAlgError) as error:
        blank = dict.fromkeys((row.line for row in rows), np.nan)
        return Played(job.folder, job.number, blank, {}, {}, f"draw {job.number}: {error}")
    naive = _naive_values(case, rows, outcomes) if job.number == 0 else {}
    lines = {one.row.id: series_line(one, outcomes, case) for one in series}
    return Played(job.folder, job.number, _values(case, rows, outcomes), lines, naive, "")


def _values(case: Case, rows: Sequence[Criterion], outcomes: Mapping[str, Outcome]) -> dict[int, float]:
    return {row.line: evaluate(row, outcomes, case) for row in rows}


def _naive_values(
    case: Case, rows: Sequence[Criterion], outcomes: Mapping[str, Outcome]
) -> dict[str, dict[int, float]]:
    still = {name: nothing_changes(run) for name, run in outcomes.items()}
    static = {name: static_answer(run, case) for name, run in outcomes.items()}
    return {rule: _values(case, rows, made) for rule, made in zip(NAIVE, (still, static), strict=True)}


def _gathered(
    case: Case, rows: Sequence[Criterion], series: tuple[Series, ...], played: Sequence[Played]
) -> Backtest:
    values = {row.line: [one.values[row.line] for one in played] for row in rows}
    first = next((one.naive for one in played if one.naive), {})
    naive = {
        rule: tuple(score_case(case.name, rows, {line: [value] for line, value in first[rule].items()}))
        for rule in first
    }
    kept = [one for one in played if not one.lost]
    lines = {one.row.id: np.array([run.lines[one.row.id] for run in kept]) for one in series if kept}
    lost = tuple(one.lost for one in played if one.lost)
    return Backtest(case, series, tuple(score_case(case.name, rows, values)), naive, lines, len(played), lost)
