"""Draws of parameters over the ranges of the table: one set of numbers for all cases."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from world.axes import Array
from world.parameters import Parameter, load_parameters


def draw_parameters(count: int, seed: int) -> list[dict[str, float]]:
    """So many sets of parameters: the defaults first, then a Latin hypercube over all ranges.

    Each parameter lies below its default in half of the draws and above in half, uniformly on either side,
    so that its default is the median of the prior whatever the shape of its range.
    """
    table = list(load_parameters().values())
    sets: list[dict[str, float]] = [{}]
    if count > 1:
        cube = qmc.LatinHypercube(d=len(table), seed=np.random.default_rng(seed)).random(count - 1)
        sets += [_at(table, row) for row in cube]
    return sets


def _at(table: list[Parameter], row: Array) -> dict[str, float]:
    return {
        parameter.name: _quantile(parameter, float(part)) for parameter, part in zip(table, row, strict=True)
    }


def _quantile(parameter: Parameter, part: float) -> float:
    low, middle, high = parameter.low, parameter.default, parameter.high
    below = part < 0.5
    value = low + 2.0 * part * (middle - low) if below else middle + 2.0 * (part - 0.5) * (high - middle)
    return min(max(value, low), high)
