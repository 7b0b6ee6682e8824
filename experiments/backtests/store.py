"""What draws of cases came to, kept in a file of lines, so that a calibration goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

from experiments.backtests.backtest import Job, Played, play_jobs
from experiments.backtests.case import CaseError
from experiments.backtests.criteria import Criterion
from experiments.provenance import code_of, data_fingerprint, fingerprint_of

Values = Mapping[int, Sequence[float]]
"""Row of the criteria -> number by draw, NaN where a draw has none."""


class Draw(NamedTuple):
    """A set of parameters, the seed of shocks under which it is played, and what is taken out."""

    parameters: Mapping[str, float]
    seed: int
    without: str = ""


def played(
    rows: Mapping[Path, Sequence[Criterion]],
    draws: Mapping[Path, Sequence[Draw]],
    store: Path,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Path, Values]:
    """Numbers of each case under each of its draws; what is not in the store is played and added to it.

    Raises
    ------
    CaseError
        If a case cannot be played, or the store cannot be read or written.
    """
    known = read_store(store)
    todo = [
        Job(folder, number, one.parameters, one.seed, one.without)
        for folder, of_case in draws.items()
        for number, one in enumerate(of_case)
    ]
    keys = {(job.folder, job.number): _key(job) for job in todo}
    missing = {key: job for job in todo if (key := keys[job.folder, job.number]) not in known}
    with closing(play_jobs(list(missing.values()), jobs, progress)) as results:
        for one in results:
            key = keys[one.folder, one.number]
            known[key] = _add(store, key, one)
    return {
        folder: {
            row.line: [known[keys[folder, n]].get(row.line, math.nan) for n in range(len(draws[folder]))]
            for row in of_case
        }
        for folder, of_case in rows.items()
    }


def _key(job: Job) -> str:
    """Fingerprint of all that a number hangs on: code and data, the case, the parameters, the seed, what is
    taken out."""
    given = [_code(), sorted(job.parameters.items()), job.seed, job.without]
    digest = hashlib.sha256(json.dumps(given).encode())
    digest.update(_case_bytes(job.folder))
    return digest.hexdigest()[:24]


@cache
def _code() -> str:
    """Fingerprint of the model, its data and the measures."""
    files = [file for folder in ("agents", "world", "experiments/backtests") for file in code_of(folder)]
    return fingerprint_of(files) + data_fingerprint()


@cache
def _case_bytes(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in ("case.toml", "criteria.csv"))


def _add(store: Path, key: str, one: Played) -> dict[int, float]:
    numbers = {line: value for line, value in one.values.items() if math.isfinite(value)}
    entry = {"key": key, "case": one.folder.name, "draw": one.number, "values": numbers}
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        with store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
    except OSError as error:
        raise CaseError(f"{store}: cannot be written: {error.strerror or error}") from None
    return numbers


def read_store(store: Path) -> dict[str, dict[int, float]]:
    """Key -> numbers by row; a line that was cut off is left out. Raises ``CaseError``."""
    found: dict[str, dict[int, float]] = {}
    if not store.exists():
        return found
    try:
        lines = store.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{store}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    for line in lines:
        try:
            entry = json.loads(line)
            found[entry["key"]] = {int(row): float(value) for row, value in entry["values"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return found
