"""The adjustable levy and the floor as far as producers believe in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.price_floor import believed_floor_usd_t, in_scope, levy_usd_t

prices = st.floats(0.0, 1e6)
references = st.one_of(prices, st.just(float("nan")))


def test_the_levy_fills_the_gap_and_is_never_paid_out() -> None:
    """Known answer T9: levies of 0, 0, 4.5 at reference prices of 20, 22, 25 and landed prices of 22, 22, 20.5."""
    levy = levy_usd_t(np.array([20.0, 22.0, 25.0, np.nan]), np.array([22.0, 22.0, 20.5, 20.5]))
    np.testing.assert_allclose(levy, [0.0, 0.0, 4.5, 0.0])


@given(references, prices)
def test_with_its_levy_nothing_lands_below_the_reference(reference: float, landed: float) -> None:
    levy = levy_usd_t(np.array([reference]), np.array([landed]))[0]
    assert levy >= 0.0
    if not np.isnan(reference):
        assert landed + levy == pytest.approx(max(landed, reference))


@given(prices, references, st.floats(0.0, 1.0))
def test_the_believed_price_lies_between_the_market_and_the_floor(price: float, reference: float, credibility: float) -> None:
    believed = believed_floor_usd_t(np.array([price]), np.array([reference]), credibility)[0]
    upheld = price if np.isnan(reference) else max(price, reference)
    assert price * (1 - 1e-12) <= believed <= upheld * (1 + 1e-12)
    assert believed == pytest.approx(price + credibility * (upheld - price))


def test_a_floor_nobody_believes_in_moves_nothing_and_one_fully_believed_is_the_price() -> None:
    price, reference = np.array([10.0, 30.0]), np.array([20.0, 20.0])
    np.testing.assert_array_equal(believed_floor_usd_t(price, reference, 0.0), price)
    np.testing.assert_array_equal(believed_floor_usd_t(price, reference, 1.0), [20.0, 30.0])


def test_outside_the_scope_there_is_no_reference() -> None:
    scoped = in_scope(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [False, True]]))
    np.testing.assert_array_equal(scoped, [[1.0, np.nan], [np.nan, 4.0]])
