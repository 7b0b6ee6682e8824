"""Plants that a control would call up or close: what rivals build at the prices they come to believe in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from world.axes import Array, Mask
from world.capacity import capacity_of
from world.counterfactual import Outcome
from world.feed_prices import Feed, expected_feed_usd_t, feed_index_usd_t
from world.market_round import ordered_year_t, project_capacity
from world.plant_costs import BLOCK_STAGE, BLOCKS, MAKING, running_cost_usd_t
from world.state import Control

if TYPE_CHECKING:
    from world.model import TradeWorld


@dataclass(frozen=True)
class CallUp:
    """What industry orders and closes because of a control, in a round whose market is ``before``: the
    outcome of all minerals today. What it would do anyway is worked out once, block -> (mineral, ...).

    planned_t : capacity ``planning_years`` on; ordered_year_t : capacity ordered in a year; loses : (mineral,
    tranche, seller) tranches under their running cost
    """

    world: TradeWorld
    before: Outcome
    planned_t: Mapping[str, Array]
    ordered_year_t: Mapping[str, Array]
    loses: Mapping[str, Mask]

    @classmethod
    def of(cls, world: TradeWorld, before: Outcome) -> CallUp:
        """The plans of a round."""
        growth, years = world.expected_growth(world.round), world.parameters.planning_years
        planned, ordered, loses = {}, {}, {}
        for block in BLOCKS:
            facts, believed = world.plants[block], world.believed(block)
            feed = _feed_of_all(world, block, before)
            planned[block] = project_capacity(world, block, facts, believed, growth, years)
            ordered[block] = ordered_year_t(
                world, block, facts, believed, expected_feed_usd_t(world, block), growth
            )
            loses[block] = running_cost_usd_t(world.base, block, feed) > believed[:, None, :]
        return cls(world, before, planned, ordered, loses)

    def capacity_t(self, control: Control, after: Outcome, quarters: float) -> dict[str, Array]:
        """block -> (seller,) capacity ``planning_years`` on, of the control's mineral.

        For ``quarters`` industry learns the prices of ``after``, today's market under the control, in place
        of those of before and orders accordingly; tranches that the new price leaves under their running cost
        close. The actor's own plants at the control's stage stay as they would be: it knows what it does.
        """
        learned = 1.0 - np.exp(-self.world.parameters.belief_speed_year * quarters / 4.0)
        found = {}
        for block in BLOCKS:
            ratio = _price_ratio(self.world, block, control, self.before, after) ** learned
            feed = _feed(self.world, block, control, after.feed_usd_t[0])
            expected = expected_feed_usd_t(self.world, block).copy()
            if block in MAKING:
                usual = _feed_of_all(self.world, block, self.before)[control.mineral]
                expected[control.mineral] *= _feed_ratio(usual, feed[control.mineral]) ** learned
            found[block] = self._of_block(block, control, ratio, Feed(feed, expected), quarters)
        return found

    def _of_block(self, block: str, control: Control, ratio: Array, feed: Feed, quarters: float) -> Array:
        world, mineral = self.world, control.mineral
        changed, facts = world.believed(block).copy(), world.plants[block]
        changed[mineral] *= ratio
        growth = world.expected_growth(world.round)
        other = ordered_year_t(world, block, facts, changed, feed.expected_usd_t, growth)[mineral]
        loses = running_cost_usd_t(world.base, block, feed.today_usd_t)[mineral] > changed[mineral]
        stands = capacity_of(world.state.markets, block)[mineral]
        closed = stands * (loses & ~self.loses[block][mineral]).mean(axis=0)
        planned, usual = self.planned_t[block][mineral], self.ordered_year_t[block][mineral]
        wanted = np.maximum(planned + (other - usual) * quarters / 4.0 - closed, 0.0)
        own = (world.base.axes.sellers(BLOCK_STAGE[block])[mineral] == control.actor) & (
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


def _feed_ratio(before_usd_t: Array, after_usd_t: Array) -> Array:
    """(seller,) price of the feed under the control over that without it; who buys none reads the
    others' mean."""
    buys = (before_usd_t > 0.0) & (after_usd_t > 0.0)
    ratio = np.where(buys, after_usd_t / np.where(buys, before_usd_t, 1.0), 1.0)
    mean = float(ratio[buys].mean()) if buys.any() else 1.0
    return np.clip(np.where(buys, ratio, mean), 0.05, 20.0)


def _feed_of_all(world: TradeWorld, block: str, seen: Outcome) -> Array:
    """(mineral, seller) price index of what the block makes its good of, as seen in an outcome of all
    minerals."""
    feed = feed_index_usd_t(world, block).copy()
    if block in MAKING:
        for mineral, indices in enumerate(seen.feed_usd_t):
            index = indices[BLOCK_STAGE[block] - 1]
            feed[mineral, : len(index)] = index
    return feed


def _feed(world: TradeWorld, block: str, control: Control, seen_usd_t: tuple[Array, ...]) -> Array:
    """(mineral, seller) price index of what the block makes its good of, the control's mineral as seen in an
    outcome."""
    feed = feed_index_usd_t(world, block).copy()
    if block in MAKING:
        seen = seen_usd_t[BLOCK_STAGE[block] - 1]
        feed[control.mineral, : len(seen)] = seen
    return feed
