"""Stocks of states: bought at cost, sold for a result, and kept out of the accounts of users and refiners."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import first_day_of, measure, played, table

from world.axes import gather, scatter
from world.model import TradeWorld
from world.policy.state_trade import StateStocks, stock_orders_t, stock_releases_t


def stocks() -> StateStocks:
    """One mineral of 100 USD a tonne, two countries."""
    return StateStocks(np.array([100.0]), 2)


def book(
    one: StateStocks, bought: float = 0.0, at: float = 0.0, sold: float = 0.0, earned: float = 0.0
) -> float:
    """Settle a round of the first country and return its result."""
    one.settle(*(np.array([[value, 0.0]]) for value in (bought, bought * at, sold, sold * earned)))
    assert one.result_usd[1] == 0.0
    return float(one.result_usd[0])


def test_a_purchase_is_stock_at_cost_and_no_loss() -> None:
    one = stocks()
    assert book(one, bought=10.0, at=80.0) == 0.0
    assert (one.held_t[0, 0], one.book_usd[0, 0]) == (10.0, 800.0)


def test_a_sale_earns_its_price_less_the_mean_cost_of_the_stock() -> None:
    one = stocks()
    book(one, bought=10.0, at=80.0)
    book(one, bought=10.0, at=120.0)
    assert book(one, sold=5.0, earned=150.0) == pytest.approx(5.0 * (150.0 - 100.0))
    assert (one.held_t[0, 0], one.book_usd[0, 0]) == (15.0, pytest.approx(1500.0))


def test_what_was_held_before_the_run_cost_the_base_price() -> None:
    one = stocks()
    book(one, bought=2.0, at=80.0)
    assert book(one, sold=5.0, earned=110.0) == pytest.approx(2.0 * 30.0 + 3.0 * 10.0)
    assert (one.held_t[0, 0], one.book_usd[0, 0]) == (0.0, 0.0)


@pytest.fixture(scope="module")
def world() -> TradeWorld:
    """China buys cobalt for two quarters and sells it again in the next two."""
    given = {"minerals": ("cobalt",), "stages": ("refined",), "size": 8000.0}
    buys = measure("state_purchase", "CHN", "2025-Q1", ends=first_day_of("2025-Q3"), **given)
    sells = measure("state_release", "CHN", "2025-Q3", ends=first_day_of("2025-Q4"), **given)
    return played(minerals=["cobalt"], rounds=4, measures=[buys, sells])


def test_the_price_rises_when_the_state_buys_and_falls_when_it_sells(world: TradeWorld) -> None:
    prices = [
        table(one, "markets", stage="refined", country="CHN").set_index("round")["price_fob_usd_t"]
        for one in (world, played(minerals=["cobalt"], rounds=4))
    ]
    ratio = prices[0] / prices[1]
    assert ratio[0] > 1.01
    assert ratio[2] < ratio[1]
    assert ratio[3] == pytest.approx(1.0, abs=0.05)


def test_the_state_has_the_result_and_refiners_have_not(world: TradeWorld) -> None:
    china = table(world, "countries", country="CHN").set_index("round")
    assert (china["state_usd"][[0, 1, 3]] == 0.0).all()
    held = world.state_stocks
    market = table(world, "markets", stage="refined", country="CHN").set_index("round")
    bought = held.held_t[0, world.dominant] + 2000.0
    assert 0.8 * 4000.0 < bought < 1.2 * 4000.0
    unit = held.book_usd[0, world.dominant] / held.held_t[0, world.dominant]
    assert china["state_usd"][2] == pytest.approx(2000.0 * (market["price_fob_usd_t"][2] - unit), rel=1e-6)


def test_accounts_are_those_of_use_and_of_making(world: TradeWorld) -> None:
    """In the last round nothing is bought or sold by the state: the table shows the accounts as they are."""
    china = table(world, "countries", country="CHN").set_index("round")
    total = [
        name
        for name in china
        if name.endswith("_usd") and name not in ("welfare_usd", "stake_usd", "final_user_surplus_usd")
    ]
    np.testing.assert_allclose(china[total].sum(axis=1), china["welfare_usd"], rtol=1e-9)
    axes, now = world.base.axes, world.happenings
    assert stock_orders_t(axes, now, world.reserve_need_t).sum() == 0.0
    assert stock_releases_t(axes, now, world.reserve_release_t).sum() == 0.0


def test_what_the_state_orders_is_taken_out_of_the_surplus_of_users() -> None:
    """Whoever buys no metal but the state's keeps the surplus of its users of magnets, and no other: under a
    duty of a half, 100 t bought so much dearer would take some three million dollars from it."""
    buys = measure("state_purchase", "NOR", "2025-Q1", minerals=("ndpr",), stages=("refined",), size=400.0)
    duty = measure(
        "tariff", "NOR", "2025-Q1", targets=("*",), minerals=("ndpr",), stages=("refined",), size=0.5
    )
    world, plain = (
        played(minerals=["ndpr"], rounds=1, measures=measures) for measures in ([buys, duty], [duty])
    )
    norway, without = (table(one, "countries", country="NOR").iloc[0] for one in (world, plain))
    axes = world.base.axes
    orders = scatter(
        stock_orders_t(axes, world.happenings, world.reserve_need_t), axes.users, len(axes.countries)
    )
    assert orders[0, axes.country("NOR")] == 100.0
    assert norway["user_surplus_usd"] == pytest.approx(without["user_surplus_usd"], abs=2e4)
    assert norway["state_usd"] == 0.0
    assert world.state_stocks.held_t[0, axes.country("NOR")] > 50.0
    assert gather(world.happenings.purchase_t, axes.users).sum() == 100.0
