"""Every table and column that a run writes, with unit and meaning."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``results`` to the command line."""
    parser = commands.add_parser("results", help="what the tables of a run hold", description=__doc__)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    describe_parser = actions.add_parser(
        "describe", help="print the columns of every table, with unit and meaning"
    )
    describe_parser.add_argument("--out", metavar="FILE", help="write the page into this file instead")
    describe_parser.set_defaults(action=describe)


def describe(arguments: argparse.Namespace) -> int:
    """Print the reference page of the tables, or write it."""
    from experiments.results import ResultsError, describe_results

    page = describe_results()
    if arguments.out is None:
        print(page, end="")
        return 0
    try:
        Path(arguments.out).write_text(page, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{arguments.out}: cannot be written: {error.strerror or error}") from None
    return 0
