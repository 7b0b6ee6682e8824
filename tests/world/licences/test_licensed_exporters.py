"""Who alone may export, how closely they hold together, and what would pay them to ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_worlds import make_world, measure

from world.axes import REFINED
from world.cleared_market import Cleared
from world.lanes.quotas import NOTHING_ASKED, Asking, OwnDesk, abroad_quotas, licence_desks, own_desks
from world.licences.exporters import MOST_RISE, conduct_of, licensed_exporters, paying_usd_t
from world.model import TradeWorld
from world.parameters import resolve
from world.policy.happenings import ExportQuota
from world.policy.measures import Measure
from world.questions.residual_demand import Residual, Trade, residual_demand
from world.round import happen, trade

REFINED_NDPR = {"minerals": ("ndpr",), "stages": ("refined",)}
NO_WAYS = {"parameters__unrecorded_start_share": 0.0}

SELLERS, BUYERS = np.array([[0, 1]]), np.array([[0, 1, 2, 3]])
USUAL = np.array([[[50.0, 10.0, 20.0, 30.0], [0.0, 40.0, 5.0, 5.0]]])
EXPORTS = np.array([[60.0, 10.0]])
ASKING = Asking(np.array([[7.0, 0.0]]), np.array([[30.0, 1.0]]))


def test_conduct_lies_between_cournot_and_one_seller() -> None:
    alone = resolve({"exporters_coordination_share": 0.0, "licensed_exporters": 20.0})
    together = resolve({"exporters_coordination_share": 0.5, "licensed_exporters": 20.0})
    granted = np.array([1.0, 0.5, 0.01])
    np.testing.assert_allclose(conduct_of(granted, alone), [1 / 20, 1 / 10, 1.0])
    np.testing.assert_allclose(conduct_of(granted, together), [0.5 + 0.5 / 20, 0.5 + 0.5 / 10, 1.0])


def test_what_pays_goes_with_price_and_conduct_and_against_elasticity() -> None:
    assert paying_usd_t(100.0, 2.0, 0.5, 1e9) == pytest.approx(25.0)
    assert paying_usd_t(100.0, 2.0, 0.5, 10.0) == 10.0
    assert paying_usd_t(100.0, 0.0, 0.5, 1e9) == MOST_RISE * 100.0
    assert paying_usd_t(100.0, 2.0, 0.5, -5.0) == 0.0


def test_a_quota_asks_by_its_part_of_the_round_and_of_exports() -> None:
    def quota(importers: tuple[int, ...] | None, share: float) -> ExportQuota:
        return ExportQuota(0, REFINED, 0, importers, 25.0, share)

    def asks(*quotas: ExportQuota, **given: Any) -> list[float]:
        found = abroad_quotas(quotas, REFINED, SELLERS, BUYERS, USUAL, **given)
        return [float(found.asked_usd_t[0, 0]), float(found.asked_over_t[0, 0])]

    assert asks(quota(None, 1.0)) == list(NOTHING_ASKED)
    assert asks(quota(None, 1.0), asking=ASKING) == pytest.approx([7.0, 30.0])
    assert asks(quota((3,), 0.5), asking=ASKING) == pytest.approx([3.5, 15.0])


def test_licences_have_desks_where_no_quota_stands() -> None:
    licensed = np.array([[[0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]])
    none = abroad_quotas([], REFINED, SELLERS, BUYERS, USUAL)
    found = licence_desks(licensed, ASKING, USUAL, EXPORTS, none)
    assert found.seller.tolist() == [[0]]  # the other one asks nothing
    assert found.covers[0, 0].tolist() == [False, True, True, True]
    assert found.by_hubs.all()
    assert found.quota_t[0, 0] > 5.0 * USUAL.sum()
    some = abroad_quotas([ExportQuota(0, REFINED, 0, (1, 2), 5.0, 1.0)], REFINED, SELLERS, BUYERS, USUAL)
    rest = licence_desks(licensed, ASKING, USUAL, EXPORTS, some)
    assert rest.covers[0, 0].tolist() == [False, False, False, True]
    assert not rest.by_hubs.any()


def test_a_desk_over_a_part_of_exports_leaves_the_way_round_alone() -> None:
    found = own_desks(USUAL, EXPORTS, [OwnDesk(0, 0, np.array([False, True, False, False]), (3.0, 2.0))])
    assert not found.by_hubs.any()
    assert found.asked_usd_t.tolist() == [[3.0]]


def measured(*measures: Measure) -> tuple[TradeWorld, Cleared]:
    world = make_world(minerals=["ndpr"], rounds=1, measures=list(measures), **NO_WAYS)
    happen(world)
    return world, trade(world)


def limited_to(world: TradeWorld) -> np.ndarray:
    given = (world.base.axes, world.state.politics, world.happenings, world.parameters)
    return licensed_exporters(*given, REFINED).share


def test_measures_say_who_may_export_and_where_there_are_none_all_may() -> None:
    assert not limited_to(measured()[0]).any()
    for instrument, size, few, anyone in (
        ("export_quota", 1_200.0, "", "anyone"), ("licence", 0.5, "few", "")
    ):  # fmt: skip
        given = {"size": size, **REFINED_NDPR}
        open_to_all = measured(measure(instrument, "CHN", "2025-Q1", holders=anyone, **given))[0]
        assert not limited_to(open_to_all).any()
        world, _ = measured(measure(instrument, "CHN", "2025-Q1", holders=few, **given))
        home = world.base.axes.country("CHN")
        seller = world.base.axes.refiners[0].tolist().index(home)
        share = limited_to(world)[0]
        assert share[seller, home] == 0.0
        assert np.delete(share[seller], home).min() == 1.0
        assert not np.delete(share, seller, axis=0).any()


def demand_under(size: float) -> tuple[TradeWorld, Cleared, Residual]:
    """Residual demand for what leaves China under a quota of so many tonnes a year."""
    world, cleared = measured(measure("export_quota", "CHN", "2025-Q1", size=size, **REFINED_NDPR))
    seller = world.base.axes.refiners[0].tolist().index(world.dominant)
    abroad = np.arange(len(world.base.axes.countries)) != world.dominant
    nobody = np.zeros(len(abroad), dtype=bool)
    setting = replace(
        cleared.setting, now=replace(cleared.setting.now, start=cleared.clearing.prices(), floor_start=None)
    )
    return world, cleared, residual_demand(setting, nobody, False, [Trade(0, REFINED, seller, abroad)])


def test_where_a_quota_binds_its_scarcity_is_part_of_the_price() -> None:
    _, cleared, found = demand_under(1_200.0)
    assert found.sold_t[0] == pytest.approx(300.0, rel=1e-6)
    premium = cleared.clearing.stages[REFINED].premium_usd_t[0].max()
    assert premium > 0.1 * found.gate_usd_t[0]
    assert found.asked_usd_t[0] - found.gate_usd_t[0] == pytest.approx(premium, rel=1e-6)


def test_demand_that_is_left_is_smooth() -> None:
    """It is much the same a hundredth further on, and dearest where least may leave."""
    demands = [demand_under(size)[2] for size in (3_000.0, 2_970.0)]
    assert all(0.5 < found.elasticity[0] < 20.0 for found in demands)
    tight, wide = demand_under(1_200.0)[2], demand_under(1e6)[2]
    assert tight.asked_usd_t[0] > wide.asked_usd_t[0]
    assert wide.asked_usd_t[0] == pytest.approx(wide.gate_usd_t[0], rel=1e-6)
    assert demands[1].elasticity[0] == pytest.approx(demands[0].elasticity[0], rel=0.1)
