"""What a plant's feed costs: today, and as those who plan plants have come to expect it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, gather, scatter
from world.calibration.base import BaseMarket
from world.industry.plant_costs import BLOCK_STAGE, MAKING
from world.market.clearing import Clearing, StageClearing
from world.state import Markets, WorldState


@dataclass(frozen=True)
class Feed:
    """(mineral, seller) price index of what a block makes its good of, nothing for who digs: today's, and
    what those who plan a plant have come to expect."""

    today_usd_t: Array
    expected_usd_t: Array


def feed_of(base: BaseMarket, state: WorldState, block: str) -> Feed:
    """The feed of a block as its producers see it."""
    today = feed_index_usd_t(base, state.clearing, block)
    return Feed(today, expected_feed_usd_t(base, state.markets, block))


def feed_index_usd_t(base: BaseMarket, cleared: Clearing | None, block: str) -> Array:
    """(mineral, seller) last price index of what a block makes its good of; that of the base year before
    any."""
    stage = BLOCK_STAGE[block]
    if block not in MAKING:
        return np.zeros(base.axes.sellers(stage).shape)
    if cleared is None:
        return base.feed_index_usd_t(block)
    width = base.axes.sellers(stage).shape[1]
    return read_index_usd_t(base, cleared.stages[stage - 1], stage - 1)[:, :width]


def expected_feed_usd_t(base: BaseMarket, markets: Markets, block: str) -> Array:
    """(mineral, seller) price index of what a block makes its good of that those who plan a plant expect: a
    mean of some years, as of the price that they believe in."""
    stage = BLOCK_STAGE[block]
    shape = base.axes.sellers(stage).shape
    if block not in MAKING:
        return np.zeros(shape)
    return np.asarray(markets.usual_index_usd_t[stage - 1][:, : shape[1]])


def read_index_usd_t(base: BaseMarket, cleared: StageClearing, stage: int) -> Array:
    """(mineral, buyer) price index of a stage's good that buyers read. Who buys none yet, for want of a
    plant, reads how far the price at home has moved since the base year, or the world's mean where nothing is
    made at home: for it the market has no index.
    """
    axes, n = base.axes, len(base.axes.countries)
    sold = cleared.flow_t.sum(axis=(1, 3))
    rise = np.where(sold > 0.0, cleared.fob_usd_t - base.price_usd_t[stage], 0.0)
    total = sold.sum(axis=1, keepdims=True)
    mean = (sold * rise).sum(axis=1, keepdims=True) / np.maximum(total, 1e-300)
    made = sold > LEAST_SALE_SHARE * total
    known = scatter(made.astype(float), axes.sellers(stage), n) > 0.0
    home = np.where(known, scatter(np.where(made, rise, 0.0), axes.sellers(stage), n), mean)
    usual = base.lanes(stage).index_usd_t
    read = np.maximum(usual + gather(home, axes.buyers(stage)), 0.0)
    return np.asarray(np.where(cleared.flow_t.sum(axis=(1, 2)) > 0.0, cleared.index_usd_t, read))


LEAST_SALE_SHARE = 1e-6
"""Below this share of the world's sales a seller's price means nothing."""
