"""How many random markets clear, at once, by the fallback, or not at all.

Run ``OPENBLAS_NUM_THREADS=1 python benchmarks/convergence.py [ROWS] [SEED]``: so many markets of every kind.
The random markets are those of the tests; seeds of what does not clear are printed, to be looked into.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "world" / "market")]

from market_worlds import EVERYTHING, Setting, random_market  # noqa: E402

from world.market.balance import pose  # noqa: E402
from world.market.compiled.newton import newton  # noqa: E402
from world.market.fallback import continuation  # noqa: E402
from world.market.solver import NEWTON_STEPS  # noqa: E402
from world.market.start import starting_prices, unknowns_of  # noqa: E402

BATCH, TOLERANCE = 48, 1e-10
CHAIN = {"sellers": (5, 6, 5), "users": (0, 3, 7)}
KINDS = {
    "ordinary": Setting(),
    "chain of three, three tranches": Setting(**CHAIN, tranches=3),
    "quotas and ways round": Setting(**CHAIN, capped=0.3, over_quota=0.5, routes=2),
    "export desks": Setting(**CHAIN, desks=2),
    "short and inelastic": Setting(supply_ratio=(0.1, 0.5), elasticity=(0.05, 0.05), capped=0.3),
    "costs a thousand times apart": Setting(cost_decades=3.0, slope=(0.03, 0.5), closed=(0.0, 0.95)),
    "everything": replace(EVERYTHING, **CHAIN),
}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 4_800
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(f"{'kind':34}{'markets':>9}{'by fallback':>13}{'not cleared':>13}{'steps':>7}{'s':>7}   seed, row")
    for name, setting in KINDS.items():
        began, rescued, steps = time.perf_counter(), 0, 0
        lost: list[tuple[int, int]] = []
        batches = max(rows // BATCH, 1)
        for number in range(seed, seed + batches):
            market = random_market(np.random.default_rng(number), replace(setting, rows=BATCH))[0]
            found = newton(
                pose(market), unknowns_of(market, starting_prices(market)), TOLERANCE, NEWTON_STEPS
            )
            steps += int(found.steps.sum())
            for row in np.flatnonzero(~(found.error <= TOLERANCE)).tolist():
                if continuation(market.take([row]), TOLERANCE).error[0] <= TOLERANCE:
                    rescued += 1
                else:
                    lost.append((number, row))
        count, took = batches * BATCH, time.perf_counter() - began
        print(
            f"{name:34}{count:9}{rescued:13}{len(lost):13}{steps / count:7.1f}{took:7.1f}   {lost[:6] or ''}",
            flush=True,
        )


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main()
