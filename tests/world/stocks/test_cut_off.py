"""Who is cut off uses what he has over the time for which he expects it to go on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import first_day_of, make_world, measure, play, table

from world.axes import REFINED
from world.market.curves import logistic
from world.model import TradeWorld
from world.parameters import resolve
from world.stocks.cut_off import cut_off_of, drawn_t
from world.stocks.private import Holding, answer_of
from world.stocks.stop_lengths import CutOff

P = resolve()
STOP = replace(
    measure("ban", "CHN", "2026-Q1", targets=("JPN",), minerals=("gallium",), stages=("refined",)),
    announced=first_day_of("2026-Q1"),
)


def cut(share: float, months: float) -> CutOff:
    return CutOff(np.full((1, 1), share), np.full((1, 1), months))


def drawn(share: float, months: float, free_t: float, ahead_t: float = 0.0) -> float:
    use, free, ahead = (np.full((1, 1), value) for value in (100.0, free_t, ahead_t))
    return float(drawn_t(cut(share, months), use, free, ahead, round_months=1.0)[0, 0])


def test_a_stock_is_spread_over_the_time_for_which_a_stop_is_expected_to_go_on() -> None:
    assert drawn(0.8, 6.0, 300.0) == pytest.approx(50.0)
    assert drawn(0.8, 12.0, 300.0) == pytest.approx(25.0)
    assert drawn(0.8, 6.0, 0.0) == drawn(0.0, 0.0, 300.0) == 0.0


def test_no_more_is_drawn_than_is_withheld_and_than_there_is() -> None:
    assert drawn(0.8, 2.0, 1000.0) == pytest.approx(80.0)
    assert drawn(0.8, 2.0, 1000.0, ahead_t=30.0) == pytest.approx(50.0)
    assert drawn(0.8, 0.1, 40.0) == pytest.approx(40.0)


def bought_over_use(price_usd_t: float, **given: float) -> float:
    """Orders over use of one buyer with three rounds of use in hand or what is given, at a price that is
    usual at 20."""
    usual = {"held_t": 300.0, "cut_share": 0.0, "planned_t": 0.0, "fear": 0.0} | given
    one = {name: np.full((1, 1), value) for name, value in usual.items()}
    fear, nothing = one.pop("fear"), np.zeros((1, 1))
    rest = {"use_t": 100.0, "most_t": 100.0, "cover_t": 100.0, "built_t": 0.0, "arriving_t": 0.0}
    rest |= {"late_share": 0.0, "expected_usd_t": 20.0, "least_width_usd_t": 1.0}
    holding = Holding(**one, **{name: np.full((1, 1), value) for name, value in rest.items()})
    buy, draw, centre, width = answer_of(holding, fear, nothing, P)
    return float((1.0 + buy - draw * logistic((price_usd_t - centre) / width))[0, 0])


def test_who_is_cut_off_draws_at_prices_at_which_others_who_fear_would_buy_more() -> None:
    assert bought_over_use(20.0, fear=0.8) > 1.5
    assert bought_over_use(20.0, fear=0.4, cut_share=0.9, planned_t=-60.0) < 0.7


def test_lines_are_not_stopped_to_keep_a_stock() -> None:
    assert bought_over_use(200.0, cut_share=1.0, planned_t=-20.0) < 0.15


def cut_off(world: TradeWorld) -> CutOff:
    return cut_off_of(world.base, world.state, world.happenings, world.parameters, REFINED, world.round)


def test_who_is_cut_off_is_named_and_nobody_else() -> None:
    world = play(make_world(minerals=["gallium"], rounds=8, measures=(STOP,)), 5)
    there = world.base.axes.buyers(REFINED)[0] == world.base.axes.country("JPN")
    found = cut_off(world)
    assert (found.share[0, there] > 0.1).any()
    assert (found.months[0, there].max()) == pytest.approx(P.stop_typical_months, abs=3.5)
    assert (found.share[0, ~there] == 0.0).all()
    calm = play(make_world(minerals=["gallium"], rounds=8), 5)
    assert not cut_off(calm).share.any()


def test_who_is_cut_off_draws_on_his_stocks_at_once() -> None:
    world = make_world(minerals=["gallium"], rounds=8, measures=(STOP,))
    play(world)
    rows = table(world, "markets", mineral="gallium", stage="refined", country="JPN")
    stock = rows.sort_values("round")["stock_t"].to_numpy(float)
    assert stock[4] < 0.9 * stock[3]
