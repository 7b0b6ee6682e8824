"""Map an outcome of a sweep over two levers, with what is uncertain and where the zone stands."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import add_study, say, whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``tipping`` to the command line."""
    parser = commands.add_parser(
        "tipping", help="map an outcome of a sweep over two levers", description=__doc__
    )
    add_study(parser)
    parser.add_argument("--x", required=True, metavar="LEVER", help="the lever from left to right")
    parser.add_argument("--y", required=True, metavar="LEVER", help="the lever from below to above")
    parser.add_argument(
        "--outcome",
        action="append",
        dest="outcomes",
        metavar="X",
        help="an outcome of the sweep (may be given again; default: members_at_end)",
    )
    parser.add_argument(
        "--members",
        type=whole(1),
        default=2,
        metavar="N",
        help="a zone stands with N members or more, the leader among them (default: 2)",
    )
    parser.set_defaults(action=tipping)


def tipping(arguments: argparse.Namespace) -> int:
    """Print the maps; write tables and figures."""
    from pathlib import Path

    from experiments.analysis.study import open_study
    from experiments.analysis.tipping import ZONE_SIZE, map_tipping
    from experiments.analysis.tipping_words import describe_tipping
    from experiments.figures.tipping import write_tipping

    study = open_study(arguments.folder)
    folder = Path(arguments.out or study.folder / "analysis")
    for outcome in arguments.outcomes or [ZONE_SIZE]:
        found = map_tipping(study, arguments.x, arguments.y, outcome, arguments.members)
        written = write_tipping(found, folder)
        say(arguments.quiet, describe_tipping(found), *(f"  {path}" for path in written), "")
    return 0
