"""The eve of a case: stocks by holder, contracts, freight, hubs, prices and shipments of the quarters
before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import TYPE_CHECKING

from experiments.backtests.case_schema import (
    CaseSchema,
    FloorEntry,
    FreightEntry,
    MineralEntry,
    PriorEntry,
    StockEntry,
)
from world.clock import PERIOD, first_month
from world.premise.reading import in_order
from world.tables.made_up import Row

if TYPE_CHECKING:
    from experiments.backtests.case import Case

MOST_PRIOR_QUARTERS = 8
KEYS = ("stocks", "freight", "floors", "hubs", "prior")
OF_LANES = ("freight", "floors")
Named = tuple[str, Row]


def eve_rows(case: CaseSchema, codes: list[str], quarters_to_zero: int) -> Iterator[Named]:
    """Table and row of all that a case says of its eve."""
    for entry in case.stocks:
        months: Row = {"cover_months": entry.months, "extra_months": entry.extra_months}
        place: Row = {"mineral": entry.mineral, "stage": entry.stage, "iso3": entry.country}
        yield "private_stocks", {**place, **months, "kept_quarters": quarters_to_zero}
    for name, mineral in case.minerals.items():
        if mineral.contract_share is not None:
            yield "contracts", {"mineral": name, "share": mineral.contract_share}
    for hub in case.hubs:
        place = {"mineral": hub.mineral, "stage": hub.stage, "iso3": hub.country}
        yield "hub_capacity", {**place, "capacity_t_year": hub.capacity_t_year}
    for table in OF_LANES:
        yield from _lane_rows(case, codes, table)
    for prior in case.prior:
        good: Row = {"mineral": prior.mineral, "stage": prior.stage, "quarter": prior.quarter}
        if prior.price_usd_t is not None:
            yield "prior_prices", {**good, "price_usd_t": prior.price_usd_t}
        if prior.tonnes_year is not None:
            lane: Row = {"exporter": prior.exporter or "", "importer": prior.importer or ""}
            yield "prior_shipments", {**good, **lane, "tonnes_year": prior.tonnes_year}


def _lane_rows(case: CaseSchema, codes: list[str], table: str) -> Iterator[Named]:
    """One row a lane of freight or floors; a row that names a country beats one for a group or all."""
    lanes: dict[tuple[str, str, str, str], float] = {}
    given: Iterable[FreightEntry | FloorEntry] = getattr(case, table)
    for entry in sorted(given, key=lambda row: (row.exporter in codes) + (row.importer in codes)):
        ends = [_members(case, codes, words) for words in (entry.exporter, entry.importer)]
        for exporter, importer in product(*ends):
            if exporter != importer:
                lanes[entry.mineral, str(entry.stage), exporter, importer] = entry.usd_t
    for (mineral, stage, exporter, importer), usd_t in lanes.items():
        place: Row = {"mineral": mineral, "stage": stage, "exporter": exporter, "importer": importer}
        yield table, {**place, {"freight": "freight_usd_t", "floors": "floor_usd_t"}[table]: usd_t}


def _members(case: CaseSchema, codes: list[str], words: str) -> list[str]:
    return codes if words == "*" else list(case.groups.get(words, (words,)))


def eve_faults(case: Case) -> Iterator[str]:
    """What is wrong with the eve of a case: place, what was given, what is allowed."""
    world, codes = case.world, case.codes
    for key in KEYS:
        seen: set[tuple[object, ...]] = set()
        for number, entry in enumerate(getattr(world, key)):
            where = f"{key}[{number}]"
            if entry.mineral not in world.minerals:
                yield f"{where}.mineral: given {entry.mineral}{in_order(entry.mineral, world.minerals)}"
                continue
            stages = [str(stage) for stage in world.minerals[entry.mineral].price_usd_t]
            if entry.stage not in stages:
                yield f"{where}.stage: given {entry.stage}, allowed: {', '.join(stages)} for {entry.mineral}"
            yield from _end_faults(where, entry, codes, (*world.groups, "*") if key in OF_LANES else ())
            ends = [getattr(entry, end, None) for end in ("country", "exporter", "importer", "quarter")]
            this = (entry.mineral, entry.stage, *ends)
            if key == "stocks":
                yield from _holder_faults(where, entry, world.minerals[entry.mineral], codes)
            if this in seen:
                yield f"{where}: given twice, allowed: one row a good and place"
            seen.add(this)
    for number, prior in enumerate(world.prior):
        yield from _prior_faults(f"prior[{number}]", prior, case)
    powers = case.keys.get("leader", {}), case.keys.get("dominant_refiner", {})
    great = {power.get("country") for power in powers if isinstance(power, dict)}
    for number, hub in enumerate(world.hubs):
        if hub.country in great:
            yield f"hubs[{number}].country: given {hub.country}, allowed: no leader and no dominant refiner"


def _holder_faults(
    where: str, entry: StockEntry, mineral: MineralEntry, codes: Iterable[str]
) -> Iterator[str]:
    """Months of use where nothing is used would be nothing."""
    users = {"ore": mineral.made.get("refined", {}), "refined": mineral.used}.get(entry.stage)
    if users is not None and entry.country in codes and users.get(entry.country, 0.0) <= 0.0:
        known = ", ".join(code for code, share in users.items() if share > 0.0)
        what = f"{entry.mineral} {entry.stage}"
        yield f"{where}.country: given {entry.country}, which uses no {what}, allowed: {known}"


def _end_faults(where: str, entry: object, codes: Iterable[str], groups: Iterable[str]) -> Iterator[str]:
    allowed = [*codes, *groups]
    for end in ("country", "exporter", "importer"):
        code = getattr(entry, end, None)
        if code is not None and code not in allowed:
            yield f"{where}.{end}: given {code}{in_order(str(code), allowed)}"


def _prior_faults(where: str, prior: PriorEntry, case: Case) -> Iterator[str]:
    """A price, or what was shipped from where to where; in the eight quarters before the start."""
    lane = (prior.exporter, prior.importer, prior.tonnes_year)
    if (prior.price_usd_t is None) == any(end is None for end in lane) or (
        prior.price_usd_t is not None and any(end is not None for end in lane)
    ):
        yield f"{where}: allowed: price_usd_t, or exporter, importer and tonnes_year"
    run = case.keys.get("run", {})
    start = str(run.get("start", "")) if isinstance(run, dict) else ""
    if not re.fullmatch(PERIOD, start):
        return  # said where the keys of a scenario are checked
    before = (first_month(start) - first_month(prior.quarter)) // 3
    if not 1 <= before <= MOST_PRIOR_QUARTERS:
        words = f"one of the {MOST_PRIOR_QUARTERS} quarters before {start}"
        yield f"{where}.quarter: given {prior.quarter}, allowed: {words}"
