"""The tables on a case's sectors: what they are worth, what they need, where they work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.backtests.case_schema import CaseSchema, CountryEntry, SectorEntry
from world.tables.made_up import Row

VALUE_ADDED_SHARE = 0.3
ASSEMBLY_SHARE = 0.2
"""Of the price of a product, as in most sectors of the world's data (assumption)."""
A_MILLION = 1e6


def sector_rows(case: CaseSchema, countries: Sequence[CountryEntry]) -> Iterator[tuple[str, Row]]:
    """Table and row of all that is said of sectors; a product is a million USD of sales."""
    for name, entry in case.sectors.items():
        yield "sectors", _sector(name, entry)
        gdp = {country.code: country.gdp_usd_bn for country in countries}
        places = entry.activity or gdp
        whole = sum(places.values())
        for code, part in places.items():
            yield "sector_activity", {"sector": name, "iso3": code, "share": part / whole, "year": 2020}
        for mineral, share in entry.exposed.items():
            made_of = "component" if case.minerals[mineral].component else "refined"
            part_of_it = {"exposed_low": share, "exposed_share": share, "exposed_high": share}
            yield "sector_inputs", {"mineral": mineral, "sector": name, "made_of": made_of, **part_of_it}


def _sector(name: str, entry: SectorEntry) -> Row:
    sales_usd = 1e9 * entry.value_added_usd_bn_year / VALUE_ADDED_SHARE
    row: dict[str, str | float] = {"sector": name, "title": name, "product": "million USD of sales"}
    row |= {"output_year": sales_usd / A_MILLION, "price_usd": A_MILLION}
    for stem, value in (
        ("value_added", VALUE_ADDED_SHARE),
        ("parts_days", entry.parts_days),
        ("assembly", ASSEMBLY_SHARE),
    ):
        usual = stem if stem == "parts_days" else f"{stem}_share"
        row |= {f"{stem}_low": value, usual: value, f"{stem}_high": value}
    return row


def sector_faults(case: CaseSchema) -> Iterator[str]:
    """Minerals and countries that are not there, shares that do not add up, uses left out."""
    codes = {country.code for country in case.countries}
    for name, entry in case.sectors.items():
        where = f"sectors.{name}"
        for mineral in entry.exposed:
            uses = case.minerals[mineral].end_use if mineral in case.minerals else {}
            if name not in uses or uses[name] <= 0.0:
                using = [key for key, one in case.minerals.items() if one.end_use.get(name, 0.0) > 0.0]
                known = ", ".join(using) or "none"
                yield f"{where}.exposed: given {mineral}, allowed: minerals with {name} in end_use: {known}"
        for code in entry.activity:
            if code not in codes:
                yield f"{where}.activity: given {code}, allowed: a code of countries"
        total = sum(entry.activity.values())
        if entry.activity and abs(total - 1.0) > 0.006:
            yield f"{where}.activity: given shares that add up to {total:.4g}, allowed: 1 (0.994 to 1.006)"
    for mineral, one in case.minerals.items():
        told = [name for name in one.end_use if mineral in _exposed(case, name)]
        for name in (name for name, part in one.end_use.items() if told and part > 0.0 and name not in told):
            yield f"sectors.{name}.exposed: no {mineral}, allowed: one for each of its end_use"


def _exposed(case: CaseSchema, name: str) -> dict[str, float]:
    return case.sectors[name].exposed if name in case.sectors else {}
