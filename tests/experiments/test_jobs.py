"""Jobs in processes: deaths are told from results, others go on, few are under way at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from small_jobs import square, square_or_die

from experiments.jobs import AHEAD, DIED, Lost, in_processes, in_turn

ROOT = Path(__file__).resolve().parents[2]


def test_processes_give_what_a_loop_gives() -> None:
    assert sorted(in_processes(square, range(7), 2)) == list(in_turn(square, range(7)))


def test_a_job_whose_process_dies_once_is_played_again(tmp_path: Path) -> None:
    memory = str(tmp_path / "died")
    jobs = [(number, memory) for number in range(6)]
    results = dict(in_processes(square_or_die, jobs, 2))
    assert results == {job: job[0] ** 2 for job in jobs}
    assert Path(memory).exists()


def test_a_job_that_kills_its_processes_is_lost_and_no_other() -> None:
    jobs = [(number, "") for number in range(8)]
    results = dict(in_processes(square_or_die, jobs, 2))
    assert results.pop((3, "")) == Lost(DIED)
    assert results == {job: job[0] ** 2 for job in jobs if job[0] != 3}


def test_few_jobs_are_under_way_at_once() -> None:
    """What waits is not even made, and what is done is not kept: memory does not grow with their number."""
    begun = 0

    def jobs() -> Iterator[int]:
        nonlocal begun
        for number in range(60):
            begun += 1
            yield number

    for done, _ in enumerate(in_processes(square, jobs(), 2)):
        assert begun - done <= 2 * AHEAD + 1
    assert begun == 60


def test_a_closed_generator_drops_what_has_not_begun() -> None:
    jobs = iter(range(1000))
    results = in_processes(square, jobs, 1)
    next(results)
    results.close()
    assert next(jobs) <= AHEAD + 1


def test_processes_that_cannot_start_are_no_fault_of_the_jobs() -> None:
    """A script without a guard starts itself again in each process."""
    script = (
        "from small_jobs import square\nfrom experiments.jobs import ProcessError, in_processes\n"
        "try:\n    print(list(in_processes(square, [1, 2], 2)))\n"
        "except ProcessError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-"],
        input=script,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "processes die as they are started" in done.stdout
    assert "Lost" not in done.stdout
