"""Search the levers of a design for policies that no other beats in every aim; goes on where it stopped."""

from __future__ import annotations

import argparse

from experiments.commands.arguments import add_jobs, add_quiet, notice_of, progress_bar, say, whole
from experiments.commands.exit_codes import INTERRUPTED


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``optimise`` to the command line."""
    parser = commands.add_parser(
        "optimise", help="search the levers of a design for the best policies", description=__doc__
    )
    parser.add_argument("design", metavar="DESIGN", help="name or .toml file of a design")
    for way in ("maximise", "minimise"):
        parser.add_argument(
            f"--{way}",
            action="append",
            default=[],
            metavar="X",
            help=f"{way} this outcome of the design (may be given again)",
        )
    for name, default, help_ in (
        ("population", 12, "policies of a generation"),
        ("generations", 5, "generations"),
        ("draws", 4, "draws of the uncertainties under which every policy is played"),
        ("checks", 4, "fresh draws under which the front is played once more"),
        ("seed", 1, "of the search and of its draws"),
    ):
        parser.add_argument(
            f"--{name}",
            type=whole(0 if name in ("checks", "seed") else 2),
            default=default,
            metavar="N",
            help=f"{help_} (default: {default})",
        )
    parser.add_argument("--out", metavar="DIR", help="folder for the results (default: results/DESIGN-front)")
    add_jobs(parser)
    add_quiet(parser)
    parser.set_defaults(action=optimise)


def optimise(arguments: argparse.Namespace) -> int:
    """Search; 130 when interrupted, with what was finished."""
    import os
    from pathlib import Path

    from experiments.figures.front import write_front
    from experiments.optimisation.objectives import choose_objectives
    from experiments.optimisation.search import SearchOptions, search_policies
    from experiments.optimisation.words import describe_front
    from experiments.sweep.design import read_design

    design = read_design(arguments.design)
    objectives = choose_objectives(design, arguments.maximise, arguments.minimise)
    numbers = ("population", "generations", "draws", "checks", "seed")
    options = SearchOptions(*(getattr(arguments, name) for name in numbers))
    folder = Path(arguments.out or Path("results") / f"{Path(arguments.design).stem}-front")
    aims = ", ".join(f"{objective.direction} {objective.words}" for objective in objectives)
    most, fresh = options.most_plays(design), options.checks_of_one(design)
    later = f", and {fresh} for each policy on the front" if fresh else ""
    say(arguments.quiet, f"orebloc  {design.name}  {aims}  at most {most:,} runs{later}")
    with progress_bar("runs", arguments.quiet) as progress:
        jobs, notice = arguments.jobs or os.cpu_count() or 1, notice_of(arguments.quiet)
        front = search_policies(design, objectives, folder, options, jobs, progress, notice)
    if len(front.table):
        written = write_front(front, folder)
        say(arguments.quiet, describe_front(front), *map(str, written))
    if front.status == "interrupted":
        say(False, f"interrupted; every run that was finished is kept in {folder}, the same command goes on")
        return INTERRUPTED
    return 0
