"""A run on disk: a folder with one Parquet file a table and ``run.json``, written whole or not at all.

``run.json`` holds what the tables do not: ``scenario`` (name), ``question``, ``seed``, ``rounds``,
``version``, ``command``,
``data_fingerprint``, ``scenario_text`` (the resolved TOML), ``timings`` and ``quality`` (rows of data by
quality). A key that is
missing costs a sentence of the report, never an error.
"""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections import namedtuple
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from experiments.table_files import read_table, write_table
from world.records.schema import SCHEMA, Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

META_FILE = "run.json"

Given = ParamSpec("Given")
Found = TypeVar("Found")


class ResultsError(ValueError):
    """A result folder that cannot be read or written: names the folder and what is wrong with it."""


@dataclass(frozen=True)
class Run:
    """One finished (or interrupted) run: its folder, its ``run.json`` and its tables, read when first
    asked for.
    """

    folder: Path
    meta: Mapping[str, Any]
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    _found: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, folder: str | Path) -> Run:
        """Open a result folder. Raises ``ResultsError`` when it is missing, half written or not a result
        folder.
        """
        path = Path(folder)
        if not path.is_dir():
            raise ResultsError(f"{path}: no such result folder; make one with: python -m experiments run")
        missing = [name for name in (META_FILE, *map(_file_of, SCHEMA)) if not (path / name).is_file()]
        if missing:
            raise ResultsError(f"{path}: not a complete result folder, missing: {', '.join(missing)}")
        return cls(path, _read_meta(path / META_FILE))

    def table(self, name: str) -> pd.DataFrame:
        """The result table ``name`` (see docs/results.md) as a DataFrame; do not change it in place."""
        if name not in SCHEMA:
            raise ResultsError(f"{self.folder}: no table {name!r}; there are: {', '.join(SCHEMA)}")
        if name not in self._read:
            path = self.folder / _file_of(name)
            try:
                self._read[name] = read_table(path)
            except (OSError, ValueError) as error:
                raise ResultsError(f"{path}: cannot be read as Parquet: {error}") from None
        return self._read[name]

    def figure(self, name: str, baseline: Run | None = None) -> Figure:
        """One of the figures of the report by name, such as ``prices`` (see
        ``experiments.figures.gallery``).
        """
        from experiments.figures.gallery import draw

        return draw(name, self, baseline)

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """The resolved scenario as nested mappings; empty when ``run.json`` does not hold it."""
        try:
            return tomllib.loads(str(self.meta.get("scenario_text", "")))
        except tomllib.TOMLDecodeError:
            return {}

    def setting(self, section: str, key: str, default: Any) -> Any:
        """One value of the resolved scenario, such as ``setting("leader", "country", "USA")``."""
        values = self.settings.get(section, {})
        return values.get(key, default) if isinstance(values, Mapping) else default

    @property
    def leader(self) -> str:
        """ISO code of the zone's leader."""
        return str(self.setting("leader", "country", "USA"))

    @property
    def dominant_refiner(self) -> str:
        """ISO code of the dominant refiner."""
        return str(self.setting("dominant_refiner", "country", "CHN"))

    @property
    def label(self) -> str:
        """Scenario and seed in words, for source lines."""
        return (
            f"scenario {self.meta.get('scenario', self.folder.name)}, seed {self.meta.get('seed', 'unknown')}"
        )

    @property
    def rounds_per_year(self) -> int:
        """Rounds in a year: 4, or 12 in a run of months."""
        return int(self.setting("run", "rounds_per_year", 4))

    @property
    def round_word(self) -> str:
        """What a round is called."""
        return "month" if self.rounds_per_year == 12 else "quarter"

    @cached_property
    def quarters(self) -> list[str]:
        """Calendar quarters played (months in a run of months), in order: ``quarters[i]`` belongs to round
        ``rounds[i]``.
        """
        return [str(quarter) for quarter in self._rounds_played["quarter"]]

    @cached_property
    def rounds(self) -> list[int]:
        """Numbers of the rounds played, in order."""
        return [int(number) for number in self._rounds_played["round"]]

    @cached_property
    def minerals(self) -> list[str]:
        """Minerals of the run, in the order of its tables."""
        return [str(mineral) for mineral in self.table("zone")["mineral"].unique()]

    @cached_property
    def _rounds_played(self) -> pd.DataFrame:
        return self.table("zone")[["round", "quarter"]].drop_duplicates("round").sort_values("round")


def write_run(record: Record, meta: Mapping[str, Any], folder: str | Path, overwrite: bool = False) -> Run:
    """Write the tables of ``record`` and ``meta`` into ``folder``; a reader sees the whole folder or none of
    it.

    Raises ``ResultsError`` when the folder exists (unless ``overwrite`` and it is a result folder) or
    cannot be written.
    """
    path = Path(folder)
    _check_free(path, overwrite)
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    by_month = meta.get("rounds_per_year") == 12
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name, columns in SCHEMA.items():
            write_table(record.rows(name), columns, partial / _file_of(name), by_month)
        _write_meta(meta, partial / META_FILE)
        if path.exists():
            shutil.rmtree(path)
        partial.rename(path)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise ResultsError(f"{path}: cannot be written: {error.strerror or error}") from None
    return Run.open(path)


