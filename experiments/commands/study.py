"""Answer a standing question by a designed experiment: plays its runs, or those that are missing, and ends in
a page of figures and plain words. Without a name it lists the studies there are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.arguments import add_quiet, in_columns, notice_of, say
from experiments.commands.sweep import add_engine, close_sweep, engine_of, told_to_end
from experiments.commands.sweep_progress import watch_sweep

if TYPE_CHECKING:
    from experiments.studies.conduct import Told


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``study`` to the command line."""
    parser = commands.add_parser(
        "study",
        help="answer a standing question: runs, figures and a page of plain words",
        description=__doc__,
    )
    parser.add_argument("study", nargs="?", metavar="STUDY", help="name or .toml file of a study")
    parser.add_argument("--small", action="store_true", help="the small version, under a minute")
    parser.add_argument("--out", metavar="DIR", help="folder (default: results/STUDY)")
    add_engine(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="say how many runs and how long; play one of them"
    )
    add_quiet(parser)
    parser.set_defaults(action=study)


def study(arguments: argparse.Namespace) -> int:
    """Play and tell; 130 when interrupted, 3 when some runs failed and the page tells of the others."""
    from experiments.studies.conduct import RUNS, tell
    from experiments.studies.standard_study import SMALL, list_studies, read_study
    from experiments.sweep.sweep import run_sweep

    if arguments.study is None:
        say(
            False,
            in_columns(dict(list_studies()), indent=""),
            "",
            "python -m experiments study NAME [--small]",
        )
        return 0
    chosen = read_study(arguments.study, arguments.small)
    ending = SMALL if arguments.small else ""
    folder = Path(arguments.out) if arguments.out else Path("results") / f"study-{chosen.key}{ending}"
    if arguments.dry_run:
        from experiments.sweep.forecast import describe_forecast, forecast_sweep

        say(False, describe_forecast(forecast_sweep(chosen.design, folder / RUNS, arguments.workers)))
        return 0
    say(arguments.quiet, f"orebloc  {chosen.keys.question}")
    with told_to_end(), watch_sweep(arguments.quiet) as watch:
        report = run_sweep(
            chosen.design,
            folder / RUNS,
            engine_of(arguments),
            arguments.workers,
            arguments.scheduler,
            watch=watch,
            notice=notice_of(arguments.quiet),
        )
    code = close_sweep(report, arguments.quiet)
    if report.status == "finished":
        say(arguments.quiet, "", *_said(tell(chosen, folder, arguments.command_line)))
    return code


def _said(told: Told) -> list[str]:
    lines = [f"  {answer.topic}: {answer.text}" for answer in told.answers]
    return [*lines, "", *(str(path) for path in told.pages)]
