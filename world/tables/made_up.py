"""A dataset from rows in memory, for worlds that are not the one in ``world/data``: the same tables, the same
checks between them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence

import pandas as pd

from world.dataset import Dataset, DatasetError, read_blocs
from world.tables.balance import check_balance
from world.tables.catalogue import TABLES
from world.tables.checks import check_tables
from world.tables.reading import Cell, Rows
from world.tables.schema import Column, Table

Row = Mapping[str, Cell]
_SAID = {"source": "made-up world", "quality": "assumption"}


def dataset_of(rows: Mapping[str, Sequence[Row]]) -> Dataset:
    """The dataset with these rows, table by table; a table that is not given is empty.

    Cells that a row leaves out are blank where the table allows it; ``source`` and ``quality`` may always be
    left out.

    Raises
    ------
    DatasetError
        One line for each fault between cells, rows and tables, as for the files of ``world/data``.
    KeyError
        If a table or a column is unknown, or a cell that must be there is not: a fault of the caller.
    """
    unknown = sorted(rows.keys() - TABLES.keys())
    if unknown:
        raise KeyError(f"no tables of these names: {', '.join(unknown)}")
    read = {name: _rows(table, rows.get(name, ())) for name, table in TABLES.items()}
    faults = [*check_tables(read), *check_balance(read)]
    if faults:
        raise DatasetError("\n".join(faults))
    minerals, countries = (
        tuple(map(str, read[name].cells[code]))
        for name, code in (("minerals", "mineral"), ("countries", "iso3"))
    )
    text = json.dumps({name: dict(table.cells) for name, table in read.items()}, sort_keys=True)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    tables = {name: pd.DataFrame(dict(table.cells)) for name, table in read.items()}
    return Dataset(minerals, countries, read_blocs(read["countries"]), fingerprint, tables)


def _rows(table: Table, rows: Sequence[Row]) -> Rows:
    for row in rows:
        unknown = sorted(row.keys() - set(table.column_names))
        if unknown:
            raise KeyError(f"table {table.name} has no columns {', '.join(unknown)}")
    cells = {column.name: [_cell(table, column, row) for row in rows] for column in table.columns}
    return Rows(cells, tuple(range(1, len(rows) + 1)))


def _cell(table: Table, column: Column, row: Row) -> Cell:
    if column.name in row:
        return row[column.name]
    if column.name in _SAID:
        return _SAID[column.name]
    if column.required:
        raise KeyError(f"table {table.name}: a row without {column.name}")
    return math.nan if column.kind in ("number", "whole") else ""