def amend_meta(run: Run, changes: Mapping[str, Any]) -> Run:
    """The run with ``changes`` laid over its ``run.json``, which is replaced in one step (timings known
    only at the end).
    """
    meta = {**run.meta, **changes}
    partial = run.folder / f".{META_FILE}.partial"
    try:
        _write_meta(meta, partial)
        partial.replace(run.folder / META_FILE)
    except OSError as error:
        raise ResultsError(f"{run.folder}: cannot be written: {error.strerror or error}") from None
    return Run(run.folder, meta, run._read)


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of ``frame`` in order, their columns as attributes."""
    row = namedtuple("row", frame.columns)  # type: ignore[misc]
    return map(row, *(frame[name].tolist() for name in frame))


def remembered(find: Callable[Concatenate[Run, Given], Found]) -> Callable[Concatenate[Run, Given], Found]:
    """``find`` asked once of each run for the same arguments: figures and sentences share what it found, and
    none of them may change it in place.
    """

    @wraps(find)
    def ask(run: Run, /, *given: Given.args, **named: Given.kwargs) -> Found:
        key = (find, given, tuple(named.items()))
        if key not in run._found:
            run._found[key] = find(run, *given, **named)
        found: Found = run._found[key]
        return found

    return ask


def holding_out(countries: pd.DataFrame) -> pd.Series[bool]:
    """Rows of the table of countries that hold out: at the table, on the forum or higher, and refusing the
    next step.

    Those who never came to the table are outside, whatever they answered.
    """
    return (countries["standing"] == "hold_out") & (countries["rung"] >= 1)


def next_folder(root: str | Path, scenario: str, seed: int) -> Path:
    """The first of ``root/SCENARIO-seedN-1``, ``-2``, ... that does not exist yet."""
    number = 1
    while (path := Path(root) / f"{scenario}-seed{seed}-{number}").exists():
        number += 1
    return path


def describe_results() -> str:
    """The reference page of the result tables in Markdown, made from the schema that the tables themselves
    obey.
    """
    parts = [_PAGE_HEAD]
    for name, columns in SCHEMA.items():
        parts.append(
            f"\n## {name}\n\n{_TABLE_PURPOSE.get(name, '')}\n\n| column | type | unit | meaning |\n| --- "
            "| --- | --- | --- |"
        )
        parts += [
            f"| `{column.name}` | {column.kind.replace('_', '/')} | {column.unit} | {column.meaning} |"
            for column in columns
        ]
    return "\n".join(parts) + "\n"


_TABLE_PURPOSE = {
    "countries": "One row a round and country: its standing in the zone, its trust and its accounts.",
    "markets": "One row a round, mineral, stage and country that produces or buys.",
    "flows": "One row a round, mineral, stage and lane with a flow; supply to oneself is a lane too.",
    "licences": "One row a round, mineral, stage and lane under licence: the queue at the licence office.",
    "zone": "One row a round, mineral and stage: what the zone and the world market look like.",
    "decisions": "One row a term of a decision: the rows of one decision share its number.",
    "reserve": "One row a round and mineral held by the strategic reserve; empty when the scenario has none.",
    "events": "What happened: measures announced, in force, renewed, ended, cancelled; decisions, outages, "
    "plants, warnings.",
}

_PAGE_HEAD = """# Result tables

<!-- made by experiments.results.describe_results() from world/records/schema.py; do not edit by hand -->

A run is a folder: one Parquet file a table, `run.json` (scenario, seed, version, fingerprint of the data,
timings, status: `finished`, `interrupted` or `failed`), `report.html` and `figures/`. Its `timings` are
seconds: `start_s` until the world stands, `compile_s` to compile what clears the market or, where that was
done before, to read it; `simulation_s` for the rounds, `output_s` for tables, figures and report. `markets`
counts the markets that its rounds and the questions of its agents `posed`, those cleared `by_fallback`, and
those `lost`, which nothing cleared: the first of them ends a run.

The unit and meaning of each column are also in the metadata of the Parquet files. Tonnes are contained tonnes
a quarter; money is USD a quarter unless the unit says more. In a run of months (`rounds_per_year` is 12 in
`run.json`) they are a month, and the column `quarter` holds the month, such as 2027-08.

A comparison is a folder too: its runs under `runs/`, the paired differences in `comparison.csv` and
`comparison.parquet`, every outcome of every run in `outcomes.csv`, and status, seeds and version in
`comparison.json`."""


def _file_of(table: str) -> str:
    return f"{table}.parquet"


def _check_free(path: Path, overwrite: bool) -> None:
    if not path.exists():
        return
    if not overwrite:
        raise ResultsError(f"{path}: exists already; give another --out or --overwrite")
    if not path.is_dir() or (any(path.iterdir()) and not (path / META_FILE).is_file()):
        raise ResultsError(f"{path}: is not a result folder, so it is not overwritten")


def _write_meta(meta: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(dict(meta), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read: {error}") from None
    if not isinstance(meta, dict):
        raise ResultsError(f"{path}: holds {type(meta).__name__}, not an object")
    return meta
