"""The same runs under several runners: sweeps of this project, ``mesa.batch_run``, EMA Workbench."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.sweeps import PROCESSES, ROUNDS, short_design
from benchmarks.tables import Table
from experiments.connectors.mesa_batch import batch_run
from experiments.simulation import compile_market
from experiments.sweep.design import Design
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import play_point
from experiments.sweep.sweep import run_sweep

MARKUPS = (0.0, 0.1)


def table(runs: int) -> Table:
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
            "disk, cannot go on after a stop, and a run that fails loses all the others; EMA Workbench "
            "keeps results in memory until the end."
        ],
    )


def _sweep_runner(engine: str) -> Callable[[Design], float]:
    def play(design: Design) -> float:
        with tempfile.TemporaryDirectory() as out:
            began = time.perf_counter()
            run_sweep(design, Path(out) / "out", engine, workers=PROCESSES)
            return time.perf_counter() - began

    return play


def _batch_run(design: Design) -> float:
    began = time.perf_counter()
    parameters = {"base": "zone_floor", "minerals": "gallium", "leader.markup": list(MARKUPS)}
    batch_run(parameters, list(design.seeds), PROCESSES, max_steps=ROUNDS)
    return time.perf_counter() - began


class PlaySeed:
    """A run by keywords, as EMA Workbench wants it: its seed is an uncertainty there."""

    def __init__(self, design: Design) -> None:
        self.design = design

    def __call__(self, markup: float, seed: float) -> dict[str, float]:
        """The outcomes of one run."""
        return play_point(self.design, {"markup": float(markup)}, int(seed))


def _ema(design: Design) -> float:
    import ema_workbench as ema

    model = ema.Model("short", function=PlaySeed(design))
    model.uncertainties = [ema.IntegerParameter("seed", 1, max(design.seeds) + 1)]
    model.levers = [ema.RealParameter("markup", min(MARKUPS), max(MARKUPS))]
    model.outcomes = [ema.ScalarOutcome(name) for name in ("members_at_end", "members_welfare")]
    sample = ema.Sample if hasattr(ema, "Sample") else None  # version 3
    scenarios = [(sample or ema.Scenario)(f"seed {seed}", seed=seed) for seed in design.seeds]
    policies = [(sample or ema.Policy)(f"markup {markup}", markup=markup) for markup in MARKUPS]
    began = time.perf_counter()
    with ema.MultiprocessingEvaluator(model, n_processes=PROCESSES) as evaluator:
        evaluator.perform_experiments(scenarios, policies)
    return time.perf_counter() - began


RUNNERS: dict[str, Callable[[Design], float]] = {
    "sweep, serial": _sweep_runner("serial"),
    "sweep, processes": _sweep_runner("processes"),
    "sweep, Dask": _sweep_runner("dask"),
    "mesa.batch_run": _batch_run,
    "EMA Workbench, processes": _ema,
}
"""Runners by name, each giving the seconds for all runs of a design; one whose library is missing raises
``ImportError``.
"""
