"""How fast markets clear: the compiled form, the array form, and scipy's hybrid method on the same equations.

Run ``OPENBLAS_NUM_THREADS=1 python benchmarks/market.py``. The random markets are those of the tests.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import root

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "world" / "market")]

from market_worlds import Setting, random_market  # noqa: E402

from world.market import newton as arrays  # noqa: E402
from world.market.arrays import Market  # noqa: E402
from world.market.balance import Problem, evaluate, pose  # noqa: E402
from world.market.compiled import newton as compiled  # noqa: E402
from world.market.start import starting_prices, unknowns_of  # noqa: E402

WORLD = {"rows": 12, "sellers": (20, 24, 10), "users": (0, 30, 45), "tranches": 3}
MARKETS = {
    "plain": Setting(**WORLD),
    "quotas on a twentieth of the lanes": Setting(**WORLD, capped=0.05),
    "ways round": Setting(**WORLD, routes=2),
    "two stages": Setting(rows=12, sellers=(20, 24), users=(0, 45)),
}
TOLERANCE, STEPS = 1e-10, 60


def main() -> None:
    print(f"{'':38}{'compiled':>10}{'arrays':>10}{'scipy':>10}   ms a row, cold start;  steps")
    for name, setting in MARKETS.items():
        report(name, random_market(np.random.default_rng(1), setting)[0])


def report(name: str, market: Market) -> None:
    problem, start = pose(market), unknowns_of(market, starting_prices(market))
    quick = best(lambda: compiled.newton(problem, start.copy(), TOLERANCE, STEPS)) / market.size
    slow = best(lambda: arrays.newton(problem, start.copy(), TOLERANCE, STEPS)) / market.size
    steps = compiled.newton(problem, start.copy(), TOLERANCE, STEPS).steps.mean()
    first = market.take([0])
    other = by_scipy(pose(first), start[0])
    print(f"{name:38}{1e3 * quick:10.2f}{1e3 * slow:10.2f}{other:>10}   {steps:.1f}")


def best(task: Callable[[], object], times: int = 5) -> float:
    task()  # compiles
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        task()
        took.append(time.perf_counter() - begin)
    return min(took)


def by_scipy(problem: Problem, start: np.ndarray) -> str:
    """Milliseconds of scipy's Powell hybrid, which differentiates numerically, on the first row; or that it
    does not arrive."""

    def residual(unknowns: np.ndarray) -> np.ndarray:
        return np.asarray(evaluate(problem, unknowns[None]).residual[0])

    begin = time.perf_counter()
    found = root(residual, start, method="hybr", tol=TOLERANCE)
    took = time.perf_counter() - begin
    return f"{1e3 * took:.0f}" if np.abs(found.fun).max() < 1e-6 else "lost"


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main()
