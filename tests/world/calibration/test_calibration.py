"""The base year comes back, and each part of the calibration reproduces what it was given."""

from dataclasses import replace

import numpy as np
import pytest

from world.axes import COMPONENT, ORE, REFINED, STAGES, Array, gather, scatter
from world.calibration.base import BaseMarket, calibrate
from world.calibration.curves import (
    HIGHEST_COST_SHARE,
    SupplyCurves,
    at_known_capacity,
    dispersions_above_cost,
    filled_share,
    refining_curves,
    supply_curves,
)
from world.calibration.gravity import GravityWeights, affinity, commercial_intensity, fit_flows, natural_flows
from world.calibration.lanes import inclusive_value, invert_preferences
from world.conditions import conditions_of
from world.dataset import Dataset, load_dataset
from world.market.arrays import Prices
from world.market.clearing import Clearing
from world.market_round import clear_round, make_setting
from world.model import TradeWorld
from world.parameters import resolve
from world.scenario import load_scenario


@pytest.fixture(scope="module")
def base() -> BaseMarket:
    return calibrate(load_dataset(), resolve({}))


def without_history() -> Dataset:
    """The tables of the package without measures and coercion."""
    whole = load_dataset()
    empty = {name: whole.table(name).head(0) for name in ("calendar", "coercion")}
    return replace(whole, _tables={**{name: whole.table(name) for name in whole._tables}, **empty})


@pytest.fixture(scope="module")
def base_year() -> tuple[TradeWorld, Clearing]:
    """The market of the eve of the first round, found from prices that are up to 40% off."""
    world = TradeWorld(load_scenario("baseline", {"run.shocks": False}), rng=1, dataset=without_history())
    setting = make_setting(world, world.happenings, conditions_of(world), with_later=False)
    draw = np.random.default_rng(5)

    def off(price: Array) -> Array:
        return price * np.exp(draw.uniform(-0.4, 0.4, price.shape))

    prices = setting.now.start
    start = Prices(tuple(map(off, prices.price_usd_t)), prices.premium_usd_t)
    return world, clear_round(world, replace(setting, now=replace(setting.now, start=start))).clearing


def worst(names: list[str], found: Array, wanted: Array) -> tuple[float, str]:
    """The largest gap over the wanted value where that is not zero, and where it is."""
    gap = np.where(wanted > 0, np.abs(found / np.where(wanted > 0, wanted, 1.0) - 1.0), 0.0)
    row, column = np.unravel_index(int(gap.argmax()), gap.shape)
    return float(
        gap.max()
    ), f"{names[row]}, place {column}: {found[row, column]:g} for {wanted[row, column]:g}"


def test_base_year_output_and_use_come_back_per_country(base_year: tuple[TradeWorld, Clearing]) -> None:
    world, cleared = base_year
    axes, margins = world.base.axes, world.base.margins
    countries, minerals = len(axes.countries), list(axes.minerals)
    ore, metal, parts = cleared.stages
    refined = metal.converted_t + metal.output_t.sum(axis=1) + metal.feed_t
    pairs = {
        "mined": (scatter(ore.output_t.sum(axis=1), axes.ore_sellers, countries), margins.mined_t),
        "refined": (scatter(refined, axes.refiners, countries), margins.refined_supply_t),
        "used": (
            scatter(metal.use_t, axes.buyers(REFINED), countries),
            margins.purchases_t,
        ),  # stocks built too
        "components": (
            scatter(parts.converted_t, axes.component_makers, countries),
            margins.component_supply_t,
        ),
        "finally used": (scatter(parts.use_t, axes.final_users, countries), margins.final_need_t),
    }
    for name, (found, wanted) in pairs.items():
        error, where = worst(minerals, found, wanted)
        assert error < 0.01, f"{name}: worst error {error:.2%} ({where})"
        beyond = np.abs(np.where(wanted > 0, 0.0, found)).sum(axis=1) / np.maximum(wanted.sum(axis=1), 1e-300)
        assert beyond.max() < 0.01, f"{name}: {beyond.max():.2%} in countries that had none"


