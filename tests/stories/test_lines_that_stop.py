"""What sectors lose and pay when a mineral is short or dear."""

from __future__ import annotations

import numpy as np
import pandas as pd
from small_worlds import make_world, measure, play, table, zone_world

from world.model import TradeWorld
from world.policy.measures import Measure


def gallium(*measures: Measure, **given: object) -> TradeWorld:
    settings = {"minerals": ("gallium",), "rounds": 12, "measures": list(measures)}
    return play(make_world(**(settings | given)))


def lost_usd_bn(world: TradeWorld, **where: object) -> pd.Series:
    return table(world, "sectors", **where).groupby("round")["output_lost_usd"].sum() / 1e9


def test_no_line_stops_where_nothing_is_withheld() -> None:
    quiet = gallium()
    assert lost_usd_bn(quiet).max() == 0.0
    assert len(table(quiet, "sector_shortages")) == 0


def test_a_stop_is_felt_after_stocks_and_parts_are_used_up_abroad_and_not_at_home() -> None:
    stop = measure("ban", "CHN", "2026-Q1", minerals=("ndpr",), stages=("component",))
    stopped = gallium(stop, minerals=("ndpr",), rounds=8)
    lost = lost_usd_bn(stopped, country="USA")
    assert lost.loc[:4].max() == 0.0  # the stop begins in round 4, and stocks last for it
    assert lost.loc[6:].min() > 1.0
    assert lost_usd_bn(stopped, country="CHN").max() == 0.0
    arms = table(stopped, "sectors", country="USA", sector="defence")["parts_days"]
    assert arms.iloc[4] > 60 > arms.iloc[-1]


def test_a_tonne_is_worth_what_is_published_for_it() -> None:
    """USGS: 90 to 434 million USD of American product a tonne of gallium; vehicles a tonne of NdPr: 93."""
    sectors = make_world(minerals=("ndpr", "gallium")).economy.sectors
    value = (sectors.exposed_share[:, :, None] * sectors.value_usd).sum(axis=2) / 1e6
    need_t = sectors.need_t.sum(axis=2)
    ndpr, cars = 0, sectors.names.index("cars_ev")
    assert 90 < value[1].sum() / need_t[1].sum() < 434
    assert 10 < value[ndpr, cars] / need_t[ndpr, cars] < 93


def test_priority_buyers_stop_last() -> None:
    given = {"reserve__exists": True, "reserve__target_days": 0.0, "reserve__sectors": ["defence"]}
    met = []
    for first in (True, False):
        world = gallium(measure("ban", "CHN", "2026-Q1"), **given, reserve__served_first=first)
        rows = table(world, "sectors", country="USA", round=9).set_index("sector")["met_share"]
        met.append(rows)
    assert met[0]["defence"] > met[1]["defence"]
    assert met[0]["electronics_chips"] < met[1]["electronics_chips"]


def test_dearer_metal_is_passed_on_in_proportion_to_what_is_in_a_product() -> None:
    stopped = table(gallium(measure("ban", "CHN", "2026-Q1")), "sectors", country="USA", round=9)
    rows = stopped.set_index("sector")
    assert rows.loc["cars_ev", "cost_unit_usd"] > 0.0
    assert rows.loc["steel", "cost_unit_usd"] == 0.0
    price = rows["cost_unit_usd"] / rows["cost_unit_percent"].replace(0.0, np.nan) * 100
    assert np.isclose(price["cars_ev"], 40_000)


CLUB = ["CAN", "JPN", "KOR"]


def parts_of_the_club(world: TradeWorld) -> float:
    """Assembly of wind power in the club over that of the base year, in the last round."""
    rows = table(world, "sectors", sector="wind", round=world.round - 1).set_index("country")
    members = rows.loc[["USA", *CLUB]]
    return float(
        (members["assembly_ratio"] * members["activity_share"]).sum() / members["activity_share"].sum()
    )


def zone_with(**given: object) -> TradeWorld:
    settings = {"minerals": ("ndpr",), "rounds": 24, "zone__stages": ["ore", "refined", "component"]}
    return zone_world(CLUB, **(settings | given))


def test_assembly_leaves_a_floor_on_components_and_stays_where_products_pay_it_too() -> None:
    floor, covered = zone_with(), zone_with(zone__products=True)
    metal = zone_with(zone__stages=["ore", "refined"])
    assert parts_of_the_club(floor) < parts_of_the_club(covered) - 0.005 < 1.0
    # components of the world are cheap where only the metal has a floor: their makers leave, not assembly
    assert parts_of_the_club(floor) < parts_of_the_club(metal) - 0.005
    for world in (floor, covered):  # what leaves comes elsewhere: the world needs what it needed
        base, markets = world.base, world.state.markets
        moved = (base.final_use_t * markets.final_place).sum(axis=1)
        np.testing.assert_allclose(moved, base.final_use_t.sum(axis=1), rtol=1e-9)
