"""How long a stop is expected to go on: by its announced end, by how long it lasts, by its actor's record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from small_worlds import measure

from world.policy.measures import Measure
from world.stocks.stop_lengths import Lengths, months_left, seen_left, weight_of

LENGTHS = Lengths(typical_months=12.0, weight=1.0, prolonged_share=0.5, delay_days=60.0, ramp_days=90.0)
BEGUN = date(2025, 3, 1)
OPEN = replace(measure("ban", "COD", "2025-Q1"), id="open", announced=BEGUN, in_force=BEGUN, ends=None)
DATED = replace(OPEN, id="dated", expected_end=date(2025, 7, 1), ends=date(2025, 7, 1))
LONGER = replace(
    OPEN, id="longer", announced=date(2025, 6, 20), in_force=date(2025, 7, 1), expected_end=date(2025, 10, 1)
)
YEAR = timedelta(days=365)


def left(day: date, first: Measure, *others: Measure) -> float:
    return months_left(first, (first, *others), day, LENGTHS)


def test_a_stop_without_an_end_is_expected_to_last_the_longer_the_longer_it_has() -> None:
    assert left(BEGUN, OPEN) == pytest.approx(12.0)
    assert left(BEGUN + YEAR, OPEN) == pytest.approx(24.0)


def test_the_record_of_its_actor_counts() -> None:
    brief = replace(OPEN, id="brief", in_force=BEGUN - 2 * YEAR, ends=BEGUN - 2 * YEAR + timedelta(days=30))
    assert left(BEGUN, OPEN, brief) == pytest.approx((12.0 + 30 / (365 / 12)) / 2.0)
    assert left(BEGUN, OPEN, replace(brief, actor="IDN")) == left(BEGUN, OPEN)


def test_an_announced_end_is_believed_as_far_as_such_ends_were_kept() -> None:
    unknown = left(BEGUN, DATED)
    assert unknown == pytest.approx(2.0 * 122 / (365 / 12))  # what is left and once as long again
    assert left(BEGUN + timedelta(days=61), DATED) == pytest.approx(unknown - 61 / (365 / 12))
    due = BEGUN - YEAR + timedelta(days=60)
    before = replace(DATED, id="before", in_force=BEGUN - YEAR, expected_end=due)
    kept = replace(before, ends=due)
    broken = replace(before, ends=BEGUN - timedelta(days=30))
    assert left(BEGUN, DATED, kept) < unknown < left(BEGUN, DATED, broken)


def test_the_true_end_is_not_foreseen() -> None:
    assert left(BEGUN, replace(DATED, ends=date(2025, 12, 1))) == left(BEGUN, DATED)
    assert left(BEGUN, replace(OPEN, ends=date(2025, 4, 1))) == left(BEGUN, OPEN)


def test_a_stop_is_prolonged_once_that_is_announced() -> None:
    assert left(date(2025, 6, 1), DATED, LONGER) == left(date(2025, 6, 1), DATED)
    again = 3.0 * 92 / 91  # three months, and as long again three times at one chance in two and one seen
    assert left(date(2025, 6, 25), DATED, LONGER) == pytest.approx(6 / (365 / 12) + 2 * again, abs=0.1)
    assert left(date(2025, 7, 2), LONGER, DATED) > left(date(2025, 6, 25), DATED)


def test_what_takes_its_place_ends_it() -> None:
    quota = replace(
        measure("export_quota", "COD", "2025-Q3", stages=("ore",), minerals=("cobalt",), size=1.0),
        announced=date(2025, 6, 1), in_force=date(2025, 7, 1), ends=None,
    )  # fmt: skip
    stop = replace(DATED, minerals=("cobalt",), stages=("ore",))
    assert left(date(2025, 6, 1), stop, quota) == pytest.approx(30 / (365 / 12))
    assert left(date(2025, 5, 31), stop, quota) == left(date(2025, 5, 31), stop)


def test_under_a_licence_what_is_granted_comes_when_the_office_works() -> None:
    licence = replace(measure("licence", "CHN", "2025-Q1", size=0.8), announced=BEGUN, in_force=BEGUN)
    office = 150 / (365 / 12)
    assert seen_left(licence, (licence,), BEGUN, LENGTHS) == pytest.approx(0.8 * office + 0.2 * 12.0)
    assert seen_left(replace(licence, delay_days=0.0), (licence,), BEGUN, LENGTHS) == pytest.approx(
        0.2 * 12.0
    )


def test_a_stop_passes_for_a_year_after_the_last_news() -> None:
    assert weight_of(OPEN, (OPEN,), BEGUN) == 1.0
    assert weight_of(OPEN, (OPEN,), BEGUN + YEAR / 2) == pytest.approx(0.5, abs=0.01)
    assert weight_of(OPEN, (OPEN,), BEGUN + YEAR) == 0.0