def test_base_year_prices_come_back(base_year: tuple[TradeWorld, Clearing]) -> None:
    world, cleared = base_year
    for stage, at in enumerate(cleared.stages):
        weight = at.flow_t.sum(axis=(1, 3))
        known = world.base.price_usd_t[stage]
        wanted = np.where(weight > 1e-6 * weight.sum(axis=1, keepdims=True), known, 0.0)
        error, where = worst(list(world.base.axes.minerals), at.price_usd_t, wanted)
        assert error < 0.01, f"stage {stage}: worst error {error:.2%} ({where})"


def test_base_year_flows_come_back(base_year: tuple[TradeWorld, Clearing]) -> None:
    world, cleared = base_year
    for stage in range(len(STAGES)):
        found = cleared.stages[stage].flow_t
        wanted = world.base.lanes(stage).flow_t
        gap = np.abs(found.sum(axis=1) - wanted).sum(axis=(1, 2)) / np.maximum(
            wanted.sum(axis=(1, 2)), 1e-300
        )
        assert gap.max() < 0.01, f"stage {stage}: {gap.max():.2%} of {world.base.axes.minerals[gap.argmax()]}"


def test_flows_close_both_margins(base: BaseMarket) -> None:
    margins, axes = base.margins, base.axes
    for stage, supply, use in (
        (ORE, margins.ore_supply_t, margins.ore_use_t),
        (REFINED, margins.refined_supply_t, margins.purchases_t),
        (COMPONENT, margins.component_supply_t, margins.final_need_t),
    ):
        flow = base.lanes(stage).flow_t
        total = np.maximum(flow.sum(axis=(1, 2)), 1e-300)[:, None]
        sold = np.abs(flow.sum(axis=2) - gather(supply, axes.sellers(stage))) / total
        got = scatter(flow.sum(axis=1), axes.buyers(stage), len(axes.countries))
        bought = np.abs(got - use) / total
        assert sold.max() < 1e-9
        assert bought.max() < 1e-9


def supply(price: float | Array, curves: SupplyCurves) -> Array:
    """Output at a price of (seller,) curves: the sum over their tranches."""
    cost, slope = curves.tranche_cost_usd_t, curves.tranche_slope_usd_t
    running = 1.0 / (1.0 + np.exp(-(price - cost) / slope))
    return np.asarray(curves.capacity_t * running.mean(axis=0))


@pytest.mark.parametrize("elasticity", [0.05, 0.2, 0.5])
def test_supply_curves_have_the_output_cost_and_elasticity_given(elasticity: float) -> None:
    output, price, cash = np.array([10.0, 300.0, 2.0]), 1000.0, np.array([200.0, 350.0, np.nan])
    curves = supply_curves(output, price, elasticity, cash, usual_cost_share=0.3)
    step = 1e-4 * price
    at, above, below = (supply(p, curves) for p in (price, price + step, price - step))
    assert at == pytest.approx(output)
    assert curves.cost_usd_t == pytest.approx([200.0, 350.0, 300.0])
    reached = (above - below) / (2 * step) * price / at
    # three tranches around this cost can have at least so much, more where the cheapest is at its least
    possible = 0.3296906 / (1.0 - curves.cost_usd_t / price)
    assert (reached <= elasticity * (1 + 1e-5)).all()
    assert (reached >= np.minimum(elasticity, possible) * (1 - 1e-5)).all()


def test_a_producer_dearer_than_the_price_is_taken_to_just_cover_its_cost() -> None:
    curves = supply_curves(np.array([5.0]), 100.0, 0.3, np.array([180.0]), usual_cost_share=0.5)
    assert curves.cost_usd_t == pytest.approx([100.0 * HIGHEST_COST_SHARE])
    assert supply(100.0, curves) == pytest.approx([5.0])


def test_tranches_are_in_the_order_of_their_cost_and_fill_up_one_after_the_other() -> None:
    curves = supply_curves(np.array([10.0]), 100.0, 0.2, np.array([60.0]), usual_cost_share=0.5)
    cost = curves.tranche_cost_usd_t[:, 0]
    assert (np.diff(cost) > 0).all()
    assert cost[1] == pytest.approx(60.0)
    assert filled_share(dispersions_above_cost(np.array([0.1, 0.5, 0.85]))) == pytest.approx([0.1, 0.5, 0.85])
    slump = supply(float(cost[2]) - 10.0, curves) / curves.capacity_t
    assert 0.4 < slump[0] < 0.8  # the dearest third is as good as closed


