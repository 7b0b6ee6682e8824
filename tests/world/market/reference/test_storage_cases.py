"""Storage: T14 and T14b of the formal core. A stored good is a good shipped to the next period."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from chain_records import Lane
from chain_solver import solve
from curve_records import LinearNeed
from paper_chains import one_good, seller
from storage_rule import carry_over, stationary_price

RATE, COST = 0.05, 1.0
PRICES = (53.170732, 56.829268)


def test_t14_two_periods() -> None:
    stored = carry_over(lambda sold: 100.0 - sold, 60.0, 30.0, 1.0 / (1.0 + RATE), COST)
    assert stored == pytest.approx(27.0 / 2.05, abs=1e-8)
    assert stored == pytest.approx(13.170732, abs=1e-6)
    assert (40.0 + stored, 70.0 - stored) == pytest.approx(PRICES, abs=1e-6)


def test_t14_nothing_is_stored_for_a_better_harvest() -> None:
    assert carry_over(lambda sold: 100.0 - sold, 30.0, 60.0, 1.0 / (1.0 + RATE), COST) == 0.0


@pytest.mark.parametrize("spread", [0.1, 0.01])
def test_t14_storage_is_trade_through_time(spread: float) -> None:
    """Two periods as two countries; the lane from now to then charges interest and the cost of storage."""
    lanes = [
        Lane(0, 0),
        Lane(0, 1, log(0.5), factor=1.0 + RATE, charge_usd_t=COST),
        Lane(1, 1, log(0.5)),
    ]
    harvests, needs = [seller(feed_t=60.0), seller(feed_t=30.0)], [LinearNeed(100.0, 1.0)] * 2
    books = solve(one_good(harvests, needs, lanes, spread=spread))
    assert (books.prices[0, 0], books.prices[0, 1]) == pytest.approx(PRICES, abs=spread * log(3.0))
    assert books.stages[0].flow_t[1] == pytest.approx(13.170732, abs=spread * log(3.0))


def test_t14b_stationary_storage() -> None:
    """Need price 2 - x, harvests .8 and 1.2 at equal odds, beta .97."""
    price = stationary_price(lambda sold: 2.0 - sold, np.array([0.8, 1.2]), 0.97, np.linspace(0.75, 3.0, 451))
    below, above = 0.955, 0.957
    assert price(below) == pytest.approx(2.0 - below, abs=1e-9)  # nothing stored yet
    assert price(above) > 2.0 - above + 1e-4
    assert price(0.95565) == pytest.approx(1.04435, abs=2e-3)
    assert price(1.6) == pytest.approx(0.87186, abs=2e-3)
    assert 1.6 - (2.0 - price(1.6)) == pytest.approx(0.47186, abs=2e-3)
