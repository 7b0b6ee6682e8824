"""What industry orders, idles and restarts at the prices it believes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.investment import IndustryDecision, IndustryView, decide_capacity, worth_building

START, RESPONSE, WIDTH, LIMIT, PACE = 0.5, 0.3, 0.15, 0.25, 0.3


def industry(**changes: object) -> IndustryView:
    """One producer of 100 t a round whose believed price is its full cost; demand grows by 4% a year."""
    one = np.ones((1, 1))
    plain = IndustryView(
        capacity_t=100.0 * one,
        on_order_t=0.0 * one,
        mothballed_t=0.0 * one,
        believed_usd_t=50.0 * one,
        full_cost_usd_t=50.0 * one,
        running_cost_usd_t=30.0 * one,
        growth_share_year=np.array([0.04]),
        entry_t_year=0.0 * one,
        own_price_share=np.array([1.0]),
    )
    filled = {
        name: np.full((1, 1), value) if isinstance(value, float) else value for name, value in changes.items()
    }
    return replace(plain, **filled)


def decide(view: IndustryView) -> IndustryDecision:
    return decide_capacity(view, START, RESPONSE, WIDTH, LIMIT, PACE)


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


def test_only_those_who_lose_money_idle_and_only_those_who_do_not_restart() -> None:
    view = IndustryView(
        capacity_t=np.full((1, 3), 100.0),
        on_order_t=np.zeros((1, 3)),
        mothballed_t=np.full((1, 3), 20.0),
        believed_usd_t=np.full((1, 3), 40.0),
        full_cost_usd_t=np.full((1, 3), 50.0),
        running_cost_usd_t=np.array([[30.0, 40.0, 60.0]]),
        growth_share_year=np.array([0.0]),
        entry_t_year=np.zeros((1, 3)),
        own_price_share=np.array([1.0]),
    )
    decision = decide(view)
    np.testing.assert_allclose(decision.mothball_t, [[0.0, 0.0, PACE / 4.0 * 80.0]])
    np.testing.assert_allclose(decision.restart_t, [[15.0, 15.0, 0.0]])


def test_no_more_restarts_than_lies_idle() -> None:
    assert decide(industry(mothballed_t=1.0)).restart_t[0, 0] == 1.0


def test_tonnes_may_be_counted_in_kilograms() -> None:
    view = industry(entry_t_year=20.0, believed_usd_t=70.0)
    kilograms = replace(view, capacity_t=1e3 * view.capacity_t, entry_t_year=1e3 * view.entry_t_year)
    np.testing.assert_allclose(decide(kilograms).order_t, 1e3 * decide(view).order_t)
