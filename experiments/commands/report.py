"""Draw the figures and the report of a run that is there, also against another run with the same seed."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import add_quiet, say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``report`` to the command line."""
    parser = commands.add_parser(
        "report", help="draw the report of a run again, also against another run", description=__doc__
    )
    parser.add_argument("run", metavar="RUN", help="result folder of a run")
    parser.add_argument(
        "--against", metavar="RUN", help="result folder to compare with throughout, such as one of baseline"
    )
    add_quiet(parser)
    parser.set_defaults(action=report)


def report(arguments: argparse.Namespace) -> int:
    """Write figures and report into the folder of the run; print the summary and where the report is."""
    from experiments.report import check_pair, write_report
    from experiments.results import Run
    from experiments.summary import summarise

    run = Run.open(arguments.run)
    baseline = None if arguments.against is None else Run.open(arguments.against)
    if baseline is not None:
        check_pair(run, baseline)
    page = write_report(run, baseline)
    say(arguments.quiet, summarise(run, baseline), str(page))
    return 0
