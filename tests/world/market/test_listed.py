"""Markets over listed lanes clear as the same markets in arrays do, and pay the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.random_markets import EVERYTHING, Setting, random_market
from world.market.arrays import Market
from world.market.clearing import Clearing
from world.market.listed import ListedMarket, list_places, no_lanes
from world.market.listed_clearing import clear_listed
from world.market.method import ARRAYS, VARIABLE
from world.market.solver import clear_market
from world.market.start import starting_prices

SETTINGS = {
    "ordinary": Setting(capped=0.1),
    "three stages": Setting(
        sellers=(4, 5, 4), users=(0, 2, 6), capped=0.2, over_quota=0.3, desks=2, unrecorded=0.7, asked=0.7
    ),
    "everything": replace(EVERYTHING, rows=6, routes=2, sellers=(4, 5, 4), users=(1, 3, 6)),
}


def listed(market: Market) -> ListedMarket:
    """The lanes of ``market`` with any habit, in the order of lists."""
    stages, lanes = [], []
    for stage in market.stages:
        arrays = stage.lanes
        at = np.nonzero(arrays.log_weight.transpose(0, 3, 1, 2) > -np.inf)
        lanes.append(list_places(stage, (at[0], at[2], at[3], at[1])))
        buyers = (arrays.spread_usd_t, arrays.backstop_usd_t, arrays.backstop_log_weight)
        desks = replace(stage.desks, lanes=stage.desks.lanes[:, :, :0])
        stages.append(replace(stage, lanes=no_lanes(stage.sellers, *buyers), desks=desks))
    return ListedMarket(Market(tuple(stages)), tuple(lanes), market.stages[0].lanes.cap_t.shape[1])


def cleared(kind: str, seed: int) -> tuple[Market, ListedMarket, Clearing]:
    market, _ = random_market(np.random.default_rng(seed), SETTINGS[kind])
    return market, listed(market), clear_market(market, starting_prices(market))


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("seed", range(3))
def test_both_find_the_same(kind: str, seed: int) -> None:
    market, lanes, clearing = cleared(kind, seed)
    found = clear_listed(lanes, starting_prices(market))
    for stage, other, flows, listing in zip(
        clearing.stages, found.clearing.stages, found.flows, lanes.lanes, strict=True
    ):
        assert np.array_equal(other.price_usd_t, stage.price_usd_t)
        assert np.array_equal(other.index_usd_t, stage.index_usd_t)
        assert stage.flow_t.sum() == pytest.approx(flows.flow_t.sum(), rel=1e-12)
        moves = flows.flow_t > 1e-12 * stage.flow_t.max()
        for name in ("flow_t", "asked_usd_t", "rent_usd_t"):
            arrays = getattr(stage, name)[listing.place][moves]
            np.testing.assert_allclose(getattr(flows, name)[moves], arrays, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_lists_are_the_arrays(kind: str) -> None:
    """Closed lanes aside, a market is got back from its lists: all rows, or one."""
    market, lanes, _ = cleared(kind, 4)
    for given, back in ((market, lanes.dense()), (market.take([2]), lanes.dense([2]))):
        for one, other in zip(given.stages, back.stages, strict=True):
            there = one.lanes.log_weight > -np.inf
            assert np.array_equal(other.lanes.log_weight, one.lanes.log_weight)
            for name in ("price_factor", "charge_usd_t", "floor_usd_t", "cap_t", "over_quota_usd_t"):
                assert np.array_equal(getattr(other.lanes, name)[there], getattr(one.lanes, name)[there])


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_arrays_clear_lists_too(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    market, lanes, clearing = cleared(kind, 5)
    monkeypatch.setenv(VARIABLE, ARRAYS)
    found = clear_listed(lanes, starting_prices(market))
    for stage, other, flows in zip(clearing.stages, found.clearing.stages, found.flows, strict=True):
        np.testing.assert_allclose(other.price_usd_t, stage.price_usd_t, rtol=1e-6, atol=1e-6)
        assert flows.flow_t.sum() == pytest.approx(stage.flow_t.sum(), rel=1e-6)


def test_a_row_that_is_hard_to_clear_is_cleared_as_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    market, lanes, clearing = cleared("three stages", 6)
    monkeypatch.setattr("world.market.listed_clearing.NEWTON_STEPS", 1)
    found = clear_listed(lanes, starting_prices(market))
    assert (found.clearing.residual <= 1e-10).all()
    for stage, other, flows in zip(clearing.stages, found.clearing.stages, found.flows, strict=True):
        np.testing.assert_allclose(other.price_usd_t, stage.price_usd_t, rtol=1e-6, atol=1e-6)
        assert flows.flow_t.sum() == pytest.approx(stage.flow_t.sum(), rel=1e-6)
