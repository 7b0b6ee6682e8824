"""Draws kept by how near they come to history: distances, going on from a store, leaving a case out."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_up_case import write_case

from experiments.__main__ import main
from experiments.backtests.calibration import FARTHEST, calibrate, miss_of, nearest, read_store
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import read_criteria


def test_a_miss_is_counted_in_widths_of_the_band(tmp_path: Path) -> None:
    price, *_ = read_criteria(read_case(write_case(tmp_path)))
    assert (price.low, price.high) == (1.01, 9.0)
    assert miss_of(2.0, price) == 0.0
    assert miss_of(9.0 + 7.99, price) == pytest.approx(1.0)
    assert miss_of(1e9, price) == FARTHEST
    assert miss_of(float("nan"), price) == FARTHEST


def test_the_nearest_are_kept() -> None:
    assert nearest(np.array([3.0, 1.0, 1.0, 0.5]), 2) == (3, 1)


def test_a_run_goes_on_from_its_store(tmp_path: Path) -> None:
    folder, store = write_case(tmp_path), tmp_path / "played.jsonl"
    counted: list[int] = []
    first = calibrate([folder], 2, 1, 0.5, store, jobs=1, progress=lambda done, of: counted.append(of))
    assert counted == [2, 2]
    with store.open("a", encoding="utf-8") as file:
        file.write('{"key": "cut o')
    counted.clear()
    again = calibrate([folder], 2, 1, 0.5, store, jobs=1, progress=lambda done, of: counted.append(of))
    assert counted == []
    assert again.kept == first.kept
    assert again.distance.tolist() == first.distance.tolist()
    assert len(read_store(store)) == 2
    # one case alone cannot be left out: it is scored under the ensemble chosen on it
    assert [score.passed for score in again.left_out] == [score.passed for score in again.fit]


def test_the_command_writes_an_ensemble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = write_case(tmp_path), tmp_path / "ensemble.json"
    store = ["--store", str(tmp_path / "played.jsonl"), "--jobs", "1"]
    assert (
        main(["calibrate", str(folder), "--draws", "2", "--keep", "1", "--ensemble", str(out), *store]) == 0
    )
    assert "1 of 2 draws kept" in capsys.readouterr().out
    (kept,) = json.loads(out.read_text(encoding="utf-8"))
    assert isinstance(kept, dict)
