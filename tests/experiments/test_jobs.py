"""Jobs in processes: deaths are told from results, others go on, few are under way at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from small_jobs import square, square_or_die

from experiments.jobs import AHEAD, DIED, Lost, in_processes, in_turn


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
