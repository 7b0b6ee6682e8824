"""Export licences over time: flows stop, then the backlog ships; relief, suspension, who is watched."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_worlds import first_day_of, make_world, measure, play, played, table

from world.axes import REFINED
from world.dataset import load_dataset
from world.model import TradeWorld
from world.policy.measures import Measure
from world.state import Control

OPEN = 4


def licence(size: float, quarter: str = "2026-Q1", **fields: Any) -> Measure:
    given = {"targets": ("JPN",), "minerals": ("ndpr",), "stages": ("refined",)} | fields
    return measure("licence", "CHN", quarter, size=size, **given)


QUICK = {"parameters__licence_ramp_months": 3.0, "parameters__licence_capacity_ratio": 1.5}
"""An office that works at full pace soon, so that a few quarters show what becomes of the queue."""


def world_with(*measures: Measure, rounds: int = 8, **given: Any) -> TradeWorld:
    return played(minerals=["ndpr"], rounds=rounds, measures=measures, **QUICK | given)


def shipped(world: TradeWorld, destination: str = "JPN", hub: bool = False) -> np.ndarray:
    """Tonnes a round, directly or through third countries."""
    flows = table(world, "flows", stage="refined", origin="CHN", destination=destination)
    flows = flows[(flows["hub"] != "") == hub].groupby("round")["flow_t"].sum()
    return flows.reindex(range(world.round), fill_value=0.0).to_numpy()


def queue(world: TradeWorld, destination: str = "JPN") -> pd.DataFrame:
    return table(world, "licences", origin="CHN", destination=destination).set_index("round")


def test_flows_stop_first_and_the_backlog_ships_above_normal_later() -> None:
    free, licensed = world_with(), world_with(licence(1.0))
    ratio = shipped(licensed) / shipped(free)
    np.testing.assert_allclose(ratio[:OPEN], 1.0)
    assert ratio[OPEN] < 0.3
    assert ratio[OPEN + 1] > 1.05
    assert ratio[OPEN + 3] == pytest.approx(1.0, abs=0.05)
    stock = [
        table(world, "markets", stage="refined", country="JPN").set_index("round")["stock_t"]
        for world in (free, licensed)
    ]
    assert stock[1][OPEN] < 0.99 * stock[0][OPEN]


def test_the_table_of_licences_is_the_queue() -> None:
    """backlog' = (backlog + requested - granted - refused) less what is withdrawn; refused (1 - a) / a times
    what the office granted itself."""
    world = world_with(licence(0.4), rounds=9)
    rows, p = queue(world), world.parameters
    assert rows.index.tolist() == list(range(OPEN, 9))
    cleared = p.licence_cleared_share * p.licence_delay_days / (365.0 / 4.0) * rows["requested_t"][OPEN]
    refused = (rows["granted_t"] - np.where(rows.index == OPEN, cleared, 0.0)) * 0.6 / 0.4
    waiting = rows["backlog_t"].shift(fill_value=0.0) + rows["requested_t"] - rows["granted_t"] - refused
    patience = np.exp(-p.licence_withdrawal_year / 4.0)
    np.testing.assert_allclose(rows["backlog_t"], patience * waiting, atol=1e-6)
    used = shipped(world)[OPEN:] / rows["granted_t"]
    assert used.max() < 1.03  # licensed users take what they want, for stock too
    assert used.min() > 0.95
    assert rows["backlog_t"].iloc[-1] == pytest.approx(0.0, abs=1e-6)
    assert rows["granted_t"].iloc[-1] == pytest.approx(0.4 * rows["requested_t"].iloc[-1])


def test_without_licences_the_table_is_empty() -> None:
    assert table(world_with(), "licences").empty


def test_a_licence_of_the_base_year_freezes_nothing() -> None:
    world = world_with(licence(0.8, "2024-Q3"), rounds=2)
    rows = queue(world)
    np.testing.assert_allclose(rows["granted_t"], 0.8 * rows["requested_t"])
    assert rows["backlog_t"].max() == pytest.approx(0.0, abs=1e-9)


def test_a_licence_that_goes_on_under_new_terms_has_no_second_delay_and_relief_ships_the_backlog() -> None:
    first = licence(0.3, id="first", ends=first_day_of("2026-Q2"))
    second = licence(0.9, "2026-Q2", id="second")
    world = world_with(first, second)
    rows = queue(world)
    ready = world.parameters.licence_capacity_ratio
    granted = rows["granted_t"] / rows["requested_t"]
    assert granted[OPEN] < 0.25
    assert 1.0 < granted[OPEN + 1] <= ready + 1e-9
    assert granted.iloc[-1] == pytest.approx(0.9, rel=1e-6)


def test_a_licence_that_was_suspended_begins_anew() -> None:
    control = licence(1.0)
    truce = measure(
        "truce", "CHN", "2026-Q3", ends=first_day_of("2027-Q1"), suspends=(control.id,), targets=("JPN",)
    )
    free, world = world_with(rounds=10), world_with(control, truce, rounds=10)
    ratio = shipped(world) / shipped(free)
    assert ratio[OPEN] < 0.3
    assert ratio[OPEN + 2 : OPEN + 4].min() > 0.8
    assert ratio[OPEN + 4] < 0.3
    assert queue(world).index.tolist() == [4, 5, 8, 9]


def test_a_longer_delay_starves_longer() -> None:
    free = world_with(rounds=7)
    short, long = (
        shipped(world_with(licence(1.0, delay_days=days), rounds=7)) / shipped(free) for days in (20.0, 150.0)
    )
    assert short[OPEN] > 2.0 * long[OPEN]
    assert short[OPEN + 1] > 1.0 > long[OPEN + 1]
    assert long[OPEN + 2] > 1.0


def test_a_licence_on_one_sector_refuses_its_part_of_trade_less_what_leaks() -> None:
    asked = licence(0.0, end_use=("cars_ev", "defence"), delay_days=0.0)
    world = world_with(asked, rounds=OPEN + 1)
    use = world.dataset.table("end_use").set_index(["mineral", "sector"])["share"]
    listed = use["ndpr", "cars_ev"] + use["ndpr", "defence"]
    subject = (1.0 - world.parameters.licence_leak_share) * listed
    usual = queue(world)["requested_t"][OPEN] / subject
    # plants exactly, users who need no licence as much as they want
    assert 1.0 <= shipped(world)[OPEN] / ((1.0 - subject) * usual) < 1.05


def test_a_licence_decided_in_the_run_queues_like_any_other() -> None:
    world = make_world(minerals=["ndpr"], rounds=8, dominant_refiner__doctrine="passive", **QUICK)
    play(world, OPEN)
    target = world.base.axes.country("JPN")
    world.state.politics.controls.append(Control(world.dominant, 0, REFINED, (target,), 0.5, OPEN, "test"))
    rows = queue(play(world))
    granted = rows["granted_t"] / rows["requested_t"]
    assert granted[OPEN] < 0.25
    assert granted[OPEN + 1] > 0.55
    assert granted.iloc[-1] == pytest.approx(0.5, rel=1e-6)


def watched(response: float, standing: float = 0.0) -> TradeWorld:
    """A ban on Japan, licences for everyone else, and an exporter that looks where its goods go."""
    ban = measure("ban", "CHN", "2025-Q2", targets=("JPN",), minerals=("gallium",), stages=("refined",))
    rest = licence(0.9, "2025-Q2", id="rest", targets=("*",), minerals=("gallium",), delay_days=0.0)
    settings = {
        "parameters__licence_reexport_response": response,
        "parameters__licence_standing_response": standing,
        "parameters__audit_share": 0.8,
        "parameters__audit_found_share": 0.5,
        "parameters__evasion_penalty_share": 0.2,
    }
    return played(minerals=["gallium"], rounds=6, measures=(ban, rest), **settings)


def test_approval_falls_where_re_exports_are_found_and_nowhere_else() -> None:
    blind, alert = watched(0.0), watched(4.0)
    through = table(alert, "flows", stage="refined", origin="CHN")
    hubs = set(through["hub"]) - {""}
    approval = [
        table(world, "licences", round=5).set_index("destination")["approval_share"]
        for world in (blind, alert)
    ]
    np.testing.assert_allclose(approval[0], 0.9)
    lower = set(approval[1].index[approval[1] < 0.9 - 1e-9])
    assert lower == hubs & set(approval[1].index)
    assert "KOR" in lower
    np.testing.assert_allclose(approval[1].drop(list(lower)), 0.9)
    assert shipped(alert, hub=True)[5] < shipped(blind, hub=True)[5]
    assert "JPN" not in approval[0].index  # a closed lane has no queue


def test_licences_for_all_go_to_the_near_before_the_far() -> None:
    alike, dealt = (table(watched(0.0, standing), "licences", round=5) for standing in (0.0, 2.0))
    approval = dealt.set_index("destination")["approval_share"]
    votes = load_dataset().table("countries").set_index("iso3")["un_ideal_point"]
    nearest_first = approval.loc[(votes[approval.index] - votes["CHN"]).abs().sort_values().index]
    assert nearest_first.is_monotonic_decreasing
    assert nearest_first.iloc[0] > 0.9 > nearest_first.iloc[-1]
    granted = [rows["granted_t"].sum() / rows["requested_t"].sum() for rows in (alike, dealt)]
    assert granted[1] == pytest.approx(granted[0], abs=0.01)


def test_the_price_of_what_is_licensed_rises_where_it_is_needed_and_falls_at_home() -> None:
    free, licensed = world_with(rounds=OPEN + 1), world_with(licence(1.0), rounds=OPEN + 1)
    markets = [
        table(world, "markets", stage="refined", round=OPEN).set_index("country")
        for world in (free, licensed)
    ]
    # an office that grants all it decides on lets more pass than one of the usual kind: little, but it shows
    assert markets[1]["price_mean_usd_t"]["JPN"] > 1.02 * markets[0]["price_mean_usd_t"]["JPN"]
    assert markets[1]["price_fob_usd_t"]["CHN"] < markets[0]["price_fob_usd_t"]["CHN"]


def test_what_is_licensed_soon_is_shipped_before_and_lived_on_after() -> None:
    """A month's notice: exports double, the price at home stays, and what was bought is used abroad."""
    known = licence(0.9, announced=date(2025, 12, 1), minerals=("gallium",), targets=("*",))
    months = {"minerals": ["gallium"], "rounds": 16, "run__rounds_per_year": 12}
    free, licensed = played(**months), played(measures=(known,), **months)
    before, after = 11, range(12, 14)
    ratio = shipped(licensed) / shipped(free)
    np.testing.assert_allclose(ratio[:before], 1.0, atol=0.01)
    assert 1.8 < ratio[before] < 2.6
    assert ratio[12:14].max() < 0.2
    home = [
        table(world, "markets", stage="refined", country="CHN").set_index("round")
        for world in (free, licensed)
    ]
    price = home[1]["price_fob_usd_t"] / home[0]["price_fob_usd_t"]
    assert price[before] == pytest.approx(1.0, abs=0.05)
    assert home[1]["stock_t"][before] < home[0]["stock_t"][before]
    held = [
        (table(world, "markets", stage="refined", country="JPN").set_index("round"))
        for world in (free, licensed)
    ]
    total = [of["stock_t"] + of["under_way_t"] for of in held]
    extra = total[1] - total[0]
    assert extra[before] > 0.0
    assert extra[before] > extra[after[0]] > extra[after[1]]


