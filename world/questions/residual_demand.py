"""What others leave to some exporters, and how it answers their price: measured in the market itself, cleared
again with their goods a little dearer.

Rivals' supply, choice and ways round all answer in it. So do those who bring goods out unrecorded, whose
sales are not those of the exporters. Stocks do not: what buyers put off while goods are dear they buy later,
so that the answer of their orders within a quarter says little about what a price costs in sales (Hendel and
Nevo 2006 find elasticities that leave this out far too high). Where a licence or a quota sets the price, its
limit is taken away and what it is worth is charged instead, so that the question is what buyers would take
just above that price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from world.axes import STAGES, Array, Mask, Whole
from world.counterfactual import Case
from world.lanes.unrecorded import past_desks_t
from world.market.arrays import Market, Stage
from world.market.clearing import StageClearing
from world.market.listed import LaneFlows, LaneList, ListedMarket
from world.market.listed_clearing import ListedClearing, clear_listed
from world.questions.rows import AskedRows, ask_rows
from world.questions.setting import Setting

STEP_SHARE = 0.01
"""By how much of its price goods are made dearer to see what that does to sales."""


@dataclass(frozen=True)
class Trade:
    """Sales of a mineral's seller at a stage to some countries, ``to`` (country,)."""

    mineral: int
    stage: int
    seller: int
    to: Mask


@dataclass(frozen=True)
class Residual:
    """Demand that others leave to trades, (trade,) each.

    sold_t : sales in the exporter's books; to_t : (trade, country) all sales by destination; gate_usd_t :
    price at home; asked_usd_t : at the border, mark-up and what a quota is worth included; elasticity : fall
    of ``sold_t`` over rise of ``asked_usd_t``; used_t : sales if buyers bought what they use
    """

    sold_t: Array
    to_t: Array
    gate_usd_t: Array
    asked_usd_t: Array
    elasticity: Array
    used_t: Array


def residual_demand(setting: Setting, members: Mask, floor: bool, trades: Sequence[Trade]) -> Residual:
    """Demand for each of these trades, all else being as it is in the market of ``setting``; members
    (country,) bound where the ``floor`` is applied."""
    cases = [Case((), members, floor)] * len(trades)
    mineral = np.array([trade.mineral for trade in trades], dtype=np.int64)
    asked = ask_rows(setting, cases, mineral, hubs=True)
    listed = asked.listed
    before = clear_listed(listed.market, asked.part.horizon(False).start)
    sales = [_Sales.of(asked, trades, before, stage) for stage in range(len(STAGES))]
    stages = zip(sales, listed.priced.market.stages, before.clearing.stages, strict=True)
    dearer = Market(tuple(one.dearer(stage, found) for one, stage, found in stages))
    lanes = tuple(one.raised for one in sales)
    after = clear_listed(ListedMarket(dearer, lanes, listed.market.routes), before.clearing.prices())
    found = zip(sales, listed.priced.market.stages, dearer.stages, strict=True)
    parts = [
        (
            one.sold_t(first, before, number),
            one.sold_t(last, after, number),
            one.asked_usd_t(before.flows[number], one.first_usd_t),
            one.asked_usd_t(after.flows[number], one.last_usd_t),
            np.where(one.here, one.gate_usd_t, 0.0),
            one.used_t(before.clearing.stages[number]),
        )
        for number, (one, first, last) in enumerate(found)
    ]
    sold, then, asked_usd_t, raised_usd_t, gate, used = (
        np.sum(part, axis=0) for part in zip(*parts, strict=True)
    )
    some = (sold > 0.0) & (then > 0.0) & (raised_usd_t > asked_usd_t) & (asked_usd_t > 0.0)
    fall = np.log(np.where(some, sold / np.where(some, then, 1.0), 1.0))
    rise = np.log(np.where(some, raised_usd_t / np.where(some, asked_usd_t, 1.0), np.e))
    to = np.sum([one.to_t(len(members)) for one in sales], axis=0)
    answer = np.maximum(fall / rise, 0.0)
    return Residual(np.where(some, sold, 0.0), to, gate, asked_usd_t, answer, used)


def _lanes_of(
    asked: AskedRows, trades: Sequence[Trade], lanes: LaneList, stage: int
) -> tuple[Mask, Whole, Mask, Whole, Mask]:
    """(row,) whether trades are of the stage and who sells; (L,) lanes of the trade, the country that each
    ships to, and all lanes of the seller."""
    here = np.array([trade.stage == stage for trade in trades])
    seller = np.array([trade.seller if trade.stage == stage else 0 for trade in trades])
    hub, buyers = asked.listed.hub[stage][:, 0], asked.axes.buyers(stage)
    to = np.where(lanes.route == 0, buyers[lanes.row, lanes.buyer], hub)
    theirs = here[lanes.row] & (lanes.seller == seller[lanes.row])
    mine = theirs & np.stack([trade.to for trade in trades])[lanes.row, to]
    return here, seller, mine, to, theirs


