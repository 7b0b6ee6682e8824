"""What a sweep would take: runs, time, disk; from runs that are there, or from one that is played for it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from experiments.commands.sweep_progress import in_words
from experiments.simulation import compile_market
from experiments.sweep.design import Design
from experiments.sweep.folder import FOLDER, grow_folder, read_runs
from experiments.sweep.parts import batch_parts, single_parts
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import play_planned
from world.dataset import load_dataset

RATIO_MERGED = 0.2
"""A run takes so much less in a merged part than alone, where its columns' names and marks are most of it
(measured: 0.1 to 0.2)."""


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
    points, count = len(planned) // len(design.seeds), workers or os.cpu_count() or 1
    if (folder / FOLDER).exists():
        grow_folder(folder, design, planned, write=False)
        runs = read_runs(folder)
        done = runs[runs["status"] == "finished"]
        if len(done):
            files = [file for name in ("runs", "rounds") for file in _files(folder / name)]
            size = sum(file.stat().st_size for file in files) / len(runs)
            seconds = float(done["seconds"].mean())
            return Forecast(points, len(design.seeds), len(runs), seconds, size, count, True)
    compile_market()
    load_dataset()  # which a worker reads once
    began = time.perf_counter()
    played = play_planned(design, planned[len(planned) // 2])
    seconds = time.perf_counter() - began
    size = RATIO_MERGED * (len(played.runs) + len(played.rounds))
    return Forecast(points, len(design.seeds), 0, seconds, size, count, False)


def describe_forecast(forecast: Forecast) -> str:
    """The forecast in two lines."""
    there = f", {forecast.there:,} of them there already" if forecast.there else ""
    basis = "runs that are there" if forecast.from_folder else "one run, played for this"
    size = forecast.runs * forecast.run_bytes
    disk = f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
    return (
        f"{forecast.runs:,} runs ({forecast.points:,} points x {forecast.seeds} seeds){there}, about "
        f"{in_words(forecast.seconds)} on {forecast.workers} processes, {disk}\n"
        f"measured on {basis}: {forecast.run_seconds:.1f} s a run"
    )


def _files(folder: Path) -> list[Path]:
    return [*batch_parts(folder), *single_parts(folder).values()] if folder.is_dir() else []
