"""Markets whose answer is known from a formula or from an equation in one unknown."""

from math import exp, log

import numpy as np
import pytest
from scipy.optimize import brentq
from small_markets import lanes_of, make_desk, make_lanes, make_market, plain_charges, without_ore

from world.market.arrays import Market
from world.market.charges import divide_payment
from world.market.clearing import Clearing
from world.market.solver import clear_market

CURVE = {"primary_capacity_t": 80.0, "primary_cost_usd_t": 18.0, "primary_slope_usd_t": 3.0}
NEED = {"need_need_t": 60.0, "need_price_usd_t": 25.0, "need_elasticity": 0.5}


def supply(price: float) -> float:
    return 80.0 / (1.0 + exp(-(price - 18.0) / 3.0))


def need(price: float) -> float:
    return 60.0 * (price / 25.0) ** -0.5


def one_lane(
    *, tariff: float = 0.0, tax: float = 0.0, specific: float = 0.0, duty: float = 0.0, floor: float = -np.inf
) -> Market:
    """One seller, one buyer, freight 3; ``duty`` is a specific import duty."""
    return without_ore(
        make_lanes(
            1,
            1,
            factor=(1 + tariff) * (1 + tax),
            charge=(1 + tariff) * (specific + 3.0) + duty,
            floor=floor,
            spread=0.5,
        ),
        **CURVE,
        **NEED,
    )


def price_of(clearing: Clearing) -> float:
    return float(clearing.stages[-1].price_usd_t[0, 0])


@pytest.mark.parametrize("duty", [0.0, 4.0])
def test_one_seller_one_buyer(duty: float) -> None:
    clearing = clear_market(one_lane(duty=duty))
    expected = brentq(lambda p: supply(p) - need(p + 3.0 + duty), 1.0, 100.0, xtol=1e-13)
    assert price_of(clearing) == pytest.approx(expected, abs=1e-7)
    assert clearing.stages[-1].index_usd_t[0, 0] == pytest.approx(expected + 3.0 + duty, abs=1e-7)
    assert clearing.stages[-1].flow_t.sum() == pytest.approx(supply(expected), rel=1e-9)


def test_specific_export_tax_equals_import_duty_in_price_and_trade() -> None:
    duty, tax = clear_market(one_lane(duty=4.0)), clear_market(one_lane(specific=4.0))
    assert price_of(tax) == pytest.approx(price_of(duty), abs=1e-8)
    assert tax.stages[-1].flow_t == pytest.approx(duty.stages[-1].flow_t, rel=1e-9)


def test_ad_valorem_tariff_and_export_tax_compound() -> None:
    clearing = clear_market(one_lane(tariff=0.2, tax=0.1))
    expected = brentq(lambda p: supply(p) - need(1.2 * (1.1 * p + 3.0)), 1.0, 100.0, xtol=1e-13)
    assert price_of(clearing) == pytest.approx(expected, abs=1e-7)


def test_compose_lanes_taxes_the_cif_value() -> None:
    one = np.ones((1, 1, 1, 1))
    charges = plain_charges(
        one.shape, tariff_share=0.2, export_tax_share=0.1, export_tax_usd_t=2.0, freight_usd_t=3.0,
        other_usd_t=5.0, hub_margin_usd_t=7.0, import_duty_usd_t=11.0, fine_usd_t=13.0,
    )  # fmt: skip
    lanes = lanes_of(charges)
    landed = 1.2 * (1.1 * 100 + 2 + 3) + 5 + 7 + 11 + 13
    assert lanes.price_factor * 100 + lanes.charge_usd_t == pytest.approx(landed)
    asked = 100.0 * one
    money = divide_payment(charges, lanes, asked, asked, 0.0 * one, one)
    assert money.duty_usd_t == pytest.approx(0.2 * 115 + 11.0)
    assert money.export_tax_usd_t == pytest.approx(12.0)


