"""How long a whole run takes and where, and how many questions it asks."""

from __future__ import annotations

import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import world.round as rounds
from benchmarks.machine import machine
from benchmarks.tables import Table
from benchmarks.two_stages import write_two_stages
from world.dataset import load_dataset
from world.model import TradeWorld
from world.scenario import load_scenario

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
LOOP = 72e6
"""Exponentials of the yardstick of a run."""


def table(scenario: str, most_rounds: int | None = None, two_stages: bool = False) -> Table:
    """Play ``scenario``; processor seconds by phase, also as loops of so many exponentials."""
    settings = {} if most_rounds is None else {"run.rounds": most_rounds}
    spent: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as folder, _timed(spent):
        tables = write_two_stages(Path(folder) / "data") if two_stages else None
        began = time.process_time()
        world = TradeWorld(load_scenario(scenario, settings), rng=1, dataset=load_dataset(tables))
        built = time.process_time() - began
        while not world.finished:
            world.step()
        total = time.process_time() - began
    unit = LOOP / machine().exponentials_s
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    stages = "two stages" if two_stages else "three stages"
    return Table(
        f"A run: {scenario}, {world.round} rounds, {stages}",
        ("part", "processor s", "share", "yardsticks"),
        [
            (part, f"{seconds:.2f}", f"{seconds / total:.1%}", f"{seconds / unit:.1f}")
            for part, seconds in [("build", built), *spent.items(), ("all", total)]
        ],
        [
            f"{world.markets_asked:,} what-if markets were asked by agents, {world.round} rounds, "
            f"{len(world.base.axes.minerals)} minerals.",
            f"Yardstick: {LOOP / 1e6:.0f} million exponentials, {unit:.3f} s here. Peak memory of the "
            f"process so far {peak:.0f} MB.",
        ],
    )


@contextmanager
def _timed(spent: dict[str, float]) -> Iterator[None]:
    """Within, the phases of a round add what they take to ``spent``."""
    before = {phase: getattr(rounds, phase) for phase in PHASES}

    def timed(phase: str, action: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            began = time.process_time()
            try:
                return action(*arguments)
            finally:
                spent[phase] += time.process_time() - began

        return run

    for phase, action in before.items():
        setattr(rounds, phase, timed(phase, action))
    try:
        yield
    finally:
        for phase, action in before.items():
            setattr(rounds, phase, action)
