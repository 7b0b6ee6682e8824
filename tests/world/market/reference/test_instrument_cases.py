"""Floors, quotas, licences, guarantees on a market solved on paper: S = 4 (p - 5), D = 100 - 2 P, freight 3.

T9, T9b, T9c and T9d of the formal core, and one case for each other form a floor or a quota may take.
"""

from __future__ import annotations

from math import inf, log

import pytest
from border_terms import Border
from chain_records import Chain, Desk, Lane, Outside, Seller, Stage, Taste, User
from chain_solver import solve
from curve_records import Linear, LinearNeed, Logistic, Tranche
from lane_gains import Gains, gains
from paper_chains import FREIGHT, NEED, SUPPLY, one_good, one_pair, seller

FLOORS = {20: (19, 22, 0), 22: (19, 22, 0), 25: (17.5, 25, 4.5), 30: (15, 30, 12), 45: (7.5, 45, 34.5)}


@pytest.mark.parametrize("floor", FLOORS)
def test_t9_a_levy_keeps_the_floor(floor: int) -> None:
    books = solve(one_pair(floor_usd_t=floor))
    stage, (price, index, levy) = books.stages[0], FLOORS[floor]
    assert books.prices[0, 0] == pytest.approx(price, abs=1e-9)
    assert stage.purchases[0].index_usd_t == pytest.approx(index, abs=1e-9)
    assert stage.levy_usd_t[0] == pytest.approx(levy, abs=1e-9)
    revenue = {25: 225.0, 30: 480.0, 45: 345.0}.get(floor, 0.0)
    assert stage.levy_usd_t[0] * stage.flow_t[0] == pytest.approx(revenue, abs=1e-8)


def test_t9b_the_exporter_takes_the_levy_by_a_tax_of_its_size() -> None:
    border = Border(freight_usd_t=3.0, export_tax_usd_t=12.0)
    books = solve(one_pair(border, floor_usd_t=30.0))
    price, tonnes = books.prices[0, 0], books.stages[0].flow_t[0]
    assert [price, books.stages[0].purchases[0].index_usd_t] == pytest.approx([15.0, 30.0], abs=1e-9)
    assert books.stages[0].levy_usd_t[0] == pytest.approx(0.0, abs=1e-9)
    assert border.export_tax_on(price) * tonnes == pytest.approx(480.0, abs=1e-8)


def test_t9c_members_who_serve_themselves_never_see_the_floor() -> None:
    chain = one_good(
        [seller(Linear(10.0, 8.0)), seller(SUPPLY)],
        [NEED],
        [
            Border(freight_usd_t=1.0).lane(0, log_weight=log(0.5)),
            FREIGHT.lane(1, log_weight=log(0.5), floor_usd_t=30.0),
        ],
        spread=0.01,
    )
    books = solve(chain)
    index = books.stages[0].purchases[0].index_usd_t
    assert index == pytest.approx(15.8391, abs=5e-5)
    assert index == pytest.approx(15.8333, abs=0.01 * log(2.0))
    assert books.stages[0].flow_t == pytest.approx([68.3333, 0.0], abs=0.02)
    assert books.prices[0, 1] == pytest.approx(5.0, abs=1e-9)


def test_t9d_the_rent_of_an_exporters_quota_is_inside_the_customs_value() -> None:
    chain = one_pair(floor_usd_t=25.0, desk=0, desks=[Desk(30.0)])
    books = solve(chain)
    assert books.prices[0, 0] == pytest.approx(12.5, abs=1e-9)
    assert books.stages[0].purchases[0].index_usd_t == pytest.approx(35.0, abs=1e-9)
    assert vars(gains(chain, books)) == pytest.approx(vars(Gains(licence_usd=585.0)), abs=1e-7)


def test_the_rent_of_an_importers_quota_is_outside_the_customs_value() -> None:
    """The same quota held by the importer: a levy of 9.5 (285 in all), and a rent of 10 on top of it."""
    chain = one_pair(floor_usd_t=25.0, cap_t=30.0)
    books = solve(chain)
    assert books.stages[0].purchases[0].index_usd_t == pytest.approx(35.0, abs=1e-9)
    kept = Gains(treasury_usd=285.0, importer_usd=300.0)
    assert vars(gains(chain, books)) == pytest.approx(vars(kept), abs=1e-7)


@pytest.mark.parametrize(
    ("quota", "price", "premium"), [(30.0, 12.5, 19.5), (56.0, 19.0, 0.0), (90.0, 19.0, 0.0)]
)
def test_a_quota_has_a_premium_only_where_it_binds(quota: float, price: float, premium: float) -> None:
    books = solve(one_pair(desk=0, desks=[Desk(quota)]))
    assert books.prices[0, 0] == pytest.approx(price, abs=1e-8)
    assert books.premia[0, 0] == pytest.approx(premium, abs=1e-8)
    assert books.stages[0].flow_t[0] <= quota * (1.0 + 1e-10)


