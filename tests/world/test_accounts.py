"""Who gained what, country by country: on a real round, every dollar has an owner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import bind, make_world, measure, play

from world.accounts import (
    ACCOUNTS,
    EXPORT_TAX,
    HUB_MARGIN,
    LEVY,
    MINERS,
    QUOTA_RENT,
    REFINERS,
    TARIFF,
    USERS,
    CountryAccounts,
    country_accounts,
)
from world.cleared_market import Cleared
from world.market.charges import LaneMoney, divide_payment
from world.model import TradeWorld
from world.round import happen, trade

LICENCE = measure("licence", "CHN", "2026-Q1", targets=("JPN", "DEU"), stages=("refined",), size=0.3)
TAX = measure("export_tax", "MYS", "2026-Q1", size=0.1)
DUTY = measure("tariff", "USA", "2026-Q1", targets=("CHN",), size=0.5)


@pytest.fixture(scope="module")
def world() -> TradeWorld:
    """A quarter with a floor, a licence, an export tax and a duty, just before its market clears."""
    settings = {"zone__text_quarters": [0, 0], "accession__strategy": "fixed", "reserve__exists": False}
    made = make_world(
        "zone_floor",
        minerals=["ndpr", "cobalt"],
        rounds=8,
        zone__standings={"JPN": "join"},
        measures=[LICENCE, TAX, DUTY],
        **settings,
    )
    play(made, 4)
    bind(made, ["JPN"])
    play(made, 6)
    happen(made)
    return made


@pytest.fixture(scope="module")
def cleared(world: TradeWorld) -> Cleared:
    return trade(world)


def book(world: TradeWorld, cleared: Cleared, capture: float = 0.0) -> CountryAccounts:
    hub = [border.hub for border in cleared.setting.borders]
    axes = world.base.axes
    captured = np.full(len(world.economy.final_use), capture)
    return country_accounts(
        cleared.priced, cleared.clearing, axes, world.economy.final_use, hub, captured, world.dominant
    )


def shares(cleared: Cleared) -> list[LaneMoney]:
    """Who gets what of each tonne, stage by stage."""
    return [
        divide_payment(
            charges,
            stage.lanes,
            done.price_usd_t[:, None, :, None],
            done.asked_usd_t,
            done.rent_usd_t,
            done.flow_t,
        )
        for charges, stage, done in zip(
            cleared.priced.charges, cleared.priced.market.stages, cleared.clearing.stages, strict=True
        )
    ]


def test_accounts_have_names() -> None:
    assert [ACCOUNTS[place] for place in (USERS, MINERS, REFINERS, TARIFF)] == [
        "user_surplus",
        "miner_profit",
        "refiner_profit",
        "tariff",
    ]
    assert [ACCOUNTS[place] for place in (LEVY, EXPORT_TAX, QUOTA_RENT, HUB_MARGIN)] == [
        "levy",
        "export_tax",
        "quota_rent",
        "hub_margin",
    ]


def test_countries_add_up_to_the_world(cleared: Cleared) -> None:
    np.testing.assert_allclose(cleared.accounts.usd.sum(axis=(1, 2)), cleared.accounts.world_usd, rtol=1e-9)


def test_every_kind_of_revenue_goes_where_it_belongs(world: TradeWorld, cleared: Cleared) -> None:
    usd = cleared.accounts.usd.sum(axis=0)
    axes = world.base.axes
    assert set(np.flatnonzero(usd[LEVY])) <= {axes.country("JPN"), axes.country("USA")}
    assert usd[LEVY, axes.country("JPN")] > 0.0
    assert set(np.flatnonzero(usd[EXPORT_TAX])) == {axes.country("MYS")}
    assert set(np.flatnonzero(usd[QUOTA_RENT] > 0.0)) == {axes.country("CHN")}
    hubs = set(np.flatnonzero(usd[HUB_MARGIN]))
    assert hubs
    assert not hubs & {axes.country("CHN"), axes.country("USA")}
    assert usd[TARIFF, axes.country("USA")] > 0.0
    for account in (TARIFF, LEVY, EXPORT_TAX, QUOTA_RENT, HUB_MARGIN):
        # to rounding: where all goods leave unrecorded a quota's holder keeps the difference of equal sums
        assert (usd[account] >= -1e-12 * usd[account].max()).all(), ACCOUNTS[account]


def test_revenue_is_the_rate_times_the_flow(world: TradeWorld, cleared: Cleared) -> None:
    axes, paid, rent = world.base.axes, 0.0, 0.0
    for stage, shared in enumerate(shares(cleared)):
        flow = cleared.clearing.stages[stage].flow_t
        at_home = (axes.buyers(stage) == axes.country("JPN"))[:, None, None, :]
        paid += np.where(at_home, shared.levy_usd_t * flow, 0.0).sum()
        rent += (shared.above_usd_t * flow).sum() + (shared.holder_usd_t * flow)[:, 0].sum()
    assert paid == pytest.approx(cleared.accounts.usd[:, LEVY, axes.country("JPN")].sum(), rel=1e-9)
    assert rent == pytest.approx(cleared.accounts.usd[:, QUOTA_RENT].sum(), rel=1e-9)


def test_the_surplus_passed_down_is_the_surplus_of_first_users(cleared: Cleared) -> None:
    np.testing.assert_allclose(
        cleared.accounts.final_surplus_usd.sum(axis=1), cleared.accounts.usd[:, USERS].sum(axis=1), rtol=1e-9
    )


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_stakes_split_the_users_share_and_keep_the_total(cleared: Cleared, weight: float) -> None:
    rows = len(cleared.accounts.usd)
    stake = cleared.accounts.stake_usd(np.full(rows, weight))
    np.testing.assert_allclose(stake.sum(axis=1), cleared.accounts.world_usd, rtol=1e-9)
    if weight == 1.0:
        np.testing.assert_allclose(stake, cleared.accounts.usd.sum(axis=1), rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_capture_moves_the_levy_on_its_goods_to_the_dominant_refiner(
    world: TradeWorld, cleared: Cleared, share: float
) -> None:
    left, taken = book(world, cleared), book(world, cleared, share)
    paid = 0.0
    for stage, shared in enumerate(shares(cleared)):
        mine = (world.base.axes.sellers(stage) == world.dominant)[:, None, :, None]
        paid += np.where(mine, shared.levy_usd_t * cleared.clearing.stages[stage].flow_t, 0.0).sum()
    gained = (taken.usd - left.usd)[:, EXPORT_TAX, world.dominant].sum()
    assert gained == pytest.approx(share * paid, rel=1e-9)
    assert gained > 0.0
    np.testing.assert_allclose(taken.usd.sum(axis=(1, 2)), left.usd.sum(axis=(1, 2)), rtol=1e-12)
    if share == 1.0:
        assert (taken.usd[:, LEVY] >= -1e-3).all()


def test_rows_may_be_taken_in_any_order(world: TradeWorld, cleared: Cleared) -> None:
    order = np.array([1, 0])
    part = cleared.setting.rows(order, is_later=False)
    turned = country_accounts(
        replace(
            cleared.priced,
            market=cleared.priced.market.take(order),
            charges=tuple(charges.take(order) for charges in cleared.priced.charges),
        ),
        cleared.clearing.take(order),
        part.axes,
        part.final_use,
        [border.hub for border in part.borders],
        np.zeros(len(order)),
        world.dominant,
    )
    np.testing.assert_array_equal(turned.usd[order], book(world, cleared).usd)
