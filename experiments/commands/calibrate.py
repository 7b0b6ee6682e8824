"""Fit the parameters to all cases of history at once, and say what history pins down."""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.commands.arguments import add_jobs, add_quiet, say, whole
from experiments.commands.kept_plays import kept_plays


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``calibrate`` to the command line."""
    parser = commands.add_parser(
        "calibrate", help="fit the parameters to all cases of history at once", description=__doc__
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="as for backtest (default: all that are not held out)"
    )
    parser.add_argument(
        "--draws",
        type=whole(20),
        default=140,
        metavar="N",
        help="draws of the prior to learn from (default: 140)",
    )
    parser.add_argument(
        "--members", type=whole(10), default=50, metavar="N", help="sets of parameters to fit (default: 50)"
    )
    parser.add_argument(
        "--waves",
        type=whole(1),
        default=2,
        metavar="N",
        help="times the sets are played and fitted (default: 2)",
    )
    parser.add_argument("--seed", type=whole(0), default=1, metavar="N", help="seed (default: 1)")
    add_jobs(parser)
    parser.add_argument("--leave-out", action="store_true", help="fit again without each case and score it")
    parser.add_argument(
        "--store", default="calibration.jsonl", metavar="FILE", help="what was played; a run goes on from it"
    )
    parser.add_argument("--ensemble", metavar="FILE", help="write the sets that were fitted into this file")
    parser.add_argument("--page", metavar="FILE", help="renew the scoreboard in this page, between its marks")
    add_quiet(parser)
    parser.set_defaults(action=calibrate)


def calibrate(arguments: argparse.Namespace) -> int:
    """Play, fit, score, print."""
    from experiments.backtests.calibration import calibrate as run
    from experiments.backtests.case_reading import cases_to_fit
    from experiments.backtests.draws import write_ensemble
    from experiments.backtests.pinned import describe
    from experiments.backtests.scoreboard import scoreboard
    from experiments.reference import renew
    from experiments.results import check_writable

    for target in filter(None, (arguments.ensemble, arguments.page)):
        check_writable(Path(target))
    found = run(
        cases_to_fit(arguments.cases),
        arguments.draws,
        arguments.members,
        arguments.waves,
        arguments.seed,
        kept_plays(arguments.store, arguments.jobs, arguments.quiet),
        arguments.leave_out,
    )
    say(arguments.quiet, *describe(found))
    if arguments.ensemble:
        write_ensemble(found.sets, Path(arguments.ensemble))
    if arguments.page:
        renew(Path(arguments.page), scoreboard(found), by="calibrate")
    return 0
