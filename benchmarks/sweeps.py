"""What a sweep costs beside its runs, and how it scales over processes and Dask.

Wall time is measured between results, after processes have started; what is compared is measured in turns, so
that a machine that is busy with other things bends both alike.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.tables import Table
from experiments.cluster import dask_client, on_dask
from experiments.jobs import in_processes
from experiments.simulation import compile_market
from experiments.sweep.design import Design, read_design
from experiments.sweep.plan import PlannedRun, plan_runs
from experiments.sweep.play import play_planned, play_point
from experiments.sweep.sweep import run_sweep

SHORT = """
name = "Short runs"
question = "What does a sweep cost?"
rounds = {rounds}
minerals = ["gallium"]
seeds = {seeds}
[levers.markup]
key = "leader.markup"
values = [0.0, 0.1]
"""
ROUNDS = 8
TURNS = 3
PROCESSES = 2
LOOPS = 30_000_000
"""Of the bare loop: some seconds."""


def short_design(folder: Path, runs: int, rounds: int = ROUNDS) -> Design:
    """``runs`` runs of one mineral and few rounds."""
    path = folder / "short.toml"
    path.write_text(SHORT.format(rounds=rounds, seeds=max(runs // 2, 1)), encoding="utf-8")
    return read_design(path)


def overhead(runs: int) -> Table:
    """Processor seconds of a sweep in this process beside those of its runs alone."""
    with tempfile.TemporaryDirectory() as folder:
        design = short_design(Path(folder), runs)
        planned = plan_runs(design)
        compile_market()
        play_point(design, planned[0].settings, 0)
        alone, sweep = [], []
        for turn in range(TURNS):
            alone.append(_cpu_s(lambda: [play_point(design, run.settings, run.seed) for run in planned]))
            out = Path(folder) / f"out{turn}"
            sweep.append(_cpu_s(partial(run_sweep, design, out, "serial")))
    plain, whole = min(alone) / len(planned), min(sweep) / len(planned)
    share = whole / plain - 1
    return Table(
        "What a sweep costs beside its runs",
        ("", "processor s a run"),
        [("runs alone", f"{plain:.3f}"), ("sweep", f"{whole:.3f}")],
        [
            f"Under 5% of run time, for runs of {ROUNDS} rounds and one mineral: {verdict(share < 0.05)}, "
            f"{share:.1%}; a run of 44 rounds and all minerals takes some twenty times as long."
        ],
    )


def gain(runs: int) -> Table:
    """Rates of sweeps on one and two processes and on Dask, and of a bare loop, measured in turns."""
    rates: dict[str, list[float]] = {"bare loop, gain": [], "1 process": [], "2 processes": [], "Dask": []}
    with tempfile.TemporaryDirectory() as folder:
        design = short_design(Path(folder), runs)
        compile_market()
        work, planned = partial(play_planned, design), plan_runs(design)
        for _ in range(TURNS):
            rates["bare loop, gain"].append(_bare_gain())
            rates["1 process"].append(_rate(in_processes(work, planned, 1), 1))
            rates["2 processes"].append(_rate(in_processes(work, planned, PROCESSES), PROCESSES))
            with dask_client(None, PROCESSES) as client:
                rates["Dask"].append(_rate(on_dask(work, planned, client), PROCESSES))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    gained = middle["2 processes"] / middle["1 process"]
    reached, against = gained / middle["bare loop, gain"], middle["Dask"] / middle["2 processes"]
    return Table(
        "Two processes",
        ("", f"median of {TURNS}", "each"),
        [
            (name, f"{middle[name]:.3f}", ", ".join(f"{value:.3f}" for value in values))
            for name, values in rates.items()
        ],
        [
            f"{len(planned)} runs a rate, in runs a second of wall time after the first of each process; "
            f"load over a minute at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.",
            f"Two processes gain {gained:.2f}, {reached:.0%} of a bare loop's; at least 95%: "
            f"{verdict(reached >= 0.95)}.",
            f"Dask at {against:.0%} of processes; within 10%: {verdict(against >= 0.9)}.",
        ],
    )


def _rate(results: Iterable[tuple[PlannedRun, object]], processes: int) -> float:
    """Runs a second from the first result of each process to the last result."""
    came: list[float] = []
    for _ in results:
        came.append(time.perf_counter())
    return (len(came) - processes) / (came[-1] - came[processes - 1])


def _bare_gain() -> float:
    """How many times as fast two processes are than one, at counting."""
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        list(pool.map(_count, [1] * PROCESSES))
        alone = pool.submit(_count, LOOPS).result()
        both = list(pool.map(_count, [LOOPS] * PROCESSES))
    return PROCESSES * alone / max(both)


def _count(loops: int) -> float:
    began = time.perf_counter()
    for _ in range(loops):
        pass
    return time.perf_counter() - began


def _cpu_s(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def verdict(holds: bool) -> str:
    """Words for a goal that was reached or not."""
    return "holds" if holds else "does not hold"
