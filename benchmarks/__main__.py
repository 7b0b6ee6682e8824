"""What the market and a run cost, in tables: ``python -m benchmarks``, some ten minutes.

    python -m benchmarks                           # everything
    python -m benchmarks solvers --countries 30 60
    python -m benchmarks run --scenario embargo --rounds 8 --two-stages
    python -m benchmarks sweeps --runs 24          # best on a machine with nothing else to do
    python -m benchmarks page                      # likewise; needs a browser
    python -m benchmarks --out FILE                # the tables also into a file

How markets converge is counted by ``python -m benchmarks.convergence``.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import ladder, machine, page, questions, runs, scaling, solvers, sweep_folder, sweeps
from benchmarks.tables import Table

PARTS = ("machine", "run", "solvers", "forms", "questions", "answers", "scaling", "sweeps", "page")


def main() -> None:
    """Measure the parts asked for and print their tables as they come."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--countries", type=int, nargs="+", default=list(solvers.COUNTRIES))
    parser.add_argument("--scenario", default="zone_floor")
    parser.add_argument("--rounds", type=int, help="rounds of the run; all of the scenario's when left out")
    parser.add_argument("--two-stages", action="store_true", help="a chain that ends with refined metal")
    parser.add_argument("--runs", type=int, default=24, help="runs of the sweeps that are timed")
    parser.add_argument("--rows", type=int, default=10_000, help="runs in the folder that is measured")
    parser.add_argument("--out", type=Path, help="file to write the tables to as well")
    given = parser.parse_args()
    unknown = [part for part in given.parts if part not in PARTS]
    if unknown:
        parser.error(f"given {unknown[0]}, allowed: {', '.join(PARTS)}")
    texts = [heading()]
    print(texts[0], flush=True)
    with threadpool_limits(1), np.errstate(all="ignore"):
        for table in tables(given):
            texts.append(table.text())
            print(texts[-1], flush=True)
    if given.out is not None:
        given.out.write_text("\n".join(texts), encoding="utf-8")


def heading() -> str:
    """When and on what: a loaded machine is slower, also in processor seconds."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"# Benchmarks of {datetime.now(UTC):%d %B %Y, %H:%M} UTC\n\n{platform.machine()}, "
        f"{os.cpu_count()} processors, Python {platform.python_version()}, NumPy {np.__version__}; load over "
        f"1, 5 and 15 minutes as it began: {load}. Processor seconds of one thread, best of several.\n"
    )


def tables(given: argparse.Namespace) -> Iterator[Table]:
    """The tables of the parts asked for, in order, each measured when it is its turn."""
    work: dict[str, Callable[[], Table]] = {
        "machine": machine.table,
        "solvers": lambda: solvers.against_others(tuple(given.countries)),
        "forms": solvers.forms,
        "questions": questions.table,
        "answers": questions.parts,
        "scaling": scaling.table,
        "page": page.table,
        "run": lambda: runs.table(given.scenario, given.rounds, given.two_stages),
    }
    for part in PARTS:
        if given.parts and part not in given.parts:
            continue
        if part == "sweeps":
            yield sweeps.overhead(max(given.runs // 2, 2))
            yield sweeps.gain(given.runs)
            yield ladder.table(given.runs)
            yield sweep_folder.table(given.rows)
        else:
            yield work[part]()


if __name__ == "__main__":
    main()
