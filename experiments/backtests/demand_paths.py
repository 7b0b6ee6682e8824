"""Paths of demand of a case: of the world, and of countries whose own was another."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from experiments.backtests.case_schema import MineralEntry
from experiments.backtests.clock import Clock
from world.axes import Array

YEARS_ON = 30
"""Years beyond the last that a case names for which the world's path follows those of countries."""

Path = Mapping[int, float]
"""Year -> growth of demand in it, as a change of the logarithm; the last year goes on, none before the
first."""


def path_of(entry: MineralEntry, code: str) -> Path:
    """The path of a country: its own where the case gives one, else that of all others."""
    given = entry.growth_of.get(code, entry.growth)
    return {int(year): math.log1p(share) for year, share in sorted(given.items())} or {2000: 0.0}


def growth_in(path: Path, year: int) -> float:
    """Growth along a path in a year: that of the last year named up to it."""
    return next((path[named] for named in sorted(path, reverse=True) if named <= year), 0.0)


def world_path(entry: MineralEntry) -> Path:
    """The path of all demand: what grows fastest weighs more with every year."""
    if not entry.growth_of:
        return path_of(entry, "")
    paths = {code: path_of(entry, code) for code in entry.used}
    level, found = dict(entry.used), {}
    named = [int(year) for given in (entry.growth, *entry.growth_of.values()) for year in given]
    for year in range(min(named), max(named) + YEARS_ON):
        grown = {code: share * math.exp(growth_in(paths[code], year)) for code, share in level.items()}
        found[year] = math.log(sum(grown.values()) / sum(level.values()))
        level = grown
    return found


def levels(entry: MineralEntry, clock: Clock) -> dict[str, Array]:
    """Country -> (round,) its demand along its path, as a share of the world's at the start."""
    months = [clock.first_month + clock.months_a_round * number for number in range(clock.rounds)]
    found = {}
    for code, share in entry.used.items():
        rates = [growth_in(path_of(entry, code), month // 12) for month in months]
        rates[0] = 0.0
        found[code] = share * np.exp(np.cumsum(rates) / clock.rounds_per_year)
    return found
