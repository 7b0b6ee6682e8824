"""A sweep survives what happens to it: nothing finished is lost, nothing half-written is read."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import small_jobs
from small_jobs import DESIGN, RUNS, write_design

from experiments.__main__ import main
from experiments.cluster import dask_client
from experiments.commands.sweep import SOME_FAILED
from experiments.results import ResultsError, Run
from experiments.sweep import parts
from experiments.sweep.design import Design, read_design
from experiments.sweep.folder import open_design, read_rounds, read_runs
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import play_point
from experiments.sweep.sweep import SweepReport, run_sweep

ROOT = Path(__file__).resolve().parents[2]
Sweep = Callable[..., SweepReport]
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of Unix")


@pytest.fixture
def design(tmp_path: Path) -> Design:
    return read_design(write_design(tmp_path))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Let sweeps play runs of a test, in processes too."""

    def use(work: object) -> None:
        monkeypatch.setattr("experiments.sweep.sweep.play_planned", work)
        monkeypatch.setattr("experiments.sweep.sweep.compile_market", lambda notice: None)

    use(small_jobs.play_made_up)
    return use


def tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    return read_runs(folder).drop(columns="seconds"), read_rounds(folder)


def assert_same(one: Path, other: Path) -> None:
    for a, b in zip(tables(one), tables(other), strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_a_sweep_leaves_tables_by_point_and_seed(design: Design, play: object, tmp_path: Path) -> None:
    report = run_sweep(design, tmp_path / "out", "serial")
    assert (report.status, report.planned, report.there, report.played) == ("finished", RUNS, RUNS, RUNS)
    runs = read_runs(tmp_path / "out")
    assert list(runs) == [
        *("key", "point", "seed", "status", "error", "seconds"),
        *("markets", "markets_by_fallback", "markets_lost", "markup", "coercion"),
        *("members_welfare", "dominant_share_gallium"),
    ]
    planned = plan_runs(design)
    assert list(runs["key"]) == [run.key for run in planned]
    assert [dict(row) for row in runs[["markup", "coercion"]].to_dict("records")] == [
        run.settings for run in planned
    ]
    expected = [small_jobs.made_up_outcomes(design, run)["members_welfare"] for run in planned]
    assert runs["members_welfare"].tolist() == expected
    rounds = read_rounds(tmp_path / "out")
    assert rounds["year"].tolist() == [2025, 2026] * RUNS
    assert open_design(tmp_path / "out").factors == design.factors


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_every_engine_gives_the_same_tables(
    engine: str, design: Design, play: object, tmp_path: Path
) -> None:
    run_sweep(design, tmp_path / "serial", "serial")
    run_sweep(design, tmp_path / engine, engine, workers=2)
    assert_same(tmp_path / "serial", tmp_path / engine)


def test_what_is_there_is_not_played_again(design: Design, play: object, tmp_path: Path) -> None:
    run_sweep(design, tmp_path / "whole", "serial")
    stopped = run_interrupted(design, tmp_path / "out", after=5)
    assert (stopped.status, stopped.there) == ("interrupted", 5)
    report = run_sweep(design, tmp_path / "out", "serial")
    assert (report.there, report.played) == (RUNS, RUNS - 5)
    assert_same(tmp_path / "whole", tmp_path / "out")
    assert run_sweep(design, tmp_path / "out", "serial").played == 0


def run_interrupted(design: Design, folder: Path, after: int) -> SweepReport:
    def stop(there: int, failed: int, total: int) -> None:
        if there == after:
            raise KeyboardInterrupt

    return run_sweep(design, folder, "serial", watch=stop)


def test_a_design_may_grow_and_not_change(design: Design, play: object, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_sweep(design, out, "serial")
    grown = read_design(write_design(tmp_path, DESIGN.replace("seeds = 2", "seeds = 3")))
    assert run_sweep(grown, out, "serial").played == 6
    assert len(read_runs(out)) == 18
    assert open_design(out).seeds == (1, 2, 3)
    for text, message in (
        (DESIGN, "6 of its 18 runs are none of this design"),
        (DESIGN.replace("0.2]", "0.3]"), "was made for other factors"),
        (DESIGN.replace('"year"', '"run"'), "was made for other detail"),
        (DESIGN.replace('"dominant_share"', '"price_inside"'), "was made for other outcomes"),
        (DESIGN.replace("rounds = 1", "rounds = 2"), "18 of its 18 runs are none of this design"),
    ):
        with pytest.raises(ResultsError, match=message):
            run_sweep(read_design(write_design(tmp_path, text)), out, "serial")
    assert len(read_runs(out)) == 18


@pytest.mark.parametrize("what", ["version", "code_fingerprint", "data_fingerprint", "format"])
def test_a_folder_from_another_version_is_refused(
    what: str, design: Design, play: object, tmp_path: Path
) -> None:
    run_interrupted(design, tmp_path / "out", after=2)
    path = tmp_path / "out" / "folder.json"
    made = json.loads(path.read_text())
    path.write_text(json.dumps(made | {what: "other"}))
    with pytest.raises(ResultsError, match=rf"{what.split('_')[0]}.*other"):
        run_sweep(design, tmp_path / "out", "serial")
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 2


def test_a_failed_run_is_a_row_and_can_be_retried(
    design: Design, play: Callable[[object], None], tmp_path: Path
) -> None:
    play(small_jobs.play_or_fail)
    report = run_sweep(design, tmp_path / "out", "serial")
    assert (report.status, report.there, report.failed) == ("finished", RUNS, 2)
    failed = read_runs(tmp_path / "out").query("status == 'failed'")
    assert failed["point"].tolist() == [1, 1]
    assert failed["error"].tolist() == ["FloatingPointError in round 0: no prices found"] * 2
    assert failed["members_welfare"].isna().all()
    assert failed["markup"].notna().all()
    again = run_sweep(design, tmp_path / "out", "serial")
    assert (again.played, again.failed) == (0, 2)
    play(small_jobs.play_made_up)
    mended = run_sweep(design, tmp_path / "out", "serial", retry_failed=True)
    assert (mended.played, mended.failed) == (2, 0)
    run_sweep(design, tmp_path / "whole", "serial")
    assert_same(tmp_path / "whole", tmp_path / "out")


@UNIX
def test_a_run_that_kills_its_process_is_a_failed_row(
    design: Design, play: Callable[[object], None], tmp_path: Path
) -> None:
    play(small_jobs.play_or_die)
    report = run_sweep(design, tmp_path / "out", "processes", workers=2)
    assert (report.status, report.there, report.failed) == ("finished", RUNS, 2)
    failed = read_runs(tmp_path / "out").query("status == 'failed'")
    assert failed["point"].tolist() == [1, 1]
    assert failed["error"].str.contains("died 2 times").all()


@UNIX
@pytest.mark.slow
def test_a_run_that_kills_workers_of_dask_is_a_failed_row(
    design: Design, play: Callable[[object], None], tmp_path: Path
) -> None:
    """On a scheduler that was there before, as on a cluster."""
    import dask

    play(small_jobs.play_or_die)
    patient = dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with patient, dask_client(None, 2) as client:
        address = client.scheduler.address
        report = run_sweep(design, tmp_path / "out", "dask", scheduler=address)
    assert (report.status, report.there, report.failed) == ("finished", RUNS, 2)
    failed = read_runs(tmp_path / "out").query("status == 'failed'")
    assert failed["point"].tolist() == [1, 1]
    assert failed["error"].str.contains("workers that played it died").all()


def start(path: Path, out: Path, engine: str = "processes") -> subprocess.Popen[str]:
    """The command line in a process group of its own, with slow runs, once three of them have ended."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, str(Path(small_jobs.__file__)), str(path), str(out), engine],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    while len(list((out / "runs").glob("*.parquet"))) < 3:
        time.sleep(0.02)
        assert process.poll() is None, process.communicate()
    return process


@UNIX
def test_nothing_finished_is_lost_to_kill_9(design: Design, play: object, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start(tmp_path / "test.toml", out)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)  # ends once the processes that it started have let go of its output
    there = len(read_runs(out))
    assert 3 <= there < RUNS
    report = run_sweep(design, out, "serial")
    assert (report.there, report.played) == (RUNS, RUNS - there)
    run_sweep(design, tmp_path / "whole", "serial")
    assert_same(tmp_path / "whole", out)


@UNIX
@pytest.mark.parametrize("engine", ["serial", "processes", "dask"])
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sweep_says_how_to_go_on(
    which: signal.Signals, engine: str, design: Design, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(tmp_path / "test.toml", out, engine)
    if which == signal.SIGINT:
        os.killpg(process.pid, which)  # as a terminal does
    else:
        process.terminate()
    told, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaints == ""
    there = len(read_runs(out))
    assert told.splitlines()[-1] == (
        f"interrupted; {there} of {RUNS} runs are kept in {out}; the same command goes on from there"
    )
    assert not list(out.glob("**/*.partial"))


def test_a_full_disk_is_one_line_and_nothing_half_written(
    design: Design, play: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = os.fsync
    calls = 0

    def fill_up(number: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 30:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        synced(number)

    monkeypatch.setattr(parts.os, "fsync", fill_up)
    with pytest.raises(ResultsError, match="No space left on device; what is finished is kept") as caught:
        run_sweep(design, tmp_path / "out", "serial")
    assert "\n" not in str(caught.value)
    monkeypatch.setattr(parts.os, "fsync", synced)
    assert not list((tmp_path / "out").glob("**/*.partial"))
    there = len(read_runs(tmp_path / "out"))
    assert 0 < there < RUNS
    assert run_sweep(design, tmp_path / "out", "serial").played == RUNS - there
    run_sweep(design, tmp_path / "whole", "serial")
    assert_same(tmp_path / "whole", tmp_path / "out")


@pytest.mark.parametrize("removed", [0, 1, 3])
def test_merging_that_is_cut_short_loses_and_doubles_nothing(
    removed: int, design: Design, play: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merged part stands, and of the parts that it holds ``removed`` are gone."""
    monkeypatch.setattr("experiments.sweep.sweep.PART_ROWS", 4)
    run_sweep(design, tmp_path / "whole", "serial")
    unlinked, gone = Path.unlink, 0

    def unlink(path: Path, missing_ok: bool = False) -> None:
        nonlocal gone
        if path.suffix == ".parquet" and path.parent.name == "runs":
            if gone == removed:
                raise KeyboardInterrupt
            gone += 1
        unlinked(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    out = tmp_path / "out"
    assert run_sweep(design, out, "serial").status == "interrupted"
    monkeypatch.setattr(Path, "unlink", unlinked)
    assert len(list((out / "runs").glob("*.parquet"))) == 1 + 4 - removed
    runs = read_runs(out)
    assert (len(runs), runs["key"].nunique()) == (4, 4)
    assert run_sweep(design, out, "serial").played == RUNS - 4
    assert len(list((out / "runs").glob("*.parquet"))) == 3
    assert_same(tmp_path / "whole", out)


def test_parts_are_merged_as_they_grow_many(
    design: Design, play: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.sweep.sweep.PART_ROWS", 5)
    files: list[int] = []

    def watch(there: int, failed: int, total: int) -> None:
        files.append(len(list((tmp_path / "out" / "runs").glob("*.parquet"))))

    run_sweep(design, tmp_path / "out", "serial", watch=watch)
    assert max(files) < 5 + RUNS // 5
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 3
    assert len(read_runs(tmp_path / "out")) == RUNS


def test_a_part_of_rounds_without_its_run_is_not_read(design: Design, play: object, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_interrupted(design, out, after=3)
    orphan = next((out / "runs").glob("*.parquet"))
    orphan.unlink()
    assert len(read_runs(out)) == 2
    assert read_rounds(out)["key"].nunique() == 2
    assert run_sweep(design, out, "serial").played == RUNS - 2
    assert read_rounds(out)["key"].value_counts().tolist() == [2] * RUNS


def test_an_outcome_younger_than_the_folder_has_no_value_there(
    design: Design, play: object, tmp_path: Path
) -> None:
    run_interrupted(design, tmp_path / "out", after=3)
    before = read_runs(tmp_path / "out")
    part = next((tmp_path / "out" / "runs").rglob("*.parquet"))
    table = pq.read_table(part)
    pq.write_table(table.drop_columns(["members_welfare"]), part)
    runs = read_runs(tmp_path / "out")
    changed = runs["key"].isin(table.column("key").to_pylist())
    assert runs.loc[changed, "members_welfare"].isna().all()
    pd.testing.assert_frame_equal(runs[~changed], before[~changed])


def test_a_damaged_part_is_named(design: Design, play: object, tmp_path: Path) -> None:
    run_interrupted(design, tmp_path / "out", after=2)
    part = next((tmp_path / "out" / "runs").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-20])
    for ask in (lambda: read_runs(tmp_path / "out"), lambda: run_sweep(design, tmp_path / "out", "serial")):
        with pytest.raises(ResultsError, match=rf"{part.name}: cannot be read as Parquet"):
            ask()


def test_two_sweeps_do_not_write_to_one_folder(design: Design, play: object, tmp_path: Path) -> None:
    def another(there: int, failed: int, total: int) -> None:
        with pytest.raises(ResultsError, match="another sweep is writing to it"):
            run_sweep(design, tmp_path / "out", "serial")

    assert run_sweep(design, tmp_path / "out", "serial", watch=another).status == "finished"


def test_a_scheduler_that_does_not_answer_is_one_line(
    design: Design, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.cluster.ANSWERS_WITHIN_S", 0.5)
    words = [str(tmp_path / "test.toml"), "--out", str(tmp_path / "out")]
    assert main(["sweep", *words, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: --scheduler tcp://127.0.0.1:9: does not answer")
    assert told.count("\n") == 1


REAL = """
name = "Who plays which part"
question = "Do real runs come through?"
rounds = 2
minerals = ["gallium"]

[levers.leader]
key = "leader.country"
values = ["USA", "JPN"]

[uncertainties.refiner]
key = "dominant_refiner.country"
values = ["CHN", "JPN"]

[outcomes]
detail = "round"
"""


def test_real_runs_are_the_same_in_processes_and_a_failed_one_is_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    design = read_design(write_design(tmp_path, REAL))
    assert main(["sweep", "test.toml", "--out", "one", "--engine", "serial"]) == SOME_FAILED
    told = capsys.readouterr()
    assert "4 runs, 1 of them failed" in told.out
    assert main(["sweep", "test.toml", "--out", "two", "--workers", "2", "--quiet"]) == SOME_FAILED
    assert_same(tmp_path / "one", tmp_path / "two")
    runs = read_runs("one")
    failed = runs[runs["status"] == "failed"]
    assert failed[["leader", "refiner"]].to_numpy().tolist() == [["JPN", "JPN"]]
    assert "allowed: another country than leader.country" in failed["error"].iloc[0]
    assert f"sweep replay one {failed['key'].iloc[0]}" in told.err
    assert main(["sweep", "replay", "one", failed["key"].iloc[0]]) == 2
    first = runs.iloc[0]
    assert play_point(design, {"leader": "USA", "refiner": "CHN"}, 1) == {
        name: first[name] for name in design.outcomes
    } | {name: pytest.approx(first[name], nan_ok=True) for name in ("first_member_year",)}
    assert main(["sweep", "replay", "one", first["key"][:9], "--out", "again"]) == 0
    run = Run.open(tmp_path / "again")
    inside = run.table("zone").query("stage == 'refined'")["dominant_share"].mean()
    assert inside == pytest.approx(first["dominant_share_gallium"])
    rounds = read_rounds("one").query("point == 0")
    assert rounds["dominant_share_gallium"].mean() == pytest.approx(first["dominant_share_gallium"])
    assert rounds["members_welfare"].mean() == pytest.approx(first["members_welfare"])
    assert rounds["quarter"].tolist() == ["2025-Q1", "2025-Q2"]


def test_a_dry_run_counts_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_design(tmp_path)
    assert main(["sweep", "test.toml", "--out", "out", "--dry-run", "--workers", "3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("12 runs (6 points x 2 seeds), about ")
    assert "on 3 processes" in told
    assert "MB" in told
    assert not (tmp_path / "out").exists()