@pytest.mark.parametrize("floor", [20.0, 25.0, 30.0, 45.0])
def test_levy_holds_the_landed_price_at_the_floor(floor: float) -> None:
    free = clear_market(one_lane())
    clearing = clear_market(one_lane(floor=floor))
    if floor <= price_of(free) + 3.0:
        assert price_of(clearing) == pytest.approx(price_of(free), abs=1e-8)
        assert clearing.stages[-1].levy_usd_t.sum() == 0.0
    else:
        expected = brentq(lambda p: supply(p) - need(floor), -50.0, 100.0, xtol=1e-13)
        assert price_of(clearing) == pytest.approx(expected, abs=1e-7)
        assert clearing.stages[-1].index_usd_t[0, 0] == pytest.approx(floor, rel=1e-12)
        assert clearing.stages[-1].levy_usd_t[0, 0, 0, 0] == pytest.approx(floor - 3.0 - expected, abs=1e-7)


def test_exporter_can_take_the_levy_by_a_tax() -> None:
    levied = clear_market(one_lane(floor=30.0))
    gap = float(levied.stages[-1].levy_usd_t.sum())
    taxed = clear_market(one_lane(floor=30.0, specific=gap))
    assert price_of(taxed) == pytest.approx(price_of(levied), abs=1e-7)
    assert taxed.stages[-1].index_usd_t[0, 0] == pytest.approx(30.0, rel=1e-9)
    assert taxed.stages[-1].levy_usd_t.sum() == pytest.approx(0.0, abs=1e-6)


def test_purchases_of_a_reserve_raise_the_price() -> None:
    market = without_ore(make_lanes(1, 1, charge=3.0, spread=0.5), **CURVE, **NEED, refined_feed_t=-6.0)
    expected = brentq(lambda p: supply(p) - 6.0 - need(p + 3.0), 1.0, 100.0, xtol=1e-13)
    assert price_of(clear_market(market)) == pytest.approx(expected, abs=1e-7)


def test_ten_equal_countries() -> None:
    lanes = make_lanes(10, 10, charge=0.1 * (1 - np.eye(10)), weight=0.1, spread=0.1)
    market = without_ore(
        lanes,
        primary_capacity_t=1.2,
        primary_cost_usd_t=0.7,
        primary_slope_usd_t=0.1,
        need_need_t=1.0,
        need_elasticity=0.3,
    )
    clearing = clear_market(market)
    assert clearing.stages[-1].price_usd_t[0] == pytest.approx(np.full(10, 0.86975645), abs=1e-8)
    home = np.diagonal(clearing.stages[-1].flow_t[0, 0]) / clearing.stages[-1].flow_t[0, 0].sum(0)
    assert home == pytest.approx(np.full(10, 1 / (1 + 9 * exp(-1))), abs=1e-8)


def test_two_stages_one_of_each() -> None:
    market = make_market(
        make_lanes(1, 1, charge=0.02, spread=0.1),
        make_lanes(1, 1, charge=0.03, spread=0.1),
        recovery=0.9,
        ore_capacity_t=1.5, ore_cost_usd_t=0.4, ore_slope_usd_t=0.08,
        refining_capacity_t=1.3, refining_cost_usd_t=0.3, refining_slope_usd_t=0.1,
        need_need_t=1.0, need_elasticity=0.3,
    )  # fmt: skip
    clearing = clear_market(market)
    assert clearing.stages[0].price_usd_t[0, 0] == pytest.approx(0.4760857, abs=1e-7)
    assert price_of(clearing) == pytest.approx(1.0625452, abs=1e-7)
    assert clearing.stages[-1].throughput_t[:, 0][0, 0] == pytest.approx(1.0819960, abs=1e-7)
    assert clearing.stages[-1].ordered_t[0, 0] == pytest.approx(0.9737964, abs=1e-7)


def test_cold_market_approaches_the_spatial_price_equilibrium() -> None:
    """Two countries, freight 5. Without dispersion p_B = p_A + 5; with it the indices are off by about mu."""
    capacity, cost = np.array([90.0, 40.0]), np.array([10.0, 14.0])

    def excess(at: float) -> float:
        prices = np.array([at, at + 5.0])
        return float((capacity / (1 + np.exp(-(prices - cost) / 2.0)) - 50.0 * (prices / 15.0) ** -0.5).sum())

    expected = brentq(excess, 1.0, 100.0, xtol=1e-13)
    off = []
    for spread in (0.01, 0.001):
        lanes = make_lanes(2, 2, charge=[[0.0, 5.0], [5.0, 0.0]], weight=0.5, spread=spread)
        market = without_ore(
            lanes, primary_capacity_t=capacity, primary_cost_usd_t=cost, primary_slope_usd_t=2.0,
            need_need_t=50.0, need_price_usd_t=15.0, need_elasticity=0.5,
        )  # fmt: skip
        clearing = clear_market(market)
        index = clearing.stages[-1].index_usd_t[0]
        cheapest = clearing.stages[-1].landed_usd_t[0, 0].min(0)
        assert (index >= cheapest - 1e-9).all()
        assert (index <= cheapest + spread * log(2.0) + 1e-9).all()
        off.append(float(np.abs(index - [expected, expected + 5.0]).max()))
    assert off[1] < 0.0015
    assert off[0] / off[1] == pytest.approx(10.0, rel=0.1)


