"""Figures: every run can be drawn, titles say what the tables say, the same run gives the same files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.figures import dominance, membership, naming, prices, reserve, theme, welfare, world_map
from experiments.figures.gallery import GALLERY, draw_all
from experiments.floor_bill import SIDES
from experiments.results import ResultsError, Run
from world.records.schema import SCHEMA

MakeRun = Callable[..., Run]


def test_all_are_drawn_twice_alike(run: Run, tmp_path: Path) -> None:
    first = draw_all(run, tmp_path / "first")
    second = draw_all(run, tmp_path / "second")
    assert [info.name for info in first] == list(GALLERY)
    for one, other in zip(first, second, strict=True):
        assert one.png.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert one.svg.read_bytes() == other.svg.read_bytes()
        assert b"dc:date" not in one.svg.read_bytes()


def test_a_key_longer_than_the_figure_goes_on_in_a_new_line() -> None:
    figure = theme.new_figure(4.0, 3.0)
    words = ["users", "refiners and makers", "licence rents", "re-export margins", "reserve and finance"]
    theme.frame(figure, "Finding", "Source", [theme.KeyEntry(word, "#000000", patch=True) for word in words])
    panel = figure.subplots()
    found = {text.get_text(): text.get_window_extent() for text in figure.texts}
    heights = {round(found[word].y0) for word in words}
    assert all(found[word].x1 <= figure.bbox.x1 for word in words)
    assert len(heights) > 1
    assert panel.get_window_extent().y1 < min(heights)


@pytest.mark.parametrize("name", list(GALLERY))
@pytest.mark.parametrize(
    "shape",
    [
        {"rounds": 1, "lost_usd": 0.0},
        {"rounds": 2, "zone": False, "reserve": False},
        {"minerals": ("copper",), "reserve": False},
        {"rounds": 3, "minerals": ("ndpr", "tin", "gallium", "copper", "cobalt")},
    ],
)
def test_odd_runs_can_be_drawn(make_run: MakeRun, name: str, shape: dict[str, object]) -> None:
    run = make_run(**shape)
    figure = run.figure(name)
    assert isinstance(figure, Figure)
    assert figure.texts
    figure.savefig(run.folder / "drawn.png", dpi=20)


def test_no_reserve_and_no_zone_no_figures_of_them(make_run: MakeRun, tmp_path: Path) -> None:
    drawn = draw_all(make_run(reserve=False, zone=False), tmp_path / "figures")
    assert [info.name for info in drawn] == ["prices", "dominance", "world_map", "welfare", "sectors"]


def test_an_unknown_figure_is_named(run: Run) -> None:
    with pytest.raises(ResultsError, match="no figure 'map'; there are: membership, shortages, prices"):
        run.figure("map")


def test_titles_state_what_the_tables_hold(run: Run, make_run: MakeRun) -> None:
    assert "pay up to 50% more" in prices.find_price(run)
    assert "binds in 4 of 12 quarters" in prices.find_price(run)
    assert dominance.find_dominance(run).endswith(
        "2 of 2 minerals, most for neodymium-praseodymium: 91% to 80%"
    )
    assert (
        membership.find_membership(run)
        == "4 are bound by the floor in Q4 2027 (first: United States and Australia, Q1 2027); 1 holds out"
    )
    assert reserve.find_reserve(run).startswith("The reserve ends with metal that cost 37 million USD")
    calm = make_run("calm-seed1-1", zone=False)
    assert prices.find_price(calm).startswith(
        "Prices in the United States and its partners and outside stay within 3%"
    )
    assert "falls in none of the 2 minerals" in dominance.find_dominance(calm)


def test_the_union_shares_a_row_and_rows_are_in_order_of_date(run: Run) -> None:
    strips = membership.climbers(run)
    assert list(strips.index[:5]) == ["USA", "AUS", "JPN", "EU", "CAN"]
    assert "DEU" not in strips.index
    assert strips.loc["CAN", 11] == membership.HOLDING_OUT


def test_changes_are_those_of_the_accounts(run: Run, make_run: MakeRun) -> None:
    base = make_run("base-seed1-1", zone=False)
    change = welfare.changes(run, base)
    # Australia is bound in 4 of 12 quarters: 3e7 less surplus, 4e6 of levies in each, as a mean of 4 a year
    assert change.loc["AUS", "users"] == pytest.approx(-3e7 * 4 / 12 * 4)
    assert change.loc["AUS", "treasury"] == pytest.approx(4e6 * 4 / 12 * 4)
    assert change.loc["CAN"].abs().sum() == pytest.approx(0.0, abs=1e-3)
    assert "made_up" not in welfare.find_welfare(run, base)
    assert "base" in welfare.find_welfare(run, base)


def test_without_a_baseline_users_count_by_the_change_in_price(run: Run) -> None:
    change = welfare.changes(run)
    # dearer by half at 80 t a quarter of each of the two minerals, four quarters a year
    expected = -0.5 * (60_000 + 400_000) * 80 * 4
    assert change.loc["AUS", "users"] == pytest.approx(expected)
    assert change.loc["IND", "users"] == pytest.approx(0.0)


def test_the_projection_is_that_of_equal_earth() -> None:
    points = world_map.project(np.array([0.0, 180.0, 0.0]), np.array([0.0, 0.0, 90.0]))
    assert points[0] == pytest.approx([0.0, 0.0])
    assert points[1] == pytest.approx([2.70663, 0.0], abs=1e-5)
    assert points[2] == pytest.approx([0.0, 1.31736], abs=1e-5)


def test_arcs_are_trade_between_countries_by_value(run: Run) -> None:
    arcs = world_map.traded(run, "ndpr", "refined")
    assert not (arcs["origin"] == arcs["destination"]).any()
    assert arcs["value_usd"].is_monotonic_decreasing
    assert "China ships" in world_map.find_world_map(run, "ndpr")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.94e9, "1.9 billion USD"),
        (-5.2e7, "-52 million USD"),
        (999.9e6, "1.0 billion USD"),
        (-0.0, "about 0 USD"),
        (float("nan"), "an unknown sum"),
        (7_000.0, "7.0 thousand USD"),
    ],
)
def test_money_in_words(value: float, words: str) -> None:
    assert naming.format_money(value) == words


def test_numbers_in_words() -> None:
    assert naming.format_money(5.2e7, signed=True) == "+52 million USD"
    assert naming.format_share(-0.001) == "0%"
    assert naming.format_price(110_000.0) == "110 USD/kg"
    assert naming.format_price(float("nan")) == "unknown"
    assert naming.in_words(["a", "b", "c"]) == "a, b and c"
    assert naming.in_words(["a", "b", "c"], 1) == "a and 2 more"
    assert naming.quarter_in_words("2027-Q3") == "Q3 2027"
    assert naming.as_signatories(["DEU", "FRA", "JPN"]) == ["EU", "JPN"]
    assert naming.mineral_name("tin") == "Tin"


def test_every_group_of_accounts_has_a_colour_of_its_own() -> None:
    assert {*welfare.GROUPS, *SIDES} == set(theme.ACCOUNT_COLOURS)
    for groups in (welfare.GROUPS, SIDES):
        assert len({theme.ACCOUNT_COLOURS[name] for name in groups}) == len(groups)


def test_the_bars_hold_every_account_that_welfare_is_the_sum_of() -> None:
    money = {column.name for column in SCHEMA["countries"] if column.name.endswith("_usd")}
    drawn = [account for accounts in welfare.GROUPS.values() for account in accounts]
    assert sorted(drawn) == sorted(money - {"final_user_surplus_usd", "welfare_usd", "stake_usd"})
