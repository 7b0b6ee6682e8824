"""Play every run of a design, on as many processes or machines as there are; what is there is not played
again. ``sweep replay FOLDER KEY`` plays one run of a sweep once more, with all its tables.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from experiments.commands.arguments import add_quiet, notice_of, say, whole
from experiments.commands.exit_codes import INTERRUPTED, SOME_FAILED
from experiments.commands.sweep_progress import watch_sweep

if TYPE_CHECKING:
    from experiments.sweep.sweep import SweepReport

REPLAY = "replay"


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``sweep`` to the command line."""
    parser = commands.add_parser(
        "sweep",
        help="play every run of a design of experiments; goes on where it stopped",
        description=__doc__,
        usage="%(prog)s DESIGN [options]\n       %(prog)s replay FOLDER KEY [--out DIR]",
    )
    parser.add_argument("words", nargs="+", metavar="DESIGN", help="name or .toml file of a design")
    parser.add_argument("--out", metavar="DIR", help="folder for the results (default: results/DESIGN)")
    add_engine(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="say how many runs, how long, how much disk; play one of them"
    )
    parser.add_argument("--retry-failed", action="store_true", help="play runs that failed once more")
    add_quiet(parser)
    parser.set_defaults(action=sweep)


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add on what runs are played."""
    parser.add_argument(
        "--engine",
        choices=("serial", "processes", "dask"),
        help="in this process, in processes of this machine (default), or on Dask",
    )
    parser.add_argument("--workers", type=whole(1), metavar="N", help="processes (default: one a core)")
    parser.add_argument("--scheduler", metavar="tcp://...", help="address of a Dask scheduler; --engine dask")


def engine_of(arguments: argparse.Namespace) -> str:
    """The engine that was asked for."""
    from experiments.sweep.design import DesignError

    engine: str = arguments.engine or ("dask" if arguments.scheduler else "processes")
    if arguments.scheduler and engine != "dask":
        raise DesignError(f"--engine: given {engine}, allowed: dask, for it is what --scheduler is of")
    return engine


def sweep(arguments: argparse.Namespace) -> int:
    """Play what is missing; 130 when interrupted, 3 when all is played and some runs failed: each of those is
    a row, and no failure of the sweep.
    """
    words: list[str] = arguments.words
    if words[0] == REPLAY:
        return _replay(arguments)
    from experiments.sweep.design import DesignError, read_design
    from experiments.sweep.sweep import run_sweep

    if len(words) > 1:
        raise DesignError(f"sweep: given {' '.join(words)!r}, allowed: one design, or {REPLAY} FOLDER KEY")
    engine = engine_of(arguments)
    design = read_design(words[0])
    folder = Path(arguments.out) if arguments.out else Path("results") / Path(words[0]).stem
    if arguments.dry_run:
        from experiments.sweep.forecast import describe_forecast, forecast_sweep

        say(False, describe_forecast(forecast_sweep(design, folder, arguments.workers)))
        return 0
    with told_to_end(), watch_sweep(arguments.quiet) as watch:
        report = run_sweep(
            design,
            folder,
            engine,
            arguments.workers,
            arguments.scheduler,
            arguments.retry_failed,
            watch,
            notice_of(arguments.quiet),
        )
    return close_sweep(report, arguments.quiet)


@contextmanager
def told_to_end() -> Iterator[None]:
    """Within, take SIGTERM, which clusters send before the time is up, as Ctrl-C."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def close_sweep(report: SweepReport, quiet: bool) -> int:
    """Say how a sweep ended, and give the exit code."""
    if report.status == "interrupted":
        say(
            False,
            f"interrupted; {report.there:,} of {report.planned:,} runs are kept in {report.folder}; the same "
            "command goes on from there",
        )
        return INTERRUPTED
    failed = f", {report.failed:,} of them failed" if report.failed else ""
    say(
        quiet,
        f"{report.there:,} runs{failed}, {report.played:,} of them played now in {report.seconds:.0f} s",
        f"{report.folder}",
    )
    if report.failed:
        print(_failures_in_a_line(report), file=sys.stderr)
        return SOME_FAILED
    return 0


def _failures_in_a_line(report: SweepReport) -> str:
    from experiments.sweep.folder import read_runs

    runs = read_runs(report.folder)
    first = runs[runs["status"] == "failed"].iloc[0]
    return (
        f"failed: {report.failed:,} of {report.there:,} runs, the first at point {first['point']}, seed "
        f"{first['seed']}: {first['error']}; play it again with: python -m experiments sweep replay "
        f"{report.folder} {first['key']}"
    )


def _replay(arguments: argparse.Namespace) -> int:
    from experiments.results import ResultsError
    from experiments.sweep.replay import replay_run

    words: list[str] = arguments.words
    if len(words) != 3:
        raise ResultsError(f"sweep replay: given {len(words) - 1} words, allowed: FOLDER KEY")
    run = replay_run(words[1], words[2], arguments.out, notice_of(arguments.quiet))
    if run.meta["status"] == "interrupted":
        say(False, f"interrupted; its rounds are kept in {run.folder}")
        return INTERRUPTED
    say(arguments.quiet, f"{run.folder}   (figures: python -m experiments report {run.folder})")
    return 0
