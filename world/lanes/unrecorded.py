"""Exports that no book of the exporter's records: what leaves past an export quota under a false name.

Goods are declared as something else, or are carried over the border. They are sold abroad at what a quota has
made of the price there, and reach the importer's books by their true origin, so that the two books differ.
What drives it is the gap between the price abroad and at home: the premium of the quota, and the export tax
that is saved. A way costs a margin and what is expected to be found at the border,

    cost = price at home x (margin + found / (1 - found) x (1 + penalty)) - export tax saved ,

spread evenly by ``unrecorded_cost_spread_share`` around its mean, so that ways open one after the other as
the gap grows, and the premium of a quota is bounded by the dearest of them while some stand idle. How much
they can carry is a state, for each mineral, stage and seller, that starts from a part of usual exports, grows
as it is used and fades when it is not; audits at the exporter's border cut it and make it dearer.
Pure but for :func:`revise_ways`: arrays in, arrays out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import STAGES, Array, Mask, Whole, gather_pairs
from world.calibration.base import BaseMarket
from world.lanes.hub_capacity import grown_capacity_t
from world.lanes.terms import fine_share
from world.market.arrays import Market, Stage
from world.market.clearing import Clearing, StageClearing
from world.market.lane_books import LaneBook
from world.market.listed import LaneList
from world.market.payments import added
from world.parameters import ParameterValues
from world.policy.happenings import Happenings
from world.state import Markets

LEAST_COST_SHARE = 0.05
"""Of the base price: what a way is reckoned to cost at least, and ways differ by at least (assumption)."""
LEAST_SURVIVING = 1e-3


@dataclass(frozen=True)
class Ways:
    """Unrecorded ways out of the countries of a stage's sellers.

    most_t : (mineral, seller) tonnes they can carry this round, to all lanes abroad together
    cost_usd_t : (mineral, seller, buyer) what the cheapest costs over the price at home, less the tax saved
    width_usd_t : (mineral, seller) by how much more the dearest costs
    """

    most_t: Array
    cost_usd_t: Array
    width_usd_t: Array

    def past(self, mineral: int, seller: int, usual_t: Array, share: float) -> tuple[float, float, float]:
        """Of these ways the ``share`` past a quota on lanes of usual trade (buyer,): tonnes, cost, width."""
        some = bool(usual_t.any())
        cost = np.average(self.cost_usd_t[mineral, seller], weights=usual_t) if some else 0.0
        return (
            share * float(self.most_t[mineral, seller]),
            float(cost),
            float(self.width_usd_t[mineral, seller]),
        )


def abroad_t(flow_t: Array, sellers: Whole, buyers: Whole) -> Array:
    """(mineral, seller) what goes abroad of flows (mineral, seller, buyer)."""
    across = (sellers[:, :, None] != buyers[:, None, :]) & (buyers >= 0)[:, None, :]
    return np.asarray(np.where(across, flow_t, 0.0).sum(axis=2))


def first_ways_t(base: BaseMarket, share: float) -> list[Array]:
    """Stage -> (mineral, seller) tonnes a round that can leave unrecorded at first: ``share`` of exports."""
    axes = base.axes
    return [
        share * abroad_t(base.lanes(stage).flow_t, axes.sellers(stage), axes.buyers(stage))
        for stage in range(len(STAGES))
    ]


def ways_out(
    base: BaseMarket,
    capacity_t: Array,
    price_usd_t: Array,
    happenings: Happenings,
    parameters: ParameterValues,
    stage: int,
) -> Ways:
    """The ways of this round; price_usd_t (mineral, seller) at the gate in the last one."""
    p, sellers, buyers = parameters, base.axes.sellers(stage), base.axes.buyers(stage)

    def on_lanes(name: str) -> Array:
        return gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers)

    passes = 1.0 - p.audit_found_share * np.maximum(on_lanes("audit_share"), p.audit_share)
    found = 1.0 - np.maximum(passes, LEAST_SURVIVING)
    least = LEAST_COST_SHARE * base.evidence.price_usd_t[:, stage, None]
    price = np.maximum(price_usd_t, least)[:, :, None]
    mean = price * (p.unrecorded_margin_share + fine_share(found, p.evasion_penalty_share))
    saved = on_lanes("export_tax_share") * price + on_lanes("export_tax_usd_t")
    spread = p.unrecorded_cost_spread_share
    usual = np.where(sellers[:, :, None] != buyers[:, None, :], base.lanes(stage).flow_t, 0.0)
    total = usual.sum(axis=2)
    weight = np.divide(usual, total[..., None], out=np.zeros_like(usual), where=total[..., None] > 0.0)
    return Ways(
        capacity_t * (weight * (1.0 - found)).sum(axis=2),
        (1.0 - spread) * mean - saved,
        np.maximum(2.0 * spread * (weight * mean).sum(axis=2), least),
    )


def no_ways(sellers: Whole, buyers: Whole) -> Ways:
    """Nothing can leave unrecorded."""
    none = np.zeros(sellers.shape)
    return Ways(none, np.zeros((*sellers.shape, buyers.shape[1])), np.ones(sellers.shape))


def passed_t(stage: Stage, cleared: StageClearing) -> tuple[Array, Array]:
    """(row, desk) what passes each desk, and the part of it in no book of the exporter's."""
    desks, rows = stage.desks, np.arange(len(cleared.flow_t))
    sold = np.zeros_like(cleared.premium_usd_t)
    for desk in range(sold.shape[1]):
        flow = cleared.flow_t[rows, :, np.maximum(desks.seller[:, desk], 0), :]
        sold[:, desk] = np.where(desks.lanes[:, desk], flow, 0.0).sum(axis=(1, 2))
    sold = np.where(desks.seller >= 0, sold, 0.0)
    return sold, np.minimum(desks.unrecorded_t(cleared.premium_usd_t), sold)


