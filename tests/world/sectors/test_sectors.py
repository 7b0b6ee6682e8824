"""Sectors of the data: they add up to the market's use in the base year, and hold usual parts on the eve."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import data_with, make_world, measure, play, table

from world.axes import COMPONENT, REFINED
from world.dataset import load_dataset
from world.ground.background import read_sector_shares
from world.sectors.table import use_by_country_t

MINERALS = ("ndpr", "cobalt", "gallium")
NO_SECTORS = {
    name: load_dataset().table(name).head(0) for name in ("sectors", "sector_inputs", "sector_activity")
}


def test_sectors_add_up_to_the_use_of_each_country() -> None:
    world = make_world(minerals=MINERALS)
    sectors, base = world.economy.sectors, world.base
    for stage, use in ((REFINED, base.use_t), (COMPONENT, base.final_use_t)):
        here = np.where(sectors.made_of[stage][:, :, None], sectors.need_t, 0.0).sum(axis=1)
        wanted = use_by_country_t(base.axes, world.economy.final_use, stage, use)
        some = sectors.made_of[stage].any(axis=1)  # what no sector needs as metal is left to no sector
        assert here[some] == pytest.approx(wanted[some], rel=1e-9)


def test_sectors_have_their_parts_of_the_use_of_the_world() -> None:
    world = make_world(minerals=("gallium",))
    need, shares = world.economy.sectors.need_t[0].sum(axis=1), read_sector_shares(world.dataset)
    wanted = [float(shares[name][0]) for name in world.economy.sectors.names]
    assert need / need.sum() == pytest.approx(wanted, abs=1e-6)


def test_activity_adds_up_to_one_and_exposed_parts_to_tonnes_of_the_order_of_those_counted() -> None:
    world = make_world(minerals=("lithium",))
    sectors = world.economy.sectors
    assert sectors.activity_share.sum(axis=1) == pytest.approx(np.ones(len(sectors.names)))
    cars = sectors.names.index("cars_ev")
    in_electric_car_kg = 1000 * sectors.intensity_t[0, cars] / sectors.exposed_share[0, cars]
    assert 4.0 < in_electric_car_kg < 9.0  # counted: 6.2 kg of lithium an electric car


def test_a_world_without_tables_of_sectors_plays_the_same_market_and_tells_of_none() -> None:
    stop = [measure("ban", "CHN", "2025-Q3")]
    given = {"minerals": ("gallium",), "rounds": 5, "measures": stop}
    without = play(make_world(data=data_with(**NO_SECTORS), **given))
    whole = play(make_world(data=data_with(), **given))
    assert len(table(without, "sectors")) == 0
    assert len(table(whole, "sectors")) > 0
    use = [table(world, "markets")["use_t"].to_numpy() for world in (without, whole)]
    assert (use[0] == use[1]).all()


def test_parts_on_the_eve_are_the_usual_ones() -> None:
    world = make_world(minerals=("gallium",), rounds=2)
    days = table(play(world), "sectors", round=0).groupby("sector")["parts_days"].max()
    assert days["cars_ev"] == pytest.approx(15.0, rel=0.05)
    assert days["steel"] == 0.0
