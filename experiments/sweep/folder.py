"""A sweep on disk: its design, what it was made with, and its parts of runs and rounds.

``design.toml`` is the design as it was given, ``scenarios/`` and ``points.csv`` what it names,
``folder.json`` the versions and the meaning of the columns; ``runs/`` and ``rounds/`` are Parquet datasets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.provenance import code_fingerprint, data_fingerprint, software_version
from experiments.results import ResultsError, reason_of
from experiments.sweep.design import Design, read_design
from experiments.sweep.parts import PARTIAL, PartsError, read_parts, write_whole
from experiments.sweep.plan import PlannedRun
from experiments.sweep.tables import describe_columns, rounds_schema, runs_schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FORMAT = 1
DESIGN, FOLDER, POINTS = "design.toml", "folder.json", "points.csv"
RUNS, ROUNDS, SCENARIOS, LOCK = "runs", "rounds", "scenarios", ".lock"
MADE_WITH = ("format", "version", "code_fingerprint", "data_fingerprint")


def create_folder(folder: Path, design: Design) -> None:
    """Write everything but the runs. ``folder.json`` comes last: a folder that has it is whole.

    Raises ``ResultsError`` where it cannot be written or is something else.
    """
    try:
        if folder.exists() and (not folder.is_dir() or not _is_beginning(folder)):
            raise ResultsError(f"{folder}: is not the folder of a sweep; give another --out")
        _write_design(folder, design)
    except OSError as error:
        raise cannot_write(folder, error) from None


def _write_design(folder: Path, design: Design) -> None:
    for name in (RUNS, SCENARIOS, *([ROUNDS] if design.detail != "run" else [])):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_whole(folder / DESIGN, design.text.encode())
    copies = {}
    for number, (name, base) in enumerate(design.bases.items()):
        copies[name] = f"{SCENARIOS}/{number}-{base.key}.toml"
        write_whole(folder / copies[name], base.text.encode())
    if design.sampling.kind == "list" and design.sampling.file is not None:
        write_whole(folder / POINTS, (design.folder / design.sampling.file).read_bytes())
    write_whole(folder / FOLDER, _folder_text(design, copies).encode())


def _is_beginning(folder: Path) -> bool:
    """Nothing is in ``folder`` but what a sweep writes before its first run."""
    begun = {DESIGN, POINTS, RUNS, ROUNDS, SCENARIOS, LOCK}
    return all(path.name in begun or path.suffix == PARTIAL for path in folder.iterdir())


def _folder_text(design: Design, copies: dict[str, str]) -> str:
    made = {**made_with(), "scenarios": copies, "columns": describe_columns(design)}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def made_with() -> dict[str, Any]:
    """What decides, besides the design, what a run gives: format of the folder, version, code, data."""
    return {
        "format": FORMAT,
        "version": software_version(),
        "code_fingerprint": code_fingerprint(),
        "data_fingerprint": data_fingerprint(),
    }


def read_made(folder: Path) -> dict[str, Any]:
    """``folder.json``. Raises ``ResultsError`` for a folder that is not that of a sweep."""
    path = folder / FOLDER
    if not path.is_file():
        raise ResultsError(f"{folder}: not the folder of a sweep, {FOLDER} is missing")
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read: {reason_of(error)}") from None
    if not isinstance(made, dict) or made.get("format") != FORMAT:
        given = made.get("format") if isinstance(made, dict) else type(made).__name__
        raise ResultsError(
            f"{path}: format: given {given}, allowed: {FORMAT}; it was made by another version"
        )
    return made


def check_made(folder: Path) -> None:
    """Raise ``ResultsError`` where the folder was made by another version, or from other data."""
    made, now = read_made(folder), made_with()
    for name in MADE_WITH:
        if made.get(name) != now[name]:
            what = name.replace("_", " ")
            raise ResultsError(
                f"{folder}: was made with {what} {made.get(name)}, this is {now[name]}: their runs must not "
                "be mixed; give another --out"
            )


def open_design(folder: str | Path) -> Design:
    """The design of a sweep's folder, with the scenarios and points that were copied into it.

    Raises ``ResultsError`` or ``DesignError``.
    """
    path = Path(folder)
    copies = {name: path / copy for name, copy in read_made(path).get("scenarios", {}).items()}
    design = read_design(path / DESIGN, copies)
    if design.sampling.kind == "list":
        design = replace(design, sampling=design.sampling.model_copy(update={"file": POINTS}))
    return design


def read_runs(folder: str | Path) -> pd.DataFrame:
    """A row a run, by point and seed: ``key, point, seed, status, error, seconds``, a column for each factor
    under its name, then one for each outcome (NaN where the run failed).

    Raises ``ResultsError`` where the folder or a part of it cannot be read.
    """
    path = Path(folder)
    return _read_table(path / RUNS, runs_schema(open_design(path)), ["point", "seed"])


def read_rounds(folder: str | Path) -> pd.DataFrame:
    """A row a year or a quarter of each run, as the design's ``outcomes.detail`` says; empty for ``run``.

    Raises ``ResultsError`` where the folder or a part of it cannot be read.
    """
    path = Path(folder)
    design = open_design(path)
    table = _read_table(path / ROUNDS, rounds_schema(design), ["point", "seed", "round"])
    finished = set(read_runs(path)["key"]) if len(table) else set()
    return table[table["key"].isin(list(finished))].reset_index(drop=True)


def _read_table(folder: Path, schema: pa.Schema, order: list[str]) -> pd.DataFrame:
    try:
        table = read_parts(folder, schema)
    except PartsError as error:
        raise ResultsError(str(error)) from None
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    once = frame.drop_duplicates([*(("key",) if "round" not in order else ("key", "round"))])
    return once.sort_values(order, kind="stable").reset_index(drop=True)


def grow_folder(folder: Path, design: Design, planned: Sequence[PlannedRun], write: bool = True) -> None:
    """Take up a folder that exists: the same design, or one with more seeds or points at the end; unless
    ``write``, only check it.

    Raises ``ResultsError`` where it was made by another version, or holds runs that ``planned`` does not
    have.
    """
    check_made(folder)
    if (folder / DESIGN).read_text(encoding="utf-8") == design.text and _same_bases(folder, design):
        return
    before = open_design(folder)
    for what in ("factors", "outcomes", "detail"):
        if getattr(before, what) != getattr(design, what):
            raise ResultsError(f"{folder}: was made for other {what}{_MAY_GROW}")
    runs = read_runs(folder)
    asked = {run.key: run.point for run in planned}
    strangers = sum(
        asked.get(key) != point for key, point in zip(runs["key"], runs["point"].tolist(), strict=True)
    )
    if strangers:
        raise ResultsError(
            f"{folder}: {strangers:,} of its {len(runs):,} runs are none of this design{_MAY_GROW}"
        )
    try:
        if write:
            _write_design(folder, design)
    except OSError as error:
        raise cannot_write(folder, error) from None


_MAY_GROW = " (it may get more seeds, or points at the end, and change in nothing else); give another --out"


def _same_bases(folder: Path, design: Design) -> bool:
    """The scenarios that the design names are still those that were copied."""
    copies = read_made(folder).get("scenarios", {})
    points = design.sampling.file if design.sampling.kind == "list" else None
    return all(
        name in copies and (folder / copies[name]).read_text(encoding="utf-8") == base.text
        for name, base in design.bases.items()
    ) and (points is None or (folder / POINTS).read_bytes() == (design.folder / points).read_bytes())


def cannot_write(folder: Path, error: OSError) -> ResultsError:
    """The line for a folder that cannot be written, such as a full disk."""
    return ResultsError(
        f"{folder}: cannot be written: {error.strerror or error}; what is finished is kept, and the same "
        "command goes on from there"
    )


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder for one sweep at a time; a process that ends in whatever way lets go of it.

    Raises ``ResultsError`` where another sweep holds it, and where it cannot be made.
    """
    if folder.is_file():
        raise ResultsError(f"{folder}: is a file, not a folder; give another --out")
    try:
        import fcntl
    except ImportError:  # not a Unix: nothing keeps two sweeps apart there
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a")
    except OSError as error:
        raise cannot_write(folder, error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResultsError(
                f"{folder}: another sweep is writing to it; wait, or give another --out"
            ) from None
        except OSError:  # a file system without locks
            pass
        yield
