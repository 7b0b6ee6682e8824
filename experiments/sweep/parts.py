"""A table as a folder of Parquet parts: each written whole or not at all, merged as they grow many.

A part of one run is named by the key of the run, a merged part ``batch-...``. What is read while parts are
merged, or after that was cut short, holds some runs twice: readers keep one of each.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PART_ROWS = 500
"""Runs in a merged part: many small files read ten times slower than a few large ones."""
READ_ATTEMPTS = 5
SUFFIX, BATCH, PARTIAL = ".parquet", "batch-", ".partial"


class PartsError(ValueError):
    """A part that cannot be read: names it."""


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` so that ``path`` is there whole or not at all, whatever happens meanwhile.

    Raises ``OSError``, with nothing left behind.
    """
    partial = path.with_name(f"{path.name}{PARTIAL}")  # not .parquet: readers of other makes pass it by
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` outlast a loss of power, where the system can."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    except OSError:
        pass
    finally:
        os.close(number)


def single_parts(folder: Path) -> dict[str, Path]:
    """Parts of one run, by key."""
    files = (path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith(BATCH))
    return {path.stem: path for path in sorted(files)}


def batch_parts(folder: Path) -> list[Path]:
    """Merged parts, in the order of their names."""
    return sorted(folder.glob(f"{BATCH}*{SUFFIX}"))


def merge_parts(folder: Path, keys: Iterable[str]) -> None:
    """Merge the parts of the runs ``keys`` into one. The merged part stands before the others go."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    single = single_parts(folder)
    chosen = sorted(key for key in keys if key in single)
    if len(chosen) < 2:
        return
    table = pa.concat_tables([read_part(single[key]) for key in chosen])
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    name = hashlib.sha256("|".join(chosen).encode()).hexdigest()[:12]
    write_whole(folder / f"{BATCH}{name}{SUFFIX}", sink.getvalue().to_pybytes())
    for key in chosen:
        single[key].unlink(missing_ok=True)


def tidy_parts(folder: Path, mine: Collection[str], finished: Collection[str] | None = None) -> None:
    """Remove what an end without warning left of the runs ``mine``: files half written, parts that were
    merged already, and, where ``finished`` is given, parts of runs that did not finish.
    """
    for path in folder.glob(f"*{PARTIAL}"):
        path.unlink(missing_ok=True)
    merged = batch_keys(folder)
    for key, path in single_parts(folder).items():
        left_over = key in merged or (finished is not None and key not in finished)
        if key in mine and left_over:
            path.unlink(missing_ok=True)


def batch_keys(folder: Path) -> set[str]:
    """Keys of the runs in merged parts."""
    found: set[str] = set()
    for path in batch_parts(folder):
        found.update(read_part(path, ["key"]).column("key").to_pylist())
    return found


def read_part(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A part, or some of its columns. Raises ``PartsError`` naming a file that cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns, use_threads=False)
    except FileNotFoundError:  # merged by another process since it was listed
        raise
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise PartsError(
            f"{path}: cannot be read as Parquet ({reason}); remove it and its runs are played again"
        ) from None


def read_parts(folder: Path, schema: pa.Schema) -> pa.Table:
    """Every row once. The merged parts are listed last, so that a run that is merged meanwhile is not missed.

    Outcomes that are younger than the folder have no value there. Raises ``PartsError``.
    """
    import pyarrow as pa

    for attempt in range(READ_ATTEMPTS):
        single = single_parts(folder)
        try:
            tables = [read_part(path) for path in batch_parts(folder)]
            merged = {key for table in tables for key in table.column("key").to_pylist()}
            tables += [read_part(path) for key, path in single.items() if key not in merged]
            break
        except FileNotFoundError as error:
            if attempt == READ_ATTEMPTS - 1:
                raise PartsError(f"{error.filename}: went away while it was read") from None
    try:
        return pa.concat_tables([schema.empty_table(), *tables], promote_options="default")
    except pa.ArrowInvalid as error:
        reason = " ".join(str(error).split())
        raise PartsError(f"{folder}: columns of another kind than this version's ({reason})") from None


def drop_rows(folder: Path, keys: Collection[str]) -> None:
    """Take the runs ``keys`` out of every part: they count as not played."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for key, path in single_parts(folder).items():
        if key in keys:
            path.unlink(missing_ok=True)
    for path in batch_parts(folder):
        table = read_part(path)
        kept = table.filter(pc.invert(pc.is_in(table.column("key"), pa.array(sorted(keys)))))
        if len(kept) < len(table):
            sink = pa.BufferOutputStream()
            pq.write_table(kept, sink, compression="zstd")
            write_whole(path, sink.getvalue().to_pybytes())
