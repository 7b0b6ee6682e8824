"""What the tables of a run hold, and the trade network in them as a file for graph programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.commands.arguments import whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``results`` to the command line."""
    parser = commands.add_parser("results", help="what the tables of a run hold", description=__doc__)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    describe_parser = actions.add_parser(
        "describe", help="print the columns of every table, with unit and meaning"
    )
    describe_parser.add_argument("--out", metavar="FILE", help="write the page into this file instead")
    describe_parser.set_defaults(action=describe)
    network_parser = actions.add_parser("network", help="write the lanes of one round as GraphML")
    network_parser.add_argument("run", help="folder of a run")
    network_parser.add_argument("--mineral", required=True, help="key of a mineral, such as ndpr")
    network_parser.add_argument("--stage", default="refined", choices=("ore", "refined"))
    network_parser.add_argument("--round", type=whole(0), metavar="N", help="round (default: the last)")
    network_parser.add_argument("--out", metavar="FILE", help="file to write (default: in the run's folder)")
    network_parser.set_defaults(action=network)


def describe(arguments: argparse.Namespace) -> int:
    """Print the reference page of the tables, or write it."""
    from experiments.results import ResultsError
    from experiments.results_page import describe_results

    page = describe_results()
    if arguments.out is None:
        print(page, end="")
        return 0
    try:
        Path(arguments.out).write_text(page, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{arguments.out}: cannot be written: {error.strerror or error}") from None
    return 0


def network(arguments: argparse.Namespace) -> int:
    """Write the trade network of one round, mineral and stage."""
    from experiments.results import Run
    from experiments.trade_graph import write_graphml

    run = Run.open(arguments.run)
    last = int(run.table("flows")["round"].max())
    round_ = last if arguments.round is None else int(arguments.round)
    name = f"network-{arguments.mineral}-{arguments.stage}-{round_}.graphml"
    target = Path(arguments.out) if arguments.out else Path(arguments.run) / name
    print(write_graphml(run, round_, arguments.mineral, arguments.stage, target))
    return 0
