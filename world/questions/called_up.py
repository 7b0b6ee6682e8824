"""Plants that a control would call up or close: what rivals build at the prices they come to believe in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.adjustment import part_moved
from world.axes import Array, Mask, Whole
from world.counterfactual import Outcome
from world.industry.capacity import capacity_of
from world.industry.feed_prices import expected_feed_usd_t, feed_index_usd_t
from world.industry.plant_costs import BLOCK_STAGE, BLOCKS, MAKING, running_cost_usd_t
from world.market_round import ordered_year_t, project_capacity
from world.state import Control

if TYPE_CHECKING:
    from world.model import TradeWorld


@dataclass(frozen=True)
class Asked:
    """A control that industry reckons with for so many ``quarters``, and today's market ``after`` it."""

    control: Control
    after: Outcome
    quarters: float


@dataclass(frozen=True)
class CallUp:
    """What industry orders and closes because of a control, in a round whose market is ``before``: the
    outcome of all minerals today. What it would do anyway is worked out once, block -> (mineral, ...).

    planned_t : capacity ``planning_years`` on; ordered_year_t : capacity ordered in a year; loses : (mineral,
    tranche, seller) tranches under their running cost; feed_usd_t : (mineral, seller) price index of the feed
    """

    world: TradeWorld
    before: Outcome
    planned_t: Mapping[str, Array]
    ordered_year_t: Mapping[str, Array]
    loses: Mapping[str, Mask]
    feed_usd_t: Mapping[str, Array]

    @classmethod
    def of(cls, world: TradeWorld, before: Outcome) -> CallUp:
        """The plans of a round."""
        growth, years = world.expected_growth(world.round), world.parameters.planning_years
        planned, ordered, loses, feeds = {}, {}, {}, {}
        for block in BLOCKS:
            facts, believed = world.plants[block], world.believed(block)
            feeds[block] = feed = _feed_of_all(world, block, before)
            planned[block] = project_capacity(world, block, facts, believed, growth, years)
            expected = expected_feed_usd_t(world.base, world.state.markets, block)
            ordered[block] = ordered_year_t(world, block, facts, believed, expected, growth)
            loses[block] = running_cost_usd_t(world.base, block, feed) > believed[:, None, :]
        return cls(world, before, planned, ordered, loses, feeds)

    def capacity_t(self, asked: Sequence[Asked]) -> list[dict[str, Array]]:
        """For each control block -> (seller,) capacity ``planning_years`` on, of the control's mineral.

        For some quarters industry learns the prices of ``after``, today's market under the control, in place
        of those of before and orders accordingly; tranches that the new price leaves under their running cost
        stop once their cash is gone, at the pace at which plants are mothballed. The actor's own plants at
        the control's stage stay as they would be: it knows what it does.
        """
        if not asked:
            return []
        found = {block: self._of_block(block, asked) for block in BLOCKS}
        return [{block: values[row] for block, values in found.items()} for row in range(len(asked))]

    def _of_block(self, block: str, asked: Sequence[Asked]) -> Array:
        """(row, seller) of what is asked."""
        world, stage = self.world, BLOCK_STAGE[block]
        mineral = np.array([one.control.mineral for one in asked], dtype=np.int64)
        years = np.array([[one.quarters / 4.0] for one in asked])
        learned = part_moved(world.parameters.belief_speed_year * years)
        changed = world.believed(block)[mineral] * _price_ratio(world, block, asked, self.before) ** learned
        usual_feed = self.feed_usd_t[block][mineral]
        expected = expected_feed_usd_t(world.base, world.state.markets, block)[mineral]
        feed = _feed(block, asked, usual_feed)
        if block in MAKING:
            expected = expected * _feed_ratio(usual_feed, feed) ** learned
        growth, facts = world.expected_growth(world.round), world.plants[block]
        other = ordered_year_t(world, block, facts, changed, expected, growth, mineral)
        loses = running_cost_usd_t(world.base, block, feed, mineral) > changed[:, None, :]
        stands = capacity_of(world.state.markets, block)[mineral]
        idle = stands * (loses & ~self.loses[block][mineral]).mean(axis=1)
        closed = idle * _stopped_share(world, years)
        planned, usual = self.planned_t[block][mineral], self.ordered_year_t[block][mineral]
        wanted = np.maximum(planned + (other - usual) * years - closed, 0.0)
        at_stage = np.array([[stage == one.control.stage] for one in asked])
        own = _is_actor(world, stage, asked, mineral) & at_stage
        return np.asarray(np.where(own, planned, wanted))


