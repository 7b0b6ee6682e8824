"""Looks on as markets are cleared: how many, in how many steps, and what it took where a first try failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from world.market import fallback, listed_clearing, solver
from world.market.arrays import Market
from world.market.compiled import newton as loops

AT_ONCE, COLD, COOLED, LEVELLED = "at once", "cold start", "continuation", "bisection"
PATIENCE, LOST = "patience", "not cleared"
LEVELS = (AT_ONCE, COLD, COOLED, LEVELLED, PATIENCE, LOST)
LEVEL_OF_LIMIT = {
    fallback.FIRST_STEPS: COLD,
    fallback.RUNG_STEPS: COOLED,
    fallback.LAST_STEPS: PATIENCE,
}
"""The fallbacks differ in the number of steps that they allow Newton's method; bisection has its own."""


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
    """Within, whatever is done by :func:`world.market.solver.clear_market`, and over listed lanes by
    :func:`world.market.listed_clearing.clear_listed`, is seen."""
    sight, last = Sight(), [COLD]
    first_try, rescue = solver.newton, solver.continuation
    any_try, bisect = fallback.newton, fallback.bisect_level
    over_lists = loops.newton_over

    def seen_first(problem: Any, unknowns: Any, tolerance: float, steps: int) -> Any:
        found = first_try(problem, unknowns, tolerance, steps)
        sight.add_batch(found.steps, found.error <= tolerance)
        return found

    def seen_over_lists(problem: Any, lanes: Any, unknowns: Any, tolerance: float, steps: int) -> Any:
        found = over_lists(problem, lanes, unknowns, tolerance, steps)
        sight.add_batch(found[0].steps, found[0].error <= tolerance)
        return found

    def seen_any(problem: Any, unknowns: Any, tolerance: float, steps: int) -> Any:
        last[0] = LEVEL_OF_LIMIT[steps]
        return any_try(problem, unknowns, tolerance, steps)

    def seen_bisect(market: Market, tolerance: float) -> Any:
        last[0] = LEVELLED
        return bisect(market, tolerance)

    def seen_rescue(market: Market, tolerance: float) -> Any:
        found = rescue(market, tolerance)
        level = last[0] if found.error[0] <= tolerance else LOST
        sight.add_hard(int(found.steps[0]), level, market)
        return found

    solver.newton, solver.continuation = seen_first, seen_rescue
    fallback.newton, fallback.bisect_level = seen_any, seen_bisect
    loops.newton_over, listed_clearing.continuation = seen_over_lists, seen_rescue
    try:
        yield sight
    finally:
        solver.newton, solver.continuation = first_try, rescue
        fallback.newton, fallback.bisect_level = any_try, bisect
        loops.newton_over, listed_clearing.continuation = over_lists, rescue
