"""The kernel against the naive market and scipy, on random worlds."""

from dataclasses import replace

import numpy as np
import pytest
from market_worlds import Setting, random_market
from naive_market import NaiveMarket

from world.market.solver import clear_market

SMALL = Setting(rows=20, ore_sellers=3, refined_sellers=3, users=4, idle=0.0, backstop=(3.0, 12.0))
WORLDS = {
    "ordinary": SMALL,
    "bans": replace(SMALL, closed=(0.0, 0.6)),
    "levies": replace(SMALL, levied=0.8),
    "quotas": replace(SMALL, capped=0.4),
    "hubs": replace(SMALL, routes=2, capped=0.1, closed=(0.0, 0.4)),
}


@pytest.mark.parametrize("kind", WORLDS)
def test_prices_balance_the_naive_equations(kind: str) -> None:
    market, _, _ = random_market(np.random.default_rng(11), WORLDS[kind])
    clearing = clear_market(market)
    for row in range(market.size):
        prices = np.concatenate([clearing.ore_price_usd_t[row], clearing.refined_price_usd_t[row]])
        balance = NaiveMarket(market, row).imbalance(prices)
        # free disposal, at most 1e-9 of capacity at a positive price, is not in the naive equations
        disposal = np.concatenate([clearing.ore_disposal_t[row], clearing.refined_disposal_t[row]])
        assert np.abs(balance - disposal).max() <= 1e-9 * market.need_t[row].sum()


@pytest.mark.parametrize("kind", WORLDS)
def test_scipy_finds_the_same_prices(kind: str) -> None:
    """From five per cent away, where its method arrives; it must do so in most worlds to mean anything."""
    market, _, _ = random_market(np.random.default_rng(12), WORLDS[kind])
    clearing = clear_market(market)
    arrived = 0
    for row in range(market.size):
        ours = np.concatenate([clearing.ore_price_usd_t[row], clearing.refined_price_usd_t[row]])
        theirs = NaiveMarket(market, row).solve(ours * 1.05)
        if theirs is not None:
            arrived += 1
            scale = float(market.need_price_usd_t[row].mean())
            sold = np.concatenate(
                [clearing.ore_flow_t[row].sum((0, 2)), clearing.refined_flow_t[row].sum((0, 2))]
            )
            trading = sold > 1e-6 * market.need_t[row].sum()
            assert np.abs(ours - theirs)[trading].max() <= 1e-5 * scale
    assert arrived >= 0.5 * market.size