def _stopped_share(world: TradeWorld, years: Array) -> Array:
    """(row, 1) part of what loses money that is mothballed within so many years."""
    p = world.parameters
    idle = np.maximum(0.0, years - p.cash_reserve_months / 12.0)
    return part_moved(p.mothball_pace_year * idle)


def _is_actor(world: TradeWorld, stage: int, asked: Sequence[Asked], mineral: Whole) -> Mask:
    """(row, seller) sellers who are the actor of the control."""
    actor = np.array([[one.control.actor] for one in asked])
    return np.asarray(world.base.axes.sellers(stage)[mineral] == actor)


def _price_ratio(world: TradeWorld, block: str, asked: Sequence[Asked], before: Outcome) -> Array:
    """(row, seller) price under the control over that without it; who has no plant reads the others' mean."""
    stage, mineral = BLOCK_STAGE[block], [one.control.mineral for one in asked]
    old = before.prices.price_usd_t[stage][mineral]
    new = np.stack([one.after.prices.price_usd_t[stage][0] for one in asked])
    actor = _is_actor(world, stage, asked, np.array(mineral))
    stands = np.where(actor, 0.0, _output_t(world, stage)[mineral])
    sells = (stands > 0.0) & (old > 0.0) & (new > 0.0)
    ratio = np.where(sells, new / np.where(sells, old, 1.0), 1.0)
    mean = _mean_of(ratio, np.where(sells, stands, 0.0))
    return np.clip(np.where(sells | actor, ratio, mean), 0.05, 20.0)


def _mean_of(ratio: Array, weight: Array) -> Array:
    """(row, 1) weighted mean of ratios, 1 where nothing has a weight."""
    total = weight.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, (ratio * weight).sum(axis=1, keepdims=True) / np.maximum(total, 1e-300), 1.0)


def _output_t(world: TradeWorld, stage: int) -> Array:
    """(mineral, seller) what was sold last; in the base year before any round."""
    clearing = world.state.clearing
    if clearing is None:
        return np.asarray(world.base.lanes(stage).flow_t.sum(axis=2))
    return np.asarray(clearing.stages[stage].flow_t.sum(axis=(1, 3)))


def _feed_ratio(before_usd_t: Array, after_usd_t: Array) -> Array:
    """(row, seller) price of the feed under the control over that without it; who buys none reads the
    others' mean."""
    buys = (before_usd_t > 0.0) & (after_usd_t > 0.0)
    ratio = np.where(buys, after_usd_t / np.where(buys, before_usd_t, 1.0), 1.0)
    return np.clip(np.where(buys, ratio, _mean_of(ratio, buys.astype(float))), 0.05, 20.0)


def _feed_of_all(world: TradeWorld, block: str, seen: Outcome) -> Array:
    """(mineral, seller) price index of what the block makes its good of, as seen in an outcome of all
    minerals."""
    feed = feed_index_usd_t(world.base, world.state.clearing, block).copy()
    if block in MAKING:
        for mineral, indices in enumerate(seen.feed_usd_t):
            index = indices[BLOCK_STAGE[block] - 1]
            feed[mineral, : len(index)] = index
    return feed


def _feed(block: str, asked: Sequence[Asked], usual_usd_t: Array) -> Array:
    """(row, seller) price index of what the block makes its good of, as seen under the control."""
    feed = usual_usd_t.copy()
    if block in MAKING:
        for row, one in enumerate(asked):
            seen = one.after.feed_usd_t[0][BLOCK_STAGE[block] - 1]
            feed[row, : len(seen)] = seen
    return feed
