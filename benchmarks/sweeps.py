"""What a sweep costs beside its runs, how it scales, and the same model under other runners.

Wall time is measured between results, after processes have started; what is compared is measured in turns, so
that a machine that is busy with other things bends both alike.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.tables import Table
from experiments.cluster import dask_client, on_dask
from experiments.jobs import in_processes
from experiments.simulation import compile_market
from experiments.sweep.design import Design, read_design
from experiments.sweep.plan import PlannedRun, plan_runs
from experiments.sweep.play import PlayedRun, play_planned, play_point
from experiments.sweep.sweep import run_sweep
from world.model import TradeWorld
from world.scenario import load_scenario

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
            f"Under 5% of run time, for runs of {ROUNDS} rounds and one mineral: {_verdict(share < 0.05)}, "
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
            f"{_verdict(reached >= 0.95)}.",
            f"Dask at {against:.0%} of processes; within 10%: {_verdict(against >= 0.9)}.",
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


def _apart(work: Callable[..., Any], *given: object) -> Any:
    """What ``work`` gives in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _count(loops: int) -> float:
    began = time.perf_counter()
    for _ in range(loops):
        pass
    return time.perf_counter() - began


def _cpu_s(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def _verdict(holds: bool) -> str:
    return "holds" if holds else "does not hold"


def ladder(runs: int) -> Table:
    """The same runs under several runners on two processes, start of processes included."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        design = short_design(Path(folder), runs)
        compile_market()
        for name, play in RUNNERS.items():
            try:
                seconds = play(design)
            except ImportError as error:
                rows.append((name, "not installed", str(error.name)))
                continue
            count = len(plan_runs(design))
            rows.append((name, f"{count / seconds:.3f}", f"{seconds:.1f}"))
    return Table(
        "The same runs under other runners",
        ("runner", "runs a second", "seconds"),
        rows,
        [
            f"{ROUNDS} rounds, one mineral, {PROCESSES} processes. mesa.batch_run writes nothing to "
            "disk, cannot go on after a stop, and a run that fails loses all the others."
        ],
    )


def _sweep_runner(engine: str) -> Callable[[Design], float]:
    def play(design: Design) -> float:
        with tempfile.TemporaryDirectory() as out:
            began = time.perf_counter()
            run_sweep(design, Path(out) / "out", engine, workers=PROCESSES)
            return time.perf_counter() - began

    return play


class FlatWorld(TradeWorld):
    """The model with flat keywords, as ``mesa.batch_run`` wants it."""

    def __init__(self, markup: float = 0.1, rng: int | None = None) -> None:
        settings = {"run.rounds": ROUNDS, "run.minerals": ["gallium"], "leader.markup": markup}
        super().__init__(load_scenario("zone_floor", settings), rng=rng)
        self.running = True

    def step(self) -> None:
        super().step()
        self.running = not self.finished


def _batch_run(design: Design) -> float:
    import mesa

    began = time.perf_counter()
    parameters = {"markup": [0.0, 0.1], "rng": list(design.seeds)}
    mesa.batch_run(FlatWorld, parameters, PROCESSES, max_steps=ROUNDS, display_progress=False)
    return time.perf_counter() - began


RUNNERS: dict[str, Callable[[Design], float]] = {
    "sweep, serial": _sweep_runner("serial"),
    "sweep, processes": _sweep_runner("processes"),
    "sweep, Dask": _sweep_runner("dask"),
    "mesa.batch_run": _batch_run,
}
"""Runners by name, each giving the seconds for all runs of a design; a library that is missing raises
``ImportError``. Others are added here."""


def folder_of(rows: int) -> Table:
    """Many runs that cost nothing: memory of the parent, time to take up their folder and to query it."""
    with tempfile.TemporaryDirectory() as folder:
        half, whole = rows // 2, rows
        memory = [_apart(_fill, folder, count) for count in (half, whole)]
        written = sum(file.stat().st_size for file in (Path(folder) / "out").rglob("*.parquet"))
        resumed, queried, by_sql = _apart(_take_up, folder, whole)
    return Table(
        f"A folder of {rows:,} runs",
        ("what", "measured"),
        [
            (
                f"peak memory of the parent after {half:,} and {whole:,} runs",
                ", ".join(f"{mb:.0f} MB" for mb, _ in memory),
            ),
            (
                "milliseconds of the parent a run, written and merged",
                f"{1e3 * sum(s for _, s in memory) / rows:.1f}",
            ),
            ("taking up the folder, one run missing", f"{resumed:.1f} s"),
            ("read_runs", f"{queried:.2f} s"),
            ("DuckDB, mean by lever", by_sql),
            ("on disk", f"{written / 1e6:.1f} MB"),
        ],
        [
            f"Resume under 5 s: {_verdict(resumed < 5)}; query under 2 s: {_verdict(queried < 2)}; "
            f"memory under 500 MB: {_verdict(max(mb for mb, _ in memory) < 500)}."
        ],
    )


def _fill(folder: str, rows: int) -> tuple[float, float]:
    """Play ``rows`` made-up runs into a folder; peak memory in MB and processor seconds."""
    design = short_design(Path(folder), rows)
    began = time.process_time()
    _made_up_sweep(design, Path(folder) / "out")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time() - began


def _take_up(folder: str, rows: int) -> tuple[float, float, str]:
    from experiments.sweep.folder import read_runs
    from experiments.sweep.parts import drop_rows

    design, out = short_design(Path(folder), rows), Path(folder) / "out"
    drop_rows(out / "runs", {plan_runs(design)[-1].key})
    began = time.perf_counter()
    _made_up_sweep(read_design(Path(folder) / "short.toml"), out)
    resumed = time.perf_counter() - began
    began = time.perf_counter()
    assert len(read_runs(out)) == rows
    queried = time.perf_counter() - began
    return resumed, queried, _by_sql(out)


def _by_sql(out: Path) -> str:
    try:
        import duckdb
    except ImportError:
        return "not installed"
    began = time.perf_counter()
    duckdb.sql(f"SELECT markup, avg(members_welfare) FROM '{out}/runs/*.parquet' GROUP BY markup").fetchall()
    return f"{time.perf_counter() - began:.2f} s"


def _made_up_sweep(design: Design, out: Path) -> None:
    import experiments.sweep.sweep as machinery

    before = machinery.play_planned, machinery.compile_market
    machinery.play_planned, machinery.compile_market = _made_up, lambda notice=None: None  # type: ignore
    try:
        run_sweep(design, out, "serial")
    finally:
        machinery.play_planned, machinery.compile_market = before


def _made_up(design: Design, planned: PlannedRun) -> PlayedRun:
    from experiments.sweep.tables import runs_part

    drawn = random.Random(f"{planned.point} {planned.seed}")  # digits that do not pack well, as real ones
    outcomes = {name: drawn.random() for name in design.outcomes}
    return PlayedRun(
        planned.key, "finished", "", 0.5, runs_part(design, planned, "finished", "", 0.5, outcomes), b""
    )


def tables(runs: int, rows: int) -> Iterator[Table]:
    """All tables of sweeps."""
    yield overhead(max(runs // 2, 2))
    yield gain(runs)
    yield ladder(runs)
    yield folder_of(rows)
