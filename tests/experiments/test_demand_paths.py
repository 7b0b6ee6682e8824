"""Paths of demand in cases: of the world, and of countries whose own was another."""

import math
from pathlib import Path

import numpy as np
import pytest
from made_up_case import CASE, write_case

from experiments.backtests.case import Case
from experiments.backtests.case_reading import read_case
from experiments.backtests.demand_paths import growth_in, levels, path_of, world_path
from world.axes import REFINED, gather
from world.model import TradeWorld
from world.stocks.holdings import use_of_users_t


def grown(folder: Path, *lines: str) -> Case:
    folder.mkdir(exist_ok=True)
    text = CASE.replace("exchange_traded = false\n", "exchange_traded = false\n" + "\n".join(lines) + "\n")
    return read_case(write_case(folder, text))


def use_by_country(case: Case, rounds: int) -> dict[str, float]:
    """What each country uses at the prices it is used to, after so many rounds, over the base year."""
    scenario = case.scenario()
    world = TradeWorld(scenario, rng=1, dataset=case.dataset(scenario))
    for _ in range(rounds):
        world.step()
    base, markets = world.base, world.state.markets
    use = use_of_users_t(base, markets, REFINED) / np.where(base.use_t > 0, base.use_t * markets.thrift, 1.0)
    names = [base.axes.countries[place] for place in base.axes.users[0]]
    return dict(zip(names, use[0].tolist(), strict=True))


def test_a_fall_by_forty_percent_is_one(tmp_path: Path) -> None:
    case = grown(tmp_path, "growth = { 2011 = -0.4 }")
    after_2011 = use_by_country(case, 6)
    # from the last quarter of 2010, in which nothing grows yet, to the last of 2011
    assert after_2011["BBB"] == pytest.approx(0.6, rel=1e-9)


def test_nothing_grows_before_the_first_year_that_is_named(tmp_path: Path) -> None:
    case = grown(tmp_path, "growth = { 2012 = 0.5 }")
    assert use_by_country(case, 6)["BBB"] == pytest.approx(1.0, rel=1e-9)


def test_a_country_follows_its_own_path_and_the_others_theirs(tmp_path: Path) -> None:
    case = grown(tmp_path, "growth = { 2011 = 0.1 }", "growth_of.BBB = { 2011 = -0.5 }")
    use = use_by_country(case, 6)
    assert use["BBB"] == pytest.approx(0.5, rel=1e-9)
    assert use["AAA"] == pytest.approx(1.1, rel=1e-9)
    assert use["CCC"] == pytest.approx(1.1, rel=1e-9)


def test_the_world_grows_by_what_comes_of_all(tmp_path: Path) -> None:
    entry = grown(tmp_path, "growth_of.BBB = { 2011 = 1.0, 2012 = 1.0, 2013 = 0.0 }").world.minerals["stuff"]
    path = world_path(entry)
    assert path[2011] == pytest.approx(math.log(1.4))  # BBB uses two fifths
    assert path[2012] == pytest.approx(math.log(2.2 / 1.4))
    assert growth_in(path, 2020) == pytest.approx(0.0)
    assert growth_in(path_of(entry, "BBB"), 2010) == 0.0


def test_measures_put_the_path_of_the_place_aside(tmp_path: Path) -> None:
    case = grown(tmp_path, "growth_of.BBB = { 2011 = -0.5 }")
    found = levels(case.world.minerals["stuff"], case.clock)
    assert found["BBB"][-1] / found["BBB"][0] == pytest.approx(0.5)
    assert found["AAA"][-1] / found["AAA"][0] == pytest.approx(1.0)


def test_a_world_without_own_paths_keeps_one_for_all(tmp_path: Path) -> None:
    scenario = (case := grown(tmp_path, "growth = { 2011 = 0.1 }")).scenario()
    world = TradeWorld(scenario, rng=1, dataset=case.dataset(scenario))
    world.step()
    assert (gather(world.state.markets.demand_apart, world.base.axes.users, 1.0) == 1.0).all()
