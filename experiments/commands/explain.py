"""Say why a country decided as it did, in words, from the results of a run."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``explain`` to the command line."""
    parser = commands.add_parser("explain", help="why a country decided as it did", description=__doc__)
    parser.add_argument("run", metavar="RUN", help="result folder of a run")
    parser.add_argument(
        "--country",
        required=True,
        metavar="NAME",
        help="whose decisions: a code or a name, such as CAN or Canada",
    )
    parser.add_argument("--round", type=whole(0), metavar="N", help="only this round (default: all)")
    parser.set_defaults(action=explain)


def explain(arguments: argparse.Namespace) -> int:
    """Print the decisions of one country."""
    from experiments.explain import explain_decisions
    from experiments.results import Run

    print(explain_decisions(Run.open(arguments.run), arguments.country, arguments.round))
    return 0
