"""Fear of a cut-off: what quotas refuse, quickly learned and slowly forgotten."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.parameters import resolve
from world.policy.happenings import ExportQuota
from world.stocks.fear import moved, refused_by_quotas

P = resolve()
SELLERS, BUYERS = np.array([[0, 1]]), np.array([[0, 2, 3, -1]])
USUAL_T = np.array([[[50.0, 30.0, 10.0, 0.0], [0.0, 20.0, 20.0, 0.0]]])


def quota(tonnes: float, share: float = 1.0, importers: tuple[int, ...] | None = None) -> ExportQuota:
    return ExportQuota(0, 1, 0, importers, tonnes, share)


def refused(*quotas: ExportQuota) -> np.ndarray:
    return refused_by_quotas(quotas, 1, SELLERS, BUYERS, USUAL_T)[0]


def test_a_quota_refuses_what_is_missing_of_usual_trade_abroad_and_nothing_at_home() -> None:
    found = refused(quota(10.0))
    assert found[0].tolist() == [0.0, 0.75, 0.75, 0.0]
    assert not found[1].any()
    assert not refused(quota(45.0)).any()


def test_a_quota_on_one_destination_frightens_no_other() -> None:
    assert refused(quota(15.0, importers=(2,)))[0].tolist() == [0.0, 0.5, 0.0, 0.0]


def test_a_quota_of_a_part_of_the_round_counts_for_that_part_and_two_parts_add_up() -> None:
    half = quota(5.0, share=0.5)
    assert refused(half)[0, 1] == pytest.approx(0.375)
    assert refused(half, half)[0, 1] == pytest.approx(0.75)


def test_quotas_on_another_good_are_not_seen() -> None:
    assert not refused_by_quotas([quota(0.0)], 2, SELLERS, BUYERS, USUAL_T).any()


@given(before=st.floats(0.0, 1.0), seen=st.floats(0.0, 1.0))
def test_fear_lies_between_what_it_was_and_what_is_seen(before: float, seen: float) -> None:
    after = float(moved(np.array(before), np.array(seen), P, 4))
    assert min(before, seen) - 1e-12 <= after <= max(before, seen) + 1e-12


def test_fear_grows_faster_than_it_fades_and_months_add_up_to_quarters() -> None:
    none, sure = np.zeros(1), np.ones(1)
    assert moved(none, sure, P, 4) > 1.0 - moved(sure, none, P, 4)
    by_months = none
    for _ in range(3):
        by_months = moved(by_months, sure, P, 12)
    assert by_months == pytest.approx(moved(none, sure, P, 4))
