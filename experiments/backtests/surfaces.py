"""What cases observe as a function of the parameters that move it: response surfaces fitted to plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from experiments.backtests.observations import Observed
from world.axes import Array, Mask

FLATTER = 4.0
"""Squared standard errors by which slopes are flattened: what was chosen because it stood out is less steep
than it looks. On draws left out of screening and fit alike, 2 to 8 foretell better than none (assumption)."""
NARROWEST = 2e-3
"""Least width of a band in standard deviations: a band of no width is where a number must be near."""


@dataclass(frozen=True)
class Surfaces:
    """A straight line each in the normal scores of the parameters that move an observation.

    middle, spread, explained : (observation,) number at the defaults, standard deviation of plays about the
    line (shocks, and all that is not in it) with the error of the model, and the part of the variance of
    plays that the line foretells where the play in question was left out of its fit;
    slope : (observation, parameter); low, high, weight : (observation,) as of what was observed
    """

    middle: Array
    slope: Array
    spread: Array
    explained: Array
    low: Array
    high: Array
    weight: Array

    @property
    def follows(self) -> Mask:
        """(observation, parameter) whether the observation follows the parameter."""
        return np.asarray(self.slope != 0.0)

    @property
    def leading(self) -> Mask:
        """(parameter,) whether it moves any observation."""
        return np.asarray(self.follows.any(axis=0))

    def support(self, score: Array) -> Array:
        """(draw,) weighted log chance that a run with these parameters lies in the bands."""
        found = self.middle + score @ self.slope.T
        return np.asarray(log_chance_between(found, self.low, self.high, self.spread) @ self.weight)


def fit_surfaces(score: Array, seen: Observed, moved: Array) -> Surfaces:
    """Fit a line to each observation by least squares over all plays.

    score : (draw, parameter) normal scores; moved : (observation, parameter) what it may follow
    """
    number = seen.filled()
    middle, slope = np.zeros(len(number)), np.zeros(moved.shape)
    spread, explained = np.zeros(len(number)), np.zeros(len(number))
    for place, (line, of_line) in enumerate(zip(number, moved, strict=True)):
        design = np.column_stack([np.ones(len(line)), score[:, of_line]])
        inverse = np.linalg.pinv(design)
        middle[place], *found = inverse @ line
        left = line - design @ (inverse @ line)
        slope[place, of_line] = flattened(np.array(found), left, inverse[1:])
        missed = left / (1.0 - np.minimum(np.einsum("ij,ji->i", design, inverse), 0.99))
        spread[place] = float(np.sqrt(np.mean(missed**2)))
        explained[place] = max(0.0, 1.0 - float(np.mean(missed**2)) / max(float(line.var()), 1e-12))
    spread = np.sqrt(np.maximum(spread, 1e-6) ** 2 + seen.beyond() ** 2)
    return Surfaces(middle, slope, spread, explained, seen.low, seen.high, seen.weight)


def flattened(slope: Array, missed: Array, inverse: Array) -> Array:
    """Slopes of a line that are nearer to zero the less certain they are (after James and Stein 1961).

    slope : (parameter,) by least squares; missed : (play,) what the line misses; inverse : (parameter, play)
    """
    freedom = max(len(missed) - len(slope) - 1, 1)
    variance = np.sum(missed**2) / freedom * np.sum(inverse**2, axis=1)
    return np.asarray(slope * np.maximum(0.0, 1.0 - FLATTER * variance / np.maximum(slope**2, 1e-300)))


def log_chance_between(middle: Array, low: Array, high: Array, spread: Array) -> Array:
    """Log of the chance that a normal number lies between two ends; does not underflow far away."""
    least, most = (low - middle) / spread, (high - middle) / spread
    wider = np.maximum(NARROWEST - (most - least), 0.0) / 2.0
    least, most = least - wider, most + wider
    turned = least + most > 0.0  # into the lower tail, where digits are not lost
    least, most = np.where(turned, -most, least), np.where(turned, -least, most)
    upper = log_ndtr(most)
    return np.asarray(upper + np.log1p(-np.exp(np.minimum(log_ndtr(least) - upper, -1e-12))))
