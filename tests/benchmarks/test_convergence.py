"""The count of how markets clear: what it sees, what it keeps, and that it goes on where it was stopped."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import convergence
from benchmarks.met_markets import KINDS, RUNS, clear_batch, random_batch, random_scenario
from benchmarks.watch import AT_ONCE, COLD, COOLED, LOST, PATIENCE, watching
from world.market import fallback, level, solver
from world.market.arrays import Market
from world.market.fallback import MarketError
from world.market.solver import clear_market
from world.parameters import load_parameters

SHORT = "short and inelastic"


@pytest.fixture
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convergence, "KINDS", ("ordinary", "export desks"))
    monkeypatch.setattr(convergence, "play", lambda number: (clear_batch(small()).sight, "baseline", ""))


def small() -> Market:
    return random_batch("ordinary", 3).take([0, 1])


@np.errstate(all="ignore")
def test_every_market_is_seen_once_and_at_its_level() -> None:
    market = random_batch(SHORT, 0)
    batch = clear_batch(market)
    sight = batch.sight
    assert batch.lost == []
    assert sight.markets == market.size == sum(sight.levels.values())
    assert sight.levels[AT_ONCE] > 0
    assert sight.levels[COLD] > 0
    assert len(sight.hard) == market.size - sight.levels[AT_ONCE]
    taken = clear_market(market).iterations
    assert batch.hardest == int(taken.argmax())
    assert sight.most_steps == int(taken.max()) - solver.NEWTON_STEPS
    assert sight.steps == int(taken.sum())


@np.errstate(all="ignore")
def test_continuation_is_a_level_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "FIRST_STEPS", 1)
    monkeypatch.setattr("benchmarks.watch.LEVEL_OF_LIMIT", {1: COLD, fallback.RUNG_STEPS: COOLED})
    market = random_batch(SHORT, 0).take(list(range(12)))
    assert (
        0
        < (clear_market(market).iterations > solver.NEWTON_STEPS).sum()
        == clear_batch(market).sight.levels[COOLED]
    )


@np.errstate(all="ignore")
def test_what_is_lost_is_named_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, steps in (("FIRST_STEPS", 1), ("RUNG_STEPS", 2), ("LAST_STEPS", 3)):
        monkeypatch.setattr(fallback, name, steps)
    for name in ("HALVINGS", "HELD_STEPS", "FREE_STEPS"):
        monkeypatch.setattr(level, name, 1)
    monkeypatch.setattr("benchmarks.watch.LEVEL_OF_LIMIT", {1: COLD, 2: COOLED, 3: PATIENCE})
    market = random_batch(SHORT, 0).take(list(range(12)))
    with pytest.raises(MarketError):
        clear_market(market)
    batch = clear_batch(market)
    sight, lost = batch.sight, batch.lost
    assert sight.markets == market.size
    assert 0 < len(lost) == sight.levels[LOST]
    assert sight.levels[AT_ONCE] == market.size - len(lost)


def test_looking_on_leaves_the_solver_as_it_was() -> None:
    before = solver.newton, solver.continuation, fallback.newton
    with watching():
        assert solver.newton is not before[0]
    assert (solver.newton, solver.continuation, fallback.newton) == before


def test_a_count_goes_on_where_it_was_stopped(
    two_kinds: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = convergence.file_of(tmp_path)
    stop_after(monkeypatch, rounds=2)
    convergence.count(tmp_path, minutes=1.0)
    assert batches(file) == {"ordinary": 1, "export desks": 1, RUNS: 1}
    file.write_text(file.read_text(encoding="utf-8") + '{"kind": "ordi', encoding="utf-8")  # killed
    stop_after(monkeypatch, rounds=3)
    convergence.count(tmp_path, minutes=1.0)
    assert batches(file) == {"ordinary": 2, "export desks": 2, RUNS: 3}
    numbers = [json.loads(line)["number"] for line in file.read_text().splitlines() if f'"{RUNS}"' in line]
    assert numbers == [0, 1, 2]
    text = convergence.table(convergence.read(file)).text()
    assert f" {2 * 48 + 2 * 48 + 3 * 2} |" in text


def batches(file: Path) -> dict[str, int]:
    return {kind: each.batches for kind, each in convergence.read(file).items()}


def stop_after(monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    """The clock stands still for so many looks, then it is late; whatever is counted takes a second."""
    looks, seconds = iter([0.0] * (rounds + 1)), itertools.count()
    monkeypatch.setattr(convergence.time, "process_time", lambda: float(next(seconds)))
    monkeypatch.setattr(convergence.time, "monotonic", lambda: next(looks, 1e9))


def test_a_number_is_always_the_same_market_and_run() -> None:
    for kind in KINDS:
        one, other = random_batch(kind, 5), random_batch(kind, 5)
        for first, second in zip(one.stages, other.stages, strict=True):
            np.testing.assert_array_equal(first.lanes.log_weight, second.lanes.log_weight)
    assert random_scenario(4) == random_scenario(4)
    assert random_scenario(4) != random_scenario(5)


def test_runs_reach_the_ends_of_every_range() -> None:
    drawn = [random_scenario(number).parameters for number in range(40)]
    for name, row in load_parameters().items():
        values = [values[name] for values in drawn]
        assert (min(values), max(values)) == pytest.approx((row.low, row.high))
