"""Parameters fitted to cases: observations, store, ensemble, the command."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up_case import write_case

from experiments.__main__ import main
from experiments.backtests.calibration import calibrate
from experiments.backtests.case import CaseError
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.draws import draw_places, fitted, parameters_at, read_ensemble, write_ensemble
from experiments.backtests.observations import FARTHEST, Observed, from_middle, observe
from experiments.backtests.store import Draw, Values, played, read_store
from experiments.reference import END, MARK

LEADING = "taste_scale"


@pytest.fixture
def row(tmp_path: Path) -> Criterion:
    first, *_ = read_criteria(read_case(write_case(tmp_path)))
    return replace(first, low=0.6, high=0.8, operator="value", measure="output", kind="band")


def test_a_number_is_set_against_its_band(row: Criterion) -> None:
    assert from_middle(0.7, row) == pytest.approx(0.0)
    assert from_middle(0.9, row) == pytest.approx(2.0)
    assert math.isnan(from_middle(math.nan, row))
    ratio = replace(row, operator="ratio", low=0.5, high=2.0)
    assert from_middle(4.0, ratio) == pytest.approx(2.0)
    least = replace(row, low=1.0, high=math.inf)
    assert from_middle(3.0, least) == pytest.approx(2.0)
    assert from_middle(0.5, least) == pytest.approx(-0.5)
    assert (from_middle(least.low, least), from_middle(least.high, least)) == (0.0, math.inf)


def test_wild_draws_and_draws_without_a_number_lead_nobody() -> None:
    number = np.array([[0.5, -3.0, np.nan, 1e6, *np.zeros(20)]])
    held = Observed(((Path("case"), 2),), number, -np.ones(1), np.ones(1), np.ones(1)).filled()[0]
    assert held[3] == pytest.approx(1.0 + FARTHEST)
    assert held[2] == pytest.approx(np.delete(held, 2).mean())


def test_what_no_draw_comes_near_is_an_error_of_the_model() -> None:
    number = np.array([np.linspace(-2.0, 2.0, 41), np.linspace(4.0, 5.0, 41)])
    near, far = Observed((), number, -np.ones(2), np.ones(2), np.ones(2)).beyond()
    assert near == 0.0
    assert far == pytest.approx(3.1)


def test_parts_share_the_weight_of_a_criterion_and_criteria_that_of_a_case(row: Criterion) -> None:
    large, small = Path("large"), Path("small")
    of_large = [replace(row, id=name, line=line) for line, name in enumerate("AABC")]
    rows = {large: [*of_large, replace(row, id="D", grade="C", line=9)], small: [row]}
    values = {large: {line: [0.7] for line in (0, 1, 2, 3, 9)}, small: {row.line: [0.7]}}
    weight = observe(rows, values).weight
    assert weight[-1] == 1.0
    assert weight[0] == weight[1] == weight[2] / 2
    assert weight[:-1].sum() == pytest.approx(3**0.5)


def test_a_run_goes_on_from_its_store(tmp_path: Path) -> None:
    folder, store = write_case(tmp_path), tmp_path / "played.jsonl"
    rows = {folder: read_criteria(read_case(folder))}
    draws = {folder: [Draw(one, 1 + n) for n, one in enumerate(parameters_at(draw_places(2, 1)))]}
    counted: list[int] = []
    first = played(rows, draws, store, 1, lambda done, of: counted.append(of))
    assert counted == [2, 2]
    with store.open("a", encoding="utf-8") as file:
        file.write('{"key": "cut o')
    counted.clear()
    assert played(rows, draws, store, 1, lambda done, of: counted.append(of)) == first
    assert counted == []
    assert len(read_store(store)) == 2


def test_a_case_is_scored_under_the_ensemble_fitted_without_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    folders = [write_case(tmp_path / name) for name in ("one", "two")]
    asked: list[tuple[Mapping[str, float], ...]] = []

    def play(
        rows: Mapping[Path, Sequence[Criterion]], draws: Mapping[Path, Sequence[Draw]]
    ) -> Mapping[Path, Values]:
        if all(len({one.seed for one in of_case}) > 1 for of_case in draws.values()):  # no tries by itself
            asked.append(tuple(of_case[0].parameters for of_case in draws.values()))
        return {
            folder: {
                row.line: [
                    one.parameters.get(LEADING, 1.0) * (1.0 if folder == folders[0] else -1.0)
                    for one in draws[folder]
                ]
                for row in of_case
            }
            for folder, of_case in rows.items()
        }

    found = calibrate(folders, 24, 12, 2, 1, play, leave_out=True)
    # the prior and two waves, the same for both cases; then each under what was learned from the other
    assert [first == second for first, second in asked] == [True, True, True, False]
    assert len(found.left_out) == len(found.fit) == len(found.before)
    assert len(found.sets) == 12


def test_the_ensemble_is_read_as_it_was_written(tmp_path: Path) -> None:
    sets, path = parameters_at(draw_places(5, 2)), tmp_path / "ensemble.csv"
    write_ensemble(sets, path)
    for read, wrote in zip(read_ensemble(path), sets, strict=True):
        assert read == pytest.approx(wrote, rel=1e-5)


def test_more_draws_than_sets_play_them_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [{LEADING: 0.75}, {LEADING: 1.5}]
    monkeypatch.setattr("experiments.backtests.draws.read_ensemble", lambda: sets)
    assert fitted(3) == [sets[0], sets[1], sets[0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("no_such\n1\n", "unknown parameter 'no_such'"),
        (f"{LEADING}\nmuch\n", f"row 2, column {LEADING}: given 'much'"),
        (f"{LEADING}\n1\n-1e9\n", f"row 3, column {LEADING}: given '-1e9', allowed: "),
    ],
)
def test_a_spoilt_ensemble_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "ensemble.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as refused:
        read_ensemble(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_command_writes_an_ensemble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = write_case(tmp_path), tmp_path / "ensemble.csv"
    page = tmp_path / "page.md"
    page.write_text(f"before\n{MARK.format(by='calibrate')}\n{END}\nafter\n", encoding="utf-8")
    given = ["calibrate", str(folder), "--draws", "20", "--members", "10", "--waves", "1", "--jobs", "1"]
    files = ["--ensemble", str(out), "--store", str(tmp_path / "played.jsonl"), "--page", str(page)]
    assert main([*given, *files]) == 0
    said = capsys.readouterr().out
    assert "prior: " in said
    assert "in fit: " in said
    assert len(read_ensemble(out)) == 10
    ids = {row.id for row in read_criteria(read_case(folder))}
    lines = page.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert {line.split(" | ")[0].strip("| ") for line in lines if line.startswith("| ")} >= ids
    assert sum(("pass" in line or "fail" in line) and line.count("|") == 11 for line in lines) == len(ids)
