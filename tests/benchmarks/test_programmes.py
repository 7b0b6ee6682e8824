"""HiGHS and the kernel solve the same market: near the limit without taste they find the same prices."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.programmes import Answer, solve_linear, solve_quadratic
from benchmarks.solvers import countries_market, with_little_taste
from world.market.clearing import Clearing
from world.market.solver import clear_market

OFF = 0.05
"""Half a step of a curve of 24, and what little taste is left."""


@pytest.mark.parametrize("seed", range(3))
def test_programmes_have_the_prices_of_the_kernel(seed: int) -> None:
    market = countries_market(8, seed=seed)
    sharp = clear_market(with_little_taste(market))
    for answer in (solve_linear(market, 60.0), solve_quadratic(market, sharp, 60.0)):
        assert answer.is_optimal
        assert off(answer, sharp) <= OFF
    usual = clear_market(market)
    assert off(solve_linear(market, 60.0), usual) > off(solve_linear(market, 60.0), sharp)


def off(answer: Answer, found: Clearing) -> float:
    """Largest difference of the prices of sellers who sell some, relative."""
    differences = []
    for prices, stage in zip((answer.ore_usd_t, answer.metal_usd_t), found.stages, strict=True):
        sold = stage.flow_t[0].sum((0, 2))
        some = sold > 1e-2 * sold.sum()
        differences.append(np.abs(prices / stage.price_usd_t[0] - 1.0)[some].max())
    return float(max(differences))
