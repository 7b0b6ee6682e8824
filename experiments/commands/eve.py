"""Play many seeds from the eve of the ministerial of 4 February 2026: who ends up on which rung how often,
and the reason it names most.
"""

from __future__ import annotations

import argparse

from experiments.commands.arguments import (
    add_quiet,
    add_scenario,
    add_settings,
    chosen_settings,
    progress_bar,
    say,
    whole,
)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``eve`` to the command line."""
    parser = commands.add_parser(
        "eve", help="who joins what from February 2026 on, and why", description=__doc__
    )
    add_scenario(parser)
    parser.add_argument(
        "--seeds", type=whole(1), default=10, metavar="N", help="number of seeds (default: 10)"
    )
    parser.add_argument(
        "--out",
        default="results/eve.csv",
        metavar="FILE",
        help="table of seeds, gone on with where it exists (default: results/eve.csv); the page beside it",
    )
    add_settings(parser)
    add_quiet(parser)
    parser.set_defaults(action=eve)


def eve(arguments: argparse.Namespace) -> int:
    """Play what is missing, then write and print the page."""
    from pathlib import Path

    from experiments.batch import prepare_scenario
    from experiments.eve import EveError, describe_fates, play_seeds, read_fates
    from experiments.results import check_writable
    from world.clock import Clock

    scenario = prepare_scenario(arguments.scenario, arguments.rounds, chosen_settings(arguments))
    kept, seeds = Path(arguments.out), range(1, arguments.seeds + 1)
    check_writable(kept)
    with progress_bar("seeds", arguments.quiet) as progress:
        for seed in play_seeds(scenario, seeds, kept):
            if progress is not None:
                progress(seed, arguments.seeds)
    fates = [fate for fate in read_fates(kept) if fate.seed in seeds]
    run = scenario.run
    text = describe_fates(fates, Clock(run.rounds_per_year, run.start).name(run.rounds - 1))
    page = kept.with_suffix(".md")
    try:
        page.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise EveError(f"{page}: cannot be written: {error.strerror or error}") from None
    say(arguments.quiet, text, f"seeds: {kept}", f"page: {page}")
    return 0
