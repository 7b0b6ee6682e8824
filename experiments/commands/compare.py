"""Run the same seeds under several scenarios, and what differs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from experiments.commands.arguments import add_settings, chosen_settings, notice_of, progress_bar, say, whole

if TYPE_CHECKING:
    from experiments.comparison import Comparison

INTERRUPTED = 130


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``compare`` to the command line."""
    parser = commands.add_parser(
        "compare", help="run scenarios with the same seeds and show what differs", description=__doc__
    )
    parser.add_argument(
        "scenarios", nargs="+", metavar="SCENARIO", help="two or more; the first is the reference"
    )
    parser.add_argument("--seeds", type=whole(1), default=5, metavar="N", help="number of seeds (default: 5)")
    parser.add_argument("--out", metavar="DIR", help="folder for the results (default: results/A-vs-B-K)")
    parser.add_argument("--jobs", type=whole(1), metavar="N", help="processes (default: one a core)")
    add_settings(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace a comparison that exists")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(action=compare)


def compare(arguments: argparse.Namespace) -> int:
    """Run and compare; 130 when interrupted, with the pairs that were finished."""
    from experiments.batch import compare_scenarios, prepare_scenario
    from experiments.comparison_words import describe_comparison

    settings = chosen_settings(arguments)
    ready = [prepare_scenario(name, arguments.rounds, settings) for name in arguments.scenarios]
    runs = len(arguments.scenarios) * arguments.seeds
    say(
        arguments.quiet,
        f"orebloc  {' / '.join(arguments.scenarios)}  seeds 1 to {arguments.seeds}  {runs} runs",
    )
    with progress_bar("runs", arguments.quiet) as progress:
        comparison = compare_scenarios(
            ready,
            seeds=arguments.seeds,
            out=arguments.out,
            jobs=arguments.jobs,
            progress=progress,
            overwrite=arguments.overwrite,
            notice=notice_of(arguments.quiet),
        )
    if comparison.runs:
        table = str(comparison.folder / "comparison.csv")
        say(arguments.quiet, "", describe_comparison(comparison), _write_figure(comparison), table)
    if comparison.status == "interrupted":
        say(
            False, f"interrupted; {len(comparison.runs)} of {runs} runs finished, kept in {comparison.folder}"
        )
        return INTERRUPTED
    return 0


def _write_figure(comparison: Comparison) -> str:
    from experiments.figures.differences import write_differences

    return "\n".join(str(path) for path in write_differences(comparison))
