"""Licence offices by themselves: nothing first, the backlog later, and books that close."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.licences.queue import (
    ROUND_DAYS,
    Licence,
    Office,
    decide_requests,
    detected_share,
    kept_share,
    office_of,
)
from world.parameters import resolve

OFFICE = Office(cleared_share=0.1, ramp_days=0.0, capacity_share=1.5, patience_share=1.0)
USUAL = np.array([[[100.0]]])


def licence(
    approval: float = 1.0,
    days: float = 0.0,
    *,
    delay: float = 63.0,
    share: float = 1.0,
    subject: float = 1.0,
    closed: float = 0.0,
) -> Licence:
    values = (share, subject, approval, days, delay, closed)
    return Licence(*(np.full(USUAL.shape, value) for value in values))


def run(one: Licence, office: Office = OFFICE, rounds: int = 6, backlog: float = 0.0) -> list[float]:
    """What passes round by round, in per cent of usual trade."""
    passed, waiting = [], np.full(USUAL.shape, backlog)
    for _ in range(rounds):
        done = decide_requests(one, office, USUAL, waiting)
        passed.append(float(done.passes_t[0, 0, 0]))
        waiting = done.backlog_t
        one = replace(one, days=one.days + ROUND_DAYS * one.licensed_share)
    return passed


def test_nothing_but_what_was_cleared_passes_before_the_office_opens() -> None:
    assert run(licence(delay=ROUND_DAYS), rounds=1) == [pytest.approx(10.0)]
    assert run(licence(delay=2 * ROUND_DAYS), replace(OFFICE, cleared_share=0.0), rounds=2) == [0.0, 0.0]


def test_flows_stop_first_and_the_backlog_ships_above_normal_later() -> None:
    """One round of delay and full approval: 10 cleared, then 90 wait; the office grants 150 a round."""
    assert run(licence(delay=ROUND_DAYS)) == pytest.approx([10.0, 150.0, 140.0, 100.0, 100.0, 100.0])


def test_an_old_licence_grants_its_share_of_requests_round_after_round() -> None:
    assert run(licence(approval=0.4, days=1000.0)) == pytest.approx([40.0] * 6)


def test_the_pace_ramps_up_from_the_first_decision() -> None:
    """Half of a ramp of one round lies in the first round after the delay: 75 of 150."""
    office = replace(OFFICE, cleared_share=0.0, ramp_days=ROUND_DAYS)
    first = run(licence(delay=ROUND_DAYS), office, rounds=3)
    assert first == pytest.approx([0.0, 75.0, 150.0])
    assert run(licence(delay=0.0), office, rounds=1) == pytest.approx([100.0])  # ready from the first day


def test_relief_lets_what_waited_ship() -> None:
    waiting = decide_requests(licence(approval=0.3, delay=ROUND_DAYS), OFFICE, USUAL, np.zeros_like(USUAL))
    tight = decide_requests(licence(approval=0.3, days=ROUND_DAYS), OFFICE, USUAL, waiting.backlog_t)
    eased = decide_requests(licence(approval=0.9, days=ROUND_DAYS), OFFICE, USUAL, waiting.backlog_t)
    assert tight.passes_t[0, 0, 0] == pytest.approx(0.3 * 150.0)
    assert eased.passes_t[0, 0, 0] == pytest.approx(0.9 * 150.0)
    assert eased.backlog_t[0, 0, 0] == pytest.approx(190.0 - 150.0)


def test_what_is_refused_takes_the_office_as_long_as_what_is_granted() -> None:
    """While requests wait, who grants a quarter lets a quarter as much pass as who grants all, and no backlog
    makes good for what it refuses."""
    office = replace(OFFICE, ramp_days=4 * ROUND_DAYS)
    strict, mild = (run(licence(approval=a, delay=ROUND_DAYS), office, rounds=8) for a in (0.25, 1.0))
    assert strict[1:] == pytest.approx([0.25 * passed for passed in mild[1:]])
    assert max(strict[1:]) < 0.25 * 150.0 + 1e-9


def test_paces_are_those_of_offices_that_grant_as_a_rule() -> None:
    """What leaves under such a licence is what the paces say; the office decides on more."""
    seen = replace(OFFICE, rule_share=0.75)
    done = decide_requests(licence(approval=0.75, days=1000.0), seen, USUAL, np.full(USUAL.shape, 900.0))
    assert done.granted_t[0, 0, 0] == pytest.approx(150.0)
    assert done.backlog_t[0, 0, 0] == pytest.approx(1000.0 - 150.0 / 0.75)


def test_those_who_wait_withdraw_at_a_rate() -> None:
    office = replace(OFFICE, patience_share=0.8)
    done = decide_requests(licence(delay=ROUND_DAYS), office, USUAL, np.full(USUAL.shape, 50.0))
    assert done.backlog_t[0, 0, 0] == pytest.approx(0.8 * (50.0 + 100.0 - 10.0))


def test_a_licence_for_half_the_round_or_half_the_trade_leaves_the_other_half_free() -> None:
    never = {"approval": 0.0, "delay": 0.0}
    assert run(licence(**never, share=0.5), rounds=1) == [pytest.approx(50.0)]
    assert run(licence(**never, subject=0.3), rounds=1) == [pytest.approx(70.0)]
    assert run(licence(**never, share=0.5, subject=0.3), rounds=1) == [pytest.approx(85.0)]


def test_a_lane_without_a_licence_has_usual_trade_and_no_queue() -> None:
    done = decide_requests(licence(share=0.0), OFFICE, USUAL, np.full(USUAL.shape, 70.0))
    assert done.passes_t[0, 0, 0] == 100.0
    assert done.requested_t[0, 0, 0] == done.granted_t[0, 0, 0] == done.backlog_t[0, 0, 0] == 0.0


def test_a_closed_lane_lets_nothing_pass_whatever_is_granted() -> None:
    assert run(licence(days=1000.0, closed=1.0), backlog=80.0, rounds=1) == [0.0]
    assert run(licence(days=1000.0, closed=0.5), backlog=80.0, rounds=1) == [pytest.approx(75.0)]


SHARES = st.floats(0.0, 1.0)


@given(
    SHARES,
    st.floats(0.0, 400.0),
    st.floats(0.0, 200.0),
    SHARES,
    SHARES,
    st.floats(0.0, 500.0),
    st.floats(0.0, 0.3),
    st.floats(0.0, 300.0),
    st.floats(1.0, 3.0),
)
def test_what_comes_in_goes_out_or_waits(
    approval: float,
    days: float,
    delay: float,
    share: float,
    subject: float,
    backlog: float,
    cleared: float,
    ramp: float,
    capacity: float,
) -> None:
    """granted + refused + waiting = backlog + requested, none below zero, granted at most at full pace."""
    office = Office(cleared, ramp, capacity, 1.0)
    one = licence(approval, days, delay=delay, share=share, subject=subject)
    start = np.full(USUAL.shape, backlog)
    done = decide_requests(one, office, USUAL, start)
    under = share * subject > 0.0
    came = float(done.requested_t[0, 0, 0]) + (backlog if under else 0.0)
    granted, waiting = float(done.granted_t[0, 0, 0]), float(done.backlog_t[0, 0, 0])
    assert granted >= -1e-9
    assert waiting >= 0.0
    assert granted + waiting <= came + 1e-6
    assert granted <= (capacity + cleared) * subject * 100.0 + 1e-6
    if approval == 1.0:
        assert granted + waiting == pytest.approx(came, abs=1e-6)
    assert 0.0 <= float(done.passes_t[0, 0, 0]) <= 100.0 + granted + 1e-9


def test_rounds_of_a_month_and_of_a_quarter_have_the_same_working_days() -> None:
    """The integral over a span is the sum over its parts."""
    office = replace(OFFICE, ramp_days=120.0)
    whole = decide_requests(licence(days=50.0), office, USUAL, np.full(USUAL.shape, 1e6))
    parts = [
        decide_requests(licence(days=50.0 + third, share=1 / 3), office, USUAL, np.full(USUAL.shape, 1e6))
        for third in (0.0, ROUND_DAYS / 3, 2 * ROUND_DAYS / 3)
    ]
    total = sum(float(part.granted_t[0, 0, 0]) for part in parts)
    assert total == pytest.approx(float(whole.granted_t[0, 0, 0]))


def test_the_office_of_the_parameters() -> None:
    office = office_of(resolve({"licence_ramp_months": 6.0, "licence_withdrawal_year": 2.0}))
    assert office.ramp_days == pytest.approx(182.5)
    assert office.patience_share == pytest.approx(np.exp(-0.5))


def test_re_exports_that_are_found_lower_approval_and_are_forgotten_within_years() -> None:
    delivered, passed = np.array([100.0, 100.0, 0.0, 0.0]), np.array([0.0, 300.0, 20.0, 0.0])
    found = detected_share(np.zeros(4), 0.2 * passed, passed, delivered)
    weight = 1.0 - np.exp(-0.25)
    np.testing.assert_allclose(found, weight * np.array([0.0, 0.15, 0.2, 0.0]))
    for _ in range(16):
        found = detected_share(found, np.zeros(4), np.zeros(4), delivered)
    assert found.max() < 0.02 * 0.2
    np.testing.assert_allclose(kept_share(np.array([0.0, 0.1, 0.9]), 4.0), [1.0, 0.6, 0.0])


def test_an_office_has_room_for_others_only_when_its_own_users_are_served() -> None:
    """It can decide on 150 a round; what it could besides is granted at the same rate."""
    one = licence(approval=0.8, days=1000.0)
    for waiting, room in ((0.0, 0.8 * 50.0), (20.0, 0.8 * 30.0), (60.0, 0.0)):
        done = decide_requests(one, OFFICE, USUAL, np.full(USUAL.shape, waiting))
        assert done.room_t[0, 0, 0] == pytest.approx(room)


def test_the_office_climbs_from_the_pace_of_what_was_cleared() -> None:
    """Over a ramp of one round half of 10 and half of 150."""
    office = replace(OFFICE, ramp_days=ROUND_DAYS)
    assert run(licence(delay=ROUND_DAYS), office, rounds=2) == pytest.approx([10.0, 80.0])
