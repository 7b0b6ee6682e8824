"""The accounts: identities in random worlds, and hand-made cases."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

sys.path.insert(0, str(Path(__file__).parent / "market"))

from small_markets import lanes_of, make_lanes, plain_charges, without_ore

from benchmarks.random_markets import EVERYTHING, Setting, random_market
from world.market import surplus as arrays
from world.market.arrays import Market
from world.market.clearing import Clearing
from world.market.compiled import surplus as loops
from world.market.need import use_of_users, users_of
from world.market.rows import Floats
from world.market.solver import clear_market
from world.welfare import StageAccounts, account, consumer_surplus_usd

SETTINGS = {
    "ordinary": Setting(rows=30),
    "quotas and hubs": Setting(rows=30, capped=0.3, routes=2),
    "three stages": Setting(rows=20, sellers=(4, 5, 4), users=(0, 3, 6), tranches=3, desks=2, contracts=0.6),
    "everything": replace(EVERYTHING, rows=15, routes=2),
}


def total(values: Floats) -> Floats:
    return np.asarray(values.reshape(len(values), -1).sum(1))


def settled(name: str) -> tuple[Market, Clearing, tuple[StageAccounts, ...]]:
    market, charges = random_market(np.random.default_rng(21), SETTINGS[name])
    clearing = clear_market(market)
    return market, clearing, account(market, clearing, charges)


def revenues(book: StageAccounts) -> Floats:
    """What neither producers at gate prices nor carriers get."""
    parts = (
        book.premium_usd,
        book.export_tax_usd,
        book.duty_usd,
        book.levy_usd,
        book.fine_usd,
        book.holder_usd,
        book.hub_margin_usd,
    )
    return np.asarray(sum(total(part) for part in parts))


@pytest.mark.parametrize("name", SETTINGS)
def test_money_paid_is_money_received(name: str) -> None:
    _, clearing, books = settled(name)
    for stage, book in zip(clearing.stages, books, strict=True):
        paid = stage.flow_t * (stage.landed_usd_t + stage.rent_usd_t)
        sales = stage.flow_t * stage.price_usd_t[:, None, :, None]
        received = revenues(book) + total(sales) + total(book.freight_usd) + total(book.other_usd)
        assert (np.abs(total(paid) - received) <= 1e-9 * total(np.abs(paid))).all()


@pytest.mark.parametrize("name", SETTINGS)
def test_index_times_order_is_all_a_buyer_bears(name: str) -> None:
    _, clearing, books = settled(name)
    for stage, book in zip(clearing.stages, books, strict=True):
        paid = stage.flow_t * (stage.landed_usd_t + stage.rent_usd_t)
        borne = paid.sum((1, 2)) + book.backstop_usd + book.switching_usd
        worth = stage.index_usd_t * stage.ordered_t
        scale = np.abs(worth) + 1e-9 * total(np.abs(paid))[:, None]
        assert (np.abs(borne - worth) <= 1e-9 * scale + 1e-300).all()


@pytest.mark.parametrize("name", SETTINGS)
def test_gains_are_value_less_real_cost(name: str) -> None:
    """What surpluses, profits and revenues add up to over the chain, public support taken off."""
    _, _, books = settled(name)
    gains = sum(
        total(book.surplus_usd) + total(book.profit_usd) + total(book.feed_usd) - total(book.support_usd)
        + revenues(book)
        for book in books
    )  # fmt: skip
    value = sum(book.real_value_usd() for book in books)
    scale = sum(total(np.abs(book.use_value_usd)) + total(np.abs(book.cost_usd)) for book in books)
    assert (np.abs(gains - value) <= 1e-9 * scale).all()


@pytest.mark.parametrize("elasticity", [0.0, 0.05, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("index", [-10.0, 1.0, 40.0, 900.0])
@pytest.mark.parametrize("dear", [90.0, np.inf])
@pytest.mark.parametrize("second", [0.0, 0.1, 0.5, 5.0])
def test_surplus_is_the_integral_of_the_need(
    elasticity: float, index: float, dear: float, second: float
) -> None:
    market = without_ore(
        make_lanes(1, 1, spread=2.0),
        need_need_t=7.0, need_price_usd_t=30.0, need_elasticity=elasticity,
        need_dear_usd_t=dear, need_dear_elasticity=elasticity + 0.6,
        need_second_usd_t=38.0, need_second_full_usd_t=120.0, need_second_share=second,
    )  # fmt: skip
    users = users_of(market.stages[0].needs, market.stages[0].lanes.spread_usd_t)

    def need(price: float) -> float:
        return float(np.exp(use_of_users(users, np.array([[price]]))[0][0, 0]))

    kink = max(1.5, 1.5 * elasticity * 2.0)
    ends = sorted([index, 30.0])
    kinks = [point for point in (kink, dear, 38.0, 120.0) if ends[0] < point < ends[1]]
    expected = quad(need, *ends, points=kinks or None, epsabs=1e-10, limit=200)[0]
    expected *= 1 if index < ends[1] else -1
    stage, at = market.stages[0], np.array([[index]])
    forms = [consumer_surplus_usd(stage, at)]
    forms += [form.surplus_usd(stage.needs, stage.lanes.spread_usd_t, at) for form in (arrays, loops)]
    assert [found.item() for found in forms] == pytest.approx([expected] * 3, rel=1e-7)


def one_lane(
    tariff: float = 0.0, tax_usd_t: float = 0.0, floor: float = -np.inf
) -> tuple[Clearing, StageAccounts]:
    """One seller, one buyer, freight 3."""
    charges = plain_charges(
        (1, 1, 1, 1),
        tariff_share=tariff,
        export_tax_usd_t=tax_usd_t,
        freight_usd_t=3.0,
        levy_floor_usd_t=floor,
    )
    market = without_ore(
        lanes_of(charges, spread=0.5),
        primary_capacity_t=80.0, primary_cost_usd_t=18.0, primary_slope_usd_t=3.0,
        need_need_t=60.0, need_price_usd_t=25.0, need_elasticity=0.5,
    )  # fmt: skip
    clearing = clear_market(market)
    return clearing, account(market, clearing, [charges])[0]


def test_tariff_is_levied_on_the_cif_value() -> None:
    clearing, book = one_lane(tariff=0.2)
    tonnes, price = clearing.stages[0].flow_t.sum(), clearing.stages[0].price_usd_t[0, 0]
    assert book.duty_usd[0, 0] == pytest.approx(0.2 * (price + 3.0) * tonnes, rel=1e-12)


def test_export_tax_at_the_gap_takes_the_whole_levy() -> None:
    levied, before = one_lane(floor=30.0)
    gap = float(levied.stages[0].levy_usd_t.sum())
    _, after = one_lane(floor=30.0, tax_usd_t=gap)
    assert before.levy_usd.sum() > 0
    assert after.levy_usd.sum() == pytest.approx(0.0, abs=1e-5)
    assert after.export_tax_usd.sum() == pytest.approx(before.levy_usd.sum(), rel=1e-7)
    assert after.profit_usd.sum() == pytest.approx(before.profit_usd.sum(), rel=1e-6)


def test_small_tariff_costs_the_triangle() -> None:
    """The first tax costs half the tax times the trade lost (Harberger), to third order."""

    def welfare(tax: float) -> tuple[float, float]:
        clearing, book = one_lane(tax_usd_t=tax)
        parts = (book.surplus_usd, book.profit_usd, book.export_tax_usd)
        return float(sum(part.sum() for part in parts)), float(clearing.stages[0].flow_t.sum())

    free, traded = welfare(0.0)
    for tax in (0.4, 0.2):
        taxed, less = welfare(tax)
        assert taxed - free == pytest.approx(0.5 * tax * (less - traded), rel=0.1 * tax)
