"""Trade policy as wedges on lanes: the levy, waived duties, licences, and the way round a closed lane."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from world.axes import Mask
from world.borders import build_lanes
from world.lanes.terms import HubTerms, Rows, StageBorders, ZoneRules, fine_share
from world.market.arrays import Lanes
from world.market.charges import LaneCharges, LaneMoney, divide_payment

OUT, IN, HUB = 0, 1, 2
"""An outsider, a member, a third country. Sellers and buyers are the first two, then padding."""
TERMS = HubTerms(margin_share=0.1, penalty_share=1.0, leak_share=0.1, weight_taxed_share=0.2)
LEVY = ZoneRules(duty_form="levy", binds_inside=False, quota_share=0.8)
SHAPE, BY_WAY, BY_HANDOVER = (1, 3, 3), (1, 1, 3, 3), (1, 1, 2, 3, 3)


def by(*hubs: int) -> np.ndarray:
    """The same way round for every lane."""
    return np.broadcast_to(np.array([*hubs, -1, -1][:2])[None, None, :, None, None], BY_HANDOVER).copy()


def borders(**changes: object) -> StageBorders:
    """Freight 2 (5 by the hub), price 100, usual flows of 40, no duties, no limits."""
    plain = StageBorders(
        freight_usd_t=np.full(SHAPE, 2.0),
        hub_freight_usd_t=np.full(BY_WAY, 5.0),
        hub=by(HUB),
        hub_found_share=np.full(BY_WAY, 0.1),
        duty_share=np.zeros(SHAPE),
        duty_usd_t=np.zeros(SHAPE),
        hub_duty_share=np.zeros(BY_WAY),
        taxed_share=np.zeros(BY_WAY),
        export_tax_share=np.zeros(SHAPE),
        export_tax_usd_t=np.zeros(SHAPE),
        least_export_usd_t=np.full(SHAPE, -np.inf),
        least_import_usd_t=np.full(SHAPE, -np.inf),
        approval_share=np.ones(SHAPE),
        quota_t=np.full(SHAPE, np.inf),
        over_quota_usd_t=np.full(SHAPE, np.inf),
        log_weight=np.log(np.full(SHAPE, 0.5)),
        usual_flow_t=np.full(SHAPE, 40.0),
        hub_capacity_t=np.full(BY_HANDOVER, 2.0),
        sellers=np.array([[OUT, IN, -1]]),
        buyers=np.array([[OUT, IN, -1]]),
        spread_usd_t=np.full((1, 3), 10.0),
        backstop_usd_t=np.full((1, 1, 3), 2000.0),
        backstop_log_weight=np.full((1, 1, 3), -5.0),
        price_usd_t=np.array([100.0]),
        fixed_duty_share=np.zeros(SHAPE),
        contract_share=np.zeros(1),
        contract_price_usd_t=np.full((1, 3), 100.0),
    )
    return replace(plain, **changes)


def rows(
    floor: float = np.nan,
    tariff: float = 0.0,
    members: tuple[int, ...] = (IN,),
    approval: np.ndarray | None = None,
    specific: float = 0.0,
) -> Rows:
    inside: Mask = np.isin(np.arange(3), members)[None, :]
    return Rows(inside, np.array([floor]), np.array([tariff]), np.array([specific]), approval)


def build(
    border: StageBorders, row: Rows, hubs: bool = False, zone: ZoneRules = LEVY
) -> tuple[LaneCharges, Lanes]:
    return build_lanes(border, row, TERMS, zone, hubs)


def money(charges: LaneCharges, lanes: Lanes, price: float, route: int = 0) -> LaneMoney:
    """Who gets what of a tonne at one price at every gate, without quotas."""
    shape = lanes.charge_usd_t.shape
    asked = np.full(shape, price)
    return divide_payment(charges, lanes, asked, asked, np.zeros(shape), np.ones(shape))


def landed(lanes: Lanes, price: float, route: int = 0) -> np.ndarray:
    """(seller, buyer) delivered cost at one price at every gate."""
    plain = lanes.price_factor[0, route] * price + lanes.charge_usd_t[0, route]
    return np.maximum(plain, lanes.floor_usd_t[0, route])


def test_without_policy_a_tonne_costs_its_price_and_freight() -> None:
    charges, lanes = build(borders(), rows())
    np.testing.assert_allclose(landed(lanes, 100.0), 102.0)
    assert np.isinf(lanes.cap_t).all()
    assert lanes.price_factor.shape == (1, 1, 3, 3)
    assert money(charges, lanes, 100.0).duty_usd_t.sum() == 0.0


def test_the_levy_falls_on_outsiders_goods_sold_to_members_and_on_no_other_lane() -> None:
    _, lanes = build(borders(), rows(floor=150.0))
    expected = np.full((3, 3), 102.0)
    expected[OUT, IN] = 150.0
    np.testing.assert_allclose(landed(lanes, 100.0)[:2, :2], expected[:2, :2])
    np.testing.assert_allclose(landed(lanes, 200.0), 202.0)  # above the reference nothing is added
    assert np.isneginf(lanes.floor_usd_t[0, 0, :, 2]).all()


def test_the_duty_counts_toward_the_floor() -> None:
    _, lanes = build(borders(duty_share=np.full(SHAPE, 0.2)), rows(floor=150.0))
    assert landed(lanes, 100.0)[OUT, IN] == 150.0
    assert landed(lanes, 130.0)[OUT, IN] == pytest.approx(1.2 * 132.0)


def test_members_waive_their_duties_on_each_other_alone() -> None:
    """On what the floor covers; without a floor their duties stay."""
    _, none = build(borders(duty_share=np.full(SHAPE, 0.2)), rows(members=(IN, OUT)))
    np.testing.assert_allclose(landed(none, 100.0)[:2, :2], 1.2 * 102.0)
    _, lanes = build(borders(duty_share=np.full(SHAPE, 0.2)), rows(floor=50.0, members=(IN, OUT)))
    np.testing.assert_allclose(landed(lanes, 100.0)[:2, :2], 102.0)
    _, apart = build(borders(duty_share=np.full(SHAPE, 0.2)), rows(floor=50.0, members=(IN,)))
    cost = landed(apart, 100.0)
    assert cost[IN, IN] == 102.0
    assert cost[OUT, IN] == cost[IN, OUT] == pytest.approx(1.2 * 102.0)


def test_the_flat_duty_of_the_zone_falls_on_outsiders() -> None:
    _, lanes = build(borders(), rows(tariff=0.25))
    cost = landed(lanes, 100.0)
    assert cost[OUT, IN] == pytest.approx(1.25 * 102.0)
    assert cost[IN, OUT] == cost[IN, IN] == cost[OUT, OUT] == 102.0


def test_an_export_tax_is_part_of_the_customs_value() -> None:
    charges, lanes = build(
        borders(export_tax_share=np.full(SHAPE, 0.1), duty_share=np.full(SHAPE, 0.2)), rows()
    )
    assert landed(lanes, 100.0)[OUT, IN] == pytest.approx(1.2 * (110.0 + 2.0))
    shared = money(charges, lanes, 100.0)
    assert shared.export_tax_usd_t[0, 0, OUT, IN] == pytest.approx(10.0)
    assert shared.duty_usd_t[0, 0, OUT, IN] == pytest.approx(0.2 * 112.0)


@pytest.mark.parametrize(
    ("granted", "cap", "closed"), [(1.0, np.inf, False), (0.4, 16.0, False), (0.0, 1e-12, True)]
)
def test_a_licence_caps_the_lane_at_its_share_of_the_usual_flow_and_a_ban_closes_it(
    granted: float, cap: float, closed: bool
) -> None:
    approval = np.ones(SHAPE)
    approval[0, OUT, IN] = granted
    _, lanes = build(borders(approval_share=approval), rows())
    assert lanes.cap_t[0, 0, OUT, IN] == pytest.approx(cap)
    assert np.isneginf(lanes.log_weight[0, 0, OUT, IN]) == closed
    assert np.isinf(lanes.cap_t[0, 0, IN, OUT])


def test_the_licence_of_a_row_replaces_that_of_the_borders() -> None:
    asked = np.full(SHAPE, 0.25)
    _, lanes = build(borders(), rows(approval=asked))
    np.testing.assert_allclose(lanes.cap_t[0, 0], 10.0)


def test_a_way_round_opens_only_where_the_lane_is_restricted_or_newly_taxed() -> None:
    approval, taxed = np.ones(SHAPE), np.zeros(BY_WAY)
    approval[0, OUT, IN], taxed[0, 0, IN, OUT] = 0.4, 1.0
    _, lanes = build(borders(approval_share=approval, taxed_share=taxed), rows(), hubs=True)
    usable = np.isfinite(lanes.log_weight[0, 1])
    assert {tuple(cell) for cell in np.argwhere(usable).tolist()} == {(OUT, IN), (IN, OUT)}
    # 24 and 0.2 x 40 tonnes look for a way; the hub can hand on 2, and a tenth of it is found
    assert lanes.cap_t[0, 1, OUT, IN] == pytest.approx(2.0 * 24.0 / 32.0 * 0.9)
    assert lanes.cap_t[0, 1, IN, OUT] == pytest.approx(2.0 * 8.0 / 32.0 * 0.9)


def test_a_licence_that_refuses_next_to_nobody_does_not_move_the_way_round_a_duty() -> None:
    taxed = np.ones(BY_WAY)
    granted, nearly = (
        build(borders(taxed_share=taxed, approval_share=np.full(SHAPE, share)), rows(), hubs=True)[1]
        for share in (1.0, 1.0 - 1e-15)
    )
    np.testing.assert_allclose(nearly.log_weight[:, 1], granted.log_weight[:, 1])
    np.testing.assert_allclose(nearly.cap_t[:, 1], granted.cap_t[:, 1])


def test_a_way_round_costs_freight_margin_and_the_fine_and_escapes_the_duty_on_the_origin() -> None:
    approval = np.full(SHAPE, 0.4)
    border = borders(
        approval_share=approval, duty_share=np.full(SHAPE, 0.5), hub_duty_share=np.full(BY_WAY, 0.1)
    )
    _, lanes = build(border, rows(), hubs=True)
    fine = 0.1 / 0.9 * (1.0 + 1.0) * 100.0  # what is lost and the penalty on it, on a tenth of the goods
    assert landed(lanes, 100.0, route=1)[OUT, IN] == pytest.approx(1.1 * 105.0 + fine + 0.1 * 100.0)


def test_the_floor_holds_on_the_way_round_too() -> None:
    """Origin is checked: a third country does not turn an outsider's goods into a member's."""
    _, lanes = build(
        borders(approval_share=np.full(SHAPE, 0.4)), rows(floor=150.0, members=(IN, HUB)), hubs=True
    )
    assert landed(lanes, 100.0, route=1)[OUT, IN] == 150.0


def test_without_a_hub_or_a_usual_flow_there_is_no_way_round() -> None:
    limited = np.full(SHAPE, 0.4)
    for change in ({"hub": by()}, {"usual_flow_t": np.zeros(SHAPE)}):
        _, lanes = build(borders(approval_share=limited, **change), rows(), hubs=True)
        assert np.isneginf(lanes.log_weight[0, 1]).all()


def test_the_fine_is_that_of_known_answer_t26() -> None:
    """Goods of 100 and a fine of 50, one in ten found: (100 + 0.1 x 50) / 0.9."""
    assert 100.0 * (1.0 + fine_share(np.array(0.1), 0.5)) == pytest.approx(116.6667, abs=1e-4)


def test_two_handovers_pay_two_margins_and_the_narrower_hub_counts() -> None:
    capacity = np.broadcast_to(np.array([2.0, 0.5])[None, None, :, None, None], BY_HANDOVER)
    approval = np.ones(SHAPE)
    approval[0, OUT, IN] = 0.0
    border = borders(
        approval_share=approval,
        hub=by(HUB, HUB + 1),
        hub_capacity_t=capacity,
        hub_found_share=np.zeros(BY_WAY),
    )
    charges, lanes = build(border, rows(), hubs=True)
    assert charges.hub_margin_usd_t[0, 1, OUT, IN] == pytest.approx(20.0)
    assert lanes.cap_t[0, 1, OUT, IN] == pytest.approx(0.5)


def test_a_hub_never_carries_more_than_a_lane_usually_ships() -> None:
    border = borders(approval_share=np.full(SHAPE, 0.4), hub_capacity_t=np.full(BY_HANDOVER, 1e6))
    _, lanes = build(border, rows(), hubs=True)
    np.testing.assert_allclose(lanes.cap_t[0, 1, :2, :2], 40.0)


def two_ways(first_t: float, second_t: float, **changes: object) -> StageBorders:
    """Two ways round every lane, by hubs that can hand on so much."""
    capacity = np.array([first_t, second_t])[None, :, None, None, None]
    twice = {
        name: np.repeat(getattr(borders(), name), 2, axis=1)
        for name in ("hub_freight_usd_t", "hub_found_share", "hub_duty_share", "taxed_share")
    }
    plain = borders(**twice, hub=np.concatenate([by(HUB), by(HUB + 1)], axis=1))
    return replace(plain, hub_capacity_t=np.broadcast_to(capacity, (1, 2, 2, 3, 3)).copy(), **changes)


def test_what_looks_for_a_way_is_spread_by_what_each_can_hand_on() -> None:
    approval = np.ones(SHAPE)
    approval[0, OUT, IN] = 0.4
    _, lanes = build(two_ways(6.0, 2.0, approval_share=approval), rows(), hubs=True)
    weight = np.exp(lanes.log_weight[0, 1:, OUT, IN])
    np.testing.assert_allclose(weight, 0.5 * 0.6 * np.array([0.75, 0.25]))
    np.testing.assert_allclose(lanes.cap_t[0, 1:, OUT, IN], 0.9 * np.array([6.0, 2.0]))


def test_a_hub_on_several_ways_hands_on_no_more_than_it_can() -> None:
    """Both lanes into and out of the member look for ways; a hub's room is theirs together."""
    border = two_ways(6.0, 2.0, approval_share=np.full(SHAPE, 0.4))
    border = replace(border, hub_found_share=np.zeros((1, 2, 3, 3)))
    _, lanes = build(border, rows(), hubs=True)
    there = np.isfinite(lanes.log_weight[0, 1:])
    assert there.any(axis=(1, 2)).all()
    passed = np.where(there, lanes.cap_t[0, 1:], 0.0).sum(axis=(1, 2))
    np.testing.assert_allclose(passed, [6.0, 2.0])
    one_hub = replace(border, hub=np.repeat(by(HUB), 2, axis=1), hub_capacity_t=np.full((1, 2, 2, 3, 3), 6.0))
    _, lanes = build(one_hub, rows(), hubs=True)
    assert np.where(there, lanes.cap_t[0, 1:], 0.0).sum() == pytest.approx(6.0)


