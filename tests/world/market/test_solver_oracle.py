"""The kernel against the reference solver and against a linear programme, on random worlds."""

from dataclasses import replace
from functools import cache
from math import log

import numpy as np
import pytest
from bridge import KernelStage, books_at, chain_of, kernel_stages, reference_price_usd_t, tonnes_needed_t
from chain_equations import Books, used_t
from chain_programme import frozen, solve_programme
from chain_records import Chain
from chain_solver import solve
from small_markets import make_lanes, make_market

from benchmarks.random_markets import EVERYTHING, Setting, random_market
from world.market.arrays import Market
from world.market.clearing import Clearing
from world.market.solver import clear_market

SMALL = Setting(rows=20, sellers=(3, 3), users=(0, 4), idle=0.0, backstop=(3.0, 12.0))
CHAIN = replace(SMALL, rows=12, sellers=(3, 3, 3), users=(0, 2, 4), tranches=2)
WORLDS = {
    "ordinary": SMALL,
    "bans": replace(SMALL, closed=(0.0, 0.6)),
    "levies": replace(SMALL, levied=0.8),
    "quotas": replace(SMALL, capped=0.4),
    "hubs": replace(SMALL, routes=2, capped=0.1, closed=(0.0, 0.4)),
    "chain of three": CHAIN,
    "export desks": replace(CHAIN, desks=1),
    "unrecorded exports": replace(CHAIN, desks=1, unrecorded=1.0),
    "tariff quotas": replace(SMALL, capped=0.5, over_quota=0.7),
    "guaranteed": replace(CHAIN, guaranteed=0.4),
    "few exporters": replace(CHAIN, desks=1, asked=0.7, unrecorded=0.5),
    "everything": replace(EVERYTHING, rows=30, sellers=(3, 3), users=(0, 4), desks=1, idle=0.0),
}


@cache
def cleared(kind: str) -> tuple[Market, Clearing]:
    market = random_market(np.random.default_rng(11), WORLDS[kind])[0]
    return market, clear_market(market)


def pairs(kind: str) -> list[tuple[Chain, tuple[KernelStage, ...], float, float]]:
    """Every row as a chain with what the kernel found, and the sizes of tonnes and prices in it."""
    market, clearing = cleared(kind)
    return [
        (
            chain_of(market, row),
            kernel_stages(clearing, market, row),
            tonnes_needed_t(market, row),
            reference_price_usd_t(market, row),
        )
        for row in range(market.size)
    ]


@pytest.mark.parametrize("kind", WORLDS)
def test_prices_balance_the_reference_equations(kind: str) -> None:
    for chain, stages, tonnes, _ in pairs(kind):
        books = books_at(stages, chain)
        off = [abs(books.supply_t(key) - books.demand_t(key)) for key in books.prices]
        assert max(off) <= 1e-9 * tonnes
        assert all(left >= -1e-9 * tonnes for left in books.slack_t.values())


@pytest.mark.parametrize("kind", WORLDS)
def test_the_reference_finds_the_same_market(kind: str) -> None:
    """From a start of its own: prices, flows, orders, use, levies and rents."""
    for chain, stages, tonnes, price in pairs(kind):
        books = solve(chain)
        for level, (kernel, book) in enumerate(zip(stages, books.stages, strict=True)):
            assert book.flow_t == pytest.approx(kernel.flow_t, abs=1e-8 * tonnes)
            traded = np.array(book.flow_t) > 1e-6 * tonnes
            for name in ("levy_usd_t", "rent_usd_t"):
                ours, theirs = getattr(kernel, name)[traded], np.array(getattr(book, name))[traded]
                assert ours == pytest.approx(theirs, abs=1e-7 * price)
            check_buyers(books, chain, level, kernel, (tonnes, price))
        for (level, place), own in books.prices.items():
            if books.sold_t[level, place] > 1e-4 * tonnes:
                assert stages[level].price_usd_t[place] == pytest.approx(own, abs=1e-7 * price)
        for (level, desk), premium in books.premia.items():
            assert stages[level].premium_usd_t[desk] == pytest.approx(premium, abs=1e-7 * price)


def without_ore_backstop(market: Market) -> Market:
    """Makers cannot do without ore: what a linear programme can say."""
    ore, *rest = market.stages
    none = np.full_like(ore.lanes.backstop_log_weight, -np.inf)
    still = replace(
        ore.stocks,
        buy_share=np.zeros_like(ore.stocks.buy_share),
        draw_share=np.zeros_like(ore.stocks.buy_share),
    )
    return Market((replace(ore, lanes=replace(ore.lanes, backstop_log_weight=none), stocks=still), *rest))


