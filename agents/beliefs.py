"""How beliefs, trust and expectations are revised. Pure functions on arrays: numpy in, numpy out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.adjustment import part_moved

Array = NDArray[np.float64]


def revise_expected(believed: Array, observed: Array, speed_year: float, rounds_per_year: int = 4) -> Array:
    """Adaptive expectations in logs: the believed price moves toward the observed one at ``speed_year``."""
    weight = part_moved(speed_year, rounds_per_year)
    before, seen = np.log(np.maximum(believed, 1e-9)), np.log(np.maximum(observed, 1e-9))
    return np.asarray(np.exp((1.0 - weight) * before + weight * seen))


MOST_TREND = 1.0
"""Largest change of price within a quarter, in log points, that anybody expects to be repeated
(assumption)."""


def extrapolate(
    usual: Array, last: Array, before: Array, trend_share: Array | float, trend_response: float
) -> Array:
    """Price that holders of stocks reckon with: a mean, in logs, of what they are used to and of the last
    price carried on by a part of its change over a quarter (regressive and extrapolative expectations
    together, Frankel and Froot 1990).

    usual, last, before : prices of some years, of the last round and of a quarter before it, any shape
    """
    low = 1e-9
    trend = np.clip(np.log(np.maximum(last, low) / np.maximum(before, low)), -MOST_TREND, MOST_TREND)
    carried_on = np.log(np.maximum(last, low)) + trend_response * trend
    return np.asarray(np.exp((1.0 - trend_share) * np.log(np.maximum(usual, low)) + trend_share * carried_on))


def heal_trust(
    trust: Array, resting: Array, healing_year: float, gain_year: Array, rounds_per_year: int = 4
) -> Array:
    """Trust returns slowly to its resting level and grows with cooperation; it stays within 0-1."""
    weight = part_moved(healing_year, rounds_per_year)
    moved = trust + weight * (resting - trust) + gain_year / rounds_per_year * (1.0 - trust)
    return np.asarray(np.clip(moved, 0.0, 1.0))


def lose_trust(trust: Array, loss: Array) -> Array:
    """An act takes a share of the trust that is left: T' = T (1 - loss)."""
    return np.asarray(np.clip(trust * (1.0 - np.clip(loss, 0.0, 1.0)), 0.0, 1.0))


def learn_retaliation(belief: Array, prior_weight: float, answered: Array, joined: float) -> Array:
    """Beta-binomial step: ``joined`` accessions were seen this round, ``answered`` of them drew a control.

    A belief worth ``prior_weight`` observations moves toward what befell others.
    """
    if joined <= 0:
        return belief
    learned = (belief * prior_weight + answered) / (prior_weight + joined)
    return np.asarray(np.clip(learned, 0.0, 1.0))
