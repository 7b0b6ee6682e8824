"""What was observed, for figures: the points of ``history.csv`` beside the lines of the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from experiments.backtests.case import ACTUAL, Case
from experiments.backtests.case_reading import stop_on
from experiments.backtests.case_schema import SeriesEntry
from experiments.backtests.clock import WindowError
from experiments.backtests.criteria import Criterion, measure_faults, read_table, relative_of
from experiments.backtests.evaluation import Outcomes, compared_line
from world.axes import Array
from world.premise.reading import in_order

COLUMNS = ("series", "date", "value", "source")
MORE_COLUMNS = ("quality", "note")


@dataclass(frozen=True)
class Point:
    """An observation: the round, as a broken number, in whose middle it falls, its value and its source."""

    round: float
    value: float
    source: str


@dataclass(frozen=True)
class Series:
    """A line of the figure and the points observed of it."""

    label: str
    row: Criterion
    scale: float
    logarithmic: bool
    points: tuple[Point, ...]


def read_series(case: Case) -> tuple[Series, ...]:
    """The series of a case with their points. Raises ``CaseError`` with one line for each fault."""
    rows, faults = {}, []
    for entry in case.world.series:
        where = f"{case.name}/case.toml: series {entry.id}"
        try:
            relative = relative_of(entry.relative_to)
        except ValueError as error:
            faults.append(f"{where}: {str(error).removeprefix('column ')}")
            continue
        rows[entry.id] = _row(entry, relative)
        faults += [f"{where}: {column}: {words}" for column, words in measure_faults(rows[entry.id], case)]
    points: dict[str, list[Point]] = {id_: [] for id_ in rows}
    path = case.folder / "history.csv"
    origin = f"{case.name}/history.csv"
    for line, cells in read_table(path, origin, COLUMNS, MORE_COLUMNS) if path.is_file() else ():
        try:
            points[_known(cells["series"], points)].append(_point(cells, case))
        except ValueError as error:
            faults.append(f"{origin}, row {line}, {error}")
    stop_on(faults)
    entries = {entry.id: entry for entry in case.world.series}
    return tuple(
        Series(entries[id_].label, row, entries[id_].scale, entries[id_].logarithmic, tuple(points[id_]))
        for id_, row in rows.items()
    )


def _row(entry: SeriesEntry, relative: dict[str, str]) -> Criterion:
    """What a series asks of a run, as a criterion that judges nothing."""
    return Criterion(
        id=entry.id,
        part="",
        measure=entry.measure,
        where=entry.where,
        segment=entry.segment,
        form=entry.form,
        window="before",
        aggregate="mean",
        variant=entry.variant or ACTUAL,
        relative=relative,
        operator=entry.operator,
        low=-math.inf,
        high=math.inf,
        kind="band",
        grade="C",
        source="",
    )


def _known(given: str, series: dict[str, list[Point]]) -> str:
    if given not in series:
        raise ValueError(f"column series: given {given!r}{in_order(given, series)}")
    return given


def _point(cells: dict[str, str], case: Case) -> Point:
    """Raises ``ValueError`` that names the column."""
    try:
        weights = case.clock.weights(cells["date"])
    except WindowError as error:
        raise ValueError(f"column date: given {cells['date']!r}, allowed: {error}") from None
    try:
        value = float(cells["value"])
    except ValueError:
        raise ValueError(f"column value: given {cells['value']!r}, allowed: a number") from None
    if not cells["source"]:
        raise ValueError("column source: nothing given")
    return Point(float(np.average(np.arange(len(weights)), weights=weights)), value, cells["source"])


def series_line(series: Series, outcomes: Outcomes, case: Case) -> Array:
    """(round,) the model's line of a series."""
    return np.asarray(compared_line(series.row, outcomes, case) / series.scale)
