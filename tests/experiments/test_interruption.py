"""Ctrl-C at the command line: exit code 130, no trace, and what was done is kept and marked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of Unix")


def start(*words: str, complain_to: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """The command line in a process group of its own that heeds Ctrl-C, whatever this process does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "experiments", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=complain_to,
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


class Terminal:
    """A terminal for standard error: there the bar of progress is seen."""

    BAR = re.compile(r" *\d+%\|.*\| *(\d+)/\d+ quarters \[.*\]")

    def __init__(self) -> None:
        import termios

        self.screen, self.entry = os.openpty()
        termios.tcsetwinsize(self.entry, (24, 100))
        self.shown = b""

    def read(self) -> bool:
        """Read what is written next; False once nobody writes any more."""
        try:
            written = os.read(self.screen, 65_536)
        except OSError:  # what Linux says when the other end is closed
            return False
        self.shown += written
        return bool(written)

    def lines(self) -> list[str]:
        """Everything that was shown, each state of the bar a line of its own."""
        return re.split(r"[\r\n]+", self.shown.decode(errors="replace"))

    def quarters_played(self) -> int:
        """What the bar says by now."""
        return max((int(bar[1]) for bar in map(self.BAR.fullmatch, self.lines()) if bar), default=0)

    def complaints(self) -> list[str]:
        """Everything but the bar, once the process has ended."""
        while self.read():
            pass
        os.close(self.screen)
        return [line for line in self.lines() if line.strip() and not self.BAR.fullmatch(line)]


def status_in(file: Path) -> str:
    return str(json.loads(file.read_text(encoding="utf-8"))["status"])


def test_an_interrupted_run_is_kept_and_marked(tmp_path: Path) -> None:
    terminal = Terminal()
    words = ("zone_floor", "--rounds", "400", "--out", str(tmp_path / "out"))
    process = start("run", *words, complain_to=terminal.entry)
    os.close(terminal.entry)
    while terminal.quarters_played() < 2 and terminal.read():
        pass
    told, _ = press(process, 0.0)
    assert (process.returncode, terminal.complaints()) == (130, [])
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


def test_a_comparison_is_announced_once_nothing_but_its_runs_is_left_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is interrupted after the first line is kept; reading scenarios takes most of a second."""
    assert main(["compare", "baseline", "nowhere"]) == 2
    assert capsys.readouterr().out == ""
