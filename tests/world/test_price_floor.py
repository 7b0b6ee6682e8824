"""The floor as far as producers believe in it (the levy itself is part of the lanes: test_borders)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.price_floor import (
    believed_floor_usd_t,
    gap_to_reference_share,
    gap_to_reference_usd_t,
    metal_content_reference_usd_t,
)

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


def test_gaps_to_the_reference_are_never_negative_and_none_without_one() -> None:
    reference, price = np.array([100.0, 100.0, np.nan]), np.array([60.0, 130.0, 60.0])
    np.testing.assert_allclose(gap_to_reference_usd_t(reference, price), [40.0, 0.0, 0.0])
    np.testing.assert_allclose(
        gap_to_reference_share(reference, price, np.array([0.1, 0.1, 0.1])), [100 / 60 - 1.1, 0.0, 0.0]
    )
    assert gap_to_reference_share(reference[:1], np.array([0.0]), np.array([0.0]))[0] == 0.0


def test_the_metal_in_a_product_is_held_to_the_reference_of_the_metal() -> None:
    """Metal at 50 with a reference of 80 is 30 short: its product at 120 must land at 150."""
    reference = np.array([[np.nan, 80.0, np.nan], [np.nan, 40.0, np.nan], [np.nan, np.nan, np.nan]])
    price = np.array([[20.0, 50.0, 120.0]] * 3)
    covered = metal_content_reference_usd_t(reference, price, metal=1, product=2)
    np.testing.assert_allclose(covered[:, 2], [150.0, 120.0, np.nan])
    np.testing.assert_array_equal(covered[:, :2], reference[:, :2])
