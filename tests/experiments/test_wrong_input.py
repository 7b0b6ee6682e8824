"""Every mistake a user can make at the command line: one clear line, exit code 2, no trace."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.results import ResultsError, Run, amend_meta

MakeRun = Callable[..., Run]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["dance"], "invalid choice: 'dance'"),
        (["run", "--rounds", "0"], "--rounds: given '0', allowed: a whole number from 1"),
        (["run", "--seed", "one"], "--seed: given 'one', allowed: a whole number from 0"),
        (["run", "--set", "markup"], "--set: given 'markup', allowed: key=value"),
        (["run", "--set", "leader.markup=[1"], "allowed: a TOML value after the equals sign"),
        (["run", "--set", "=3"], "--set: given '=3', allowed: key=value"),
        (["run", "--nope"], "unrecognized arguments: --nope"),
        (
            ["explain", "somewhere", "--country", "CAN", "--round", "-1"],
            "--round: given '-1', allowed: a whole",
        ),
        (["results", "network", "somewhere"], "required: --mineral"),
        (
            ["results", "network", "somewhere", "--mineral", "ndpr", "--stage", "metal"],
            "invalid choice: 'metal'",
        ),
        (["compare", "a", "b", "--jobs", "0"], "--jobs: given '0'"),
        (["explain", "somewhere"], "--country --why-not is required"),
    ],
)
def test_mistyped_words_are_one_line_and_code_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    told = capsys.readouterr()
    assert caught.value.code == 2
    assert told.err.startswith("error: ")
    assert message in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "zone_flor"], "unknown scenario 'zone_flor', allowed: zone_floor"),
        (["run", "--set", "leader.markp=1"], "settings: leader.markp: unknown key, allowed: markup"),
        (
            ["run", "--set", "leader.markup=-1"],
            "settings: leader.markup: given -1, allowed: a number from 0 to 5",
        ),
        (["run", "--set", "leader.markup=nan"], "leader.markup: given nan, allowed: a number from 0 to 5"),
        (
            ["run", "--set", "leader.markup=high"],
            "leader.markup: given 'high', allowed: a number from 0 to 5",
        ),
        (
            ["run", "--set", "dominant_refiner.licence_approval=1.5"],
            "settings: dominant_refiner.licence_approval: given 1.5, allowed: a number from 0 to 1",
        ),
        (
            ["run", "--set", "dominant_refiner.country=USA"],
            "settings: dominant_refiner.country: given USA, allowed: another country than leader.country",
        ),
        (["run", "--set", "parameters.trust_cost_share=-1"], "trust_cost_share: given -1, allowed: 0 to "),
        (["run", "--set", "leader.country=XXX"], "settings: leader.country: given XXX, allowed: "),
        (["run", "bad.toml"], "bad.toml: not valid TOML: Expected ']'"),
        (["run", "folder.toml"], "folder.toml: no such scenario file"),
        (["run", "--minerals", ","], "settings: run.minerals: given [], allowed: a list of names"),
        (
            ["run", "--out", "foreign", "--overwrite"],
            "foreign: is not a result folder, so it is not overwritten",
        ),
        (["compare", "baseline", "embargo", "--out", "taken"], "taken: exists already"),
        (
            ["compare", "baseline", "embargo", "--out", "foreign", "--overwrite"],
            "foreign: is not a comparison",
        ),
        (
            ["explain", "foreign", "--country", "CAN"],
            "foreign: not a complete result folder, missing: run.json",
        ),
        (["report", "nowhere"], "nowhere: no such result folder"),
        (["results", "network", "nowhere", "--mineral", "ndpr"], "nowhere: no such result folder"),
        (["reference", "--out", "notes.txt"], "cannot be read or written"),
        (["run", "--minerals", "ndpr,unobtainium"], "settings: run.minerals: given unobtainium, allowed: "),
        (["run", "--set", "zone.standings.CAM=join"], "settings: zone.standings.CAM: given CAM"),
        (["run", "--out", "taken"], "taken: exists already"),
        (["run", "--out", "notes.txt/run"], "notes.txt/run: cannot be written"),
        (["compare", "baseline"], "two or more different scenarios"),
        (["compare", "baseline", "nowhere"], "unknown scenario 'nowhere'"),
        (["explain", "nowhere", "--country", "CAN"], "nowhere: no such result folder"),
        (["scenarios", "--show", "nowhere"], "unknown scenario 'nowhere'"),
        (["results", "describe", "--out", "notes.txt/page.md"], "cannot be written"),
        (["run", "bytes.toml"], "bytes.toml: not text in UTF-8 (at byte 1)"),
        (["sweep", "floor_level_small", "--out", "notes.txt"], "notes.txt: is a file, not a folder"),
        (["backtest", "gallium_2023", "--json", "notes.txt/rows.json"], "rows.json: cannot be written"),
        (["ablations", "gallium_2023", "--page", "notes.txt/page.md"], "page.md: cannot be written"),
        (["eve", "--rounds", "1", "--out", "notes.txt/eve.csv"], "eve.csv: cannot be written"),
    ],
)
def test_wrong_input_is_one_line_and_code_2(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "bytes.toml").write_bytes(b"a\xff")
    (tmp_path / "bad.toml").write_text('name = "x"\nquestion = "y"\n[run\nrounds = 3\n')
    for name in ("folder.toml", "foreign"):
        (tmp_path / name).mkdir()
    (tmp_path / "foreign" / "thesis.md").write_text("years of work")
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert message in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["explain", "RUN", "--country", "XYZ"],
            "country 'XYZ': not in this run; these decide in it: CAN and EU",
        ),
        (["explain", "RUN", "--country", "CAN", "--round", "99"], "round 99: Canada decided nothing in it"),
        (["results", "network", "RUN", "--mineral", "gold"], "no mineral 'gold'; there are: ndpr, gallium"),
        (
            ["results", "network", "RUN", "--mineral", "ndpr", "--round", "99"],
            "no round 99; there are rounds 0",
        ),
        (["results", "network", "RUN", "--mineral", "ndpr", "--out", "."], "cannot be written"),
        (["report", "RUN", "--against", "RUN"], "--against: given the run itself, allowed: another run"),
        (["report", "RUN", "--against", "OTHER"], "seed: given 2, allowed: 1, that of "),
        (["report", "RUN", "--against", "FEWER"], "minerals: given ndpr, allowed: ndpr, gallium, those of "),
    ],
)
def test_what_a_run_does_not_hold_is_one_line_and_code_2(
    words: list[str], message: str, make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = {
        "RUN": make_run().folder,
        "OTHER": make_run("other-seed2-1", seed=2).folder,
        "FEWER": make_run("fewer-seed1-1", minerals=("ndpr",)).folder,
    }
    assert main([str(folders.get(word, word)) for word in words]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert message in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(("table", "text"), [("decisions", "not Parquet"), ("run", "{")])
def test_a_damaged_result_folder_is_one_line_and_code_2(
    table: str, text: str, make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run()
    path = run.folder / ("run.json" if table == "run" else f"{table}.parquet")
    path.write_text(text)
    assert main(["explain", str(run.folder), "--country", "CAN"]) == 2
    told = capsys.readouterr().err
    assert f"{path}: cannot be read" in told
    assert told.count("\n") == 1


def test_a_table_of_another_version_is_one_line_and_code_2(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run()
    path = run.folder / "decisions.parquet"
    pd.read_parquet(path).drop(columns="tipping").to_parquet(path)
    assert main(["explain", str(run.folder), "--country", "CAN"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {path}: column tipping: missing; the run was made by version ")
    assert told.count("\n") == 1


def test_a_run_of_other_data_is_not_played_again(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = amend_meta(make_run(), {"scenario_text": "key = 'x'", "data_fingerprint": "0123456789ab"})
    words = ["explain", str(run.folder), "--why-not", "CAN", "join", "--round", "6"]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "was made with data fingerprint 0123456789ab, this is " in told
    assert told.count("\n") == 1


def test_a_report_that_cannot_be_written_leaves_the_tables_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(run: Run) -> None:
        raise ResultsError(f"{run.folder / 'figures'}: cannot be written: No space left on device")

    monkeypatch.setattr("experiments.report.write_report", full)
    out = str(tmp_path / "run")
    assert main(["run", "--minerals", "gallium", "--rounds", "1", "--out", out, "--quiet"]) == 2
    told = capsys.readouterr().err
    assert f"the tables are kept, draw it again with: python -m experiments report {out}" in told
    assert len(Run.open(out).table("zone")) > 0


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.write_text(""), "countries.csv: no header, allowed: iso3,name"),
        (lambda file: file.write_text(file.read_text() + '"open'), "malformed CSV (unexpected end of data)"),
        (lambda file: file.write_bytes(file.read_bytes() + b"\xff\xfe"), "not text in UTF-8"),
        (lambda file: file.unlink(), "countries.csv: file is missing"),
        (lambda file: (file.unlink(), file.mkdir()), "countries.csv: cannot be read: Is a directory"),
    ],
)
def test_a_malformed_table_of_the_data_is_one_line_and_code_2(
    damage: Callable[[Path], object],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = shutil.copytree(ROOT / "world" / "data", tmp_path / "data")
    damage(data / "countries.csv")
    monkeypatch.setattr("world.dataset.DATA_FOLDER", data)
    assert main(["data", "check"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert message in told.err
    assert told.err.count("\n") == 1
