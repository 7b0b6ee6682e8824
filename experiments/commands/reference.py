"""Reference pages made from the code: all keys of a scenario, all parameters, all result tables."""

from __future__ import annotations

import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``reference`` to the command line."""
    parser = commands.add_parser(
        "reference", help="all keys of a scenario and all parameters, with defaults", description=__doc__
    )
    parser.add_argument(
        "--out", metavar="DIR", help="renew the pages in this folder (docs) instead of printing"
    )
    parser.set_defaults(action=reference)


def reference(arguments: argparse.Namespace) -> int:
    """Print the reference of scenarios and parameters, or renew the pages made from the code."""
    from experiments.reference import describe_parameters, describe_scenarios, write_reference

    if arguments.out is None:
        print(describe_scenarios(), describe_parameters(), sep="\n", end="")
        return 0
    for path in write_reference(arguments.out):
        print(path)
    return 0
