"""Ctrl-C at the command line: exit code 130, no trace, and what was done is kept and marked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of Unix")


def start(*words: str) -> subprocess.Popen[str]:
    """The command line in a process group of its own that heeds Ctrl-C, whatever this process does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "experiments", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def press(process: subprocess.Popen[str], *waits_s: float) -> tuple[str, str]:
    """Press Ctrl-C after each of the times, counted from the first line, as a terminal does: to the process
    and its children. What it printed, on standard output and on standard error.
    """
    assert process.stdout is not None
    first = process.stdout.readline()
    for wait_s in waits_s:
        time.sleep(wait_s)
        os.killpg(process.pid, signal.SIGINT)
    told, complaints = process.communicate(timeout=60)
    return first + told, complaints


def status_in(file: Path) -> str:
    return str(json.loads(file.read_text(encoding="utf-8"))["status"])


def test_an_interrupted_run_is_kept_and_marked(tmp_path: Path) -> None:
    process = start("run", "zone_floor", "--rounds", "400", "--out", str(tmp_path / "out"))
    told, complaints = press(process, 4.0)
    assert (process.returncode, complaints) == (130, "")
    assert " of 400 quarters; they are kept in " in told
    assert status_in(tmp_path / "out" / "run.json") == "interrupted"


@pytest.mark.parametrize("waits_s", [(0.7,), (4.0,), (5.0, 0.3)], ids=["at_once", "amid", "twice"])
def test_an_interrupted_comparison_is_kept_and_marked(waits_s: tuple[float, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("baseline", "zone_floor", "--rounds", "400", "--seeds", "2", "--jobs", "2", "--out", str(out))
    process = start("compare", *words)
    told, complaints = press(process, *waits_s)
    assert (process.returncode, complaints) == (130, "")
    assert "interrupted; 0 of 4 runs finished" in told
    assert status_in(out / "comparison.json") == "interrupted"


def test_ctrl_c_before_the_first_round_is_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("world.scenario.list_scenarios", interrupt)
    assert main(["scenarios"]) == 130
    assert "Traceback" not in capsys.readouterr().err
