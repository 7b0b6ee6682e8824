"""The tables on a case's minerals: quantities from shares, elasticities and stocks from attributes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product

from experiments.backtests.case_schema import MineralEntry
from experiments.backtests.demand_paths import Path, path_of, world_path
from world.ground.attribute_rules import Attributes, cover_months, demand_elasticity, supply_elasticity, taste
from world.ground.background import RECORD
from world.parameters import ParameterValues
from world.tables.made_up import Row

FORM_OF = {"ore": "mined", "refined": "converted", "primary": "primary"}
STAGE_OF = {"ore": "ore", "refined": "refined", "primary": "refined"}
RESERVE_YEARS = 30.0
"""Reserves where a case gives none: so many years of what each country mines (assumption)."""


def has_ore(entry: MineralEntry) -> bool:
    """Whether the chain of a mineral starts at a mine."""
    return "ore" in entry.made


def form_of(making: str, entry: MineralEntry) -> str:
    """Form of output, as tables name it, of what a case says is made."""
    return "primary" if making == "refined" and not has_ore(entry) else FORM_OF[making]


def capacities_t_year(entry: MineralEntry) -> dict[str, dict[str, float]]:
    """Making -> country -> tonnes a year that standing plants could make, tranches added up."""
    found = {str(making): dict(cells) for making, cells in entry.capacity_t_year.items()}
    for tranche in entry.tranches:
        cells = found.setdefault(str(tranche.stage), {})
        cells[tranche.country] = cells.get(tranche.country, 0.0) + tranche.capacity_t_year
    return found


def costs_usd_t(entry: MineralEntry) -> dict[str, dict[str, float]]:
    """Making -> country (``*`` for the others) -> running cost; of plants by tranche the mean over capacity,
    as the model's three tranches of a country stand at fixed distances from its mean."""
    found = {str(making): dict(cells) for making, cells in entry.cost_usd_t.items()}
    capacity = capacities_t_year(entry)
    for tranche in entry.tranches:
        cells, making = found.setdefault(str(tranche.stage), {}), str(tranche.stage)
        part = tranche.capacity_t_year / capacity[making][tranche.country]
        cells[tranche.country] = cells.get(tranche.country, 0.0) + part * tranche.cost_usd_t
    return found


def mineral_rows(name: str, entry: MineralEntry, parameters: ParameterValues) -> Iterator[tuple[str, Row]]:
    """Table and row of all that is said of a mineral."""
    seen = Attributes(entry.by_product_share, entry.cost_share_in_use, entry.exchange_traded, entry.forms)
    cover = entry.stock_cover_months
    yield (
        "minerals",
        {
            "mineral": name,
            "name": entry.title,
            "unit_basis": "t contained",
            "has_ore": int(has_ore(entry)),
            "host": "none",
            "by_product_share": entry.by_product_share,
            "recycled_share": entry.recycled_share,
            "cost_share_in_use": entry.cost_share_in_use,
            "exchange_traded": int(entry.exchange_traded),
            "forms": entry.forms,
            "ore_gross_t_per_t": entry.ore_gross_t_per_t,
            "refined_gross_t_per_t": entry.refined_gross_t_per_t,
            "stock_cover_months": cover_months(seen, parameters) if cover is None else cover,
            "final_use_weight": entry.final_use_weight,
            "source": entry.source,
        },
    )
    yield from _quantity_rows(name, entry)
    yield from _price_rows(name, entry, parameters)
    yield from _answer_rows(name, entry, seen, parameters)
    yield from _background_rows(name, entry)


def _quantity_rows(name: str, entry: MineralEntry) -> Iterator[tuple[str, Row]]:
    """What is mined, refined and used; all ore mined is refined, so that only the process loss closes."""
    converted = sum(entry.made.get("refined", {}).values()) if has_ore(entry) else 0.0
    ore_t = entry.world_t_year * converted / entry.recovery
    known = capacities_t_year(entry)
    for making, shares in entry.made.items():
        world_t = ore_t if making == "ore" else entry.world_t_year
        for code, share in shares.items():
            if share > 0.0:
                could = known.get(making, {}).get(code, math.nan)
                made: Row = {"output_t_year": share * world_t, "capacity_t_year": could, "year": 2020}
                place: Row = {"mineral": name, "stage": STAGE_OF[making], "iso3": code}
                yield "production", {**place, "form": form_of(making, entry), **made}
    if has_ore(entry):
        lost: Row = {
            "kind": "process_loss",
            "tonnes_year": ore_t * (1.0 - entry.recovery),
            "reason": "recovery",
        }
        yield "balance", {"mineral": name, "stage": "refined", "iso3": "*", **lost}
        for code, share in (entry.reserves or entry.made["ore"]).items():
            tonnes: Row = {"reserves_t": RESERVE_YEARS * ore_t * share, "lower_bound": 0, "year": 2020}
            yield "reserves", {"mineral": name, "iso3": code, **tonnes}
    for code, share in entry.used.items():
        if share > 0.0:
            tonnes_year, place = share * entry.world_t_year, {"mineral": name, "iso3": code}
            use: Row = {"use_t_year": (1.0 - entry.stocked_share) * tonnes_year, "year": 2020}
            yield "first_use", {**place, **use}
            if entry.stocked_share > 0.0:
                put_by: Row = {"kind": "stock_build", "tonnes_year": entry.stocked_share * tonnes_year}
                yield "balance", {**place, "stage": "refined", "reason": "stocks", **put_by}
    for code, share in (entry.final or entry.used).items():
        yield "final_demand", {"mineral": name, "iso3": code, "share": share, "year": 2020}


