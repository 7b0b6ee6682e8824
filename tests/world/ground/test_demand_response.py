"""What of a year's response of use comes at once."""

import numpy as np
import pytest

from world.ground.demand_response import LEAST_PART, elasticity_at_once

ANNUAL = np.array([0.05, 0.15, 0.35])
LONG_RUN = np.array([0.3, 0.5, 0.6])


@pytest.mark.parametrize("speed_year", [0.08, 0.24, 0.4])
def test_use_in_the_first_year_answers_as_the_years_figure_says(speed_year: float) -> None:
    at_once = elasticity_at_once(ANNUAL, LONG_RUN, speed_year)
    days = (np.arange(10_000) + 0.5) / 10_000
    closed = 1.0 - np.exp(-speed_year * days)[:, None]
    # a price that stays 10% up from the first day on
    use = (1.1 ** -(at_once + closed * (LONG_RUN - at_once))).mean(axis=0)
    bound = at_once > LEAST_PART * ANNUAL
    np.testing.assert_allclose(use[bound], 1.1 ** -ANNUAL[bound], rtol=2e-5)
    assert bound.any()


def test_nothing_comes_later_where_the_long_run_is_no_larger_or_thrift_stands_still() -> None:
    np.testing.assert_allclose(elasticity_at_once(ANNUAL, ANNUAL, 0.24), ANNUAL)
    np.testing.assert_allclose(elasticity_at_once(ANNUAL, LONG_RUN, 0.0), ANNUAL)


def test_no_use_is_deaf_however_fast_thrift_is() -> None:
    at_once = elasticity_at_once(ANNUAL, 10.0 * ANNUAL, 0.6)
    np.testing.assert_allclose(at_once, LEAST_PART * ANNUAL)


def test_use_without_a_figure_stays_without_one() -> None:
    assert np.isnan(elasticity_at_once(np.array([np.nan]), np.array([np.nan]), 0.24)).all()
