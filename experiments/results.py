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
import tempfile
import tomllib
from collections import namedtuple
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from experiments.provenance import software_version
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
            self._check_columns(name)
        return self._read[name]

    def _check_columns(self, name: str) -> None:
        """Raise ``ResultsError`` where the table lacks a column that today's tables have."""
        there = self._read[name].columns
        missing = [column.name for column in SCHEMA[name] if column.name not in there]
        if missing:
            del self._read[name]
            raise ResultsError(
                f"{self.folder / _file_of(name)}: column {missing[0]}: missing; the run was made by version "
                f"{self.meta.get('version', 'unknown')}, this is {software_version()}: play it again"
            )

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


def reason_of(error: OSError | ValueError) -> str:
    """Why a file cannot be read or written, without its name."""
    return str(getattr(error, "strerror", None) or error)


def check_writable(path: Path) -> None:
    """Raise ``ResultsError`` before the work rather than after it, when no file can be made beside ``path``;
    folders above it are made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written: {reason_of(error)}") from None


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
        raise ResultsError(f"{path}: cannot be read: {reason_of(error)}") from None
    if not isinstance(meta, dict):
        raise ResultsError(f"{path}: holds {type(meta).__name__}, not an object")
    return meta
