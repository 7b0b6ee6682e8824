"""Ways past an export quota: what they cost, how quotas share them, what of a flow is in no book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import make_world, measure

from world.axes import REFINED
from world.cleared_market import Cleared
from world.conditions import quotas_abroad
from world.lanes.quotas import abroad_quotas
from world.lanes.unrecorded import Ways, abroad_t, unrecorded_gain_usd, unrecorded_t, ways_out
from world.market.lane_books import lane_books
from world.model import TradeWorld
from world.policy.happenings import ExportQuota
from world.round import happen, trade

SELLERS, BUYERS = np.array([[4, 7]]), np.array([[4, 5, 7]])
USUAL = np.array([[[90.0, 30.0, 10.0], [8.0, 20.0, 70.0]]])
COST = np.array([[[9.0, 3.0, 5.0], [2.0, 2.0, 2.0]]])
WAYS = Ways(np.array([[8.0, 4.0]]), COST, np.array([[6.0, 6.0]]))


def test_home_trade_is_no_export() -> None:
    assert abroad_t(USUAL, SELLERS, BUYERS).tolist() == [[40.0, 28.0]]


@pytest.mark.parametrize(
    ("importers", "most", "cost"), [(None, 8.0, 3.5), ((5,), 6.0, 3.0), ((7,), 2.0, 5.0)]
)
def test_a_quota_has_its_part_of_the_ways(
    importers: tuple[int, ...] | None, most: float, cost: float
) -> None:
    quota = ExportQuota(0, REFINED, 4, importers, 25.0, 1.0)
    found = abroad_quotas([quota], REFINED, SELLERS, BUYERS, USUAL, WAYS)
    assert [found.unrecorded_most_t[0, 0], found.unrecorded_cost_usd_t[0, 0]] == pytest.approx([most, cost])
    assert found.unrecorded_width_usd_t[0, 0] == 6.0
    half = abroad_quotas([replace(quota, share=0.5)], REFINED, SELLERS, BUYERS, USUAL, WAYS)
    assert half.unrecorded_most_t[0, 0] == pytest.approx(0.5 * most)
    kept = abroad_quotas([quota], REFINED, SELLERS, BUYERS, USUAL)
    assert kept.unrecorded_most_t.tolist() == [[0.0]]


def test_a_quota_of_nothing_leaves_the_ways_open() -> None:
    none = ExportQuota(0, REFINED, 4, None, 0.0, 1.0)
    assert abroad_quotas([none], REFINED, SELLERS, BUYERS, USUAL, WAYS).quota_t[0, 0] > 0.0
    assert abroad_quotas([none], REFINED, SELLERS, BUYERS, USUAL).quota_t[0, 0] == 0.0


QUOTA = measure("export_quota", "CHN", "2025-Q1", minerals=("ndpr",), stages=("refined",), size=1_200.0)
TAX = measure("export_tax", "CHN", "2025-Q1", minerals=("ndpr",), stages=("refined",), size=0.1)
DRIVE = measure("enforcement", "CHN", "2025-Q1", minerals=("ndpr",), stages=("refined",), size=0.9)


def first_round(*measures: object) -> tuple[TradeWorld, Cleared]:
    world = make_world(minerals=["ndpr"], rounds=1, measures=list(measures))
    happen(world)
    return world, trade(world)


def ways_of(*measures: object) -> tuple[Ways, int]:
    world, _ = first_round(*measures)
    capacity, price = (
        world.state.markets.unrecorded_capacity_t[REFINED],
        world.state.prices.price_usd_t[REFINED],
    )
    seller = world.base.axes.refiners[0].tolist().index(world.dominant)
    return ways_out(world.base, capacity, price, world.happenings, world.parameters, REFINED), seller


def test_a_tax_makes_ways_worth_more_and_a_drive_makes_them_dearer_and_narrower() -> None:
    (plain, at), (taxed, _), (raided, _) = ways_of(QUOTA), ways_of(QUOTA, TAX), ways_of(QUOTA, DRIVE)
    abroad = np.flatnonzero(taxed.cost_usd_t[0, at] < plain.cost_usd_t[0, at])
    assert len(abroad) > 10
    assert raided.most_t[0, at] < plain.most_t[0, at]
    assert (raided.cost_usd_t[0, at, abroad] > plain.cost_usd_t[0, at, abroad]).all()


def test_what_is_in_no_book_is_what_the_quota_does_not_hold() -> None:
    world, cleared = first_round(QUOTA, TAX)
    traded, found = cleared.priced.market.stages[REFINED], cleared.clearing.stages[REFINED]
    quota = quotas_abroad(world, REFINED)
    past, seller = unrecorded_t(traded, found), int(quota.seller[0, 0])
    abroad = found.flow_t[0, :, seller, quota.covers[0, 0]].sum()
    assert past[0, :, seller].sum() == pytest.approx(float(abroad) - quota.quota_t[0, 0], rel=1e-8)
    book = lane_books(cleared.priced.market, cleared.clearing, cleared.priced.charges)[REFINED]
    rent, saved = unrecorded_gain_usd(traded, found, book)
    assert rent[0, seller] == pytest.approx(past.sum() * found.premium_usd_t[0, 0])
    assert saved[0, seller] == pytest.approx(0.1 * (past * found.asked_usd_t).sum())
    np.testing.assert_allclose(cleared.accounts.usd.sum(axis=(1, 2)), cleared.accounts.world_usd, rtol=1e-9)
