"""Goods bought ahead of what withholds them: how much, when, from whose stocks, what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.licences.queue import Office
from world.policy.measures import Measure
from world.stocks.buying_ahead import (
    MONTH_DAYS,
    Foresight,
    kept_ahead,
    months_ahead,
    planned_t,
    wanted_months,
)

OFFICE = Office(cleared_share=0.1, ramp_days=10 * MONTH_DAYS, capacity_share=1.1, patience_share=1.0)
FORESIGHT = Foresight(horizon_months=3.0, pace_ratio=2.5, office=OFFICE, delay_days=2 * MONTH_DAYS)
DUE = date(2023, 12, 1)
LICENCE = Measure(
    id="licence",
    announced=date(2023, 10, 20),
    in_force=DUE,
    actor="CHN",
    instrument="licence",
    size=0.8,
)


def test_a_licence_withholds_what_waits_and_for_a_while_what_is_refused() -> None:
    """A tenth passes for two months, and a tenth of usual trade more with every month after: 2.65 are lacking
    after three months, and 5.85 once as much passes as usual."""
    assert wanted_months(LICENCE, 0.5, FORESIGHT) == pytest.approx(0.5 * (0.8 * 2.65 + 0.2 * 3.0))
    patient = replace(FORESIGHT, horizon_months=60.0)
    assert wanted_months(replace(LICENCE, size=1.0), 1.0, patient) == pytest.approx(1.8 + 9.0 * 0.9 / 2.0)
    quick = replace(LICENCE, size=1.0, delay_days=0.0)
    assert wanted_months(quick, 1.0, FORESIGHT) == 0.0


def test_a_ban_withholds_all_and_a_duty_nothing() -> None:
    assert wanted_months(replace(LICENCE, instrument="ban", size=None), 1.0, FORESIGHT) == 3.0
    assert wanted_months(replace(LICENCE, instrument="export_tax", size=0.2), 1.0, FORESIGHT) == 0.0


def test_it_is_shipped_between_the_announcement_and_the_day_and_no_faster_than_can_be() -> None:
    """42 days are left, 12 of them in October; at most one and a half usual months more in a month."""
    october, november = (date(2023, 10, 1), date(2023, 11, 1)), (date(2023, 11, 1), DUE)
    assert months_ahead(LICENCE, 1.4, *october, FORESIGHT) == pytest.approx(1.4 * 12 / 42)
    assert months_ahead(LICENCE, 1.4, *november, FORESIGHT) == pytest.approx(1.4 * 30 / 42)
    assert months_ahead(LICENCE, 9.0, *november, FORESIGHT) == pytest.approx(1.5 * 30 / MONTH_DAYS)
    assert months_ahead(LICENCE, 1.4, DUE, date(2024, 1, 1), FORESIGHT) == 0.0
    assert months_ahead(LICENCE, 1.4, date(2023, 9, 1), october[0], FORESIGHT) == 0.0


def test_nobody_hurries_for_years_or_for_what_is_called_off() -> None:
    long_known = replace(LICENCE, announced=date(2019, 1, 1))
    assert months_ahead(long_known, 1.0, date(2023, 7, 1), date(2023, 8, 1), FORESIGHT) == 0.0
    off = replace(LICENCE, cancelled=date(2023, 10, 25))
    assert months_ahead(off, 1.4, date(2023, 11, 1), DUE, FORESIGHT) == 0.0


@given(st.integers(1, 400), st.floats(0.1, 5.0))
def test_rounds_of_any_length_ship_the_same_in_all(days_before: int, wanted: float) -> None:
    measure = replace(LICENCE, announced=DUE - timedelta(days=days_before))
    months = [date(2022 + month // 12, month % 12 + 1, 1) for month in range(26)]
    by_month = sum(months_ahead(measure, wanted, *span, FORESIGHT) for span in pairwise(months))
    quarters = months[::3]
    by_quarter = sum(months_ahead(measure, wanted, *span, FORESIGHT) for span in pairwise(quarters))
    assert by_month == pytest.approx(by_quarter)
    assert by_month <= wanted + 1e-9


HOME = np.array([[[True, False, False]]])
"""One seller; the first buyer is at its home."""


def plan(ordered: list[float], lacking: list[float], ahead: list[float], spare: float = 100.0) -> np.ndarray:
    held = np.array([ahead])
    return planned_t(np.array([[ordered]]), np.array([[lacking]]), held, np.full(held.shape, spare), HOME)[0]


def test_what_is_ordered_ahead_comes_out_of_stocks_at_home_as_far_as_they_go() -> None:
    np.testing.assert_allclose(plan([0, 10, 20], [0, 0, 0], [0, 0, 0]), [-30, 10, 20])
    np.testing.assert_allclose(plan([0, 10, 20], [0, 0, 0], [0, 0, 0], spare=12.0), [-12, 10, 20])


def test_what_is_withheld_is_used_from_it_and_makes_good_what_was_lent() -> None:
    np.testing.assert_allclose(plan([0, 0, 0], [0, 4, 50], [-30, 10, 20]), [30, -4, -20])
    np.testing.assert_allclose(plan([0, 0, 0], [0, 4, 5], [-30, 10, 20]), [9, -4, -5])


def test_what_is_bought_and_needed_within_a_round_cancels() -> None:
    np.testing.assert_allclose(plan([0, 10, 0], [0, 25, 0], [0, 0, 0]), [0, 0, 0])


def test_what_is_kept_is_what_was_bought_and_not_used_and_nothing_when_nothing_is_planned() -> None:
    kept = kept_ahead(
        np.array([5.0, 5.0, 5.0, -5.0]), np.array([3.0, -2.0, 0.0, 4.0]), np.array([2.0, -9.0, 1.0, 9.0])
    )
    np.testing.assert_allclose(kept, [7.0, 3.0, 0.0, -1.0])