@dataclass(frozen=True)
class _Sales:
    """The trades of a stage in its list of lanes.

    here, seller, gate_usd_t, step_usd_t : (row,) whether the row's trade is of this stage, who sells, its
    price at home and by how much its goods are made dearer
    mine, to, weight_t : (L,) lanes of the trade of their row, country it ships to, what is sold on them
    first_usd_t, last_usd_t : (L,) what is asked above the price, quotas of sellers included, at first and
    then
    """

    lanes: LaneList
    raised: LaneList
    here: Mask
    seller: Whole
    gate_usd_t: Array
    step_usd_t: Array
    mine: Mask
    to: Whole
    weight_t: Array
    first_usd_t: Array
    last_usd_t: Array

    @classmethod
    def of(cls, asked: AskedRows, trades: Sequence[Trade], found: ListedClearing, stage: int) -> _Sales:
        """Read them off the market that cleared."""
        lanes, flows, rows = asked.listed.lanes[stage], found.flows[stage], len(trades)
        here, seller, mine, to, theirs = _lanes_of(asked, trades, lanes, stage)
        # what a ceiling on all sales is worth is part of the price at home
        gate = np.full(rows, np.inf)
        np.minimum.at(gate, lanes.row[theirs & ~mine], flows.asked_usd_t[theirs & ~mine])
        fob = found.clearing.stages[stage].price_usd_t[np.arange(rows), seller]
        gate = np.where(gate < np.inf, gate, fob)
        factor = np.where(lanes.price_factor > 0.0, lanes.price_factor, 1.0)
        lifted = mine & (lanes.route == 0) & np.isinf(lanes.over_quota_usd_t) & (lanes.cap_t < np.inf)
        rent = np.where(lifted, flows.rent_usd_t / factor, 0.0)
        weight = np.where(mine, flows.flow_t, 0.0)
        paid = np.bincount(lanes.row, weight * (flows.asked_usd_t + rent), rows)
        sold = np.maximum(np.bincount(lanes.row, weight, rows), 1e-300)
        step = STEP_SHARE * np.maximum(paid / sold, 1e-9)
        scarcity = flows.asked_usd_t - gate[lanes.row] + rent
        added = np.where(mine, scarcity + step[lanes.row], 0.0)
        raised = replace(
            lanes,
            charge_usd_t=lanes.charge_usd_t + lanes.price_factor * added,
            cap_t=np.where(lifted, np.inf, lanes.cap_t),
        )
        return cls(lanes, raised, here, seller, gate, step, mine, to, weight, rent, added)

    def dearer(self, stage: Stage, found: StageClearing) -> Stage:
        """The stage in which desks ask nothing, as that is charged on lanes, unrecorded ways see the dearer
        price, and buyers put as much by, or draw, of each tonne that they use as they did."""
        desks = stage.desks
        own = self.here[:, None] & (desks.seller == self.seller[:, None])
        seen = np.where(own, found.premium_usd_t + self.step_usd_t[:, None], 0.0)
        cost = desks.unrecorded_cost_usd_t - seen
        used = found.wanted_t > 0.0
        kept = np.where(used, found.ordered_t / np.where(used, found.wanted_t, 1.0), 1.0) - 1.0
        stocks = replace(stage.stocks, buy_share=kept, draw_share=np.zeros_like(kept))
        asked = np.where(own, 0.0, desks.asked_usd_t)
        desks = replace(desks, unrecorded_cost_usd_t=cost, asked_usd_t=asked)
        return replace(stage, desks=desks, stocks=stocks)

    def sold_t(self, stage: Stage, found: ListedClearing, number: int) -> Array:
        """(row,) sales of the trades in the exporter's books."""
        flow, rows = found.flows[number].flow_t, len(self.here)
        past = past_desks_t(stage, self.lanes, flow, found.clearing.stages[number].premium_usd_t)
        own = self.here[:, None] & (stage.desks.seller == self.seller[:, None])
        sold = np.bincount(self.lanes.row, np.where(self.mine, flow, 0.0), rows)
        return np.asarray(sold - np.where(own, past, 0.0).sum(axis=1))

    def asked_usd_t(self, flows: LaneFlows, above_usd_t: Array) -> Array:
        """(row,) what is asked at the border, mean over what was sold at first; zero where nothing was."""
        rows = len(self.here)
        sold = np.bincount(self.lanes.row, self.weight_t, rows)
        paid = np.bincount(self.lanes.row, self.weight_t * (flows.asked_usd_t + above_usd_t), rows)
        return np.asarray(np.divide(paid, sold, out=np.zeros(rows), where=sold > 0.0))

    def used_t(self, found: StageClearing) -> Array:
        """(row,) what the trades would sell if buyers neither built stocks nor drew on them."""
        at = (self.lanes.row, self.lanes.buyer)
        ordered = np.where(found.ordered_t > 0.0, found.ordered_t, 1.0)
        part = np.where(found.ordered_t > 0.0, found.wanted_t / ordered, 0.0)[at]
        return np.asarray(np.bincount(self.lanes.row, self.weight_t * part, len(self.here)), dtype=np.float64)

    def to_t(self, countries: int) -> Array:
        """(row, country) what was sold at first, by destination."""
        found = np.zeros((len(self.here), countries))
        np.add.at(found, (self.lanes.row[self.mine], self.to[self.mine]), self.weight_t[self.mine])
        return found
