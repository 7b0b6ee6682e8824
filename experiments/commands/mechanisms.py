"""Switch each mechanism of the design off and on under the same draws, and say which signs show."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.arguments import (
    add_jobs,
    add_quiet,
    in_columns,
    notice_of,
    progress_bar,
    say,
    whole,
)
from experiments.commands.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from experiments.mechanisms.mechanism import Mechanism
    from experiments.mechanisms.pair import Pair
    from experiments.mechanisms.signs import Found


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``mechanisms`` to the command line."""
    parser = commands.add_parser(
        "mechanisms", help="switch mechanisms off and on and see whether the signs show", description=__doc__
    )
    parser.add_argument(
        "numbers", nargs="*", type=whole(1), metavar="NUMBER", help="mechanisms by number (default: all)"
    )
    parser.add_argument("--seeds", type=whole(1), default=20, metavar="N", help="pairs of each (default: 20)")
    parser.add_argument("--out", metavar="DIR", help="renew mechanisms.md and mechanisms.csv in this folder")
    parser.add_argument(
        "--results",
        default="results/mechanisms",
        metavar="DIR",
        help="where pairs are kept, to go on from (default: results/mechanisms)",
    )
    add_jobs(parser)
    parser.add_argument("--list", action="store_true", help="list the mechanisms and run nothing")
    parser.add_argument("--kept", action="store_true", help="run nothing, take the pairs that are kept")
    add_quiet(parser)
    parser.set_defaults(action=mechanisms)


def mechanisms(arguments: argparse.Namespace) -> int:
    """Play, measure, say; 130 when interrupted, with the pairs that were finished."""
    from experiments.mechanisms.page import ready_folder
    from experiments.mechanisms.reading import read_mechanisms
    from experiments.mechanisms.signs import find_signs

    chosen = read_mechanisms(arguments.numbers)
    if arguments.list:
        print(in_columns({f"{one.keys.number:>2}": f"{one.keys.name}: {_expected(one)}" for one in chosen}))
        return 0
    if arguments.out is not None:
        ready_folder(Path(arguments.out))
    status = 0
    try:
        if not arguments.kept:
            _play(arguments, chosen)
    except KeyboardInterrupt:
        status = INTERRUPTED
    pairs = _kept(arguments, chosen)
    found = [row for one in chosen for row in find_signs(one, pairs)]
    say(arguments.quiet, *(_line(one, found) for one in chosen))
    if arguments.out is not None:
        from experiments.mechanisms.page import write_page

        say(arguments.quiet, *map(str, write_page(read_mechanisms(), found, Path(arguments.out))))
    if status:
        say(False, f"interrupted; {len(pairs)} pairs are kept in {arguments.results}")
    return status


def _play(arguments: argparse.Namespace, chosen: list[Mechanism]) -> None:
    from experiments.mechanisms.campaign import run_campaign, sources_of
    from experiments.mechanisms.reading import TABLE
    from experiments.simulation import compile_market

    say(arguments.quiet, f"orebloc  {len(chosen)} mechanisms  seeds 1 to {arguments.seeds}")
    compile_market(notice_of(arguments.quiet))
    folder, sources = Path(arguments.results), sources_of(chosen, TABLE)
    with progress_bar("pairs", arguments.quiet) as progress:
        told = notice_of(False)
        assert told is not None
        run_campaign(sources, arguments.seeds, folder, arguments.jobs, progress, told)


def _kept(arguments: argparse.Namespace, chosen: list[Mechanism]) -> list[Pair]:
    from experiments.mechanisms.campaign import kept_pairs

    played = [one for one in chosen if one.scenarios]
    kept = [pair for one in played for pair in kept_pairs(one, Path(arguments.results))]
    return [pair for pair in kept if pair.seed <= arguments.seeds]


def _expected(one: Mechanism) -> str:
    return "; ".join(f"{shown.says} {shown.sign}" for shown in one.keys.shown) or "missing"


def _line(one: Mechanism, found: list[Found]) -> str:
    from experiments.mechanisms.signs import shows, verdict

    lines = [f"{one.keys.number:>2} {one.keys.name}: {verdict(one, found)}"]
    for row in found:
        if row.number == one.keys.number:
            shown = one.keys.shown[row.shown]
            said = "yes" if shows(row, shown) else "NO "
            span = f"{row.change:+.4g} [{row.low:+.4g}, {row.high:+.4g}] {row.unit}"
            lines.append(f"     {said} {shown.sign} {shown.says} {row.mineral}: {span}, off {row.off:.4g}")
    return "\n".join(lines)
