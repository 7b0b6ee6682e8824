"""A measure that takes over from another on the day on which that ends leaves no gap between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from small_worlds import measure

from world.axes import ORE, Axes, pad_positions
from world.clock import Clock
from world.events import Calendar
from world.policy.happenings import Happenings
from world.policy.measures import Measure
from world.policy.successions import taken_over
from world.randomness import Streams
from world.stocks.expectations import Priors

COUNTRIES = ("COD", "CHN", "FIN")
AXES = Axes(("cobalt",), COUNTRIES, *(pad_positions([range(3)]) for _ in range(5)))
STOP = replace(
    measure("ban", "COD", "2025-Q1", stages=("ore",)),
    id="stop",
    announced=date(2025, 1, 1),
    in_force=date(2025, 1, 1),
    ends=date(2025, 6, 22),
)
LONGER = replace(STOP, id="longer", in_force=date(2025, 6, 22), ends=date(2025, 10, 16))
QUOTA = replace(
    measure("export_quota", "COD", "2025-Q1", stages=("ore",), size=120.0),
    id="quota",
    announced=date(2025, 9, 21),
    in_force=date(2025, 10, 16),
    ends=None,
)
JUNE, OCTOBER, NOVEMBER = 5, 9, 10


def happen(round_: int, *measures: Measure) -> Happenings:
    # without a ground of its own the calendar reckons a quarter of a year's tonnes a round
    clock = Clock(12, "2025-01")
    return Calendar(measures, AXES, {}, clock, Streams(1), Priors(0.8, 0.3, 6.0)).happen(round_, ())


def test_a_stop_that_is_prolonged_by_a_new_one_closes_the_whole_month() -> None:
    once = happen(JUNE, replace(STOP, ends=date(2025, 10, 16)))
    for order in ((STOP, LONGER), (LONGER, STOP)):
        now = happen(JUNE, *order)
        assert now.closed_share[0, ORE, 0, 1] == once.closed_share[0, ORE, 0, 1] == 1.0
        assert now.approval_share[0, ORE, 0, 1] == pytest.approx(0.0)


def test_three_in_one_month_add_up_and_no_further() -> None:
    short = replace(STOP, ends=date(2025, 6, 8))
    middle = replace(LONGER, id="middle", in_force=date(2025, 6, 8), ends=date(2025, 6, 22))
    assert happen(JUNE, short, middle, LONGER).closed_share[0, ORE, 0, 2] == 1.0


def test_a_quota_in_the_place_of_a_stop_leaves_no_free_days() -> None:
    (quota,) = happen(OCTOBER, LONGER, QUOTA).export_quotas
    assert quota.allowed_t == pytest.approx(30.0 * 16 / 31)
    assert quota.share == 1.0
    (alone,) = happen(OCTOBER, QUOTA).export_quotas
    assert alone.share == pytest.approx(16 / 31)
    (later,) = happen(NOVEMBER, LONGER, QUOTA).export_quotas
    assert (later.allowed_t, later.share) == (pytest.approx(30.0), 1.0)


def test_a_licence_that_is_renewed_as_strict_holds_all_along() -> None:
    licence = replace(STOP, id="first", instrument="licence", size=0.2)
    again = replace(licence, id="again", in_force=date(2025, 6, 22), ends=None)
    assert happen(JUNE, licence, again).approval_share[0, ORE, 0, 1] == pytest.approx(0.2)
    assert taken_over(replace(again, size=0.1), (licence,)) == ()  # stricter than what it follows
    assert taken_over(replace(again, size=0.3), (licence,)) == (licence,)


@pytest.mark.parametrize(
    "other",
    [
        replace(LONGER, in_force=date(2025, 6, 25)),  # a gap between them
        replace(LONGER, actor="CHN"),
        replace(LONGER, stages=("refined",)),
        replace(LONGER, instrument="embargo"),  # closes imports as well, which the ban did not
    ],
)
def test_what_does_not_continue_it_takes_nothing_over(other: Measure) -> None:
    assert taken_over(other, (STOP, other)) == ()


def test_a_narrower_one_takes_over_from_a_wider_one_and_not_the_other_way_round() -> None:
    narrow = replace(LONGER, targets=("CHN",))
    assert taken_over(narrow, (STOP,)) == (STOP,)
    assert taken_over(LONGER, (replace(STOP, targets=("CHN",)),)) == ()
