"""Licences dealt out by standing: who is near gets more of them, and all together what the measure grants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.axes import Array
from world.licences.standing import dealt_out, distance_points

NEAR, MIDDLE, FAR = 0, 1, 2
DISTANCE = np.array([[[0.2, 1.5, 3.0]]])
USUAL = np.array([[[10.0, 60.0, 30.0]]])


def deal(rates: list[float], response: float = 1.0, usual: Array = USUAL) -> Array:
    return np.asarray(dealt_out(np.array([[rates]]), DISTANCE, usual, response)[0, 0])


def test_who_is_near_is_granted_more_and_the_whole_is_that_of_the_measure() -> None:
    dealt = deal([0.35, 0.35, 0.35])
    assert dealt[NEAR] > dealt[MIDDLE] > dealt[FAR]
    assert dealt @ USUAL[0, 0] == pytest.approx(35.0)
    odds = np.log(dealt / (1.0 - dealt))
    assert odds[NEAR] - odds[FAR] == pytest.approx(2.8)


def test_without_a_response_or_a_distance_all_are_alike() -> None:
    np.testing.assert_array_equal(deal([0.6, 0.6, 0.6], response=0.0), 0.6)
    flat = dealt_out(np.full((1, 1, 3), 0.6), np.ones((1, 1, 3)), USUAL, 2.0)
    np.testing.assert_array_equal(flat, 0.6)


def test_what_a_measure_says_of_one_buyer_holds() -> None:
    """Bans, free lanes and a rate of one's own are no part of what is dealt out."""
    np.testing.assert_array_equal(deal([1.0, 0.0, 0.6]), [1.0, 0.0, 0.6])
    two = deal([0.85, 0.85, 0.6])
    assert two[FAR] == 0.6
    assert two[:2] @ USUAL[0, 0, :2] == pytest.approx(0.85 * 70.0)


def test_who_buys_nothing_has_no_part_in_it() -> None:
    usual = np.array([[[0.0, 60.0, 30.0]]])
    dealt = deal([0.5, 0.5, 0.5], usual=usual)
    assert dealt[NEAR] == 0.5
    assert dealt @ usual[0, 0] == pytest.approx(45.0)


@given(
    st.floats(0.01, 0.99),
    st.floats(0.0, 3.0),
    st.lists(st.floats(0.0, 4.0), min_size=2, max_size=8),
    st.integers(0, 1000),
)
def test_shares_are_shares_that_add_up_whatever_the_order(
    rate: float, response: float, apart: list[float], seed: int
) -> None:
    usual = np.random.default_rng(seed).uniform(1.0, 100.0, len(apart))
    order = np.random.default_rng(seed + 1).permutation(len(apart))
    distance, rates = np.array([[apart]]), np.full((1, 1, len(apart)), rate)
    dealt = dealt_out(rates, distance, usual[None, None], response)
    assert ((dealt > 0.0) & (dealt < 1.0)).all()
    assert dealt[0, 0] @ usual == pytest.approx(rate * usual.sum(), rel=1e-9)
    again = dealt_out(rates, distance[..., order], usual[None, None, order], response)
    np.testing.assert_allclose(again[0, 0], dealt[0, 0, order], rtol=1e-9)


def test_members_of_a_zone_stand_farther_from_sellers_outside_it_only() -> None:
    points = distance_points(np.array([0.0, 2.0, 0.5]), np.array([False, True, True]), 1.0)
    np.testing.assert_allclose(points, [[0.0, 3.0, 1.5], [2.0, 0.0, 1.5], [0.5, 1.5, 0.0]])
