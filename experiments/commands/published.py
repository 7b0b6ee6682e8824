"""Published results again: clubs on the machinery of accession, and a stop of gallium and of germanium."""

from __future__ import annotations

import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``published`` to the command line."""
    parser = commands.add_parser(
        "published", help="published results, played again beside what was printed", description=__doc__
    )
    parser.add_argument("--clubs", action="store_true", help="the clubs alone, which take seconds")
    parser.set_defaults(action=published)


def published(arguments: argparse.Namespace) -> int:
    """Print tables in Markdown."""
    from experiments.published.tables import describe_clubs, describe_penalties, describe_stops

    print(describe_clubs(), describe_penalties(), sep="\n\n")
    if not arguments.clubs:
        print(f"\n{describe_stops()}")
    return 0
