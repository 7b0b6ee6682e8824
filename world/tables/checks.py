"""Checks beyond single cells: order along a row, sums of shares, tables that must speak of the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from world.axes import REST_OF_WORLD
from world.tables.calendar import check_calendar
from world.tables.catalogue import TABLES
from world.tables.reading import Cell, Rows, fault, nearest
from world.tables.schema import Table
from world.tables.sector_checks import check_sectors
from world.tables.sectors import RANGES as SECTOR_RANGES

SHARE_TOLERANCE = 1e-6

_LABEL = re.compile("[A-Z][A-Z0-9]{2}")

_FORMS = {"mined": "ore", "converted": "refined", "primary": "refined", "component": "component"}
_STAGES_OF_KIND = {
    "process_loss": "refined",
    "stock_build": "refined",
    "unreported_use": "refined",
    "other_use": "ore",
}
_ELASTICITIES = ("supply_long_run", "demand_short_run", "demand_long_run", "taste_refined")
_ORE_ELASTICITIES = ("supply_ore", "taste_ore")
_COMPONENT_ELASTICITIES = ("demand_component_short_run", "demand_component_long_run", "taste_component")
_COMPONENT_RANGES = (
    ("share_of_first_use_low", "share_of_first_use", "share_of_first_use_high"),
    ("conversion_premium_low", "conversion_premium", "conversion_premium_high"),
)
_SPEAK_OF_COMPONENTS = {
    "elasticities": ("mineral", "kind"),
    "lane_shares": ("mineral", "stage"),
    "tariffs": ("mineral", "stage"),
    "plants": ("mineral", "stage"),
    "calendar": ("minerals", "stages"),
}
_COVERED_BY = {
    "prices": ("mineral", "stage"),
    "costs": ("mineral", "stage", "iso3", "kind"),
    "elasticities": ("mineral", "kind"),
    "demand_growth": ("mineral", "scenario"),
    "balance": ("mineral", "kind"),
}


def check_tables(rows: Mapping[str, Rows]) -> list[str]:
    """One line for each fault between cells, rows and tables; the tables must have passed cell by cell."""
    faults: list[str] = []
    for name, table in TABLES.items():
        faults += _check_order(name, rows[name], table.ordered)
        faults += _check_shares(table, rows[name])
    faults += _check_forms(rows)
    faults += _check_capacity(rows["production"])
    faults += _check_closing_rows(rows)
    faults += _check_country_codes(rows["countries"])
    faults += _check_country_rows(rows)
    faults += _check_mineral_rows(rows)
    faults += _check_components(rows)
    faults += _check_component_rows(rows)
    faults += _check_lanes(rows["lane_shares"])
    faults += _check_clubs(rows["memberships"], rows["institutions"])
    for ordered in SECTOR_RANGES:
        faults += _check_order("sectors", rows["sectors"], ordered)
    faults += check_sectors(rows)
    return faults + check_calendar(rows["calendar"], rows["calendar_terms"])


def _check_order(name: str, rows: Rows, ordered: tuple[str, ...]) -> Iterator[str]:
    for lower, upper in pairwise(ordered):
        for line, low, high in zip(rows.lines, rows.cells[lower], rows.cells[upper], strict=True):
            if float(low) > float(high):
                yield fault(name, line, upper, high, f"not below {lower}, {low!r}")


def _check_shares(table: Table, rows: Rows) -> Iterator[str]:
    by = table.whole_share or table.part_share
    sums: dict[tuple[Cell, ...], float] = {}
    last: dict[tuple[Cell, ...], int] = {}
    if not by:
        return
    for line, share, key in zip(rows.lines, rows.cells["share"], _keys(rows, by), strict=True):
        sums[key] = sums.get(key, 0.0) + float(share)
        last[key] = line
    for key, total in sums.items():
        lowest = 1.0 - SHARE_TOLERANCE if table.whole_share else 0.0
        if not lowest <= total <= 1.0 + SHARE_TOLERANCE:
            allowed = "a sum of 1" if table.whole_share else "a sum of 1 at most"
            yield fault(table.name, last[key], "share", f"{total:.6f} for {_words(key)}", allowed)


def _keys(rows: Rows, names: tuple[str, ...]) -> list[tuple[Cell, ...]]:
    return list(zip(*(rows.cells[name] for name in names), strict=True))


def _words(key: tuple[Cell, ...]) -> str:
    return ", ".join(map(str, key))


def _minerals_with_ore(rows: Mapping[str, Rows]) -> set[Cell]:
    return {mineral for mineral, has_ore in _keys(rows["minerals"], ("mineral", "has_ore")) if has_ore}


def _check_forms(rows: Mapping[str, Rows]) -> Iterator[str]:
    """A form belongs to a stage, and minerals without ore have one form only."""
    with_ore = _minerals_with_ore(rows)
    for name in ("production", "costs", "plants"):
        keys = _keys(rows[name], ("mineral", "stage", "form"))
        for line, (mineral, stage, form) in zip(rows[name].lines, keys, strict=True):
            if _FORMS[str(form)] != stage:
                fitting = ", ".join(known for known, at in _FORMS.items() if at == stage)
                yield fault(name, line, "form", form, f"{fitting} at stage {stage}")
            elif mineral not in with_ore and form not in ("primary", "component"):
                yield fault(name, line, "form", form, f"primary, since {mineral} has no ore")


def _check_capacity(rows: Rows) -> Iterator[str]:
    """What plants could make is not below what they made."""
    made = _keys(rows, ("output_t_year", "capacity_t_year"))
    for line, (output, capacity) in zip(rows.lines, made, strict=True):
        if float(capacity) < float(output):  # no figure is not a number
            yield fault("production", line, "capacity_t_year", capacity, f"not below the output, {output}")


def _check_closing_rows(rows: Mapping[str, Rows]) -> Iterator[str]:
    with_ore = _minerals_with_ore(rows)
    keys = _keys(rows["balance"], ("mineral", "stage", "kind"))
    for line, (mineral, stage, kind) in zip(rows["balance"].lines, keys, strict=True):
        wanted = _STAGES_OF_KIND.get(str(kind), stage)
        if stage != wanted:
            yield fault("balance", line, "stage", stage, f"{wanted} for {kind}")
        elif stage == "ore" and mineral not in with_ore:
            yield fault("balance", line, "stage", stage, f"refined, since {mineral} has no ore")


def _check_country_codes(rows: Rows) -> Iterator[str]:
    codes = [str(iso3) for iso3 in rows.cells["iso3"]]
    for line, iso3 in zip(rows.lines, codes, strict=True):
        if not _LABEL.fullmatch(iso3):
            words = "three capital letters (ISO 3166-1 alpha-3) or digits, a letter first"
            yield fault("countries", line, "iso3", iso3, words)
    if not codes or codes[-1] != REST_OF_WORLD:
        yield fault("countries", rows.lines[-1] if codes else 1, "iso3", codes[-1:], "ROW in the last row")


def _check_country_rows(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Every country has its potential and its rows toward each power."""
    countries = [str(iso3) for iso3 in rows["countries"].cells["iso3"]]
    known = set(rows["resource_potential"].cells["iso3"])
    missing = [iso3 for iso3 in countries if iso3 not in known]
    yield from _missing("resource_potential", missing, "country")
    for table, column in (("dependence", "partner"), ("favourability", "toward")):
        pairs = set(_keys(rows[table], ("iso3", column)))
        for power in dict.fromkeys(rows[table].cells[column]):
            lacking = [
                f"{iso3} toward {power}" for iso3 in countries if iso3 != power and (iso3, power) not in pairs
            ]
            yield from _missing(table, lacking, "country")


