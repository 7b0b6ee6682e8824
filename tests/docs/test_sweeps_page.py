"""The page on sweeps: its design can be planned, and its queries run on the folder that a sweep leaves."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from small_jobs import play_made_up

from experiments.sweep.design import read_design
from experiments.sweep.folder import read_runs
from experiments.sweep.plan import plan_runs
from experiments.sweep.sweep import run_sweep

duckdb = pytest.importorskip("duckdb")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "sweeps.md"


def block(beginning: str) -> str:
    """The indented block that begins so, its indent taken off; blank lines belong to it."""
    found = re.search(
        rf"((?:^    .*\n|^\n)*?^    {re.escape(beginning)}(?:.*\n)(?:^    .*\n|^\n)*)", text(), re.M
    )
    assert found is not None, beginning
    return "\n".join(line[4:] for line in found[1].splitlines()).strip()


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_design_and_the_queries_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.sweep.sweep.play_planned", play_made_up)
    monkeypatch.setattr("experiments.sweep.sweep.compile_market", lambda notice: None)
    shown = block('name = "How large a floor"')
    (tmp_path / "floor.toml").write_text(shown)
    design = read_design("floor.toml")
    assert {len(plan_runs(design)), len(design.seeds)} == {3 * 2 * 2 * 3 * 2 * 10, 10}
    short = replace(design, seeds=(1,), text=shown.replace("seeds = 10", "seeds = 1"))
    run_sweep(short, "results/floor", "serial")
    means = read_runs("results/floor").groupby("markup")["members_at_end"].mean()
    rows = duckdb.sql(block("SELECT markup")).fetchall()
    assert [(row[0], row[1]) for row in rows] == [(0.0, 24), (0.25, 24), (0.5, 24)]
    assert [row[2] for row in rows] == pytest.approx(means.to_list())
    head, query = block("import polars as pl").split("\n", 1)
    frame = eval(query, {"pl": pl})
    assert head == "import polars as pl"
    assert frame["members"].to_list() == pytest.approx(means.to_list())
