"""Result tables as Parquet files, with the unit and meaning of each column in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from world.records.schema import Column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def write_table(
    rows: Mapping[str, Sequence[Any]], columns: Sequence[Column], path: Path, by_month: bool = False
) -> None:
    """Write the columns of ``rows`` in the order and with the types of ``columns``; ``by_month``: what the
    schema gives a quarter is a month here.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [_array(rows[column.name], column.kind) for column in columns]
    each = "/month" if by_month else "/quarter"
    units = [column.unit.replace("/quarter", each) for column in columns]
    fields = [
        pa.field(column.name, array.type, metadata={"unit": unit, "meaning": column.meaning})
        for column, array, unit in zip(columns, arrays, units, strict=True)
    ]
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), path, compression="zstd")
    del arrays
    pa.default_memory_pool().release_unused()  # which would keep what the largest table took


def _array(values: Sequence[Any], kind: str) -> pa.Array[Any]:
    """The values of a column; numbers that are packed are not copied."""
    import numpy as np
    import pyarrow as pa

    types = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "yes_no": pa.bool_()}
    packed = {"whole": np.int64, "number": np.float64}
    return pa.array(np.asarray(values, packed[kind]) if kind in packed else values, type=types[kind])


def read_table(path: Path) -> pd.DataFrame:
    """The table in ``path``, column by column: each gives its memory back once it is in the frame.

    Raises ``OSError`` or ``ValueError`` when the file cannot be read as Parquet.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        columns = file.read(use_threads=False)
    frame: pd.DataFrame = columns.to_pandas(use_threads=False, split_blocks=True, self_destruct=True)
    return frame
