"""The logistic curve in forms that keep their relative precision in both tails."""

from __future__ import annotations

import numpy as np

from world.market.rows import Floats


def logistic(x: Floats) -> Floats:
    """sig(x) = 1 / (1 + e^-x); underflows to 0 below about -709 instead of warning."""
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(-x, 709.0))))


def softplus(x: Floats) -> Floats:
    """ln(1 + e^x), the integral of the logistic."""
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


def logit(share: Floats) -> Floats:
    """Inverse of the logistic, for shares strictly between 0 and 1."""
    return np.asarray(np.log(share) - np.log1p(-share))
