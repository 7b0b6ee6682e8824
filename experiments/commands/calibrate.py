"""Fit the parameters to all cases of history at once, and say what history pins down."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.arguments import progress_bar, say, whole

if TYPE_CHECKING:
    from experiments.backtests.calibration import Calibration
    from experiments.backtests.criteria import Criterion
    from experiments.backtests.store import Values


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``calibrate`` to the command line."""
    parser = commands.add_parser(
        "calibrate", help="fit the parameters to all cases of history at once", description=__doc__
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="as for backtest (default: all that are not held out)"
    )
    parser.add_argument(
        "--members", type=whole(10), default=60, metavar="N", help="sets of parameters (default: 60)"
    )
    parser.add_argument(
        "--steps", type=whole(1), default=4, metavar="N", help="steps toward history (default: 4)"
    )
    parser.add_argument("--seed", type=whole(0), default=1, metavar="N", help="seed (default: 1)")
    parser.add_argument("--jobs", type=whole(1), metavar="N", help="processes (default: one a core)")
    parser.add_argument("--leave-out", action="store_true", help="fit again without each case and score it")
    parser.add_argument(
        "--store", default="calibration.jsonl", metavar="FILE", help="what was played; a run goes on from it"
    )
    parser.add_argument("--ensemble", metavar="FILE", help="write the sets that were fitted into this file")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(action=calibrate)


def calibrate(arguments: argparse.Namespace) -> int:
    """Play, fit, score, print."""
    from experiments.analysis.extras import need

    need("pyesmda", "calibration")
    from experiments.backtests.calibration import calibrate as run
    from experiments.backtests.case_reading import cases_to_fit
    from experiments.backtests.draws import write_ensemble
    from experiments.backtests.store import played

    def play(
        rows: Mapping[Path, Sequence[Criterion]], sets: Sequence[Mapping[str, float]]
    ) -> Mapping[Path, Values]:
        with progress_bar("runs", arguments.quiet) as progress:
            return played(rows, sets, arguments.seed, Path(arguments.store), arguments.jobs, progress)

    folders = cases_to_fit(arguments.cases)
    found = run(folders, arguments.members, arguments.steps, arguments.seed, play, arguments.leave_out)
    say(arguments.quiet, *_lines(found))
    if arguments.ensemble:
        write_ensemble(found.sets, Path(arguments.ensemble))
    return 0


def _lines(found: Calibration) -> Iterator[str]:
    """What came of it, in words."""
    from experiments.backtests.scoring import pass_rate, rates_of_draws
    from world.parameters import load_parameters

    for title, scores in (("prior", found.before), ("in fit", found.fit), ("left out", found.left_out)):
        if scores:
            passed, count = pass_rate(scores)
            middle = sorted(rates_of_draws(scores))[len(found.sets) // 2]
            yield f"{title}: {passed} of {count} criteria (A and B) pass; the middle draw meets {middle:.0%}"
    yield f"history moves {len(found.pinned)} of {len(load_parameters())} parameters (place 0.50 before):"
    for name, one in found.pinned.items():
        yield f"  {name}: place {one.place:.2f}, spread {one.spread:.2f} of the prior's, p {one.chance:.1g}"
