"""Dated measures: what is wrong with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from world.policy.measures import INSTRUMENTS, Measure, complaints


def make_measure(**fields: Any) -> Measure:
    return Measure(**{"id": "m", "announced": date(2025, 1, 1), "actor": "CHN", "instrument": "ban"} | fields)


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
