"""The floor as far as producers believe in it (the levy itself is part of the lanes: test_borders)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.price_floor import believed_floor_usd_t

prices = st.floats(0.0, 1e6)
references = st.one_of(prices, st.just(float("nan")))


@given(prices, references, st.floats(0.0, 1.0))
def test_the_believed_price_lies_between_the_market_and_the_floor(
    price: float, reference: float, credibility: float
) -> None:
    believed = believed_floor_usd_t(np.array([price]), np.array([reference]), credibility)[0]
    upheld = price if np.isnan(reference) else max(price, reference)
    assert price * (1 - 1e-12) <= believed <= upheld * (1 + 1e-12)
    assert believed == pytest.approx(price + credibility * (upheld - price))


def test_a_floor_nobody_believes_in_moves_nothing_and_one_fully_believed_is_the_price() -> None:
    price, reference = np.array([10.0, 30.0]), np.array([20.0, 20.0])
    np.testing.assert_array_equal(believed_floor_usd_t(price, reference, 0.0), price)
    np.testing.assert_array_equal(believed_floor_usd_t(price, reference, 1.0), [20.0, 30.0])
