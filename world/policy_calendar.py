"""The policy calendar as measures, and what is wrong with a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from world.measures import Measure, complaints
from world.table_reading import Rows, fault, nearest

if TYPE_CHECKING:
    from world.dataset import Dataset


def read_calendar(dataset: Dataset) -> tuple[Measure, ...]:
    """Every measure of the table ``calendar``, in its order."""
    return tuple(
        _measure({str(name): cell for name, cell in row.items()})
        for row in dataset.table("calendar").to_dict("records")
    )


POLLED = "2025-04-01"
"""Trust at the start is that of polls of spring 2025; acts before them are in the polls."""


def read_coercion(dataset: Dataset) -> tuple[Measure, ...]:
    """Dated acts that cost trust, as measures: those after the polls on which trust at the start rests."""
    table = dataset.table("coercion")
    return tuple(
        Measure(
            id=f"coercion_{number}",
            announced=date.fromisoformat(str(row.date)),
            actor=str(row.actor),
            instrument="coercion",
            targets=_names(str(row.targets)),
            size=float(str(row.severity)),
            text=str(row.what),
            source=str(row.source),
        )
        for number, row in enumerate(table.itertuples(index=False))
        if str(row.date) >= POLLED
    )


def check_calendar(rows: Rows) -> list[str]:
    """One line for each measure that contradicts itself, and for truces that suspend what is not there."""
    faults = []
    known = {str(name) for name in rows.cells["id"]}
    for place, line in enumerate(rows.lines):
        measure = _measure({name: cells[place] for name, cells in rows.cells.items()})
        for field, given, allowed in complaints(measure):
            faults.append(fault("calendar", line, field, str(given), allowed))
        for name in measure.suspends:
            if name not in known:
                faults.append(
                    fault("calendar", line, "suspends", name, f"an id of this table{nearest(name, known)}")
                )
        if measure.instrument == "truce" and not measure.suspends:
            faults.append(fault("calendar", line, "suspends", "", "the ids of the measures it holds back"))
    return faults


def _measure(row: Mapping[str, Any]) -> Measure:
    size = float(row["size"])
    return Measure(
        id=row["id"],
        announced=date.fromisoformat(row["announced"]),
        in_force=_day(row["in_force"]),
        ends=_day(row["ends"]),
        renewed=float(row["renewed"]),
        actor=row["actor"],
        instrument=row["instrument"],
        minerals=_names(row["minerals"]),
        stages=_names(row["stages"]),
        targets=_names(row["targets"]),
        size=size if size == size else None,
        suspends=_names(row["suspends"]),
        text=row["text"],
        source=row["source"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
