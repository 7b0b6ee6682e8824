"""The strategic reserve: books that balance to the cent, stock bought slowly and released in need."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import make_world, measure, played, table

from world.axes import REFINED, STAGES
from world.conditions import conditions_of
from world.lanes.terms import StageBorders
from world.market_round import make_setting, with_release
from world.model import TradeWorld
from world.parameters import resolve
from world.reserve import Reserve
from world.round import happen
from world.stocks.reserve_round import is_emergency

PARAMETERS = resolve({})
CENT = 0.01
tonnes = st.lists(st.floats(0.0, 1e5), min_size=2, max_size=2).map(np.array)
prices = st.lists(st.floats(1.0, 1e6), min_size=2, max_size=2).map(np.array)
NONE = np.zeros(2)


def reserve(line: float = 1e9, equity: float = 1e8) -> Reserve:
    return Reserve(0, np.array([100.0, 100.0]), line, equity)


@given(st.lists(st.tuples(tonnes, prices, tonnes, prices), min_size=1, max_size=12))
def test_the_books_balance_whatever_is_bought_and_sold(rounds: list[tuple[np.ndarray, ...]]) -> None:
    books = reserve(line=1e13)
    for bought, paid, released, earned in rounds:
        books.settle(bought, paid, released, earned, PARAMETERS)
        turnover = float((bought * paid + released * earned).sum()) + books.loan_usd + abs(books.cash_usd)
        assert abs(books.gap_usd()) <= CENT + 1e-12 * turnover
        assert (books.stock_t >= 0.0).all()
        assert (books.book_usd >= -CENT).all()
        assert 0.0 <= books.loan_usd <= books.line_usd


def test_private_money_is_spent_before_the_loan() -> None:
    books = reserve(equity=1000.0)
    books.settle(np.array([6.0, 0.0]), np.array([100.0, 1.0]), NONE, NONE, PARAMETERS)
    assert (books.cash_usd, books.loan_usd) == (400.0, 0.0)
    books.settle(np.array([6.0, 0.0]), np.array([100.0, 1.0]), NONE, NONE, PARAMETERS)
    assert (books.cash_usd, books.loan_usd) == (0.0, 200.0)


def test_sales_repay_the_loan_first() -> None:
    books = reserve(equity=1000.0)
    books.settle(np.array([12.0, 0.0]), np.array([100.0, 1.0]), NONE, NONE, PARAMETERS)
    assert books.loan_usd == pytest.approx(200.0)
    books.settle(NONE, NONE, np.array([12.0, 0.0]), np.array([150.0, 1.0]), PARAMETERS)
    assert books.loan_usd == pytest.approx(0.0)
    assert books.cash_usd == pytest.approx(1600.0)
    assert books.result_usd == pytest.approx(12.0 * 50.0)
    assert books.stock_t.sum() == books.book_usd.sum() == 0.0


def test_releases_are_valued_at_the_mean_cost_of_the_stock() -> None:
    books = reserve()
    books.settle(np.array([10.0, 0.0]), np.array([100.0, 1.0]), NONE, NONE, PARAMETERS)
    books.settle(np.array([30.0, 0.0]), np.array([200.0, 1.0]), NONE, NONE, PARAMETERS)
    books.settle(NONE, NONE, np.array([20.0, 0.0]), np.array([175.0, 1.0]), PARAMETERS)
    assert books.book_usd[0] == pytest.approx(20.0 * 175.0)
    assert books.result_usd == pytest.approx(0.0)


def test_no_more_is_released_than_lies_in_store() -> None:
    books = reserve()
    books.settle(np.array([10.0, 0.0]), np.array([100.0, 1.0]), NONE, NONE, PARAMETERS)
    books.settle(NONE, NONE, np.array([25.0, 5.0]), np.array([100.0, 100.0]), PARAMETERS)
    np.testing.assert_allclose(books.released_t, [10.0, 0.0])
    assert books.sale_usd.sum() == pytest.approx(1000.0)


def test_carrying_costs_are_interest_and_storage_and_are_charged_to_users() -> None:
    books = reserve(equity=0.0)
    books.settle(np.array([10.0, 0.0]), np.array([100.0, 1.0]), NONE, NONE, PARAMETERS)
    assert books.fee_usd == 0.0  # nothing was held or owed before
    books.settle(NONE, NONE, NONE, NONE, PARAMETERS)
    assert books.fee_usd == pytest.approx(
        1000.0 * (PARAMETERS.reserve_interest_year + PARAMETERS.reserve_storage_year) / 4.0
    )
    assert books.cash_usd == pytest.approx(0.0)


def test_without_means_nothing_is_planned() -> None:
    books = reserve(line=0.0, equity=0.0)
    price, supply = np.array([10.0, 20.0]), np.array([1e4, 1e4])
    assert (books.plan(price, price, supply, PARAMETERS).buy_t == 0.0).all()
    assert (reserve().plan(price, price, supply, PARAMETERS).buy_t > 0.0).all()


MINERALS = ["ndpr", "gallium", "antimony"]
CUT_OFF = measure("ban", "CHN", "2027-Q1", targets=("*",), stages=("refined",))


def vault(*measures: object, rounds: int = 14) -> TradeWorld:
    return played("vault_only", minerals=MINERALS, rounds=rounds, measures=measures)


@pytest.mark.parametrize("measures", [(), (CUT_OFF,)], ids=["calm", "cut off"])
def test_the_accounts_of_a_run_balance_to_the_cent_in_every_round(measures: tuple[object, ...]) -> None:
    world = make_world("vault_only", minerals=MINERALS, rounds=14, measures=measures, run__shocks=True)
    assert world.reserve is not None
    while not world.finished:
        world.step()
        assert abs(world.reserve.gap_usd()) < CENT
        assert 0.0 <= world.reserve.loan_usd <= world.premise.reserve.loan_usd
        assert world.reserve.cash_usd >= -CENT


def test_the_recorded_stock_is_what_was_bought_less_what_was_released() -> None:
    rows = table(vault(CUT_OFF), "reserve")
    for _, mineral in rows.groupby("mineral"):
        np.testing.assert_allclose(
            mineral["stock_t"], (mineral["bought_t"] - mineral["released_t"]).cumsum(), rtol=1e-9, atol=1e-9
        )
    assert (rows["stock_t"] >= 0.0).all()


def test_it_fills_and_stops_at_its_target() -> None:
    rows = table(vault(), "reserve")
    assert rows["bought_t"].sum() > 0.0
    # what it gets follows the price like the rest of its owner's purchases: the last order overshoots
    assert (rows["stock_t"] <= rows["target_t"] * 1.02).all()
    assert rows["round"].min() == 4


def test_it_never_takes_more_than_its_share_of_supply() -> None:
    world = vault()
    rows = table(world, "reserve")
    made = table(world, "markets", stage="refined").groupby(["round", "mineral"])["output_t"].sum()
    filling = rows[rows["bought_t"] > 0.0]
    assert len(filling) > 0
    for row in filling.itertuples():
        assert row.bought_t <= world.parameters.reserve_buy_supply_share * made[
            row.round - 1, row.mineral
        ] * (1 + 1e-9)


def test_filling_lifts_the_price_a_little() -> None:
    plain = table(played("baseline", minerals=MINERALS, rounds=14), "zone", stage="refined").set_index(
        ["round", "mineral"]
    )
    filled = table(vault(), "zone", stage="refined").set_index(["round", "mineral"])
    bought = table(vault(), "reserve").set_index(["round", "mineral"])["bought_t"]
    first = bought[bought > 0.0].groupby("mineral").head(1).index
    dearer = filled["price_benchmark_usd_t"][first] / plain["price_benchmark_usd_t"][first]
    assert len(dearer) > 0
    assert (dearer > 1.0).all()
    assert (dearer < 1.3).all()


def test_filling_the_reserve_is_no_gain_to_users() -> None:
    """What the reserve buys is neither used nor cheaper: users pay a little more for what is left."""
    worlds = played("baseline", minerals=MINERALS, rounds=14), vault()
    plain, filled = (
        table(world, "countries", country="USA", round=4)["user_surplus_usd"].iloc[0] for world in worlds
    )
    bought = table(worlds[0], "markets", country="USA", stage="refined", round=4)
    paid = (bought["use_t"] * bought["price_mean_usd_t"]).sum()
    assert filled <= plain
    assert plain - filled < 0.05 * paid


def test_when_the_metal_is_cut_off_the_reserve_releases_and_its_owner_uses_more() -> None:
    with_reserve, without = (
        vault(CUT_OFF),
        played("baseline", minerals=MINERALS, rounds=14, measures=[CUT_OFF]),
    )
    rows = table(with_reserve, "reserve")
    released = rows[rows["released_t"] > 0.0]
    assert len(released) > 0
    assert released["round"].min() >= 8
    first = released.sort_values("round").iloc[0]
    prices = [
        table(
            world, "markets", stage="refined", country="USA", mineral=first["mineral"], round=first["round"]
        )["price_mean_usd_t"].iloc[0]
        for world in (with_reserve, without)
    ]
    assert prices[0] < prices[1]


def test_a_release_changes_what_is_offered_and_how_much_it_counts_for() -> None:
    """The setting once stock is released is the one that is made from the start."""
    world = make_world("baseline", minerals=MINERALS, rounds=6, measures=[CUT_OFF])
    happen(world)
    before = make_setting(world, world.happenings, conditions_of(world), with_later=False)
    world.reserve_release_t = np.where(world.base.axes.refiners == world.leader, 5.0, 0.0)
    world.reserve_exports_t = np.where(world.reserve_release_t.sum(axis=1) > 0.0, 1.0, np.inf)
    assert np.isfinite(world.reserve_exports_t).any()
    found = with_release(world, before, conditions_of(world))
    wanted = make_setting(world, world.happenings, conditions_of(world), with_later=False)
    moved = {
        item.name
        for stage in range(len(STAGES))
        for item in fields(StageBorders)
        if not _same(*(getattr(setting.borders[stage], item.name) for setting in (before, wanted)))
    }
    assert moved <= {"log_weight"}
    for name in (item.name for item in fields(StageBorders)):
        for one, other in zip(found.borders, wanted.borders, strict=True):
            assert _same(getattr(one, name), getattr(other, name)), name
    pairs = zip(found.now.offers.stages, wanted.now.offers.stages, strict=True)
    for one, other in pairs:
        assert np.array_equal(one.feed_t, other.feed_t)
        assert np.array_equal(one.quotas.quota_t, other.quotas.quota_t)
    assert not np.array_equal(
        found.now.offers.stages[REFINED].feed_t, before.now.offers.stages[REFINED].feed_t
    )


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def test_a_large_reserve_does_not_flood_its_home_in_a_stop() -> None:
    """While it filled, its own purchases were part of what arrived; in a stop nobody misses those. So no more
    is released than users lack, the stock outlasts the quarter, and nothing is sold for less than nothing.
    """
    world = played("vault_only", minerals=MINERALS, rounds=14, measures=[CUT_OFF], reserve__target_days=180.0)
    reserve = table(world, "reserve").set_index(["round", "mineral"])
    released = reserve[reserve["released_t"] > 0.0]
    rows = table(world, "priority").set_index(["round", "mineral"]).loc[released.index]
    need = rows["need_t"] + rows["others_need_t"]
    used = rows["served_t"] + rows["others_served_t"]
    assert len(released) > 1
    assert (released["released_t"] <= need).all()
    assert (used <= 1.05 * need).all()
    assert (released["sale_usd"] > 0.0).all()


def test_what_is_released_fetches_what_users_at_home_pay() -> None:
    """It is of the make that is used there, and finds buyers like any other: sale over tonnes."""
    world = vault(CUT_OFF)
    rows = table(world, "reserve")
    first = rows[rows["released_t"] > 0.0].sort_values("round").iloc[0]
    where = {"stage": "refined", "country": "USA", "mineral": first["mineral"], "round": first["round"]}
    paid = float(table(world, "markets", **where)["price_mean_usd_t"].iloc[0])
    assert first["sale_usd"] / first["released_t"] == pytest.approx(paid, rel=0.4)


def test_what_is_released_stays_at_home() -> None:
    """In a round of release the owner's metal leaves no faster than in a world without a reserve."""
    with_reserve = vault(CUT_OFF)
    without = played("baseline", minerals=MINERALS, rounds=14, measures=[CUT_OFF])
    rows = table(with_reserve, "reserve")
    first = rows[rows["released_t"] > 0.0].sort_values("round").iloc[0]
    where = {"stage": "refined", "country": "USA", "mineral": first["mineral"], "round": first["round"]}
    more = [float(table(world, "markets", **where)["export_t"].iloc[0]) for world in (with_reserve, without)]
    assert more[0] <= more[1] + 0.1 * float(first["released_t"])


@pytest.mark.parametrize(
    ("ratio", "missing", "calls"),
    [(1.6, 0.0, True), (1.2, 8.0, True), (1.2, 6.0, False), (1.0, 50.0, False)],
)
def test_a_shortage_at_a_high_price_is_an_emergency_and_a_slump_is_not(
    ratio: float, missing: float, calls: bool
) -> None:
    asked = is_emergency(np.array([ratio]), np.array([missing]), np.array([100.0]), PARAMETERS)
    assert bool(asked[0]) is calls


def test_a_run_without_a_reserve_has_no_rows_of_one() -> None:
    assert table(played("baseline", minerals=MINERALS, rounds=14), "reserve").empty
