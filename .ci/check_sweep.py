"""Check what a sweep left behind: ``python .ci/check_sweep.py FOLDER``. Exit code 1 and a line a fault when
runs are missing or failed, or the levers did nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from experiments.sweep.folder import open_design, read_rounds, read_runs
from experiments.sweep.plan import plan_runs


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with the tables of a sweep."""
    design, runs = open_design(folder), read_runs(folder)
    missing = {run.key for run in plan_runs(design)} - set(runs["key"])
    if missing:
        yield f"{len(missing)} runs are missing"
    for row in runs[runs["status"] != "finished"].itertuples():
        yield f"point {row.point}, seed {row.seed}: {row.error}"
    for factor in design.factors:
        others = [other.name for other in design.factors if other is not factor]
        moved = runs.groupby([*others, "seed"])["members_welfare"].nunique()
        if (moved <= 1).all():  # where nobody is bound a floor does nothing, and rightly
            yield f"{factor.name}: changes nothing"
    rounds = read_rounds(folder)
    if set(rounds["key"]) != set(runs["key"]):
        yield "rounds: not of all runs"


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1])))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)
