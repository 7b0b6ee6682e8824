"""The accounts: identities in random worlds, and hand-made cases."""

import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

sys.path.insert(0, str(Path(__file__).parent / "market"))

from market_worlds import EVERYTHING, Setting, random_market
from small_markets import make_lanes, without_ore

from world.market.arrays import Clearing, Floats, Market
from world.market.charges import LaneCharges, compose_lanes
from world.market.need import need_t, users_of
from world.market.solver import clear_market
from world.welfare import CAP_RELATIVE_PRICE, Accounts, StageAccounts, account, consumer_surplus_usd

SETTINGS = {
    "ordinary": Setting(rows=30),
    "quotas and hubs": Setting(rows=30, capped=0.3, routes=2),
    "everything": replace(EVERYTHING, rows=15, routes=2),
}


def total(values: Floats) -> Floats:
    return np.asarray(values.reshape(len(values), -1).sum(1))


def settled(name: str) -> tuple[Market, Clearing, Accounts]:
    market, ore_charges, charges = random_market(np.random.default_rng(21), SETTINGS[name])
    clearing = clear_market(market)
    return market, clearing, account(market, clearing, ore_charges, charges)


def stages(clearing: Clearing, accounts: Accounts) -> list[tuple[StageAccounts, Floats, Floats, Floats]]:
    """Accounts, payments per lane, index and order of both stages."""
    ore = clearing.ore_flow_t * (clearing.ore_landed_usd_t + clearing.ore_rent_usd_t)
    refined = clearing.refined_flow_t * (clearing.refined_landed_usd_t + clearing.refined_rent_usd_t)
    return [
        (accounts.ore, ore, clearing.ore_index_usd_t, clearing.throughput_t),
        (accounts.refined, refined, clearing.refined_index_usd_t, clearing.purchases_t),
    ]


def transfers(stage: StageAccounts) -> Floats:
    parts = (stage.export_tax_usd, stage.duty_usd, stage.levy_usd, stage.rent_usd, stage.hub_margin_usd)
    return np.asarray(sum(total(part) for part in parts))


@pytest.mark.parametrize("name", SETTINGS)
def test_money_paid_is_money_received(name: str) -> None:
    _, clearing, accounts = settled(name)
    for stage, paid, _, _ in stages(clearing, accounts):
        received = (
            transfers(stage) + total(stage.sales_usd) + total(stage.freight_usd) + total(stage.other_usd)
        )
        assert (np.abs(total(paid) - received) <= 1e-9 * total(np.abs(paid))).all()


@pytest.mark.parametrize("name", SETTINGS)
def test_index_times_order_is_all_a_buyer_bears(name: str) -> None:
    _, clearing, accounts = settled(name)
    for stage, paid, index, order in stages(clearing, accounts):
        borne = paid.sum((1, 2)) + stage.backstop_usd + stage.switching_usd
        scale = np.abs(index * order) + 1e-9 * total(np.abs(paid))[:, None]
        assert (np.abs(borne - index * order) <= 1e-9 * scale + 1e-300).all()


@pytest.mark.parametrize("name", SETTINGS)
def test_gains_are_value_less_real_cost(name: str) -> None:
    _, clearing, accounts = settled(name)
    gains = sum(
        total(part)
        for part in (
            accounts.consumer_surplus_usd,
            accounts.ore_profit_usd,
            accounts.ore_feed_usd,
            accounts.refining_profit_usd,
            accounts.refined_feed_usd,
        )
    )
    value = total(accounts.use_value_usd) + total(accounts.stock_value_usd)
    cost = total(accounts.mining_cost_usd) + total(accounts.refining_cost_usd)
    for stage, _, _, _ in stages(clearing, accounts):
        gains = gains + transfers(stage)
        for part in (stage.freight_usd, stage.other_usd, stage.backstop_usd, stage.switching_usd):
            cost = cost + total(part)
    scale = np.abs(total(accounts.use_value_usd)) + total(accounts.mining_cost_usd)
    assert (np.abs(gains - (value - cost)) <= 1e-9 * scale).all()


