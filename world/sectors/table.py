"""The sectors that use minerals: what each makes, what it is worth where, and what it needs of each mineral.

The need of a sector in a country is its part of the mineral's use in the world (end_use) spread by the
sector's activity, fitted to both margins: what sectors use in the world, and what the market says that all of
them use in each country. So the sectors of a country add up to its use, and the base year stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import COMPONENT, REFINED, Array, Axes, Mask, scatter
from world.calibration.base import BaseMarket
from world.calibration.gravity import balance_flows
from world.dataset import Dataset
from world.ground.background import read_sector_shares

ELSEWHERE = 1e-6
"""A country without activity that uses the mineral all the same has this part of the world's, by use."""


@dataclass(frozen=True)
class Sectors:
    """Axes: m mineral, s sector, n country; a round unless said.

    price_usd, assembly_share, cover : (s,) of a product; part of its price that components go into; usual
        parts in rounds of need
    value_usd : (s, n) value added; activity_share : (s, n) of the world's
    need_t : (m, s, n) in the base year; made_of : stage -> (m, s) whether it is needed as the good of that
        stage; exposed_share, intensity_t : (m, s) part of output that needs it; tonnes in a product, mean
    """

    names: tuple[str, ...]
    price_usd: Array
    assembly_share: Array
    cover: Array
    value_usd: Array
    activity_share: Array
    need_t: Array
    made_of: dict[int, Mask]
    exposed_share: Array
    intensity_t: Array


def read_sectors(dataset: Dataset, base: BaseMarket, final_use: Array) -> Sectors:
    """Sectors of the data set; none where it has no table of them."""
    table, axes = dataset.table("sectors"), base.axes
    names, a_year = tuple(map(str, table["sector"])), base.rounds_per_year
    activity = _activity(dataset, names)
    exposed, made_of = _inputs(dataset, names)
    shares = read_sector_shares(dataset)
    part = (
        np.stack([shares.get(name, np.zeros(len(axes.minerals))) for name in names], 1) if names else exposed
    )
    country_t = {
        stage: use_by_country_t(
            base.axes, final_use, stage, base.buyer_use_t(stage)[:, axes.makers_next(stage).shape[1] :]
        )
        for stage in made_of
    }
    need = np.zeros((*part.shape, len(axes.countries)))
    for stage, mask in made_of.items():
        need += _spread_t(np.where(mask, part, 0.0), activity, country_t[stage])
    made, price, added = (
        table[name].to_numpy(float) for name in ("output_year", "price_usd", "value_added_share")
    )
    return Sectors(
        names,
        price,
        table["assembly_share"].to_numpy(float),
        table["parts_days"].to_numpy(float) * a_year / 365.0,
        (made * price * added)[:, None] * activity / a_year,
        activity,
        need,
        made_of,
        exposed,
        need.sum(axis=2) / (made / a_year)[None, :],
    )


def use_by_country_t(axes: Axes, final_use: Array, stage: int, users: Array) -> Array:
    """(m, n) tonnes of users (m, user) of a stage at the countries where their goods end up."""
    if stage == COMPONENT:
        return scatter(users, axes.final_users, len(axes.countries))
    return np.asarray(np.einsum("mnk,mk->mn", final_use, users))


def _activity(dataset: Dataset, names: tuple[str, ...]) -> Array:
    share = np.zeros((len(names), len(dataset.countries)))
    table = dataset.table("sector_activity")[["sector", "iso3", "share"]]
    for sector, iso3, part in table.itertuples(index=False):
        share[names.index(str(sector)), dataset.countries.index(str(iso3))] = part
    return share


def _inputs(dataset: Dataset, names: tuple[str, ...]) -> tuple[Array, dict[int, Mask]]:
    """(m, s) exposed shares, and stage -> (m, s) what is needed as the good of it."""
    exposed = np.zeros((len(dataset.minerals), len(names)))
    made_of = {stage: np.zeros(exposed.shape, dtype=bool) for stage in (REFINED, COMPONENT)}
    table = dataset.table("sector_inputs")[["mineral", "sector", "made_of", "exposed_share"]]
    for mineral, sector, good, share in table.itertuples(index=False):
        cell = dataset.minerals.index(str(mineral)), names.index(str(sector))
        exposed[cell] = share
        made_of[COMPONENT if good == "component" else REFINED][cell] = True
    return exposed, made_of


def _spread_t(part: Array, activity: Array, country_t: Array) -> Array:
    """(m, s, n) need with the sums ``country_t`` (m, n) over sectors, and over countries the sectors' parts
    (m, s) of the mineral's use."""
    need = np.zeros((*part.shape, country_t.shape[1]))
    for mineral, whole in enumerate(country_t.sum(axis=1)):
        sectors, places = np.flatnonzero(part[mineral] > 0), np.flatnonzero(country_t[mineral] > 0)
        if len(sectors) and len(places):
            wanted = whole * part[mineral, sectors] / part[mineral, sectors].sum()
            there = country_t[mineral, places]
            seed = activity[np.ix_(sectors, places)] + ELSEWHERE * there / whole
            need[mineral][np.ix_(sectors, places)] = balance_flows(seed * wanted[:, None], wanted, there)
    return need
