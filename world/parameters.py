"""Every parameter of behaviour once: meaning, unit, default, range and source, from
``world/data/parameters.csv``.

The table feeds the scenarios (which may set any of them within its range), the checks and the reference
documentation. A number that is not in this table, in the other tables of ``world/data`` or in the scenario
does not belong in the code.
"""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PARAMETER_FILE = Path(__file__).parent / "data" / "parameters.csv"
COLUMNS = ("name", "meaning", "unit", "default", "low", "high", "kind", "source", "quality")
QUALITIES = ("reported", "derived", "estimate", "assumption")


class ParameterError(ValueError):
    """A parameter table or a setting that cannot be used; says where, what was given, what is allowed."""


@dataclass(frozen=True)
class Parameter:
    """One row of the table; ``kind`` names the part of the model it belongs to."""

    name: str
    meaning: str
    unit: str
    default: float
    low: float
    high: float
    kind: str
    source: str
    quality: str


class ParameterValues:
    """The values of one run, by attribute (``values.planning_years``) or by name; cannot be changed."""

    __slots__ = ("_values",)
    _values: Mapping[str, float]

    def __init__(self, values: Mapping[str, float]) -> None:
        object.__setattr__(self, "_values", dict(values))

    def __getattr__(self, name: str) -> float:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"unknown parameter {name!r}{nearest(name, self._values)}") from None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"parameters are fixed for a run: {name} cannot be set")

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParameterValues) and dict(other._values) == dict(self._values)

    def __reduce__(self) -> tuple[type[ParameterValues], tuple[dict[str, float]]]:
        return ParameterValues, (dict(self._values),)

    __hash__ = None  # type: ignore[assignment]


def nearest(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """Words that point to the closest known name, or nothing when none is close."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (nearest: {close[0]})" if close else ""


def load_parameters(path: Path | None = None) -> Mapping[str, Parameter]:
    """Read and check the table of parameters.

    Raises
    ------
    ParameterError
        Names file, row and column of the first thing that is wrong.
    """
    file = path or PARAMETER_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{file}: cannot be read: {error}") from error
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise ParameterError(
            f"{file}: columns: given {', '.join(rows.fieldnames or ())}, allowed: {', '.join(COLUMNS)}"
        )
    parameters: dict[str, Parameter] = {}
    for row in rows:
        parameter = _read_row(row, f"{file}, row {rows.line_num}")
        if parameter.name in parameters:
            raise ParameterError(f"{file}, row {rows.line_num}, column name: {parameter.name} is there twice")
        parameters[parameter.name] = parameter
    return MappingProxyType(parameters)


def _read_row(row: Mapping[str, str | None], where: str) -> Parameter:
    if None in row or None in row.values():
        raise ParameterError(f"{where}: not {len(COLUMNS)} cells (a comma inside a text needs quotes)")
    cells = {name: str(value).strip() for name, value in row.items()}
    if not cells["name"].isidentifier():
        raise ParameterError(
            f"{where}, column name: given {cells['name']!r}, allowed: letters, digits and underscores"
        )
    for column in ("meaning", "unit", "kind", "source"):
        if not cells[column]:
            raise ParameterError(f"{where}, column {column}: empty, every parameter needs one")
    if cells["quality"] not in QUALITIES:
        raise ParameterError(
            f"{where}, column quality: given {cells['quality']!r}, allowed: {', '.join(QUALITIES)}"
        )
    default, low, high = (
        _number(cells[column], f"{where}, column {column}") for column in ("default", "low", "high")
    )
    if not low <= default <= high:
        raise ParameterError(f"{where}, column default: given {default:g}, allowed: {low:g} to {high:g}")
    texts = (cells["name"], cells["meaning"], cells["unit"])
    return Parameter(*texts, default, low, high, cells["kind"], cells["source"], cells["quality"])


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ParameterError(f"{where}: given {text!r}, allowed: a number") from None
    if not math.isfinite(value):
        raise ParameterError(f"{where}: given {text}, allowed: a finite number")
    return value


def resolve(overrides: Mapping[str, float] | None = None, path: Path | None = None) -> ParameterValues:
    """Return the value of every parameter: its default, or what ``overrides`` says if that lies in its range.

    Raises
    ------
    ParameterError
        For an unknown name (the nearest known one is named) or a value outside the range.
    """
    parameters = load_parameters(path)
    values = {name: parameter.default for name, parameter in parameters.items()}
    for name, value in (overrides or {}).items():
        if name not in parameters:
            raise ParameterError(
                f"parameters.{name}: unknown{nearest(name, parameters)}, "
                f"allowed: the names in {PARAMETER_FILE.name}"
            )
        known = parameters[name]
        if not known.low <= value <= known.high:  # also refuses NaN
            raise ParameterError(
                f"parameters.{name}: given {value:g}, allowed: {known.low:g} to {known.high:g} {known.unit}"
            )
        values[name] = float(value)
    return ParameterValues(values)
