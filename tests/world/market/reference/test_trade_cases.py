"""Trade, taxes and distance: markets solved on paper (T1-T5, T10, T17-T24 of the formal core).

A uniform import tariff equals a uniform export tax here between two parties only (T5): global Lerner symmetry
needs balanced trade and is not a property of markets one by one (T20), so nothing tests for it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import exp, log

import numpy as np
import pytest
from border_terms import Border
from chain_equations import Books
from chain_records import Chain, Stage, Taste, User
from chain_solver import solve
from curve_records import Isoelastic, IsoelasticNeed, Linear, LinearNeed, Logistic
from paper_chains import FREIGHT, NEED, SUPPLY, full_net, one_good, one_pair, power_need, seller
from scipy.integrate import quad

LEVELS = {0.0: (19.0, 22.0, 56.0), 4.0: (17.666666666667, 24.666666666667, 50.666666666667)}


def prices(books: Books) -> list[float]:
    return [books.prices[0, place] for place in range(len(books.prices))]


def indices(books: Books) -> list[float]:
    return [purchase.index_usd_t for purchase in books.stages[0].purchases]


@pytest.mark.parametrize("duty", LEVELS)
def test_t1_one_seller_one_buyer(duty: float) -> None:
    border = Border(freight_usd_t=3.0, duty_usd_t=duty)
    books = solve(one_pair(border))
    price, index, tonnes = LEVELS[duty]
    assert prices(books) == pytest.approx([price], abs=1e-8)
    assert indices(books) == pytest.approx([index], abs=1e-8)
    assert books.stages[0].flow_t[0] == pytest.approx(tonnes, abs=1e-8)
    revenue = border.tariff_on(books.prices[0, 0]) * books.stages[0].flow_t[0]
    assert revenue == pytest.approx(duty * tonnes, abs=1e-7)


def test_t1b_isoelastic_curves_and_iceberg_freight() -> None:
    """Of 1.5 tonnes paid one arrives: a tax of a half on the value, in price."""
    books = solve(
        one_pair(
            Border(tariff_share=0.5), supply=seller(Isoelastic(1.0, 1.0, 0.5)), need=power_need(1.0, 0.4)
        )
    )
    assert prices(books) == pytest.approx([0.835098], abs=1e-6)
    assert indices(books) == pytest.approx([1.252646], abs=1e-6)


def test_t2_ten_equal_countries() -> None:
    chain = one_good(
        [seller(Logistic(1.2, 0.7, 0.1))] * 10,
        [power_need(1.0, 0.3)] * 10,
        full_net(0.1 * (1.0 - np.eye(10))),
        spread=0.1,
    )
    books = solve(chain)
    assert prices(books) == pytest.approx([0.86975645] * 10, abs=1e-8)
    flow = np.array(books.stages[0].flow_t).reshape(10, 10)
    assert np.diagonal(flow) / flow.sum(0) == pytest.approx(np.full(10, 0.23196932), abs=1e-8)
    assert 1.0 / (1.0 + 9.0 * exp(-1.0)) == pytest.approx(0.23196932, abs=1e-8)


def two_countries(spread: float) -> Chain:
    return one_good(
        [seller(Linear(2.0, 0.0)), seller(Linear(1.0, 0.0))],
        [LinearNeed(40.0, 2.0), LinearNeed(50.0, 1.0)],
        full_net(np.array([[0.0, 5.0], [5.0, 0.0]])),
        spread=spread,
    )


def test_t3_spatial_price_equilibrium_is_the_cold_limit() -> None:
    books = solve(two_countries(0.001))
    assert prices(books) == pytest.approx([13.333333, 18.333333], abs=0.001 * log(2.0))
    assert indices(books) == pytest.approx([13.333333, 18.333333], abs=0.001 * log(2.0))
    assert books.stages[0].flow_t[1] == pytest.approx(13.333333, abs=2e-3)


def test_t5_export_tax_and_import_tariff_differ_only_in_who_is_paid() -> None:
    border = Border(freight_usd_t=3.0, export_tax_usd_t=4.0)
    taxed = solve(one_pair(border))
    price, index, tonnes = LEVELS[4.0]
    assert [*prices(taxed), *indices(taxed)] == pytest.approx([price, index], abs=1e-8)
    assert border.export_tax_on(price) * taxed.stages[0].flow_t[0] == pytest.approx(4.0 * tonnes, abs=1e-6)
    assert border.tariff_on(price) == 0.0


def test_t5_taxes_on_value_compound() -> None:
    border = Border(freight_usd_t=3.0, tariff_share=0.2, export_tax_share=0.1)
    books = solve(one_pair(border))
    price, tonnes = books.prices[0, 0], books.stages[0].flow_t[0]
    assert price == pytest.approx(16.987952, abs=1e-6)
    assert border.export_tax_on(price) * tonnes == pytest.approx(81.4603, abs=5e-5)
    assert border.tariff_on(price) * tonnes == pytest.approx(207.9837, abs=5e-5)


def banned(slopes: tuple[float, float], spread: float, ban: bool, weight: float = 0.5) -> Books:
    """C and V sell to U and J; C may not sell to U. Weights are not normalised again."""
    lanes = full_net(np.zeros((2, 2)), weight)
    return solve(
        one_good(
            [seller(Linear(slope, 0.0)) for slope in slopes],
            [LinearNeed(50.0, 1.0)] * 2,
            lanes[1:] if ban else lanes,
            spread=spread,
        )
    )


def test_t10_a_ban_reroutes() -> None:
    """With weights of one, so that the lost choice costs nothing."""
    shut = banned((6.0, 4.0), 0.005, ban=True, weight=1.0)
    assert [*prices(shut), *indices(shut)] == pytest.approx([7.142857, 10.0, 10.0, 7.142857], abs=1e-6)


@pytest.mark.parametrize(("spread", "off"), [(0.005, 8e-3), (0.0005, 1e-3)])
def test_t10_one_price_where_the_open_lanes_serve_all(spread: float, off: float) -> None:
    """Within a thousandth of the price at mu = .005, as the case has it; within .001 ten times colder."""
    for books in (banned((6.0, 4.0), spread, ban=False), banned((4.0, 6.0), spread, ban=True)):
        assert [*prices(books), *indices(books)] == pytest.approx([8.333333] * 4, abs=off)


def test_t10_a_ban_costs_the_lost_choice() -> None:
    shut = banned((6.0, 4.0), 0.05, ban=True)
    assert indices(shut)[0] - prices(shut)[1] == pytest.approx(0.0346574, abs=1e-7)


@pytest.mark.parametrize(("weight", "off"), [(1.0, 4e-4), (1.0 / 3.0, 0.001 * log(3.0))])
def test_t17_three_regions_of_takayama_and_judge(weight: float, off: float) -> None:
    freight = np.array([[0.0, 2.0, 2.0], [2.0, 0.0, 1.0], [2.0, 1.0, 0.0]])
    chain = one_good(
        [seller(Linear(10.0, 5.0)), seller(Linear(20.0, 2.5)), seller(Linear(10.0, 5.0))],
        [LinearNeed(200.0, 10.0), LinearNeed(100.0, 5.0), LinearNeed(160.0, 8.0)],
        full_net(freight, weight),
        spread=0.001,
    )
    books = solve(chain)
    expected = np.array([226.0, 184.0, 205.0]) / 21.0
    assert prices(books) == pytest.approx(expected, abs=off)
    assert indices(books) == pytest.approx(expected, abs=0.001 * log(3.0))
    flow = np.array(books.stages[0].flow_t).reshape(3, 3)
    known = np.array([[57.61905, 0.0, 0.0], [34.76190, 56.19048, 34.28571], [0.0, 0.0, 47.61905]])
    assert flow == pytest.approx(known, abs=0.02)


def surplus(books: Books) -> float:
    """Consumers' and producer's surplus of case T1."""
    consumers = quad(NEED.tonnes, indices(books)[0], 50.0)[0]
    return float(consumers + quad(SUPPLY.tonnes, 5.0, books.prices[0, 0])[0])


def test_t19_harberger_triangle() -> None:
    taxed = solve(one_pair(Border(freight_usd_t=3.0, duty_usd_t=4.0)))
    loss = surplus(solve(one_pair())) - surplus(taxed) - 4.0 * taxed.stages[0].flow_t[0]
    assert loss == pytest.approx(10.666667, abs=1e-6)
    assert loss == pytest.approx(0.5 * 4.0 * (56.0 - 50.0 - 2.0 / 3.0), abs=1e-8)


def test_t22_a_reserve_buys_six_tonnes() -> None:
    books = solve(one_pair(FREIGHT, supply=seller(SUPPLY, feed_t=-6.0)))
    assert prices(books) == pytest.approx([20.0], abs=1e-9)
    assert books.sold_t[0, 0] == pytest.approx(54.0, abs=1e-9)


def calibrated(rng: np.random.Generator, count: int) -> tuple[Chain, np.ndarray, np.ndarray]:
    """A world inverted from random base prices and flows: curves and tastes that reproduce them."""
    price, flow = rng.uniform(0.7, 1.3, count), rng.dirichlet(np.full(count, 0.6), count).T + 1e-6
    flow = flow * rng.uniform(0.5, 2.0, count)
    spread, eps = 0.15, 0.3
    border = [[Border(0.2 * rng.random(), 0.3 * rng.random()) for _ in range(count)] for _ in range(count)]
    lanes, users = [], []
    landed = np.array(
        [[border[i][j].lane().landed_usd_t(price[i]) for j in range(count)] for i in range(count)]
    )
    weight = flow / flow.sum(0) * np.exp(landed / spread)
    weight = weight / weight.sum(0)
    index = -spread * np.log((weight * np.exp(-landed / spread)).sum(0))
    for i, j in product(range(count), range(count)):
        lanes.append(border[i][j].lane(i, j, log_weight=float(np.log(weight[i, j]))))
    for j in range(count):
        need = IsoelasticNeed(float(flow[:, j].sum()), float(index[j]), eps, 0.05)
        users.append(User(need, Taste(spread)))
    used, slope = rng.uniform(0.6, 0.95, count), rng.uniform(0.05, 0.2, count)
    cost = price - slope * np.log(used / (1.0 - used))
    sellers = [
        seller(Logistic(float(flow[i].sum() / used[i]), float(cost[i]), float(slope[i])))
        for i in range(count)
    ]
    return Chain((Stage(tuple(sellers), tuple(lanes), tuple(users)),)), price, flow


def test_t23_calibration_by_inversion_returns_the_base_year() -> None:
    chain, price, flow = calibrated(np.random.default_rng(23), 30)
    books = solve(chain)
    assert prices(books) == pytest.approx(price, abs=1e-9)
    assert books.stages[0].flow_t == pytest.approx(flow.ravel(), abs=1e-9)


def test_t24_names_do_not_matter() -> None:
    rng = np.random.default_rng(24)
    chain = calibrated(rng, 8)[0]
    stage = chain.stages[0]
    duty = Border(duty_usd_t=0.2)
    taxed = tuple(
        duty.lane(lane.seller, lane.buyer, log_weight=lane.log_weight) if lane.seller == 3 else lane
        for lane in stage.lanes
    )
    order = rng.permutation(8)
    place = {int(old): new for new, old in enumerate(order)}
    renamed = tuple(replace(lane, seller=place[lane.seller], buyer=place[lane.buyer]) for lane in taxed)
    sellers, users = (tuple(of[old] for old in order) for of in (stage.sellers, stage.users))
    before = prices(solve(Chain((replace(stage, lanes=taxed),))))
    after = prices(solve(Chain((Stage(sellers, renamed, users),))))
    assert after == pytest.approx([before[old] for old in order], abs=1e-10)
