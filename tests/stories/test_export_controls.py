"""What bans, licences, truces and threats do to prices, flows and stocks, on worlds of a few minerals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_worlds import first_day_of, make_world, measure, play, played, table

from world.axes import REFINED
from world.model import TradeWorld
from world.policy.measures import Measure
from world.state import Control

OPEN = 4
SOURCES = {"ndpr": "JPN", "gallium": "JPN", "graphite": "KOR"}
"""A mineral and a destination that buys most of it from the dominant refiner."""


def ban_on(target: str, mineral: str, quarter: str = "2026-Q1", **fields: object) -> Measure:
    return measure(
        "ban", "CHN", quarter, targets=(target,), minerals=(mineral,), stages=("refined",), **fields
    )


def refined(world: TradeWorld, country: str, round_: int = OPEN) -> pd.Series:
    return table(world, "markets", stage="refined", country=country, round=round_).iloc[0]


def shipped(world: TradeWorld, origin: str, destination: str, round_: int, hub: bool = False) -> float:
    """Tonnes of metal shipped from ``origin`` to ``destination`` directly, or through third countries."""
    flows = table(world, "flows", stage="refined", origin=origin, destination=destination, round=round_)
    return float(flows.loc[(flows["hub"] != "") == hub, "flow_t"].sum())


@pytest.mark.parametrize(("mineral", "target"), SOURCES.items())
class TestBanOnOneDestination:
    """An export ban on one destination against the same world without it."""

    def worlds(self, mineral: str, target: str) -> tuple[TradeWorld, TradeWorld]:
        given = {"minerals": [mineral], "rounds": OPEN + 1}
        return played(**given), played(**given, measures=[ban_on(target, mineral)])

    def test_it_raises_the_price_there(self, mineral: str, target: str) -> None:
        free, banned = (refined(world, target) for world in self.worlds(mineral, target))
        assert banned["price_spot_usd_t"] > 1.1 * free["price_spot_usd_t"]
        # the mean of what is paid rises less: who is left to buy from is dearer, but the dearest go unbought
        assert banned["price_mean_usd_t"] > 1.05 * free["price_mean_usd_t"]

    def test_it_lowers_the_price_at_home(self, mineral: str, target: str) -> None:
        """In the mean of five years: who is cut off first uses what he has, then stocks up with others, who
        pull on all while that lasts, and then buys less."""
        given = {"minerals": [mineral], "rounds": OPEN + 20}
        free, banned = (played(**given, measures=measures) for measures in ((), [ban_on(target, mineral)]))
        home = [
            table(world, "markets", stage="refined", country="CHN").set_index("round")["price_fob_usd_t"]
            for world in (free, banned)
        ]
        assert home[1][OPEN] < home[0][OPEN]
        assert home[1].loc[OPEN:].mean() < home[0].loc[OPEN:].mean()

    def test_part_of_the_flow_comes_back_through_third_countries(self, mineral: str, target: str) -> None:
        free, banned = self.worlds(mineral, target)
        assert shipped(banned, "CHN", target, OPEN) == 0.0
        assert shipped(free, "CHN", target, OPEN, hub=True) == 0.0
        returned = shipped(banned, "CHN", target, OPEN, hub=True) / shipped(free, "CHN", target, OPEN)
        assert 0.005 < returned < 0.2
        hubs = set(table(banned, "flows", origin="CHN", destination=target, round=OPEN)["hub"]) - {""}
        assert hubs
        assert not hubs & {"USA", "CHN", target}

    def test_other_sellers_step_in_and_use_falls(self, mineral: str, target: str) -> None:
        free, banned = self.worlds(mineral, target)
        others = [country for country in banned.base.axes.countries if country != "CHN"]
        assert sum(shipped(banned, origin, target, OPEN) for origin in others) > sum(
            shipped(free, origin, target, OPEN) for origin in others
        )
        assert refined(banned, target)["use_t"] < refined(free, target)["use_t"]


def hub_growth(world: TradeWorld) -> float:
    first, last = (shipped(world, "CHN", "JPN", round_, hub=True) for round_ in (OPEN, 15))
    return last / first


def test_hubs_carry_more_the_longer_a_control_decided_in_the_run_lasts() -> None:
    world = make_world(minerals=["gallium"], rounds=16, dominant_refiner__doctrine="passive")
    play(world, OPEN)
    target = world.base.axes.country("JPN")
    world.state.politics.controls.append(Control(world.dominant, 0, REFINED, (target,), 0.2, OPEN, "test"))
    assert hub_growth(play(world)) > 1.5


def test_hubs_carry_more_the_longer_a_ban_of_the_calendar_lasts() -> None:
    assert hub_growth(played(minerals=["ndpr"], rounds=16, measures=[ban_on("JPN", "ndpr")])) > 1.5


@pytest.mark.parametrize("mineral", ["ndpr", "gallium", "antimony", "tungsten"])
def test_the_same_licence_hits_the_most_dependent_most(mineral: str) -> None:
    # with as little of a way round as may be: hubs differ, and so does what they leave of the same licence
    given = {"minerals": [mineral], "rounds": OPEN + 1, "parameters__hub_start_share": 0.1}
    free = played(**given)
    before = table(free, "markets", stage="refined", round=OPEN).set_index("country")
    before = before[(before["use_t"] > 1e-3 * before["use_t"].sum()) & ~before.index.isin(["CHN", "ROW"])]
    licence = measure(
        "licence",
        "CHN",
        "2026-Q1",
        targets=tuple(before.index),
        minerals=(mineral,),
        stages=("refined",),
        size=0.3,
    )
    after = (
        table(played(**given, measures=[licence]), "markets", stage="refined", round=OPEN)
        .set_index("country")
        .loc[before.index]
    )
    dearer = after["price_mean_usd_t"] / before["price_mean_usd_t"]
    dependence = before["dominant_share"]
    most, least = dependence.idxmax(), dependence.idxmin()
    assert dependence[most] > dependence[least] + 0.1
    assert dearer[most] > dearer[least]
    upper = dependence >= dependence.median()
    assert dearer[upper].mean() > dearer[~upper].mean()


def test_an_announced_ban_fills_stocks_before_it_bites_and_softens_the_blow() -> None:
    ban = ban_on("JPN", "ndpr", "2026-Q3")
    given = {"minerals": ["ndpr"], "rounds": 9}
    free = played(**given)
    told = played(**given, measures=[replace(ban, announced=first_day_of("2026-Q1"))])
    untold = played(**given, measures=[ban])
    for round_ in (4, 5):
        assert refined(told, "JPN", round_)["stock_t"] > refined(free, "JPN", round_)["stock_t"]
        assert refined(untold, "JPN", round_)["stock_t"] == refined(free, "JPN", round_)["stock_t"]
        assert (
            refined(told, "JPN", round_)["price_mean_usd_t"]
            > refined(free, "JPN", round_)["price_mean_usd_t"]
        )
    for round_ in (6, 7, 8):
        assert refined(told, "JPN", round_)["use_t"] > refined(untold, "JPN", round_)["use_t"]


def test_a_threat_that_is_not_carried_out_is_seen_for_a_year_and_forgotten_over_years() -> None:
    threat = measure(
        "threat", "CHN", "2026-Q1", targets=("JPN",), minerals=("ndpr",), stages=("refined",), in_force=None
    )
    free, threatened = (
        played(minerals=["ndpr"], rounds=20, measures=measures) for measures in ((), (threat,))
    )
    more = [
        refined(threatened, "JPN", round_)["stock_t"] / refined(free, "JPN", round_)["stock_t"]
        for round_ in range(20)
    ]
    assert more[:4] == [1.0] * 4
    assert max(more[4:8]) > 1.05
    assert more[11] < 1.0 + 0.7 * (max(more) - 1.0)
    assert more[19] < 1.0 + 0.2 * (max(more) - 1.0)


def test_a_truce_returns_the_flows_and_its_end_stops_them() -> None:
    ban = ban_on("JPN", "ndpr", "2025-Q3")
    truce = measure("truce", "CHN", "2026-Q1", ends=first_day_of("2027-Q1"), suspends=(ban.id,))
    world = played(minerals=["ndpr"], rounds=10, measures=[ban, truce])
    direct = [shipped(world, "CHN", "JPN", round_) for round_ in range(10)]
    assert direct[2:4] == [0.0, 0.0]
    assert min(direct[4:8]) > 0.5 * direct[1]
    assert direct[8:10] == [0.0, 0.0]


def test_a_truce_that_is_surely_renewed_lasts() -> None:
    ban = ban_on("JPN", "ndpr", "2025-Q3")
    truce = measure("truce", "CHN", "2026-Q1", ends=first_day_of("2026-Q2"), renewed=1.0, suspends=(ban.id,))
    world = played(minerals=["ndpr"], rounds=10, measures=[ban, truce])
    assert min(shipped(world, "CHN", "JPN", round_) for round_ in range(4, 10)) > 0.0


def test_a_licence_that_grants_everything_at_once_changes_nothing() -> None:
    licence = measure(
        "licence",
        "CHN",
        "2026-Q1",
        targets=("*",),
        minerals=("ndpr",),
        stages=("refined",),
        size=1.0,
        delay_days=0.0,
    )
    free, licensed = (played(minerals=["ndpr"], rounds=8, measures=measures) for measures in ((), (licence,)))
    prices = [
        table(world, "markets")[["price_fob_usd_t", "price_mean_usd_t"]].to_numpy()
        for world in (free, licensed)
    ]
    np.testing.assert_array_equal(*prices)


def test_the_grip_of_a_licence_is_its_granted_share() -> None:
    """To plants what goes directly is the granted share of usual shipments, as long as they want more; to
    users it is all that the granted share of them wants."""
    licence = measure(
        "licence",
        "CHN",
        "2026-Q1",
        targets=("JPN",),
        minerals=("ndpr",),
        stages=("refined",),
        size=0.4,
        delay_days=0.0,
    )
    given = {"minerals": ["ndpr"], "rounds": OPEN + 1}
    world = make_world(**given, measures=[licence])
    play(world, OPEN)
    axes = world.base.axes
    seller = axes.refiners[0].tolist().index(axes.country("CHN"))
    buyer = axes.buyers(REFINED)[0] == axes.country("JPN")
    plants = buyer & (np.arange(len(buyer)) < axes.makers_next(REFINED).shape[1])
    usual = world.state.markets.usual_flow_t[REFINED][0, seller].copy()
    play(world)
    assert world.state.clearing is not None
    direct = world.state.clearing.stages[REFINED].flow_t[0, 0, seller]
    assert direct[plants].sum() == pytest.approx(0.4 * usual[plants].sum(), rel=1e-9)
    # who is licensed stocks up as well, for fear of worse
    assert 1.0 < shipped(world, "CHN", "JPN", OPEN) / (0.4 * usual[buyer].sum()) < 1.08
    rent = table(world, "countries", round=OPEN).set_index("country")["quota_rent_usd"]
    assert rent["CHN"] > 0.0
    assert (rent.drop("CHN") == 0.0).all()


def test_a_production_quota_on_ore_lifts_its_price_and_lasts_as_long_as_it_is_in_force() -> None:
    ceiling = measure(
        "production_quota",
        "COD",
        "2026-Q1",
        ends=first_day_of("2027-Q1"),
        minerals=("cobalt",),
        stages=("ore",),
        size=60_000.0,
    )
    free, capped = (
        played(minerals=["cobalt"], rounds=10, measures=measures) for measures in ((), (ceiling,))
    )

    def sold(world: TradeWorld) -> pd.DataFrame:
        return table(world, "markets", stage="ore", country="COD").set_index("round")

    inside = range(4, 8)
    np.testing.assert_allclose(sold(capped)["output_t"][inside], 15_000.0, rtol=1e-9)
    assert (sold(free)["output_t"][inside] > 20_000.0).all()
    others = table(capped, "zone", stage="ore").set_index("round")["price_benchmark_usd_t"]
    plain = table(free, "zone", stage="ore").set_index("round")["price_benchmark_usd_t"]
    assert (others[inside] > 1.1 * plain[inside]).all()
    assert sold(capped)["output_t"][9] > 20_000.0
