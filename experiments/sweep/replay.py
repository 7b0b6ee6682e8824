"""One run of a sweep once more, with all its tables, or with the state in which it failed."""

from __future__ import annotations

from pathlib import Path

from experiments.batch import run_scenario
from experiments.results import ResultsError, Run
from experiments.simulation import Notice
from experiments.sweep.folder import made_with, open_design, read_made, read_runs
from experiments.sweep.plan import PlannedRun
from experiments.sweep.play import scenario_at


def find_run(folder: str | Path, key: str) -> PlannedRun:
    """The run of a sweep whose key is, or begins with, ``key``; its factors as they were played.

    Raises ``ResultsError`` where none or several do.
    """
    runs = read_runs(folder)
    found = runs[[bool(key) and name.startswith(key) for name in runs["key"]]]
    if len(found) != 1:
        many = f"{len(found)} runs begin so" if len(found) else "none of its runs has it"
        raise ResultsError(
            f"{folder}: key: given {key!r}, {many}; allowed: one of the column key of its runs"
        )
    factors = open_design(folder).factors
    values = found[[factor.name for factor in factors]].to_dict("records")[0]
    settings = {factor.name: factor.accept(values[factor.name]) for factor in factors}
    return PlannedRun(
        str(found["key"].iloc[0]), int(found["point"].iloc[0]), int(found["seed"].iloc[0]), settings
    )


def replay_run(
    folder: str | Path, key: str, out: str | Path | None = None, notice: Notice | None = None
) -> Run:
    """Play the run ``key`` of a sweep into a folder of its own. A folder of another version is no error, for
    a failure may have been mended since; ``notice`` is told.

    Raises
    ------
    ResultsError, ScenarioError
        No such run, a folder that cannot be written, or values that do not go together.
    RunFailed
        It fails again; the rounds before and the state that it met are kept.
    """
    run = find_run(folder, key)
    if notice is not None and {**read_made(Path(folder)), **made_with()} != read_made(Path(folder)):
        notice(f"{folder} was made by another version, or from other data: this may not be the same run")
    scenario = scenario_at(open_design(folder), run.settings)
    command = f"python -m experiments sweep replay {folder} {run.key}"
    return run_scenario(scenario, run.seed, out=out, notice=notice, command=command)
