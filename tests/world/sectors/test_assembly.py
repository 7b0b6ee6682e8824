"""Assembly moves to where components are cheap: nothing else moves it, and nothing of it is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from world.sectors.assembly import MOST_LOG, added_cost_share, move, placed_t, sheltered

SEEDS = st.integers(0, 10_000)
RESPONSE, SPEED = 5.0, 0.1


def draw(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cost shares and weights (s, n), ln of parts (s, n)."""
    dice = np.random.default_rng(seed)
    return 0.1 * dice.normal(size=(3, 6)), dice.exponential(size=(3, 6)), 0.2 * dice.normal(size=(3, 6))


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.floats(-0.5, 0.5))
def test_what_is_dearer_everywhere_moves_nothing(seed: int, level: float) -> None:
    cost, weight, log_part = draw(seed)
    assert move(np.zeros((3, 6)), np.full((3, 6), level), weight, RESPONSE, SPEED) == pytest.approx(
        0.0, abs=1e-12
    )
    one, other = (move(log_part, cost + added, weight, RESPONSE, SPEED) for added in (0.0, level))
    assert one == pytest.approx(other, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_the_worlds_need_stays_and_what_is_no_component_does_not_move(seed: int) -> None:
    dice = np.random.default_rng(seed)
    need, log_part = dice.exponential(size=(4, 3, 6)), dice.normal(size=(4, 3, 6))
    moves = dice.uniform(size=(4, 3)) < 0.5
    placed = placed_t(need, log_part, moves)
    assert placed.sum(axis=2) == pytest.approx(need.sum(axis=2))
    assert (placed[~moves] == need[~moves]).all()
    assert placed_t(need, np.zeros((4, 3, 6)), moves) == pytest.approx(need)


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_countries_may_stand_in_any_order(seed: int) -> None:
    cost, weight, log_part = draw(seed)
    order = np.random.default_rng(seed).permutation(6)
    here = move(log_part, cost, weight, RESPONSE, SPEED)[:, order]
    there = move(log_part[:, order], cost[:, order], weight[:, order], RESPONSE, SPEED)
    assert here == pytest.approx(there, abs=1e-12)


def test_it_goes_slowly_toward_the_part_that_its_cost_warrants() -> None:
    cost, weight = np.array([[0.04, 0.0, 0.0]]), np.array([[1.0, 1e6, 1e6]])
    log_part = np.zeros((1, 3))
    for _ in range(4):
        log_part = move(log_part, cost, weight, RESPONSE, 0.03)
    assert log_part[0, 0] == pytest.approx(-5 * 0.04 * (1 - np.exp(-0.12)), rel=1e-3)
    for _ in range(1000):
        log_part = move(log_part, cost, weight, RESPONSE, 0.03)
    assert log_part[0, 0] == pytest.approx(-0.2, rel=1e-3)
    far = move(np.zeros((1, 3)), 100 * cost, weight, RESPONSE, 50.0)
    assert far[0, 0] == pytest.approx(-MOST_LOG)


def test_where_products_pay_the_floor_only_sales_outside_bear_the_gap() -> None:
    cost, weight = np.array([[0.05, 0.01, 0.03]]), np.array([[1.0, 1.0, 3.0]])
    inside = np.array([True, False, False])
    left = sheltered(cost, weight, inside, 0.7)
    mean = (0.01 + 3 * 0.03) / 4
    assert left[0] == pytest.approx([0.05 - 0.7 * (0.05 - mean), 0.01, 0.03])
    cheap = sheltered(np.array([[0.0, 0.01, 0.03]]), weight, inside, 0.7)
    assert cheap[0, 0] == 0.0  # who pays less inside needs no shelter
    assert sheltered(cost, weight, np.ones(3, dtype=bool), 0.7) is cost


def test_the_cost_of_a_part_is_what_is_in_it_over_its_price() -> None:
    share = added_cost_share(np.array([[0.001]]), np.array([[[20_000.0, 0.0]]]), np.array([2_400.0]))
    assert share[0, 0] == pytest.approx([20 / 2_400, 0.0])
