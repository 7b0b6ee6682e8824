"""Batches of rows: objects whose fields are arrays with the market as leading axis, or such objects, or
tuples of either, or None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp] | NDArray[np.bool_] | slice | list[int]
Part = TypeVar("Part", bound="Rowwise")


@dataclass(frozen=True)
class Rowwise:
    """Fields whose leading axis is the market."""

    def take(self, rows: Rows) -> Self:
        """The same object with only these rows, in this order; a row may be named more than once. ``rows``
        indexes axis 0."""
        taken = {item.name: _rows_of(getattr(self, item.name), rows) for item in fields(self)}
        return replace(self, **taken)

    def put(self, rows: Rows, other: Self) -> None:
        """Overwrite these rows, in place, with the rows of ``other``."""
        for item in fields(self):
            _overwrite(getattr(self, item.name), rows, getattr(other, item.name))


def join(parts: Sequence[Part]) -> Part:
    """Batches of the same kind, one below the other."""
    first = parts[0]
    names = [item.name for item in fields(first)]
    return replace(first, **{name: _joined([getattr(part, name) for part in parts]) for name in names})


def _joined(values: Sequence[Any]) -> Any:
    if isinstance(values[0], Rowwise):
        return join(values)
    if isinstance(values[0], tuple):
        return tuple(_joined(place) for place in zip(*values, strict=True))
    return np.concatenate(values)


def _rows_of(value: object, rows: Rows) -> object:
    if isinstance(value, Rowwise):
        return value.take(rows)
    if isinstance(value, tuple):
        return tuple(_rows_of(place, rows) for place in value)
    return None if value is None else np.asarray(value)[rows]


def _overwrite(mine: Any, rows: Rows, theirs: Any) -> None:
    if isinstance(mine, Rowwise):
        mine.put(rows, theirs)
    elif isinstance(mine, tuple):
        for place, other in zip(mine, theirs, strict=True):
            _overwrite(place, rows, other)
    elif mine is not None:
        mine[rows] = theirs
