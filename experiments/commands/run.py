"""Play one scenario, write its results, and say in the terminal what came of it."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from experiments.commands.arguments import (
    add_quiet,
    add_scenario,
    add_settings,
    chosen_settings,
    notice_of,
    progress_bar,
    say,
    whole,
)
from experiments.commands.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from experiments.results import Run

MONTHS = (
    "rounds of a month: three times as many markets to clear, as many questions of governments: up to twice "
    "the time of quarters"
)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``run`` to the command line."""
    parser = commands.add_parser("run", help="play one scenario and write its results", description=__doc__)
    add_scenario(parser)
    parser.add_argument(
        "--out", metavar="DIR", help="folder for the results (default: results/SCENARIO-seedN-K)"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=1, metavar="N", help="seed of all random draws (default: 1)"
    )
    add_settings(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace a result folder that exists")
    parser.add_argument("--tables-only", action="store_true", help="no figures and no report")
    add_quiet(parser)
    parser.set_defaults(action=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the scenario; 130 when it was interrupted."""
    from experiments.batch import prepare_scenario, run_scenario
    from experiments.figures.naming import counted

    scenario = prepare_scenario(arguments.scenario, arguments.rounds, chosen_settings(arguments))
    rounds = f"{scenario.run.clock.word}s"
    length = counted(scenario.run.rounds, scenario.run.clock.word)
    say(arguments.quiet, f"orebloc  {scenario.key}  seed {arguments.seed}  {length}")
    if scenario.run.rounds_per_year == 12:
        say(arguments.quiet, MONTHS)
    with progress_bar(rounds, arguments.quiet) as progress:
        finished = run_scenario(
            scenario,
            arguments.seed,
            out=arguments.out,
            progress=progress,
            overwrite=arguments.overwrite,
            finish=None if arguments.tables_only else _finish(arguments.quiet),
            command=arguments.command_line,
            began=arguments.began,
            notice=notice_of(arguments.quiet),
        )
    if finished.meta["status"] == "interrupted":
        played = f"{finished.meta['rounds']} of {finished.meta['rounds_planned']} {rounds}"
        say(False, f"interrupted after {played}; they are kept in {finished.folder}")
        return INTERRUPTED
    say(arguments.quiet, *_closing_words(finished, arguments.tables_only))
    return 0


def _finish(quiet: bool) -> Callable[[Run], Any]:
    def write(run: Run) -> None:
        from experiments.report import write_report
        from experiments.results import ResultsError

        if run.meta["status"] == "finished":
            say(quiet, "drawing the figures and writing the report ...")
            _sweep()
            try:
                write_report(run)
            except ResultsError as error:
                again = f"python -m experiments report {run.folder}"
                raise ResultsError(f"{error}; the tables are kept, draw it again with: {again}") from None

    return write


def _sweep() -> None:
    """Give back the memory of the simulation now, and let the collector pass over what stays to the end."""
    gc.collect()
    gc.freeze()


def _closing_words(run: Run, tables_only: bool) -> list[str]:
    from experiments.summary import summarise

    timings = run.meta["timings"]
    spent = ", ".join(f"{name.removesuffix('_s')} {seconds:.1f} s" for name, seconds in timings.items())
    where = run.folder if tables_only else run.folder / "report.html"
    return ["", summarise(run), f"{where}   ({spent})"]
