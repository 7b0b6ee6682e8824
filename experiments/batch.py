"""Runs of scenarios, one or many, from Python, notebooks and the command line alike.

>>> from experiments.batch import run_scenario, compare_scenarios          # doctest: +SKIP
>>> run = run_scenario("zone_floor", seed=1)                               # doctest: +SKIP
>>> run.table("zone"); run.figure("prices")                                # doctest: +SKIP

The same scenario and seed give the same tables, bit for bit, here, in a loop or in processes of their own.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from experiments.jobs import Lost, ctrl_c_ignored, in_processes, in_turn, stop_when_told
from experiments.provenance import peak_memory_mb, provenance
from experiments.results import ResultsError, Run, amend_meta, check_writable, next_folder, write_run
from experiments.simulation import Notice, Progress, Simulation, compile_market, keep_failed_state, simulate
from world.scenario import Scenario, ScenarioError, load_scenario

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.intervals import Precision

RESULTS = Path("results")
COMPARISON_STEMS = ("runs", "comparison", "outcomes")


class RunFailed(RuntimeError):
    """A run that could not be finished: says what happened and where the state was kept."""


def run_scenario(
    scenario: str | Path | Scenario,
    seed: int = 1,
    rounds: int | None = None,
    out: str | Path | None = None,
    settings: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
    finish: Callable[[Run], object] | None = None,
    command: str = "",
    began: float | None = None,
    notice: Notice | None = None,
) -> Run:
    """Run one scenario and write its results.

    ``scenario`` is a name of the library, a path or a scenario already read; ``settings`` are dotted keys
    laid over it. Without ``out`` the results go to the next free ``results/SCENARIO-seedN-K``. ``finish`` is
    called with the written run (figures, report) and its time counted as output; ``notice`` with a line when
    the market has to be compiled first, which is done once on a machine. Ctrl-C ends the run after
    the round; the result's ``meta["status"]`` is then ``interrupted``. A process that was started to ignore
    it, as shells do for what a script starts with ``&``, goes on ignoring it.

    Raises
    ------
    ScenarioError, DatasetError, ResultsError
        Input that cannot be used, or a folder that is taken or cannot be written.
    RunFailed
        A failure inside the simulation; the rounds before it and the state it met are kept.
    """
    began = time.perf_counter() if began is None else began
    ready = prepare_scenario(scenario, rounds, settings)
    folder = Path(out) if out is not None else next_folder(RESULTS, ready.key, seed)
    check_folder(folder, overwrite)
    simulation = simulate(ready, seed, progress, began, notice)
    written = time.perf_counter()
    run = write_run(simulation.record, _meta(ready, seed, simulation, command), folder, overwrite)
    if simulation.status == "failed":
        kept = keep_failed_state(simulation, run.folder)
        raise RunFailed(f"{simulation.error}; the state is kept in {kept}")
    del simulation  # figures and report are made from the tables: the memory of the world is theirs
    ended = _finish(run, finish)
    timings = {**run.meta["timings"], "output_s": round(time.perf_counter() - written, 3)}
    return amend_meta(run, {**ended, "timings": timings, "peak_memory_mb": peak_memory_mb()})


def _finish(run: Run, finish: Callable[[Run], object] | None) -> dict[str, str]:
    """Call ``finish``; what Ctrl-C in it changes in ``run.json``, for the tables are whole by then."""
    try:
        if finish is not None:
            finish(run)
    except KeyboardInterrupt:
        return {
            "status": "interrupted",
            "error": "figures and report are not complete; python -m experiments report draws them again",
        }
    return {}


def prepare_scenario(
    scenario: str | Path | Scenario, rounds: int | None = None, settings: Mapping[str, object] | None = None
) -> Scenario:
    """Read ``scenario`` with ``settings`` and ``rounds`` laid over it; a scenario already read takes no
    settings.
    """
    changes = dict(settings or {})
    if rounds is not None:
        changes["run.rounds"] = rounds
    if not isinstance(scenario, Scenario):
        return load_scenario(scenario, changes)
    if changes:
        raise ScenarioError(
            "settings: a scenario already read cannot be changed, allowed: its name or path with settings"
        )
    return scenario


def check_folder(folder: Path, overwrite: bool) -> None:
    """Raise ``ResultsError`` before the work rather than after it, when ``folder`` is taken or cannot be
    written.
    """
    if folder.exists() and not overwrite:
        raise ResultsError(f"{folder}: exists already; give another --out or --overwrite")
    check_writable(folder)


def _meta(scenario: Scenario, seed: int, simulation: Simulation, command: str) -> dict[str, object]:
    return {
        "scenario": scenario.key,
        "name": scenario.name,
        "question": scenario.question,
        "seed": seed,
        "rounds": simulation.rounds,
        "rounds_planned": scenario.run.rounds,
        "rounds_per_year": scenario.run.rounds_per_year,
        "status": simulation.status,
        "error": simulation.error,
        "command": command or _command(scenario, seed),
        **provenance(),
        "scenario_fingerprint": scenario.fingerprint(),
        "timings": {
            "start_s": round(simulation.start_s, 3),
            "compile_s": round(simulation.compile_s, 3),
            "simulation_s": round(simulation.simulation_s, 3),
        },
        "markets": asdict(simulation.markets),
        "peak_memory_mb": peak_memory_mb(),
        "scenario_text": scenario.text,
    }


def _command(scenario: Scenario, seed: int) -> str:
    return f"python -m experiments run {scenario.key} --seed {seed} --rounds {scenario.run.rounds}"


class Job(NamedTuple):
    """One run of a comparison."""

    scenario: Scenario
    seed: int
    folder: Path


def _check_rounds(scenarios: Sequence[Scenario]) -> None:
    """Runs of months and of quarters draw other shocks from one seed, so that they are no pairs: what differs
    would be the draw and the step, not the policy."""
    lengths = {scenario.key: scenario.run.rounds_per_year for scenario in scenarios}
    if len(set(lengths.values())) > 1:
        given = ", ".join(f"{length} of {key}" for key, length in lengths.items())
        raise ScenarioError(
            f"compare: run.rounds_per_year: given {given}, allowed: the same in all (--set may say it)"
        )


def compare_scenarios(
    scenarios: Sequence[str | Path | Scenario],
    seeds: int | Iterable[int] = 5,
    rounds: int | None = None,
    out: str | Path | None = None,
    settings: Mapping[str, object] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
    notice: Notice | None = None,
    precision: Precision | None = None,
    sets: Sequence[Mapping[str, float]] = (),
) -> Comparison:
    """Run each scenario with the same seeds and compare outcomes in pairs, the first scenario being the
    reference.

    ``seeds`` is a number of seeds (1, 2, ...) or the seeds themselves; ``jobs`` the number of processes, 1
    for none; ``notice`` is called with a line when the market has to be compiled first, which is done once,
    before the processes start; ``precision`` is how narrow the intervals are wanted, for which the pairs
    needed are counted. With ``sets`` of parameters (such as ``experiments.backtests.draws.read_ensemble``)
    each seed plays one of them in every scenario, so that intervals hold what is not known of parameters too.
    An interrupted comparison holds the pairs that were finished.
    """
    from experiments.comparison import compare_runs, write_comparison

    ready = [prepare_scenario(scenario, rounds, settings) for scenario in scenarios]
    keys = [scenario.key for scenario in ready]
    if len(keys) < 2 or len(set(keys)) < len(keys):
        raise ScenarioError(
            f"compare: given {', '.join(keys) or 'nothing'}, allowed: two or more different scenarios"
        )
    _check_rounds(ready)
    folder = Path(out) if out is not None else _next_comparison(keys)
    _clear_comparison_folder(folder, overwrite)
    chosen = range(1, seeds + 1) if isinstance(seeds, int) else seeds
    todo = [
        Job(_under(scenario, sets, seed), seed, folder / "runs" / f"{scenario.key}-seed{seed}")
        for seed in chosen
        for scenario in ready
    ]
    finished, status = run_jobs(todo, jobs or min(os.cpu_count() or 1, len(todo)), progress, notice)
    # A second Ctrl-C must not lose what the first one left.
    with ctrl_c_ignored() if status == "interrupted" else nullcontext():
        comparison = compare_runs(
            [Run.open(path) for path in finished], keys, folder, status, len(todo), precision
        )
        write_comparison(comparison)
    return comparison


def _under(scenario: Scenario, sets: Sequence[Mapping[str, float]], seed: int) -> Scenario:
    """The scenario under the set of a seed; what it says of parameters itself stands."""
    if not sets:
        return scenario
    laid = {**sets[(seed - 1) % len(sets)], **scenario.parameters}
    return scenario.model_copy(update={"parameters": laid})


def _next_comparison(keys: Sequence[str]) -> Path:
    number = 1
    while (path := RESULTS / f"{'-vs-'.join(keys)}-{number}").exists():
        number += 1
    return path


def _clear_comparison_folder(folder: Path, overwrite: bool) -> None:
    check_folder(folder, overwrite)
    foreign = sorted(path.name for path in folder.glob("*") if path.stem not in COMPARISON_STEMS)
    if foreign:
        raise ResultsError(f"{folder}: is not a comparison (it holds {foreign[0]}), so it is not overwritten")
    shutil.rmtree(folder / "runs", ignore_errors=True)


def run_jobs(
    todo: Sequence[Job], processes: int, progress: Progress | None = None, notice: Notice | None = None
) -> tuple[list[Path], str]:
    """Run all jobs; return the folders of finished runs in the order of ``todo``, and finished or
    interrupted.
    """
    from world.market.readiness import is_ready

    done: set[Path] = set()
    status = "finished"
    results = in_turn(run_job, todo) if processes <= 1 else in_processes(run_job, todo, processes)
    try:
        if not is_ready():
            compile_market(notice)
        for job, outcome in results:
            if isinstance(outcome, Lost):
                raise RunFailed(f"{job.scenario.key}, seed {job.seed}: {outcome.reason}")
            path, run_status = outcome
            if run_status == "interrupted":
                status = run_status
                break
            done.add(path)
            if progress is not None:
                progress(len(done), len(todo))
    except KeyboardInterrupt:
        status = "interrupted"
    finally:
        results.close()
    return [job.folder for job in todo if job.folder in done], status


def run_job(job: Job) -> tuple[Path, str]:
    """Run one job into its folder and say how it ended; the work of one process."""
    stop_when_told(0, 0)
    run = run_scenario(job.scenario, job.seed, out=job.folder, progress=stop_when_told)
    return run.folder, str(run.meta["status"])
