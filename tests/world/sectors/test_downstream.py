"""Lines that need minerals: what counts as short, who is served, what is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from world.sectors.downstream import met_share, run_lines, share_out, spared_share, unit_cost_usd

SEEDS = st.integers(0, 10_000)


def made_up(seed: int, minerals: int = 3, sectors: int = 4, countries: int = 5) -> np.random.Generator:
    return np.random.default_rng([seed, minerals, sectors, countries])


def test_what_is_spared_or_replaced_stops_no_line() -> None:
    need = np.array([[100.0, 100.0, 100.0]])
    spared = spared_share(np.array([0.1]), 3.0)[:, None]
    assert spared[0, 0] == pytest.approx(1 - 3**-0.1)
    met = met_share(need, np.array([[95.0, 89.7, 120.0]]), np.zeros((1, 3)), spared, 0.5)
    assert met == pytest.approx(np.ones((1, 3)), abs=1e-3)


def test_what_finds_no_seller_stops_lines_and_half_of_what_is_given_up_does() -> None:
    need, used = np.full((1, 2), 100.0), np.full((1, 2), 40.0)
    met = met_share(need, used, np.array([[0.0, 30.0]]), np.array([[0.2]]), 0.5)
    # sure are 80, 40 of them lack: half of what is given up stops, all that is unmet does
    assert met[0] == pytest.approx([1 - 20 / 80, 1 - (30 + 5) / 80])


def test_orders_for_stocks_that_find_no_seller_stop_no_line() -> None:
    met = met_share(np.array([[100.0]]), np.array([[100.0]]), np.array([[50.0]]), np.array([[0.1]]), 0.5)
    assert met[0, 0] == 1.0


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_sharing_out_gives_away_what_there_is_and_priority_buyers_first(seed: int) -> None:
    draw = made_up(seed)
    need, met = draw.exponential(size=(3, 4, 5)), draw.uniform(size=(3, 5))
    first = draw.uniform(size=(4, 5)) < 0.3
    served = share_out(need, met, first)
    assert served.sum(axis=1) == pytest.approx(met * need.sum(axis=1))
    assert (served <= need * (1 + 1e-9)).all()
    part = served / need
    for mineral in range(3):
        for country in range(5):
            ahead, others = (
                part[mineral, first[:, country], country],
                part[mineral, ~first[:, country], country],
            )
            if len(ahead) and len(others):
                assert ahead.min() >= others.max() - 1e-9
                assert ahead.min() == pytest.approx(1.0) or others.max() == pytest.approx(0.0, abs=1e-9)
    assert share_out(need, met, np.zeros_like(first)) == pytest.approx(met[:, None] * need)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_countries_may_stand_in_any_order(seed: int) -> None:
    draw = made_up(seed)
    need, met, first = (
        draw.exponential(size=(3, 4, 5)),
        draw.uniform(size=(3, 5)),
        draw.uniform(size=(4, 5)) < 0.3,
    )
    parts, exposed, order = draw.exponential(size=(3, 4, 5)), draw.uniform(size=(3, 4)), draw.permutation(5)
    cover = np.full(4, 0.2)
    here = run_lines(need, share_out(need, met, first), parts, cover, 0.5, exposed)
    moved = need[..., order], met[:, order], first[:, order]
    there = run_lines(moved[0], share_out(*moved), parts[..., order], cover, 0.5, exposed)
    assert (there.lost_share == here.lost_share[:, order]).all()
    assert (there.parts_t == here.parts_t[..., order]).all()
    assert (there.scarcest == here.scarcest[:, order]).all()


def test_nothing_is_lost_and_parts_are_filled_where_all_is_served() -> None:
    need, parts = np.full((2, 1, 1), 10.0), np.array([1.0, 5.0])[:, None, None]
    lines = run_lines(need, need, parts, np.array([0.3]), 0.5, np.ones((2, 1)))
    assert lines.lost_share[0, 0] == 0.0
    assert lines.scarcest[0, 0] == -1
    assert lines.parts_t[:, 0, 0] == pytest.approx([2.0, 4.0])


def test_parts_are_drawn_before_a_line_stops_and_come_to_an_end() -> None:
    need, served = np.full((1, 1, 1), 10.0), np.full((1, 1, 1), 6.0)
    parts, lost = np.full((1, 1, 1), 6.0), []
    for _ in range(3):
        lines = run_lines(need, served, parts, np.array([0.6]), 0.5, np.ones((1, 1)))
        parts = lines.parts_t
        lost.append(float(lines.lost_share[0, 0]))
    assert lost == pytest.approx([0.0, 0.2, 0.4])


def test_output_is_that_of_the_scarcest_input_on_the_part_that_needs_it() -> None:
    need = np.full((3, 1, 1), 10.0)
    served = np.array([8.0, 5.0, 0.0])[:, None, None]
    exposed = np.array([[1.0], [0.5], [0.1]])
    lines = run_lines(need, served, np.zeros((3, 1, 1)), np.array([0.0]), 0.5, exposed)
    assert lines.lost_share[0, 0] == pytest.approx(0.25)  # of 0.2, 0.5 x 0.5 and 0.1 x 1
    assert lines.scarcest[0, 0] == 1


def test_a_world_without_minerals_loses_nothing() -> None:
    nothing = np.zeros((0, 2, 3))
    lines = run_lines(nothing, nothing, nothing, np.zeros(2), 0.5, np.zeros((0, 2)))
    assert lines.lost_share.tolist() == [[0.0] * 3] * 2


def test_a_car_costs_more_by_what_is_in_it() -> None:
    cost = unit_cost_usd(np.array([[0.002], [0.01]]), np.array([[[50_000.0]], [[-1_000.0]]]))
    assert cost[0, 0] == pytest.approx(90.0)