WAYS = {
    # most, from, to: what passes in all, and the premium;  x = 30 + unrecorded, premium = 42 - .75 x
    (20.0, 6.0, 12.0): (300.0 / 7.0, 69.0 / 7.0),
    (5.0, 6.0, 12.0): (35.0, 15.75),
    (20.0, 25.0, 30.0): (30.0, 19.5),
    (60.0, 6.0, 6.0 + 1e-9): (48.0, 6.0),
    (4.0, -2.0, -1.0): (34.0, 16.5),
    (40.0, -2.0, -1.0): (56.0, 0.0),
}


@pytest.mark.parametrize("ways", WAYS)
def test_what_passes_unrecorded_bounds_the_premium(ways: tuple[float, float, float]) -> None:
    """A quota of 30: exporters go past it as soon as the premium pays for the way, and not before."""
    books = solve(one_pair(desk=0, desks=[Desk(30.0, ways)]))
    tonnes, premium = WAYS[ways]
    assert books.stages[0].flow_t[0] == pytest.approx(tonnes, abs=1e-6)
    assert books.premia[0, 0] == pytest.approx(premium, abs=1e-6)
    assert books.prices[0, 0] == pytest.approx(5.0 + tonnes / 4.0, abs=1e-6)


def test_a_desk_shares_its_quota_out_between_its_lanes_and_leaves_home_alone() -> None:
    """Two buyers abroad share one premium; the home buyer pays the seller's price."""
    lanes = [Lane(0, 0), FREIGHT.lane(0, 1, desk=0), FREIGHT.lane(0, 2, desk=0)]
    needs = [LinearNeed(40.0, 2.0), LinearNeed(100.0, 2.0), LinearNeed(60.0, 1.0)]
    books = solve(one_good([seller(SUPPLY)], needs, lanes, spread=0.5, desks=[Desk(50.0)]))
    price, premium = books.prices[0, 0], books.premia[0, 0]
    # home: 4 (p - 5) = 40 - 2 p + 50; abroad: 100 - 2 P + 60 - P = 50
    assert price == pytest.approx(110.0 / 6.0, abs=1e-9)
    assert price + premium + 3.0 == pytest.approx(110.0 / 3.0, abs=1e-9)
    assert books.stages[0].flow_t[1] == pytest.approx(100.0 - 220.0 / 3.0, abs=1e-8)


RATES = {40.0: (17.66666667, 4.0, 50.66666667), 53.0: (18.25, 2.25, 53.0), 60.0: (19.0, 0.0, 56.0)}


@pytest.mark.parametrize("quota", RATES)
def test_tariff_rate_quota(quota: float) -> None:
    """Duty 4 beyond the quota: exceeded, just filled, not filled. The rent is capped by the duty."""
    chain = one_pair(cap_t=quota, over_cap_usd_t=4.0)
    books, (price, rent, tonnes) = solve(chain), RATES[quota]
    assert books.prices[0, 0] == pytest.approx(price, abs=1e-8)
    assert books.stages[0].rent_usd_t[0] == pytest.approx(rent, abs=1e-8)
    assert books.stages[0].flow_t[0] == pytest.approx(tonnes, abs=1e-7)
    kept = Gains(treasury_usd=4.0 * max(tonnes - quota, 0.0), importer_usd=rent * min(tonnes, quota))
    assert vars(gains(chain, books)) == pytest.approx(vars(kept), abs=1e-6)


def test_minimum_import_price_is_a_floor_whose_gap_the_exporter_keeps() -> None:
    chain = one_pair(floor_usd_t=30.0, gap_to="seller")
    books = solve(chain)
    assert books.prices[0, 0] == pytest.approx(15.0, abs=1e-9)
    assert vars(gains(chain, books)) == pytest.approx(vars(Gains(seller_usd=480.0)), abs=1e-7)


def test_minimum_export_price_is_taxed_like_a_price() -> None:
    """F_x = 20 and a tariff of a tenth: landed 1.1 x 23 = 25.3, so 49.4 tonnes at a cost of 17.35."""
    border = Border(freight_usd_t=3.0, tariff_share=0.1)
    chain = one_pair(border, least_export_usd_t=20.0)
    books = solve(chain)
    assert books.stages[0].purchases[0].index_usd_t == pytest.approx(25.3, abs=1e-9)
    assert books.prices[0, 0] == pytest.approx(17.35, abs=1e-9)
    assert vars(gains(chain, books)) == pytest.approx(vars(Gains(seller_usd=2.65 * 49.4)), abs=1e-7)


