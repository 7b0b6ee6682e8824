"""One point of a design with one seed: played, measured, and as the part of the results that it makes."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.batch import RunFailed
from experiments.jobs import stop_when_told
from experiments.simulation import Progress, simulate
from experiments.sweep.course import course_of
from experiments.sweep.design import Design
from experiments.sweep.factor import SCENARIO, Value
from experiments.sweep.measured import blank, measure_run, measure_stability, run_of
from experiments.sweep.plan import PlannedRun
from experiments.sweep.tables import rounds_part, runs_part
from world.market.tally import Tally
from world.scenario import Scenario, change_scenario


class PlayedRun(NamedTuple):
    """What a worker hands back: Parquet bytes, so that nothing grows in the process that gathers them."""

    key: str
    status: str
    error: str
    seconds: float
    runs: bytes
    rounds: bytes


def scenario_at(design: Design, settings: Mapping[str, Value]) -> Scenario:
    """The scenario of a point: ``settings`` holds a value for each factor by name.

    Raises ``ScenarioError`` where the values do not go together.
    """
    base = design.base
    changes: dict[str, Any] = {}
    for factor in design.factors:
        if factor.target == SCENARIO:
            base = design.bases[factor.scenario(settings[factor.name])]
        else:
            changes |= factor.settings(settings[factor.name])
    return change_scenario(base, changes) if changes else base


def play_point(
    design: Design, settings: Mapping[str, Value], seed: int, progress: Progress | None = None
) -> dict[str, float]:
    """Play one point and measure it: the outcomes that the design keeps, by column.

    Nothing is written, and nothing but the arguments decides the values.

    Raises
    ------
    ScenarioError
        The values do not go together.
    RunFailed
        The run could not be finished.
    """
    return _play(design, settings, seed, progress, Tally())[0]


def play_planned(design: Design, planned: PlannedRun) -> PlayedRun:
    """Play one run of a sweep; a failure is a result with its error. The work of one worker at a time."""
    stop_when_told(0, 0)
    began, markets = time.perf_counter(), Tally()
    try:
        outcomes, course = _play(design, planned.settings, planned.seed, stop_when_told, markets)
    except Exception as error:  # whatever it is, it is kept as a row and the sweep goes on
        return failed_run(design, planned, _in_a_line(error), time.perf_counter() - began, markets)
    seconds = time.perf_counter() - began
    runs = runs_part(design, planned, "finished", "", seconds, outcomes, markets)
    rounds = rounds_part(design, planned, course) if design.detail != "run" else b""
    return PlayedRun(planned.key, "finished", "", seconds, runs, rounds)


def failed_run(
    design: Design, planned: PlannedRun, error: str, seconds: float = 0.0, markets: Tally | None = None
) -> PlayedRun:
    """The result of a run that could not be finished."""
    runs = runs_part(design, planned, "failed", error, seconds, blank(design.outcomes), markets)
    return PlayedRun(planned.key, "failed", error, seconds, runs, b"")


def _play(
    design: Design, settings: Mapping[str, Value], seed: int, progress: Progress | None, markets: Tally
) -> tuple[dict[str, float], dict[str, list[float]]]:
    scenario = scenario_at(design, settings)
    simulation = simulate(scenario, seed, progress)
    markets.add(simulation.markets)
    if simulation.status == "interrupted":
        raise KeyboardInterrupt
    if simulation.status == "failed":
        raise RunFailed(simulation.error)
    run = run_of(simulation.record, scenario, seed)
    del simulation  # the memory of the world is not needed to measure it
    course = course_of(run, design.members, design.outcomes, design.detail)
    outcomes = measure_run(run, design.members, design.outcomes)
    return outcomes | measure_stability(scenario, seed, design.outcomes), course


def _in_a_line(error: Exception) -> str:
    """What went wrong in one line; for what nobody foresaw, with the place."""
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, RunFailed | ValueError):
        return words
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {words} ({last.name}, line {last.lineno})"
