"""Facts about countries on the country axis: size, politics, dependence, potential. Read once, never
changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from world.axes import STAGES, Array, Mask, Whole, scatter
from world.calibration.base import BaseMarket
from world.dataset import Dataset


@dataclass(frozen=True)
class CountryFacts:
    """Axes: (country,) unless said.

    gdp_usd : GDP, USD a round; population : people
    exports_usd, exports_to_leader_share, exports_to_dominant_share : goods exports (USD a round) and where
        they go
    trust_leader, trust_dominant : favourable share of opinion at the start
    affinity : how near it is to the leader by votes in the United Nations and by distance, in spreads over
        all countries but the two great powers, 0 on average
    vote_points : voting position in the United Nations
    potential : resource-potential index over all critical minerals
    investability, governance : 0-1; wacc_share
    mine_permit_years, refinery_permit_years
    reserve_share : (mineral, country) share of known reserves
    mineral_trade_usd : (mineral, country) value of ore and metal that crosses its border, both ways, in the
        base year, USD a round
    economy_stake_usd : the world's mineral trade, shared out by GDP, USD a round
    estranged_from_leader : the leader does not invite it
    first_rung : rung of the ladder held on the eve of the first decisions
    speaks_for : name of the voter (its own code, or its bloc)
    """

    gdp_usd: Array
    population: Array
    exports_usd: Array
    exports_to_leader_share: Array
    exports_to_dominant_share: Array
    trust_leader: Array
    trust_dominant: Array
    affinity: Array
    vote_points: Array
    potential: Array
    investability: Array
    governance: Array
    wacc_share: Array
    mine_permit_years: Array
    refinery_permit_years: Array
    reserve_share: Array
    mineral_trade_usd: Array
    economy_stake_usd: Array
    estranged_from_leader: Mask
    first_rung: Whole
    speaks_for: tuple[str, ...]


VOTING_BLOC = "EU"
"""The bloc whose members' trade policy is one: the Union's treaties make it so."""


def read_country_facts(
    dataset: Dataset, base: BaseMarket, leader: str, dominant: str, eve: str
) -> CountryFacts:
    """Facts toward the two great powers named by the scenario; ``eve`` is the last day that counts for
    memberships.
    """
    countries = dataset.table("countries").set_index("iso3").loc[list(dataset.countries)]

    def column(name: str, missing: float) -> Array:
        values: Array = pd.to_numeric(countries[name]).fillna(missing).to_numpy(float)
        return values

    exports = _goods_exports(dataset) / base.rounds_per_year
    gdp, trade = column("gdp_usd_bn", 1.0) * 1e9 / base.rounds_per_year, _mineral_trade_usd(base)
    return CountryFacts(
        gdp,
        column("population", 0.0),
        exports,
        _toward(dataset, "dependence", "partner", leader, "exports_share", 0.0),
        _toward(dataset, "dependence", "partner", dominant, "exports_share", 0.0),
        _toward(dataset, "favourability", "toward", leader, "favourable_share", 0.45),
        _toward(dataset, "favourability", "toward", dominant, "favourable_share", 0.45),
        _affinity(
            column("un_ideal_point", 0.0),
            base.evidence.distance_km,
            [*map(dataset.countries.index, (leader, dominant))],
        ),
        column("un_ideal_point", 0.0),
        _indexed(dataset.table("resource_potential"), "index", dataset.countries),
        column("investability_index", 0.4),
        column("governance_index", 0.4),
        column("wacc_share", 0.1),
        column("mine_permit_years", 5.0),
        column("refinery_permit_years", 2.0),
        _reserve_shares(dataset),
        trade,
        trade.sum() * gdp / gdp.sum(),
        _estranged(dataset, leader),
        _first_rungs(dataset, eve),
        tuple(
            VOTING_BLOC if iso3 in dataset.blocs.get(VOTING_BLOC, frozenset()) else iso3
            for iso3 in dataset.countries
        ),
    )


def _mineral_trade_usd(base: BaseMarket) -> Array:
    """(mineral, country) exports plus imports of ore and refined metal at base prices."""
    axes, n = base.axes, len(base.axes.countries)
    total = np.zeros((len(axes.minerals), n))
    for stage in range(len(STAGES)):
        sellers, buyers = axes.sellers(stage), axes.buyers(stage)
        abroad = sellers[:, :, None] != buyers[:, None, :]
        value = (
            np.where(abroad, base.lanes(stage).flow_t, 0.0)
            * base.evidence.price_usd_t[:, stage][:, None, None]
        )
        total += scatter(value.sum(axis=2), sellers, n) + scatter(value.sum(axis=1), buyers, n)
    return total


def _goods_exports(dataset: Dataset) -> Array:
    total = dataset.table("goods_trade").groupby("exporter")["trade_usd_m"].sum()
    return np.array([float(total.get(iso3, 0.0)) * 1e6 for iso3 in dataset.countries])


def _toward(dataset: Dataset, table: str, key: str, power: str, column: str, missing: float) -> Array:
    rows = dataset.table(table)
    values = rows[rows[key] == power].set_index("iso3")[column]
    return np.array([float(values.get(iso3, missing)) for iso3 in dataset.countries])


NEXT_DOOR_KM = 100.0
"""Distance added before logs are taken, so that neighbours are not infinitely near."""
MOST_AFFINITY = 2.0
"""Bound of affinity, in spreads (assumption)."""


def _affinity(ideal_point: Array, distance_km: Array, powers: list[int]) -> Array:
    """Nearness to the leader, the first of the powers: that of votes and that of distance, in logs, each
    standardised over all other countries, weigh the same. Nobody counts as nearer or farther than
    ``MOST_AFFINITY`` spreads: what distance tells of agreements it tells of traders far and near, and the one
    neighbour across a common border is beyond what the estimates have seen.
    """
    leader = powers[0]
    votes = -np.abs(ideal_point - ideal_point[leader])
    place = -np.log(distance_km[leader] + NEXT_DOOR_KM)
    found = _standardised(_standardised(votes, powers) + _standardised(place, powers), powers)
    found[powers] = 0.0
    return np.clip(found, -MOST_AFFINITY, MOST_AFFINITY)


def _standardised(values: Array, left_out: list[int]) -> Array:
    others = np.delete(values, left_out)
    return np.asarray((values - others.mean()) / max(float(others.std()), 1e-9))


def _indexed(rows: pd.DataFrame, column: str, countries: tuple[str, ...]) -> Array:
    values = rows.set_index("iso3")[column]
    return np.array([float(values.get(iso3, 0.0)) for iso3 in countries])


def _reserve_shares(dataset: Dataset) -> Array:
    reserves = np.zeros((len(dataset.minerals), len(dataset.countries)))
    for mineral, iso3, tonnes in dataset.table("reserves")[["mineral", "iso3", "reserves_t"]].itertuples(
        index=False
    ):
        if mineral in dataset.minerals and iso3 in dataset.countries and tonnes == tonnes:
            reserves[dataset.minerals.index(mineral), dataset.countries.index(iso3)] = float(tonnes)
    total = reserves.sum(axis=1, keepdims=True)
    shares: Array = np.divide(reserves, total, out=np.zeros_like(reserves), where=total > 0)
    return shares


def _estranged(dataset: Dataset, leader: str) -> Mask:
    table = dataset.table("estrangement")
    estranged = set(table[table["power"] == leader]["iso3"])
    return np.array([iso3 in estranged for iso3 in dataset.countries])


def _first_rungs(dataset: Dataset, eve: str) -> Whole:
    """Highest rung held by ``eve``; a membership of a bloc counts for each of its members."""
    rungs = np.zeros(len(dataset.countries), dtype=np.int64)
    for iso3, rung, date in dataset.table("memberships")[["iso3", "rung", "date"]].itertuples(index=False):
        if str(date)[:10] <= eve:
            for member in dataset.blocs.get(str(iso3), frozenset({str(iso3)})):
                if member in dataset.countries:
                    place = dataset.countries.index(member)
                    rungs[place] = max(int(rungs[place]), int(rung))
    return rungs
