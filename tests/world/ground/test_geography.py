"""Distances on the globe and what a tonne costs to ship."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.ground.geography import EARTH_RADIUS_KM, freight_usd_t, great_circle_km

places = st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=3, max_size=3).map(np.array)


def test_known_distances() -> None:
    """Beijing-Washington about 11,150 km, Beijing-Tokyo about 2,100 km; pole to pole half the way round."""
    latitude, longitude = np.array([39.9, 38.9, 35.7, 90.0, -90.0]), np.array([116.4, -77.0, 139.7, 0.0, 0.0])
    distance = great_circle_km(latitude, longitude)
    assert distance[0, 1] == pytest.approx(11_150, rel=0.01)
    assert distance[0, 2] == pytest.approx(2_100, rel=0.01)
    assert distance[3, 4] == pytest.approx(np.pi * EARTH_RADIUS_KM)


@given(places)
def test_distances_are_a_metric(positions: np.ndarray) -> None:
    distance = great_circle_km(positions[:, 0], positions[:, 1])
    np.testing.assert_allclose(distance, distance.T, atol=1e-6)
    np.testing.assert_allclose(np.diag(distance), 0.0, atol=1e-6)
    assert (distance <= np.pi * EARTH_RADIUS_KM + 1e-6).all()
    assert distance[0, 2] <= distance[0, 1] + distance[1, 2] + 1e-6


def test_the_date_line_is_no_barrier() -> None:
    distance = great_circle_km(np.zeros(2), np.array([179.5, -179.5]))
    assert distance[0, 1] == pytest.approx(np.pi * EARTH_RADIUS_KM / 180.0)


def test_freight_is_handling_haul_and_insurance_on_gross_tonnes() -> None:
    distance = np.array([[0.0, 1000.0], [1000.0, 0.0]])
    cost = freight_usd_t(distance, 3.0, 1000.0, 10.0, 0.003, 0.005)
    np.testing.assert_allclose(cost, [[6.0, 3.0 * (10.0 + 3.0) + 5.0], [44.0, 6.0]])


def test_home_is_always_cheaper_than_abroad() -> None:
    cost = freight_usd_t(np.array([[0.0, 1.0], [1.0, 0.0]]), 1.0, 0.0, 10.0, 0.003, 0.0)
    assert cost[0, 0] < cost[0, 1]
