"""The compiled form takes the steps of the arrays."""

from dataclasses import replace

import numpy as np
import pytest
from market_worlds import EVERYTHING, Setting, random_market

from world.market.balance import pose
from world.market.compiled import newton as compiled
from world.market.newton import newton
from world.market.start import starting_prices, unknowns_of

SETTINGS = {
    "ordinary": Setting(capped=0.1),
    "three stages": Setting(sellers=(4, 5, 4), users=(0, 2, 6), capped=0.2, over_quota=0.3, desks=2),
    "everything": replace(EVERYTHING, rows=6, routes=2, sellers=(4, 5, 4), users=(1, 3, 6)),
}


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("seed", range(3))
@np.errstate(all="ignore")
def test_both_forms_find_the_same_prices(kind: str, seed: int) -> None:
    market = random_market(np.random.default_rng(seed), SETTINGS[kind])[0]
    problem, start = pose(market), unknowns_of(market, starting_prices(market))
    arrays, other = (
        newton(problem, start.copy(), 1e-10, 60),
        compiled.newton(problem, start.copy(), 1e-10, 60),
    )
    done = arrays.error <= 1e-10  # the rest is for the fallback
    assert done.mean() > 0.5
    assert ((other.error <= 1e-10) == done).all()
    scale = np.abs(arrays.unknowns) + 1e-3 * np.abs(arrays.unknowns).max(1, keepdims=True)
    off = np.abs(other.unknowns - arrays.unknowns) / scale
    assert off[done].max() <= 1e-6
