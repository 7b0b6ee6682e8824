"""Intervals and pairs needed: by hand, and by counting how often they hold what they should."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.intervals import Precision, clustered_interval, paired_interval, pairs_needed


def test_with_one_point_clusters_are_the_plain_interval_over_seeds() -> None:
    values = [1.0, 2.5, 2.0, 4.0]
    assert clustered_interval(values, [7] * 4, [1, 2, 3, 4]) == pytest.approx(paired_interval(values))
    assert clustered_interval(values, [1, 2, 3, 4], [7] * 4) == pytest.approx(paired_interval(values))


def test_one_value_has_no_interval_and_none_has_nothing() -> None:
    mean, low, high = clustered_interval([3.0], [1], [1])
    assert (mean, math.isnan(low), math.isnan(high)) == (3.0, True, True)
    assert all(map(math.isnan, clustered_interval([], [], [])))


def test_points_that_a_design_set_add_no_chance() -> None:
    points, seeds, shocks = [1, 1, 1, 2, 2, 2], [1, 2, 3] * 2, np.array([1.0, 2.5, 4.0] * 2)
    values = shocks + 100 * np.array(points)
    mean, low, high = clustered_interval(values, points, seeds, points_drawn=False)
    assert (mean, high - low) == pytest.approx((152.5, np.ptp(paired_interval([1.0, 2.5, 4.0])[1:])))
    drawn = clustered_interval(values, points, seeds)
    assert drawn[2] - drawn[1] > 10 * (high - low)


def test_intervals_hold_the_mean_although_runs_share_points_and_seeds() -> None:
    """A plain interval over all runs would hold it in about half of these cases."""
    rng = np.random.default_rng(5)
    points, seeds = (array.ravel() for array in np.meshgrid(range(8), range(6)))
    held, naive = 0, 0
    for _ in range(400):
        values = rng.normal(size=8)[points] + rng.normal(size=6)[seeds] + 0.3 * rng.normal(size=48)
        _, low, high = clustered_interval(values, points, seeds)
        held += low <= 0 <= high
        _, low, high = paired_interval(list(values))
        naive += low <= 0 <= high
    assert held >= 0.92 * 400
    assert naive < 0.75 * 400


def test_pairs_needed_are_those_that_reach_the_goal() -> None:
    rng = np.random.default_rng(2)
    first = list(rng.normal(1.0, 2.0, 200))
    _, low, high = paired_interval(first)
    # Half as wide takes about four times the pairs.
    assert pairs_needed(low, high, 200, (high - low) / 4) == pytest.approx(800, rel=0.02)
    assert pairs_needed(low, high, 200, (high - low) / 2) == pytest.approx(200, rel=0.01)
    few = paired_interval(first[:5])
    needed = pairs_needed(few[1], few[2], 5, (few[2] - few[1]) / 2)
    assert needed == 5


def test_pairs_needed_of_odd_cases() -> None:
    assert pairs_needed(1.0, 1.0, 5, 0.1) == 2
    assert math.isnan(pairs_needed(math.nan, math.nan, 1, 0.1))
    assert math.isnan(pairs_needed(-1.0, 1.0, 5, 0.0))
    assert pairs_needed(-1.0, 1.0, 5, 1e-9) == math.inf


def test_precision_is_a_part_of_the_difference_or_a_number_in_the_unit() -> None:
    precision = Precision(0.1, {"dominant_share": 0.01})
    assert precision.goal("members_welfare", -50.0) == pytest.approx(5.0)
    assert precision.goal("dominant_share", -50.0) == 0.01
    assert precision.words == "10% of the difference; dominant_share 0.01"
