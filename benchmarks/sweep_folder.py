"""A folder of many runs that cost nothing: memory of the parent, time to take it up and to query it, disk."""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.sweeps import short_design, verdict
from benchmarks.tables import Table
from experiments.sweep.course import course_columns
from experiments.sweep.design import Design, read_design
from experiments.sweep.folder import read_runs
from experiments.sweep.parts import drop_rows, merge_parts
from experiments.sweep.plan import PlannedRun, plan_runs
from experiments.sweep.play import PlayedRun
from experiments.sweep.sweep import run_sweep
from experiments.sweep.tables import rounds_part, runs_part

COURSES, COURSE_ROUNDS = 200, 44
"""Made-up courses whose size on disk is measured, and their rounds."""


def table(rows: int) -> Table:
    """Play ``rows`` made-up runs into a folder, half of them and then the others, take it up and query it."""
    with tempfile.TemporaryDirectory() as folder:
        half, whole = rows // 2, rows
        memory = [_apart(_fill, folder, count) for count in (half, whole)]
        written = sum(file.stat().st_size for file in (Path(folder) / "out" / "runs").rglob("*.parquet"))
        resumed, queried, by_sql = _apart(_take_up, folder, whole)
        single, course = _sizes(Path(folder))
        outcomes = len(short_design(Path(folder), rows).outcomes)
    (first, _), (last, _) = memory
    return Table(
        f"A folder of {rows:,} runs",
        ("what", "measured"),
        [
            (
                f"peak memory of the parent after {half:,} and {whole:,} runs",
                f"{first:.0f} MB, {last:.0f} MB",
            ),
            ("more memory for each run", f"{1e3 * (last - first) / (whole - half):.1f} KB"),
            (
                "processor milliseconds of the parent a run, packed, written and merged",
                f"{1e3 * sum(seconds for _, seconds in memory) / rows:.1f}",
            ),
            ("taking up the folder, one run missing", f"{resumed:.1f} s"),
            ("read_runs", f"{queried:.2f} s"),
            ("DuckDB, mean by lever", by_sql),
            (f"on disk, a run of {outcomes} outcomes in merged parts", f"{written / rows / 1e3:.2f} KB"),
            ("on disk, a run in a part of its own", f"{single / 1e3:.1f} KB"),
            ("on disk, a value of rounds in merged parts", f"{course:.1f} bytes"),
        ],
        [
            f"Resume under 5 s: {verdict(resumed < 5)}; query under 2 s: {verdict(queried < 2)}; "
            f"memory under 500 MB: {verdict(max(first, last) < 500)}.",
            "docs/scale.md carries these forward to a million runs.",
        ],
    )


def _apart(work: Callable[..., Any], *given: object) -> Any:
    """What ``work`` gives in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _fill(folder: str, rows: int) -> tuple[float, float]:
    """Play ``rows`` made-up runs into a folder; peak memory in MB and processor seconds."""
    design = short_design(Path(folder), rows)
    began = time.process_time()
    _made_up_sweep(design, Path(folder) / "out")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time() - began


def _take_up(folder: str, rows: int) -> tuple[float, float, str]:
    design, out = short_design(Path(folder), rows), Path(folder) / "out"
    drop_rows(out / "runs", {plan_runs(design)[-1].key})
    began = time.perf_counter()
    _made_up_sweep(read_design(Path(folder) / "short.toml"), out)
    resumed = time.perf_counter() - began
    began = time.perf_counter()
    assert len(read_runs(out)) == rows
    queried = time.perf_counter() - began
    return resumed, queried, _by_sql(out)


def _by_sql(out: Path) -> str:
    try:
        import duckdb
    except ImportError:
        return "not installed"
    began = time.perf_counter()
    duckdb.sql(f"SELECT markup, avg(members_welfare) FROM '{out}/runs/*.parquet' GROUP BY markup").fetchall()
    return f"{time.perf_counter() - began:.2f} s"


def _made_up_sweep(design: Design, out: Path) -> None:
    import experiments.sweep.sweep as machinery

    before = machinery.play_planned, machinery.compile_market
    machinery.play_planned, machinery.compile_market = _made_up, lambda notice=None: None  # type: ignore
    try:
        run_sweep(design, out, "serial")
    finally:
        machinery.play_planned, machinery.compile_market = before


def _made_up(design: Design, planned: PlannedRun) -> PlayedRun:
    drawn = _drawn(planned)
    outcomes = {name: drawn.random() for name in design.outcomes}
    part = runs_part(design, planned, "finished", "", 0.5, outcomes)
    return PlayedRun(planned.key, "finished", "", 0.5, part, b"")


def _drawn(planned: PlannedRun) -> random.Random:
    """Digits that do not pack well, as real ones."""
    return random.Random(f"{planned.point} {planned.seed}")


def _sizes(folder: Path) -> tuple[int, float]:
    """Bytes of a part of one run, and of a value of ``rounds`` in a merged part."""
    design = short_design(folder, 2 * COURSES)
    single = len(_made_up(design, plan_runs(design)[0]).runs)
    rounds, quarters = (
        list(range(COURSE_ROUNDS)),
        [f"{2025 + at // 4}-Q{at % 4 + 1}" for at in range(COURSE_ROUNDS)],
    )
    where = folder / "rounds"
    where.mkdir()
    planned = plan_runs(design)[:COURSES]
    for run in planned:
        drawn = _drawn(run)
        outcomes = {name: [drawn.random() for _ in rounds] for name in course_columns(design.outcomes)}
        part = rounds_part(design, run, {"round": rounds, "quarter": quarters, **outcomes})
        (where / f"{run.key}.parquet").write_bytes(part)
    merge_parts(where, [run.key for run in planned])
    written = sum(file.stat().st_size for file in where.glob("*.parquet"))
    return single, written / (COURSES * COURSE_ROUNDS * len(course_columns(design.outcomes)))
