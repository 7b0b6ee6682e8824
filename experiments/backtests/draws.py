"""Draws of parameters: over the ranges of the table (the prior), or fitted to history (the ensemble).

The prior, one rule for all parameters: a range with a default is read as a default that is likeliest and ends
that are hardly so, chances falling in a straight line from the one to the others (triangles, as where experts
state a middle and two ends; assumption). So nine tenths of draws lie in the inner 68% of a range.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from experiments.backtests.case import CaseError
from world.axes import Array
from world.parameters import Parameter, load_parameters

ENSEMBLE = Path(__file__).parents[1] / "cases" / "ensemble.csv"
"""Sets of parameters fitted to all cases at once by ``calibrate``; a line each."""


def draw_parameters(count: int, seed: int) -> list[dict[str, float]]:
    """So many sets of parameters from the prior: the defaults first."""
    return [{}, *parameters_at(draw_places(count, seed)[1:])]


def draw_places(count: int, seed: int) -> Array:
    """(draw, parameter) places in the ranges, 0 to 1: the defaults (one half) first,
    then a Latin hypercube."""
    width = len(load_parameters())
    first = np.full((1, width), 0.5)
    if count < 2:
        return first
    cube = qmc.LatinHypercube(d=width, seed=np.random.default_rng(seed)).random(count - 1)
    return np.vstack([first, cube])


def parameters_at(places: Array) -> list[dict[str, float]]:
    """Sets of parameters at (draw, parameter) places.

    The lower half of places lies below a parameter's default and the upper half above, so that the default is
    the median of the prior whatever the shape of the range.
    """
    table = list(load_parameters().values())
    return [
        {one.name: _quantile(one, float(place)) for one, place in zip(table, row, strict=True)}
        for row in places
    ]


def _quantile(parameter: Parameter, place: float) -> float:
    """Where a triangle on either side of the default has so much of the prior below it."""
    low, middle, high = parameter.low, parameter.default, parameter.high
    if place < 0.5:
        value = low + math.sqrt(2.0 * place) * (middle - low)
    else:
        value = high - math.sqrt(2.0 * (1.0 - place)) * (high - middle)
    return min(max(value, low), high)


def write_ensemble(sets: Sequence[Mapping[str, float]], path: Path) -> None:
    """Write sets of parameters, a line a set. Raises ``CaseError``."""
    names = list(load_parameters())
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(names)
            rows.writerows([one[name] for name in names] for one in sets)
    except OSError as error:
        raise CaseError(f"{path}: cannot be written: {error.strerror or error}") from None


def read_ensemble(path: Path = ENSEMBLE) -> list[dict[str, float]]:
    """The sets of a file of ``write_ensemble``; a parameter that it does not name keeps its default.

    Raises
    ------
    CaseError
        If it cannot be read, names no parameter, or a value lies outside its range: row and column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(rows) < 2:
        raise CaseError(f"{path}: no rows, allowed: names of parameters, then a line a set")
    names, *lines = rows
    table = load_parameters()
    unknown = [name for name in names if name not in table]
    if unknown:
        raise CaseError(f"{path}, row 1: unknown parameter {unknown[0]!r}; play calibrate again")
    return [
        {
            name: _within(table[name], cell, f"{path}, row {line}")
            for name, cell in zip(names, cells, strict=False)
        }
        for line, cells in enumerate(lines, 2)
    ]


def fitted(count: int) -> list[dict[str, float]]:
    """So many sets of the ensemble, its first ones again after its last: as seeds of shocks go on, no two
    draws are the same. Raises ``CaseError`` if it cannot be read.
    """
    sets = read_ensemble()
    return [sets[number % len(sets)] for number in range(count)]


def _within(parameter: Parameter, cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not parameter.low <= value <= parameter.high:
        allowed = f"{parameter.low:g} to {parameter.high:g}"
        raise CaseError(f"{where}, column {parameter.name}: given {cell!r}, allowed: {allowed}")
    return value
