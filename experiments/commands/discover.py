"""Under which settings an outcome of a sweep ends above or below a value: boxes by PRIM and CART."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import add_study, fraction, say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``discover`` to the command line."""
    parser = commands.add_parser(
        "discover",
        help="under which settings does an outcome end above or below a value",
        description=__doc__,
    )
    add_study(parser)
    parser.add_argument("--outcome", required=True, metavar="X", help="an outcome of the sweep")
    side = parser.add_mutually_exclusive_group(required=True)
    side.add_argument("--above", type=float, metavar="V", help="of interest is what ends above V")
    side.add_argument("--below", type=float, metavar="V", help="of interest is what ends below V")
    parser.add_argument(
        "--density",
        type=fraction,
        default=0.8,
        metavar="D",
        help="least part of the points in a box that is of interest (default: 0.8)",
    )
    parser.set_defaults(action=discover)


def discover(arguments: argparse.Namespace) -> int:
    """Print the boxes; write table and figure."""
    from pathlib import Path

    from experiments.analysis.discovery import discover as find
    from experiments.analysis.discovery_words import describe_discovery
    from experiments.analysis.study import open_study
    from experiments.figures.discovery import write_discovery

    study = open_study(arguments.folder)
    above = arguments.above is not None
    threshold = arguments.above if above else arguments.below
    found = find(study, arguments.outcome, threshold, above, arguments.density)
    written = write_discovery(found, Path(arguments.out or study.folder / "analysis"))
    say(arguments.quiet, describe_discovery(found), *map(str, written))
    return 0
