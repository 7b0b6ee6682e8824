"""Run the same seeds under several scenarios, and what differs; or compare the settings of a lever of a
sweep.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from experiments.commands.arguments import (
    add_jobs,
    add_quiet,
    add_settings,
    chosen_settings,
    notice_of,
    progress_bar,
    say,
    whole,
)
from experiments.commands.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.intervals import Precision


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``compare`` to the command line."""
    parser = commands.add_parser(
        "compare", help="run scenarios with the same seeds and show what differs", description=__doc__
    )
    parser.add_argument(
        "scenarios",
        nargs="+",
        metavar="SCENARIO",
        help="two or more, the first is the reference; with --lever the folder of a sweep",
    )
    parser.add_argument(
        "--lever", metavar="NAME", help="compare the settings of this lever of a sweep, run for run"
    )
    parser.add_argument(
        "--reference", metavar="SETTING", help="with --lever: compare with this setting (default: the first)"
    )
    parser.add_argument(
        "--precision",
        action="append",
        type=precision,
        default=[],
        metavar="P",
        help="count the pairs needed for intervals this narrow: a part of the difference such as 0.1, or "
        "OUTCOME=HALF_WIDTH such as dominant_share=0.01 (may be given again; default: 0.25)",
    )
    parser.add_argument("--seeds", type=whole(1), default=5, metavar="N", help="number of seeds (default: 5)")
    parser.add_argument(
        "--fitted",
        action="store_true",
        help="play each seed under another set of parameters fitted to history, the same in all scenarios",
    )
    parser.add_argument("--out", metavar="DIR", help="folder for the results (default: results/A-vs-B-K)")
    add_jobs(parser)
    add_settings(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace a comparison that exists")
    add_quiet(parser)
    parser.set_defaults(action=compare)


def compare(arguments: argparse.Namespace) -> int:
    """Run and compare; 130 when interrupted, with the pairs that were finished."""
    if arguments.lever is not None:
        return _compare_lever(arguments)
    from experiments.batch import compare_scenarios, prepare_scenario
    from experiments.comparison_words import describe_comparison

    _check_scenarios(arguments.scenarios)
    settings = chosen_settings(arguments)
    ready = [prepare_scenario(name, arguments.rounds, settings) for name in arguments.scenarios]
    runs = len(arguments.scenarios) * arguments.seeds
    sets = _fitted_sets() if arguments.fitted else []
    seeds = f"seeds 1 to {arguments.seeds}" if arguments.seeds > 1 else "seed 1"
    each = ", each under a set of parameters fitted to history" if sets else ""
    say(
        arguments.quiet,
        f"orebloc  {' / '.join(arguments.scenarios)}  {seeds}{each}  {runs} runs",
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
            precision=_precision_of(arguments),
            sets=sets,
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


def _check_scenarios(given: Sequence[str]) -> None:
    """Raise before anything is said or played, when there is nothing to compare."""
    from pathlib import Path

    from experiments.analysis.study import AnalysisError
    from experiments.sweep.folder import FOLDER, open_design
    from world.scenario import ScenarioError

    for name in given:
        if (Path(name) / FOLDER).is_file():
            levers = ", ".join(factor.name for factor in open_design(name).factors)
            raise AnalysisError(f"compare: {name} is the folder of a sweep; give --lever, allowed: {levers}")
    if len(set(given)) < max(len(given), 2):
        raise ScenarioError(f"compare: given {', '.join(given)}, allowed: two or more different scenarios")


def _fitted_sets() -> Sequence[Mapping[str, float]]:
    from experiments.backtests.draws import read_ensemble

    return read_ensemble()


def precision(text: str) -> tuple[str, float]:
    """``dominant_share=0.01`` as outcome and half width; a bare number is a part of any difference."""
    outcome, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(
            f"given {text!r}, allowed: a number above 0, or outcome=number such as dominant_share=0.01"
        )
    return outcome.strip(), value


def _precision_of(arguments: argparse.Namespace) -> Precision:
    from experiments.intervals import Precision

    given = dict(arguments.precision)
    relative = given.pop("", None)
    return Precision(absolute=given) if relative is None else Precision(relative, given)


def _compare_lever(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from experiments.analysis.lever_comparison import compare_lever
    from experiments.analysis.lever_words import describe_lever
    from experiments.analysis.study import AnalysisError, open_study
    from experiments.figures.lever_effects import write_lever

    if len(arguments.scenarios) != 1:
        given = " ".join(arguments.scenarios)
        raise AnalysisError(f"compare --lever: given {given}, allowed: the folder of one sweep")
    study = open_study(arguments.scenarios[0])
    found = compare_lever(
        study, arguments.lever, reference=arguments.reference, precision=_precision_of(arguments)
    )
    written = write_lever(found, Path(arguments.out or study.folder / "analysis"))
    say(arguments.quiet, describe_lever(found), *map(str, written))
    return 0


def _write_figure(comparison: Comparison) -> str:
    from experiments.figures.differences import write_differences

    return "\n".join(str(path) for path in write_differences(comparison))