def test_minimum_export_price_and_a_floor_at_the_border() -> None:
    """Below the floor the levy tops up; above it there is none."""
    both = solve(one_pair(least_export_usd_t=20.0, floor_usd_t=25.0)).stages[0]
    assert both.purchases[0].index_usd_t == pytest.approx(25.0, abs=1e-9)
    assert both.levy_usd_t[0] == pytest.approx(2.0, abs=1e-9)
    above = solve(one_pair(least_export_usd_t=24.0, floor_usd_t=25.0)).stages[0]
    assert above.purchases[0].index_usd_t == pytest.approx(27.0, abs=1e-9)
    assert above.levy_usd_t[0] == 0.0


@pytest.mark.parametrize("floor", [17.0, 19.0, 21.0, 26.0])
def test_reading_a_sales_inside_at_the_floor_and_what_is_unsold_is_not_produced(floor: float) -> None:
    """What the seller gets inside is >= F, unsold >= 0, one of the two slack; buyers pay F plus freight."""
    chain = one_pair(floor_usd_t=floor + 3.0, gap_to="seller")
    books = solve(chain)
    stage = books.stages[0]
    received = books.prices[0, 0] + gains(chain, books).seller_usd / stage.flow_t[0]
    unsold = SUPPLY.tonnes(received) - stage.flow_t[0]
    assert received == pytest.approx(max(floor, 19.0), abs=1e-9)
    assert unsold == pytest.approx(max(0.0, 4.0 * (floor - 5.0) - (100.0 - 2.0 * (floor + 3.0))), abs=1e-7)
    assert books.own_t[0, 0] == pytest.approx(stage.flow_t[0], abs=1e-9)


def test_reading_a_a_member_sells_abroad_below_the_floor() -> None:
    """Floor 21 inside; the buyer outside gets what is left at what it costs."""
    lanes = [FREIGHT.lane(0, 0, floor_usd_t=24.0, gap_to="seller"), FREIGHT.lane(0, 1)]
    books = solve(one_good([seller(SUPPLY)], [NEED, LinearNeed(50.0, 2.0)], lanes, spread=0.5))
    # 4 (p - 5) = 52 + 50 - 2 (p + 3)
    assert books.prices[0, 0] == pytest.approx(116.0 / 6.0, abs=1e-9)
    assert books.stages[0].flow_t[0] == pytest.approx(52.0, abs=1e-9)
    assert books.stages[0].levy_usd_t == pytest.approx([21.0 - 116.0 / 6.0, 0.0], abs=1e-9)


def test_contract_for_difference_floods_the_market_and_public_money_pays() -> None:
    """Guaranteed 22: 68 tonnes whatever the price, which falls to 13; the gap costs 9 a tonne."""
    books = solve(one_pair(supply=seller(SUPPLY, guaranteed_usd_t=22.0)))
    assert books.prices[0, 0] == pytest.approx(13.0, abs=1e-9)
    assert (22.0 - books.prices[0, 0]) * books.own_t[0, 0] == pytest.approx(612.0, abs=1e-7)
    assert solve(one_pair(supply=seller(SUPPLY, guaranteed_usd_t=18.0))).prices[0, 0] == pytest.approx(19.0)


def test_a_ceiling_on_sales_and_feed() -> None:
    """At most 40 of 30 fed and the rest mined: the price is that of 10 more tonnes."""
    limited = Seller((Tranche(SUPPLY),), feed_t=30.0, ceiling_t=40.0)
    books = solve(one_pair(supply=limited))
    assert books.stages[0].flow_t[0] == pytest.approx(40.0, abs=1e-9)
    assert books.prices[0, 0] == pytest.approx(27.0, abs=1e-9)  # what the buyer pays for 40, less freight


def test_tiers_of_doing_without_set_in_one_after_the_other() -> None:
    """At mu = .01 supply of 20 meets a need of 60: thrift at 30 takes the rest while it is the cheaper."""
    tiers = (Outside(30.0, log(0.2)), Outside(100.0, log(0.1)))
    user = User(LinearNeed(60.0 + 1e-9, 1e-9), Taste(0.01, tiers))
    short = Seller((Tranche(Logistic(20.0, 5.0, 0.5)),))
    lane = Lane(0, 0, log(0.7))
    purchase = solve(Chain((Stage((short,), (lane,), (user,)),))).stages[0].purchases[0]
    assert purchase.index_usd_t == pytest.approx(30.0, abs=0.02)
    assert purchase.outside_t == pytest.approx([40.0, 0.0], abs=1e-6)


def test_a_buyer_whom_nobody_serves_has_no_price() -> None:
    chain = one_good([seller(SUPPLY)], [NEED, NEED], [FREIGHT.lane(0, 0)], spread=0.5)
    books = solve(chain)
    assert books.stages[0].purchases[1].index_usd_t == inf
    assert books.stages[0].purchases[1].got_t == 0.0
    assert books.prices[0, 0] == pytest.approx(19.0, abs=1e-9)