def test_an_announcement_that_is_called_off_leaves_a_stock_like_any_other() -> None:
    off = licence(
        0.9, announced=date(2025, 11, 1), cancelled=date(2025, 12, 20), minerals=("gallium",), targets=("*",)
    )
    months = {"minerals": ["gallium"], "rounds": 20, "run__rounds_per_year": 12}
    free, world = played(**months), played(measures=(off,), **months)
    ratio = shipped(world) / shipped(free)
    assert ratio[11] > 1.3
    assert ratio[13:16].max() < 0.9  # who was frightened still buys for a month
    assert all(not ahead.any() for ahead in world.state.markets.ahead_t)


def test_what_is_handed_on_without_a_licence_is_in_no_book_of_the_exporter() -> None:
    """Third countries wait for licences themselves and have none for goods that they hand on."""
    ban = measure("ban", "CHN", "2026-Q1", targets=("JPN",), minerals=("gallium",), stages=("refined",))
    rest = licence(0.9, id="rest", targets=("*",), minerals=("gallium",))
    world = played(minerals=["gallium"], rounds=OPEN + 1, measures=(ban, rest))
    flows = table(world, "flows", stage="refined", origin="CHN", round=OPEN)
    round_about = flows[(flows["hub"] != "") & (flows["destination"] == "JPN")]
    assert len(round_about)
    np.testing.assert_allclose(round_about["unrecorded_t"], round_about["flow_t"])
    assert not flows.loc[flows["hub"] == "", "unrecorded_t"].any()
