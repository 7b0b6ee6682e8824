"""Say why a country decided as it did, in words, from the results of a run; or why not otherwise
(``--why-not CAN join --round 6``): the round is played again and the other choice weighed.
"""

from __future__ import annotations

import argparse

from experiments.commands.arguments import add_settings, chosen_settings, whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``explain`` to the command line."""
    parser = commands.add_parser(
        "explain", help="why a country decided as it did, or why not otherwise", description=__doc__
    )
    parser.add_argument(
        "run",
        nargs="?",
        default="zone_floor",
        metavar="RUN",
        help="result folder of a run; with --why-not also a scenario (default: zone_floor)",
    )
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "--country", metavar="NAME", help="whose decisions: a code or a name, such as CAN or Canada"
    )
    asked.add_argument(
        "--why-not",
        nargs="+",
        metavar="WORD",
        help="a country and a choice: CAN join, JPN sign framework, EU hold out, KOR leave, CHN ban gallium",
    )
    parser.add_argument("--round", type=whole(0), metavar="N", help="only this round (default: all)")
    parser.add_argument("--seed", type=whole(0), metavar="N", help="seed of a scenario's draws (default: 1)")
    add_settings(parser)
    parser.set_defaults(action=explain)


def explain(arguments: argparse.Namespace) -> int:
    """Print the decisions of one country, or the other choice weighed."""
    if arguments.why_not:
        return _why_not(arguments)
    from experiments.explain import ExplainError, explain_decisions
    from experiments.results import Run

    if arguments.seed is not None or chosen_settings(arguments) or arguments.rounds is not None:
        raise ExplainError("--seed, --set, --minerals, --rounds: only with --why-not and a scenario")
    print(explain_decisions(Run.open(arguments.run), arguments.country, arguments.round))
    return 0


def _why_not(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from experiments.batch import prepare_scenario
    from experiments.explain import ExplainError
    from experiments.results import META_FILE
    from experiments.why_not.other_choice import describe_other_choice
    from experiments.why_not.question import ask_why_not, scenario_of_run

    country, choice = arguments.why_not[0], " ".join(arguments.why_not[1:])
    if not choice or arguments.round is None:
        raise ExplainError(
            "--why-not: a country and a choice, and --round N, such as --why-not CAN join --round 6"
        )
    folder, settings = Path(arguments.run), chosen_settings(arguments)
    if (folder / META_FILE).exists():
        if settings or arguments.seed is not None or arguments.rounds is not None:
            raise ExplainError(
                f"{folder}: a run has its own settings and seed; give the scenario to change them"
            )
        scenario, seed = scenario_of_run(folder)
    else:
        scenario = prepare_scenario(arguments.run, arguments.rounds, settings)
        seed = 1 if arguments.seed is None else arguments.seed
    print(describe_other_choice(ask_why_not(scenario, seed, country, choice, arguments.round)))
    return 0
