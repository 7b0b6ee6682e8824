"""The tables of a case's world: from shares, prices and attributes to the dataset that the model runs on."""

from __future__ import annotations

from itertools import product

import numpy as np

from experiments.backtests.case_schema import CaseSchema, CountryEntry
from experiments.backtests.eve import eve_rows
from experiments.backtests.mineral_tables import STAGE_OF, form_of, mineral_rows
from experiments.backtests.sector_rows import sector_rows
from world.axes import REST_OF_WORLD
from world.dataset import Dataset
from world.ground.geography import great_circle_km
from world.industry.capacity import ON_TIME
from world.parameters import ParameterValues
from world.tables.made_up import Row, dataset_of

TRADE_OVER_GDP = 0.2
"""Trade in goods over GDP where a case gives none: the world's exports are near a fifth of its product."""


def build_dataset(
    case: CaseSchema, parameters: ParameterValues, powers: tuple[str, str], quarters_to_zero: int
) -> Dataset:
    """The dataset of a case; elasticities and stocks follow from attributes by the rules of
    ``world.ground.attribute_rules`` under ``parameters``. ``powers`` are leader and dominant refiner;
    ``quarters_to_zero`` are the quarters from the start of the run to ``zero``.
    """
    countries = countries_of(case)
    rows: dict[str, list[Row]] = {
        "countries": [_country_row(entry, case) for entry in countries],
        "resource_potential": [_potential_row(entry) for entry in countries],
        "goods_trade": _trade_rows(case, countries),
        "tariffs": [
            {**entry.model_dump(), "stage": stage, "start": "1990-01-01", "kind": "other", "end": ""}
            for entry in case.tariffs
            for stage in _stages(entry.stage)
        ],
        "lane_shares": [{**entry.model_dump(), "year": 2020, "includes_home": 0} for entry in case.lanes],
        "plants": [
            {
                **{name: getattr(entry, name) for name in ("plant", "mineral", "capacity_t_year", "start")},
                "stage": STAGE_OF[entry.stage],
                "form": form_of(entry.stage, case.minerals[entry.mineral]),
                "iso3": entry.country,
                "status": ON_TIME if entry.on_time else "construction",
                "probability": entry.probability,
                "owner_iso3": entry.owner or entry.country,
            }
            for entry in case.plants
        ],
        "memberships": [
            {"iso3": entry.country, "club": entry.club, "rung": entry.rung, "date": str(entry.date)}
            for entry in case.memberships
        ],
    }
    rows["estrangement"] = [
        {"iso3": entry.code, "power": powers[0], "reason": "said by the case"}
        for entry in countries
        if entry.estranged_from_leader
    ]
    rows["favourability"], rows["dependence"] = _toward_powers(countries, rows["goods_trade"], powers)
    told = [row for name, entry in case.minerals.items() for row in mineral_rows(name, entry, parameters)]
    eve = eve_rows(case, [entry.code for entry in countries], quarters_to_zero)
    for table, row in (*told, *sector_rows(case, countries), *eve):
        rows.setdefault(table, []).append(row)
    return dataset_of(rows)


def countries_of(case: CaseSchema) -> list[CountryEntry]:
    """The countries of a case, the rest of the world last; where the case has none of it, an empty one."""
    named = [entry for entry in case.countries if entry.code != REST_OF_WORLD]
    rest = [entry for entry in case.countries if entry.code == REST_OF_WORLD]
    empty = CountryEntry(
        code=REST_OF_WORLD, name="rest of the world", latitude=0.0, longitude=-150.0, gdp_usd_bn=1.0
    )
    return [*named, *(rest or [empty])]


def _stages(stage: str) -> tuple[str, ...]:
    return ("ore", "refined", "component") if stage == "*" else (stage,)


def _country_row(entry: CountryEntry, case: CaseSchema) -> Row:
    blocs = sorted(name for name, members in case.groups.items() if entry.code in members)
    return {
        "iso3": entry.code,
        "name": entry.name,
        "kind": "aggregate" if entry.code == REST_OF_WORLD else "state",
        "region": "case",
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "gdp_usd_bn": entry.gdp_usd_bn,
        "population": 1,
        "blocs": ";".join(blocs),
        "alliance_with_leader": entry.alliance_with_leader,
        "un_ideal_point": entry.un_ideal_point,
        "manufacturing_value_added_usd_bn": entry.manufacturing_usd_bn or 0.15 * entry.gdp_usd_bn,
        "wacc_share": entry.wacc_share,
        "governance_index": entry.investability_index,
        "investability_index": entry.investability_index,
        "mine_permit_years": entry.mine_permit_years,
        "refinery_permit_years": entry.refinery_permit_years,
    }


def _potential_row(entry: CountryEntry) -> Row:
    parts = ("reserve_part", "all_critical_part", "minerals_part", "mined_part", "deposits_part")
    counts = ("minerals_count", "mined_of_12_count", "deposits_count")
    sums = ("core_reserve_share", "all_critical_reserve_sum")
    blank = dict.fromkeys((*parts, *sums), 0.0) | dict.fromkeys(counts, 0)
    return {"iso3": entry.code, "index": entry.resource_potential, **blank}


def _trade_rows(case: CaseSchema, countries: list[CountryEntry]) -> list[Row]:
    """Trade in all goods: what the case gives, else gravity by GDP and distance."""
    given = {(entry.exporter, entry.importer): entry.usd_m for entry in case.trade}
    size = np.array([entry.gdp_usd_bn for entry in countries])
    where = [np.array([getattr(entry, name) for entry in countries]) for name in ("latitude", "longitude")]
    pull = np.outer(size, size) / (great_circle_km(where[0], where[1]) + 500.0)
    np.fill_diagonal(pull, 0.0)
    usd_m = 1e3 * TRADE_OVER_GDP * size.sum() * pull / pull.sum()
    rows: list[Row] = []
    for (place, exporter), (at, importer) in product(enumerate(countries), enumerate(countries)):
        value = given.get((exporter.code, importer.code), float(usd_m[place, at]))
        if place != at and value >= 1.0:
            names = {"exporter": exporter.code, "importer": importer.code}
            rows.append({**names, "trade_usd_m": value, "year": 2020, "reports": 1})
    return rows


def _toward_powers(
    countries: list[CountryEntry], trade: list[Row], powers: tuple[str, str]
) -> tuple[list[Row], list[Row]]:
    """Trust in the two great powers, and the share of goods trade with each."""
    opinion: list[Row] = []
    dependence: list[Row] = []
    for power, trust in zip(powers, ("trust_in_leader", "trust_in_dominant"), strict=True):
        if power == REST_OF_WORLD:
            continue
        for entry in (entry for entry in countries if entry.code != power):
            share = getattr(entry, trust)
            opinion.append({"iso3": entry.code, "toward": power, "favourable_share": share})
            sold = _part(trade, exporter=entry.code, importer=power)
            bought = _part(trade, importer=entry.code, exporter=power)
            shares: Row = {"exports_share": sold, "imports_share": bought}
            dependence.append({"iso3": entry.code, "partner": power, **shares})
    return opinion, dependence


def _part(trade: list[Row], **ends: str) -> float:
    """Part of the trade at the first end given that is with the second."""
    (own, code), (other, power) = ends.items()
    rows = [row for row in trade if row[own] == code]
    total = sum(float(row["trade_usd_m"]) for row in rows)
    return sum(float(row["trade_usd_m"]) for row in rows if row[other] == power) / total if total else 0.0