def test_ban_reroutes_and_its_cost_is_the_lost_choice() -> None:
    """C may not sell to U, V may: U pays V's price plus mu ln 2, for weights are not normalised again."""
    weight = np.array([[0.0, 0.5], [0.5, 0.5]])
    market = without_ore(
        make_lanes(2, 2, weight=weight, spread=0.05),
        primary_capacity_t=[90.0, 60.0], primary_cost_usd_t=8.0, primary_slope_usd_t=1.0,
        need_need_t=50.0, need_price_usd_t=9.0,
    )  # fmt: skip
    clearing = clear_market(market)
    price = clearing.stages[-1].price_usd_t[0]
    assert clearing.stages[-1].flow_t[0, 0, 0, 0] == 0.0
    assert clearing.stages[-1].index_usd_t[0, 0] - price[1] == pytest.approx(0.05 * log(2.0), abs=1e-12)


def test_quota_on_the_only_lane() -> None:
    """The index is the price at which the quota is what is needed, the rent the gap to price and freight."""
    market = without_ore(make_lanes(1, 1, charge=3.0, cap=20.0, spread=0.5), **CURVE, **NEED)
    clearing = clear_market(market)
    seller = brentq(lambda p: supply(p) - 20.0, 1.0, 50.0, xtol=1e-13)
    index = 25.0 * (60.0 / 20.0) ** 2
    assert clearing.stages[-1].flow_t.sum() == pytest.approx(20.0, rel=1e-12)
    assert price_of(clearing) == pytest.approx(seller, abs=1e-7)
    assert clearing.stages[-1].index_usd_t[0, 0] == pytest.approx(index, rel=1e-9)
    assert clearing.stages[-1].rent_usd_t.sum() == pytest.approx(index - seller - 3.0, rel=1e-9)


@pytest.mark.parametrize("most", [0.0, 4.0, 15.0, 60.0])
@pytest.mark.parametrize(("cost", "width"), [(5.0, 3.0), (5.0, 0.2), (-1.0, 2.0), (90.0, 9.0)])
def test_what_passes_a_quota_unrecorded(most: float, cost: float, width: float) -> None:
    """Of 15 tonnes allowed more leave as soon as the premium pays for the way; in both forms of the kernel
    and with the whole chain of the search."""
    desk = make_desk(0, 15.0, True, 1, (most, cost, width))
    clearing = clear_market(without_ore(make_lanes(1, 1, charge=3.0, spread=0.5), desk, **CURVE, **NEED))
    books = clearing.stages[-1]

    def past(premium: float) -> float:
        return most * min(max((premium - cost) / width, 0.0), 1.0)

    def gap(tonnes: float) -> float:
        return 25.0 * (60.0 / tonnes) ** 2 - 3.0 - float(brentq(lambda p: supply(p) - tonnes, -50.0, 90.0))

    free = brentq(gap, 10.0, 79.0, xtol=1e-13)
    expected = free
    if 15.0 + past(0.0) < free:
        expected = brentq(lambda x: x - 15.0 - past(gap(x)), 14.9, free, xtol=1e-13)
    assert books.flow_t.sum() == pytest.approx(expected, rel=1e-9)
    assert books.premium_usd_t[0, 0] == pytest.approx(max(gap(expected), 0.0), abs=1e-5)
    if 0.0 < books.flow_t.sum() - 15.0 < most * (1.0 - 1e-9) and expected < free:
        assert cost <= books.premium_usd_t[0, 0] <= cost + width


