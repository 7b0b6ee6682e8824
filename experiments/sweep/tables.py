"""The two tables of a sweep: a row a run, and a row a year or round of each run; columns and types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from experiments.sweep.course import course_columns
from experiments.sweep.design import Design
from experiments.sweep.factor import Factor
from experiments.sweep.measured import outcome_columns
from experiments.sweep.plan import PlannedRun
from world.dataset import load_dataset
from world.market.tally import Tally

if TYPE_CHECKING:
    import pyarrow as pa

_OF_A_RUN = {
    "key": "hash of everything that determines the run",
    "point": "number of the point of the design, from 0",
    "seed": "seed of all random draws",
    "status": "finished or failed",
    "error": "what went wrong, in a line; empty where nothing did",
    "seconds": "time that the run took where it was played",
    "markets": "markets that it posed: those of its rounds and those of its agents' questions",
    "markets_by_fallback": "those that were not cleared at the first try, and then by a fallback",
    "markets_lost": "those that nothing cleared; the first one ends a run",
}
_OF_A_PERIOD = {
    "key": _OF_A_RUN["key"],
    "point": _OF_A_RUN["point"],
    "seed": _OF_A_RUN["seed"],
    "round": "last round of the period, from 0",
    "year": "calendar year of the period",
    "quarter": "last quarter of the period, such as 2027-Q3; in a run of months the month",
}


def runs_schema(design: Design) -> pa.Schema:
    """Columns of ``runs``: what a run is, its factors, its outcomes."""
    import pyarrow as pa

    names, whole = pa.string(), pa.int64()
    kinds = (names, whole, whole, names, names, pa.float64(), whole, whole, whole)
    own = list(zip(_OF_A_RUN, kinds, strict=True))
    return pa.schema([*own, *_factor_fields(design), *((name, pa.float64()) for name in design.outcomes)])


def rounds_schema(design: Design) -> pa.Schema:
    """Columns of ``rounds``: which run and period, its factors, its outcomes."""
    import pyarrow as pa

    kinds = (pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.int64(), pa.string())
    own = list(zip(_OF_A_PERIOD, kinds, strict=True))
    outcomes = [(name, pa.float64()) for name in course_columns(design.outcomes)]
    return pa.schema([*own, *_factor_fields(design), *outcomes])


def runs_part(
    design: Design,
    planned: PlannedRun,
    status: str,
    error: str,
    seconds: float,
    outcomes: Mapping[str, float],
    markets: Tally | None = None,
) -> bytes:
    """The row of one run as a Parquet file."""
    counts = astuple(markets or Tally())
    values = (*_who(planned), status, error, round(seconds, 4), *counts)
    own = dict(zip(_OF_A_RUN, values, strict=True))
    row = {**own, **planned.settings, **outcomes}
    return _parquet({name: [value] for name, value in row.items()}, runs_schema(design))


def rounds_part(design: Design, planned: PlannedRun, course: Mapping[str, Sequence[Any]]) -> bytes:
    """The course of one run as a Parquet file."""
    count = len(course["round"])
    fixed = dict(zip(("key", "point", "seed"), _who(planned), strict=True)) | planned.settings
    columns = {name: [value] * count for name, value in fixed.items()}
    years = [int(quarter[:4]) for quarter in course["quarter"]]
    return _parquet({**columns, **course, "year": years}, rounds_schema(design))


def describe_columns(design: Design) -> list[dict[str, str]]:
    """Name, unit and meaning of each column, for the folder."""
    outcomes = outcome_columns(load_dataset().minerals)
    described = [{"name": name, "unit": "-", "meaning": text} for name, text in _OF_A_RUN.items()]
    for factor in design.factors:
        kind = "lever" if factor.is_lever else "uncertainty"
        meaning = f"{kind}: {factor.target or 'several keys'}"
        described.append({"name": factor.name, "unit": "-", "meaning": meaning})
    return described + [outcomes[name]._asdict() for name in design.outcomes]


def _who(planned: PlannedRun) -> tuple[str, int, int]:
    return planned.key, planned.point, planned.seed


def _factor_fields(design: Design) -> list[tuple[str, pa.DataType]]:
    return [(factor.name, _type_of(factor)) for factor in design.factors]


def _type_of(factor: Factor) -> pa.DataType:
    import pyarrow as pa

    kinds = {type(value) for value in factor.values} or {int if factor.is_whole else float}
    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    return types[kinds.pop()]


def _parquet(columns: Mapping[str, Sequence[Any]], schema: pa.Schema) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())
