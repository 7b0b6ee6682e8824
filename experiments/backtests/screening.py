"""Which parameters move what cases observe, beyond chance: screening of plays under draws of the prior."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control, rankdata, t

from world.axes import Array

FALSE_SHARE = 0.1
"""Part of the pairs of parameter and observation found that may be there by chance (Benjamini and Hochberg
1995), in each round."""
ROUNDS = 6
"""Most rounds; each looks at what those before left unexplained."""
DRAWS_EACH = 8
"""Least draws for each parameter that an observation is made to follow."""


def moving(score: Array, number: Array) -> Array:
    """(observation, parameter) whether the parameter moves the observation.

    Rank correlations over the draws, of all pairs at once; then again with what is left of each observation
    when the parameters found so far are taken out, until nothing more stands out. A strong parameter hides a
    weak one only until it is found.

    score : (draw, parameter) normal scores of places; number : (observation, draw)
    """
    found = np.zeros((len(number), score.shape[1]), dtype=bool)
    for _ in range(ROUNDS):
        left = np.array([_left(score[:, one], line) for one, line in zip(found, number, strict=True)])
        chance = rank_chance(score, left)
        full = found.sum(axis=1) >= len(score) // DRAWS_EACH
        varied = np.ptp(left, axis=1) > 1e-9
        asked = ~found & varied[:, None]
        if not asked.any():
            break
        more = np.zeros_like(found)
        more[asked] = false_discovery_control(chance[asked]) <= FALSE_SHARE
        more[full] = False
        if not more.any():
            break
        found |= more
    return found


def rank_chance(score: Array, number: Array) -> Array:
    """(observation, parameter) chance of a rank correlation at least as strong where there is none."""
    draws = len(score)
    ranks = [rankdata(one, axis=0) for one in (score, number.T)]
    scaled = [one - one.mean(axis=0) for one in ranks]
    scaled = [one / np.maximum(np.linalg.norm(one, axis=0), 1e-12) for one in scaled]
    agreed = np.clip(scaled[1].T @ scaled[0], -1.0 + 1e-12, 1.0 - 1e-12)
    strength = np.abs(agreed) * np.sqrt((draws - 2) / (1.0 - agreed**2))
    return np.asarray(2.0 * t.sf(strength, draws - 2))


def _left(score: Array, line: Array) -> Array:
    """(draw,) what a straight line in the parameters found leaves of an observation."""
    design = np.column_stack([np.ones(len(line)), score])
    return np.asarray(line - design @ np.linalg.lstsq(design, line, rcond=None)[0])
