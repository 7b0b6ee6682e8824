"""Draws keyed by what they are for: same key, same draw, in any order; evenly spread and unrelated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from world.randomness import Streams

KEYS = st.tuples(st.integers(0, 2**31), st.text(max_size=8), st.integers(-5, 500), st.text(max_size=8))
NAMES = [f"C{number:04d}" for number in range(4000)]
FALSE_ALARM = 1e-4
"""Chance that one of the statistical tests below fails though nothing is wrong."""


@given(KEYS)
def test_a_draw_hangs_on_its_key_alone(key: tuple[int, str, int, str]) -> None:
    seed, event, round_, subject = key
    first = Streams(seed).uniform(event, round_, subject)
    streams = Streams(seed)
    streams.uniform("something else", round_, subject)
    assert streams.uniform(event, round_, subject) == first
    assert 0.0 < first < 1.0


@given(KEYS, KEYS)
def test_different_keys_give_different_draws(
    one: tuple[int, str, int, str], other: tuple[int, str, int, str]
) -> None:
    if "|".join(map(str, one)) != "|".join(map(str, other)):
        assert Streams(one[0]).uniform(*one[1:]) != Streams(other[0]).uniform(*other[1:])


def test_draws_are_spread_evenly() -> None:
    draws = [Streams(1).uniform("event", 3, name) for name in NAMES]
    assert stats.kstest(draws, "uniform").pvalue > FALSE_ALARM
    assert stats.kstest(Streams(1).normals("event", 3, NAMES), "norm").pvalue > FALSE_ALARM


@pytest.mark.parametrize(("seed", "event", "round_"), [(2, "event", 3), (1, "other", 3), (1, "event", 4)])
def test_neighbouring_keys_are_unrelated(seed: int, event: str, round_: int) -> None:
    first = Streams(1).normals("event", 3, NAMES)
    second = Streams(seed).normals(event, round_, NAMES)
    assert stats.pearsonr(first, second).pvalue > FALSE_ALARM


def test_many_draws_are_those_drawn_one_by_one() -> None:
    streams = Streams(5)
    together = streams.normals("event", 1, NAMES[:20])
    np.testing.assert_array_equal(together, [streams.normal("event", 1, name) for name in NAMES[:20]])
    np.testing.assert_array_equal(streams.normals("event", 1, NAMES[:20][::-1]), together[::-1])


@given(st.integers(0, 10), st.integers(0, 10), st.integers(0, 100))
def test_whole_numbers_include_both_ends_and_nothing_beyond(low: int, width: int, seed: int) -> None:
    drawn = {Streams(seed).whole("delay", 0, name, low, low + width) for name in NAMES[:300]}
    assert drawn <= set(range(low, low + width + 1))
    if width <= 3:
        assert drawn == set(range(low, low + width + 1))


def test_known_draws_stay_what_they_are_on_every_machine() -> None:
    """A hash, so the same everywhere; if this changes, every published run changes with it."""
    assert Streams(1).uniform("taste", 0, "CAN") == 0.14090447847417858
    assert Streams(7).uniform("outage", 12, "cobalt|COD") == 0.7103324911070803
