"""How much of a year's response of use to a price comes at once."""

from __future__ import annotations

import math

import numpy as np

from world.axes import Array

LEAST_PART = 0.2
"""Part of the year's elasticity that comes at once at the least (assumption): where thrift is fast the rest
would come to nothing, and no use is wholly deaf."""


def elasticity_at_once(annual: Array, long_run: Array, speed_year: float) -> Array:
    """(...,) elasticity of use within a round, from that of a year's mean use to a year's mean price.

    Short-run elasticities are estimated from years, as the tables say. Thrift closes the gap to the long run
    at ``speed_year`` and so has, in the mean of the first year, closed 1 - (1 - exp(-k)) / k of it; what is
    left of the year's response comes at once. Taking a year's elasticity for a quarter's would count that
    part twice. Derived; the form is the partial adjustment of Nerlove (1958).
    """
    closed = 1.0 - (1.0 - math.exp(-speed_year)) / speed_year if speed_year > 0 else 0.0
    left = (annual - closed * np.maximum(long_run, annual)) / (1.0 - closed)
    return np.asarray(np.maximum(left, LEAST_PART * annual))
