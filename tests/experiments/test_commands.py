"""The command line as a user meets it: words, exit codes, one line for each mistake, and a quick --help."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.commands.arguments import setting
from experiments.results import Run
from world.record import SCHEMA

MakeRun = Callable[..., Run]
ROOT = Path(__file__).resolve().parents[2]


def run_line(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as from a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "experiments", *words],
        cwd=folder or ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        done = run_line("--help")
        times.append(time.perf_counter() - began)
    assert done.returncode == 0
    assert min(times) < 1.0
    heavy = {"numpy", "mesa", "pandas", "pydantic"}
    probe = (
        f"import sys, experiments.__main__ as m; m.build_parser(); print(sorted({heavy} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command", ["run", "compare", "report", "explain", "scenarios", "data", "results", "reference"]
)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "usage: python -m experiments" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("leader.markup=0.2", 0.2),
        ("leader.coercion=none", "none"),
        ('leader.coercion="none"', "none"),
        ("run.start=2026-Q1", "2026-Q1"),
        ("run.shocks=false", False),
        ('run.minerals=["ndpr", "dytb"]', ["ndpr", "dytb"]),
    ],
)
def test_settings_are_toml_or_bare_words(words: str, value: object) -> None:
    assert setting(words) == (words.partition("=")[0], value)


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
        (["explain", "somewhere"], "required: --country"),
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


def test_a_report_is_drawn_again_and_against_another_run(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = make_run(), make_run("base-seed1-1", zone=False)
    assert main(["report", str(run.folder), "--against", str(other.folder)]) == 0
    assert "Against base, those who ever join" in capsys.readouterr().out
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "Compared throughout with scenario base, seed 1" in page


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of Unix")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "zone_floor"], "interrupted after "),
        (["compare", "baseline", "zone_floor", "--seeds", "2", "--jobs", "2"], "interrupted; "),
    ],
)
def test_ctrl_c_keeps_what_there_is_and_marks_it(words: list[str], said: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    line = [sys.executable, "-m", "experiments", *words, "--minerals", "ndpr", "--rounds", "400"]
    process = subprocess.Popen(
        [*line, "--out", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(6)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the process and its children
    told, complaints = process.communicate(timeout=60)
    assert process.returncode == 130, complaints
    assert said in told
    assert complaints == ""
    marked = out / ("run.json" if words[0] == "run" else "comparison.json")
    assert json.loads(marked.read_text(encoding="utf-8"))["status"] == "interrupted"


def test_scenarios_are_listed_with_their_questions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("baseline\n")
    assert "Does a price-floor zone form, hold, and loosen the dominant refiner's grip?" in told
    assert main(["scenarios", "--show", "embargo"]) == 0
    assert "in_force = 2027-01-01" in capsys.readouterr().out


def test_the_tables_of_a_run_are_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results", "describe"]) == 0
    told = capsys.readouterr().out
    assert "price_inside_usd_t" in told
    assert main(["results", "describe", "--out", str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text() == told


def test_a_decision_is_explained(make_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run()
    assert main(["explain", str(run.folder), "--country", "can", "--round", "8"]) == 0
    assert "Canada" in capsys.readouterr().out


def test_the_data_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check"]) == 0
    told = capsys.readouterr().out
    assert "12 minerals" in told
    assert "stock_build" in told


def test_a_fault_of_the_program_is_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr("world.scenario.list_scenarios", fail)
    assert main(["scenarios"]) == 1
    told = capsys.readouterr().err
    assert "ZeroDivisionError: by hand" in told
    assert told.rstrip().endswith("failed: this is a fault of the program, not of the input")


def test_ctrl_c_before_the_first_round_is_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("world.scenario.list_scenarios", interrupt)
    assert main(["scenarios"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_short_real_run_from_the_terminal(tmp_path: Path) -> None:
    done = run_line(
        "run", "zone_floor", "--rounds", "2", "--minerals", "ndpr", "--out", str(tmp_path / "run")
    )
    assert done.returncode == 0, done.stderr
    assert "zone_floor  seed 1  2 quarters" in done.stdout
    assert done.stderr == ""  # no bar where nobody watches
    run = Run.open(tmp_path / "run")
    assert (run.meta["status"], run.minerals) == ("finished", ["ndpr"])
    assert run.meta["command"].startswith("python -m experiments run zone_floor --rounds 2")
    assert (tmp_path / "run" / "report.html").stat().st_size > 1000
    again = run_line("run", "--rounds", "1", "--out", str(tmp_path / "run"))
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)


def test_sequential_and_parallel_comparisons_are_bit_identical(tmp_path: Path) -> None:
    words = (
        "compare",
        "baseline",
        "zone_floor",
        "--seeds",
        "2",
        "--rounds",
        "6",
        "--minerals",
        "ndpr",
        "--quiet",
    )
    for jobs in ("1", "2"):
        done = run_line(*words, "--jobs", jobs, "--out", str(tmp_path / jobs))
        assert done.returncode == 0, done.stderr
    for name in ("comparison.csv", "outcomes.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    tables = sorted(path.relative_to(tmp_path / "1") for path in (tmp_path / "1" / "runs").rglob("*.parquet"))
    assert len(tables) == 4 * len(SCHEMA)
    assert all(
        (tmp_path / "1" / path).read_bytes() == (tmp_path / "2" / path).read_bytes() for path in tables
    )
