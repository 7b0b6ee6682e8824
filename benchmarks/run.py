"""How long a run takes and where: `python benchmarks/run.py [SCENARIO] [ROUNDS] [--two-stages]`.

With `--two-stages` the chain ends with refined metal: components are left out of the tables.

Times are CPU seconds of the process, beside a yardstick measured in the same run (numpy exp and copy over
arrays that fit the cache), so that figures from different machines can be compared as ratios.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from two_stages import write_two_stages

TWO_STAGES = "--two-stages"
PHASES = (
    "happen",
    "plan_reserve",
    "move_governments",
    "trade",
    "release_in_emergency",
    "close_accounts",
    "learn",
    "run_plants",
    "measure",
)


def yardstick_s() -> float:
    """Seconds for 2,000 exponentials and copies of an array of 20 x 45 x 40 numbers."""
    values, out = np.linspace(-5.0, 0.0, 36_000), np.empty(36_000)
    began = time.process_time()
    for _ in range(2_000):
        np.exp(values, out=out)
        np.copyto(out, values)
    return time.process_time() - began


def main() -> None:
    """Run, print a table."""
    import world.round as rounds
    from world.dataset import load_dataset
    from world.model import TradeWorld
    from world.scenario import load_scenario

    given = [word for word in sys.argv[1:] if word != TWO_STAGES]
    name = given[0] if given else "zone_floor"
    settings = {"run.rounds": int(given[1])} if len(given) > 1 else {}
    spent: dict[str, float] = defaultdict(float)

    def timed(phase: str, action: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            began = time.process_time()
            try:
                return action(*arguments)
            finally:
                spent[phase] += time.process_time() - began

        return run

    for phase in PHASES:
        setattr(rounds, phase, timed(phase, getattr(rounds, phase)))
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder:
        tables = write_two_stages(Path(folder) / "data") if TWO_STAGES in sys.argv else None
        unit = yardstick_s()
        began = time.process_time()
        world = TradeWorld(load_scenario(name, settings), rng=1, dataset=load_dataset(tables))
        built = time.process_time() - began
        while not world.finished:
            world.step()
        total = time.process_time() - began
    print(f"{name}, {world.round} rounds, {world.markets_asked} what-if markets asked by agents")
    print(f"{'part':24} {'CPU s':>8} {'share':>7} {'yardsticks':>11}")
    for part, seconds in [("build", built), *spent.items(), ("all", total)]:
        print(f"{part:24} {seconds:8.2f} {seconds / total:7.1%} {seconds / unit:11.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB; yardstick {unit:.3f} s")


if __name__ == "__main__":
    main()
