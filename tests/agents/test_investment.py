"""What industry orders, idles and restarts at the prices it believes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.investment import (
    IndustryDecision,
    IndustryParameters,
    IndustryView,
    decide_capacity,
    worth_building,
)

START, RESPONSE, WIDTH, LIMIT, PACE = 0.5, 0.3, 0.15, 0.25, 0.3
PREMIUM, CLOSURE = 0.1, 0.2
RULE = IndustryParameters(START, RESPONSE, WIDTH, LIMIT, PACE, PREMIUM, CLOSURE)


def industry(**changes: object) -> IndustryView:
    """One producer of 100 t a round whose believed price is its full cost; demand grows by 4% a year."""
    one = np.ones((1, 1))
    plain = IndustryView(
        capacity_t=100.0 * one,
        on_order_t=0.0 * one,
        mothballed_t=np.zeros((1, 3, 1)),
        believed_usd_t=50.0 * one,
        full_cost_usd_t=50.0 * one,
        running_cost_usd_t=np.array([20.0, 30.0, 40.0])[None, :, None],
        cash_usd_t=np.full((1, 3, 1), 5.0),
        growth_share_year=np.array([0.04]),
        entry_t_year=0.0 * one,
        own_price_share=np.array([1.0]),
    )
    filled = {
        name: np.full((1, 1), value) if isinstance(value, float) else value for name, value in changes.items()
    }
    return replace(plain, **filled)


def decide(view: IndustryView) -> IndustryDecision:
    return decide_capacity(view, RULE)


def test_at_full_cost_industry_grows_with_demand() -> None:
    assert decide(industry()).order_t[0, 0] == pytest.approx(100.0 * 0.04 / 4.0)


def test_a_project_is_as_likely_as_not_where_price_equals_cost() -> None:
    price = np.array([25.0, 50.0, 50.0 * np.exp(WIDTH * np.log(3.0)), 1e9, 0.0])
    worth = worth_building(price, np.full(5, 50.0), WIDTH)
    np.testing.assert_allclose(worth[1:4], [0.5, 0.75, 1.0])
    assert worth[0] < 0.02
    assert worth[4] == pytest.approx(0.0, abs=1e-12)


@given(st.floats(1.0, 1e4), st.floats(1.0, 1e4))
def test_a_better_price_never_lowers_orders(low: float, high: float) -> None:
    low, high = sorted((low, high))
    newcomer = {"capacity_t": 0.0, "entry_t_year": 20.0}
    for base in ({}, newcomer):
        poor, rich = (decide(industry(believed_usd_t=price, **base)).order_t[0, 0] for price in (low, high))
        assert 0.0 <= poor <= rich + 1e-12


def test_nobody_grows_faster_than_the_limit() -> None:
    order = decide(industry(believed_usd_t=5e4)).order_t[0, 0]
    assert order == pytest.approx(100.0 * LIMIT / 4.0)


def test_a_country_without_a_plant_starts_one_at_most_at_its_own_pace() -> None:
    order = decide(industry(capacity_t=0.0, entry_t_year=20.0, believed_usd_t=5e4)).order_t[0, 0]
    assert order == pytest.approx(20.0 * START / 4.0)
    assert decide(industry(capacity_t=0.0, entry_t_year=0.0, believed_usd_t=5e4)).order_t[0, 0] == 0.0


def test_what_is_on_order_counts_against_new_orders() -> None:
    free, half, full = (decide(industry(on_order_t=level)).order_t[0, 0] for level in (0.0, 31.25, 62.5))
    assert half == pytest.approx(free / 2)
    assert full == 0.0


@pytest.mark.parametrize("price", [1.0, 50.0, 1e4])
def test_a_by_product_grows_with_its_host_whatever_its_price(price: float) -> None:
    order = decide(industry(believed_usd_t=price, own_price_share=np.array([0.0]))).order_t[0, 0]
    assert order == pytest.approx(100.0 * 0.04 / 4.0)


def slump(price: float, cash: float, idle: float = 0.0) -> IndustryDecision:
    """Three tranches of 100 / 3 t with running costs of 20, 30 and 40."""
    return decide(
        industry(
            believed_usd_t=price,
            cash_usd_t=np.full((1, 3, 1), cash),
            mothballed_t=np.full((1, 3, 1), idle),
        )
    )


def test_who_loses_money_runs_on_while_there_is_cash_and_the_dearest_goes_first() -> None:
    assert slump(price=35.0, cash=1.0).mothball_t.sum() == 0.0
    gone = slump(price=35.0, cash=-1.0).mothball_t[0, :, 0]
    np.testing.assert_allclose(gone, [0.0, 0.0, PACE / 4.0 * 100.0 / 3.0])
    np.testing.assert_allclose(slump(price=25.0, cash=-1.0).mothball_t[0, :, 0] > 0.0, [False, True, True])


def test_only_where_the_price_is_back_with_a_premium_do_plants_restart() -> None:
    restart = slump(price=32.0, cash=1.0, idle=20.0).restart_t[0, :, 0]
    np.testing.assert_allclose(
        restart, [PACE / 2.0 * 100.0 / 3.0, 0.0, 0.0]
    )  # 30 and its premium are not met
    assert slump(price=60.0, cash=1.0, idle=1.0).restart_t.sum() == pytest.approx(
        3.0
    )  # no more than lies idle


def test_what_lies_idle_is_closed_for_good_little_by_little() -> None:
    closed = slump(price=25.0, cash=-1.0, idle=20.0).close_t[0, :, 0]
    np.testing.assert_allclose(closed, [0.0, CLOSURE / 4.0 * 20.0, CLOSURE / 4.0 * 20.0])


def test_tonnes_may_be_counted_in_kilograms() -> None:
    view = industry(entry_t_year=20.0, believed_usd_t=70.0)
    kilograms = replace(view, capacity_t=1e3 * view.capacity_t, entry_t_year=1e3 * view.entry_t_year)
    np.testing.assert_allclose(decide(kilograms).order_t, 1e3 * decide(view).order_t)