def test_all_ways_together_carry_no_more_than_the_lane_usually_ships() -> None:
    _, lanes = build(two_ways(3e6, 1e6, approval_share=np.full(SHAPE, 0.4)), rows(), hubs=True)
    np.testing.assert_allclose(lanes.cap_t[0, 1:, OUT, IN], [30.0, 10.0])


def test_the_more_shippers_a_way_round_a_duty_pays_for_the_more_look_for_it() -> None:
    some, all_ = (
        build(borders(taxed_share=np.full(BY_WAY, part)), rows(), hubs=True)[1] for part in (0.25, 1.0)
    )
    np.testing.assert_allclose(
        np.exp(some.log_weight[0, 1, :2, :2]), 0.25 * np.exp(all_.log_weight[0, 1, :2, :2])
    )
    assert np.isneginf(build(borders(), rows(), hubs=True)[1].log_weight[0, 1]).all()


def test_a_tax_on_all_exports_is_paid_on_the_way_round_too() -> None:
    border = borders(approval_share=np.full(SHAPE, 0.4), export_tax_share=np.full(SHAPE, 0.3))
    charges, lanes = build(border, rows(), hubs=True)
    assert money(charges, lanes, 100.0).export_tax_usd_t[0, 1, OUT, IN] == pytest.approx(30.0)


