"""Markets with a long flat valley, hardly crossed in thousands of steps, clear by bisection."""

import numpy as np
import pytest

from benchmarks.met_markets import random_batch
from world.market.balance import evaluate, pose
from world.market.level import bisect_level
from world.market.solver import clear_market


@pytest.mark.parametrize(("batch", "row"), [(53, 32), (90, 26)])
@np.errstate(all="ignore")
def test_short_markets_that_zigzag_clear_in_a_few_hundred_steps(batch: int, row: int) -> None:
    market = random_batch("short and inelastic", batch).take([row])
    found = bisect_level(market, 1e-10)
    assert evaluate(pose(market), found.unknowns).error()[0] <= 1e-10
    assert found.steps[0] < 1_500


@np.errstate(all="ignore")
def test_a_market_that_is_easy_has_the_same_prices_either_way() -> None:
    market = random_batch("ordinary", 0).take([0])
    cleared = np.concatenate(clear_market(market).prices().price_usd_t, axis=1)
    active = np.concatenate([stage.sellers.active for stage in pose(market).stages], axis=1)
    found = bisect_level(market, 1e-10).unknowns[:, : cleared.shape[1]]
    np.testing.assert_allclose(found[active], cleared[active], rtol=1e-8)
