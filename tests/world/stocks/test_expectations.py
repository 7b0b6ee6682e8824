"""What is expected of announcements: belief learned from the record, duties seen coming, fear that ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from small_worlds import measure

from world.policy.measures import Measure
from world.stocks.expectations import Priors, belief_in, expected_rise, feared_level

PRIORS = Priors(dated=0.8, threat=0.3, weight=6.0)
LATE = date(2027, 1, 1)


def dated(name: str, **fields: object) -> Measure:
    return replace(measure("tariff", "USA", "2025-Q3", size=0.25), id=name, **fields)


def threat(name: str, **fields: object) -> Measure:
    return replace(measure("threat", "USA", "2025-Q1", in_force=None), id=name, **fields)


def test_without_a_record_the_prior_is_believed() -> None:
    new = dated("new")
    assert belief_in(new, [new], LATE, PRIORS) == pytest.approx(0.8)
    assert belief_in(threat("a"), [], LATE, PRIORS) == pytest.approx(0.3)


def test_belief_rises_with_what_was_carried_out_and_falls_with_what_was_called_off() -> None:
    new = dated("new", announced=LATE, in_force=date(2027, 4, 1))
    kept = [dated(f"kept {number}") for number in range(4)]
    broken = [dated(f"broken {number}", cancelled=date(2025, 7, 1)) for number in range(4)]
    assert belief_in(new, kept, LATE, PRIORS) == pytest.approx((4.8 + 4) / 10)
    assert belief_in(new, broken, LATE, PRIORS) == pytest.approx(4.8 / 10)
    assert belief_in(new, [*kept, *broken], LATE, PRIORS) == pytest.approx(8.8 / 14)


def test_threats_and_dated_measures_and_other_actors_have_records_of_their_own() -> None:
    lapsed = [threat(f"lapsed {number}", ends=date(2025, 6, 1)) for number in range(6)]
    others = [
        replace(dated(f"other {number}", cancelled=date(2025, 7, 1)), actor="CHN") for number in range(6)
    ]
    assert belief_in(dated("new"), [*lapsed, *others], LATE, PRIORS) == pytest.approx(0.8)
    assert belief_in(threat("new"), [*lapsed, *others], LATE, PRIORS) == pytest.approx(0.3 * 6 / 12)


def test_nothing_is_learned_from_what_is_still_open() -> None:
    open_ = [dated("open", announced=date(2026, 12, 1), in_force=date(2027, 6, 1))]
    assert belief_in(dated("new"), open_, LATE, PRIORS) == pytest.approx(0.8)


def test_a_duty_is_seen_coming_the_more_the_nearer_it_is_and_not_once_it_is_there() -> None:
    duty = dated("duty")
    rises = [expected_rise(duty, ahead, 0.8, 100.0) for ahead in (1.25, 0.75, 0.25, 0.0, -0.25)]
    assert rises == pytest.approx([0.0, 0.05, 0.15, 0.0, 0.0])
    specific = measure("specific_tariff", "USA", "2025-Q3", size=50.0, unit="USD/t")
    assert expected_rise(specific, 0.25, 0.8, 100.0) == pytest.approx(0.3)
    assert expected_rise(measure("ban", "CHN", "2025-Q3"), 0.25, 0.8, 100.0) == 0.0


def test_only_what_cuts_off_is_feared_and_the_less_the_more_is_granted() -> None:
    ban, licence = measure("ban", "CHN", "2025-Q1"), measure("licence", "CHN", "2025-Q1", size=0.75)
    assert feared_level(ban, 0, 1.0, 0.8) == pytest.approx(0.8)
    assert feared_level(licence, 0, 1.0, 0.8) == pytest.approx(0.2)
    assert feared_level(ban, 0.5, 0.5, 0.8) == pytest.approx(0.2)
    assert feared_level(ban, 1.0, 1.0, 0.8) == feared_level(dated("duty"), 0, 1.0, 0.8) == 0.0