def test_refining_curves_pass_through_the_throughput_at_the_margin() -> None:
    throughput, margin = np.array([40.0, 7.0, 3.0]), np.array([900.0, 900.0, -50.0])
    known = np.array([np.nan, 500.0, np.nan])
    curves = refining_curves(
        throughput, margin, known, rent_share=0.5, utilisation=0.85,
        cost_premium=np.array([0.0, 0.2, 0.2]), least_margin_usd_t=np.full(3, 20.0),
    )  # fmt: skip
    assert supply(margin, curves) == pytest.approx(throughput)
    usual = float(dispersions_above_cost(0.85))
    assert curves.slope_usd_t == pytest.approx(0.5 * np.array([900.0, 900.0, 20.0]) / usual)
    assert curves.cost_usd_t[1] == pytest.approx(500.0)  # evidence is kept
    assert curves.cost_usd_t[0] == pytest.approx(450.0)  # margin less rent where there is none
    assert (curves.capacity_t > throughput).all()


def random_margins(rows: int, columns: int) -> tuple[Array, Array, Array]:
    draw = np.random.default_rng(3)
    supply_t, use_t = draw.uniform(1.0, 100.0, rows), draw.uniform(1.0, 100.0, columns)
    return draw.lognormal(0.0, 1.0, (rows, columns)), supply_t, use_t * supply_t.sum() / use_t.sum()


def test_known_shares_that_can_be_met_are_met_and_margins_close() -> None:
    seed, supply_t, use_t = random_margins(6, 8)
    known = np.full((6, 8), np.nan)
    home = np.zeros((6, 8), dtype=bool)
    home[5, 0] = True  # counted out of the shares of imports of buyer 0
    includes = np.zeros(8, dtype=bool)
    plain = fit_flows(seed, supply_t, use_t, known, home, includes)
    abroad = plain[:, 0] * ~home[:, 0]
    known[:3, 0] = abroad[:3] / abroad.sum() * np.array([1.4, 0.8, 1.1])
    flows = fit_flows(seed, supply_t, use_t, known, home, includes)
    imports = flows[:, 0] * ~home[:, 0]
    assert (imports / imports.sum())[:3] == pytest.approx(known[:3, 0], abs=0.005)
    assert np.abs(flows.sum(axis=1) - supply_t).max() < 1e-9 * supply_t.sum()
    assert np.abs(flows.sum(axis=0) - use_t).max() < 1e-9 * supply_t.sum()


def test_buyers_with_the_same_figures_are_one_importer() -> None:
    seed, supply_t, use_t = random_margins(5, 7)
    known, nowhere = np.full((5, 7), np.nan), np.zeros((5, 7), dtype=bool)
    includes = np.ones(7, dtype=bool)
    plain = fit_flows(seed, supply_t, use_t, known, nowhere, includes)[:, :3].sum(axis=1)
    wanted = plain[1:3] / plain.sum() * np.array([1.3, 0.7])
    known[1:3, :3] = wanted[:, None]
    flows = fit_flows(seed, supply_t, use_t, known, nowhere, includes)
    together = flows[:, :3].sum(axis=1) / flows[:, :3].sum()
    assert together[1:3] == pytest.approx(wanted, abs=0.005)
    apart = flows[1, :3] / flows[:, :3].sum(axis=0)
    assert np.ptp(apart) > 0.02  # members buy from their own neighbours


def test_claims_beyond_what_a_seller_has_leave_the_others_their_part() -> None:
    seed, supply_t, use_t = np.ones((3, 4)), np.array([10.0, 60.0, 30.0]), np.array([70.0, 10.0, 10.0, 10.0])
    known = np.full((3, 4), np.nan)
    known[0, 0] = 0.9  # 63 tonnes of a seller that has 10
    nowhere = np.zeros((3, 4), dtype=bool)
    flows = fit_flows(seed, supply_t, use_t, known, nowhere, np.ones(4, dtype=bool))
    assert flows.sum(axis=1) == pytest.approx(supply_t)
    natural = 10.0 * use_t / 100.0
    assert flows[0, 0] > natural[0]
    assert (flows[0, 1:] > 0.4 * natural[1:]).all()


