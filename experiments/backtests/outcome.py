"""What one run of a case left behind: its result tables, by round, country, good and book."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from experiments.backtests.clock import Clock
from world.axes import Array
from world.policy.measures import Measure
from world.scenario import Scenario

Good = tuple[str, str]
"""Mineral and stage."""


@dataclass(frozen=True)
class Outcome:
    """The tables of a run (see ``world.records.schema``), with the scenario that was played.

    demand : mineral -> country -> (round,) demand along its path, as a share of the world's at the start
    gdp_usd_bn, vat_share : country -> its GDP, its rate of value-added tax
    sector_share : mineral -> sector -> part of use that goes there
    groups : every name that a measure may use for countries, with its members
    """

    tables: Mapping[str, pd.DataFrame]
    scenario: Scenario
    clock: Clock
    demand: Mapping[str, Mapping[str, Array]]
    groups: Mapping[str, frozenset[str]]
    gdp_usd_bn: Mapping[str, float]
    vat_share: Mapping[str, float]
    sector_share: Mapping[str, Mapping[str, float]]
    _found: dict[tuple[str, tuple[Good, ...]], pd.DataFrame] = field(default_factory=dict, repr=False)

    def rows(self, table: str, goods: tuple[Good, ...]) -> pd.DataFrame:
        """Rows of a table on some goods."""
        if (table, goods) not in self._found:
            rows = self.tables[table]
            named = list(zip(rows["mineral"], rows["stage"], strict=True))
            wanted = np.array([good in goods for good in named], dtype=bool)
            self._found[table, goods] = rows[wanted]
        return self._found[table, goods]

    def total(self, rows: pd.DataFrame, column: str) -> Array:
        """(round,) sum of a column; nothing where there are no rows."""
        found = np.zeros(self.clock.rounds)
        np.add.at(found, rows["round"].to_numpy(int), np.nan_to_num(rows[column].to_numpy(float)))
        return found

    def mean(self, rows: pd.DataFrame, column: str, weight: str) -> Array:
        """(round,) mean of a column by weight; NaN where nothing weighs."""
        value, by = rows[column].to_numpy(float), np.nan_to_num(rows[weight].to_numpy(float))
        known = np.isfinite(value) & (by > 0)
        top, bottom = np.zeros(self.clock.rounds), np.zeros(self.clock.rounds)
        at = rows["round"].to_numpy(int)[known]
        np.add.at(top, at, value[known] * by[known])
        np.add.at(bottom, at, by[known])
        return ratio(top, bottom)

    def of(self, rows: pd.DataFrame, column: str, members: Collection[str]) -> pd.DataFrame:
        """Rows whose country in a column is among some."""
        return rows[rows[column].isin(members)]

    def measures(self, instruments: Collection[str], actors: Collection[str], good: Good) -> list[Measure]:
        """Measures of the run of some instruments by some actors on a good."""
        return [
            measure
            for measure in self.scenario.measures
            if measure.instrument in instruments
            and (measure.actor in actors or self.groups.get(measure.actor, frozenset()) & set(actors))
            and {good[0], "*"} & set(measure.minerals)
            and {good[1], "*"} & set(measure.stages)
        ]

    def aims_at(self, measure: Measure, code: str) -> bool:
        """Whether a measure is aimed at a country."""
        return any(
            name in ("*", code) or code in self.groups.get(name, frozenset()) for name in measure.targets
        )

    def in_force(self, measure: Measure) -> Array:
        """(round,) part of each round on which a measure is in force, truces aside."""
        share = self.scenario.run.clock.share_in_force
        return np.array([share(measure, number) for number in range(self.clock.rounds)])


def ratio(top: Array, bottom: Array) -> Array:
    """Ratio, NaN where the bottom is not above zero."""
    return np.asarray(np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0))
