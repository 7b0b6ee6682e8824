"""Fit the parameters to all cases of history at once: keep the draws nearest to what happened, score them on
cases they were not chosen on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from experiments.commands.arguments import progress_bar, say, whole


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``calibrate`` to the command line."""
    parser = commands.add_parser(
        "calibrate", help="keep the draws of the parameters that history bears out", description=__doc__
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="as for backtest (default: all)")
    parser.add_argument("--draws", type=whole(2), default=200, metavar="N", help="draws (default: 200)")
    parser.add_argument("--keep", type=whole(1), default=20, metavar="N", help="draws kept (default: 20)")
    parser.add_argument("--seed", type=whole(0), default=1, metavar="N", help="seed (default: 1)")
    parser.add_argument("--jobs", type=whole(1), metavar="N", help="processes (default: one a core)")
    parser.add_argument(
        "--store", default="calibration.jsonl", metavar="FILE", help="what was played; a run goes on from it"
    )
    parser.add_argument("--ensemble", metavar="FILE", help="write the sets that were kept into this file")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(action=calibrate)


def calibrate(arguments: argparse.Namespace) -> int:
    """Play, keep, score, print."""
    from experiments.backtests.calibration import calibrate as run
    from experiments.backtests.case_reading import find_cases
    from experiments.backtests.scoring import pass_rate

    folders = find_cases(arguments.cases)
    share = min(arguments.keep / arguments.draws, 1.0)
    with progress_bar("runs", arguments.quiet) as progress:
        found = run(
            folders,
            arguments.draws,
            arguments.seed,
            share,
            Path(arguments.store),
            arguments.jobs,
            progress,
        )
    lines = [f"{len(found.kept)} of {arguments.draws} draws kept"]
    for title, scores in (("in fit", found.fit), ("left out", found.left_out)):
        passed, count = pass_rate(scores)
        lines.append(f"{title}: {passed} of {count} criteria of grades A and B pass")
    lines.append("parameters that history pins down (p, place of the kept in the range):")
    lines += [f"  {name}  {p:.4f}  {place:.2f}" for name, (p, place) in found.pinned.items()] or ["  none"]
    say(arguments.quiet, *lines)
    if arguments.ensemble:
        sets = [dict(found.sets[draw]) for draw in found.kept]
        Path(arguments.ensemble).write_text(json.dumps(sets, indent=1) + "\n", encoding="utf-8")
    return 0
