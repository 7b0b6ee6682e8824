"""Quotas in tonnes a round: lanes they cover, what is left of a part of a round, how they are shared out."""

from __future__ import annotations

import numpy as np
import pytest

from world.axes import REFINED
from world.lanes.quotas import LEAST_QUOTA_T, abroad_quotas, import_quotas, joined, sales_quotas
from world.policy.happenings import ExportQuota, TariffQuota

SELLERS = np.array([[4, 7, -1], [7, -1, -1]])
BUYERS = np.array([[4, 5, 7, 5], [5, 4, -1, -1]])
"""Country 5 buys twice in the first mineral: as a maker and as a user."""
USUAL = np.zeros((2, 3, 4))
USUAL[0, 0] = [90.0, 30.0, 6.0, 10.0]
USUAL[0, 1] = [8.0, 20.0, 70.0, 0.0]
USUAL[1, 0] = [12.0, 3.0, 0.0, 0.0]


def quota(importers: tuple[int, ...] | None, allowed: float, share: float = 1.0, **at: int) -> ExportQuota:
    place = {"mineral": 0, "stage": REFINED, "exporter": 4} | at
    return ExportQuota(**place, importers=importers, allowed_t=allowed, share=share)


def test_a_quota_on_all_abroad_covers_every_lane_but_home_and_ways_round_too() -> None:
    found = abroad_quotas([quota(None, 25.0)], REFINED, SELLERS, BUYERS, USUAL)
    assert found.seller.tolist() == [[0], [-1]]
    assert found.quota_t.tolist() == [[25.0], [0.0]]
    assert found.covers[0, 0].tolist() == [False, True, True, True]
    assert found.by_hubs.tolist() == [[True], [False]]


def test_a_quota_on_a_destination_covers_its_makers_and_users_and_no_way_round() -> None:
    found = abroad_quotas([quota((5,), 25.0)], REFINED, SELLERS, BUYERS, USUAL)
    assert found.covers[0, 0].tolist() == [False, True, False, True]
    assert not found.by_hubs.any()


def test_the_rest_of_the_round_has_usual_trade() -> None:
    found = abroad_quotas([quota((5,), 5.0, share=0.25)], REFINED, SELLERS, BUYERS, USUAL)
    assert found.quota_t[0, 0] == 5.0 + 0.75 * 40.0


def test_one_after_the_other_they_add_up_and_at_once_the_tighter_counts() -> None:
    halves = [quota((5,), 10.0, share=0.5), quota((5,), 4.0, share=0.5)]
    found = abroad_quotas(halves, REFINED, SELLERS, BUYERS, USUAL)
    assert found.quota_t.tolist() == [[14.0], [0.0]]
    both = [quota((5,), 20.0), quota((5,), 8.0)]
    assert abroad_quotas(both, REFINED, SELLERS, BUYERS, USUAL).quota_t.tolist() == [[8.0], [0.0]]


def test_a_quota_of_another_stage_or_of_who_does_not_sell_is_none() -> None:
    others = [quota(None, 1.0, stage=0), quota(None, 1.0, exporter=9)]
    found = abroad_quotas(others, REFINED, SELLERS, BUYERS, USUAL)
    assert found.seller.shape == (2, 0)


def test_sales_and_export_quotas_stand_side_by_side() -> None:
    ceilings = np.array([[np.inf, 50.0, np.inf], [np.inf, np.inf, np.inf]])
    both = joined(
        sales_quotas(ceilings, 4), abroad_quotas([quota(None, 25.0)], REFINED, SELLERS, BUYERS, USUAL)
    )
    assert both.seller.tolist() == [[1, 0], [-1, -1]]
    assert both.covers[0].sum(axis=1).tolist() == [4, 3]
    assert both.by_hubs.tolist() == [[True, True], [False, False]]


def customs(*importers: int, allowed: float = 60.0, share: float = 1.0, above: float = 0.3) -> TariffQuota:
    return TariffQuota(0, REFINED, (4, 7), importers, allowed, share, above)


def test_a_tariff_quota_is_shared_out_by_usual_trade() -> None:
    quota_t, above = import_quotas([customs(5)], REFINED, SELLERS, BUYERS, USUAL)
    np.testing.assert_allclose(quota_t[0, 0], [np.inf, 30.0, np.inf, 10.0])
    np.testing.assert_allclose(quota_t[0, 1], [np.inf, 20.0, np.inf, LEAST_QUOTA_T])
    assert np.isinf(quota_t[1]).all()
    assert (above[np.isfinite(quota_t)] == 0.3).all()
    assert np.isinf(above[np.isinf(quota_t)]).all()


def test_where_nobody_has_sold_all_lanes_get_the_same() -> None:
    quota_t, _ = import_quotas([customs(5)], REFINED, SELLERS, BUYERS, np.zeros_like(USUAL))
    np.testing.assert_allclose(quota_t[0, :2][:, [1, 3]], 15.0)


def test_a_tariff_quota_of_a_part_of_the_round_leaves_usual_trade_for_the_rest() -> None:
    half = customs(5, allowed=6.0, share=0.5)
    quota_t, _ = import_quotas([half], REFINED, SELLERS, BUYERS, USUAL)
    assert quota_t[0][np.isfinite(quota_t[0])].sum() == pytest.approx(6.0 + 0.5 * 60.0)