def check_buyers(
    books: Books, chain: Chain, level: int, kernel: KernelStage, size: tuple[float, float]
) -> None:
    tonnes, price = size
    for place, (who, purchase) in enumerate(
        zip(chain.buyers(level), books.stages[level].purchases, strict=True)
    ):
        assert purchase.ordered_t == pytest.approx(kernel.ordered_t[place], abs=1e-8 * tonnes)
        if purchase.ordered_t > 1e-6 * tonnes:
            assert used_t(who, purchase) == pytest.approx(kernel.used_t[place], abs=1e-8 * tonnes)
            assert purchase.index_usd_t == pytest.approx(kernel.index_usd_t[place], abs=1e-7 * price)


@pytest.mark.parametrize("kind", ["ordinary", "levies", "quotas", "hubs"])
def test_the_market_is_of_least_cost_at_its_own_charges(kind: str) -> None:
    """With wedges and taste frozen at what the kernel found a linear programme has its prices, to a step."""
    market = random_market(np.random.default_rng(13), replace(WORLDS[kind], rows=6))[0]
    market = without_ore_backstop(market)
    clearing = clear_market(market)
    for row in range(market.size):
        chain, stages = chain_of(market, row), kernel_stages(clearing, market, row)
        books = books_at(stages, chain)
        found = [*books.prices.values(), *np.concatenate([stage.index_usd_t for stage in stages])]
        reach = 0.2 * (max(found) - min(found))
        grid = np.linspace(min(found) - reach, max(found) + reach, 601)
        programme = solve_programme(frozen(chain, books), grid)
        for key, price in programme.prices.items():
            if books.sold_t[key] > 1e-6 * tonnes_needed_t(market, row):
                assert price == pytest.approx(books.prices[key], abs=grid[1] - grid[0])
        for (level, buyer), index in programme.indices.items():
            if stages[level].ordered_t[buyer] > 1e-6 * tonnes_needed_t(market, row):
                assert index == pytest.approx(stages[level].index_usd_t[buyer], abs=grid[1] - grid[0])


SPREADS = (0.1, 0.2)  # of ore and refined buyers, before cooling
COUNTS = (3, 3, 4)


def specific_market(seed: int, coldness: float) -> Market:
    """Freight only, equal weights: a market that has a linear programme as its limit."""
    rng, (mines, plants, users) = np.random.default_rng(seed), COUNTS
    return make_market(
        make_lanes(
            mines, plants, charge=rng.uniform(0, 0.3, (mines, plants)), weight=1 / mines,
            spread=SPREADS[0] * coldness,
        ),
        make_lanes(
            plants, users, charge=rng.uniform(0, 0.5, (plants, users)), weight=1 / plants,
            spread=SPREADS[1] * coldness,
        ),
        recovery=0.9,
        ore_capacity_t=rng.uniform(0.3, 1.0, mines), ore_cost_usd_t=rng.uniform(0.4, 1.0, mines),
        ore_slope_usd_t=rng.uniform(0.05, 0.15, mines),
        refining_capacity_t=rng.uniform(0.3, 1.0, plants), refining_cost_usd_t=rng.uniform(0.3, 0.7, plants),
        refining_slope_usd_t=rng.uniform(0.1, 0.2, plants),
        need_need_t=rng.uniform(0.2, 0.5, users), need_price_usd_t=2.0,
        need_elasticity=rng.uniform(0.2, 0.6, users),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_without_taste_for_variety_prices_are_those_of_the_linear_programme(seed: int) -> None:
    """The index lies within mu ln n of the cheapest offer, by stage. What others pay may move the other way,
    so prices lie within twice the sum over stages, and a step of the grid."""
    grid = np.linspace(0.0, 8.0, 2001)
    programme = solve_programme(chain_of(specific_market(seed, 1.0), 0), grid)
    step, off = grid[1] - grid[0], []
    for coldness in (1.0, 0.3, 0.1, 0.03, 0.01, 0.001):
        clearing = clear_market(specific_market(seed, coldness))
        index = np.concatenate([stage.index_usd_t[0] for stage in clearing.stages])
        off.append(float(np.abs(index - list(programme.indices.values())).max()))
        bound = coldness * (SPREADS[0] * log(COUNTS[0]) / 0.9 + SPREADS[1] * log(COUNTS[1]))
        assert off[-1] <= 2.0 * bound + step
    assert off[-1] <= step
    assert off[-2] <= 0.2 * off[0]
