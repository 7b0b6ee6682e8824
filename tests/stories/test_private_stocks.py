"""Stocks, goods under way and announcements: what a trade economist expects of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import first_day_of, make_world, measure, play, played, table

from world.axes import COMPONENT, REFINED, STAGES
from world.model import TradeWorld
from world.policy.measures import Measure

DUTY = measure(
    "tariff", "USA", "2026-Q1", targets=("*",), minerals=("copper",), stages=("refined",), size=0.5,
    announced=first_day_of("2025-Q3"),
)  # fmt: skip
STOP = measure("ban", "CHN", "2026-Q1", targets=("JPN",), minerals=("gallium",), stages=("refined",))
THREAT = measure("threat", "CHN", "2025-Q3", in_force=None, minerals=("gallium",), stages=("refined",))


def series(world: TradeWorld, column: str, mineral: str, country: str, stage: str = "refined") -> np.ndarray:
    rows = table(world, "markets", mineral=mineral, stage=stage, country=country)
    return rows.sort_values("round")[column].to_numpy(float)


def against_calm(column: str, measure_: Measure, mineral: str, country: str, **given: object) -> np.ndarray:
    """A series with a measure over the same without it, round by round."""
    world, calm = (
        played(minerals=[mineral], rounds=12, measures=measures, **given) for measures in ((measure_,), ())
    )
    return series(world, column, mineral, country) / series(calm, column, mineral, country)


def test_a_duty_reaches_users_over_quarters_and_in_the_end_in_full() -> None:
    landed = against_calm("price_mean_usd_t", DUTY, "copper", "USA")
    local = against_calm("price_local_usd_t", DUTY, "copper", "USA")
    passed = (local[4:] - 1.0) / (landed[4:] - 1.0)
    assert 0.3 < passed[0] < 0.9
    assert 0.6 < passed[1] < 0.95
    # what was bought ahead spares the first quarter most of the duty, at the border as in use
    assert local[4] - 1.0 < 0.5 * (local[-1] - 1.0)
    assert (np.abs(passed[4:] - 1.0) < 0.1).all()


def test_an_announced_duty_is_bought_ahead_of_and_stocks_run_down_after() -> None:
    stocks = against_calm("stock_t", DUTY, "copper", "USA")
    bought = against_calm("use_t", DUTY, "copper", "USA")
    assert stocks[3] > 1.05
    assert stocks[3] > stocks[2] > stocks[1] == pytest.approx(1.0)
    assert stocks[4] < stocks[3]
    assert stocks[11] < stocks[3] - 0.1
    assert bought[3] > 0.99  # what is bought ahead is stocked, not used


def test_a_duty_that_is_called_off_leaves_no_trace_in_the_price() -> None:
    off = replace(DUTY, cancelled=first_day_of("2025-Q4"))
    stocks = against_calm("stock_t", off, "copper", "USA")
    assert stocks[2] > 1.01
    assert abs(stocks[9] - 1.0) < 0.01
    price = against_calm("price_local_usd_t", off, "copper", "USA")
    assert np.abs(price[6:] - 1.0).max() < 0.01


def test_a_threat_has_a_price_and_loses_it_when_it_is_called_off() -> None:
    off = replace(THREAT, cancelled=first_day_of("2025-Q4"))
    lasting, short = (against_calm("stock_t", thing, "gallium", "JPN") for thing in (THREAT, off))
    assert lasting[2] == short[2] > 1.01
    assert lasting[3] > short[3] + 0.01
    assert against_calm("price_mean_usd_t", THREAT, "gallium", "JPN")[2] > 1.0


def test_stocks_and_goods_under_way_keep_a_stop_from_reaching_the_price_of_going_without() -> None:
    peak = against_calm("price_mean_usd_t", STOP, "gallium", "JPN").max()
    assert 3.0 < peak < 30.0  # the backstop stands at two hundred times the price
    calm = series(played(minerals=["gallium"], rounds=12), "use_t", "gallium", "JPN")
    world = played(minerals=["gallium"], rounds=12, measures=(STOP,))
    used = series(world, "use_t", "gallium", "JPN")
    assert used[4] > 0.6 * calm[4]
    assert used[4] > used[6]
    assert series(world, "unmet_t", "gallium", "JPN").max() < 0.01 * calm[4]


def test_the_more_may_be_drawn_the_less_a_stop_is_felt_before_other_sources_open() -> None:
    thin, usual = (
        [
            against_calm(column, STOP, "gallium", "JPN", parameters__stock_floor_share=share)[5]
            for column in ("price_mean_usd_t", "use_t")
        ]
        for share in (0.5, 0.1)
    )
    assert usual[0] < 0.95 * thin[0]
    assert usual[1] > thin[1] + 0.03


def test_goods_at_sea_arrive_after_the_lane_is_closed() -> None:
    slow, fast = (
        against_calm("use_t", STOP, "gallium", "JPN", parameters__transit_handling_months=months)[4]
        for months in (1.0, 0.1)
    )
    assert slow > fast


def test_a_quota_makes_buyers_hoard_so_that_the_price_peaks_late_and_falls_when_they_are_full() -> None:
    """As after July 2010: half of usual exports for two quarters, then nine tenths."""
    calm = played(minerals=["gallium"], rounds=20)
    flows = table(calm, "flows", mineral="gallium", stage="refined", round=2)
    usual = 4.0 * flows[(flows["origin"] == "CHN") & (flows["destination"] != "CHN")]["flow_t"].sum()
    later = first_day_of("2026-Q3")
    cut = measure(
        "export_quota", "CHN", "2026-Q1", minerals=("gallium",), stages=("refined",), size=0.5 * usual
    )
    eased = replace(cut, id="eased", announced=later, in_force=later, size=0.9 * usual)
    cut = replace(cut, ends=later)
    world = played(minerals=["gallium"], rounds=20, measures=(cut, eased))
    price, stock = (
        series(world, column, "gallium", "JPN") / series(calm, column, "gallium", "JPN")
        for column in ("price_spot_usd_t", "stock_t")
    )
    peak = int(price.argmax())
    assert peak >= 5
    assert price[6] > 0.9 * price[peak]  # the quota has been eased by then
    assert price[peak] > 1.3 * price[4] > 2.0
    assert stock[4:6].min() < 0.85  # met from stocks at first, and from what users recover
    assert stock[peak + 5] > 1.5
    assert price[peak + 8] < 0.6 * price[peak]


def test_what_was_bought_is_used_stocked_or_under_way() -> None:
    """Over a run with a stop and shocks, for every mineral, stage and buyer."""
    world = make_world(minerals=["dytb", "gallium"], rounds=10, measures=(STOP,), history=True)
    markets = world.state.markets
    before = [_holdings(world, stage) for stage in range(len(STAGES))]
    change = [np.zeros_like(total) for total in before]
    while not world.finished:
        play(world, world.round + 1)
        assert world.state.clearing is not None
        for stage, cleared in enumerate(world.state.clearing.stages):
            change[stage] += cleared.flow_t.sum(axis=(1, 2)) - cleared.use_t
    for stage in range(len(STAGES)):
        gap = _holdings(world, stage) - before[stage] - change[stage]
        assert np.abs(gap).max() < 1e-9 * max(before[stage].max(), 1.0)
    assert markets.under_way_t[REFINED].sum() > 0.0
    assert markets.stock_t[COMPONENT].sum() > 0.0


def _holdings(world: TradeWorld, stage: int) -> np.ndarray:
    markets = world.state.markets
    return np.asarray(markets.stock_t[stage] + markets.under_way_t[stage].sum(axis=1))
