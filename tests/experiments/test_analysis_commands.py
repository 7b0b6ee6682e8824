"""The commands that analyse a sweep, on folders as a sweep leaves them: what they print, write and refuse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.sweep.design import read_design
from experiments.sweep.folder import create_folder
from experiments.sweep.plan import plan_runs
from experiments.sweep.tables import runs_part

HEAD = """
name = "Made up"
question = "What follows from what?"
rounds = 2
minerals = ["gallium"]
seeds = 4
"""
TAIL = """
[outcomes]
keep = ["members_at_end", "dominant_share", "members_welfare"]
"""
RANGES = """
[levers.markup]
key = "leader.markup"
low = 0.0
high = 0.5
[levers.doctrine]
key = "dominant_refiner.doctrine"
values = ["passive", "tit_for_tat", "leverage"]
[uncertainties.taste]
parameter = "taste_scale"
"""
LISTS = """
[levers.markup]
key = "leader.markup"
values = [0.0, 0.1, 0.5]
[levers.finance]
key = "leader.finance_usd_year"
values = [0.0, 5e9]
"""


def sweep_of(folder: Path, sampling: str, factors: str) -> Path:
    """The folder of a sweep whose outcomes are a made-up function of the factors."""
    path = folder / "made_up.toml"
    path.write_text(f"{HEAD}[sampling]\n{sampling}\n{factors}{TAIL}")
    design = read_design(path)
    created = folder / "sweep"
    create_folder(created, design)
    for planned in plan_runs(design):
        chosen = planned.settings
        stands = chosen.get("finance", 0.0) != 0.0 or chosen["markup"] == 0.5
        outcomes = {
            "members_at_end": 9.0 if stands else 1.0,
            "dominant_share_gallium": 0.9 - 0.2 * float(chosen["markup"]) + 0.001 * planned.seed,
            "members_welfare": 1e9 * (float(chosen["markup"]) + (chosen.get("doctrine") == "leverage")),
        }
        part = runs_part(design, planned, "finished", "", 0.1, outcomes)
        (created / "runs" / f"{planned.key}.parquet").write_bytes(part)
    return created


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def test_sensitivity_of_a_screening(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("SALib", reason="needs the extra sweep")
    folder = sweep_of(tmp_path, 'kind = "morris"\nsize = 6', RANGES)
    out = said(capsys, "sensitivity", str(folder), "--outcome", "dominant_share_gallium")
    assert "Dominant share of gallium: markup matters most, lowering it by 10.0 points (10.0 to 10.0)" in out
    assert (folder / "analysis" / "sensitivity-dominant_share_gallium.csv").is_file()
    assert (folder / "analysis" / "sensitivity-dominant_share_gallium.png").is_file()
    assert "this sweep has" not in out
    assert "nothing to attribute" not in said(capsys, "sensitivity", str(folder))


def test_boxes_of_a_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ema_workbench", reason="needs the extra discovery")
    folder = sweep_of(tmp_path, 'kind = "latin_hypercube"\nsize = 80', RANGES)
    asked = ("discover", str(folder), "--outcome", "members_welfare")
    out = said(capsys, *asked, "--above", "9e8", "--out", str(tmp_path / "boxes"))
    assert "doctrine leverage" in out
    assert (tmp_path / "boxes" / "boxes-members_welfare-above.svg").is_file()
    assert "is above 9e+12 at 0 of 80 points" in refused(capsys, *asked, "--above", "9e12")


def test_map_of_two_levers_and_comparison_of_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = sweep_of(tmp_path, 'kind = "full"', LISTS)
    out = said(capsys, "tipping", str(folder), "--x", "markup", "--y", "finance")
    assert "The zone stands in 4 of 6 cells" in out
    assert (folder / "analysis" / "tipping-members_at_end-markup-finance.png").is_file()
    out = said(capsys, "compare", str(folder), "--lever", "finance", "--precision", "members_at_end=1")
    assert "finance 5e+09 against 0" in out
    assert "25% of the difference; members_at_end 1" in out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("sensitivity", "FOLDER"), 'needs [sampling] kind = "morris" or "sobol", this sweep has "full"'),
        (
            ("tipping", "FOLDER", "--x", "markup", "--y", "coercion"),
            "unknown factor 'coercion', allowed: markup",
        ),
        (("tipping", "FOLDER", "--x", "markup", "--y", "finance", "--outcome", "x"), "unknown outcome 'x'"),
        (
            ("discover", "FOLDER", "--outcome", "members_welfare", "--below", "1"),
            "6 points, needed for boxes",
        ),
        (("compare", "FOLDER", "baseline", "--lever", "markup"), "allowed: the folder of one sweep"),
        (("compare", "FOLDER", "--lever", "markup", "--reference", "7"), "never '7' in this sweep"),
        (("sensitivity", "nowhere"), "not the folder of a sweep"),
        (("optimise", "floor_level_small", "--maximise", "peace"), "objective 'peace' is not kept"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: Sequence[str], line: str
) -> None:
    folder = sweep_of(tmp_path, 'kind = "full"', LISTS)
    assert line in refused(capsys, *(str(folder) if word == "FOLDER" else word for word in words))


@pytest.mark.parametrize("given", ["0", "-1", "zero", "share=", "dominant_share=nothing"])
def test_a_precision_is_a_number_above_zero(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compare", "baseline", "zone_floor", "--precision", given])
    assert ended.value.code == 2
    assert "allowed: a number above 0" in capsys.readouterr().err


def test_a_sweep_given_to_compare_without_a_lever_is_told_its_levers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sweep_of(tmp_path, 'kind = "full"', LISTS)
    assert main(["compare", str(folder)]) == 2
    told = capsys.readouterr()
    assert (
        told.err
        == f"error: compare: {folder} is the folder of a sweep; give --lever, allowed: markup, finance\n"
    )
    assert not told.out
