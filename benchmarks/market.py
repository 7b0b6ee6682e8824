"""How fast markets clear, against scipy's hybrid method on the same equations and the same exact derivatives.

Run ``OPENBLAS_NUM_THREADS=1 python benchmarks/market.py``. The random markets are those of the tests.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import root

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "world" / "market")]

from market_worlds import Setting, random_market  # noqa: E402

from world.market.arrays import Floats, Market, Prices  # noqa: E402
from world.market.balance import Problem, evaluate, pose  # noqa: E402
from world.market.jacobian import log_jacobian  # noqa: E402
from world.market.solver import clear_market  # noqa: E402
from world.market.start import starting_prices  # noqa: E402

BASE = Setting(rows=12, ore_sellers=20, refined_sellers=24, users=45)
FLIPS = 25


def main() -> None:
    rng = np.random.default_rng(1)
    market = random_market(rng, BASE)[0]
    base = clear_market(market)
    shocked = replace(market, need_t=market.need_t * np.exp(0.05 * rng.standard_normal(market.need_t.shape)))
    rows = np.repeat(np.arange(12), FLIPS)
    flips = counterfactuals(market.take(rows), rng)
    quotas = random_market(rng, replace(BASE, capped=0.05))[0]
    hubs = random_market(rng, replace(BASE, routes=2))[0]
    print(f"{'':44}{'rows':>6}{'ms':>9}{'ms/row':>9}{'steps':>7}{'scipy ms/row':>14}{'ratio':>7}")
    report("cold, 20 + 24 sellers, 45 users", market, None)
    report("warm, need 5 % different", shocked, base.prices())
    report("warm counterfactuals of one border each", flips, base.prices(rows))
    report("cold, quotas on 5 % of the lanes", quotas, None)
    report("cold, with hubs", hubs, None)


def counterfactuals(market: Market, rng: np.random.Generator) -> Market:
    """Row n gets a tariff of 10 % on one user's border, every other row a floor there as well."""
    lanes = market.refined_lanes
    row, user = np.arange(market.size), np.arange(market.size) % lanes.price_factor.shape[3]
    factor, floor = lanes.price_factor.copy(), lanes.floor_usd_t.copy()
    factor[row, :, :, user] *= 1.1
    floor[row[::2], :, :, user[::2]] = 1.3 * market.need_price_usd_t[::2, :1, None]
    return replace(market, refined_lanes=replace(lanes, price_factor=factor, floor_usd_t=floor))


def report(name: str, market: Market, start: Prices | None) -> None:
    took, steps = best(lambda: clear_market(market, start)), clear_market(market, start).iterations
    some = list(range(0, market.size, max(market.size // 12, 1)))
    sample, begin = market.take(some), starting_prices(market) if start is None else start
    prices = np.concatenate([begin.ore_price_usd_t, begin.refined_price_usd_t], 1)[some]
    theirs, arrived = scipy_seconds(sample, prices)
    per_row = took / market.size
    ratio = f"{theirs / per_row:7.1f}" if arrived else "      -"
    ours = f"{name:44}{market.size:6}{1e3 * took:9.1f}{1e3 * per_row:9.3f}{np.median(steps):7.0f}"
    print(f"{ours}{1e3 * theirs:14.2f}{ratio}   scipy arrives in {arrived} of {len(some)}")


def best(call: Callable[[], object], repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def scipy_seconds(market: Market, prices: Floats) -> tuple[float, int]:
    """Mean seconds of scipy per row where it arrives, and how often it does."""
    times = []
    with np.errstate(all="ignore"):
        for row in range(market.size):
            problem, start = pose(market.take([row])), prices[row]
            begin = time.perf_counter()
            found = root(
                residual(problem, start),
                np.ones_like(start),
                jac=slope(problem, start),
                options={"xtol": 1e-12},
            )
            if np.abs(found.fun).max() < 1e-8:
                times.append(time.perf_counter() - begin)
    return (float(np.mean(times)) if times else float("nan")), len(times)


def residual(problem: Problem, scale: Floats) -> Callable[[Floats], Floats]:
    return lambda x: np.asarray(
        np.nan_to_num(evaluate(problem, (x * scale)[None]).residual[0], posinf=1e3, neginf=-1e3)
    )


def slope(problem: Problem, scale: Floats) -> Callable[[Floats], Floats]:
    return lambda x: np.asarray(log_jacobian(problem, evaluate(problem, (x * scale)[None]))[0] * scale)


if __name__ == "__main__":
    main()
