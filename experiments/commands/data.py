"""Are the tables sound, and how well does the base market fit what it was not shown?"""

from __future__ import annotations

import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``data`` to the command line."""
    parser = commands.add_parser("data", help="check the tables, score the base market", description=__doc__)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check_parser = actions.add_parser(
        "check", help="check every table and print the rows that close the base year"
    )
    check_parser.set_defaults(action=check)
    fit_parser = actions.add_parser(
        "fit", help="score the base market on trade shares withheld from it (five folds)"
    )
    fit_parser.set_defaults(action=fit)


def check(arguments: argparse.Namespace) -> int:
    """Check the tables and print what closes the base year, and how many rows are of which quality."""
    from world.dataset import balance_report, load_dataset
    from world.parameters import load_parameters

    dataset = load_dataset()
    parameters = load_parameters()
    print("\n".join(balance_report(dataset)))
    counts = (
        f"{len(dataset.minerals)} minerals, {len(dataset.countries)} countries, {len(parameters)} parameters"
    )
    print(f"\n{counts}. The tables are sound; fingerprint {dataset.fingerprint[:12]}.")
    return 0


def fit(arguments: argparse.Namespace) -> int:
    """Print the fit of the base market on withheld shares, by mineral."""
    from world.calibration.fit import describe_fit

    print(describe_fit())
    return 0
