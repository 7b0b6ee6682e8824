"""The command line as a user meets it: words, exit codes, one line for each mistake, and a quick --help."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.commands.arguments import setting
from experiments.results import Run
from world.records.schema import SCHEMA

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
    "command",
    ["run", "compare", "report", "explain", "stability", "scenarios", "data", "results", "reference"],
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


def test_a_report_is_drawn_again_and_against_another_run(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = make_run(), make_run("base-seed1-1", zone=False)
    assert main(["report", str(run.folder), "--against", str(other.folder)]) == 0
    assert "Against base, those who ever join" in capsys.readouterr().out
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "Compared throughout with scenario base, seed 1" in page


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
