"""Sellers and buyers that are cut off, idle or only padding."""

from dataclasses import fields, replace

import numpy as np
import pytest
from market_worlds import Setting, random_market
from small_markets import make_lanes, make_market, without_ore

from world.market import solver
from world.market.arrays import Market, Prices, Rowwise
from world.market.balance import evaluate, pose
from world.market.fallback import MarketError
from world.market.jacobian import log_jacobian
from world.market.newton import Outcome
from world.market.solver import clear_market

MINES = {"ore_capacity_t": [60.0, 60.0], "ore_cost_usd_t": 10.0, "ore_slope_usd_t": 1.5}
PLANTS = {"refining_capacity_t": [70.0, 70.0], "refining_cost_usd_t": 5.0, "refining_slope_usd_t": 1.5}
NEED = {"need_t": [40.0, 30.0], "need_price_usd_t": 25.0}
OUTSIDE = {"backstop": 200.0 * 25.0, "backstop_weight": 0.01}


def chain(*, ore_weight: object = 0.5, weight: object = 0.5, **given: object) -> Market:
    """Two mines, two plants, two users."""
    return make_market(
        make_lanes(2, 2, weight=ore_weight, spread=1.0),
        make_lanes(2, 2, weight=weight, spread=1.5, **OUTSIDE),
        **{**MINES, **PLANTS, **NEED, **given},
    )


