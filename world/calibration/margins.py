"""What was mined, refined and used in the base year, country by country, after the closing rows of the
``balance`` table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from world.axes import Array
from world.calibration.components import component_input_t, read_components
from world.dataset import Dataset


@dataclass(frozen=True)
class Margins:
    """Base-year quantities, tonnes a round; axes (mineral, country) unless said.

    ore_feed_t : secondary or unreported ore put in by holders, less ore used outside the chain (may be
        negative)
    recovery : (mineral,) refined tonnes per tonne of ore fed to refineries
    component_input_t : metal that goes into components, part of ``use_t``; component_recovery : (mineral,)
    final_need_t : metal in the components that end up in each country
    known_capacity_t : form of output -> tonnes of output a round that plants could make, NaN where unknown
    stock_build_t : refined metal put into stock in the base year, demand that runs off afterwards
    """

    mined_t: Array
    ore_feed_t: Array
    converted_t: Array
    primary_t: Array
    refined_feed_t: Array
    use_t: Array
    stock_build_t: Array
    recovery: Array
    component_input_t: Array
    component_recovery: Array
    final_need_t: Array
    known_capacity_t: Mapping[str, Array]

    @property
    def component_supply_t(self) -> Array:
        """Components made by each country, tonnes contained."""
        return self.component_recovery[:, None] * self.component_input_t

    @property
    def direct_use_t(self) -> Array:
        """First use of metal outside components."""
        return self.use_t - self.component_input_t

    @property
    def ore_supply_t(self) -> Array:
        """Ore offered by each country."""
        return self.mined_t + self.ore_feed_t

    @property
    def ore_use_t(self) -> Array:
        """Ore fed to the refineries of each country."""
        return self.converted_t / self.recovery[:, None]

    @property
    def refined_supply_t(self) -> Array:
        """Refined metal offered by each country."""
        return self.converted_t + self.primary_t + self.refined_feed_t

    @property
    def purchases_t(self) -> Array:
        """Refined metal bought by each country: first use and stock building."""
        return self.use_t + self.stock_build_t


def read_margins(dataset: Dataset, rounds_per_year: int = 4) -> Margins:
    """Margins of the base year from the tables ``production``, ``first_use`` and ``balance``."""
    grid = _Grid(dataset, rounds_per_year)
    production, balance = dataset.table("production"), dataset.table("balance")
    mined = grid.sum(production[production["form"] == "mined"], "output_t_year")
    converted = grid.sum(production[production["form"] == "converted"], "output_t_year")
    primary = grid.sum(production[production["form"] == "primary"], "output_t_year")

    def closing(kind: str, stage: str) -> Array:
        return grid.sum(balance[(balance["kind"] == kind) & (balance["stage"] == stage)], "tonnes_year")

    ore_feed = closing("secondary_feed", "ore") + closing("statistical", "ore") - closing("other_use", "ore")
    refined_feed = closing("secondary_feed", "refined") + closing("statistical", "refined")
    use = grid.sum(dataset.table("first_use"), "use_t_year") + closing("unreported_use", "refined")
    ore_total = (mined + ore_feed).sum(axis=1)
    recovery = np.where(ore_total > 0, converted.sum(axis=1) / np.where(ore_total > 0, ore_total, 1.0), 1.0)
    components = read_components(dataset)
    put_in = component_input_t(use, components.share_of_first_use)
    made = (components.recovery[:, None] * put_in).sum(axis=1, keepdims=True)
    return Margins(
        mined,
        ore_feed,
        converted,
        primary,
        refined_feed,
        use,
        closing("stock_build", "refined"),
        np.where(recovery > 0, recovery, 1.0),
        put_in,
        components.recovery,
        final_demand_share(dataset) * made,
        {form: _known_capacity_t(grid, production, form) for form in ("mined", "converted", "primary")},
    )


def _known_capacity_t(grid: _Grid, production: pd.DataFrame, form: str) -> Array:
    """(mineral, country) capacity where the table has a figure, NaN elsewhere."""
    rows = production[(production["form"] == form) & production["capacity_t_year"].notna()]
    capacity = grid.sum(rows, "capacity_t_year")
    return np.where(capacity > 0, capacity, np.nan)


def final_demand_share(dataset: Dataset) -> Array:
    """(mineral, country) share of each country in the final demand of goods that hold the mineral."""
    shares = np.zeros((len(dataset.minerals), len(dataset.countries)))
    for mineral, iso3, share in dataset.table("final_demand")[["mineral", "iso3", "share"]].itertuples(
        index=False
    ):
        if mineral in dataset.minerals and iso3 in dataset.countries:
            shares[dataset.minerals.index(mineral), dataset.countries.index(iso3)] += float(share)
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300))


class _Grid:
    """Sums table rows onto (mineral, country); codes outside the country list (``*``) are left out."""

    def __init__(self, dataset: Dataset, rounds_per_year: int) -> None:
        self._minerals = {name: position for position, name in enumerate(dataset.minerals)}
        self._countries = {iso3: position for position, iso3 in enumerate(dataset.countries)}
        self._rounds = rounds_per_year

    def sum(self, rows: object, column: str) -> Array:
        import pandas as pd

        assert isinstance(rows, pd.DataFrame)
        total = np.zeros((len(self._minerals), len(self._countries)))
        for mineral, iso3, tonnes in zip(rows["mineral"], rows["iso3"], rows[column], strict=True):
            if mineral in self._minerals and iso3 in self._countries:
                total[self._minerals[mineral], self._countries[iso3]] += float(tonnes) / self._rounds
        return total
