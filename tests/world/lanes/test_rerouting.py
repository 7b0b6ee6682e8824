"""Ways round in a world: which hops are open to whose goods, what is found on them, who carries out a ban."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import make_world, measure, play, table

from world.axes import ORE, REFINED
from world.lanes.hub_capacity import grown_capacity_t, passed_through_t
from world.lanes.terms import StageBorders
from world.market_round import make_setting
from world.model import TradeWorld
from world.policy.measures import Measure

NOW = "2025-Q1"


def world_with(*measures: Measure, **given: Any) -> TradeWorld:
    world = make_world(minerals=["ndpr"], rounds=2, measures=measures, **given)
    world.happenings = world.calendar.happen(0, [])
    return world


def borders_of(world: TradeWorld, stage: int = REFINED) -> StageBorders:
    from world.conditions import conditions_of, disturb
    from world.zone import update_zone

    disturb(world)
    update_zone(world.state.politics, world.premise.zone, world.round)
    return make_setting(world, world.happenings, conditions_of(world), with_later=False).borders[stage]


def way(
    world: TradeWorld, origin: str = "CHN", destination: str = "JPN"
) -> tuple[list[str], dict[str, float]]:
    """The hubs of the cheapest way round a lane of refined NdPr, and what stands on them."""
    border, axes = borders_of(world), world.base.axes
    seller = border.sellers[0].tolist().index(axes.country(origin))
    buyer = border.buyers[0].tolist().index(axes.country(destination))
    names = ("hub_freight_usd_t", "hub_found_share", "hub_open_share")
    hubs = [axes.countries[place] for place in border.hub[0, 0, :, seller, buyer] if place >= 0]
    return hubs, {name: float(getattr(border, name)[0, 0, seller, buyer]) for name in names}


def control(instrument: str, actor: str, *targets: str, **fields: Any) -> Measure:
    fields = {"id": f"{instrument}-{actor}", "minerals": ("ndpr",), "stages": ("refined",)} | fields
    return measure(instrument, actor, NOW, targets=targets, **fields)


def test_ways_never_pass_the_great_powers_nor_the_ends() -> None:
    world = make_world(minerals=["*"], rounds=1, leader__country="JPN", dominant_refiner__country="MYS")
    great = [world.base.axes.country(iso3) for iso3 in ("JPN", "MYS")]
    assert not np.isin(great, world.economy.network.hubs).any()
    for stage in (ORE, REFINED):
        border = borders_of(world, stage)
        there = border.hub >= 0
        assert there.any()
        assert np.isin(border.hub[there], world.economy.network.hubs).all()
        for ends in (border.sellers[:, None, None, :, None], border.buyers[:, None, None, None, :]):
            assert not (there & (border.hub == ends)).any()
        assert (border.hub_freight_usd_t[there.any(axis=2)] > 0.0).all()
        assert (border.hub_freight_usd_t >= 0.0).all()


def test_with_nothing_closed_one_handover_is_cheapest_and_only_the_dominant_refiner_asks() -> None:
    border = borders_of(world_with())
    assert (border.hub[:, :, 1] == -1).all()
    asks = (border.hub >= 0).any(axis=(1, 2, 4))
    assert border.sellers[asks].tolist() == [world_with().dominant]


def test_a_hub_that_lets_nothing_go_there_is_passed_by() -> None:
    (usual,), plain = way(world_with(control("ban", "CHN", "JPN")))
    (other,), found = way(world_with(control("ban", "CHN", "JPN"), control("ban", usual, "JPN")))
    assert other != usual
    assert found["hub_freight_usd_t"] > plain["hub_freight_usd_t"]
    assert found["hub_found_share"] == plain["hub_found_share"]
    assert found["hub_open_share"] == plain["hub_open_share"] == 1.0


def test_several_ways_stand_open_side_by_side_and_each_takes_some_within_what_it_can_hand_on() -> None:
    ban = control("ban", "CHN", "JPN")
    through = []
    for count in (1, 4):
        world = play(world_with(ban, parameters__hub_ways=count))
        flows = table(world, "flows", stage="refined", origin="CHN", destination="JPN", round=0)
        through.append(flows[flows["hub"] != ""].groupby("last_shipper")["flow_t"].sum())
    assert (len(through[0]), len(through[1])) == (1, 4)
    assert through[1].min() > 0.01 * through[1].max()
    assert set(through[0].index) < set(through[1].index)
    place, room = world.base.axes.country, world.economy.hub_start_t[REFINED][0]
    for name, tonnes in through[1].items():
        assert tonnes <= room[place(name)] * (1.0 + 1e-6)


def test_a_way_under_a_false_name_is_no_second_way() -> None:
    probe = world_with()
    carriers = [probe.base.axes.countries[place] for place in probe.economy.network.hubs]
    ban = control("ban", "CHN", "JPN", *[iso3 for iso3 in carriers if iso3 not in ("KOR", "JPN")])
    border, axes = borders_of(world_with(ban)), probe.base.axes
    seller = border.sellers[0].tolist().index(axes.country("CHN"))
    buyer = border.buyers[0].tolist().index(axes.country("JPN"))
    first = [axes.countries[place] for place in border.hub[0, :, 0, seller, buyer] if place >= 0]
    assert set(first) == {"KOR"}  # all ways begin with the one country that may buy
    assert (border.hub_open_share[0, : len(first), seller, buyer] == 1.0).all()


def test_where_all_is_closed_every_way_leaks_and_all_together_as_much_of_what_they_could_carry() -> None:
    through = []
    for targets in (("JPN",), ("*",)):
        world = play(world_with(control("ban", "CHN", *targets)), 1)
        flows = table(world, "flows", stage="refined", origin="CHN", destination="JPN")
        through.append(flows[flows["hub"] != ""].groupby("hub")["flow_t"].sum())
    opened, closed = through
    assert closed.index.tolist() == opened.index.tolist()
    leaked = world_with().parameters.hub_leak_share * opened.sum()
    assert 0.75 * leaked < closed.sum() <= leaked  # others look for a way through the same hubs


def test_a_way_round_a_duty_pays_for_more_shippers_the_higher_the_duty() -> None:
    parts = []
    for size in (0.05, 0.2, 0.25, 0.5):
        border = borders_of(world_with(control("tariff", "USA", "CHN", size=size)))
        seller = border.sellers[0].tolist().index(world_with().base.axes.country("CHN"))
        buyer = border.buyers[0].tolist().index(world_with().base.axes.country("USA"))
        parts.append(float(border.taxed_share[0, 0, seller, buyer]))
    assert parts[0] == 0.0
    assert 0.0 < parts[1] < parts[2] < 1.0
    assert parts[3] == 1.0


def test_two_handovers_where_the_one_country_that_may_buy_does_not_sell_on_there() -> None:
    probe = world_with()
    carriers = [probe.base.axes.countries[place] for place in probe.economy.network.hubs]
    closed = [iso3 for iso3 in carriers if iso3 != "KOR"]
    ban = control("ban", "CHN", "JPN", *[iso3 for iso3 in closed if iso3 != "JPN"])
    once, first = way(world_with(ban))
    twice, second = way(world_with(ban, control("ban", "KOR", "JPN")))
    assert once == ["KOR"]
    assert len(twice) == 2
    assert twice[0] == "KOR"
    assert second["hub_freight_usd_t"] > first["hub_freight_usd_t"]
    assert second["hub_found_share"] == pytest.approx(1.0 - (1.0 - first["hub_found_share"]) ** 2)
    assert second["hub_open_share"] == 1.0


def test_a_ban_on_everyone_leaves_what_slips_through() -> None:
    hubs, found = way(world_with(control("ban", "CHN", "*")))
    assert len(hubs) == 1
    assert found["hub_open_share"] == 0.0


def test_audits_are_met_on_every_hop_and_drive_goods_to_another_hub() -> None:
    ban = control("ban", "CHN", "JPN")
    (usual,), plain = way(world_with(ban))
    p = world_with().parameters
    assert plain["hub_found_share"] == pytest.approx(p.audit_share * p.audit_found_share)
    (same,), drive = way(world_with(ban, control("enforcement", "CHN", "JPN", size=0.4)))
    assert same == usual  # all ways to Japan are looked into alike
    kept = (1.0 - p.audit_share * p.audit_found_share) * (1.0 - 0.4 * p.audit_found_share)
    assert drive["hub_found_share"] == pytest.approx(1.0 - kept)
    (other,), away = way(world_with(ban, control("enforcement", "JPN", usual, size=1.0)))
    assert other != usual
    assert away["hub_found_share"] == plain["hub_found_share"]


def test_dearer_freight_at_a_hub_drives_goods_to_another() -> None:
    ban = control("ban", "CHN", "JPN")
    (usual,), _ = way(world_with(ban))
    (other,), _ = way(world_with(ban, control("freight", "JPN", usual, size=100.0)))
    assert other != usual


def test_those_tied_to_the_restrictor_more_carry_out_its_ban() -> None:
    ban = control("ban", "CHN", "DEU")
    tied = []
    for reach in (0.0, 0.3, 0.6, 1.0):
        world = world_with(ban, control("transshipment_ban", "CHN", "DEU", size=reach))
        hubs, found = way(world, destination="DEU")
        tied.append((hubs, found["hub_open_share"], found["hub_freight_usd_t"]))
    assert tied[0][1] == 1.0
    assert tied[-1][1] == 0.0  # everyone complies: what passes passes under a false name
    costs = [cost for _, opened, cost in tied if opened > 0.0]
    assert costs == sorted(costs)


def test_an_importer_may_ban_the_handing_on_of_what_it_taxes() -> None:
    duty = control("tariff", "USA", "CHN", size=1.0)
    _, free = way(world_with(duty), destination="USA")
    _, bound = way(world_with(duty, control("transshipment_ban", "USA", "CHN", size=1.0)), destination="USA")
    assert (free["hub_open_share"], bound["hub_open_share"]) == (1.0, 0.0)


def test_the_search_is_done_again_only_when_hops_change(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_with(control("ban", "CHN", "JPN"))
    first = borders_of(world)
    monkeypatch.setattr("world.lanes.rerouting.cheapest_ways", None)
    again = borders_of(world)
    np.testing.assert_array_equal(first.hub, again.hub)


def test_what_hubs_can_hand_on_grows_with_use_and_fades_without() -> None:
    p = world_with().parameters
    first, now = np.array([[10.0, 10.0, 10.0, 0.0]]), np.array([[10.0, 40.0, 40.0, 0.0]])
    passed = np.array([[10.0, 40.0, 0.0, 0.0]])
    later = grown_capacity_t(now, first, passed, p.hub_growth_year, p.hub_fade_year)
    pace = (1.0 + p.hub_growth_year) ** 0.25
    np.testing.assert_allclose(later[0, :2], pace * now[0, :2])
    assert later[0, 2] == pytest.approx(10.0 + 30.0 * np.exp(-p.hub_fade_year / 4.0))
    assert later[0, 3] == 0.0


def test_goods_count_at_every_hub_they_pass() -> None:
    hub = np.full((1, 2, 2, 1, 2), -1)
    hub[0, 0, :, 0, 0], hub[0, 0, 0, 0, 1], hub[0, 1, 0, 0, 0] = (2, 3), 3, 1
    passed = passed_through_t(np.array([[[[5.0, 1.0]], [[2.0, 0.0]]]]), hub, 4)
    np.testing.assert_array_equal(passed, [[0.0, 2.0, 5.0, 6.0]])


def test_hubs_begin_with_a_part_of_what_they_trade() -> None:
    world = make_world(minerals=["ndpr", "copper"], rounds=1)
    hubs, axes = world.economy.network.hubs, world.base.axes
    for stage in (ORE, REFINED):
        start = world.economy.hub_start_t[stage]
        assert (start[:, hubs] > 0.0).all()
        assert (np.delete(start, hubs, axis=1) == 0.0).all()
        crossing = world.base.lanes(stage).flow_t.sum(axis=(1, 2))
        assert (start[:, axes.country("SGP")] < crossing).all()


def test_what_a_hub_hands_on_of_one_good_is_bounded_by_its_trade_in_all_goods() -> None:
    worlds = [
        make_world(minerals=["copper"], rounds=1, parameters__hub_room_share=room) for room in (0.002, 0.05)
    ]
    small, large = (world.economy.hub_start_t[REFINED] for world in worlds)
    assert (small <= large).all()
    assert (small < large).any()
    world = worlds[0]
    trade = world.economy.goods_trade_usd
    worth_usd = 4.0 * small * world.base.evidence.price_usd_t[:, REFINED, None]
    assert (worth_usd <= 0.002 * (trade.sum(axis=0) + trade.sum(axis=1)) * (1.0 + 1e-9)).all()


def test_capacity_stays_as_it_was_where_nothing_is_restricted() -> None:
    world = play(make_world(minerals=["ndpr"], rounds=3))
    for now, first in zip(world.state.markets.hub_capacity_t, world.economy.hub_start_t, strict=True):
        np.testing.assert_array_equal(now, first)
