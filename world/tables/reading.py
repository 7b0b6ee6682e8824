"""Reads one declared table from a CSV file, cell by cell, and says in words what is wrong and where."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

from world.tables.catalogue import describe_allowed
from world.tables.schema import Column, Table

Cell = str | float | int


class DatasetError(ValueError):
    """Data that cannot be used: names file, line, column, what was given and what is allowed."""


class _CellError(ValueError):
    """What a cell may hold instead."""


@dataclass(frozen=True)
class Rows:
    """A table as read: a list of cells for each column, and the line of the file each row came from."""

    cells: Mapping[str, list[Cell]]
    lines: tuple[int, ...]


# Codes by list name: mineral, country, bloc, group, stage, *.
Codes = Mapping[str, Collection[str]]


class _Reader(Protocol):
    """A reader of the csv module."""

    line_num: int

    def __next__(self) -> list[str]: ...


def read_rows(path: Path, table: Table, codes: Codes, complaints: list[str]) -> Rows:
    """Read ``path`` as ``table``; faults are appended to ``complaints``, and rows with a fault are left out.

    Raises
    ------
    DatasetError
        If the file is not text in UTF-8 or its header is not that of the table, so that no row can be read.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    names, rows, lines = table.column_names, [], []
    records = _records(reader, path, complaints)
    _check_header(path, table, next(records, (1, []))[1])
    known: list[dict[str, Cell]] = [{} for _ in names]
    for line, fields in records:
        row = _row(path, line, table, fields, codes, known, complaints)
        if row is not None:
            lines.append(line)
            rows.append(row)
    columns = map(list, zip(*rows, strict=True)) if rows else ([] for _ in names)
    cells: dict[str, list[Cell]] = dict(zip(names, columns, strict=True))
    _check_keys(path, table, cells, lines, complaints)
    return Rows(cells, tuple(lines))


def nearest(given: str, known: Collection[str]) -> str:
    """Words that point to the known name closest to the given one, or nothing."""
    close = difflib.get_close_matches(given, sorted(known), n=1, cutoff=0.5)
    return f" (closest: {close[0]})" if close else ""


def fault(table: str, line: int, column: str, given: object, allowed: str) -> str:
    """One line on one fault of a table."""
    return f"{table}.csv, line {line}, column {column}: given {given!r}, allowed: {allowed}"


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DatasetError(f"{path.name}: file is missing, needed in {path.parent}") from None
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DatasetError(f"{path.name}, line {line}: not text in UTF-8 (byte {error.start})") from None


def _records(reader: _Reader, path: Path, complaints: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Line on which each record starts, and its fields; blank lines are passed over."""
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            complaints.append(f"{path.name}, line {line}: malformed CSV ({error})")
            return
        if fields:
            yield line, fields


def _check_header(path: Path, table: Table, fields: list[str]) -> None:
    names = table.column_names
    if tuple(fields) == names:
        return
    if not fields:
        raise DatasetError(f"{path.name}: no header, allowed: {','.join(names)}")
    missing = [name for name in names if name not in fields]
    unknown = [name for name in fields if name not in names]
    twice = sorted({name for name in fields if fields.count(name) > 1})
    said = [f"missing column {name}" for name in missing]
    said += [f"unknown column {name!r}{nearest(name, missing or names)}" for name in unknown]
    said += [f"column {name} appears twice" for name in twice]
    order = "columns out of order" if not said else "; ".join(said)
    raise DatasetError(f"{path.name}, line 1: {order}, allowed: {','.join(names)}")


def _row(
    path: Path,
    line: int,
    table: Table,
    fields: list[str],
    codes: Codes,
    known: list[dict[str, Cell]],
    complaints: list[str],
) -> list[Cell] | None:
    """The cells of a row, None with a fault; ``known``: what each column has held so far, by its text."""
    if len(fields) != len(table.columns):
        complaints.append(
            f"{path.name}, line {line}: given {len(fields)} fields, allowed: {len(table.columns)}"
        )
        return None
    row: list[Cell] = []
    sound = True
    for column, given, seen in zip(table.columns, fields, known, strict=True):
        try:
            cell = seen.get(given)
            if cell is None:
                cell = seen[given] = read_cell(column, given, codes)
            row.append(cell)
        except _CellError as error:
            complaints.append(fault(table.name, line, column.name, given, str(error)))
            sound = False
    return row if sound else None


def read_cell(column: Column, given: str, codes: Codes) -> Cell:
    """The value of one cell; where a blank is allowed it is NaN for numbers and empty text otherwise."""
    text = given.strip()
    if not text:
        if column.required:
            raise _CellError(describe_allowed(column) or f"a {column.kind}, not blank")
        return math.nan if column.kind in ("number", "whole") else ""
    if column.kind in ("number", "whole"):
        return _number(column, text)
    if column.kind == "date":
        return _date(text)
    if column.kind == "quarter":
        return _quarter(column, text)
    if column.kind == "choice":
        words = [word.strip() for word in column.allowed.split(",")]
        if text not in words:
            raise _CellError(f"one of {column.allowed}{nearest(text, words)}")
    elif column.kind in ("code", "codes"):
        _check_codes(column, text, codes)
    return text


def _number(column: Column, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        raise _CellError(f"a number, {describe_allowed(column)}") from None
    if not math.isfinite(value) or not _within(value, column.allowed):
        raise _CellError(f"a finite number, {describe_allowed(column)}")
    if column.kind == "number":
        return value
    if value != int(value):
        raise _CellError(f"a whole number, {describe_allowed(column)}")
    return int(value)


def _within(value: float, allowed: str) -> bool:
    """Whether a value lies in a range such as ``0..1``, ``>0..`` or ``-5..5``; no range allows all."""
    if not allowed:
        return True
    low, strictly, high = _limits(allowed)
    return (value > low if strictly else value >= low) and value <= high


@cache
def _limits(allowed: str) -> tuple[float, bool, float]:
    """Lower limit, whether it is left out, upper limit (inf when there is none)."""
    low, high = allowed.split("..")
    return float(low.removeprefix(">")), low.startswith(">"), float(high or "inf")


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _CellError("a day such as 2026-02-05") from None


def _quarter(column: Column, text: str) -> str:
    low, high = column.allowed.split("..")
    if not re.fullmatch(r"\d{4}-Q[1-4]", text) or not low <= text <= high:
        raise _CellError(f"a quarter such as 2027-Q3, {low} to {high}")
    return text


def _check_codes(column: Column, text: str, codes: Codes) -> None:
    parts = column.allowed.split("+")
    for code in text.split(";") if column.kind == "codes" else [text]:
        if not any(code in codes[part] for part in parts):
            known = [name for part in parts for name in codes[part]]
            raise _CellError(f"{describe_allowed(column)}{nearest(code, known)}")


def _check_keys(
    path: Path, table: Table, cells: Mapping[str, list[Cell]], lines: list[int], complaints: list[str]
) -> None:
    first: dict[tuple[Cell, ...], int] = {}
    for line, *key in zip(lines, *(cells[name] for name in table.key), strict=True):
        before = first.setdefault(tuple(key), line)
        if before != line:
            named = ", ".join(f"{name} {value}" for name, value in zip(table.key, key, strict=True))
            complaints.append(
                f"{path.name}, line {line}: {named} is already on line {before}, allowed: one row each"
            )
