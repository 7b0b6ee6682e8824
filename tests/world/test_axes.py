"""Positions of sellers and users: padding, gathering, scattering."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import make_world

from world.axes import COMPONENT, ORE, REFINED, Axes, gather, gather_pairs, pad_positions, scatter

AXES = Axes(
    ("one", "two"),
    ("AAA", "BBB", "CCC"),
    ore_sellers=pad_positions([[0], [1, 2]]),
    refiners=pad_positions([[0, 1], [2]]),
    users=pad_positions([[0, 1, 2], [0]]),
    component_makers=pad_positions([[1], []]),
    final_users=pad_positions([[0, 2], []]),
)


def test_short_lists_are_padded_with_minus_one() -> None:
    np.testing.assert_array_equal(AXES.ore_sellers, [[0, -1], [1, 2]])
    assert pad_positions([[], []]).shape == (2, 1)


def test_sellers_and_buyers_of_a_stage() -> None:
    assert AXES.sellers(ORE) is AXES.ore_sellers
    np.testing.assert_array_equal(AXES.buyers(ORE), AXES.sellers(REFINED))
    np.testing.assert_array_equal(AXES.buyers(REFINED), [[1, 0, 1, 2], [-1, 0, -1, -1]])  # makers first
    np.testing.assert_array_equal(AXES.buyers(COMPONENT), AXES.final_users)
    assert AXES.purchasers(REFINED) is AXES.users
    assert (AXES.country("CCC"), AXES.mineral("two")) == (2, 1)
    with pytest.raises(ValueError, match="not in tuple"):
        AXES.country("XXX")


def test_gathering_brings_country_values_to_positions_and_fills_padding() -> None:
    by_country = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(gather(by_country, AXES.ore_sellers, 9.0), [[1.0, 9.0], [2.0, 3.0]])
    by_mineral = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(gather(by_mineral, AXES.ore_sellers), [[1.0, 0.0], [5.0, 6.0]])


def test_gathering_pairs_takes_from_seller_to_buyer() -> None:
    pairs = np.arange(9.0).reshape(3, 3)
    lanes = gather_pairs(pairs, AXES.ore_sellers, AXES.refiners, -5.0)
    np.testing.assert_array_equal(lanes[0], [[0.0, 1.0], [-5.0, -5.0]])
    np.testing.assert_array_equal(lanes[1], [[5.0, -5.0], [8.0, -5.0]])
    np.testing.assert_array_equal(
        gather_pairs(np.stack([pairs, pairs]), AXES.ore_sellers, AXES.refiners, -5.0), lanes
    )


@given(st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3))
def test_scattering_undoes_gathering_where_every_country_stands_once(values: list[float]) -> None:
    by_country = np.array([values, values])
    positions = pad_positions([[2, 0, 1], [1]])
    home = scatter(gather(by_country, positions), positions, 3)
    np.testing.assert_array_equal(home[0], values)
    np.testing.assert_array_equal(home[1], [0.0, values[1], 0.0])


def test_scattering_keeps_the_total_and_drops_what_stands_in_padding() -> None:
    values = np.array([[1.0, 100.0], [2.0, 3.0]])
    home = scatter(values, AXES.ore_sellers, 3)
    np.testing.assert_array_equal(home, [[1.0, 0.0, 0.0], [0.0, 2.0, 3.0]])


def test_the_axes_of_the_world_list_nobody_twice_and_pad_only_at_the_end() -> None:
    axes = make_world(minerals=["*"], rounds=1).base.axes
    assert len(axes.minerals) == 12
    assert len(axes.countries) == len(set(axes.countries)) == 132
    assert axes.countries[-1] == "ROW"
    for lists in (axes.ore_sellers, axes.refiners, axes.users):
        for row in lists:
            real = row[row >= 0]
            assert len(set(real.tolist())) == len(real) > 0 or lists is axes.ore_sellers
            assert (row[: len(real)] >= 0).all()
