"""Many pairs of many mechanisms, each kept as soon as it is finished, so that a campaign goes on where it was
stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from experiments.jobs import Lost, in_processes, in_turn
from experiments.mechanisms.mechanism import Mechanism
from experiments.mechanisms.pair import Pair, pair_fingerprint, play_pair
from experiments.mechanisms.reading import MechanismError, read_mechanism
from experiments.results import ResultsError

Progress = Callable[[int, int], None]
Notice = Callable[[str], None]


class Job(NamedTuple):
    """One seed of one mechanism and where its pair is kept; the work of one process."""

    source: Path
    seed: int
    path: Path


def run_campaign(
    mechanisms: Sequence[tuple[Path, Mechanism]],
    seeds: int,
    folder: Path,
    jobs: int | None = None,
    progress: Progress | None = None,
    notice: Notice = lambda line: None,
) -> list[Pair]:
    """The pairs of seeds 1 to ``seeds`` of each mechanism: those that are kept in ``folder`` and still hold
    (same scenario, data and program), the others played and kept. Ctrl-C leaves what was finished; ``notice``
    is told of a pair whose process died, which is played again next time.

    Seeds come first, so that whatever is finished holds as many mechanisms as can be.

    Raises
    ------
    ResultsError
        If the folder cannot be written.
    """
    played = [(path, one) for path, one in mechanisms if one.scenarios]
    found = {(one.keys.number, pair.seed): pair for path, one in played for pair in kept_pairs(one, folder)}
    todo = [
        Job(path, seed, pair_path(folder, one.keys.number, seed))
        for seed in range(1, seeds + 1)
        for path, one in played
        if (one.keys.number, seed) not in found
    ]
    processes = min(jobs or os.cpu_count() or 1, len(todo))
    results = in_turn(play_job, todo) if processes <= 1 else in_processes(play_job, todo, processes)
    done = 0
    with closing(results):
        for job, pair in results:
            done += 1
            if isinstance(pair, Lost):
                notice(f"{job.source.name}, seed {job.seed}: {pair.reason}")
            else:
                found[pair.number, pair.seed] = pair
            if progress is not None:
                progress(done, len(todo))
    return [pair for (_, seed), pair in sorted(found.items()) if seed <= seeds]


def play_job(job: Job) -> Pair:
    """Play one pair and keep it; a lost one is kept too, for what befell it will befall it again."""
    pair = play_pair(read_mechanism(job.source), job.seed)
    keep(pair, job.path)
    return pair


def pair_path(folder: Path, number: int, seed: int) -> Path:
    """Where the pair of a mechanism and seed is kept."""
    return folder / f"{number:02d}" / f"seed-{seed}.json"


def keep(pair: Pair, path: Path) -> None:
    """Write a pair whole or not at all. Raises ``ResultsError``."""
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(pair.as_keys(), indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written: {error.strerror or error}") from None


def kept_pairs(mechanism: Mechanism, folder: Path) -> list[Pair]:
    """Pairs of a mechanism that were kept and still hold; what cannot be read is played again."""
    wanted, found = pair_fingerprint(mechanism), []
    for path in sorted((folder / f"{mechanism.keys.number:02d}").glob("seed-*.json")):
        try:
            pair = Pair.of_keys(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if pair.fingerprint == wanted and path == pair_path(folder, pair.number, pair.seed):
            found.append(pair)
    return found


def sources_of(mechanisms: Sequence[Mechanism], folder: Path) -> list[tuple[Path, Mechanism]]:
    """Each mechanism with its file. Raises ``MechanismError`` if a file has gone."""
    found = [(folder / one.file, one) for one in mechanisms]
    for path, _ in found:
        if not path.is_file():
            raise MechanismError(f"{path}: no such file")
    return found
