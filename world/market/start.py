"""Where to begin without a similar market: the prices of a world without distance.

The good of every stage is one good with one price. At a price of the last good, the price of the one before
is
that at which its sellers sell what makers and users take, and so on down to the first; the price of the last
good is the one at which what is made is what is needed. Nested bisections; a few digits are enough.
"""

from __future__ import annotations

import numpy as np

from world.market.arrays import Market, Prices, Stage
from world.market.curves import logistic
from world.market.need import throughput_t, use_of_users, users_of
from world.market.rows import Floats
from world.market.supply import output_t, reference_price_usd_t

# Price of the last good looked for, in reference prices.
LOWEST, HIGHEST = 0.05, 300.0
# Up to this one the reference price itself is the better start: habits and freight matter more than scarcity.
SCARCE = 2.0
LAST_HALVINGS, OTHER_HALVINGS = 13, 9


def unknowns_of(market: Market, prices: Prices) -> Floats:
    """The vector of unknowns (M, n) of these prices; premiums start at zero where the desks are others."""
    premiums = [
        given if given.shape == stage.desks.quota_t.shape else np.zeros_like(stage.desks.quota_t)
        for given, stage in zip(prices.premium_usd_t, market.stages, strict=True)
    ]
    return np.concatenate([*prices.price_usd_t, *premiums], 1).astype(np.float64)


def starting_prices(market: Market) -> Prices:
    """A cold start: one price a good."""
    reference = reference_price_usd_t(market)
    low, high = LOWEST * reference, HIGHEST * reference
    for _ in range(LAST_HALVINGS):
        middle = np.sqrt(low * high)
        scarce = _excess_t(market.stages, middle)[0] < 0
        low, high = np.where(scarce, middle, low), np.where(scarce, high, middle)
    last = np.where(high > SCARCE * reference, np.sqrt(low * high), reference)
    prices = _excess_t(market.stages, last)[1]
    return Prices(
        tuple(np.repeat(price, stage.sellers, 1) for price, stage in zip(prices, market.stages, strict=True)),
        tuple(np.zeros_like(stage.desks.quota_t) for stage in market.stages),
    )


def _excess_t(stages: tuple[Stage, ...], price: Floats) -> tuple[Floats, list[Floats]]:
    """Supply of the last good less its users' need at its ``price`` (M, 1), with the prices of the goods
    before that go with it, first to last."""
    last = stages[-1]
    supply = output_t(last.own, np.repeat(price, last.sellers, 1)).sum((1, 2))[:, None]
    supply = supply + last.feed_t.sum(1, keepdims=True)
    prices: list[Floats] = []
    if len(stages) > 1:
        made, prices = _made_t(stages, price)
        supply = supply + made
    return supply - _needed_t(last, price), [*prices, price]


def _made_t(stages: tuple[Stage, ...], price: Floats) -> tuple[Floats, list[Floats]]:
    """What is made of the good before at this price of the last, (M, 1), and the prices before."""
    last, before = stages[-1], stages[:-1]
    low, high = np.zeros_like(price), last.recovery[:, None] * price
    for _ in range(OTHER_HALVINGS):
        middle = 0.5 * (low + high)
        scarce = _excess_t(before, middle)[0] < _taken_t(last, price, middle)
        low, high = np.where(scarce, middle, low), np.where(scarce, high, middle)
    middle = 0.5 * (low + high)
    excess, prices = _excess_t(before, middle)
    taken = np.minimum(_taken_t(last, price, middle), np.maximum(excess, 0.0))
    return last.recovery[:, None] * taken, prices


def _taken_t(stage: Stage, price: Floats, before: Floats) -> Floats:
    """What the makers of a good take of the good before, at both prices, (M, 1)."""
    own, index = np.repeat(price, stage.sellers, 1), np.repeat(before, stage.sellers, 1)
    return np.asarray(throughput_t(stage.making, stage.recovery, own, index).sum((1, 2)))[:, None]


def _needed_t(stage: Stage, price: Floats) -> Floats:
    """What users do not do without at this price, (M, 1)."""
    count, lanes = stage.makers_next, stage.lanes
    spread = lanes.spread_usd_t[:, count:]
    if not spread.shape[1]:
        return np.zeros_like(price)
    users = users_of(stage.needs, spread)
    need = np.exp(use_of_users(users, price)[0])
    safe = np.where(stage.needs.need_t > 0, spread, 1.0)
    tiers = (
        lanes.backstop_log_weight[..., count:]
        + (price[..., None] - lanes.backstop_usd_t[..., count:]) / safe[:, None, :]
    )
    without = logistic(tiers.max(1))
    return np.asarray((need * (1.0 - without)).sum(1, keepdims=True))
