"""Words to declare a data table with: its columns, what each may hold, and the rules that tie its rows.

A column is one line of text, ``name | kind | unit | allowed | meaning``. Kinds are ``text``, ``number``,
``whole``, ``date``, ``quarter``, ``choice``, ``code`` and ``codes`` (several codes with ``;`` between); ``?``
after the kind lets a cell be blank. ``allowed`` is a range such as ``0..1`` or ``>0..`` for numbers, words
with commas for a choice, lists joined by ``+`` for codes.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("text", "number", "whole", "date", "quarter", "choice", "code", "codes")
QUALITIES = ("reported", "derived", "estimate", "assumption")


@dataclass(frozen=True)
class Column:
    """One column: ``allowed`` is read by kind, ``required`` columns have no blank cell."""

    name: str
    kind: str
    unit: str
    allowed: str
    meaning: str
    required: bool = True


@dataclass(frozen=True)
class Table:
    """One file of ``world/data``.

    key : columns that together name a row once
    ordered : columns whose values must not fall from left to right
    whole_share : columns within which ``share`` adds up to one
    part_share : columns within which ``share`` adds up to one at most
    needed : whether the file must be there; a table without one is empty
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    ordered: tuple[str, ...] = ()
    whole_share: tuple[str, ...] = ()
    part_share: tuple[str, ...] = ()
    needed: bool = True

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in the order of the file."""
        return tuple(column.name for column in self.columns)


_TAIL = f"""
source | text | - | | where the figure comes from
quality | choice | - | {", ".join(QUALITIES)} | printed, arithmetic on printed figures, estimate or assumption
note | text? | - | | the step of arithmetic, or the reason and range of an assumption
"""


def columns(text: str) -> tuple[Column, ...]:
    """Columns of a table from one line each, with ``source``, ``quality`` and ``note`` added.

    Raises
    ------
    ValueError
        If a line has not five parts or an unknown kind: a fault of this code, not of the data.
    """
    found = []
    for line in filter(None, (text + _TAIL).splitlines()):
        name, kind, unit, allowed, meaning = (part.strip() for part in line.split("|"))
        if kind.removesuffix("?") not in KINDS:
            raise ValueError(f"column {name}: kind {kind!r} is none of {', '.join(KINDS)}")
        found.append(Column(name, kind.removesuffix("?"), unit, allowed, meaning, not kind.endswith("?")))
    return tuple(found)
