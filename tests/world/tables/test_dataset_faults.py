"""Each kind of fault in the tables is refused in words that name the place and what is allowed."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from world.dataset import DATA_FOLDER, DatasetError, load_dataset
from world.tables.catalogue import TABLES

Edit = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tables to spoil; the long table of goods trade is cut short to keep the tests quick."""
    copy = tmp_path / "data"
    shutil.copytree(DATA_FOLDER, copy)
    trade = copy / "goods_trade.csv"
    trade.write_text(
        "".join(trade.read_text(encoding="utf-8").splitlines(keepends=True)[:40]), encoding="utf-8"
    )
    return copy


def read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, TABLES[table].column_names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def set_cell(table: str, column: str, value: str, row: int = 0) -> Edit:
    def edit(folder: Path) -> None:
        rows = read(folder, table)
        rows[row][column] = value
        write(folder, table, rows)

    return edit


def set_where(table: str, column: str, value: str, **where: str) -> Edit:
    def edit(folder: Path) -> None:
        rows = read(folder, table)
        found = [row for row in rows if all(row[name] == text for name, text in where.items())]
        found[0][column] = value
        write(folder, table, rows)

    return edit


def repeat_row(table: str) -> Edit:
    def edit(folder: Path) -> None:
        rows = read(folder, table)
        write(folder, table, [*rows, rows[0]])

    return edit


def drop_rows(table: str, **where: str) -> Edit:
    def edit(folder: Path) -> None:
        rows = read(folder, table)
        write(folder, table, [row for row in rows if any(row[name] != text for name, text in where.items())])

    return edit


def replace_text(file: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def append_bytes(file: str, tail: bytes) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).write_bytes((folder / file).read_bytes() + tail)

    return edit


def rename(file: str, name: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).rename(folder / name)

    return edit


def empty(file: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).write_bytes(b"")

    return edit


