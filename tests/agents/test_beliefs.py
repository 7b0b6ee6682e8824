"""How expectations, trust and the fear of retaliation are revised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.beliefs import heal_trust, learn_retaliation, lose_trust, revise_expected

shares = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5).map(np.array)


@given(st.floats(1.0, 1e6), st.floats(1.0, 1e6), st.floats(0.01, 3.0))
def test_the_believed_price_moves_toward_the_observed_one_and_never_past_it(
    believed: float, observed: float, speed: float
) -> None:
    revised = revise_expected(np.array([believed]), np.array([observed]), speed)[0]
    assert min(believed, observed) * (1 - 1e-12) <= revised <= max(believed, observed) * (1 + 1e-12)


def test_months_and_quarters_give_the_same_year() -> None:
    believed, observed = np.array([100.0]), np.array([200.0])
    for _ in range(4):
        believed = revise_expected(believed, observed, 0.6, rounds_per_year=4)
    monthly = np.array([100.0])
    for _ in range(12):
        monthly = revise_expected(monthly, observed, 0.6, rounds_per_year=12)
    np.testing.assert_allclose(believed, monthly)
    gap = np.log(observed / believed) / np.log(2.0)
    np.testing.assert_allclose(gap, np.exp(-0.6))


def test_a_price_of_zero_does_not_break_the_logarithm() -> None:
    assert np.isfinite(revise_expected(np.array([0.0]), np.array([0.0]), 0.6)).all()


@given(shares, st.floats(0.0, 1.5))
def test_trust_stays_a_share_and_an_act_takes_its_part_of_what_is_left(
    trust: np.ndarray, loss: float
) -> None:
    left = lose_trust(trust, np.full_like(trust, loss))
    assert ((left >= 0.0) & (left <= trust)).all()
    np.testing.assert_allclose(left, trust * max(0.0, 1.0 - loss))


@given(shares, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_trust_heals_toward_its_rest_and_no_further(
    trust: np.ndarray, rest: float, speed: float, gain: float
) -> None:
    resting, none = np.full_like(trust, rest), np.zeros_like(trust)
    healed = heal_trust(trust, resting, speed, none)
    assert (np.abs(healed - resting) <= np.abs(trust - resting) + 1e-12).all()
    assert (np.sign(healed - trust) * np.sign(resting - trust) >= 0.0).all()
    with_gain = heal_trust(trust, resting, speed, np.full_like(trust, gain))
    assert ((with_gain >= healed - 1e-12) & (with_gain <= 1.0)).all()


def test_two_acts_cost_less_than_their_sum() -> None:
    once = lose_trust(np.array([1.0]), np.array([0.6]))
    twice = lose_trust(lose_trust(np.array([1.0]), np.array([0.3])), np.array([0.3]))
    assert twice[0] == pytest.approx(0.49)
    assert twice > once


def test_learning_weighs_what_was_seen_against_the_first_belief() -> None:
    """Beta-binomial: a belief of 0.15 worth 4 observations, 2 accessions of which 1 was answered."""
    belief = np.array([0.15])
    np.testing.assert_allclose(learn_retaliation(belief, 4.0, np.array([1.0]), 2.0), (0.15 * 4 + 1) / 6)
    np.testing.assert_allclose(learn_retaliation(belief, 4.0, np.array([0.0]), 0.0), belief)
    assert learn_retaliation(belief, 4.0, np.array([0.0]), 3.0) < belief
    assert learn_retaliation(belief, 4.0, np.array([3.0]), 3.0) > belief


@given(shares, st.floats(0.1, 20.0), st.integers(0, 10), st.integers(0, 10))
def test_the_belief_stays_a_probability(
    belief: np.ndarray, weight: float, joined: int, answered: int
) -> None:
    learned = learn_retaliation(
        belief, weight, np.full_like(belief, float(min(answered, joined))), float(joined)
    )
    assert ((learned >= 0.0) & (learned <= 1.0)).all()
