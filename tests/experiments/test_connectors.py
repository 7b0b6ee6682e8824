"""The model under EMA Workbench and under Mesa's batch runner, with the packages that are installed."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_up_sweep import design_of, lever, uncertainty

from experiments.analysis.study import AnalysisError
from experiments.connectors import ema
from experiments.connectors.ema import PlayDesign, ema_model
from experiments.connectors.ema_example import explore
from experiments.connectors.mesa_batch import batch_run
from experiments.sweep.design import Design, read_design
from experiments.sweep.play import play_point

SMALL = """
name = "small"
question = "Does it run?"
rounds = 2
minerals = ["gallium"]
seeds = 2
[sampling]
kind = "full"
[levers.markup]
key = "leader.markup"
low = 0.0
high = 0.5
[uncertainties.taste]
parameter = "taste_scale"
[outcomes]
keep = ["dominant_share", "members_welfare"]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


def test_ema_workbench_plays_the_model(small: Path) -> None:
    pytest.importorskip("ema_workbench", reason="needs the extra discovery")
    experiments, outcomes = explore(str(small), scenarios=1, policies=1)
    design = read_design(small)
    point = {name: float(experiments[name].iloc[0]) for name in ("markup", "taste")}
    by_hand = [play_point(design, point, seed)["dominant_share_gallium"] for seed in (1, 2)]
    assert outcomes["dominant_share_gallium"][0] == pytest.approx(sum(by_hand) / 2)
    assert 0.5 < by_hand[0] < 1


def test_levers_and_uncertainties_keep_their_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ema_workbench", reason="needs the extra discovery")
    from ema_workbench import perform_experiments

    design = design_of(
        "full",
        (
            lever("doctrine", "passive", "leverage"),
            lever("days", 0, 60),
            uncertainty("growth", low=0, high=2),
        ),
        (1, 2),
    )
    asked: list[Mapping[str, Any]] = []

    def play(design: Design, point: Mapping[str, Any], seed: int) -> dict[str, float]:
        asked.append(point)
        return {"y": point["growth"] + seed}

    monkeypatch.setattr(ema, "play_point", play)
    experiments, outcomes = perform_experiments(ema_model(design), scenarios=3, policies=2)
    assert len(experiments) == 6
    assert outcomes["y"] == pytest.approx(experiments["growth"].to_numpy(float) + 1.5)
    assert {type(point["doctrine"]) for point in asked} == {str}
    assert {type(point["days"]) for point in asked} == {int}


def test_a_run_that_fails_has_no_outcome_and_does_not_end_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ema_workbench", reason="needs the extra discovery")

    def fail(*_: object) -> dict[str, float]:
        raise ema.RunFailed("made up")

    monkeypatch.setattr(ema, "play_point", fail)
    played = PlayDesign(design_of("full", (lever("markup", low=0.0, high=1.0),)))(markup=0.5)
    assert math.isnan(played["y"])


def test_a_model_can_be_sent_to_processes_and_a_log_scale_is_refused() -> None:
    pytest.importorskip("ema_workbench", reason="needs the extra discovery")
    factor = lever("markup", low=0.1, high=1.0)
    sent = pickle.loads(pickle.dumps(PlayDesign(design_of("full", (factor,)))))
    assert sent.design.levers == (factor,)
    with pytest.raises(AnalysisError, match="scale = log, which EMA Workbench does not know"):
        ema_model(design_of("full", (replace(factor, scale="log"),)))


def test_mesa_runs_every_combination_with_every_seed(small: Path) -> None:
    rows = batch_run({"minerals": "gallium", "leader.markup": [0.0, 0.5]}, rng=[1, 2], max_steps=2)
    assert len(rows) == 4
    assert {(row["leader.markup"], row["rng"]) for row in rows} == {(0.0, 1), (0.0, 2), (0.5, 1), (0.5, 2)}
    design = read_design(small)
    expected = play_point(design, {"markup": 0.5, "taste": 1.0}, 2)
    row = next(row for row in rows if (row["leader.markup"], row["rng"]) == (0.5, 2))
    assert row["dominant_share_gallium"] == expected["dominant_share_gallium"]
    assert row["members_welfare"] == expected["members_welfare"]


def test_mesa_collects_each_round_where_asked() -> None:
    rows = batch_run({"minerals": "gallium"}, rng=3, data_collection_period=1, max_steps=3)
    assert len(rows) == 3
    assert all(0.5 < row["dominant_share_gallium"] < 1 for row in rows)