FAULTS: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "missing_file": (lambda folder: (folder / "prices.csv").unlink(), ("prices.csv", "missing")),
    "misnamed_file": (rename("prices.csv", "price.csv"), ("price.csv: unknown file", "closest: prices.csv")),
    "empty_file": (
        empty("prices.csv"),
        ("prices.csv", "no header"),
    ),
    "missing_column": (
        replace_text("prices.csv", "mid_usd_t", "mean_usd_t"),
        ("prices.csv, line 1", "missing column mid_usd_t", "unknown column 'mean_usd_t'"),
    ),
    "column_twice": (
        replace_text("prices.csv", "mid_usd_t", "low_usd_t"),
        ("prices.csv, line 1", "low_usd_t appears twice"),
    ),
    "columns_out_of_order": (
        replace_text("prices.csv", "mineral,stage", "stage,mineral"),
        ("prices.csv, line 1", "out of order"),
    ),
    "too_few_fields": (
        append_bytes("prices.csv", b"ndpr,ore\n"),
        ("prices.csv, line 24", "given 2 fields", "allowed: 10"),
    ),
    "open_quote": (append_bytes("prices.csv", b'ndpr,"ore\n'), ("prices.csv, line 24", "malformed CSV")),
    "not_utf8": (append_bytes("prices.csv", b"caf\xe9\n"), ("prices.csv, line 24", "UTF-8")),
    "not_a_number": (
        set_cell("prices", "mid_usd_t", "dear", 2),
        ("prices.csv, line 4, column mid_usd_t", "'dear'", "a number"),
    ),
    "not_finite": (set_cell("prices", "high_usd_t", "inf"), ("line 2, column high_usd_t", "'inf'", "finite")),
    "nan": (set_cell("prices", "low_usd_t", "nan"), ("line 2, column low_usd_t", "'nan'", "finite")),
    "blank_number": (set_cell("prices", "mid_usd_t", ""), ("line 2, column mid_usd_t", "''", "above 0")),
    "negative_tonnes": (
        set_cell("production", "output_t_year", "-5"),
        ("production.csv, line 2, column output_t_year", "'-5'", "above 0"),
    ),
    "share_above_one": (
        set_cell("dependence", "exports_share", "1.2"),
        ("dependence.csv, line 2, column exports_share", "'1.2'", "0 to 1"),
    ),
    "whole_number_wanted": (
        set_cell("minerals", "has_ore", "0.5"),
        ("column has_ore", "a whole number, 0 to 1"),
    ),
    "unknown_country": (
        set_cell("production", "iso3", "CHM"),
        ("production.csv, line 2, column iso3", "'CHM'", "countries.csv", "closest: KHM"),
    ),
    "unknown_mineral": (
        set_cell("first_use", "mineral", "coper"),
        ("first_use.csv, line 2, column mineral", "'coper'", "closest: copper"),
    ),
    "unknown_choice": (
        set_cell("production", "form", "minned"),
        ("production.csv, line 2, column form", "'minned'", "closest: mined"),
    ),
    "unknown_quality": (set_cell("prices", "quality", "certain"), ("column quality", "reported, derived")),
    "no_source": (set_cell("prices", "source", " "), ("prices.csv, line 2, column source", "not blank")),
    "not_a_day": (
        set_cell("coercion", "date", "2025-02-30"),
        ("coercion.csv, line 2, column date", "'2025-02-30'", "a day such as"),
    ),
    "not_a_quarter": (
        set_cell("plants", "start", "2027-Q5"),
        ("plants.csv, line 2, column start", "a quarter"),
    ),
    "row_twice": (repeat_row("prices"), ("prices.csv, line 24", "already on line 2")),
    "low_above_mid": (
        set_cell("prices", "low_usd_t", "99999999"),
        ("prices.csv, line 2, column mid_usd_t", "not below low_usd_t"),
    ),
    "shares_short_of_one": (
        set_where("end_use", "share", "0.001", mineral="copper", sector="construction"),
        ("end_use.csv", "column share", "copper", "a sum of 1"),
    ),
    "lane_shares_above_one": (
        set_where("lane_shares", "share", "0.9", mineral="lithium", importer="USA", exporter="ARG"),
        ("lane_shares.csv", "lithium, refined, USA", "a sum of 1 at most"),
    ),
    "sector_that_is_not_there": (
        set_cell("sector_inputs", "sector", "cars"),
        ("sector_inputs.csv, line 2, column sector", "'cars'", "a sector of sectors.csv (closest: cars_ev)"),
    ),
    "sector_without_places": (
        drop_rows("sector_activity", sector="wind"),
        ("sector_activity.csv: no row of wind", "rows for every sector"),
    ),
    "use_without_an_input": (
        drop_rows("sector_inputs", mineral="copper", sector="wind"),
        ("sector_inputs.csv: no row of copper, wind", "one for each use of copper"),
    ),
    "component_that_is_not_made": (
        set_where("sector_inputs", "made_of", "component", mineral="gallium", sector="wind"),
        ("sector_inputs.csv", "column made_of", "refined, as gallium has no component"),
    ),
    "input_that_is_not_used": (
        set_where("sector_inputs", "sector", "steel", mineral="gallium", sector="wind"),
        ("sector_inputs.csv", "column sector", "a use of gallium in end_use.csv"),
    ),
    "exposed_beyond_its_range": (
        set_cell("sector_inputs", "exposed_share", "0.1"),
        ("sector_inputs.csv, line 2, column exposed_share", "not below exposed_low"),
    ),
    "more_days_at_the_low_end": (
        set_cell("sectors", "parts_days_low", "50"),
        ("sectors.csv, line 2, column parts_days", "not below parts_days_low"),
    ),
    "two_sources_of_a_lane": (
        set_where("lane_shares", "source", "elsewhere", mineral="lithium", importer="USA", exporter="ARG"),
        ("lane_shares.csv", "column source", "elsewhere", "lithium, refined, USA"),
    ),
    "form_at_wrong_stage": (
        set_where("production", "form", "converted", mineral="copper", form="mined"),
        ("production.csv", "column form", "'converted'", "mined at stage ore"),
    ),
    "ore_of_a_mineral_without_ore": (
        set_where("production", "form", "converted", mineral="gallium"),
        ("production.csv", "column form", "primary, since gallium has no ore"),
    ),
    "closing_row_at_wrong_stage": (
        set_where("balance", "stage", "ore", kind="stock_build", mineral="copper"),
        ("balance.csv", "column stage", "refined for stock_build"),
    ),
    "ore_balance_open": (
        set_where("production", "output_t_year", "1e6", mineral="copper", form="mined"),
        ("balance.csv: copper", "process loss = converted does not hold"),
    ),
    "refined_balance_open": (
        set_where("first_use", "use_t_year", "1", mineral="gallium", iso3="JPN"),
        ("balance.csv: gallium", "first use + unreported use + stock building does not hold"),
    ),
    "rest_of_world_not_last": (
        lambda folder: write(folder, "countries", read(folder, "countries")[::-1]),
        ("countries.csv", "column iso3", "ROW in the last row"),
    ),
    "country_code_not_iso": (
        replace_text("countries.csv", "\nCAN,", "\nCa1,"),
        ("column", "'CAN'", "a code of countries.csv"),
    ),
    "country_without_potential": (
        drop_rows("resource_potential", iso3="MNG"),
        ("resource_potential.csv", "MNG", "one for every country"),
    ),
    "country_without_dependence": (
        drop_rows("dependence", iso3="MNG", partner="CHN"),
        ("dependence.csv", "MNG toward CHN", "one for every country"),
    ),
    "mineral_without_price": (
        drop_rows("prices", mineral="copper", stage="refined"),
        ("prices.csv", "copper, refined", "one for every mineral"),
    ),
    "mineral_without_full_cost": (
        drop_rows("costs", mineral="gallium", iso3="*", kind="incentive"),
        ("costs.csv", "gallium, refined, *, incentive"),
    ),
    "truce_of_nothing": (
        set_where("calendar", "suspends", "chn_ga_ge_sb_bann", id="chn_ga_ge_sb_truce"),
        ("calendar.csv", "column suspends", "closest: chn_ga_ge_sb_ban"),
    ),
    "measure_ends_before_it_begins": (
        set_where("calendar", "ends", "2020-01-01", id="cod_cobalt_stop"),
        ("calendar.csv", "column ends", "a day not before"),
    ),
    "measure_out_of_range": (
        set_where("calendar", "size", "7", id="chn_tungsten_licence"),
        ("calendar.csv", "column size", "share of requests granted"),
    ),
    "component_without_a_metal": (
        drop_rows("production", mineral="dytb", stage="refined"),
        ("components.csv, line 3, column mineral", "'dytb'", "a mineral refined in production.csv"),
    ),
    "component_cheaper_than_its_metal": (
        set_where("components", "price_mid_usd_t", "55500", mineral="ndpr"),
        ("components.csv, line 2, column price_mid_usd_t", "55500", "above 74324.3"),
    ),
    "component_price_falls": (
        set_where("components", "price_high_usd_t", "90000", mineral="lithium"),
        ("components.csv", "column price_high_usd_t", "not below price_mid_usd_t"),
    ),
    "component_share_above_one": (
        set_where("components", "share_of_first_use", "1.2", mineral="cobalt"),
        ("components.csv", "column share_of_first_use", "'1.2'", "above 0, at most 1"),
    ),
    "component_share_outside_its_range": (
        set_where("components", "share_of_first_use_low", "0.99", mineral="cobalt"),
        ("components.csv", "column share_of_first_use", "0.75", "not below share_of_first_use_low, 0.99"),
    ),
    "component_premium_outside_its_range": (
        set_where("components", "conversion_premium_high", "0.1", mineral="graphite"),
        ("components.csv", "column conversion_premium_high", "not below conversion_premium, 0.7"),
    ),
    "component_recovery_of_nothing": (
        set_where("components", "recovery_share", "0", mineral="nickel"),
        ("components.csv", "column recovery_share", "'0'", "above 0, at most 1"),
    ),
    "component_of_no_kind": (
        set_where("components", "component", "wafer", mineral="ndpr"),
        ("components.csv, line 2, column component", "'wafer'", "magnet, cathode, anode"),
    ),
    "component_without_elasticity": (
        drop_rows("elasticities", mineral="lithium", kind="taste_component"),
        ("elasticities.csv", "lithium, taste_component", "one for every mineral of components.csv"),
    ),
    "component_lane_of_a_mineral_without_one": (
        set_where("lane_shares", "mineral", "copper", mineral="graphite", stage="component", exporter="CHN"),
        ("lane_shares.csv", "column mineral", "'copper'", "a mineral of components.csv"),
    ),
    "component_duty_of_a_mineral_without_one": (
        set_where("tariffs", "mineral", "gallium", importer="EU", stage="component", exporter="KOR"),
        ("tariffs.csv", "column mineral", "'gallium'", "a mineral of components.csv"),
    ),
    "component_plant_of_another_form": (
        set_where("plants", "form", "converted", plant="Narva", mineral="ndpr"),
        ("plants.csv", "column form", "'converted'", "component at stage component"),
    ),
    "component_measure_on_a_mineral_without_one": (
        set_where("calendar", "minerals", "ndpr;tungsten", id="usa_301_magnets"),
        ("calendar.csv", "column minerals", "'tungsten'", "a mineral of components.csv"),
    ),
    "stage_unknown_to_measures": (
        set_where("calendar", "stages", "component;magnet", id="usa_301_magnets"),
        ("calendar.csv", "column stages", "ore, refined, component"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named(folder: Path, name: str) -> None:
    spoil, words = FAULTS[name]
    spoil(folder)
    with pytest.raises(DatasetError) as caught:
        load_dataset(folder)
    for word in words:
        assert word in str(caught.value)


def test_every_fault_of_a_file_is_listed(folder: Path) -> None:
    set_cell("prices", "mid_usd_t", "dear", 2)(folder)
    set_cell("minerals", "forms", "many")(folder)
    set_cell("production", "iso3", "XYZ")(folder)
    with pytest.raises(DatasetError, match=r"minerals\.csv, line 2, column forms"):
        load_dataset(folder)
    set_cell("minerals", "forms", "3")(folder)
    with pytest.raises(DatasetError) as caught:
        load_dataset(folder)
    assert {line.split(",")[0] for line in str(caught.value).splitlines()} == {"prices.csv", "production.csv"}


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such folder"):
        load_dataset(tmp_path / "nowhere")
