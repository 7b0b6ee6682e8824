"""Quotas of next to nothing with ways past them for tonnes: what no premium in ordinary digits can clear."""

from dataclasses import replace

import numpy as np
import pytest
from small_markets import make_desk, make_lanes, without_ore

from benchmarks.random_markets import Setting, random_market
from world.market.arrays import Market
from world.market.balance import evaluate, pose
from world.market.fallback import FIRST_STEPS
from world.market.method import newton
from world.market.newton import Outcome
from world.market.passed_quotas import clear_passed
from world.market.rows import Floats
from world.market.solver import clear_market
from world.market.start import starting_prices, unknowns_of

TOLERANCE = 1e-10
MOST, COST, WIDTH, QUOTA = 4.53, 929.0872, 1858.17, 5.2e-8


def released(quota: float = QUOTA, premium: float | None = None) -> Market:
    """Graphite at home (0) and abroad (1), after a market in which a reserve released behind a high floor.

    No more may leave than did before, and what did is next to nothing; tonnes could leave unrecorded. With
    ``premium`` the desk limits nothing, and its lanes cost so much more."""
    past, charge = (MOST, COST, WIDTH), np.array([[10.0, 13_500.0], [3_500.0, 10.0]])
    if premium is not None:
        quota, past = 1e9, (0.0, COST, WIDTH)
        charge[0, 1] += premium
    return without_ore(
        make_lanes(2, 2, weight=0.5, spread=520.0, charge=charge, backstop=7.5e4, backstop_weight=0.01),
        make_desk(0, quota, [False, True], 2, past),
        primary_capacity_t=[3_000.0, 170_000.0],
        primary_cost_usd_t=2_700.0,
        primary_slope_usd_t=220.0,
        refined_feed_t=[12_729.0, 0.0],
        need_need_t=[15_000.0, 130_000.0],
        need_price_usd_t=3_800.0,
        need_elasticity=0.07,
    )


def search(market: Market) -> Outcome:
    return newton(pose(market), unknowns_of(market, starting_prices(market)), TOLERANCE, FIRST_STEPS)


@np.errstate(all="ignore")
def test_what_a_reserve_at_home_lets_out_under_a_false_name_clears() -> None:
    """On paper: the premium is the cost of the first way and a sliver, at which what is wanted leaves."""
    at_cost = released(premium=COST)
    wanted = evaluate(pose(at_cost), search(at_cost).unknowns).stages[0].sold_t[0, 0]
    assert QUOTA < wanted < 1e-6
    books = clear_market(released(), tolerance=TOLERANCE).stages[0]
    assert books.flow_t[0, 0, 0, 1] == pytest.approx(wanted, rel=1e-9)
    sliver = WIDTH * (wanted - QUOTA) / MOST
    assert books.premium_usd_t[0, 0] == pytest.approx(COST + sliver, rel=1e-12)
    assert books.premium_usd_t[0, 0] > COST


@np.errstate(all="ignore")
def test_no_premium_in_ordinary_digits_clears_it() -> None:
    """Numbers next to each other let through so different tonnes that supply and demand stay apart."""
    market = released()
    problem, found = pose(market), clear_passed(market, search, TOLERANCE)
    assert found is not None
    assert found.error[0] <= TOLERANCE
    below = above = found.unknowns
    for _ in range(3):
        assert min(evaluate(problem, at).error()[0] for at in (below, above)) > TOLERANCE
        below, above = below.copy(), above.copy()
        below[0, -1], above[0, -1] = np.nextafter(below[0, -1], 0.0), np.nextafter(above[0, -1], np.inf)
    assert search(market).error[0] > TOLERANCE


@pytest.mark.parametrize("quota", [2e-7, 1e-6, 1.0])
@np.errstate(all="ignore")
def test_a_quota_that_is_not_passed_is_left_as_it_was(quota: float) -> None:
    assert clear_passed(released(quota), search, TOLERANCE) is None


@pytest.mark.parametrize("quota", [None, 1e-3, 1e-12])
@np.errstate(all="ignore")
def test_random_chains_clear_past_their_quotas(quota: float | None) -> None:
    """Whatever the quotas, the equations hold as far as the premium has digits; where the ordinary search
    arrives too, at the same prices."""
    setting = Setting(rows=16, sellers=(4, 5, 4), users=(0, 2, 6), desks=2, unrecorded=0.8, asked=0.4)
    batch = with_quotas(random_market(np.random.default_rng(11), setting)[0], quota)
    passed = 0
    for market in (batch.take([row]) for row in range(batch.size)):
        found, ordinary = clear_passed(market, search, TOLERANCE), search(market)
        if found is None:
            assert ordinary.error[0] <= TOLERANCE
            continue
        passed += 1
        assert found.error[0] <= TOLERANCE
        check(market, found.unknowns)
        if ordinary.error[0] <= TOLERANCE:
            np.testing.assert_allclose(found.unknowns, ordinary.unknowns, rtol=1e-7, atol=1e-6)
    assert passed >= 5


def with_quotas(market: Market, quota: float | None) -> Market:
    """The market with this quota, if any, at every desk that can be passed."""
    if quota is None:
        return market
    stages = []
    for stage in market.stages:
        desks = stage.desks
        can = (desks.quota_t > 0) & (desks.unrecorded_most_t > 0)
        stages.append(replace(stage, desks=replace(desks, quota_t=np.where(can, quota, desks.quota_t))))
    return Market(tuple(stages))


def check(market: Market, unknowns: Floats) -> None:
    """Supply is demand; no desk lets more pass than it may, and none whose premium is above what is asked
    less, but for what may pass at the numbers next to its premium."""
    problem = pose(market)
    premiums, states = problem.premiums(unknowns), evaluate(problem, unknowns).stages
    for stage, posed, premium, at in zip(market.stages, problem.stages, premiums, states, strict=True):
        assert np.abs(at.residual).max() <= 2.0 * TOLERANCE
        less, more = (
            posed.desks.quota_t + posed.desks.unrecorded_t(np.nextafter(premium, to))
            for to in (-np.inf, np.inf)
        )
        real = posed.desks.quota_t > 0
        asked, _ = stage.desks.asks_usd_t(np.minimum(at.sold_t, posed.desks.quota_t))
        binds = real & (premium > asked + 1e-9 * problem.scale_usd_t)
        assert (at.sold_t <= more * (1.0 + 2.0 * TOLERANCE))[real].all()
        assert (at.sold_t >= less * (1.0 - 2.0 * TOLERANCE))[binds].all()
