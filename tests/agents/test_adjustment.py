"""Gradual adjustment."""

from __future__ import annotations

import numpy as np
import pytest

from agents.adjustment import part_left, part_moved


def test_three_months_come_to_what_a_quarter_does() -> None:
    left = 1.0 - part_moved(0.7, 12)
    assert 1.0 - left**3 == pytest.approx(part_moved(0.7, 4), rel=1e-14)


def test_what_does_not_move_stays_and_what_is_fast_arrives() -> None:
    found = part_moved(np.array([0.0, 1.0, np.inf]), 4.0)
    assert found.tolist() == pytest.approx([0.0, 1.0 - np.exp(-0.25), 1.0])


def test_what_moves_and_what_is_left_are_all_there_is() -> None:
    speed = np.array([0.0, 0.3, 5.0])
    assert (part_moved(speed, 4) == 1.0 - part_left(speed, 4)).all()
    assert part_left(0.0, 4) == 1.0
    assert part_left(1.0, 12) ** 3 == pytest.approx(part_left(1.0, 4), rel=1e-14)