def test_rows_of_a_batch_do_not_see_each_other() -> None:
    both = Rows(
        np.array([[False, True, False], [False, False, False]]),
        np.array([150.0, np.nan]),
        np.array([0.25, 0.0]),
        np.zeros(2),
    )
    given = {item.name: getattr(borders(), item.name) for item in fields(StageBorders)}
    twice = {name: np.repeat(value, 2, axis=0) for name, value in given.items() if value is not None}
    _, lanes = build(borders(**twice), both)
    for number, row in enumerate((rows(floor=150.0, tariff=0.25), rows(members=()))):
        _, alone = build(borders(), row)
        for name in ("price_factor", "charge_usd_t", "floor_usd_t", "log_weight", "cap_t"):
            np.testing.assert_array_equal(getattr(lanes, name)[number], getattr(alone, name)[0], err_msg=name)


def landing(lanes: Lanes, price: float = 100.0) -> float:
    """What an outsider's tonne costs a member."""
    return float(landed(lanes, price)[OUT, IN])


def test_a_minimum_price_of_the_zone_is_asked_by_the_seller_and_no_levy_is_left() -> None:
    charges, lanes = build(borders(), rows(floor=150.0), zone=replace(LEVY, duty_form="minimum_price"))
    assert landing(lanes) == 150.0
    shared = money(charges, lanes, 100.0)
    assert shared.levy_usd_t.sum() == 0.0
    assert shared.above_usd_t[0, 0, OUT, IN] == pytest.approx(48.0)
    assert shared.above_usd_t[0, 0, IN, IN] == 0.0