def _check_clubs(memberships: Rows, institutions: Rows) -> Iterator[str]:
    """Where terms of clubs are given, every club that has members has its own."""
    known = sorted(map(str, institutions.cells["name"]))
    if known:
        for line, club in zip(memberships.lines, memberships.cells["club"], strict=True):
            if club not in known:
                close = nearest(str(club), known)
                yield fault("memberships", line, "club", club, f"a name of institutions.csv{close}")


def _check_mineral_rows(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Every mineral has prices, costs, elasticities, growth, volatility, end uses and final demand."""
    with_ore = _minerals_with_ore(rows)
    for mineral in map(str, rows["minerals"].cells["mineral"]):
        for table, wanted in _wanted_rows(mineral, mineral in with_ore).items():
            present = set(_keys(rows[table], _COVERED_BY.get(table, ("mineral",))))
            yield from _missing(table, [_words(key) for key in wanted if key not in present], "mineral")


def _wanted_rows(mineral: str, has_ore: bool) -> dict[str, list[tuple[str, ...]]]:
    stages = ("ore", "refined") if has_ore else ("refined",)
    kinds = _ELASTICITIES + (_ORE_ELASTICITIES if has_ore else ())
    wanted: dict[str, list[tuple[str, ...]]] = {
        "prices": [(mineral, stage) for stage in stages],
        "costs": [(mineral, stage, "*", kind) for stage in stages for kind in ("cash", "incentive")],
        "elasticities": [(mineral, kind) for kind in kinds],
        "demand_growth": [(mineral, scenario) for scenario in ("STEPS", "APS", "NZE")],
        "balance": [(mineral, "process_loss")] if has_ore else [],
    }
    return wanted | {table: [(mineral,)] for table in ("volatility", "end_use", "final_demand", "first_use")}


def _missing(table: str, keys: list[str], what: str) -> Iterator[str]:
    if keys:
        more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        yield f"{table}.csv: no row of {keys[0]}{more}, allowed: one for every {what}"


def _check_components(rows: Mapping[str, Rows]) -> Iterator[str]:
    """A component is made of a refined metal with output, and sells for more than the metal put into it."""
    table = rows["components"]
    for ordered in _COMPONENT_RANGES:
        yield from _check_order("components", table, ordered)
    made = _keys(rows["production"], ("mineral", "stage"))
    prices = {key[:2]: key[2] for key in _keys(rows["prices"], ("mineral", "stage", "mid_usd_t"))}
    keys = _keys(table, ("mineral", "recovery_share", "price_mid_usd_t"))
    for line, (mineral, recovery, price) in zip(table.lines, keys, strict=True):
        if (mineral, "refined") not in made:
            yield fault("components", line, "mineral", mineral, "a mineral refined in production.csv")
        metal = float(prices.get((mineral, "refined"), 0.0)) / float(recovery)
        if float(price) <= metal:
            words = f"above {metal:.6g}, the refined metal in a tonne contained"
            yield fault("components", line, "price_mid_usd_t", price, words)


def _check_component_rows(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Rows on components are about minerals that have one, and each of those has its elasticities."""
    minerals = rows["components"].cells["mineral"]
    present = set(_keys(rows["elasticities"], ("mineral", "kind")))
    wanted = [(mineral, kind) for mineral in minerals for kind in _COMPONENT_ELASTICITIES]
    lacking = [_words(key) for key in wanted if key not in present]
    yield from _missing("elasticities", lacking, "mineral of components.csv")
    for name, columns in _SPEAK_OF_COMPONENTS.items():
        for line, (named, about) in zip(rows[name].lines, _keys(rows[name], columns), strict=True):
            if about in ("component", *_COMPONENT_ELASTICITIES):
                for mineral in str(named).split(";"):
                    if mineral not in (*minerals, "*"):
                        yield fault(name, line, columns[0], mineral, "a mineral of components.csv")


def _check_lanes(rows: Rows) -> Iterator[str]:
    """One source and one meaning for each importer, mineral and stage."""
    first: dict[tuple[Cell, ...], tuple[Cell, ...]] = {}
    said = _keys(rows, ("source", "includes_home"))
    groups = _keys(rows, ("mineral", "stage", "importer"))
    for line, source, group in zip(rows.lines, said, groups, strict=True):
        if first.setdefault(group, source) != source:
            yield fault(
                "lane_shares", line, "source", _words(source), f"{_words(first[group])} for {_words(group)}"
            )
