"""List the library of questions."""

from __future__ import annotations

import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``scenarios`` to the command line."""
    parser = commands.add_parser(
        "scenarios", help="list the scenarios and their questions", description=__doc__
    )
    parser.add_argument(
        "--show", metavar="SCENARIO", help="print one scenario in full, every key with its value"
    )
    parser.set_defaults(action=scenarios)


def scenarios(arguments: argparse.Namespace) -> int:
    """Print name and question of each scenario, or the resolved text of one."""
    from world.scenario import list_scenarios, load_scenario

    if arguments.show is not None:
        print(load_scenario(arguments.show).text, end="")
        return 0
    for key, name, question in list_scenarios():
        print(f"{key}\n    {name}: {question}")
    return 0
