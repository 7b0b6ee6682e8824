"""Dated measures: what share of a quarter they bite, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.measures import INSTRUMENTS, Measure, complaints, first_day, round_of, share_of_quarter_in_force

START = "2025-Q1"


def make_measure(**fields: Any) -> Measure:
    return Measure(**{"id": "m", "announced": date(2025, 1, 1), "actor": "CHN", "instrument": "ban"} | fields)


def test_rounds_are_quarters_of_the_calendar() -> None:
    assert first_day(0, START) == date(2025, 1, 1)
    assert first_day(7, START) == date(2026, 10, 1)
    assert first_day(1, "2024-Q4") == date(2025, 1, 1)
    assert round_of(date(2026, 2, 5), START) == 4
    assert round_of(date(2024, 12, 31), START) == -1


@given(st.integers(-40, 200))
def test_a_round_holds_its_first_day(number: int) -> None:
    assert round_of(first_day(number, START), START) == number


@pytest.mark.parametrize("start", ["2025", "2025-Q5", "Q1-2025", ""])
def test_a_start_that_is_no_quarter_is_named(start: str) -> None:
    with pytest.raises(ValueError, match="2025-Q1"):
        first_day(0, start)


@pytest.mark.parametrize(
    ("in_force", "ends", "share"),
    [
        (date(2025, 1, 1), None, 1.0),
        (
            date(2026, 1, 1),
            date(2026, 4, 1),
            1.0,
        ),  # exactly the quarter: the end is the first day out of force
        (date(2026, 1, 31), None, 60 / 90),
        (date(2025, 6, 1), date(2026, 1, 10), 9 / 90),
        (date(2026, 4, 1), None, 0.0),
        (date(2025, 1, 1), date(2026, 1, 1), 0.0),
        (None, None, 0.0),  # a threat that was never carried out
    ],
)
def test_share_of_the_first_quarter_of_2026(in_force: date | None, ends: date | None, share: float) -> None:
    assert share_of_quarter_in_force(make_measure(in_force=in_force, ends=ends), 4, START) == pytest.approx(
        share
    )


@given(st.dates(date(2025, 1, 1), date(2034, 1, 1)), st.integers(0, 2000))
def test_shares_add_up_to_the_days_in_force(begins: date, days: int) -> None:
    ends = date.fromordinal(begins.toordinal() + days)
    measure = make_measure(announced=begins, in_force=begins, ends=ends)
    lengths = [(first_day(number + 1, START) - first_day(number, START)).days for number in range(80)]
    total = sum(
        share_of_quarter_in_force(measure, number, START) * length for number, length in enumerate(lengths)
    )
    assert total == pytest.approx(days)


@pytest.mark.parametrize("stages", [("refined",), ("component",), ("ore", "refined", "component"), ("*",)])
def test_a_sound_measure_has_no_complaint(stages: tuple[str, ...]) -> None:
    assert list(complaints(make_measure(instrument="licence", size=0.4, stages=stages))) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"instrument": "blockade"}, "instrument"),
        ({"size": 0.5}, "size"),
        ({"instrument": "tariff"}, "size"),
        ({"instrument": "licence", "size": 1.5}, "size"),
        ({"instrument": "licence", "size": float("nan")}, "size"),
        ({"instrument": "coercion", "size": 6.0}, "size"),
        ({"stages": ("magnet",)}, "stages"),
        ({"renewed": 1.2}, "renewed"),
        ({"in_force": date(2024, 1, 1)}, "in_force"),
        ({"in_force": date(2025, 2, 1), "ends": date(2025, 1, 15)}, "ends"),
        ({"suspends": ("other",)}, "suspends"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], field: str) -> None:
    found = list(complaints(make_measure(**fields)))
    assert [complaint.field for complaint in found] == [field]
    assert found[0].allowed


def test_every_instrument_says_what_its_size_is() -> None:
    assert all(
        kind.meaning and kind.size and (kind.low is None) == (kind.high is None)
        for kind in INSTRUMENTS.values()
    )
