"""Looks on as markets are cleared: how many, in how many steps, and what it took where a first try failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from world.market import fallback, solver
from world.market.arrays import Market

AT_ONCE, COLD, COOLED, PATIENCE, LOST = "at once", "cold start", "continuation", "patience", "not cleared"
LEVELS = (AT_ONCE, COLD, COOLED, PATIENCE, LOST)
LEVEL_OF_LIMIT = {
    fallback.FIRST_STEPS: COLD,
    fallback.RUNG_STEPS: COOLED,
    fallback.LAST_STEPS: PATIENCE,
}
"""The fallbacks differ in the number of steps that they allow Newton's method."""


@dataclass
class Sight:
    """What was seen. ``most_steps``: of a first try or of the fallbacks of a row; ``hard``: markets of one
    row that the first try left, with steps and level."""

    markets: int = 0
    steps: int = 0
    most_steps: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    hard: list[tuple[int, str, Market]] = field(default_factory=list)

    def add_batch(self, steps: np.ndarray, cleared: np.ndarray) -> None:
        """A first try; rows that it left are added by the fallback."""
        self.markets += len(steps)
        self.levels[AT_ONCE] += int(cleared.sum())
        self.steps += int(steps.sum())
        self.most_steps = max(self.most_steps, int(steps[cleared].max(initial=0)))

    def add_hard(self, steps: int, level: str, market: Market) -> None:
        """A row that the fallback worked on."""
        self.levels[level] += 1
        self.steps += steps
        self.most_steps = max(self.most_steps, steps)
        self.hard.append((steps, level, market))


@contextmanager
def watching() -> Iterator[Sight]:
    """Within, whatever :func:`world.market.solver.clear_market` does is seen."""
    sight, limits = Sight(), [0]
    first_try, rescue, any_try = solver.newton, solver.continuation, fallback.newton

    def seen_first(problem: Any, unknowns: Any, tolerance: float, steps: int) -> Any:
        found = first_try(problem, unknowns, tolerance, steps)
        sight.add_batch(found.steps, found.error <= tolerance)
        return found

    def seen_any(problem: Any, unknowns: Any, tolerance: float, steps: int) -> Any:
        limits[0] = steps
        return any_try(problem, unknowns, tolerance, steps)

    def seen_rescue(market: Market, tolerance: float) -> Any:
        found = rescue(market, tolerance)
        level = LEVEL_OF_LIMIT[limits[0]] if found.error[0] <= tolerance else LOST
        sight.add_hard(int(found.steps[0]), level, market)
        return found

    solver.newton, solver.continuation, fallback.newton = seen_first, seen_rescue, seen_any
    try:
        yield sight
    finally:
        solver.newton, solver.continuation, fallback.newton = first_try, rescue, any_try
