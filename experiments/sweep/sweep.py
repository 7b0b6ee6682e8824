"""A sweep from design to folder: plays what is missing, keeps each run as it ends, goes on after a stop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from experiments.cluster import dask_client, on_dask
from experiments.jobs import Lost, ctrl_c_ignored, in_processes, in_turn
from experiments.results import ResultsError
from experiments.simulation import Notice, compile_market
from experiments.sweep.design import Design
from experiments.sweep.folder import (
    FOLDER,
    ROUNDS,
    RUNS,
    cannot_write,
    create_folder,
    grow_folder,
    held,
)
from experiments.sweep.parts import (
    PART_ROWS,
    SUFFIX,
    PartsError,
    batch_parts,
    drop_rows,
    merge_parts,
    read_part,
    single_parts,
    tidy_parts,
    write_whole,
)
from experiments.sweep.plan import PlannedRun, plan_runs
from experiments.sweep.play import PlayedRun, failed_run, play_planned

ENGINES = ("serial", "processes", "dask")
Watch = Callable[[int, int, int], None]
"""Told of runs that are there, failed ones among them, and runs in all."""
Results = Generator[tuple[PlannedRun, PlayedRun | Lost], None, None]


@dataclass(frozen=True)
class SweepReport:
    """What came of a sweep: runs ``planned``, those that are in the folder, those of them that ``failed``,
    those ``played`` now, and the ``status``: finished or interrupted.
    """

    folder: Path
    status: str
    planned: int
    there: int
    failed: int
    played: int
    seconds: float


def run_sweep(
    design: Design,
    folder: str | Path,
    engine: str = "processes",
    workers: int | None = None,
    scheduler: str | None = None,
    retry_failed: bool = False,
    watch: Watch | None = None,
    notice: Notice | None = None,
) -> SweepReport:
    """Play the runs of ``design`` that ``folder`` does not hold yet.

    ``engine`` is one of ``ENGINES``, ``workers`` the number of processes, ``scheduler`` the address of a Dask
    scheduler. Tables do not depend on any of them. With ``retry_failed``, runs that failed are played again.
    Ctrl-C ends the sweep and keeps every run that is finished.

    Raises
    ------
    DesignError, ResultsError, ClusterError
        Before the first run, or where the disk or the cluster fails; finished runs are kept.
    """
    began = time.perf_counter()
    path = Path(folder)
    planned = plan_runs(design)
    with held(path):
        store = _open_store(path, design, planned, retry_failed)
        todo = [run for run in planned if run.key not in store.there]
        report = partial(_report, path, planned, store, len(todo), began)
        if not todo:
            store.merge(0)
            return report("finished")
        try:
            with _results(design, todo, engine, workers, scheduler, notice) as results:
                _gather(design, results, store, len(planned), watch)
                store.merge(0)
        except KeyboardInterrupt:
            with ctrl_c_ignored():
                store.count()  # it may have come between a part and its being counted
            return report("interrupted")
        except OSError as error:
            raise cannot_write(path, error) from None
    return report("finished")


def _report(
    folder: Path, planned: Sequence[PlannedRun], store: _Store, missing: int, began: float, status: str
) -> SweepReport:
    played = len(store.there) - (len(planned) - missing)
    counts = (len(planned), len(store.there), len(store.failed), played)
    return SweepReport(folder, status, *counts, time.perf_counter() - began)


@contextmanager
def _results(
    design: Design,
    todo: Sequence[PlannedRun],
    engine: str,
    workers: int | None,
    scheduler: str | None,
    notice: Notice | None,
) -> Iterator[Results]:
    """The results of ``todo`` on an engine, which ends with the block."""
    work = partial(play_planned, design)
    count = min(workers or os.cpu_count() or 1, len(todo))
    if scheduler is None:
        compile_market(notice)  # once, before processes start
    if engine == "dask":
        with dask_client(scheduler, count) as client, closing(on_dask(work, todo, client)) as results:
            yield results
    elif engine == "processes":
        with closing(in_processes(work, todo, count)) as results:
            yield results
    else:
        with closing(in_turn(work, todo)) as results:
            yield results


def _gather(design: Design, results: Results, store: _Store, total: int, watch: Watch | None) -> None:
    for run, result in results:
        played = failed_run(design, run, result.reason) if isinstance(result, Lost) else result
        store.keep(played)
        if watch is not None:
            watch(len(store.there), len(store.failed), total)


class _Store:
    """The parts of a folder, and which runs they hold."""

    def __init__(self, folder: Path, mine: frozenset[str], has_rounds: bool) -> None:
        self._folder, self._mine, self._has_rounds = folder, mine, has_rounds
        self.there: set[str] = set()
        self.failed: set[str] = set()
        self._single: set[str] = set()

    def take_stock(self) -> None:
        """Find the runs that are there, and clear away what an end without warning left."""
        runs = self._folder / RUNS
        tidy_parts(runs, self._mine)
        self.count()
        if self._has_rounds:
            tidy_parts(self._folder / ROUNDS, self._mine, self.there)

    def count(self) -> None:
        """Find the runs that are there."""
        runs = self._folder / RUNS
        self.there, self.failed = set(), set()
        self._single = set(single_parts(runs)) & self._mine
        for path in [*batch_parts(runs), *single_parts(runs).values()]:
            part = read_part(path, ["key", "status"])
            for key, status in zip(
                *(part.column(name).to_pylist() for name in part.column_names), strict=True
            ):
                self.there.add(key)
                if status == "failed":
                    self.failed.add(key)

    def forget_failed(self) -> None:
        """Take failed runs out of the folder."""
        drop_rows(self._folder / RUNS, self.failed)
        self.there -= self.failed
        self._single -= self.failed
        self.failed = set()

    def keep(self, played: PlayedRun) -> None:
        """Write what a run gave: it is finished once its part of ``runs`` stands."""
        if played.rounds:
            write_whole(self._folder / ROUNDS / f"{played.key}{SUFFIX}", played.rounds)
        write_whole(self._folder / RUNS / f"{played.key}{SUFFIX}", played.runs)
        self.there.add(played.key)
        self._single.add(played.key)
        if played.status == "failed":
            self.failed.add(played.key)
        if len(self._single) >= PART_ROWS:
            self.merge(PART_ROWS)

    def merge(self, least: int) -> None:
        """Merge the parts of single runs once there are ``least`` of them."""
        if len(self._single) < least:
            return
        if self._has_rounds:
            merge_parts(self._folder / ROUNDS, self._single)
        merge_parts(self._folder / RUNS, self._single)
        self._single = set()


def _open_store(folder: Path, design: Design, planned: Sequence[PlannedRun], retry_failed: bool) -> _Store:
    if (folder / FOLDER).exists():
        grow_folder(folder, design, planned)
    else:
        create_folder(folder, design)
    store = _Store(folder, frozenset(run.key for run in planned), design.detail != "run")
    try:
        store.take_stock()
        strangers = store.there - {run.key for run in planned}
        if strangers:
            raise ResultsError(
                f"{folder}: {len(strangers):,} of its {len(store.there):,} runs are none of this design; "
                "give another --out"
            )
        if retry_failed:
            store.forget_failed()
    except PartsError as error:
        raise ResultsError(str(error)) from None
    except OSError as error:
        raise cannot_write(folder, error) from None
    return store
