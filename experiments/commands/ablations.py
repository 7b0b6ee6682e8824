"""Play cases of history without each of some mechanisms, and say which criteria that breaks or mends."""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.commands.arguments import add_jobs, add_quiet, say, whole
from experiments.commands.kept_plays import kept_plays


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``ablations`` to the command line."""
    parser = commands.add_parser(
        "ablations", help="which criteria of history break without a mechanism", description=__doc__
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="as for backtest (default: all)")
    parser.add_argument(
        "--draws",
        type=whole(1),
        default=10,
        metavar="N",
        help="sets of parameters fitted to history (default: 10)",
    )
    parser.add_argument(
        "--seed", type=whole(0), default=1, metavar="N", help="seed of shocks, as for backtest (default: 1)"
    )
    add_jobs(parser)
    parser.add_argument(
        "--store",
        default="results/ablations.jsonl",
        metavar="FILE",
        help="what was played; a run goes on from it (default: results/ablations.jsonl)",
    )
    parser.add_argument("--page", metavar="FILE", help="renew the table in this page, between its marks")
    add_quiet(parser)
    parser.set_defaults(action=ablations)


def ablations(arguments: argparse.Namespace) -> int:
    """Play what is not in the store, print the table, renew it in a page."""
    from experiments.backtests.case_reading import find_cases, read_case
    from experiments.backtests.draws import fitted
    from experiments.backtests.what_breaks import ablated_scores, describe_ablations
    from experiments.reference import renew
    from experiments.results import check_writable

    if arguments.page:
        check_writable(Path(arguments.page))
    folders, sets = find_cases(arguments.cases), fitted(arguments.draws)
    say(arguments.quiet, f"orebloc  ablations in {len(folders)} cases  {len(sets)} draws of the ensemble")

    play = kept_plays(arguments.store, arguments.jobs, arguments.quiet)
    scores = ablated_scores(folders, sets, arguments.seed, play)
    held_out = {folder.resolve().name for folder in folders if read_case(folder).held_out}
    table = describe_ablations(scores, len(sets), held_out)
    say(arguments.quiet, table)
    if arguments.page:
        renew(Path(arguments.page), table, by="ablations")
    return 0
