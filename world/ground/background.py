"""The background of a run on its axes: growth of demand, volatility, long-run elasticities, a subset of
minerals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from world.axes import Array, Axes
from world.clock import Clock
from world.dataset import Dataset

RECORD = "record"
"""Rows of ``demand_growth`` with what is known to have happened: the path is no forecast."""


@dataclass(frozen=True)
class Volatility:
    """Spread and persistence of shocks: demand_sd, persistence_share (mineral,); output_sd (mineral,
    country) of mines.
    """

    demand_sd: Array
    persistence_share: Array
    output_sd: Array


def restrict_minerals(dataset: Dataset, wanted: Sequence[str]) -> Dataset:
    """The data set with only some minerals; ``*`` keeps all."""
    if "*" in wanted:
        return dataset
    kept = tuple(mineral for mineral in dataset.minerals if mineral in wanted)

    def rows(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["mineral"].isin([*kept, "*"])] if "mineral" in table.columns else table

    tables = {name: rows(table) for name, table in dataset._tables.items()}
    return replace(dataset, minerals=kept, _tables=tables)


def read_demand_growth(dataset: Dataset, scenario: str, clock: Clock, rounds: int) -> Array:
    """(round, mineral) growth of demand a year along the path; the last period goes on beyond its end."""
    table = dataset.table("demand_growth")
    path = table[table["scenario"] == scenario]
    growth = np.zeros((rounds, len(dataset.minerals)))
    for place, mineral in enumerate(dataset.minerals):
        growth[:, place] = _along(path[path["mineral"] == mineral], clock, rounds)
    return growth


def read_expected_growth(dataset: Dataset, clock: Clock, growth: Array) -> Array:
    """(round, mineral) growth of demand that everyone expects in a round, a year.

    growth : (round, mineral) along the path. A path that is published is known to all. Where it is what
        happened (``RECORD``), what is expected is what demand grew by in the year before, on the eve as
        later; where that year is not on record, in the first year of the run.
    """
    table = dataset.table("demand_growth")
    record = table[table["scenario"] == RECORD]
    if record.empty:
        return growth
    years = np.array([clock.first_day(round_).year for round_ in range(len(growth))])
    expected = growth[np.searchsorted(years, years - 1)]
    before = Clock(4, f"{years[0] - 1}-Q1")
    for mineral, path in record.groupby("mineral"):
        if path["from_year"].min() < years[0] - 1:
            known = _along(path, before, 1)[0]
            expected[years == years[0], dataset.minerals.index(str(mineral))] = known
    return np.asarray(expected)


def read_growth_apart(dataset: Dataset, growth: Array, clock: Clock) -> Array:
    """(round, mineral, country) growth of demand of countries with a path of their own less the world's
    ``growth`` (round, mineral), a year; 0 for all others, (round, 1, 1) of it where no country has one."""
    table = dataset.table("demand_by_country")
    if table.empty:
        return np.zeros((len(growth), 1, 1))
    apart = np.zeros((*growth.shape, len(dataset.countries)))
    for (mineral, iso3), path in table.groupby(["mineral", "iso3"]):
        place, country = dataset.minerals.index(str(mineral)), dataset.countries.index(str(iso3))
        apart[:, place, country] = _along(path, clock, len(growth)) - growth[:, place]
    return apart


def _along(path: pd.DataFrame, clock: Clock, rounds: int) -> Array:
    """(round,) growth a year along the periods of a path."""
    known = path.sort_values("from_year")[["from_year", "to_year", "growth_share_year"]]
    periods = known.to_numpy(float).tolist() or [[0.0, 0.0, 0.0]]
    years = [clock.first_day(round_).year for round_ in range(rounds)]
    return np.array(
        [
            next((share for since, until, share in periods if since < year <= until), periods[-1][2])
            for year in years
        ]
    )


def read_volatility(dataset: Dataset, axes: Axes) -> Volatility:
    """Spread of demand shocks and of mine output by country (the row ``*`` of a mineral for those without
    one).
    """
    table = dataset.table("volatility").set_index("mineral").loc[list(axes.minerals)]
    outages = dataset.table("outages")
    spread = np.zeros((len(axes.minerals), len(axes.countries)))
    for every in (True, False):
        for mineral, iso3, deviation in outages[["mineral", "iso3", "output_sd"]].itertuples(index=False):
            if (iso3 == "*") == every and mineral in axes.minerals and (every or iso3 in axes.countries):
                where = slice(None) if every else axes.country(str(iso3))
                spread[axes.mineral(str(mineral)), where] = float(deviation)
    return Volatility(
        table["demand_sd"].to_numpy(float),
        table["shock_persistence"].to_numpy(float),
        # the spread of yearly changes of a stationary level x with persistence r is s sqrt(2 (1 - r));
        # reporting gaps and revisions widen the published figures, so that s is bounded
        np.minimum(spread / np.sqrt(2.0 * (1.0 - table["shock_persistence"].to_numpy(float)))[:, None], 0.25),
    )


def read_elasticity(dataset: Dataset, kind: str) -> Array:
    """(mineral,) price elasticity of a kind, positive; NaN where the table has no row of it."""
    table = dataset.table("elasticities")
    rows = table[table["kind"] == kind].set_index("mineral")["mid"]
    return np.array([float(rows.get(mineral, np.nan)) for mineral in dataset.minerals])


def read_sector_shares(dataset: Dataset) -> dict[str, Array]:
    """Sector -> (mineral,) share of world use."""
    table = dataset.table("end_use").pivot_table(index="mineral", columns="sector", values="share")
    shares = table.reindex(list(dataset.minerals)).fillna(0.0)
    return {str(sector): shares[sector].to_numpy(float) for sector in shares.columns}


def read_goods_trade(dataset: Dataset) -> Array:
    """(country, country) goods trade, exporter by importer, million USD a year."""
    table, countries = dataset.table("goods_trade"), pd.Index(dataset.countries)
    exporter, importer = (countries.get_indexer(pd.Index(table[who])) for who in ("exporter", "importer"))
    known = (exporter >= 0) & (importer >= 0)
    trade = np.zeros((len(countries), len(countries)))
    np.add.at(trade, (exporter[known], importer[known]), table["trade_usd_m"].to_numpy(float)[known])
    return trade


def stop_loss_usd(
    need_t: Array,
    theirs_share: Array,
    price_usd_t: Array,
    elasticity: Array,
    backstop_ratio: Array,
    weight: Array,
) -> Array:
    """(mineral, country) loss a round if the dominant refiner stopped supplying, by what is lost under
    inverse demand.

    need_t : (mineral, country) need; theirs_share : (mineral, country) part of it that comes from there. A
        share f of use is lost: loss = P0 need x area under (q)^(-1/eps) from 1 - f to 1, the price capped at
        the backstop.
    weight : (mineral,) share of the stake that counts. Rationing value: an upper bound, since others would
        expand.
    """
    left = np.clip(1.0 - theirs_share, 1e-6, 1.0)
    bend = backstop_ratio[:, None] ** (-elasticity[:, None])
    power = 1.0 - 1.0 / elasticity[:, None]
    upper = np.maximum(left, bend)
    area = (1.0 - upper**power) / power + backstop_ratio[:, None] * np.maximum(bend - left, 0.0)
    return np.asarray(weight[:, None] * price_usd_t[:, None] * need_t * area)
