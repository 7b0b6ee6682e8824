"""What this machine can do, measured in the run in which its figures are used, and the clock of all figures.

Seconds are processor seconds of this process on one thread, so that a loaded machine changes them little.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.tables import Table

IN_CACHE = 36_000  # numbers: 20 x 45 x 40 lanes
TIMES = 200


@dataclass(frozen=True)
class Machine:
    """Exponentials a second and bytes copied a second, over arrays that fit the cache."""

    exponentials_s: float
    bytes_s: float


def quickest(task: Callable[[], object], times: int = 5, enough_s: float = 2.0) -> float:
    """Least processor seconds of a task that was run once before; fewer times once it took enough."""
    task()
    took: list[float] = []
    while len(took) < times and sum(took) < enough_s:
        began = time.process_time()
        task()
        took.append(time.process_time() - began)
    return min(took)


@cache
def machine() -> Machine:
    """The yardsticks: the best of five loops of exponentials, and of copies."""
    values, out = np.linspace(-5.0, 0.0, IN_CACHE), np.empty(IN_CACHE)

    def exponentials() -> None:
        for _ in range(TIMES):
            np.exp(values, out=out)

    def copies() -> None:
        for _ in range(TIMES):
            np.copyto(out, values)

    count = TIMES * IN_CACHE
    return Machine(count / quickest(exponentials), 16 * count / quickest(copies))


def factorisation_s(size: int) -> float:
    """Seconds to solve as many linear equations as a market has unknowns, by LAPACK on one thread."""
    matrix = np.eye(size) * size + np.random.default_rng(0).random((size, size))
    right = np.ones(size)
    return quickest(lambda: np.linalg.solve(matrix, right), times=20)


def table() -> Table:
    """The yardsticks."""
    here = machine()
    return Table(
        "The machine",
        ("yardstick", "a second"),
        [
            ("exponentials, in cache", f"{here.exponentials_s / 1e6:,.0f} million"),
            ("bytes read and written by a copy, in cache", f"{here.bytes_s / 1e9:,.1f} GB"),
            ("equations of 132 unknowns solved", f"{1.0 / factorisation_s(132):,.0f}"),
        ],
        [f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, one thread."],
    )
