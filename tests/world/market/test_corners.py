"""Sellers and buyers that are cut off, idle or only padding."""

from dataclasses import fields, replace

import numpy as np
import pytest
from small_markets import make_desk, make_lanes, make_market, without_ore

from benchmarks.random_markets import Setting, random_market
from world.market import solver
from world.market.arrays import Lanes, Market, no_desks
from world.market.balance import evaluate, pose
from world.market.fallback import MarketError
from world.market.jacobian import log_jacobian
from world.market.newton import Outcome
from world.market.rows import Floats, Part
from world.market.solver import clear_market
from world.market.start import unknowns_of

MINES = {"ore_capacity_t": [60.0, 60.0], "ore_cost_usd_t": 10.0, "ore_slope_usd_t": 1.5}
PLANTS = {"refining_capacity_t": [70.0, 70.0], "refining_cost_usd_t": 5.0, "refining_slope_usd_t": 1.5}
NEED = {"need_need_t": [40.0, 30.0], "need_price_usd_t": 25.0}
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
    assert clearing.stages[-1].unmet_t[0, 1] == pytest.approx(clearing.stages[-1].ordered_t[0, 1], rel=1e-12)
    assert clearing.stages[-1].index_usd_t[0, 1] == pytest.approx(5000.0 - 1.5 * np.log(0.01), rel=1e-12)
    assert clearing.stages[-1].use_t[0, 1] == 0.0
    assert clearing.stages[-1].unmet_t[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_plant_without_ore_makes_nothing() -> None:
    clearing = clear_market(chain(ore_weight=[[0.5, 0.0], [0.5, 0.0]]))
    assert clearing.stages[-1].throughput_t[0, :, 1].sum() == 0.0
    assert clearing.stages[-1].converted_t[0, 1] == 0.0
    assert clearing.stages[-1].flow_t[0, :, 1].sum() == 0.0


def test_mine_without_buyers_stops_at_a_finite_price() -> None:
    clearing = clear_market(chain(ore_weight=[[0.5, 0.5], [0.0, 0.0]]))
    assert -30.0 < clearing.stages[0].price_usd_t[0, 1] < 0.0
    assert clearing.stages[0].output_t[0, 0, 1] < 1e-3
    assert clearing.stages[0].output_t[0, 0, 1] == pytest.approx(
        clearing.stages[0].disposal_t[0, 1], rel=1e-9
    )


def with_ceiling(market: Market, seller: int, tonnes: float) -> Market:
    """All a mine may sell."""
    ore = market.stages[0]
    desk = make_desk(seller, tonnes, True, ore.lanes.spread_usd_t.shape[1])
    return Market((replace(ore, desks=desk), *market.stages[1:]))


def with_ore_lanes(market: Market, **changed: Floats) -> Market:
    ore = market.stages[0]
    return Market((replace(ore, lanes=replace(ore.lanes, **changed)), *market.stages[1:]))


def test_ceiling_of_zero_is_an_idle_mine() -> None:
    clearing = clear_market(with_ceiling(chain(), 1, 0.0))
    assert clearing.stages[0].flow_t[0, :, 1].sum() == 0.0
    assert clearing.stages[0].output_t[0, 0, 1] < 1e-3
    assert clearing.stages[0].flow_t[0, :, 0].sum() > 50.0


def test_ceiling_binds_exactly_and_what_is_unsold_is_not_mined() -> None:
    clearing = clear_market(with_ceiling(chain(), 0, 20.0))
    assert clearing.stages[0].flow_t[0, :, 0].sum() == pytest.approx(20.0, rel=1e-9)
    assert clearing.stages[0].output_t[0, 0, 0] == pytest.approx(20.0, rel=1e-9)
    assert clearing.stages[0].premium_usd_t[0, 0] > 0.0


def test_feed_without_capacity_is_sold_and_negative_feed_is_served_first() -> None:
    clearing = clear_market(chain(ore_capacity_t=[60.0, 0.0], ore_feed_t=[-15.0, 9.0]))
    assert clearing.stages[0].flow_t[0, :, 1].sum() == pytest.approx(9.0, rel=1e-8)
    assert clearing.stages[0].output_t[0, 0, 0] - 15.0 == pytest.approx(
        clearing.stages[0].flow_t[0, :, 0].sum(), rel=1e-8
    )


def test_negative_feed_takes_no_more_than_the_mine_can_give() -> None:
    clearing = clear_market(chain(ore_feed_t=[-500.0, 0.0]))
    assert clearing.stages[0].feed_t[0, 0] == pytest.approx(-0.95 * 60.0)


def test_quota_of_zero_closes_a_lane() -> None:
    closed, (ore, metal) = chain(weight=[[0.5, 0.0], [0.5, 0.5]]), chain().stages
    lanes = replace(metal.lanes, cap_t=np.array([[[[np.inf, 0.0], [np.inf, np.inf]]]]))
    clearing = clear_market(Market((ore, replace(metal, lanes=lanes))))
    assert clearing.stages[-1].flow_t == pytest.approx(clear_market(closed).stages[-1].flow_t, rel=1e-7)


def test_plant_whose_every_lane_has_a_quota_and_no_backstop() -> None:
    clearing = clear_market(with_ore_lanes(chain(), cap_t=np.array([[[[4.0, np.inf], [6.0, np.inf]]]])))
    assert clearing.stages[0].flow_t[0, 0, :, 0] == pytest.approx([4.0, 6.0], rel=1e-12)
    assert clearing.stages[-1].throughput_t[0, :, 0].sum() == pytest.approx(10.0, rel=1e-9)
    assert (clearing.stages[0].rent_usd_t[0, 0, :, 0] > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_short_markets_with_quotas_and_no_ore_backstop_clear(seed: int) -> None:
    setting = Setting(rows=8, capped=0.9, routes=2, supply_ratio=(0.1, 0.5), elasticity=(0.05, 0.05))
    market = random_market(np.random.default_rng(seed), setting)[0]
    none = np.full_like(market.stages[0].lanes.backstop_log_weight, -np.inf)
    clearing = clear_market(with_ore_lanes(market, backstop_log_weight=none))
    assert clearing.residual.max() <= 1e-10
    assert (clearing.stages[0].unmet_t == 0).all()


def test_costs_a_thousand_times_apart_and_a_backstop_two_hundred_times_the_price() -> None:
    market = without_ore(
        make_lanes(3, 1, weight=1 / 3, spread=2.0, **OUTSIDE),
        primary_capacity_t=[10.0, 10.0, 10.0],
        primary_cost_usd_t=[2.0, 50.0, 2000.0],
        primary_slope_usd_t=[0.3, 8.0, 300.0],
        need_need_t=60.0, need_price_usd_t=25.0, need_elasticity=0.05,
    )  # fmt: skip
    clearing = clear_market(market)
    assert clearing.stages[-1].flow_t.sum() == pytest.approx(30.0, rel=1e-3)
    assert clearing.stages[-1].index_usd_t[0, 0] == pytest.approx(5000.0, rel=0.01)


def test_padding_changes_nothing() -> None:
    market = random_market(np.random.default_rng(3), Setting(rows=3, capped=0.1))[0]
    plain, padded = clear_market(market).stages[-1], clear_market(pad(market)).stages[-1]
    assert padded.price_usd_t[:, :7] == pytest.approx(plain.price_usd_t, rel=1e-8)
    assert padded.flow_t[:, :, :7, :9] == pytest.approx(plain.flow_t, rel=1e-6, abs=1e-6)
    assert padded.flow_t[:, :, 7:].sum() == padded.flow_t[..., 9:].sum() == 0.0


def pad(market: Market) -> Market:
    """Two more places at the end of every axis of sellers and of buyers, filled with zeros. Buyers are makers
    and then users, so those of the stage before get theirs in the middle."""
    stages = []
    for place, stage in enumerate(market.stages):
        makers = stage.makers_next
        among_buyers = makers if place + 1 < len(market.stages) else stage.lanes.spread_usd_t.shape[1]
        lanes = {
            item.name: widen(getattr(stage.lanes, item.name), among_buyers) for item in fields(stage.lanes)
        }
        for name in (
            "price_factor",
            "charge_usd_t",
            "floor_usd_t",
            "log_weight",
            "cap_t",
            "over_quota_usd_t",
        ):
            lanes[name] = widen(lanes[name], stage.sellers, axis=2)
        stages.append(
            replace(
                stage,
                own=widen_all(stage.own, stage.sellers),
                feed_t=widen(stage.feed_t, stage.sellers),
                making=widen_all(stage.making, stage.sellers),
                needs=widen_all(stage.needs, 0) if place + 1 == len(market.stages) else stage.needs,
                stocks=widen_all(stage.stocks, among_buyers),
                lanes=Lanes(**lanes),
                desks=no_desks(market.size, stage.lanes.cap_t.shape[1], lanes["spread_usd_t"].shape[1]),
            )
        )
    return Market(tuple(stages))


def widen(values: Floats, place: int, axis: int = -1) -> Floats:
    return np.insert(values, [place, place], 0.0, axis=axis)


def widen_all(part: Part, place: int) -> Part:
    size = {item.name: getattr(part, item.name) for item in fields(part)}
    return replace(part, **{name: widen(value, place or value.shape[-1]) for name, value in size.items()})


@pytest.mark.parametrize("desks", [0, 2])
@pytest.mark.parametrize("seed", [0, 1, 2])
@np.errstate(all="ignore")
def test_jacobian_is_the_derivative(seed: int, desks: int) -> None:
    setting = Setting(
        rows=4,
        routes=2,
        capped=0.2,
        desks=desks,
        unrecorded=0.5,
        tranches=2,
        sellers=(4, 5, 4),
        users=(0, 2, 5),
    )
    market = random_market(np.random.default_rng(seed), setting)[0]
    problem, at = pose(market), unknowns_of(market, clear_market(market).prices())
    rng = np.random.default_rng(seed)
    at = at * rng.uniform(0.9, 1.1, at.shape)
    exact, numeric = log_jacobian(problem, evaluate(problem, at)), np.zeros((*at.shape, at.shape[1]))
    for column in range(at.shape[1]):
        step = np.zeros_like(at)
        step[:, column] = 1e-6 * np.maximum(np.abs(at[:, column]), 1e-3 * problem.scale_usd_t[:, 0])
        ahead, behind = evaluate(problem, at + step).residual, evaluate(problem, at - step).residual
        numeric[:, :, column] = (ahead - behind) / (2 * step[:, column, None])
    active = np.abs(exact - np.eye(at.shape[1])).sum(2) > 0
    scale = np.abs(np.diagonal(exact, axis1=1, axis2=2))[:, :, None]
    # a few places may straddle the kink of a levy or a quota within the step
    assert np.quantile((np.abs(exact - numeric) / scale)[active], 0.99) < 1e-6


def test_a_row_that_does_not_clear_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    market = random_market(np.random.default_rng(5), Setting(rows=3))[0]

    def never(*_: object) -> Outcome:
        return Outcome(np.zeros((1, 13)), np.array([1]), np.array([0.5]), ())

    monkeypatch.setattr(solver, "NEWTON_STEPS", 0)
    monkeypatch.setattr(solver, "continuation", never)
    with pytest.raises(MarketError, match="row 0") as caught:
        clear_market(market)
    assert caught.value.market.size == 1
    needs = caught.value.market.stages[-1].needs
    assert needs.need_t == pytest.approx(market.stages[-1].needs.need_t[:1])
