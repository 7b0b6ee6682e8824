"""Chains of one to four stages with every instrument: what must hold, and two other ways to the prices."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from chain_equations import Books, network
from chain_programme import frozen, solve_programme
from chain_records import Chain
from chain_solver import solve
from hypothesis import given, settings
from hypothesis import strategies as st
from monotone_prices import scale_of, sweep
from random_chains import random_chain, with_plain_makers

seeds = st.integers(0, 2_999)
quick = settings(max_examples=10, deadline=None)


def world(seed: int) -> Chain:
    """One to four stages."""
    return random_chain(np.random.default_rng(seed), stages=1 + seed % 4)


@quick
@given(seeds)
def test_every_seller_is_balanced_and_every_price_matched(seed: int) -> None:
    chain = world(seed)
    books = solve(chain)
    for key in books.prices:
        assert books.supply_t(key) == pytest.approx(books.demand_t(key), abs=1e-9)
    for level, (stage, book) in enumerate(zip(chain.stages, books.stages, strict=True)):
        for buyer, purchase in enumerate(book.purchases):
            if purchase.index_usd_t < inf and purchase.ordered_t > 0:
                assert purchase.got_t + sum(purchase.outside_t) == pytest.approx(purchase.ordered_t, rel=1e-9)
                mine = [
                    at for at, lane in enumerate(stage.lanes) if lane.buyer == buyer and book.flow_t[at] > 0
                ]
                assert purchase.got_t == pytest.approx(sum(book.flow_t[at] for at in mine), rel=1e-12)
        assert sum(book.flow_t) == pytest.approx(
            sum(sold for key, sold in books.sold_t.items() if key[0] == level), rel=1e-12
        )


@quick
@given(seeds)
def test_floors_quotas_and_duties_hold_and_cost_nothing_where_slack(seed: int) -> None:
    chain = world(seed)
    books = solve(chain)
    for stage, book in zip(chain.stages, books.stages, strict=True):
        for place, lane in enumerate(stage.lanes):
            flow, rent = book.flow_t[place], book.rent_usd_t[place]
            assert book.landed_usd_t[place] >= lane.floor_usd_t
            assert min(book.levy_usd_t[place], book.export_gap_usd_t[place]) >= -1e-12
            if book.levy_usd_t[place] > 1e-9:
                assert book.landed_usd_t[place] == pytest.approx(lane.floor_usd_t, rel=1e-12)
            assert 0.0 <= rent <= lane.over_cap_usd_t
            if rent < lane.over_cap_usd_t * (1.0 - 1e-9):
                assert flow <= lane.cap_t * (1.0 + 1e-9)
            if rent > 1e-9:
                assert flow >= lane.cap_t * (1.0 - 1e-9)
    for key, slack in books.slack_t.items():
        assert books.premia[key] >= -1e-9
        assert slack >= -1e-9
        assert min(books.premia[key], slack) <= 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_bisection_seller_by_seller_ends_at_the_same_prices(seed: int) -> None:
    chain = random_chain(np.random.default_rng(seed), stages=2)
    net, books = network(chain), solve(chain)
    scale = scale_of(net)
    prices, premia = dict.fromkeys(net.sellers, scale.price_usd_t), dict.fromkeys(net.desks, 0.0)
    for _ in range(400):
        before = prices
        prices, premia = sweep(net, scale, prices, premia)
        if max(abs(prices[key] - before[key]) for key in prices) < 1e-10:
            break
    trading = [key for key in prices if books.sold_t[key] > 1e-6]
    assert [prices[key] for key in trading] == pytest.approx([books.prices[key] for key in trading], abs=1e-7)
    assert list(premia.values()) == pytest.approx(list(books.premia.values()), abs=1e-7)


def price_grid(books: Books, steps: int) -> np.ndarray:
    found = [*books.prices.values()]
    found += [purchase.index_usd_t for book in books.stages for purchase in book.purchases]
    known = [price for price in found if abs(price) < inf]
    return np.linspace(min(known) - 1.0, max(known) + 1.0, steps + 1)


@pytest.mark.parametrize("seed", range(4))
def test_an_equilibrium_is_of_least_cost_at_its_own_charges(seed: int) -> None:
    """The linear programme with wedges and taste frozen has the same prices, premia included, to a step."""
    chain = with_plain_makers(world(seed))
    books = solve(chain)
    grid = price_grid(books, 800)
    programme = solve_programme(frozen(chain, books), grid)
    step = grid[1] - grid[0]
    for key, price in programme.prices.items():
        if books.sold_t[key] > 1e-6:
            assert price == pytest.approx(books.prices[key], abs=step)
    for (level, buyer), index in programme.indices.items():
        purchase = books.stages[level].purchases[buyer]
        if purchase.ordered_t > 1e-6:
            assert index == pytest.approx(purchase.index_usd_t, abs=step)
    for key, premium in programme.premia.items():
        if books.slack_t[key] < 1e-9:
            assert premium == pytest.approx(books.premia[key], abs=2.0 * step)
