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
PREMIUM, CLOSURE, BUILDERS, BALANCE = 0.1, 0.2, 0.08, 0.5
RIVALS, TODAY = 1.0, 0.0
RULE = IndustryParameters(
    START, RESPONSE, WIDTH, LIMIT, PACE, PREMIUM, CLOSURE, BUILDERS, BALANCE, RIVALS, TODAY
)


def industry(**changes: object) -> IndustryView:
    """One producer of 100 t a round whose believed price is its full cost; demand grows by 4% a year, and a
    plant works as soon as it is ordered."""
    one = np.ones((1, 1))
    plain = IndustryView(
        capacity_t=100.0 * one,
        on_order_t=0.0 * one,
        standing_t=np.full((1, 3, 1), 100.0 / 3.0),
        mothballed_t=np.zeros((1, 3, 1)),
        slack_t=0.0 * one,
        believed_usd_t=50.0 * one,
        seen_usd_t=0.0 * one,
        full_cost_usd_t=50.0 * one,
        input_usd_t=0.0 * one,
        running_cost_usd_t=np.array([20.0, 30.0, 40.0])[None, :, None],
        cash_usd_t=np.full((1, 3, 1), 5.0),
        lead_years=0.0 * one,
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


def beside(newcomers: int, entry: float, **changes: float) -> IndustryView:
    """A producer of 100 t and newcomers without a plant, all of whom find building worth while."""
    view = industry(believed_usd_t=5e4)
    wide = {
        name: np.repeat(getattr(view, name), 1 + newcomers, axis=-1)
        for name in view.__dataclass_fields__
        if getattr(view, name).ndim > 1
    }
    first = np.arange(1 + newcomers) == 0
    wide["capacity_t"] = wide["capacity_t"] * first
    wide["standing_t"] = wide["standing_t"] * first
    wide["entry_t_year"] = np.where(first, 0.0, entry) * np.ones((1, 1 + newcomers))
    for name, value in changes.items():
        wide[name] = np.where(first, wide[name], value)
    return replace(view, **wide)


def test_a_country_without_a_plant_starts_one_at_most_at_its_own_pace() -> None:
    assert decide(beside(1, 10.0)).order_t[0, 1] == pytest.approx(10.0 * START / 4.0)
    assert decide(beside(1, 0.0)).order_t[0, 1] == 0.0


def test_newcomers_share_out_what_the_builders_of_the_world_can_take_on() -> None:
    few, many = (decide(beside(count, 10.0)).order_t[0, 1:] for count in (1, 10))
    assert many.sum() == pytest.approx(BUILDERS * 100.0 / 4.0)
    np.testing.assert_allclose(many, many[0])
    assert few[0] > many[0]


def test_what_is_on_order_is_part_of_the_size_and_counts_against_more() -> None:
    """Nobody has more on order than four years of the fastest pace, here all of what stands; without a lead
    time what is coming counts as too much as well."""
    free, some, full = (decide(industry(on_order_t=level)).order_t[0, 0] for level in (0.0, 50.0, 100.0))
    assert 0.0 < some < free
    assert full == 0.0


def test_projects_are_sold_with_the_balance_to_come() -> None:
    """A long lead time that no order covers makes building worth more, orders that cover it make it worth as
    much as with neither, plants that lie idle less."""
    plain = decide(industry()).order_t[0, 0]
    assert decide(industry(lead_years=3.0)).order_t[0, 0] > plain
    covered = industry(lead_years=3.0, on_order_t=12.0)
    assert decide(covered).order_t[0, 0] == pytest.approx(plain * 1.12 * (1.0 - 0.12))
    idle = np.zeros((1, 3, 1))
    idle[0, 2, 0] = 10.0
    assert decide(industry(mothballed_t=idle)).order_t[0, 0] < plain


def test_who_follows_the_market_builds_in_a_boom_that_others_do_not_believe_in() -> None:
    boom = industry(seen_usd_t=100.0)
    orders = [
        decide_capacity(boom, replace(RULE, today_share=part)).order_t[0, 0] for part in (0.0, 0.3, 0.6)
    ]
    assert orders[0] < orders[1] < orders[2]


def test_who_sees_half_of_the_rivals_builds_more() -> None:
    crowd = industry(on_order_t=30.0)
    all_seen, half_seen = (
        decide_capacity(crowd, replace(RULE, seen_rivals_share=part)).order_t[0, 0] for part in (1.0, 0.5)
    )
    assert half_seen > all_seen
    alone = industry()
    assert decide_capacity(alone, replace(RULE, seen_rivals_share=0.5)).order_t == decide(alone).order_t


def test_who_has_cheap_plants_idle_restarts_them_before_building() -> None:
    """A third at a running cost of 30 is cheaper to restart than a plant at a full cost of 50 is to build;
    one at 60 is not, and stands in nobody's way but as part of the balance."""
    idle = np.zeros((1, 3, 1))
    idle[0, 1, 0] = 10.0
    rule = replace(RULE, balance_response=0.0)
    dear = np.array([20.0, 60.0, 70.0])[None, :, None]
    assert decide_capacity(industry(mothballed_t=idle), rule).order_t[0, 0] == 0.0
    beyond = decide_capacity(industry(mothballed_t=idle, running_cost_usd_t=dear), rule).order_t[0, 0]
    assert beyond == pytest.approx(100.0 * 0.04 / 4.0)


def test_the_same_change_of_price_is_more_to_a_smelter_than_to_a_mine() -> None:
    mine, smelter = (
        decide(industry(believed_usd_t=55.0, input_usd_t=value)).order_t[0, 0] for value in (0.0, 30.0)
    )
    assert smelter > mine
    mine, smelter = (
        decide(industry(believed_usd_t=45.0, input_usd_t=value)).order_t[0, 0] for value in (0.0, 30.0)
    )
    assert smelter < mine


@pytest.mark.parametrize("price", [1.0, 50.0, 1e4])
def test_a_by_product_grows_with_its_host_whatever_its_price(price: float) -> None:
    order = decide(industry(believed_usd_t=price, own_price_share=np.array([0.0]))).order_t[0, 0]
    assert order == pytest.approx(100.0 * 0.04 / 4.0)


def slump(price: float, cash: float, idle: float = 0.0, seen: float = 0.0) -> IndustryDecision:
    """Three tranches of 100 / 3 t with running costs of 20, 30 and 40; ``price`` is believed in, and read
    today unless ``seen`` is."""
    return decide(
        industry(
            believed_usd_t=price,
            cash_usd_t=np.full((1, 3, 1), cash),
            mothballed_t=np.full((1, 3, 1), idle),
            seen_usd_t=seen or price,
        )
    )


def test_who_loses_money_runs_on_while_there_is_cash_and_the_dearest_goes_first() -> None:
    assert slump(price=35.0, cash=1.0).mothball_t.sum() == 0.0
    gone = slump(price=35.0, cash=-1.0).mothball_t[0, :, 0]
    np.testing.assert_allclose(gone, [0.0, 0.0, PACE / 4.0 * 100.0 / 3.0])
    np.testing.assert_allclose(slump(price=25.0, cash=-1.0).mothball_t[0, :, 0] > 0.0, [False, True, True])


def test_who_has_no_cash_left_stops_at_today_s_price_whatever_it_believes() -> None:
    assert slump(price=60.0, cash=-1.0, seen=25.0).mothball_t[0, 1:, 0].min() > 0.0
    assert slump(price=15.0, cash=-1.0, seen=60.0).mothball_t.sum() == 0.0


def test_only_where_the_price_is_back_with_a_premium_do_plants_restart() -> None:
    restart = slump(price=32.0, cash=1.0, idle=20.0).restart_t[0, :, 0]
    np.testing.assert_allclose(
        restart, [PACE / 2.0 * 100.0 / 3.0, 0.0, 0.0]
    )  # 30 and its premium are not met
    assert slump(price=60.0, cash=1.0, idle=1.0).restart_t.sum() == pytest.approx(
        3.0
    )  # no more than lies idle


def test_a_plant_that_pays_today_is_started_before_anybody_believes_in_the_price() -> None:
    assert slump(price=15.0, cash=1.0, idle=20.0).restart_t.sum() == 0.0
    assert slump(price=15.0, cash=1.0, idle=20.0, seen=35.0).restart_t[0, 0, 0] > 0.0


def test_what_lies_idle_is_closed_for_good_little_by_little() -> None:
    closed = slump(price=25.0, cash=-1.0, idle=20.0).close_t[0, :, 0]
    np.testing.assert_allclose(closed, [0.0, CLOSURE / 4.0 * 20.0, CLOSURE / 4.0 * 20.0])


def test_tonnes_may_be_counted_in_kilograms() -> None:
    view = industry(entry_t_year=20.0, believed_usd_t=70.0)
    kilograms = replace(
        view,
        capacity_t=1e3 * view.capacity_t,
        standing_t=1e3 * view.standing_t,
        entry_t_year=1e3 * view.entry_t_year,
    )
    np.testing.assert_allclose(decide(kilograms).order_t, 1e3 * decide(view).order_t)


def test_who_has_plants_half_used_uses_them_before_it_builds() -> None:
    rich = {"believed_usd_t": 70.0}
    full, some, half = (decide(industry(slack_t=slack, **rich)).order_t[0, 0] for slack in (0.0, 2.0, 50.0))
    assert full > some > half == 0.0


def test_newcomers_see_what_stands_half_used() -> None:
    newcomer = {"entry_t_year": np.array([[0.0, 10.0]]), "slack_t": np.array([[0.0, 0.0]])}
    both = replace(
        industry(),
        **{
            name: np.repeat(getattr(industry(), name), 2, axis=-1)
            for name in (
                "on_order_t", "standing_t", "mothballed_t", "believed_usd_t", "seen_usd_t", "full_cost_usd_t",
                "input_usd_t", "running_cost_usd_t", "cash_usd_t", "lead_years",
            )
        },
        capacity_t=np.array([[100.0, 0.0]]),
        **newcomer,
    )  # fmt: skip
    used, half = (
        decide(replace(both, slack_t=np.array([[slack, 0.0]]))).order_t[0, 1] for slack in (0.0, 30.0)
    )
    assert 0.0 < half < 0.9 * used
