"""Growth of demand in cases: what happened is no forecast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_up_case import CASE, write_case

from experiments.backtests.case import Case
from experiments.backtests.case_reading import read_case
from experiments.backtests.play import play_case
from world.clock import Clock
from world.dataset import load_dataset
from world.economy import build_economy
from world.ground.background import read_demand_growth, read_expected_growth
from world.model import TradeWorld
from world.parameters import resolve


def growing(folder: Path, growth: str, rounds: int = 6) -> Case:
    folder.mkdir(exist_ok=True)
    text = CASE.replace("used = {", f"growth = {growth}\nused = {{").replace(
        "rounds = 6", f"rounds = {rounds}"
    )
    return read_case(write_case(folder, text))


def paths(case: Case, rounds: int) -> list[list[float]]:
    """Growth in each round, what is expected of it in the round, and on the eve."""
    scenario = case.scenario()
    economy = build_economy(case.dataset(scenario), scenario, resolve({}))
    found = (economy.demand_growth, economy.expected_growth, economy.foreseen_growth)
    return [np.round(np.expm1(one[:rounds, 0]), 3).tolist() for one in found]


def test_industry_expects_the_growth_of_the_year_before(tmp_path: Path) -> None:
    path, expected, foreseen = paths(growing(tmp_path, "{ 2009 = 0.02, 2010 = 0.1, 2011 = 0.4 }"), 10)
    assert path == [0.1] * 2 + [0.4] * 8
    assert expected == [0.02] * 2 + [0.1] * 4 + [0.4] * 4
    assert foreseen == [0.02] * 10


def test_where_the_year_before_is_not_named_it_expects_the_first_year_of_the_run(tmp_path: Path) -> None:
    _, expected, foreseen = paths(growing(tmp_path, "{ 2010 = 0.1, 2011 = 0.4 }"), 10)
    assert expected == [0.1] * 6 + [0.4] * 4
    assert foreseen == [0.1] * 10


def test_nobody_sees_a_slump_before_it_is_there(tmp_path: Path) -> None:
    path, expected, foreseen = paths(growing(tmp_path, "{ 2011 = -0.4 }"), 10)
    assert path == [0.0] * 2 + [-0.4] * 8
    assert expected == [0.0] * 6 + [-0.4] * 4
    assert foreseen == [0.0] * 10


def test_without_any_figure_nothing_grows_and_nobody_expects_it(tmp_path: Path) -> None:
    path, expected, foreseen = paths(read_case(write_case(tmp_path)), 6)
    assert path == expected == foreseen == [0.0] * 6


def test_a_published_path_is_known_to_all() -> None:
    path = read_demand_growth(load_dataset(), "STEPS", Clock(), 12)
    assert read_expected_growth(load_dataset(), Clock(), path) is path


def peak_over_start(case: Case) -> float:
    markets = play_case(case, {}, 1, ["open"])["open"].tables["markets"]
    here = markets[(markets["country"] == "BBB") & (markets["stage"] == "refined")]
    price = here["price_mean_usd_t"].to_numpy()
    return float(price.max() / price[0])


def test_a_boom_that_nobody_saw_coming_is_dearer_than_one_that_all_built_for(tmp_path: Path) -> None:
    seen = growing(tmp_path / "seen", "{ 2009 = 0.35 }", 8)
    unseen = growing(tmp_path / "unseen", "{ 2009 = 0.0, 2010 = 0.35 }", 8)
    assert peak_over_start(unseen) > 1.1 * peak_over_start(seen)


@pytest.mark.parametrize(("words", "starts"), [("", {4, 5, 6, 7, 8}), ("on_time = true\n", {4})])
def test_a_plant_is_late_unless_it_was_on_time(tmp_path: Path, words: str, starts: set[int]) -> None:
    plant = f"""
[[plants]]
plant = "mine"
mineral = "stuff"
stage = "ore"
country = "BBB"
capacity_t_year = 50
start = "2011-Q3"
{words}"""
    case = read_case(write_case(tmp_path, CASE.replace("[[measures]]", f"{plant}\n[[measures]]", 1)))
    scenario = case.scenario()
    begun = set()
    for seed in range(8):
        world = TradeWorld(scenario, rng=seed, dataset=case.dataset(scenario))
        begun.add(world.named_starts[0].due)
    assert begun <= starts
    assert len(begun) >= min(2, len(starts))
