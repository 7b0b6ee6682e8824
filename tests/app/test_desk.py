"""Processes that play rounds: same numbers as a thread, nothing lost when one dies, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from experiments.app import visit as visits
from experiments.app.desk import Desk, DeskError, NoPlace
from experiments.app.premise import Premise
from experiments.app.tracks import AHEAD, Track, Tracks
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
    assert_same_pages(by_process, by_thread)


def assert_same_pages(these: Track, those: Track) -> None:
    for one, other in zip(these.pages, those.pages, strict=True):
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


def test_a_year_is_played_ahead_while_nobody_waits(small: Premise) -> None:
    tracks = Tracks()
    track = play(tracks, small, 1)
    tracks.look_ahead(small, 1)
    assert wait_until(lambda: track.played == 1 + AHEAD)
    tracks.look_ahead(small, 1)
    time.sleep(0.2)
    assert track.played == 1 + AHEAD


def test_a_process_goes_on_with_the_world_it_has_at_hand(
    small: Premise, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, unpacked = Tracks(), Tracks()
    play(kept, small, 4)
    monkeypatch.setattr("experiments.app.rounds._AT_HAND", NeverAtHand())
    play(unpacked, small, 4)
    one, other = (tracks.find(small) for tracks in (kept, unpacked))
    assert one is not None
    assert other is not None
    assert_same_pages(one, other)


class NeverAtHand(list[object]):
    """Forgets what it is given."""

    def __setitem__(self, *given: object) -> None:
        pass


def test_what_somebody_waits_for_comes_before_what_is_played_ahead() -> None:
    desk = Desk()
    with pytest.raises(NoPlace), held(desk):
        desk.ask(os.getpid, ahead=True)
    assert desk.ask(os.getpid, ahead=True) == os.getpid()


@contextmanager
def held(desk: Desk) -> Iterator[None]:
    """While the desk's only place is taken."""
    over = threading.Event()
    waiting = threading.Thread(target=desk.ask, args=(over.wait,))
    waiting.start()
    assert wait_until(lambda: not desk._free)
    try:
        yield
    finally:
        over.set()
        waiting.join()


def test_a_world_that_fails_is_not_tried_again_and_again(
    small: Premise, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []

    def fail(track: Track, desk: Desk, ahead: bool = False) -> None:
        tried.append(ahead)
        raise ValueError("no such round")

    tracks = Tracks()
    play(tracks, small, 1)
    monkeypatch.setattr(Track, "step", fail)
    tracks.look_ahead(small, 1)
    time.sleep(0.3)
    assert tried == [True]


def test_who_has_nothing_in_store_comes_first(small: Premise, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    other = replace(small, seed=2)
    tracks = Tracks()
    for premise, rounds in ((small, 3), (other, 1)):
        play(tracks, premise, rounds)
    step = Track.step

    def noted(track: Track, desk: Desk, ahead: bool = False) -> None:
        order.append(track.premise.key)
        step(track, desk, ahead)

    monkeypatch.setattr(Track, "step", noted)
    with held(tracks.desk):
        tracks.look_ahead(small, 1)
        tracks.look_ahead(other, 1)
        assert order == []
    tracks.look_ahead(other, 1)
    goal = 1 + AHEAD
    assert wait_until(lambda: all(play(tracks, one, 1).played == goal for one in (small, other)))
    assert order[:2] == [other.key, other.key]


def test_a_world_is_let_go_with_the_last_who_looks_at_it(small: Premise) -> None:
    tracks = Tracks()
    play(tracks, small, 1)
    tracks.let_go(small, {small.key})
    assert tracks.find(small) is not None
    tracks.let_go(small, set())
    assert tracks.find(small) is None
