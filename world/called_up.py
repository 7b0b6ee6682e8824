"""Plants that a control would call up or close: what rivals build at the prices they come to believe in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import Array
from world.capacity import capacity_of
from world.counterfactual import Outcome
from world.market_round import feed_index_usd_t, ordered_year_t, project_capacity
from world.plant_costs import BLOCK_STAGE, BLOCKS, MAKING, running_cost_usd_t
from world.state import Control

if TYPE_CHECKING:
    from world.model import TradeWorld


def called_up_t(
    world: TradeWorld, control: Control, before: Outcome, after: Outcome, quarters: float
) -> dict[str, Array]:
    """block -> (seller,) capacity ``planning_years`` on, of the control's mineral.

    For ``quarters`` industry learns the prices of ``after`` in place of those of ``before`` and orders
    accordingly; tranches that the new price leaves under their running cost close. The actor's own plants at
    the control's stage stay as they would be: it knows what it does.

    before : outcome of all minerals; after : of the control's alone; both of today's market
    """
    learned = 1.0 - np.exp(-world.parameters.belief_speed_year * quarters / 4.0)
    found = {}
    for block in BLOCKS:
        ratio = _price_ratio(world, block, control, before, after) ** learned
        feeds = tuple(
            _feed(world, block, control, seen)
            for seen in (before.feed_usd_t[control.mineral], after.feed_usd_t[0])
        )
        found[block] = _capacity_t(world, block, control, ratio, feeds, quarters)
    return found


def _capacity_t(
    world: TradeWorld, block: str, control: Control, ratio: Array, feeds: tuple[Array, ...], quarters: float
) -> Array:
    mineral, facts, base = control.mineral, world.economy.blocks[block], world.base
    believed = world.believed(block)
    growth = world.expected_growth(world.round)
    years = world.parameters.planning_years
    planned = project_capacity(world, block, facts, believed, growth, years)[mineral]
    changed = believed.copy()
    changed[mineral] *= ratio
    usual, other = (
        ordered_year_t(world, block, facts, price, index, growth)[mineral]
        for price, index in zip((believed, changed), feeds, strict=True)
    )
    before, after = (
        running_cost_usd_t(base, block, index)[mineral] > price[mineral]
        for price, index in zip((believed, changed), feeds, strict=True)
    )
    stands = capacity_of(world.state.markets, block)[mineral]
    closed = stands * (after & ~before).mean(axis=0)
    wanted = np.maximum(planned + (other - usual) * quarters / 4.0 - closed, 0.0)
    own = (base.axes.sellers(BLOCK_STAGE[block])[mineral] == control.actor) & (
        BLOCK_STAGE[block] == control.stage
    )
    return np.asarray(np.where(own, planned, wanted))


def _price_ratio(world: TradeWorld, block: str, control: Control, before: Outcome, after: Outcome) -> Array:
    """(seller,) price under the control over that without it; who has no plant reads the others' mean."""
    stage, mineral = BLOCK_STAGE[block], control.mineral
    old, new = before.prices.price_usd_t[stage][mineral], after.prices.price_usd_t[stage][0]
    sellers = world.base.axes.sellers(stage)[mineral]
    stands = np.where(sellers == control.actor, 0.0, _output_t(world, stage)[mineral])
    sells = (stands > 0.0) & (old > 0.0) & (new > 0.0)
    ratio = np.where(sells, new / np.where(sells, old, 1.0), 1.0)
    total = stands[sells].sum()
    mean = float((ratio * stands)[sells].sum() / total) if total > 0.0 else 1.0
    return np.clip(np.where(sells | (sellers == control.actor), ratio, mean), 0.05, 20.0)


def _output_t(world: TradeWorld, stage: int) -> Array:
    """(mineral, seller) what was sold last; in the base year before any round."""
    clearing = world.state.clearing
    if clearing is None:
        return np.asarray(world.base.lanes(stage).flow_t.sum(axis=2))
    return np.asarray(clearing.stages[stage].flow_t.sum(axis=(1, 3)))


def _feed(world: TradeWorld, block: str, control: Control, seen_usd_t: tuple[Array, ...]) -> Array:
    """(mineral, seller) price index of what the block makes its good of, the control's mineral as seen in an
    outcome."""
    feed = feed_index_usd_t(world, block).copy()
    if block in MAKING:
        seen = seen_usd_t[BLOCK_STAGE[block] - 1]
        feed[control.mineral, : len(seen)] = seen
    return feed
