"""Which factors do the outcomes of a sweep hang on: Morris screening or Sobol indices, with intervals."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import add_study, say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``sensitivity`` to the command line."""
    parser = commands.add_parser(
        "sensitivity", help="which factors of a sweep do its outcomes hang on", description=__doc__
    )
    add_study(parser)
    parser.add_argument(
        "--outcome",
        action="append",
        dest="outcomes",
        metavar="X",
        help="an outcome of the sweep (may be given again; default: all that differ between points)",
    )
    parser.set_defaults(action=sensitivity)


def sensitivity(arguments: argparse.Namespace) -> int:
    """Print the findings; write tables and figures."""
    from pathlib import Path

    from experiments.analysis.sensitivity import analyse_sensitivity, outcomes_that_differ
    from experiments.analysis.sensitivity_words import MEANINGS, describe_sensitivity
    from experiments.analysis.study import open_study
    from experiments.figures.sensitivity import write_sensitivity

    study = open_study(arguments.folder)
    folder = Path(arguments.out or study.folder / "analysis")
    found = None
    for outcome in arguments.outcomes or outcomes_that_differ(study):
        found = analyse_sensitivity(study, outcome)
        written = write_sensitivity(found, folder)
        say(arguments.quiet, describe_sensitivity(found), *(f"  {path}" for path in written), "")
    if found is not None:
        say(arguments.quiet, MEANINGS[found.method])
    return 0
