"""Judge the zone of a round: who would leave, who would join, who is pivotal, and which zones are stable."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import (
    add_quiet,
    add_scenario,
    add_settings,
    chosen_settings,
    say,
    whole,
)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``stability`` to the command line."""
    parser = commands.add_parser(
        "stability", help="is the zone of a round stable, and who is pivotal", description=__doc__
    )
    add_scenario(parser)
    parser.add_argument(
        "--round", type=whole(0), metavar="N", help="at the reviews of this round (default: the last)"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=1, metavar="N", help="seed of all draws (default: 1)"
    )
    parser.add_argument(
        "--probes",
        type=whole(0),
        default=12,
        metavar="N",
        help="countries whose change of sides is tried, members and large traders first (default: 12)",
    )
    parser.add_argument(
        "--out", metavar="DIR", help="folder for the table and the figure (default: none written)"
    )
    add_settings(parser)
    add_quiet(parser)
    parser.set_defaults(action=stability)


def stability(arguments: argparse.Namespace) -> int:
    """Print the findings; write table and figure where a folder was given."""
    from pathlib import Path

    from experiments.batch import prepare_scenario
    from experiments.stability import describe_stability, report_stability

    scenario = prepare_scenario(arguments.scenario, arguments.rounds, chosen_settings(arguments))
    report = report_stability(scenario, arguments.seed, arguments.round, arguments.probes)
    say(arguments.quiet, describe_stability(report))
    if arguments.out is not None:
        from experiments.figures.stability import write_stability

        written = write_stability(report, Path(arguments.out))
        say(arguments.quiet, *map(str, written))
    return 0
