"""Exporters who are few because an authority says who may export, on worlds of one mineral."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from small_worlds import measure, played, table

from agents.view import WhatIfControl
from world.axes import REFINED
from world.model import TradeWorld
from world.policy.measures import Measure
from world.round import happen, outlooks_of

ROUNDS = 12
WIDE_T_YEAR, NARROW_T_YEAR = 40_000.0, 1_500.0
"""Far above what the dominant refiner ships abroad of this mineral, and a third of it."""
CARTEL = {"parameters__exporters_coordination_share": 0.5, "parameters__licensed_exporters": 6.0}
CROWD = {"parameters__exporters_coordination_share": 0.0, "parameters__licensed_exporters": 60.0}
NO_WAYS = {"parameters__unrecorded_start_share": 0.0}


def world(*measures: Measure, **given: object) -> TradeWorld:
    return played(minerals=["ndpr"], rounds=ROUNDS, measures=list(measures), **NO_WAYS, **given)


def quota(size: float, **dates: object) -> Measure:
    return measure(
        "export_quota", "CHN", "2025-Q3", minerals=("ndpr",), stages=("refined",), size=size, **dates
    )


def licence(**fields: object) -> Measure:
    return measure("licence", "CHN", "2025-Q3", minerals=("ndpr",), stages=("refined",), size=0.9, **fields)


def asked_usd_t(of: TradeWorld) -> float:
    return float(of.state.markets.mark_up_usd_t[REFINED].max())


def exports_t(of: TradeWorld) -> np.ndarray:
    rows = table(of, "markets", stage="refined", country="CHN").sort_values("round")
    return rows["export_t"].to_numpy(float)


def abroad_over_home(of: TradeWorld) -> np.ndarray:
    """(round,) what Japan pays over what China does."""
    pays = {
        code: table(of, "markets", stage="refined", country=code).sort_values("round")["price_mean_usd_t"]
        for code in ("JPN", "CHN")
    }
    return pays["JPN"].to_numpy(float) / pays["CHN"].to_numpy(float)


def rent_usd(of: TradeWorld) -> np.ndarray:
    rows = table(of, "countries", country="CHN").sort_values("round")
    return rows["quota_rent_usd"].to_numpy(float)


@pytest.fixture(scope="module")
def worlds() -> dict[str, TradeWorld]:
    return {
        "free": world(),
        "wide": world(quota(WIDE_T_YEAR)),
        "cartel": world(quota(WIDE_T_YEAR), **CARTEL),
        "crowd": world(quota(WIDE_T_YEAR), **CROWD),
        "narrow": world(quota(NARROW_T_YEAR)),
        "narrow crowd": world(quota(NARROW_T_YEAR), **CROWD),
        "ended": world(quota(WIDE_T_YEAR, ends=date(2026, 7, 1))),
        "licensed": world(licence(holders="few")),
        "for all": world(licence()),
        "quota for all": world(quota(WIDE_T_YEAR, holders="anyone")),
    }


def test_where_anyone_may_export_nothing_is_asked(worlds: dict[str, TradeWorld]) -> None:
    for name in ("free", "ended"):
        assert not any(asked.any() for asked in worlds[name].state.markets.mark_up_usd_t)
    assert rent_usd(worlds["free"]).max() == 0.0


def test_a_quota_that_leaves_room_is_dear_all_the_same(worlds: dict[str, TradeWorld]) -> None:
    """Official exports stay below the quota while the price abroad is above that at home."""
    free, wide = worlds["free"], worlds["wide"]
    assert (4.0 * exports_t(wide) < 0.5 * WIDE_T_YEAR).all()
    assert abroad_over_home(wide)[-1] > 1.01 * abroad_over_home(free)[-1]
    assert exports_t(wide)[-1] < exports_t(free)[-1]
    assert rent_usd(wide)[-1] > 0.0


def test_the_fewer_and_the_closer_the_dearer(worlds: dict[str, TradeWorld]) -> None:
    crowd, wide, cartel = (asked_usd_t(worlds[name]) for name in ("crowd", "wide", "cartel"))
    assert 0.0 < crowd < wide < cartel
    ratios = [abroad_over_home(worlds[name])[-1] for name in ("crowd", "wide", "cartel")]
    assert ratios == sorted(ratios)


def test_it_comes_by_and_by(worlds: dict[str, TradeWorld]) -> None:
    """No leap in the first round, and no swings: the price abroad over that at home settles."""
    over = abroad_over_home(worlds["wide"]) / abroad_over_home(worlds["free"])
    assert over[3] - over[2] < 0.6 * (over.max() - 1.0)
    assert (np.diff(over[3:]) > -0.05).all()


def test_where_a_quota_is_worth_more_the_mark_up_changes_nothing(worlds: dict[str, TradeWorld]) -> None:
    """The rent is the larger of the two, not the sum."""
    binds = slice(2, 5)
    few, crowd = worlds["narrow"], worlds["narrow crowd"]
    assert exports_t(few)[binds] == pytest.approx(exports_t(crowd)[binds], rel=1e-6)
    assert rent_usd(few)[binds] == pytest.approx(rent_usd(crowd)[binds], rel=1e-3)


def test_a_licence_makes_a_rent_if_it_is_for_firms_on_a_list(worlds: dict[str, TradeWorld]) -> None:
    assert asked_usd_t(worlds["licensed"]) > 0.0
    assert rent_usd(worlds["licensed"])[-1] > 0.0
    for name in ("for all", "quota for all"):
        assert asked_usd_t(worlds[name]) == 0.0


def test_where_anyone_may_apply_more_is_shipped(worlds: dict[str, TradeWorld]) -> None:
    assert exports_t(worlds["for all"])[-1] > 1.01 * exports_t(worlds["licensed"])[-1]
    free = exports_t(worlds["free"])
    assert exports_t(worlds["quota for all"]) == pytest.approx(free, rel=0.01)


def test_an_authority_that_weighs_a_quota_sees_the_rent() -> None:
    """Nearly all of usual trade, so that scarcity is worth little: what few holders would ask is."""
    quota_, gains = WhatIfControl("ndpr", ("JPN", "USA", "DEU", "KOR"), 0.95, for_few=True), {}
    for name, given, question in (
        ("few", CARTEL, quota_), ("crowd", CROWD, quota_), ("anyone", CARTEL, replace(quota_, for_few=False))
    ):  # fmt: skip
        weighing = world(dominant_refiner__doctrine="leverage", **given)
        assert not any(asked.any() for asked in weighing.state.markets.mark_up_usd_t)
        happen(weighing)
        (answer,) = outlooks_of(weighing, with_later=True).answer([((weighing.dominant,), question)])
        gains[name] = answer.now.total_usd
    assert gains["few"] > max(gains["crowd"], gains["anyone"])
