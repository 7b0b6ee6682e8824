"""A sweep counts the markets of its runs, and those that nothing cleared; of failed runs too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_jobs import write_design

from experiments.simulation import simulate
from experiments.sweep.design import Design, read_design
from experiments.sweep.folder import read_runs
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import scenario_at
from experiments.sweep.sweep import run_sweep
from world.market import listed_clearing, solver
from world.market.newton import Outcome

DESIGN = """
name = "Two short runs"
question = "How many markets do they clear?"
scenario = "zone_floor"
rounds = 2
minerals = ["ndpr", "gallium"]
seeds = 1
[levers.markup]
key = "leader.markup"
values = [0.0, 0.5]
[outcomes]
keep = ["members_welfare"]
"""
COUNTS = ["markets", "markets_by_fallback", "markets_lost"]


@pytest.fixture
def design(tmp_path: Path) -> Design:
    return read_design(write_design(tmp_path, DESIGN))


def test_a_sweep_counts_the_markets_of_every_run(design: Design, tmp_path: Path) -> None:
    run_sweep(design, tmp_path / "out", "serial")
    runs = read_runs(tmp_path / "out")
    planned = plan_runs(design)
    for run in planned:
        markets = simulate(scenario_at(design, run.settings), run.seed).markets
        row = runs[runs["key"] == run.key].iloc[0]
        assert row[COUNTS].tolist() == [markets.posed, markets.by_fallback, 0]
        assert markets.posed > 0


def test_a_run_that_ends_at_a_market_that_nothing_clears_counts_it(
    design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Outcome:
        return Outcome(np.zeros((1, 1)), np.array([1]), np.array([0.5]), ())

    monkeypatch.setattr(solver, "NEWTON_STEPS", 0)
    for module in (solver, listed_clearing):
        monkeypatch.setattr(module, "continuation", never)
    monkeypatch.setattr("experiments.sweep.sweep.compile_market", lambda notice: None)
    monkeypatch.setattr("experiments.simulation.compile_market", lambda notice: None)
    run_sweep(design, tmp_path / "out", "serial")
    runs = read_runs(tmp_path / "out")
    assert set(runs["status"]) == {"failed"}
    assert runs["error"].str.startswith("MarketError in round 0").all()
    assert (runs["markets_lost"] == 1).all()
    assert (runs["markets"] >= 1).all()
