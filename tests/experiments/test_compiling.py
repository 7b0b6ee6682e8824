"""The first run on a machine compiles the market: it says so in a line, and the clock of the rounds waits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from experiments import batch
from experiments.__main__ import main
from experiments.batch import Job, run_jobs
from experiments.simulation import COMPILING
from world.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[2]
SHORT = ("--rounds", "1", "--minerals", "ndpr", "--tables-only")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine on which nothing is compiled yet, until somebody does: who did."""
    done: list[str] = []
    monkeypatch.setattr("world.market.readiness.is_ready", lambda: bool(done))
    monkeypatch.setattr("world.market.readiness.make_ready", lambda: done.append("compiled"))
    return done


def run_apart(cache: Path, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    return subprocess.run(
        [sys.executable, "-m", "experiments", "run", *SHORT, "--out", str(out)],
        cwd=ROOT,
        env={**kept, "XDG_CACHE_HOME": str(cache), **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def test_compiling_is_told_in_one_line_and_timed_apart(
    made: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["run", *SHORT, "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err == f"{COMPILING}\n"
    assert made == ["compiled"]
    timings = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["timings"]
    assert list(timings) == ["start_s", "compile_s", "simulation_s", "output_s"]


def test_quiet_tells_nothing(made: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", *SHORT, "--quiet", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err == ""
    assert made == ["compiled"]


def test_a_comparison_compiles_once_before_its_processes_start(
    made: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def start(work: object, todo: Sequence[Job], processes: int) -> Iterator[tuple[Job, tuple[Path, str]]]:
        made.append(f"{processes} processes")
        yield from ((job, (job.folder, "finished")) for job in todo)

    monkeypatch.setattr(batch, "in_processes", start)
    told: list[str] = []
    todo = [Job(load_scenario("baseline"), seed, tmp_path / str(seed)) for seed in (1, 2)]
    assert run_jobs(todo, 2, notice=told.append) == ([job.folder for job in todo], "finished")
    assert made == ["compiled", "2 processes"]
    assert told == [COMPILING]
    run_jobs(todo, 2, notice=told.append)
    assert made == ["compiled", "2 processes", "2 processes"]
    assert told == [COMPILING]


def test_ctrl_c_while_compiling_leaves_a_comparison_marked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("world.market.readiness.is_ready", lambda: False)
    monkeypatch.setattr("world.market.readiness.make_ready", interrupt)
    todo = [Job(load_scenario("baseline"), 1, tmp_path / "1")]
    assert run_jobs(todo, 2) == ([], "interrupted")


def test_the_arrays_are_not_compiled(tmp_path: Path) -> None:
    done = run_apart(tmp_path / "cache", tmp_path / "out", OREBLOC_KERNEL="arrays")
    assert done.stderr == ""
    assert not (tmp_path / "cache" / "orebloc").exists()


def test_an_unknown_form_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OREBLOC_KERNEL", "fast")
    assert main(["run", *SHORT, "--quiet", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == "error: OREBLOC_KERNEL: given 'fast', allowed: compiled or arrays\n"


@pytest.mark.slow
def test_a_new_machine_compiles_once(tmp_path: Path) -> None:
    first, second = (run_apart(tmp_path / "cache", tmp_path / name) for name in ("first", "second"))
    assert (first.stderr, second.stderr) == (f"{COMPILING}\n", "")
