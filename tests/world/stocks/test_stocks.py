"""Private stocks as pure functions: at rest, drawn, feared for, priced at cost, never lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.axes import Array
from world.market.curves import logistic
from world.parameters import resolve
from world.stocks.private import (
    Holding,
    answer_of,
    drawn_share,
    followed_share,
    most_shed_share,
    passing_share,
    settle_stocks,
)

P = resolve()
NOBODY = np.zeros((1, 1))


def holding(**given: float) -> Holding:
    """One buyer that uses 100 t a round, holds a round's use and has a third of its orders under way."""
    usual = {
        "use_t": 100.0, "most_t": 100.0, "cover_t": 100.0, "built_t": 0.0, "held_t": 100.0,
        "arriving_t": 33.0, "late_share": 0.33, "expected_usd_t": 20.0, "least_width_usd_t": 1.0,
    }  # fmt: skip
    return Holding(**{name: np.full((1, 1), value) for name, value in (usual | given).items()})


def ordered_over_use(answer: tuple[Array, Array, Array, Array], price_usd_t: float) -> float:
    buy, draw, centre, width = answer
    return float((1.0 + buy - draw * logistic((price_usd_t - centre) / width))[0, 0])


def test_who_has_what_it_wants_orders_what_it_uses_at_the_usual_price() -> None:
    assert ordered_over_use(answer_of(holding(), NOBODY, NOBODY, P), 20.0) == pytest.approx(1.0, abs=1e-3)


def test_goods_under_way_count_as_stock() -> None:
    late = ordered_over_use(answer_of(holding(arriving_t=0.0), NOBODY, NOBODY, P), 20.0)
    early = ordered_over_use(answer_of(holding(arriving_t=60.0), NOBODY, NOBODY, P), 20.0)
    assert late > 1.1
    assert early < 0.9


@pytest.mark.parametrize("signal", ["fear", "rise"])
def test_who_expects_a_stop_or_a_duty_buys_ahead(signal: str) -> None:
    some = np.full((1, 1), 0.4)
    fear, rise = (some, NOBODY) if signal == "fear" else (NOBODY, some)
    assert ordered_over_use(answer_of(holding(), fear, rise, P), 20.0) > 1.2


def test_who_fears_a_stop_follows_the_price_and_who_has_plenty_waits_for_it_to_come_back() -> None:
    usual, afraid = (float(followed_share(holding(), NOBODY + fear, P)[0, 0]) for fear in (0.0, 0.5))
    assert usual == pytest.approx(P.stock_trend_share)
    assert afraid > 2.0 * usual
    plenty = float(followed_share(holding(held_t=400.0), NOBODY, P)[0, 0])
    assert 0.0 < plenty < 0.5 * usual
    short = float(followed_share(holding(held_t=30.0), NOBODY, P)[0, 0])
    assert short == pytest.approx(usual)  # to be short of stocks is no reason to expect dearer ones


def test_whoever_holds_stocks_parts_with_them_when_goods_are_twice_as_dear_as_is_reckoned_with() -> None:
    for fear in (0.0, 0.8):
        answer = answer_of(holding(), NOBODY + fear, NOBODY, P)
        assert ordered_over_use(answer, 20.0) >= 1.0 - 1e-3
        assert ordered_over_use(answer, 40.0) < 0.2


@given(
    held=st.floats(0.0, 500.0), arriving=st.floats(0.0, 200.0), late=st.floats(0.0, 1.0),
    floor=st.floats(0.1, 0.5),
)  # fmt: skip
def test_what_is_held_lasts_for_the_round_at_the_highest_prices(
    held: float, arriving: float, late: float, floor: float
) -> None:
    one = holding(held_t=held, arriving_t=arriving, late_share=late)
    drawn = float(drawn_share(one, floor, one.most_t)[0, 0])
    assert 0.0 <= drawn <= 0.9
    ordered = 100.0 * (1.0 - drawn)
    left = held + arriving + max(1.0 - late, 0.25) * ordered - 100.0
    assert drawn == 0.0 or left >= min(floor * 100.0, held) - 1e-9


@given(
    held=st.floats(0.0, 2000.0), arriving=st.floats(0.0, 500.0), late=st.floats(0.0, 1.0),
    afraid=st.floats(0.0, 1.0), price=st.floats(0.0, 1e5),
)  # fmt: skip
def test_an_order_is_never_below_zero(
    held: float, arriving: float, late: float, afraid: float, price: float
) -> None:
    one = holding(held_t=held, arriving_t=arriving, late_share=late)
    assert ordered_over_use(answer_of(one, NOBODY + afraid, NOBODY, P), price) > 0.0


@pytest.mark.parametrize(("late", "least"), [(0.0, 0.5), (0.33, 0.3), (0.9, 0.05)])
def test_the_less_of_what_is_used_is_fresh_the_less_of_a_price_passes(late: float, least: float) -> None:
    full = holding(late_share=late, arriving_t=100.0 * late)
    passing = float(passing_share(full, 1.0)[0, 0])
    assert passing == pytest.approx(least, abs=0.05)
    assert float(passing_share(full, 0.0)[0, 0]) == 1.0
    empty = replace(full, held_t=NOBODY, arriving_t=NOBODY)
    assert float(passing_share(empty, 0.9)[0, 0]) == pytest.approx(1.0)


@given(st.lists(st.floats(0.0, 100.0), min_size=5, max_size=5), st.floats(0.0, 1.0))
def test_no_tonne_is_lost_between_stocks_and_goods_under_way(tonnes: list[float], drawn: float) -> None:
    held, due, later, next_, after = (np.full((1, 1), value) for value in tonnes)
    got = next_ + after
    change = got - drawn * (held + due + later + got)
    before = np.stack([due, later], axis=1)
    shipped = np.stack([next_, after], axis=1)
    now, under_way = settle_stocks(held, before, change, shipped)
    assert now.min() >= 0.0
    assert under_way.min() >= 0.0
    total = float(held.sum() + before.sum() + change.sum())
    assert float(now.sum() + under_way.sum()) == pytest.approx(total, rel=1e-12, abs=1e-9)


def test_who_has_far_more_than_it_can_use_lives_on_it() -> None:
    """What is wanted is one quarter's use; half a year beyond it buyers keep their suppliers, at two years
    they order next to nothing at any price."""
    spare = [
        ordered_over_use(answer_of(holding(held_t=100.0 * held), NOBODY, NOBODY, P), 20.0)
        for held in (3.0, 9.0)
    ]
    assert spare[0] > 0.6
    assert spare[1] == pytest.approx(0.05, abs=0.01)
    assert (np.diff(most_shed_share(np.array([0.0, 2.0, 4.0, 6.0, 40.0]))) >= 0.0).all()
    assert most_shed_share(np.array([1e9]))[0] < 1.0


def test_what_is_spent_on_stocks_is_bounded_in_money() -> None:
    """At five times the price that buyers are used to a fifth of the tonnes is put by; cheap goods are not
    bought without end."""
    afraid = holding(usual_usd_t=20.0)
    usual, dear, cheap = (
        ordered_over_use(
            answer_of(replace(afraid, expected_usd_t=NOBODY + price), NOBODY + 0.9, NOBODY, P), price
        )
        for price in (20.0, 100.0, 4.0)
    )
    assert usual - 1.0 == pytest.approx(P.stock_budget_ratio, rel=0.05)
    assert dear - 1.0 == pytest.approx(P.stock_budget_ratio / 5.0, rel=0.05)
    assert cheap == pytest.approx(usual, rel=0.05)
