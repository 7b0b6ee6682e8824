"""The figures of the tables on the model's axes: prices, costs, elasticities, duties, known shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from world.axes import COMPONENT, REFINED, STAGES, Array
from world.calibration.components import Components, read_components
from world.calibration.eve import (
    extra_stocks,
    known_contracts,
    known_covers,
    known_floor_usd_t,
    known_freight_usd_t,
    known_hub_t_year,
)
from world.calibration.gravity import GravityWeights, affinity, commercial_intensity
from world.dataset import Dataset
from world.ground.attribute_rules import second_source_share
from world.ground.background import read_elasticity, read_goods_trade
from world.ground.demand_response import elasticity_at_once
from world.ground.geography import great_circle_km
from world.parameters import ParameterValues

BLOCKS = ("mined", "primary", "converted")
MINED, PRIMARY, CONVERTED = range(3)


@dataclass(frozen=True)
class Evidence:
    """Axes: mineral, stage (ore, refined, component), country. A mineral without components has a price of
    zero there.

    price_usd_t : (mineral, stage) f.o.b. price of 2024
    cash_cost_usd_t : (mineral, block, country) running cost of mines, of refined metal without ore, of
        conversion (per tonne of refined output, without feed): blocks MINED, PRIMARY, CONVERTED; NaN where no
        evidence
    full_cost_usd_t : (mineral, stage) all-in price a new plant outside the large incumbents needs
    supply_elasticity : (mineral, 2) of ore, of refined metal that needs no ore
    demand_elasticity, component_elasticity : (mineral,) of first and of final users in a round, positive
    taste : (mineral, stage) theta of the sourcing choice
    distance_km, affinity : (country, country)
    tariff_share : (mineral, stage, country, country) duties of the base year, exporter by importer
    floor_usd_t : (mineral, stage, country, country) least landed prices of the base year, -inf where none
    known_share, includes_home : (mineral, stage, country, country) and (mineral, stage, country)
    backstop_usd_t : (mineral, stage) cost of doing without;  backstop_weight : (stage,)
    second_share : (mineral,) part of usual use that second sources cover
    stock_cover_months : (mineral, stage, country) usual private stock in months of use
    extra_stock_months, extra_kept_quarters : (mineral, stage, country) what lies there besides at the start,
        and for how long it is kept
    known_freight_usd_t : (mineral, stage, country, country) exporter by importer, NaN: follows distance
    known_hub_t_year : (mineral, stage, country) what third countries can hand on, NaN where not known
    contract_share : (mineral,) part of the trade whose price follows past spot prices by a formula
    conversion_premium : (mineral,) cost of making components outside the largest maker over its own
    component_build_years : (mineral,) from order to output of a plant that makes components
    by_product_share : (mineral,) share of supply that follows another metal
    final_use_weight : (mineral,) share w of a country's stake that lies where the metal is first used, the
        rest where goods end up
    """

    price_usd_t: Array
    cash_cost_usd_t: Array
    full_cost_usd_t: Array
    supply_elasticity: Array
    demand_elasticity: Array
    component_elasticity: Array
    taste: Array
    gross_t_per_t: Array
    distance_km: Array
    affinity: Array
    tariff_share: Array
    floor_usd_t: Array
    known_share: Array
    includes_home: Array
    backstop_usd_t: Array
    backstop_weight: Array
    second_share: Array
    stock_cover_months: Array
    extra_stock_months: Array
    extra_kept_quarters: Array
    known_freight_usd_t: Array
    known_hub_t_year: Array
    final_use_weight: Array
    by_product_share: Array
    component_build_years: Array
    conversion_premium: Array
    contract_share: Array


def read_evidence(
    dataset: Dataset, parameters: ParameterValues, known_shares: Array | None = None
) -> Evidence:
    """Evidence from the tables; ``known_shares`` replaces the imposed import shares."""
    minerals = dataset.table("minerals").set_index("mineral").loc[list(dataset.minerals)]
    components = read_components(dataset)
    price = _by_stage(dataset, "prices", "mid_usd_t")
    price[:, COMPONENT] = components.price_usd_t
    known, includes = read_known_shares(dataset)
    gross = np.stack(
        [minerals["ore_gross_t_per_t"], minerals["refined_gross_t_per_t"], components.gross_t_per_t], axis=1
    ).astype(float)
    distance = read_distances(dataset)
    cost_share = minerals["cost_share_in_use"].to_numpy(float)
    return Evidence(
        np.nan_to_num(price),
        _cash_costs(dataset),
        _full_costs(dataset, price, components),
        _elasticities(dataset, "supply_ore", "supply_refined_primary"),
        _at_once(dataset, "demand", parameters),
        np.nan_to_num(_at_once(dataset, "demand_component", parameters)),
        parameters.taste_scale
        * np.nan_to_num(_elasticities(dataset, *(f"taste_{stage}" for stage in STAGES)), nan=1.0),
        np.nan_to_num(gross, nan=1.0),
        distance,
        _affinity(dataset, distance, parameters),
        read_tariffs(dataset),
        known_floor_usd_t(dataset),
        known if known_shares is None else known_shares,
        includes,
        np.nan_to_num(_backstops(price, cost_share, parameters)),
        # a refinery without ore stands idle: nothing to buy instead
        parameters.backstop_weight * np.array([0.0, 1.0, 1.0]),
        _second_share(minerals, parameters),
        known_covers(dataset, _covers(minerals["stock_cover_months"].to_numpy(float), parameters)),
        *extra_stocks(dataset),
        known_freight_usd_t(dataset),
        known_hub_t_year(dataset),
        minerals["final_use_weight"].to_numpy(float),
        minerals["by_product_share"].to_numpy(float),
        components.build_years,
        components.conversion_premium,
        known_contracts(dataset, _contracts(minerals["exchange_traded"].to_numpy(float), parameters)),
    )


def _second_share(minerals: pd.DataFrame, parameters: ParameterValues) -> Array:
    """(mineral,) part of usual use that second sources cover; what has no mine comes from residues of a
    host."""
    names = ("recycled_share", "has_ore", "by_product_share")
    recycled, mined, by_product = (minerals[name].to_numpy(float) for name in names)
    return second_source_share(recycled, 1.0 - mined, by_product, parameters)


def _contracts(listed: Array, parameters: ParameterValues) -> Array:
    """(mineral,) part of the trade under contracts with a formula; ``listed`` is 1 where an exchange
    quotes."""
    return np.asarray(
        parameters.contract_share * np.where(listed > 0, parameters.contract_exchange_ratio, 1.0)
    )


def _covers(metal_months: Array, parameters: ParameterValues) -> Array:
    """(mineral, stage) usual stocks in months of use, from those of metal (mineral,)."""
    ratio = [parameters.stock_cover_ore_ratio, 1.0, parameters.stock_cover_component_ratio]
    return np.asarray(metal_months[:, None] * np.array(ratio))


def _backstops(price_usd_t: Array, cost_share: Array, parameters: ParameterValues) -> Array:
    """(mineral, stage) USD/t that doing without costs; ``cost_share`` (mineral,) is that of the metal in
    what is made of it: the smaller, the dearer the line that stops."""
    multiple = np.clip(parameters.backstop_price_ratio * np.sqrt(0.1 / cost_share), 5.0, 200.0)
    metal = multiple * price_usd_t[:, REFINED]
    # going without a component costs the line that stops: the metal's part of it and what the maker adds
    made_up = metal + price_usd_t[:, COMPONENT] - price_usd_t[:, REFINED]
    return np.stack([3.0 * price_usd_t[:, REFINED], metal, made_up], axis=1)


def read_distances(dataset: Dataset) -> Array:
    """(country, country) great-circle distances."""
    countries = dataset.table("countries").set_index("iso3").loc[list(dataset.countries)]
    return great_circle_km(countries["latitude"].to_numpy(float), countries["longitude"].to_numpy(float))


def _affinity(dataset: Dataset, distance_km: Array, parameters: ParameterValues) -> Array:
    ideal = (
        dataset.table("countries")
        .set_index("iso3")
        .loc[list(dataset.countries)]["un_ideal_point"]
        .fillna(0.0)
        .to_numpy(float)
    )
    weights = GravityWeights(
        parameters.gravity_distance,
        parameters.gravity_ties,
        parameters.gravity_political,
        parameters.gravity_home,
    )
    intensity = commercial_intensity(read_goods_trade(dataset))
    return affinity(distance_km, intensity, ideal, weights)


def _by_stage(dataset: Dataset, table: str, column: str) -> Array:
    values = np.full((len(dataset.minerals), len(STAGES)), np.nan)
    for mineral, stage, value in dataset.table(table)[["mineral", "stage", column]].itertuples(index=False):
        values[dataset.minerals.index(mineral), STAGES.index(stage)] = float(value)
    return values


def _at_once(dataset: Dataset, use: str, p: ParameterValues) -> Array:
    """(mineral,) elasticity of a use within a round."""
    annual, long_run = _elasticities(dataset, f"{use}_short_run", f"{use}_long_run").T
    return elasticity_at_once(annual, long_run, p.thrift_speed_year)


def _elasticities(dataset: Dataset, *kinds: str) -> Array:
    """(mineral, kind)."""
    return np.stack([read_elasticity(dataset, kind) for kind in kinds], axis=1)


def _cash_costs(dataset: Dataset) -> Array:
    costs = dataset.table("costs")
    cash = np.full((len(dataset.minerals), len(BLOCKS), len(dataset.countries)), np.nan)
    rows = costs[costs["kind"] == "cash"]
    for every in (True, False):  # rows for all countries first, rows of one country over them
        for mineral, form, iso3, value in rows[["mineral", "form", "iso3", "mid_usd_t"]].itertuples(
            index=False
        ):
            if (iso3 == "*") == every:
                where = slice(None) if every else dataset.countries.index(iso3)
                cash[dataset.minerals.index(mineral), BLOCKS.index(form), where] = float(value)
    return cash


def _full_costs(dataset: Dataset, price: Array, components: Components) -> Array:
    costs = dataset.table("costs")
    full = price.copy()
    rows = costs[(costs["kind"] == "incentive") & (costs["iso3"] == "*")]
    for mineral, stage, value in rows[["mineral", "stage", "mid_usd_t"]].itertuples(index=False):
        full[dataset.minerals.index(mineral), STAGES.index(stage)] = float(value)
    # what is left of a component's price over its metal pays conversion and capital where most is made
    metal = price[:, REFINED] / components.recovery
    full[:, COMPONENT] = metal + (price[:, COMPONENT] - metal) * (1.0 + components.conversion_premium)
    return np.nan_to_num(full)


def read_tariffs(dataset: Dataset, year: int = 2024) -> Array:
    """(mineral, stage, exporter, importer) ad valorem duties in force at the end of the base year.

    Ordinary (mfn) duties: a row for one exporter replaces the row for all. Other kinds (Section 301,
    anti-dumping) come on top.
    """
    size = len(dataset.countries)
    rates = np.zeros((len(dataset.minerals), len(STAGES), size, size))
    rows = [
        row
        for row in dataset.table("tariffs").itertuples(index=False)
        if _in_force(str(row.start), str(row.end), year)
    ]
    for row in sorted(rows, key=lambda row: (str(row.kind) != "mfn", str(row.exporter) != "*")):
        minerals = _places(str(row.mineral), dataset.minerals, {})
        exporters = _places(str(row.exporter), dataset.countries, dataset.blocs)
        importers = _places(str(row.importer), dataset.countries, dataset.blocs)
        block = np.ix_(minerals, _places(str(row.stage), STAGES, {}), exporters, importers)
        rates[block] = float(str(row.rate_share)) + (0.0 if str(row.kind) == "mfn" else rates[block])
    rates[:, :, np.arange(size), np.arange(size)] = 0.0
    inside = _places("EU", dataset.countries, dataset.blocs)
    rates[np.ix_(range(len(dataset.minerals)), range(len(STAGES)), inside, inside)] = 0.0
    return rates


def _in_force(start: str, end: str, year: int) -> bool:
    """Dates are YYYY-MM-DD or empty; an empty start is long ago, an empty end is open."""
    started = not start[:4].isdigit() or start <= f"{year}-12-31"
    return started and not (end[:4].isdigit() and end <= f"{year}-12-31")


def _places(code: str, known: tuple[str, ...], blocs: Mapping[str, frozenset[str]]) -> list[int]:
    if code in ("*", "WLD", ""):
        return list(range(len(known)))
    members = blocs.get(code)
    if members is not None:
        return sorted(known.index(iso3) for iso3 in members if iso3 in known)
    return [known.index(code)] if code in known else []


def read_known_shares(dataset: Dataset) -> tuple[Array, Array]:
    """Known import shares (mineral, stage, exporter, importer), NaN where unknown, and whether they count
    home supply.
    """
    size = len(dataset.countries)
    known = np.full((len(dataset.minerals), len(STAGES), size, size), np.nan)
    includes = np.zeros((len(dataset.minerals), len(STAGES), size))
    for row in dataset.table("lane_shares").itertuples(index=False):
        mineral, stage = dataset.minerals.index(str(row.mineral)), STAGES.index(str(row.stage))
        exporter = _places(str(row.exporter), dataset.countries, {})
        for importer in _places(str(row.importer), dataset.countries, dataset.blocs):
            known[mineral, stage, exporter, importer] = float(str(row.share))
            includes[mineral, stage, importer] = float(str(row.includes_home))
    return known, includes
