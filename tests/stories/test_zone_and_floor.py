"""What a price-floor zone does to prices, trade and those inside and outside, on small worlds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import QUIET_LEADER, make_world, measure, play, played, same_tables, table, zone_world

from world.model import TradeWorld

OPEN = 4
"""The round in which decisions open and the zones of these tests begin."""
BOOKKEEPING = {"countries.standing", "zone.in_scope", "zone.reference_price_usd_t", "decisions"}
"""What an announced zone writes down even when nobody joins it: prices on offer, answers of those asked."""


def differing(one: TradeWorld, other: TradeWorld) -> set[str]:
    found = {name.split(":")[0] for name in same_tables(one, other)}
    return {name for name in found if name not in BOOKKEEPING and name.split(".")[0] != "decisions"}


@pytest.mark.parametrize("doctrine", ["passive", "tit_for_tat", "leverage"])
def test_a_zone_nobody_joins_changes_nothing(doctrine: str) -> None:
    given = {"rounds": 10, "minerals": ["ndpr", "gallium"], "dominant_refiner__doctrine": doctrine}
    without = played("baseline", **given, institutions__off=["*"])
    announced = played(
        "zone_floor", **given, reserve__exists=False, accession__strategy="fixed", **QUIET_LEADER
    )
    assert not announced.state.politics.floor_in_force
    assert differing(without, announced) == set()
    for block, arriving in without.state.markets.arriving_t.items():  # nor any plant on its way
        np.testing.assert_array_equal(announced.state.markets.arriving_t[block], arriving, err_msg=block)


def test_a_floor_lifts_the_landed_price_of_outside_goods_to_the_reference_and_no_further() -> None:
    world = zone_world(["JPN", "KOR"], minerals=["ndpr", "gallium", "lithium"])
    members = ["USA", "JPN", "KOR"]
    flows = table(world, "flows")
    flows = flows[flows["round"] >= OPEN]
    into = flows["destination"].isin(members) & ~flows["origin"].isin(members)
    assert (flows.loc[~into, "levy_usd_t"] == 0.0).all()
    zone = table(world, "zone").set_index(["round", "mineral", "stage"])["reference_price_usd_t"]
    crossing = flows[into].join(zone, on=["round", "mineral", "stage"])
    assert (crossing.loc[crossing["reference_price_usd_t"].isna(), "levy_usd_t"] == 0.0).all()  # components
    crossing = crossing.dropna(subset="reference_price_usd_t")
    taxed = crossing["levy_usd_t"] > 0.0
    assert taxed.sum() > 20
    np.testing.assert_allclose(
        crossing.loc[taxed, "price_landed_usd_t"], crossing.loc[taxed, "reference_price_usd_t"], rtol=1e-9
    )
    assert (
        crossing.loc[~taxed, "price_landed_usd_t"]
        >= crossing.loc[~taxed, "reference_price_usd_t"] * (1 - 1e-9)
    ).all()


def test_the_inside_price_follows_only_where_outsiders_still_sell() -> None:
    world = zone_world(minerals=["ndpr", "gallium"], rounds=8)
    markets = table(world, "markets", country="USA", stage="refined", round=7).set_index("mineral")
    reference = table(world, "zone", stage="refined", round=7).set_index("mineral")["reference_price_usd_t"]
    assert markets["import_share"]["gallium"] > 0.9
    assert markets["price_mean_usd_t"]["gallium"] == pytest.approx(reference["gallium"], rel=0.02)
    assert markets["import_share"]["ndpr"] < 0.05  # it mines and refines what it needs
    assert markets["price_mean_usd_t"]["ndpr"] < 0.6 * reference["ndpr"]


@pytest.mark.parametrize("mineral", ["ndpr", "cobalt", "tungsten"])
def test_the_outside_price_falls_the_more_the_larger_the_buyers_that_insulate(mineral: str) -> None:
    given = {"minerals": [mineral], "rounds": OPEN + 1}
    worlds = [
        played("baseline", **given),
        zone_world(leader__country="JPN", **given),
        zone_world(["USA", "DEU"], leader__country="JPN", **given),
        zone_world(["USA", "DEU", "KOR", "VNM"], leader__country="JPN", **given),
    ]
    prices = [
        float(table(world, "zone", stage="refined", round=OPEN)["price_home_usd_t"].iloc[0])
        for world in worlds
    ]
    assert prices == sorted(prices, reverse=True)
    assert prices[0] > 1.005 * prices[-1]


def test_the_dominant_refiner_captures_the_levy_without_moving_a_price() -> None:
    given = {"members": ["KOR"], "leader__country": "JPN", "minerals": ["ndpr", "gallium"], "rounds": 8}
    given |= {"parameters__levy_capture_delay_quarters": 3}
    left, taken = zone_world(**given), zone_world(**given, dominant_refiner__levy_capture=1.0)
    assert [name for name in same_tables(left, taken) if name.split(".")[0] != "countries"] == []
    assert same_tables(left, taken, before=OPEN + 3) == []  # its law takes three quarters
    before, after = (table(world, "countries", round=7).set_index("country") for world in (left, taken))
    captured = after["export_tax_usd"]["CHN"] - before["export_tax_usd"]["CHN"]
    lost = (before["levy_usd"] - after["levy_usd"]).sum()
    assert captured > 0.0
    assert captured == pytest.approx(lost, rel=1e-12)
    assert after["welfare_usd"].sum() == pytest.approx(before["welfare_usd"].sum(), rel=1e-12)
    paid = table(left, "flows", round=7, origin="CHN")
    assert captured == pytest.approx(
        (paid["levy_usd_t"] * paid["flow_t"]).sum(), rel=1e-3
    )  # lanes under 1e-4 are not listed


def test_a_tax_on_ones_own_exports_under_the_floor_moves_the_revenue_and_no_price() -> None:
    """Known answer T9b: the levy shrinks by what the exporter takes, so both sides see the same prices."""
    tax = measure("export_tax", "CHN", "2026-Q1", stages=("refined",), targets=("JPN",), size=0.1)
    given = {"leader__country": "JPN", "rounds": 5, "parameters__contract_share": 0.0}
    free, taxed = zone_world(**given), zone_world(**given, measures=[tax])
    prices = [
        table(world, "markets", round=OPEN)[["price_fob_usd_t", "price_mean_usd_t", "output_t"]]
        for world in (free, taxed)
    ]
    np.testing.assert_allclose(*prices, rtol=1e-8)
    before, after = (table(world, "countries", round=OPEN).set_index("country") for world in (free, taxed))
    lanes = table(taxed, "flows", round=OPEN, stage="refined", origin="CHN", destination="JPN", hub="")
    assert (lanes["levy_usd_t"] > 0.0).all()
    gate = table(taxed, "markets", round=OPEN, stage="refined", country="CHN")["price_fob_usd_t"].iloc[0]
    assert after["export_tax_usd"]["CHN"] == pytest.approx(0.1 * gate * lanes["flow_t"].sum(), rel=1e-9)
    border = ["tariff_usd", "levy_usd"]
    handed_over = (before[border] - after[border]).sum(axis=1)["JPN"]
    assert handed_over == pytest.approx(after["export_tax_usd"]["CHN"], rel=1e-6)


def gain_from_zone(members: list[str], mineral: str) -> pd.DataFrame:
    """Change of the accounts of a zone's first round against the same world without members, USD. The floor
    holds for ore and metal: with magnets covered as well a small miner pays more for its own magnets."""
    given = {"minerals": [mineral], "rounds": OPEN + 1, "zone__stages": ["ore", "refined"]}
    none = played("zone_floor", **given, reserve__exists=False, accession__strategy="fixed", **QUIET_LEADER)
    zone, nobody = (
        table(world, "countries", round=OPEN).set_index("country").select_dtypes("number")
        for world in (zone_world(members, **given), none)
    )
    return zone - nobody


@pytest.mark.parametrize(
    ("mineral", "members"),
    [("ndpr", ["AUS", "MYS", "JPN"]), ("cobalt", ["AUS", "JPN"]), ("tungsten", ["AUS", "JPN"])],
)
def test_a_member_with_ore_gains_and_a_member_without_pays(mineral: str, members: list[str]) -> None:
    gain = gain_from_zone(members, mineral)
    assert gain["miner_profit_usd"]["AUS"] > 0.0
    assert gain["welfare_usd"]["AUS"] > 0.0
    assert gain["user_surplus_usd"]["JPN"] < 0.0
    assert gain["welfare_usd"]["JPN"] < 0.0  # even with the levy, which its treasury collects
    assert gain["levy_usd"]["JPN"] > 0.0
    # its mines and plants share the loss: who refines its own ore may lose on the ore alone
    assert gain["refiner_profit_usd"]["CHN"] + gain["miner_profit_usd"]["CHN"] < 0.0


def test_ore_without_a_refinery_inside_the_zone_gains_nothing() -> None:
    """Australian rare earths are refined in Malaysia: while it stays outside, the floor hits its customer."""
    assert gain_from_zone(["AUS", "JPN"], "ndpr")["miner_profit_usd"]["AUS"] < 0.0
    assert gain_from_zone(["AUS", "MYS", "JPN"], "ndpr")["miner_profit_usd"]["AUS"] > 0.0


def test_the_floor_ends_with_its_last_member() -> None:
    world = make_world(
        "zone_floor",
        rounds=8,
        zone__text_quarters=[0, 0],
        accession__strategy="fixed",
        reserve__exists=False,
        **QUIET_LEADER,
        parameters__accession_review_probability=1.0,
    )
    play(world, OPEN)
    place = world.base.axes.country("JPN")
    world.state.politics.rung[place] = 4
    in_force = []
    while not world.finished:
        world.step()
        in_force.append(world.state.politics.floor_in_force)
    assert in_force[0] is False  # a fixed holdout leaves at its first review, before the market of that round
    assert not any(in_force)


def magnets_of_members_t(**given: object) -> float:
    """Tonnes of magnet metal that four members make in the last year of sixteen quarters."""
    members = ["USA", "JPN", "KOR", "DEU"]
    world = zone_world(members[1:], minerals=["ndpr"], rounds=16, **given)
    made = table(world, "markets", stage="component")
    return float(made.loc[(made["round"] >= 12) & made["country"].isin(members), "output_t"].sum())


def test_a_floor_for_metal_alone_drives_magnet_makers_out_and_one_built_stage_on_stage_does_not() -> None:
    """Effective protection: a dear input is a tax on its users unless their own good is covered for it."""
    free = table(played("baseline", minerals=["ndpr"], rounds=16), "markets", stage="component")
    last = (free["round"] >= 12) & free["country"].isin(["USA", "JPN", "KOR", "DEU"])
    without = float(free.loc[last, "output_t"].sum())
    metal_alone = magnets_of_members_t(zone__stages=["ore", "refined"])
    apart = magnets_of_members_t(leader__built_on_inputs=False)
    chained = magnets_of_members_t()
    assert metal_alone < 0.8 * without
    assert metal_alone < apart < chained
    assert chained > without
