"""The policy calendar as measures, and what is wrong with a calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from world.policy.measures import Measure, complaints
from world.tables.reading import Rows, fault, nearest

if TYPE_CHECKING:
    from world.dataset import Dataset


def read_calendar(dataset: Dataset) -> tuple[Measure, ...]:
    """Every measure of the table ``calendar``, in its order, with its terms."""
    table = dataset.table("calendar_terms")
    terms = _terms_by_id({str(name): table[name].tolist() for name in table})
    return tuple(
        _measure({str(name): cell for name, cell in row.items()}, terms.get(str(row["id"]), {}))
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


def check_calendar(rows: Rows, terms: Rows) -> list[str]:
    """One line for each measure that contradicts itself, for truces that suspend what is not there, and for
    terms that cannot be.
    """
    known = {str(name) for name in rows.cells["id"]}
    faults = [
        fault("calendar_terms", line, "id", str(name), f"an id of calendar.csv{nearest(str(name), known)}")
        for line, name in zip(terms.lines, terms.cells["id"], strict=True)
        if name not in known
    ]
    for line, term, value in zip(terms.lines, terms.cells["term"], terms.cells["value"], strict=True):
        try:
            _READ[str(term)](str(value))
        except ValueError:
            faults.append(fault("calendar_terms", line, "value", str(value), _READABLE[str(term)]))
    if faults:
        return faults
    by_id = _terms_by_id(terms.cells)
    for place, line in enumerate(rows.lines):
        row = {name: cells[place] for name, cells in rows.cells.items()}
        measure = _measure(row, by_id.get(str(row["id"]), {}))
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


def _terms_by_id(cells: Mapping[str, Sequence[object]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, term, value in zip(cells["id"], cells["term"], cells["value"], strict=True):
        found.setdefault(str(name), {})[str(term)] = _READ[str(term)](str(value))
    return found


def _measure(row: Mapping[str, Any], terms: Mapping[str, Any]) -> Measure:
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
        **terms,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _yes(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


_READ: Mapping[str, Callable[[str], Any]] = {
    "expected_end": date.fromisoformat,
    "cancelled": date.fromisoformat,
    "unit": str,
    "above": float,
    "tonnes": float,
    "each": _yes,
    "delay_days": float,
    "end_use": _names,
    "holders": str,
}
_READABLE = {
    **dict.fromkeys(("expected_end", "cancelled"), "a day such as 2026-02-05"),
    **dict.fromkeys(("above", "tonnes", "delay_days"), "a number"),
    "each": "true or false",
}