def unrecorded_t(stage: Stage, cleared: StageClearing) -> Array:
    """(row, route, seller, buyer) tonnes on each lane that are in no book of the exporter's: the same part of
    all lanes of a desk, on a lane of several desks the largest."""
    part, rows = np.zeros_like(cleared.flow_t), np.arange(len(cleared.flow_t))
    if not (stage.desks.unrecorded_most_t > 0.0).any():
        return part
    sold, past = passed_t(stage, cleared)
    share = np.divide(past, sold, out=np.zeros_like(sold), where=sold > 0.0)
    for desk in range(share.shape[1]):
        at = (rows, slice(None), np.maximum(stage.desks.seller[:, desk], 0), slice(None))
        mine = np.where(stage.desks.lanes[:, desk], share[:, desk, None, None], 0.0)
        part[at] = np.maximum(part[at], mine)
    return part * cleared.flow_t


def past_desks_t(stage: Stage, lanes: LaneList, flow_t: Array, premium_usd_t: Array) -> Array:
    """(row, desk) what passes each desk in no book of the exporter's, of listed lanes (L,)."""
    sold = _sold_t(_passes(stage, lanes), lanes, flow_t, len(premium_usd_t))
    return np.minimum(stage.desks.unrecorded_t(premium_usd_t), sold)


def _passes(stage: Stage, lanes: LaneList) -> list[Mask]:
    """Of each desk the lanes (L,) that pass it."""
    return [(lanes.desks >> desk & 1).astype(bool) for desk in range(stage.desks.seller.shape[1])]


def _sold_t(passes: list[Mask], lanes: LaneList, flow_t: Array, rows: int) -> Array:
    """(row, desk) what is sold over the lanes that pass each desk."""
    sums = [np.bincount(lanes.row[at], flow_t[at], rows) for at in passes]
    return np.stack(sums, axis=1) if sums else np.zeros((rows, 0))


def unrecorded_gain_usd(stage: Stage, cleared: StageClearing, book: LaneBook) -> tuple[Array, Array]:
    """(row, seller) premiums that those who bring goods out unrecorded earn, and export taxes that they
    save. Of the stage and its clearing no arrays of lanes are read."""
    rent, saved = np.zeros_like(cleared.price_usd_t), np.zeros_like(cleared.price_usd_t)
    desks, lanes, flow = stage.desks, book.lanes, book.flows.flow_t
    if not (desks.unrecorded_most_t > 0.0).any():
        return rent, saved
    passes = _passes(stage, lanes)
    sold = _sold_t(passes, lanes, flow, len(rent))
    past = np.minimum(desks.unrecorded_t(cleared.premium_usd_t), sold)
    share = np.divide(past, sold, out=np.zeros_like(sold), where=sold > 0.0)
    earned = np.where(desks.unrecorded_most_t > 0.0, past * cleared.premium_usd_t, 0.0)
    np.add.at(rent, (np.arange(len(rent))[:, None], np.maximum(desks.seller, 0)), earned)
    part = np.max([np.where(at, share[lanes.row, desk], 0.0) for desk, at in enumerate(passes)], axis=0)
    tax = book.charges.export_tax_share * book.flows.asked_usd_t + book.charges.export_tax_usd_t
    return rent, added(lanes.row, lanes.seller, part * flow * tax, rent.shape)


def revise_ways(
    base: BaseMarket, markets: Markets, market: Market, clearing: Clearing, parameters: ParameterValues
) -> None:
    """After the market: what can leave unrecorded has grown or faded, up to usual exports.

    market, clearing : of the round, rows are minerals
    """
    p, axes = parameters, base.axes
    for stage, first in enumerate(first_ways_t(base, p.unrecorded_start_share)):
        passed = unrecorded_t(market.stages[stage], clearing.stages[stage]).sum(axis=(1, 3))
        before = markets.unrecorded_capacity_t[stage]
        pace = (p.unrecorded_growth_year, p.unrecorded_fade_year, base.rounds_per_year)
        grown = grown_capacity_t(before, first, passed, *pace)
        usual = abroad_t(markets.usual_flow_t[stage], axes.sellers(stage), axes.buyers(stage))
        markets.unrecorded_capacity_t[stage] = np.minimum(grown, np.maximum(usual, first))
