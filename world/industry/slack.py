"""Plants that stand half used: what more those who plan a plant know to be there already."""

from __future__ import annotations

import numpy as np

from world.axes import ORE, Array
from world.calibration.base import BaseMarket
from world.habits import working_t
from world.industry.plant_costs import BLOCK_STAGE, MAKING
from world.market.clearing import Clearing
from world.state import Markets


def slack_of(base: BaseMarket, markets: Markets, clearing: Clearing, block: str) -> Array:
    """(mineral, seller) working capacity of a block that stood unused in a round, beyond the part that did in
    the base year; entrants' as the largest producer's. What an outage keeps a mine from digging is not slack.
    """
    cleared = clearing.stages[BLOCK_STAGE[block]]
    ran = (cleared.throughput_t if block in MAKING else cleared.output_t).sum(axis=1)
    able = working_t(markets, block)
    if block == "ore":
        able = able * np.exp(np.minimum(markets.ore_outage, 0.0))
    share = usual_share(base, block)
    return np.asarray(np.maximum(able - np.divide(ran, share, out=able.copy(), where=share > 0.0), 0.0))


def usual_share(base: BaseMarket, block: str) -> Array:
    """(mineral, seller) part of capacity that ran in the base year."""
    capacity, ran = base.curves[block].capacity_t, run_of_base_t(base, block)
    largest = capacity.argmax(axis=1)[:, None]
    most, its = (np.take_along_axis(values, largest, axis=1) for values in (capacity, ran))
    usual = np.where(most > 0.0, its / np.where(most > 0.0, most, 1.0), 0.0)
    return np.where(capacity > 0.0, ran / np.where(capacity > 0.0, capacity, 1.0), usual)


def run_of_base_t(base: BaseMarket, block: str) -> Array:
    """(mineral, seller) what a block took in, or without a good before made, in the base year."""
    stage = BLOCK_STAGE[block]
    if block in MAKING:
        return base.input_t(block)
    sold = base.lanes(stage).flow_t.sum(axis=2) - base.feed_t[stage]
    made = 0.0 if stage == ORE else base.recovery[:, None] * base.input_t("refining")
    return np.asarray(np.maximum(sold - made, 0.0))
