"""The axes of every array: which mineral, country, seller and user stands where.

Only active sellers are unknowns of the market, so each mineral has its own short lists of ore sellers,
refined sellers and users, padded to common lengths; ``-1`` marks padding. Country arrays run over all
countries, rest of world (ROW) last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
Kind = TypeVar("Kind", np.float64, np.int64, np.bool_)

STAGES = ("ore", "refined", "component")
ORE, REFINED, COMPONENT = 0, 1, 2
REST_OF_WORLD = "ROW"


@dataclass(frozen=True)
class Axes:
    """Names and positions.

    ore_sellers : (mineral, I) int, country position of each ore seller, -1 padding
    refiners : (mineral, J) int, of each seller of refined metal
    users : (mineral, K) int, of each user of refined metal: first use outside components, reserves
    component_makers : (mineral, C) int, of each maker of components (magnets, cathodes, anodes); a mineral
        without components has none
    final_users : (mineral, F) int, of each country where goods with these components are made or used
    """

    minerals: tuple[str, ...]
    countries: tuple[str, ...]
    ore_sellers: Whole
    refiners: Whole
    users: Whole
    component_makers: Whole
    final_users: Whole

    def country(self, iso3: str) -> int:
        """Position of a country."""
        return self.countries.index(iso3)

    def mineral(self, name: str) -> int:
        """Position of a mineral."""
        return self.minerals.index(name)

    def sellers(self, stage: int) -> Whole:
        """(mineral, width) positions of the sellers of a stage."""
        return (self.ore_sellers, self.refiners, self.component_makers)[stage]

    def makers_next(self, stage: int) -> Whole:
        """(mineral, width) positions of those who buy at a stage to make the good of the next; width 0 at the
        last stage."""
        return self.sellers(stage + 1) if stage + 1 < len(STAGES) else self.sellers(stage)[:, :0]

    def users_of(self, stage: int) -> Whole:
        """(mineral, width) positions of the users of a stage's good."""
        return (self.users[:, :0], self.users, self.final_users)[stage]

    def purchasers(self, stage: int) -> Whole:
        """(mineral, width) positions of the countries that buy at a stage, each once, whatever for."""
        return (self.refiners, self.users, self.final_users)[stage]

    def buyers(self, stage: int) -> Whole:
        """(mineral, width) positions of the buyers of a stage: makers of the next good, then users."""
        return np.concatenate([self.makers_next(stage), self.users_of(stage)], axis=1)


def pad_positions(lists: Sequence[Sequence[int]]) -> Whole:
    """(mineral, longest) positions, padded with -1."""
    width = max(1, max(len(positions) for positions in lists))
    padded = np.full((len(lists), width), -1, dtype=np.int64)
    for row, positions in enumerate(lists):
        padded[row, : len(positions)] = positions
    return padded


def gather(country_values: Array, positions: Whole, padding: float = 0.0) -> Array:
    """Values of countries at ``positions``: (mineral, country) or (country,) -> (mineral, width); padding
    gets ``padding``.
    """
    index = np.maximum(positions, 0)
    if country_values.ndim == 1:
        values = country_values[index]
    else:
        values = np.take_along_axis(country_values, index, axis=1)
    gathered: Array = np.where(positions >= 0, values, padding)
    return gathered


def gather_pairs(matrix: Array, sellers: Whole, buyers: Whole, padding: float = 0.0) -> Array:
    """Values of country pairs: (country, country) or (mineral, country, country) -> (mineral, seller,
    buyer).
    """
    gathered: Array = np.empty((*sellers.shape, buyers.shape[1]))
    if not any(matrix.strides):  # one number seen everywhere
        gathered[...] = matrix[(0,) * matrix.ndim]
    else:
        rows, columns = np.maximum(sellers, 0), np.maximum(buyers, 0)
        for mineral, found in enumerate(gathered):
            values = matrix if matrix.ndim == 2 else matrix[mineral]
            found[...] = values.take(rows[mineral], axis=0).take(columns[mineral], axis=1)
    gathered[sellers < 0] = padding
    np.copyto(gathered, padding, where=(buyers < 0)[:, None, :])
    return gathered


def in_order(values: NDArray[Kind], places: Whole) -> NDArray[Kind]:
    """Values (row, ..., width) at the ``places`` (row, place) of their last axis: (row, ..., place)."""
    found = np.empty((*values.shape[:-1], places.shape[1]), dtype=values.dtype)
    for given, at, ordered in zip(values, places, found, strict=True):
        given.take(at, axis=-1, out=ordered, mode="clip")  # "raise" would go through a buffer
    return found


def scatter(values: Array, positions: Whole, countries: int) -> Array:
    """Sum of (row, width) values at their countries: (row, country). The reverse of :func:`gather`."""
    return scattering(positions, countries)(values)


def scattering(positions: Whole, countries: int) -> Callable[[Array], Array]:
    """:func:`scatter` to these positions, for values of several kinds."""
    rows, here = len(positions), positions >= 0
    at = (np.arange(rows)[:, None] * countries + np.where(here, positions, 0)).ravel()

    def sums(values: Array) -> Array:
        total = np.bincount(at, np.where(here, values, 0.0).ravel(), rows * countries)
        return np.asarray(total, dtype=np.float64).reshape(rows, countries)

    return sums
