"""Time of a run: quarters and months of the calendar, and what a measure bites of each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.clock import Clock, per_round
from world.policy.measures import Measure
from world.randomness import Streams
from world.scenario import ScenarioError, load_scenario
from world.zone import review_due

QUARTERS, MONTHS = Clock(4, "2025-Q1"), Clock(12, "2025-Q1")
BOTH = pytest.mark.parametrize("clock", [QUARTERS, MONTHS], ids=["quarters", "months"])


def make_measure(**fields: Any) -> Measure:
    return Measure(**{"id": "m", "announced": date(2025, 1, 1), "actor": "CHN", "instrument": "ban"} | fields)


def test_rounds_are_quarters_or_months_of_the_calendar() -> None:
    assert [QUARTERS.first_day(number) for number in (0, 7)] == [date(2025, 1, 1), date(2026, 10, 1)]
    assert [MONTHS.first_day(number) for number in (0, 7, 12)] == [
        date(2025, 1, 1),
        date(2025, 8, 1),
        date(2026, 1, 1),
    ]
    assert Clock(4, "2024-Q4").first_day(1) == date(2025, 1, 1)
    assert Clock(12, "2024-Q4").first_day(3) == date(2025, 1, 1)
    assert (QUARTERS.round_of(date(2026, 2, 5)), MONTHS.round_of(date(2026, 2, 5))) == (4, 13)
    assert QUARTERS.round_of(date(2024, 12, 31)) == MONTHS.round_of(date(2024, 12, 31)) == -1


def test_rounds_bear_the_names_of_the_calendar() -> None:
    assert [QUARTERS.name(number) for number in (0, 3, 4)] == ["2025-Q1", "2025-Q4", "2026-Q1"]
    assert [MONTHS.name(number) for number in (0, 11, 12)] == ["2025-01", "2025-12", "2026-01"]
    assert (QUARTERS.word, MONTHS.word) == ("quarter", "month")
    assert MONTHS.round_named("2026-Q2") == MONTHS.round_named("2026-04") == 15
    assert QUARTERS.round_named("2026-05") == 5


@BOTH
@given(number=st.integers(-40, 200))
def test_a_round_holds_its_first_day_and_is_found_by_its_name(clock: Clock, number: int) -> None:
    assert clock.round_of(clock.first_day(number)) == number
    assert clock.round_named(clock.name(number)) == number


def test_delays_are_as_long_whatever_the_round() -> None:
    assert (QUARTERS.rounds(6), MONTHS.rounds(6)) == (6, 18)
    assert [MONTHS.quarter(number) for number in (0, 2, 3, 11)] == [0, 0, 1, 3]
    assert per_round(0.5, 1) == 0.5
    assert (1.0 - per_round(0.3, 3)) ** 3 == pytest.approx(0.7)


@pytest.mark.parametrize("start", ["2025", "2025-Q5", "2025-13", "Q1-2025", ""])
def test_a_start_that_is_no_quarter_is_named(start: str) -> None:
    with pytest.raises(ValueError, match="2025-Q1"):
        Clock(4, start)


@pytest.mark.parametrize(
    ("in_force", "ends", "quarter", "month"),
    [
        (date(2025, 1, 1), None, 1.0, 1.0),
        (date(2026, 1, 1), date(2026, 4, 1), 1.0, 1.0),  # the end is the first day out of force
        (date(2026, 2, 15), None, 45 / 90, 14 / 28),
        (date(2025, 6, 1), date(2026, 1, 10), 9 / 90, 0.0),
        (date(2026, 2, 3), date(2026, 2, 10), 7 / 90, 7 / 28),
        (date(2026, 4, 1), None, 0.0, 0.0),
        (None, None, 0.0, 0.0),  # a threat that was never carried out
    ],
)
def test_share_of_the_first_quarter_and_of_february_2026(
    in_force: date | None, ends: date | None, quarter: float, month: float
) -> None:
    measure = make_measure(in_force=in_force, ends=ends)
    assert QUARTERS.share_in_force(measure, 4) == pytest.approx(quarter)
    assert MONTHS.share_in_force(measure, 13) == pytest.approx(month)


@BOTH
@given(begins=st.dates(date(2025, 1, 1), date(2034, 1, 1)), days=st.integers(0, 2000))
def test_shares_add_up_to_the_days_in_force(clock: Clock, begins: date, days: int) -> None:
    ends = date.fromordinal(begins.toordinal() + days)
    measure = make_measure(announced=begins, in_force=begins, ends=ends)
    lengths = [
        (clock.first_day(number + 1) - clock.first_day(number)).days
        for number in range(20 * clock.rounds_per_year)
    ]
    total = sum(clock.share_in_force(measure, number) * length for number, length in enumerate(lengths))
    assert total == pytest.approx(days)


def test_months_bring_the_reviews_of_their_quarter_and_no_more() -> None:
    """Each country reviews in the same quarters whatever the length of rounds, once in each, in any month."""
    streams, names = Streams(3), [f"C{number}" for number in range(60)]

    def reviews(rounds: int, quarter_rounds: int) -> dict[str, list[int]]:
        return {
            name: [
                round_
                for round_ in range(rounds)
                if review_due(streams, name, round_, 0.25, False, quarter_rounds)
            ]
            for name in names
        }

    by_quarter, by_month = reviews(20, 1), reviews(60, 3)
    assert {name: [month // 3 for month in months] for name, months in by_month.items()} == by_quarter
    assert {month % 3 for months in by_month.values() for month in months} == {0, 1, 2}


def test_a_run_of_months_lasts_as_many_years_unless_it_says_otherwise() -> None:
    assert load_scenario("zone_floor", {"run.rounds_per_year": 12}).run.rounds == 132
    assert load_scenario("zone_floor", {"run.rounds_per_year": 12, "run.rounds": 20}).run.rounds == 20
    assert load_scenario("zone_floor").run.rounds == 44


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"run.rounds_per_year": 6}, "run.rounds_per_year: given 6, allowed: one of 4, 12"),
        ({"run.decisions_open": "2026-02"}, "run.decisions_open: given 2026-02, allowed: a quarter"),
        ({"accession.talks": {"CAN": "2026-08"}}, "accession.talks.CAN: given 2026-08, allowed: a quarter"),
        ({"run.decisions_open": "2024-12", "run.rounds_per_year": 12}, "run.decisions_open: given 2024-12"),
    ],
)
def test_what_fits_no_calendar_is_refused_in_words(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError) as told:
        load_scenario("zone_floor", settings)
    assert words in str(told.value)


def test_a_scenario_that_says_nothing_of_time_gets_quarters() -> None:
    assert load_scenario("zone_floor").run.clock == Clock(4, "2025-Q1")