def test_user_without_any_lane_goes_without() -> None:
    clearing = clear_market(chain(weight=[[0.5, 0.0], [0.5, 0.0]]))
    assert clearing.unmet_t[0, 1] == pytest.approx(clearing.purchases_t[0, 1], rel=1e-12)
    assert clearing.refined_index_usd_t[0, 1] == pytest.approx(5000.0 - 1.5 * np.log(0.01), rel=1e-12)
    assert clearing.use_t[0, 1] == 0.0
    assert clearing.unmet_t[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_plant_without_ore_makes_nothing() -> None:
    clearing = clear_market(chain(ore_weight=[[0.5, 0.0], [0.5, 0.0]]))
    assert clearing.throughput_t[0, 1] == 0.0
    assert clearing.converted_t[0, 1] == 0.0
    assert clearing.refined_flow_t[0, :, 1].sum() == 0.0


def test_mine_without_buyers_stops_at_a_finite_price() -> None:
    clearing = clear_market(chain(ore_weight=[[0.5, 0.5], [0.0, 0.0]]))
    assert -30.0 < clearing.ore_price_usd_t[0, 1] < 0.0
    assert clearing.ore_output_t[0, 1] < 1e-3
    assert clearing.ore_output_t[0, 1] == pytest.approx(clearing.ore_disposal_t[0, 1], rel=1e-9)


def test_ceiling_of_zero_is_an_idle_mine_at_its_starting_price() -> None:
    market = chain(ore_ceiling_t=[np.inf, 0.0])
    start = Prices(np.array([[12.0, 77.0]]), np.array([[25.0, 25.0]]))
    clearing = clear_market(market, start)
    assert clearing.ore_price_usd_t[0, 1] == 77.0
    assert clearing.ore_flow_t[0, :, 1].sum() == 0.0
    assert clearing.ore_output_t[0, 1] == 0.0


def test_ceiling_binds_exactly_and_what_is_unsold_is_not_mined() -> None:
    clearing = clear_market(chain(ore_ceiling_t=[20.0, np.inf]))
    assert clearing.ore_flow_t[0, :, 0].sum() == pytest.approx(20.0, rel=1e-9)
    assert clearing.ore_output_t[0, 0] == pytest.approx(20.0, rel=1e-9)


def test_feed_without_capacity_is_sold_and_negative_feed_is_served_first() -> None:
    clearing = clear_market(chain(ore_capacity_t=[60.0, 0.0], ore_feed_t=[-15.0, 9.0]))
    assert clearing.ore_flow_t[0, :, 1].sum() == pytest.approx(9.0, rel=1e-8)
    assert clearing.ore_output_t[0, 0] - 15.0 == pytest.approx(clearing.ore_flow_t[0, :, 0].sum(), rel=1e-8)


def test_negative_feed_takes_no_more_than_the_mine_can_give() -> None:
    clearing = clear_market(chain(ore_feed_t=[-500.0, 0.0]))
    assert clearing.ore_feed_t[0, 0] == pytest.approx(-0.95 * 60.0)


def test_quota_of_zero_closes_a_lane() -> None:
    closed = chain(weight=[[0.5, 0.0], [0.5, 0.5]])
    market = chain()
    lanes = replace(market.refined_lanes, cap_t=np.array([[[[np.inf, 0.0], [np.inf, np.inf]]]]))
    clearing = clear_market(replace(market, refined_lanes=lanes))
    assert clearing.refined_flow_t == pytest.approx(clear_market(closed).refined_flow_t, rel=1e-7)


def test_plant_whose_every_lane_has_a_quota_and_no_backstop() -> None:
    market = chain()
    cap = np.array([[[[4.0, np.inf], [6.0, np.inf]]]])
    clearing = clear_market(replace(market, ore_lanes=replace(market.ore_lanes, cap_t=cap)))
    assert clearing.ore_flow_t[0, 0, :, 0] == pytest.approx([4.0, 6.0], rel=1e-12)
    assert clearing.throughput_t[0, 0] == pytest.approx(10.0, rel=1e-9)
    assert (clearing.ore_rent_usd_t[0, 0, :, 0] > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_short_markets_with_quotas_and_no_ore_backstop_clear(seed: int) -> None:
    setting = Setting(rows=8, capped=0.9, routes=2, supply_ratio=(0.1, 0.5), elasticity=(0.05, 0.05))
    market = random_market(np.random.default_rng(seed), setting)[0]
    none = np.full_like(market.ore_lanes.backstop_log_weight, -np.inf)
    clearing = clear_market(replace(market, ore_lanes=replace(market.ore_lanes, backstop_log_weight=none)))
    assert clearing.residual.max() <= 1e-10
    assert (clearing.ore_backstop_t == 0).all()


def test_costs_a_thousand_times_apart_and_a_backstop_two_hundred_times_the_price() -> None:
    market = without_ore(
        make_lanes(3, 1, weight=1 / 3, spread=2.0, **OUTSIDE),
        primary_capacity_t=[10.0, 10.0, 10.0],
        primary_cost_usd_t=[2.0, 50.0, 2000.0],
        primary_slope_usd_t=[0.3, 8.0, 300.0],
        need_t=60.0, need_price_usd_t=25.0, need_elasticity=0.05,
    )  # fmt: skip
    clearing = clear_market(market)
    assert clearing.refined_flow_t.sum() == pytest.approx(30.0, rel=1e-3)
    assert clearing.refined_index_usd_t[0, 0] == pytest.approx(5000.0, rel=0.01)


def test_padding_changes_nothing() -> None:
    market = random_market(np.random.default_rng(3), Setting(rows=3, capped=0.1))[0]
    clearing, padded = clear_market(market), clear_market(pad(market))
    assert padded.refined_price_usd_t[:, :7] == pytest.approx(clearing.refined_price_usd_t, rel=1e-8)
    assert padded.refined_flow_t[:, :, :7, :9] == pytest.approx(clearing.refined_flow_t, rel=1e-6, abs=1e-6)
    assert padded.refined_flow_t[:, :, 7:].sum() == padded.refined_flow_t[..., 9:].sum() == 0.0


def pad(part: Rowwise) -> Rowwise:
    """Two more places at the end of every axis of sellers and buyers, filled with zeros."""
    changed: dict[str, object] = {}
    for item in fields(part):
        value = getattr(part, item.name)
        if isinstance(value, Rowwise):
            changed[item.name] = pad(value)
        elif value.ndim > 1:
            widths = [(0, 0)] * (1 if value.ndim == 2 else 2) + [(0, 2)] * (1 if value.ndim == 2 else 2)
            changed[item.name] = np.pad(value, widths)
    return replace(part, **changed)


@pytest.mark.parametrize("seed", [0, 1, 2])
@np.errstate(all="ignore")
def test_jacobian_is_the_derivative(seed: int) -> None:
    market = random_market(np.random.default_rng(seed), Setting(rows=4, routes=2, capped=0.2))[0]
    problem, start = pose(market), clear_market(market).prices()
    rng = np.random.default_rng(seed)
    price = np.concatenate([start.ore_price_usd_t, start.refined_price_usd_t], 1)
    price = price * rng.uniform(0.9, 1.1, price.shape)
    exact, numeric = log_jacobian(problem, evaluate(problem, price)), np.zeros((*price.shape, price.shape[1]))
    for column in range(price.shape[1]):
        step = np.zeros_like(price)
        step[:, column] = 1e-6 * np.abs(price[:, column])
        ahead, behind = evaluate(problem, price + step).residual, evaluate(problem, price - step).residual
        numeric[:, :, column] = (ahead - behind) / (2 * step[:, column, None])
    active = np.concatenate([problem.mines.active, problem.smelters.active], 1)
    scale = np.abs(np.diagonal(exact, axis1=1, axis2=2))[:, :, None]
    # a few places may straddle the kink of a levy or a quota within the step
    assert np.quantile((np.abs(exact - numeric) / scale)[active], 0.99) < 1e-6


def test_a_row_that_does_not_clear_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    market = random_market(np.random.default_rng(5), Setting(rows=3))[0]

    def never(*_: object) -> Outcome:
        return Outcome(np.zeros((1, 13)), np.array([1]), np.array([0.5]))

    monkeypatch.setattr(solver, "NEWTON_STEPS", 0)
    monkeypatch.setattr(solver, "continuation", never)
    with pytest.raises(MarketError, match="row 0") as caught:
        clear_market(market)
    assert caught.value.market.size == 1
    assert caught.value.market.need_t == pytest.approx(market.need_t[:1])