def test_an_ad_valorem_duty_fixed_at_the_announcement_moves_with_the_price() -> None:
    """Set at a customs value of 102, it lifts 102 to 150, and any other value by the same share."""
    border = borders(fixed_duty_share=np.full(SHAPE, 150.0 / 102.0 - 1.0))
    _, lanes = build(border, rows(floor=150.0), zone=replace(LEVY, duty_form="ad_valorem"))
    assert landing(lanes) == pytest.approx(150.0)
    assert landing(lanes, 49.0) == pytest.approx(75.0)
    assert landed(lanes, 100.0)[IN, OUT] == landed(lanes, 100.0)[IN, IN] == 102.0


@pytest.mark.parametrize("form", ["benchmark", "specific"])
def test_a_duty_the_same_for_all_outsiders_is_no_floor(form: str) -> None:
    charges, lanes = build(borders(), rows(floor=150.0, specific=40.0), zone=replace(LEVY, duty_form=form))
    assert landing(lanes) == 142.0
    assert landing(lanes, 50.0) == 92.0
    assert np.isneginf(lanes.floor_usd_t).all()
    shared = money(charges, lanes, 100.0)
    assert shared.duty_usd_t[0, 0, OUT, IN] == 40.0
    assert shared.levy_usd_t.sum() == 0.0


