"""Processes that play rounds: same numbers as a thread, nothing lost when one dies, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from experiments.app import visit as visits
from experiments.app.desk import Desk, DeskError
from experiments.app.premise import Premise
from experiments.app.tracks import Track, Tracks
from experiments.app.visit import Visit
from world.records.schema import SCHEMA

PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk(1)
    yield desk
    desk.close()


def wait_until(done: Callable[[], bool]) -> bool:
    began = time.monotonic()
    while not done() and time.monotonic() - began < PATIENCE_S:
        time.sleep(0.05)
    return done()


def play(tracks: Tracks, premise: Premise, rounds: int) -> Track:
    while (track := tracks.play(premise, rounds)).played < rounds:
        pass
    return track


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_give_the_numbers_of_a_thread(desk: Desk, small: Premise) -> None:
    by_process, by_thread = play(Tracks(desk), small, 5), play(Tracks(), small, 5)
    for one, other in zip(by_process.pages, by_thread.pages, strict=True):
        for table, columns in SCHEMA.items():
            for column in columns:
                np.testing.assert_array_equal(one.rows(table)[column.name], other.rows(table)[column.name])
        assert one.beliefs == other.beliefs


def test_a_dead_process_is_replaced_and_nothing_else_is_lost(desk: Desk, small: Premise) -> None:
    tracks = Tracks(desk)
    play(tracks, small, 1)
    (dead,) = desk.members()
    os.kill(dead, signal.SIGKILL)
    with pytest.raises(DeskError, match="has ended"):
        desk.ask(time.sleep, 3600.0)
    assert play(tracks, small, 2).played == 2
    assert desk.members() != [dead]


def test_a_visitor_whose_process_dies_is_told_and_gets_the_quarter(
    desk: Desk, small: Premise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "TRACKS", Tracks(desk))
    told: list[str] = []
    visit = Visit()
    visit.changed = lambda: told.append(visit.problem)
    visit.restart(small, 1, "CAN")  # who governs has no quarter played ahead
    assert wait_until(lambda: visit.shown == 1 and not visit.busy)
    os.kill(desk.members()[0], signal.SIGKILL)
    visit.go_to(4)
    assert wait_until(lambda: not visit.busy)
    assert visit.shown == 4
    assert any("the quarter is played again" in problem for problem in told)


def test_a_process_that_hangs_is_ended(small: Premise, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(1)
    desk.ask(os.getpid)
    monkeypatch.setattr("experiments.app.desk.PATIENCE_S", 0.5)
    (stuck,) = desk.members()
    with pytest.raises(DeskError, match="longer than"):
        desk.ask(time.sleep, 3600.0)
    assert wait_until(lambda: not is_there(stuck))
    desk.close()


def test_no_process_outlives_the_page() -> None:
    script = (
        "import os, time\nfrom experiments.app.desk import Desk\n"
        "if __name__ == '__main__':\n"
        "    desk = Desk(1)\n    print(desk.ask(os.getpid), flush=True)\n    time.sleep(3600)\n"
    )
    page = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert page.stdout is not None
    process = int(page.stdout.readline())
    assert is_there(process)
    page.kill()
    page.wait(PATIENCE_S)
    page.stdout.close()
    assert wait_until(lambda: not is_there(process))


def test_the_next_quarter_is_played_while_nobody_waits(small: Premise) -> None:
    tracks = Tracks()
    play(tracks, small, 1)
    tracks.look_ahead(small, 2)
    assert wait_until(lambda: (track := tracks.find(small)) is not None and track.played == 2)
    tracks.look_ahead(small, 2)
    time.sleep(0.2)
    track = tracks.find(small)
    assert track is not None
    assert track.played == 2


def test_a_world_is_let_go_with_the_last_who_looks_at_it(small: Premise) -> None:
    tracks = Tracks()
    play(tracks, small, 1)
    tracks.let_go(small, {small.key})
    assert tracks.find(small) is not None
    tracks.let_go(small, set())
    assert tracks.find(small) is None