@pytest.mark.parametrize("elasticity", [0.0, 0.05, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("index", [-10.0, 1.0, 40.0, 900.0])
def test_surplus_is_the_integral_of_the_need(elasticity: float, index: float) -> None:
    market = without_ore(
        make_lanes(1, 1, spread=2.0), need_t=7.0, need_price_usd_t=30.0, need_elasticity=elasticity
    )

    def need(price: float) -> float:
        return float(need_t(users_of(market), np.array([[price]]))[0, 0])

    kink = max(1.5, 1.5 * elasticity * 2.0)
    ends = sorted([index, 30.0 * CAP_RELATIVE_PRICE])
    expected = quad(
        need, *ends, points=[kink] if ends[0] < kink < ends[1] else None, epsabs=1e-10, limit=200
    )[0]
    expected *= 1 if index < ends[1] else -1
    assert consumer_surplus_usd(market, np.array([[index]]))[0, 0] == pytest.approx(expected, rel=1e-7)


def one_lane(
    tariff: float = 0.0, tax_usd_t: float = 0.0, floor: float = -np.inf
) -> tuple[Clearing, Accounts]:
    """One seller, one buyer, freight 3."""
    one, none = np.ones((1, 1, 1, 1)), np.zeros((1, 1, 1, 1))
    charges = LaneCharges(tariff * one, none, tax_usd_t * one, 3.0 * one, none, none)
    market = without_ore(
        make_lanes(1, 1, spread=0.5),
        primary_capacity_t=80.0, primary_cost_usd_t=18.0, primary_slope_usd_t=3.0,
        need_t=60.0, need_price_usd_t=25.0, need_elasticity=0.5,
    )  # fmt: skip
    passed = {item.name: getattr(market.refined_lanes, item.name) for item in fields(market.refined_lanes)}
    del passed["price_factor"], passed["charge_usd_t"]
    market = replace(market, refined_lanes=compose_lanes(charges, **{**passed, "floor_usd_t": floor * one}))
    clearing = clear_market(market)
    return clearing, account(market, clearing, LaneCharges(*([none] * 6)), charges)


def test_tariff_is_levied_on_the_cif_value() -> None:
    clearing, accounts = one_lane(tariff=0.2)
    tonnes, price = clearing.refined_flow_t.sum(), clearing.refined_price_usd_t[0, 0]
    assert accounts.refined.duty_usd[0, 0] == pytest.approx(0.2 * (price + 3.0) * tonnes, rel=1e-12)


def test_export_tax_at_the_gap_takes_the_whole_levy() -> None:
    levied, before = one_lane(floor=30.0)
    gap = float(levied.refined_levy_usd_t.sum())
    _, after = one_lane(floor=30.0, tax_usd_t=gap)
    assert before.refined.levy_usd.sum() > 0
    assert after.refined.levy_usd.sum() == pytest.approx(0.0, abs=1e-5)
    assert after.refined.export_tax_usd.sum() == pytest.approx(before.refined.levy_usd.sum(), rel=1e-7)
    assert after.refining_profit_usd.sum() == pytest.approx(before.refining_profit_usd.sum(), rel=1e-6)


def test_small_tariff_costs_the_triangle() -> None:
    """The first tax costs half the tax times the trade lost (Harberger), to third order."""

    def welfare(tax: float) -> tuple[float, float]:
        clearing, accounts = one_lane(tax_usd_t=tax)
        parts = (accounts.consumer_surplus_usd, accounts.refining_profit_usd, accounts.refined.export_tax_usd)
        return float(sum(part.sum() for part in parts)), float(clearing.refined_flow_t.sum())

    free, traded = welfare(0.0)
    for tax in (0.4, 0.2):
        taxed, less = welfare(tax)
        assert taxed - free == pytest.approx(0.5 * tax * (less - traded), rel=0.1 * tax)
