"""The tables load, close and describe themselves; a new mineral or country is rows only."""

from __future__ import annotations

import csv
import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from world.dataset import DATA_FOLDER, Dataset, DatasetError, balance_report, load_dataset
from world.tables.calendar import read_calendar
from world.tables.catalogue import TABLES, describe_tables


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return load_dataset()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tables to change; the long table of goods trade is cut short to keep the tests quick."""
    copy = tmp_path / "data"
    shutil.copytree(DATA_FOLDER, copy)
    trade = copy / "goods_trade.csv"
    trade.write_text(
        "".join(trade.read_text(encoding="utf-8").splitlines(keepends=True)[:40]), encoding="utf-8"
    )
    return copy


def add(folder: Path, table: str, *rows: Mapping[str, object], before_last: bool = False) -> None:
    """Append rows, missing cells filled like those of the first row of the table."""
    path = folder / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        held = list(csv.DictReader(file))
    new = [held[0] | {name: str(value) for name, value in row.items()} for row in rows]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, TABLES[table].column_names, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*held[:-1], *new, held[-1]] if before_last else [*held, *new])


def test_spreadsheet_mark_and_blank_lines_do_no_harm(folder: Path) -> None:
    before = load_dataset(folder).table("prices")
    file = folder / "prices.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert load_dataset(folder).table("prices").equals(before)


def test_axes_and_types(dataset: Dataset) -> None:
    assert len(dataset.minerals) == 12
    assert len(dataset.countries) == 132
    assert dataset.countries[-1] == "ROW"
    assert "GRL" in dataset.countries
    assert len(dataset.blocs["EU"]) == 27
    assert dataset.table("production")["output_t_year"].dtype.kind == "f"
    assert dataset.table("minerals")["has_ore"].dtype.kind == "i"


def test_tables_cannot_be_spoilt_through_a_copy(dataset: Dataset) -> None:
    prices = dataset.table("prices")
    prices.loc[0, "mid_usd_t"] = 0.0
    assert (dataset.table("prices")["mid_usd_t"] > 0).all()
    with pytest.raises(DatasetError, match="closest: prices"):
        dataset.table("price")


def test_fingerprint_follows_the_content(folder: Path) -> None:
    first = load_dataset(folder)
    text = (folder / "prices.csv").read_text(encoding="utf-8")
    (folder / "prices.csv").write_text(text.replace("LME", "an exchange", 1), encoding="utf-8")
    second = load_dataset(folder)
    assert len(first.fingerprint) == 64
    assert first.fingerprint != second.fingerprint
    assert pickle.loads(pickle.dumps(second)).fingerprint == second.fingerprint


def test_base_year_closes(dataset: Dataset) -> None:
    """The closing arithmetic done afresh from the tables, not by the code under test."""
    balance, production, use = (dataset.table(name) for name in ("balance", "production", "first_use"))
    for mineral in dataset.minerals:
        made = production[production["mineral"] == mineral].groupby("form")["output_t_year"].sum()
        rows = balance[balance["mineral"] == mineral]
        closing = rows.groupby(["stage", "kind"])["tonnes_year"].sum().to_dict()
        ore = made.get("mined", 0.0) + closing.get(("ore", "secondary_feed"), 0.0)
        ore -= closing.get(("ore", "other_use"), 0.0)
        assert ore - closing.get(("refined", "process_loss"), 0.0) == pytest.approx(
            made.get("converted", 0.0), rel=1e-6
        )
        supply = made.get("converted", 0.0) + made.get("primary", 0.0)
        supply += closing.get(("refined", "secondary_feed"), 0.0)
        demand = use[use["mineral"] == mineral]["use_t_year"].sum()
        demand += closing.get(("refined", "stock_build"), 0.0) + closing.get(
            ("refined", "unreported_use"), 0.0
        )
        assert supply == pytest.approx(demand, rel=1e-6)


def test_no_country_gives_away_more_ore_than_it_has(dataset: Dataset) -> None:
    production, balance = dataset.table("production"), dataset.table("balance")
    ore = production[production["form"] == "mined"].groupby(["mineral", "iso3"])["output_t_year"].sum()
    mined = ore.to_dict()
    other = balance[balance["kind"] == "other_use"].groupby(["mineral", "iso3"])["tonnes_year"].sum()
    for place, tonnes in other.to_dict().items():
        assert tonnes < mined[place]


def test_balance_report_names_every_closing_row(dataset: Dataset) -> None:
    lines = balance_report(dataset)
    for reason in dataset.table("balance")["reason"]:
        assert any(reason in line for line in lines)
    for mineral in dataset.minerals:
        assert f"{mineral}, t a year" in lines
    assert any(line.startswith("  countries: ") for line in lines)


def test_calendar_becomes_measures(dataset: Dataset) -> None:
    measures = {measure.id: measure for measure in read_calendar(dataset)}
    ban = measures["chn_ga_ge_sb_ban"]
    assert ban.minerals == ("gallium", "germanium", "antimony")
    assert ban.size is None
    truce = measures["chn_ga_ge_sb_truce"]
    assert truce.suspends == (ban.id,)
    assert truce.ends is not None
    assert truce.ends.isoformat() == "2026-11-27"
    known = max(measure.announced for measure in measures.values())
    assert known.isoformat() <= "2026-02-05"


def test_new_country_is_rows_only(folder: Path) -> None:
    add(folder, "countries", {"iso3": "GEO", "name": "Georgia", "blocs": ""}, before_last=True)
    add(folder, "dependence", {"iso3": "GEO", "partner": "CHN"}, {"iso3": "GEO", "partner": "USA"})
    add(folder, "favourability", {"iso3": "GEO", "toward": "CHN"}, {"iso3": "GEO", "toward": "USA"})
    add(folder, "resource_potential", {"iso3": "GEO"})
    grown = load_dataset(folder)
    assert grown.countries[-2:] == ("GEO", "ROW")
    assert "GEO" in set(grown.table("resource_potential")["iso3"])


def test_new_mineral_is_rows_only(folder: Path) -> None:
    new = {"mineral": "tin"}
    refined = new | {"stage": "refined"}
    add(folder, "minerals", new | {"has_ore": 1, "name": "tin"})
    add(folder, "production", new | {"stage": "ore", "iso3": "PER", "form": "mined", "output_t_year": 100})
    add(folder, "production", refined | {"iso3": "IDN", "form": "converted", "output_t_year": 90})
    add(folder, "first_use", new | {"iso3": "CHN", "use_t_year": 85})
    loss = {"iso3": "*", "kind": "process_loss", "tonnes_year": 10, "low_t_year": "", "high_t_year": ""}
    add(
        folder,
        "balance",
        refined | loss,
        refined | loss | {"iso3": "CHN", "kind": "stock_build", "tonnes_year": 5},
    )
    add(folder, "prices", new | {"stage": "ore"}, refined)
    for kind in (
        "supply_long_run",
        "demand_short_run",
        "demand_long_run",
        "taste_refined",
        "supply_ore",
        "taste_ore",
    ):
        add(folder, "elasticities", new | {"kind": kind})
    for kind in ("cash", "incentive"):
        add(folder, "costs", new | {"stage": "ore", "form": "mined", "iso3": "*", "kind": kind})
        add(folder, "costs", refined | {"form": "converted", "iso3": "*", "kind": kind})
    for scenario in ("STEPS", "APS", "NZE"):
        add(folder, "demand_growth", new | {"scenario": scenario})
    add(folder, "volatility", new)
    add(folder, "end_use", new | {"share": 1})
    add(folder, "final_demand", new | {"iso3": "CHN", "share": 1})
    assert load_dataset(folder).minerals[-1] == "tin"


def test_reference_page_shows_the_tables_as_declared() -> None:
    page = Path(__file__).parents[3] / "docs" / "data.md"
    assert describe_tables() in page.read_text(encoding="utf-8")
