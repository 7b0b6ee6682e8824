"""What a sweep would take: runs, time, disk; from runs that are there, or from one that is played for it."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

from experiments.simulation import compile_market
from experiments.sweep.design import Design
from experiments.sweep.folder import FOLDER, grow_folder, read_runs
from experiments.sweep.parts import batch_parts, single_parts
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import play_planned
from experiments.sweep.tables import rounds_schema, runs_schema
from world.dataset import load_dataset

BYTES_A_VALUE = 9
"""In merged parts (measured: 7 to 9 where no value is like another). A part of one run is mostly marks and
names, forty times as large."""


@dataclass(frozen=True)
class Forecast:
    """What is left to do: ``runs`` in all of ``points`` x ``seeds``, ``there`` already; seconds and bytes of
    a run, ``measured`` on this machine (``from_folder``: on runs that are there).
    """

    points: int
    seeds: int
    there: int
    run_seconds: float
    run_bytes: float
    workers: int
    from_folder: bool

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.points * self.seeds

    @property
    def seconds(self) -> float:
        """Time for the runs that are not there yet."""
        return (self.runs - self.there) * self.run_seconds / self.workers


def forecast_sweep(design: Design, folder: Path, workers: int | None = None) -> Forecast:
    """Count the runs and measure one: those in ``folder`` where there are any, else the first is played.

    Writes nothing. Raises ``DesignError`` or ``ResultsError`` as the sweep would.
    """
    planned = plan_runs(design)
    seeds, count = len(design.seeds_of(0)), workers or os.cpu_count() or 1
    points = len(planned) // seeds
    if (folder / FOLDER).exists():
        grow_folder(folder, design, planned, write=False)
        runs = read_runs(folder)
        done = runs[runs["status"] == "finished"]
        if len(done):
            files = [file for name in ("runs", "rounds") for file in _files(folder / name)]
            size = sum(file.stat().st_size for file in files) / len(runs)
            seconds = float(done["seconds"].mean())
            return Forecast(points, seeds, len(runs), seconds, size, count, True)
    compile_market()
    load_dataset()  # which a worker reads once
    began = time.perf_counter()
    play_planned(design, planned[len(planned) // 2])
    seconds = time.perf_counter() - began
    return Forecast(points, seeds, 0, seconds, _bytes_of_run(design), count, False)


def _bytes_of_run(design: Design) -> float:
    """What a run takes in merged parts."""
    rounds = max(base.run.rounds for base in design.bases.values())
    years = max(math.ceil(base.run.rounds / base.run.rounds_per_year) for base in design.bases.values())
    rows = {"run": 0, "year": years, "round": rounds}[design.detail]
    values = len(runs_schema(design)) + rows * len(rounds_schema(design))
    return float(BYTES_A_VALUE * values)


def describe_forecast(forecast: Forecast) -> str:
    """The forecast in two lines."""
    there = f", {forecast.there:,} of them there already" if forecast.there else ""
    basis = "runs that are there" if forecast.from_folder else "one run, played for this"
    size = forecast.runs * forecast.run_bytes
    disk = f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
    seeds = "1 seed" if forecast.seeds == 1 else f"{forecast.seeds} seeds"
    return (
        f"{forecast.runs:,} runs ({forecast.points:,} points x {seeds}){there}, about "
        f"{in_words(forecast.seconds)} on {forecast.workers} processes, {disk}\n"
        f"measured on {basis}: {forecast.run_seconds:.1f} s a run"
    )


def in_words(seconds: float) -> str:
    """A length of time with one decimal at most."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def _files(folder: Path) -> list[Path]:
    return [*batch_parts(folder), *single_parts(folder).values()] if folder.is_dir() else []