def test_above_the_zone_s_quota_the_gap_of_usual_prices_is_a_duty() -> None:
    zone = replace(LEVY, duty_form="quota", quota_share=0.25)
    _, lanes = build(borders(), rows(floor=150.0), zone=zone)
    assert landing(lanes) == 102.0
    assert lanes.cap_t[0, 0, OUT, IN] == pytest.approx(10.0)
    assert lanes.over_quota_usd_t[0, 0, OUT, IN] == pytest.approx(48.0)
    assert np.isinf(lanes.cap_t[0, 0, IN, OUT])


def test_in_reading_a_members_sell_to_each_other_for_no_less_either() -> None:
    zone = replace(LEVY, binds_inside=True)
    charges, lanes = build(borders(), rows(floor=150.0), zone=zone)
    cost = landed(lanes, 100.0)
    assert cost[OUT, IN] == 150.0
    assert cost[IN, IN] == 152.0  # the floor at the gate, and freight
    assert cost[IN, OUT] == cost[OUT, OUT] == 102.0
    shared = money(charges, lanes, 100.0)
    assert shared.above_usd_t[0, 0, IN, IN] == pytest.approx(50.0)
    assert shared.levy_usd_t[0, 0, IN, IN] == 0.0


def test_a_minimum_export_price_is_kept_at_the_gate_and_a_minimum_import_price_at_the_border() -> None:
    least = np.full(SHAPE, -np.inf)
    least[0, OUT, IN] = 120.0
    duty = np.full(SHAPE, 0.1)
    charges, lanes = build(borders(least_export_usd_t=least, duty_share=duty), rows(members=()))
    assert landing(lanes) == pytest.approx(1.1 * 122.0)
    shared = money(charges, lanes, 100.0)
    assert shared.above_usd_t[0, 0, OUT, IN] == pytest.approx(20.0)
    assert shared.duty_usd_t[0, 0, OUT, IN] == pytest.approx(12.2)
    _, lanes = build(borders(least_import_usd_t=least, duty_share=duty), rows(members=()))
    assert landing(lanes) == 120.0


def test_what_offices_let_pass_counts_unless_a_question_asks_for_less() -> None:
    approval, granted = np.full(SHAPE, 1.5), np.full(SHAPE, 60.0)
    border = borders(approval_share=approval, granted_t=granted)
    _, lanes = build(border, rows())
    np.testing.assert_allclose(lanes.cap_t[0, 0], 60.0)  # a backlog ships above the usual 40
    np.testing.assert_allclose(lanes.log_weight[0, 0], np.log(0.5 * 1.5))
    _, asked = build(border, rows(approval=np.full(SHAPE, 0.25)))
    np.testing.assert_allclose(asked.cap_t[0, 0], 10.0)
    _, lifted = build(border, rows(approval=np.ones(SHAPE)))
    assert np.isinf(lifted.cap_t).all()
    assert border.limited.all()
