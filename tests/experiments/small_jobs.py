"""Jobs and runs that cost nothing, for tests of what plays them; importable by processes of their own."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from pathlib import Path

from experiments.sweep.design import Design
from experiments.sweep.plan import PlannedRun
from experiments.sweep.play import PlayedRun, failed_run
from experiments.sweep.tables import rounds_part, runs_part

DESIGN = """
name = "A test"
question = "Does it survive?"
scenario = "zone_floor"
rounds = 1
minerals = ["gallium"]
seeds = 2

[levers.markup]
key = "leader.markup"
values = [0.0, 0.1, 0.2]

[levers.coercion]
key = "leader.coercion"
values = ["none", "record"]

[outcomes]
keep = ["members_welfare", "dominant_share"]
detail = "year"
"""
RUNS = 12


def write_design(folder: Path, text: str = DESIGN, name: str = "test.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def square(number: int) -> int:
    return number * number


def square_or_die(job: tuple[int, str]) -> int:
    """The square of a number; the process dies at 3, once if there is a file to remember it by."""
    number, memory = job
    if number == 3 and (not memory or not Path(memory).exists()):
        if memory:
            Path(memory).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def made_up_outcomes(design: Design, planned: PlannedRun) -> dict[str, float]:
    """Numbers with many digits that hang on the settings and the seed alone."""
    words = f"{sorted(planned.settings.items())}{planned.seed}"
    digest = hashlib.sha256(words.encode()).digest()
    return {
        name: int.from_bytes(digest[place : place + 7]) / 3e5 for place, name in enumerate(design.outcomes)
    }


def play_made_up(design: Design, planned: PlannedRun) -> PlayedRun:
    """A run without a world."""
    outcomes = made_up_outcomes(design, planned)
    runs = runs_part(design, planned, "finished", "", 0.5, outcomes)
    if design.detail == "run":
        return PlayedRun(planned.key, "finished", "", 0.5, runs, b"")
    course = {"round": [3, 7], "quarter": ["2025-Q4", "2026-Q4"]} | {
        name: [value, 2 * value] for name, value in outcomes.items()
    }
    return PlayedRun(planned.key, "finished", "", 0.5, runs, rounds_part(design, planned, course))


def play_or_fail(design: Design, planned: PlannedRun) -> PlayedRun:
    """Point 1 fails."""
    if planned.point == 1:
        return failed_run(design, planned, "FloatingPointError in round 0: no prices found", 0.5)
    return play_made_up(design, planned)


def play_or_die(design: Design, planned: PlannedRun) -> PlayedRun:
    """Point 1 takes its process with it, every time."""
    if planned.point == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return play_made_up(design, planned)


def play_slowly(design: Design, planned: PlannedRun) -> PlayedRun:
    """The first four in a fifth of a second; the rest take their time, so that who stops the sweep after
    three is not too late on a busy machine."""
    time.sleep(0.2 if planned.point < 2 else 1.5)
    return play_made_up(design, planned)


def main(design: str, folder: str, engine: str) -> int:
    """The command line with runs of a second or so and no world."""
    import experiments.sweep.sweep as sweeps
    from experiments.__main__ import main as command

    sweeps.play_planned = play_slowly
    sweeps.compile_market = lambda notice=None: None
    return command(["sweep", design, "--out", folder, "--engine", engine, "--workers", "2"])


if __name__ == "__main__":
    # Processes import this module by its name, which the script itself has not.
    import small_jobs

    sys.exit(small_jobs.main(*sys.argv[1:]))