def test_a_giant_on_both_sides_still_trades() -> None:
    supply_t, use_t = np.array([900.0, 60.0, 40.0]), np.array([900.0, 80.0, 20.0])
    home = np.eye(3, dtype=bool)
    flows = natural_flows(np.where(home, 30.0, 1.0), supply_t, use_t, home)
    assert flows.sum(axis=1) == pytest.approx(supply_t)
    imports = np.where(home, 0.0, flows)[:, 2]
    assert imports[0] > imports[1]  # the small buyer imports more from the giant than from the small seller
    assert (np.diag(flows) > 0.7 * np.minimum(supply_t, use_t)).all()


def test_affinity_falls_with_distance_and_politics_and_rises_with_ties() -> None:
    distance = np.array([[0.0, 1000.0, 9000.0], [1000.0, 0.0, 9000.0], [9000.0, 9000.0, 0.0]])
    intensity = np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 1.0], [2.0, 1.0, 1.0]])
    ideal = np.array([0.0, 1.0, 1.0])
    found = affinity(distance, intensity, ideal, GravityWeights(0.5, 0.3, 0.3, 3.0))
    assert found[0, 2] == pytest.approx(9.0**-0.5 * 2.0**0.3 * np.exp(-0.3))
    assert found[0, 1] > found[0, 2]
    assert found[1, 2] / found[0, 2] == pytest.approx(0.5**0.3 * np.exp(0.3))
    assert np.diag(found) == pytest.approx(3.0 * 0.2**-0.5)


def test_commercial_intensity_is_trade_over_what_size_implies() -> None:
    even = np.outer([1.0, 2.0, 3.0], [3.0, 2.0, 1.0])
    assert commercial_intensity(even) == pytest.approx(np.ones((3, 3)))
    assert commercial_intensity(np.eye(3)).max() == pytest.approx(3.0)
    assert commercial_intensity(np.eye(3)).min() == pytest.approx(0.02)


def test_inverted_preferences_give_back_the_flows_and_the_index() -> None:
    draw = np.random.default_rng(11)
    flow = draw.uniform(1.0, 50.0, (4, 5))
    landed = draw.uniform(900.0, 1400.0, (4, 5))
    spread, backstop, size = np.full(5, 80.0), np.full(5, 5000.0), draw.uniform(10.0, 90.0, 4)
    ones = np.ones((4, 5))
    preference, _, index = invert_preferences(flow, landed, spread, backstop, 0.01, ones, size, ones)
    weight = preference + np.log(size)[:, None]
    pull = np.exp(weight - landed / spread)
    assert pull / pull.sum(axis=0) == pytest.approx(flow / flow.sum(axis=0))
    assert np.exp(weight).sum(axis=0) == pytest.approx(np.full(5, 0.99))
    assert index == pytest.approx(-spread * np.log(pull.sum(axis=0) + 0.01 * np.exp(-backstop / spread)))
    assert index == pytest.approx(inclusive_value(weight, landed, spread, backstop, 0.01))


def test_sellers_without_sales_are_wanted_by_their_affinity() -> None:
    flow = np.array([[30.0], [10.0], [0.0], [0.0]])
    size, ones = np.array([30.0, 10.0, 0.0, 0.0]), np.ones((4, 1))
    landed, near = 100.0 * ones, np.array([[1.0], [1.0], [4.0], [2.0]])
    preference, _, _ = invert_preferences(
        flow, landed, np.array([10.0]), np.array([1e4]), 0.01, near, size, ones
    )
    assert np.isfinite(preference).all()
    assert preference[2, 0] - preference[3, 0] == pytest.approx(np.log(2.0))


def test_a_known_capacity_is_kept_and_what_is_idle_is_dear() -> None:
    output, capacity = np.array([10.0, 10.0, 0.0]), np.array([22.0, np.nan, 5.0])
    plain = supply_curves(output, 100.0, 0.2, np.array([60.0, 60.0, 60.0]), usual_cost_share=0.5)
    known = at_known_capacity(plain, 100.0, output, capacity)
    assert known.capacity_t[0] == pytest.approx(22.0, rel=1e-6)
    assert known.cost_usd_t[0] > 100.0 > plain.cost_usd_t[0]
    for field in ("capacity_t", "cost_usd_t", "slope_usd_t"):
        assert getattr(known, field)[1:].tolist() == getattr(plain, field)[1:].tolist()
