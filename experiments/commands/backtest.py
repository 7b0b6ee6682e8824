"""Play cases of history under draws of the parameters and score them against what happened."""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.commands.arguments import add_jobs, add_quiet, progress_bar, say, whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``backtest`` to the command line."""
    parser = commands.add_parser(
        "backtest", help="score the model against cases of history", description=__doc__
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="names of cases, folders with a case.toml, or all (default)"
    )
    parser.add_argument(
        "--draws", type=whole(1), default=50, metavar="N", help="sets of parameters (default: 50)"
    )
    parser.add_argument(
        "--prior", action="store_true", help="sets over the whole ranges, not those fitted to the cases"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=1, metavar="N", help="seed of shocks and of the prior (default: 1)"
    )
    add_jobs(parser)
    parser.add_argument("--json", metavar="FILE", help="write one row a criterion into this file")
    parser.add_argument("--figures", metavar="DIR", help="draw the model's fan over the observed points")
    parser.add_argument("--list", action="store_true", help="list the cases and what they ask")
    parser.add_argument("--words", action="store_true", help="list what criteria may measure")
    add_quiet(parser)
    parser.set_defaults(action=backtest)


def backtest(arguments: argparse.Namespace) -> int:
    """Play, score, print; the exit code does not tell passes from failures."""
    from experiments.backtests.backtest import run_backtests
    from experiments.backtests.case_reading import find_cases, read_case
    from experiments.backtests.draws import draw_parameters, fitted
    from experiments.backtests.report import describe_backtests, write_rows
    from experiments.results import check_writable

    if arguments.words:
        from experiments.backtests.reference import describe_words

        print(describe_words(), end="")
        return 0
    folders = find_cases(arguments.cases)
    if arguments.list:
        for case in map(read_case, folders):
            print(f"{case.name}\n    {case.keys.get('name', '')}: {case.keys.get('question', '')}")
        return 0
    for target in filter(None, (arguments.json, arguments.figures)):
        check_writable(Path(target))
    sets = draw_parameters(arguments.draws, arguments.seed) if arguments.prior else fitted(arguments.draws)
    origin = "prior" if arguments.prior else "ensemble fitted to history"
    say(arguments.quiet, f"orebloc  backtest of {len(folders)} cases  {len(sets)} draws of the {origin}")
    with progress_bar("runs", arguments.quiet) as progress:
        tests = run_backtests(folders, sets, arguments.seed, arguments.jobs, progress)
    say(arguments.quiet, *describe_backtests(tests))
    if arguments.json:
        write_rows(tests, Path(arguments.json))
    if arguments.figures:
        from experiments.figures.fan import write_fan

        paths = [path for test in tests for path in write_fan(test, Path(arguments.figures))]
        say(arguments.quiet, *map(str, paths))
    return 0