@pytest.mark.parametrize("quota", [15.0, 500.0])
@pytest.mark.parametrize("past", [(0.0, 0.0, 1.0), (8.0, 4.0, 6.0)])
@pytest.mark.parametrize("asked", [0.0, 2.0, 30.0, 4000.0])
@pytest.mark.parametrize("over", [1.0, 20.0, 60.0])
def test_holders_ask_or_the_quota_is_worth_more(
    quota: float, past: tuple[float, float, float], asked: float, over: float
) -> None:
    """The premium is the larger of what those who may export ask, which goes with what they sell by their
    books, and of what the quota is worth to buyers."""
    desk = make_desk(0, quota, True, 1, past, (asked, over))
    books = clear_market(without_ore(make_lanes(1, 1, charge=3.0, spread=0.5), desk, **CURVE, **NEED)).stages[
        -1
    ]

    def unrecorded(premium: float) -> float:
        return past[0] * min(max((premium - past[1]) / past[2], 0.0), 1.0)

    def worth(tonnes: float) -> float:
        return 25.0 * (60.0 / tonnes) ** 2 - 3.0 - float(brentq(lambda p: supply(p) - tonnes, -90.0, 90.0))

    def short(tonnes: float) -> float:
        premium = worth(tonnes)
        asks = asked * min(max(tonnes - unrecorded(premium), 0.0) / over, 1.0)
        return max(asks - premium, tonnes - quota - unrecorded(premium))

    expected = brentq(short, 1e-3, 79.9, xtol=1e-13)
    assert books.flow_t.sum() == pytest.approx(expected, rel=1e-8)
    assert books.premium_usd_t[0, 0] == pytest.approx(worth(expected), rel=1e-6, abs=1e-5)
    free = brentq(worth, 1.0, 79.0)
    assert (expected == pytest.approx(free)) == (asked == 0.0 and quota > free)


def test_what_is_asked_takes_the_place_of_a_levy_and_of_no_duty() -> None:
    """It is inside the customs value (as the premium of case T9d): the levy falls by it, an ad valorem duty
    grows with it, and all of it is the seller's."""
    charges = plain_charges((1, 1, 1, 1), freight_usd_t=3.0, tariff_share=0.1, levy_floor_usd_t=40.0)
    books = {}
    for asked in (0.0, 5.0, 60.0):
        desk = make_desk(0, 1e4, True, 1, asks=(asked, 1e-6))
        market = without_ore(lanes_of(charges, spread=0.5), desk, **CURVE, **NEED)
        found = clear_market(market).stages[-1]
        gate = found.price_usd_t[:, None, :, None]
        given = (charges, market.stages[-1].lanes, gate, found.asked_usd_t, found.rent_usd_t, found.flow_t)
        books[asked] = (found, divide_payment(*given))
    for asked, (found, money) in books.items():
        price = found.price_usd_t[0, 0]
        assert money.above_usd_t[0, 0, 0, 0] == pytest.approx(asked)
        assert money.duty_usd_t[0, 0, 0, 0] == pytest.approx(0.1 * (price + asked + 3.0))
        assert money.levy_usd_t[0, 0, 0, 0] == pytest.approx(max(40.0 - 1.1 * (price + asked + 3.0), 0.0))
    assert books[5.0][0].flow_t == pytest.approx(books[0.0][0].flow_t)
    assert books[60.0][0].flow_t.sum() < books[0.0][0].flow_t.sum()


def test_stocks_draw_when_dear() -> None:
    stocks = {"stock_draw_share": 0.4, "stock_price_usd_t": 22.0, "stock_width_usd_t": 2.0}
    market = without_ore(make_lanes(1, 1, charge=3.0, spread=0.5), **CURVE, **NEED, **stocks)

    def wanted(index: float) -> float:
        return need(index) * (1.0 - 0.4 / (1.0 + exp(-(index - 22.0) / 2.0)))

    expected = brentq(lambda p: supply(p) - wanted(p + 3.0), 1.0, 100.0, xtol=1e-13)
    clearing = clear_market(market)
    assert price_of(clearing) == pytest.approx(expected, abs=1e-7)
    assert clearing.stages[-1].use_t[0, 0] == pytest.approx(need(expected + 3.0), rel=1e-9)
    assert clearing.stages[-1].stock_change_t[0, 0] == pytest.approx(
        wanted(expected + 3.0) - need(expected + 3.0), rel=1e-7
    )
