"""The tables without their third stage: what a run costs when the chain ends with refined metal.

The chain is data, so that leaving the rows of components out is all it takes.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from world.dataset import DATA_FOLDER

STAGE_COLUMNS = ("stage", "stages", "kind")
PARTED = ("elasticities", "lane_shares", "plants", "tariffs", "calendar")


def write_two_stages(folder: Path) -> Path:
    """Copy the tables into ``folder``, which must not exist, and leave out every row on components."""
    shutil.copytree(DATA_FOLDER, folder)
    _keep(folder / "components.csv", lambda _: False)
    for name in PARTED:
        _keep(folder / f"{name}.csv", _is_not_on_components)
    left = {row["id"] for row in _read(folder / "calendar.csv")[1]}
    _keep(folder / "calendar_terms.csv", lambda row: row["id"] in left)
    header, rows = _read(folder / "calendar.csv")
    for row in rows:
        row["suspends"] = ";".join(name for name in row["suspends"].split(";") if name in left)
    _write(folder / "calendar.csv", header, rows)
    return folder


def _is_not_on_components(row: dict[str, str]) -> bool:
    return not any("component" in row.get(column, "") for column in STAGE_COLUMNS)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or ()), rows


def _write(path: Path, header: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


def _keep(path: Path, wanted: Callable[[dict[str, str]], bool]) -> None:
    header, rows = _read(path)
    _write(path, header, [row for row in rows if wanted(row)])