def _three(value: float) -> dict[str, float]:
    return {"low_usd_t": value, "mid_usd_t": value, "high_usd_t": value}


def _price_rows(name: str, entry: MineralEntry, parameters: ParameterValues) -> Iterator[tuple[str, Row]]:
    prices: Mapping[str, float] = {str(stage): price for stage, price in entry.price_usd_t.items()}
    fulls: Mapping[str, float] = {str(stage): price for stage, price in entry.full_cost_usd_t.items()}
    known = costs_usd_t(entry)
    for stage in ("ore", "refined") if has_ore(entry) else ("refined",):
        price = prices[stage]
        yield "prices", {"mineral": name, "stage": stage, "year": 2020, "basis": "case", **_three(price)}
        # running cost of refining in general is left to the rule of margins: the row is that of plants
        # without ore
        form = "mined" if stage == "ore" else "primary"
        at: Row = {"mineral": name, "stage": stage, "form": form}
        making = "ore" if stage == "ore" else "primary" if has_ore(entry) else "refined"
        usual = known.get(making, {}).get("*", parameters.usual_cost_share * price)
        yield "costs", {**at, "iso3": "*", "kind": "cash", **_three(usual)}
        yield "costs", {**at, "iso3": "*", "kind": "incentive", **_three(fulls.get(stage, price))}
    for making, costs in known.items():
        for code, cost in costs.items():
            form = form_of(making, entry)
            if code != "*" or form == "converted":
                place: Row = {"mineral": name, "stage": STAGE_OF[making], "form": form, "iso3": code}
                yield "costs", {**place, "kind": "cash", **_three(cost)}


def _answer_rows(
    name: str, entry: MineralEntry, seen: Attributes, parameters: ParameterValues
) -> Iterator[tuple[str, Row]]:
    """Elasticities by attributes, and the component with its own."""
    short, long = demand_elasticity(seen, parameters)
    theta, supply = taste(seen, parameters), supply_elasticity(seen, parameters)
    answers = {
        "demand_short_run": short,
        "demand_long_run": long,
        "taste_refined": theta,
        "supply_long_run": 1.0,
    }
    if has_ore(entry):
        answers |= {"supply_ore": supply, "taste_ore": theta}
    if "primary" in entry.made or not has_ore(entry):
        answers["supply_refined_primary"] = supply
    if entry.component is not None:
        price = entry.price_usd_t["component"]
        part = entry.price_usd_t["refined"] / entry.component.recovery / price
        answers |= {
            "demand_component_short_run": short / part,
            "demand_component_long_run": long / part,
            "taste_component": theta,
        }
        yield "components", _component_row(name, entry, price)
    for kind, value in answers.items():
        spread: Row = {"low": value, "mid": value, "high": value, "horizon": "rule"}
        yield "elasticities", {"mineral": name, "kind": kind, **spread}


def _component_row(name: str, entry: MineralEntry, price: float) -> Row:
    given = entry.component
    assert given is not None
    metal = entry.price_usd_t["refined"] / given.recovery
    fields = given.model_dump(exclude={"recovery", "capital_usd_t_year"})
    ranges = {
        f"{field}_{end}": fields[field]
        for field in ("share_of_first_use", "conversion_premium")
        for end in ("low", "high")
    }
    prices = {f"price_{end}_usd_t": price for end in ("low", "mid", "high")}
    capital = given.capital_usd_t_year or max(price - metal, 1e-9)
    return {
        "mineral": name,
        "component": "magnet",
        "recovery_share": given.recovery,
        "capital_usd_t_year": capital,
        **fields,
        **ranges,
        **prices,
    }


def _periods(path: Path) -> Iterator[Row]:
    """The periods of a path of demand; none of it before the first year that is named."""
    years = sorted(path)
    yield {"from_year": 1900, "to_year": years[0] - 1, "growth_share_year": 0.0}
    for year, after in zip(years, [*years[1:], 2060], strict=True):
        yield {"from_year": year - 1, "to_year": max(after - 1, year), "growth_share_year": path[year]}


def _background_rows(name: str, entry: MineralEntry) -> Iterator[tuple[str, Row]]:
    for path, when in product(("STEPS", "APS", "NZE"), _periods(world_path(entry))):
        yield "demand_growth", {"mineral": name, "scenario": path, **when}
    # the years that are named are no forecast: industry knows them when they are over
    for when in list(_periods(world_path(entry)))[1 if entry.growth or entry.growth_of else 0 :]:
        yield "demand_growth", {"mineral": name, "scenario": RECORD, **when}
    for code in entry.used if entry.growth_of else ():
        for when in _periods(path_of(entry, code)):
            yield "demand_by_country", {"mineral": name, "iso3": code, **when}
    spread: Row = {"price_sd": 0.3, "output_sd": 0.1, "demand_sd": entry.demand_sd, "shock_persistence": 0.6}
    yield "volatility", {"mineral": name, **spread}
    if has_ore(entry):
        fall: Row = {"share_years_fall_over_25pct": 0.0, "worst_fall_share": 0.0}
        row: Row = {"mineral": name, "stage": "ore", "iso3": "*", "output_sd": entry.output_sd}
        yield "outages", {**row, **fall}
    for sector, share in entry.end_use.items():
        yield "end_use", {"mineral": name, "sector": sector, "share": share, "year": 2020}
