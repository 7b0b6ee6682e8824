"""The data of the world: every table of ``world/data``, read, typed and checked before anything uses it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd

from world.axes import REST_OF_WORLD
from world.policy.measures import STAGES
from world.tables.balance import balance_report, check_balance
from world.tables.catalogue import OTHER_FILES, TABLES
from world.tables.checks import check_tables
from world.tables.reading import Codes, DatasetError, Rows, nearest, read_rows

__all__ = ["Dataset", "DatasetError", "balance_report", "check_balance", "load_dataset"]

DATA_FOLDER = Path(__file__).parent / "data"
_FAULTS_SHOWN = 20


@dataclass(frozen=True)
class Dataset:
    """All tables at once; cannot be changed.

    minerals : order of ``minerals.csv``
    countries : order of ``countries.csv``, the rest of the world (ROW) last
    blocs : members of each bloc
    fingerprint : SHA-256 over the names and bytes of the files
    """

    minerals: tuple[str, ...]
    countries: tuple[str, ...]
    blocs: Mapping[str, frozenset[str]]
    fingerprint: str
    _tables: Mapping[str, pd.DataFrame] = field(repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table with typed columns.

        Numbers are float or int (blank: NaN), all else is text (blank: empty), days such as 2026-02-05.

        Raises
        ------
        DatasetError
            If there is no such table.
        """
        if name not in self._tables:
            known = tuple(self._tables)
            raise DatasetError(f"unknown table {name!r}{nearest(name, known)}, allowed: {', '.join(known)}")
        return self._tables[name].copy()


def load_dataset(folder: Path | None = None) -> Dataset:
    """Read and check every table of a folder, by default the one that comes with the package.

    Raises
    ------
    DatasetError
        One line for each fault: file, line, column, what was given, what is allowed.
    """
    where = DATA_FOLDER if folder is None else Path(folder)
    if not where.is_dir():
        raise DatasetError(f"data folder {where}: no such folder")
    stamps = tuple(
        sorted((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in where.glob("*.csv"))
    )
    return _load(where, stamps)


@lru_cache(maxsize=4)
def _load(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> Dataset:
    """Reading takes half a second; the stamps of the files make sure that nothing stale is kept."""
    complaints = _check_files({name for name, _, _ in stamps})
    _stop_on(complaints)
    lists: dict[str, frozenset[str]] = {"stage": frozenset(STAGES), "*": frozenset("*")}
    rows = {name: _read(folder, name, lists, complaints) for name in ("minerals", "countries")}
    _stop_on(complaints)
    minerals, countries = _codes(rows["minerals"], "mineral"), _codes(rows["countries"], "iso3")
    blocs = read_blocs(rows["countries"])
    lists |= {"mineral": frozenset(minerals), "country": frozenset(countries), "bloc": frozenset(blocs)}
    lists["group"] = lists["bloc"] | {"*", "members", "nonaligned"}
    for name in TABLES:
        if name not in rows:
            rows[name] = _read(folder, name, lists, complaints)
    _stop_on(complaints)
    _stop_on(check_tables(rows))
    _stop_on(check_balance(rows))
    tables = {name: pd.DataFrame(dict(rows[name].cells)) for name in TABLES}
    return Dataset(minerals, countries, blocs, _fingerprint(folder), tables)


def _read(folder: Path, name: str, codes: Codes, complaints: list[str]) -> Rows:
    if not TABLES[name].needed and not (folder / f"{name}.csv").exists():
        return Rows({column: [] for column in TABLES[name].column_names}, ())
    try:
        return read_rows(folder / f"{name}.csv", TABLES[name], codes, complaints)
    except DatasetError as error:
        complaints.append(str(error))
        return Rows({column: [] for column in TABLES[name].column_names}, ())


def _check_files(found: set[str]) -> list[str]:
    wanted = {f"{name}.csv" for name in TABLES}
    missing = {f"{name}.csv" for name, table in TABLES.items() if table.needed} - found
    faults = [f"{name}: file is missing" for name in sorted(missing)]
    for name in sorted(found - wanted - set(OTHER_FILES)):
        faults.append(
            f"{name}: unknown file{nearest(name, missing or wanted)}, allowed: {', '.join(sorted(wanted))}"
        )
    return faults


def _stop_on(complaints: list[str]) -> None:
    if complaints:
        shown = complaints[:_FAULTS_SHOWN]
        more = len(complaints) - len(shown)
        raise DatasetError("\n".join([*shown, f"and {more} more faults"] if more else shown))


def _codes(rows: Rows, column: str) -> tuple[str, ...]:
    return tuple(str(code) for code in rows.cells[column])


def read_blocs(rows: Rows) -> Mapping[str, frozenset[str]]:
    """Members of each bloc that the table of countries names."""
    members: dict[str, set[str]] = {}
    for iso3, blocs in zip(rows.cells["iso3"], rows.cells["blocs"], strict=True):
        for bloc in filter(None, str(blocs).split(";")):
            if iso3 != REST_OF_WORLD:
                members.setdefault(bloc, set()).add(str(iso3))
    return {bloc: frozenset(codes) for bloc, codes in sorted(members.items())}


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in sorted([*(f"{name}.csv" for name in TABLES), *OTHER_FILES]):
        path = folder / name
        if path.exists():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
