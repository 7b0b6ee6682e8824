"""Parameters fitted to cases: observations, the smoother on a model one can solve, store, ensemble."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up_case import write_case

from experiments.__main__ import main
from experiments.backtests.calibration import assimilate, calibrate, standing_out
from experiments.backtests.case import CaseError
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.draws import draw_places, fitted, parameters_at, read_ensemble, write_ensemble
from experiments.backtests.observations import FARTHEST, Observed, halves_off, observe
from experiments.backtests.store import Values, played, read_store
from world.parameters import load_parameters

MEMBERS = 60
LEADING = "taste_scale"


@pytest.fixture
def row(tmp_path: Path) -> Criterion:
    first, *_ = read_criteria(read_case(write_case(tmp_path)))
    return replace(first, low=0.6, high=0.8, operator="value", measure="output", kind="band")


def test_a_number_is_set_against_the_middle_of_its_band(row: Criterion) -> None:
    assert halves_off(0.7, row) == pytest.approx(0.0)
    assert halves_off(0.9, row) == pytest.approx(2.0)
    assert halves_off(-9.0, row) == -FARTHEST
    assert math.isnan(halves_off(math.nan, row))
    ratio = replace(row, operator="ratio", low=0.5, high=2.0)
    assert halves_off(4.0, ratio) == pytest.approx(2.0)
    least = replace(row, low=1.0, high=math.inf)
    assert halves_off(3.0, least) == 0.0
    assert halves_off(0.5, least) == pytest.approx(-0.5)


def test_what_no_draw_comes_near_hardly_counts() -> None:
    off = np.array([[0.5, -3.0, np.nan], [4.0, 5.0, 4.5]])
    near, far = Observed(off, np.ones(2)).variance()
    assert near == pytest.approx(0.25)
    assert far == pytest.approx(0.25 + 9.0)
    assert Observed(off, np.ones(2)).filled()[0, 2] == pytest.approx(-1.25)


def test_chance_correlations_are_not_followed() -> None:
    score = np.random.default_rng(0).standard_normal((40, MEMBERS))
    followed = standing_out(score, score[:1] + 0.1)
    assert followed[0, 0] == 1.0
    assert followed[1:].sum() <= 2  # a threshold of three standard errors


def test_the_smoother_finds_what_the_numbers_hang_on_and_leaves_the_rest(
    row: Criterion, tmp_path: Path
) -> None:
    names = list(load_parameters())
    place = names.index(LEADING)

    def play(
        rows: Mapping[Path, Sequence[Criterion]], sets: Sequence[Mapping[str, float]]
    ) -> Mapping[Path, Values]:
        entry = load_parameters()[LEADING]
        values = [(one[LEADING] - entry.low) / (entry.high - entry.low) for one in sets]
        return {folder: {one.line: values for one in of_case} for folder, of_case in rows.items()}

    first = np.clip(draw_places(MEMBERS, 1), 1e-3, 1 - 1e-3)
    places = assimilate({tmp_path: [row]}, first, 4, 1, play)
    off = observe({tmp_path: [row]}, play({tmp_path: [row]}, parameters_at(places))).off[0]
    assert abs(off.mean()) < 0.3  # the middle of the band
    assert 0.3 < off.std() < 0.7  # a standard error is half of half the band
    others = np.delete(places - first, place, axis=1)
    assert (np.abs(others).max(axis=0) < 1e-9).mean() > 0.9


def test_a_run_goes_on_from_its_store(tmp_path: Path) -> None:
    folder, store = write_case(tmp_path), tmp_path / "played.jsonl"
    rows = {folder: read_criteria(read_case(folder))}
    sets = parameters_at(draw_places(2, 1))
    counted: list[int] = []
    first = played(rows, sets, 1, store, 1, lambda done, of: counted.append(of))
    assert counted == [2, 2]
    with store.open("a", encoding="utf-8") as file:
        file.write('{"key": "cut o')
    counted.clear()
    assert played(rows, sets, 1, store, 1, lambda done, of: counted.append(of)) == first
    assert counted == []
    assert len(read_store(store)) == 2


def test_a_case_is_scored_under_the_ensemble_fitted_without_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    folders = [write_case(tmp_path / name) for name in ("one", "two")]
    asked: list[set[str]] = []
    first: list[float] = []

    def play(
        rows: Mapping[Path, Sequence[Criterion]], sets: Sequence[Mapping[str, float]]
    ) -> Mapping[Path, Values]:
        asked.append({str(folder) for folder in rows})
        values = [one[LEADING] for one in sets]
        first.append(values[1])
        return {folder: {one.line: values for one in of_case} for folder, of_case in rows.items()}

    found = calibrate(folders, 12, 1, 1, play, leave_out=True)
    # the prior is played once, to the last digit, and taken from the store afterwards
    assert first[0] == first[1] == first[3] == first[5] != first[6]
    one, two = ({str(folder)} for folder in folders)
    assert asked == [one | two, two, one, one, two, one | two, one | two]
    assert len(found.left_out) == len(found.fit) == len(found.before)


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
    given = ["calibrate", str(folder), "--members", "10", "--steps", "1", "--jobs", "1"]
    assert main([*given, "--ensemble", str(out), "--store", str(tmp_path / "played.jsonl")]) == 0
    said = capsys.readouterr().out
    assert "prior: " in said
    assert "in fit: " in said
    assert len(read_ensemble(out)) == 10
