"""The rule of the strategic reserve: buy when prices are ordinary, release when they are extraordinary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.stockpiling import ReserveDecision, ReserveView, decide_reserve

SUPPLY, FILL, CEILING, TRIGGER, RELEASE = 0.08, 1.0, 1.15, 1.5, 0.5
PLAIN = ReserveView(
    stock_t=np.array([0.0, 50.0]),
    target_t=np.array([100.0, 100.0]),
    price_usd_t=np.array([10.0, 1000.0]),
    usual_usd_t=np.array([10.0, 1000.0]),
    supply_t=np.array([1e6, 1e6]),
    cash_usd=1e9,
)


def decide(**changes: object) -> ReserveDecision:
    return decide_reserve(replace(PLAIN, **changes), SUPPLY, FILL, CEILING, TRIGGER, RELEASE)


def test_it_buys_what_is_missing() -> None:
    decision = decide()
    np.testing.assert_allclose(decision.buy_t, [100.0, 50.0])
    np.testing.assert_allclose(decision.release_t, 0.0)


def test_it_takes_a_small_share_of_supply_at_most() -> None:
    np.testing.assert_allclose(decide(supply_t=np.array([100.0, 1e6])).buy_t, [8.0, 50.0])


def test_filling_takes_the_quarters_it_is_given() -> None:
    decision = decide_reserve(PLAIN, SUPPLY, 8.0, CEILING, TRIGGER, RELEASE)
    np.testing.assert_allclose(decision.buy_t, [12.5, 12.5])


def test_scarce_money_is_shared_in_proportion_to_what_is_missing() -> None:
    decision = decide(cash_usd=0.5 * (100.0 * 10.0 + 50.0 * 1000.0))
    np.testing.assert_allclose(decision.buy_t, [50.0, 25.0])
    np.testing.assert_allclose(decide(cash_usd=0.0).buy_t, 0.0)


@pytest.mark.parametrize(
    ("ratio", "buys", "releases"),
    [(1.0, True, False), (1.14, True, False), (1.2, False, False), (1.6, False, True)],
)
def test_the_price_decides_between_buying_holding_and_releasing(
    ratio: float, buys: bool, releases: bool
) -> None:
    decision = decide(price_usd_t=ratio * PLAIN.usual_usd_t)
    assert (decision.buy_t[1] > 0.0) == buys
    assert (decision.release_t[1] > 0.0) == releases
    np.testing.assert_allclose(decision.release_t, RELEASE * PLAIN.stock_t if releases else 0.0)


amounts = st.lists(st.floats(0.0, 1e6), min_size=3, max_size=3).map(np.array)
prices = st.lists(st.floats(0.01, 1e6), min_size=3, max_size=3).map(np.array)


@given(amounts, amounts, prices, prices, amounts, st.floats(0.0, 1e9))
def test_it_never_overspends_overshoots_or_trades_both_ways(
    stock: np.ndarray,
    target: np.ndarray,
    price: np.ndarray,
    usual: np.ndarray,
    supply: np.ndarray,
    cash: float,
) -> None:
    decision = decide_reserve(
        ReserveView(stock, target, price, usual, supply, cash), SUPPLY, FILL, CEILING, TRIGGER, RELEASE
    )
    assert (decision.buy_t >= 0.0).all()
    assert (decision.release_t >= 0.0).all()
    assert (decision.buy_t * price).sum() <= cash * (1 + 1e-9) + 1e-9
    assert (stock + decision.buy_t <= np.maximum(stock, target) * (1 + 1e-12)).all()
    assert (decision.release_t <= stock).all()
    assert not ((decision.buy_t > 0.0) & (decision.release_t > 0.0)).any()
