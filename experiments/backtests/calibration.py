"""One calibration for all cases: draws of the parameters kept by how near they come to history.

Rejection sampling in the manner of approximate Bayesian computation (Beaumont 2010): draws from the prior are
played on every case, and those nearest to the bands are the ensemble. Leave-one-case-out: for each case the
ensemble is chosen on the others and scored on the one. What was played is kept in a file of lines, so that a
run goes on where it stopped and another hour adds draws to it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import ks_2samp

from experiments.backtests.backtest import Job, Played, play_job
from experiments.backtests.case import CaseError
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.draws import draw_parameters
from experiments.backtests.scoring import Score, score_case
from experiments.jobs import Lost, in_processes, in_turn
from world.axes import Array
from world.parameters import load_parameters

FARTHEST = 3.0
"""Distance, in widths of a band, at which a part is as far off as can be, and that of no number at all."""
PINNED_P = 0.01
"""Chance below which the kept draws of a parameter are taken not to be those of the prior."""


@dataclass(frozen=True)
class Calibration:
    """What came of it.

    kept : numbers of the draws in the ensemble; distance : (draw,); sets : parameters by draw; fit, left_out
    : scores of all cases under the ensemble, and of each case under the one chosen without it; pinned :
    parameter -> p, mean place of the kept draws within the range
    """

    kept: tuple[int, ...]
    distance: Array
    sets: Sequence[Mapping[str, float]]
    fit: tuple[Score, ...]
    left_out: tuple[Score, ...]
    pinned: Mapping[str, tuple[float, float]]


def calibrate(
    folders: Sequence[Path],
    draws: int,
    seed: int,
    keep_share: float,
    store: Path,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Play what is not in ``store`` yet, keep the nearest share of the draws, score them.

    Raises
    ------
    CaseError
        If a case cannot be used, or the store cannot be read or written.
    """
    rows = {folder: read_criteria(read_case(folder)) for folder in folders}
    sets = draw_parameters(draws, seed)
    values = _played(rows, sets, seed, store, jobs, progress)
    names = {folder: folder.resolve().name for folder in folders}
    misses = {folder: _misses(rows[folder], values[folder]) for folder in folders}
    count = max(1, round(keep_share * draws))
    distance = _mean(misses.values())
    kept = nearest(distance, count)
    fit: list[Score] = []
    left_out: list[Score] = []
    for folder in folders:
        others = [misses[other] for other in folders if other != folder]
        without = nearest(_mean(others), count) if others else kept
        for chosen, scores in ((kept, fit), (without, left_out)):
            taken = {line: [numbers[draw] for draw in chosen] for line, numbers in values[folder].items()}
            scores += score_case(names[folder], rows[folder], taken)
    return Calibration(kept, distance, sets, tuple(fit), tuple(left_out), _pinned(sets, kept))


def nearest(distance: Array, count: int) -> tuple[int, ...]:
    """Numbers of the so many draws that are nearest, ties by number."""
    return tuple(int(draw) for draw in np.argsort(distance, kind="stable")[:count])


def miss_of(value: float, row: Criterion) -> float:
    """How far a number is from its band, in widths of the band (of its bound where it has but one)."""
    if not math.isfinite(value):
        return FARTHEST
    one_sided = math.isinf(row.low) or math.isinf(row.high)
    bound = row.high if math.isinf(row.low) else row.low
    width = max(abs(bound), 0.1) if one_sided else max(row.high - row.low, 1e-9)
    return min(max(row.low - value, value - row.high, 0.0) / width, FARTHEST)


def _misses(rows: Sequence[Criterion], values: Mapping[int, Sequence[float]]) -> Array:
    """(criterion, draw) mean miss over the parts of each criterion of grades A and B."""
    found = []
    for id_ in dict.fromkeys(row.id for row in rows if row.grade in "AB"):
        parts = [[miss_of(v, row) for v in values[row.line]] for row in rows if row.id == id_]
        found.append(np.mean(parts, axis=0))
    return np.array(found).reshape(len(found), -1)


def _mean(misses: Iterable[Array]) -> Array:
    """(draw,) mean over all criteria."""
    return np.asarray(np.concatenate([one for one in misses if len(one)]).mean(axis=0))


def _pinned(sets: Sequence[Mapping[str, float]], kept: Sequence[int]) -> dict[str, tuple[float, float]]:
    """Parameters whose kept draws differ from the prior (Kolmogorov and Smirnov), most first."""
    found = {}
    for name, entry in load_parameters().items():
        drawn = np.array([one.get(name, entry.default) for one in sets])
        chosen = drawn[list(kept)]
        p = float(ks_2samp(chosen, drawn).pvalue)
        if p < PINNED_P:
            found[name] = (p, float((chosen.mean() - entry.low) / max(entry.high - entry.low, 1e-12)))
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def _played(
    rows: Mapping[Path, Sequence[Criterion]],
    sets: Sequence[Mapping[str, float]],
    seed: int,
    store: Path,
    jobs: int | None,
    progress: Callable[[int, int], None] | None,
) -> dict[Path, dict[int, list[float]]]:
    """Folder -> row of the criteria -> number by draw; what is missing in the store is played and added."""
    known = read_store(store)
    todo = [Job(folder, number, one, seed + number) for number, one in enumerate(sets) for folder in rows]
    keys = {(job.folder, job.number): _key(job) for job in todo}
    missing = [job for job in todo if keys[job.folder, job.number] not in known]
    processes = min(jobs or os.cpu_count() or 1, max(len(missing), 1))
    results = in_turn(play_job, missing) if processes <= 1 else in_processes(play_job, missing, processes)
    with closing(results):
        for count, (job, one) in enumerate(results, 1):
            if isinstance(one, Lost):
                raise CaseError(f"{job.folder.name}, draw {job.number}: {one.reason}")
            key = keys[one.folder, one.number]
            known[key] = _add(store, key, one)
            if progress is not None:
                progress(count, len(missing))
    blank = float("nan")
    return {
        folder: {
            row.line: [known[keys[folder, n]].get(row.line, blank) for n in range(len(sets))] for row in rows_
        }
        for folder, rows_ in rows.items()
    }


def _key(job: Job) -> str:
    """Fingerprint of all that a number hangs on but the code: the case, the parameters, the seed."""
    digest = hashlib.sha256(json.dumps([sorted(job.parameters.items()), job.seed]).encode())
    for name in ("case.toml", "criteria.csv"):
        digest.update((job.folder / name).read_bytes())
    return digest.hexdigest()[:24]


def _add(store: Path, key: str, played: Played) -> dict[int, float]:
    numbers = {line: value for line, value in played.values.items() if math.isfinite(value)}
    entry = {"key": key, "case": played.folder.name, "draw": played.number, "values": numbers}
    try:
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
