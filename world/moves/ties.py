"""What voters are to each other by trade: who follows whom is asked of every pair at every review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from world.axes import Array, Mask, Whole


@dataclass(frozen=True)
class Ties:
    """Goods trade of voters, both ways, USD a year; a bloc counts as one.

    voters : their names, in order; places : (country,) row of the voter that speaks for a country, -1 none
    between_usd : (voter, voter); abroad_usd : (voter,) trade with all other voters and with the rest
    """

    voters: tuple[str, ...]
    places: Whole
    between_usd: Array
    abroad_usd: Array

    def followers(self, voter: str, least_share: float) -> Mask:
        """(voter,) those of whose trade abroad at least this share is with ``voter``, itself left out."""
        place = self.voters.index(voter)
        tied: Mask = self.between_usd[:, place] >= least_share * np.maximum(self.abroad_usd, 1.0)
        tied[place] = False
        return tied


def ties_of(places: Mapping[str, tuple[int, ...]], trade_usd: Array) -> Ties:
    """The ties of voters and the countries they speak for; trade_usd : (country, country)."""
    row = np.full(len(trade_usd), -1, dtype=np.int64)
    for number, countries in enumerate(places.values()):
        row[list(countries)] = number
    belongs = (row == np.arange(len(places))[:, None]).astype(float)
    both = trade_usd + trade_usd.T
    between = belongs @ both @ belongs.T
    return Ties(tuple(places), row, between, belongs @ both.sum(axis=1) - np.diag(between))


def highest(values: Whole, ties: Ties) -> Whole:
    """(voter,) highest of the values (country,) of the countries that a voter speaks for."""
    found = np.full(len(ties.voters), np.iinfo(np.int64).min)
    np.maximum.at(found, ties.places[ties.places >= 0], values[ties.places >= 0])
    return found
