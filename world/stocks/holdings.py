"""Private stocks on the axes of the market: what the buyers of a stage hold and use, before and after a
round."""

from __future__ import annotations

import numpy as np

from world.axes import COMPONENT, REFINED, STAGES, Array, gather, scatter
from world.calibration.base import BaseMarket
from world.ground.transit import arrival_shares
from world.habits import working_t
from world.market.charges import LaneCharges
from world.market.clearing import StageClearing
from world.parameters import ParameterValues
from world.state import Markets
from world.stocks.private import Holding, passing_share, settle_stocks

BUILT_KEPT_SHARE = 0.9
"""What was put by in the base year is shed over some three years: this part is left after a quarter
(assumption)."""
MAKING_OF_NEXT = ("refining", "component")
QUARTER_MONTHS = 3.0
"""Holders plan a quarter ahead what they may draw, whatever the length of a round (assumption)."""


def round_months(base: BaseMarket) -> float:
    """Length of a round."""
    return 12.0 / base.rounds_per_year


def holding_of(base: BaseMarket, markets: Markets, stage: int) -> Holding:
    """Stocks of the buyers of a stage as a round begins."""
    use_t, most_t = usual_use_t(base, markets, stage)
    months, under_way = round_months(base), markets.under_way_t[stage]
    late, last = late_shares(base, markets, stage, months)
    return Holding(
        use_t=use_t,
        most_t=most_t,
        cover_t=cover_months(base, stage) / months * use_t,
        built_t=markets.built_stock_t[stage],
        ahead_t=markets.ahead_t[stage],
        held_t=markets.stock_t[stage],
        arriving_t=under_way[:, 0],
        late_share=late,
        later_t=under_way[:, 1],
        last_share=last,
        late_in_quarter_share=late_shares(base, markets, stage, QUARTER_MONTHS)[0],
        quarter_rounds=QUARTER_MONTHS / months,
        expected_usd_t=np.maximum(markets.expected_index_usd_t[stage], 0.05 * base.lanes(stage).index_usd_t),
        least_width_usd_t=base.lanes(stage).spread_usd_t,
        usual_usd_t=np.maximum(markets.usual_index_usd_t[stage], 0.05 * base.lanes(stage).index_usd_t),
    )


def cover_months(base: BaseMarket, stage: int) -> Array:
    """(mineral, buyer) usual stocks of a stage's good in months of use, where the buyer is."""
    return gather(base.evidence.stock_cover_months[:, stage], base.axes.buyers(stage))


def usual_use_t(base: BaseMarket, markets: Markets, stage: int) -> tuple[Array, Array]:
    """(mineral, buyer) usual use of a stage's good, and the most that there can be: makers run as in the
    base year, users at today's level of activity."""
    users = use_of_users_t(base, markets, stage)
    if stage == COMPONENT:
        return users, users
    block = MAKING_OF_NEXT[stage]
    usual, most = usual_input_t(base, markets, block), working_t(markets, block)
    return np.concatenate([usual, users], axis=1), np.concatenate([most, users], axis=1)


def usual_input_t(base: BaseMarket, markets: Markets, block: str) -> Array:
    """(mineral, maker) what makers take in when their plants run as in the base year; entrants' run as the
    largest maker's."""
    capacity, taken = base.curves[block].capacity_t, base.input_t(block)
    largest = capacity.argmax(axis=1)[:, None]
    most = np.take_along_axis(capacity, largest, axis=1)
    usual = np.take_along_axis(taken, largest, axis=1) / np.where(most > 0, most, 1.0)
    share = np.where(capacity > 0, taken / np.where(capacity > 0, capacity, 1.0), usual)
    return np.asarray(share * working_t(markets, block))


def use_of_users_t(base: BaseMarket, markets: Markets, stage: int) -> Array:
    """(mineral, user) what users of a stage's good use at the prices they are used to."""
    activity = np.asarray(markets.demand_growth * np.exp(markets.demand_shock))[:, None]
    apart = markets.demand_apart
    if stage == REFINED:
        return np.asarray(base.use_t * activity * gather(apart, base.axes.users, 1.0) * markets.thrift)
    if stage == COMPONENT:
        place = gather(apart, base.axes.final_users, 1.0) * markets.final_place
        return np.asarray(base.final_use_t * activity * markets.final_thrift * place)
    return np.zeros((len(activity), 0))


def late_shares(base: BaseMarket, markets: Markets, stage: int, months: float) -> tuple[Array, Array]:
    """(mineral, buyer) part of usual purchases that arrives after the ``months`` in which it is shipped, and
    part that arrives as long again later."""
    flow = markets.usual_flow_t[stage]
    legs, total = shipped_t(base, flow, stage, months), flow.sum(axis=1)
    late, last = (
        np.asarray(np.divide(part, total, out=np.zeros_like(total), where=total > 0))
        for part in (legs.sum(axis=1), legs[:, 1])
    )
    return late, last


def shipped_t(base: BaseMarket, flow_t: Array, stage: int, months: float) -> Array:
    """(mineral, 2, buyer) what of the flows (mineral, seller, buyer) of a round of so many ``months`` arrives
    one and two rounds later."""
    _, after, last = arrival_shares(base.lanes(stage).transit_months / months)
    return np.stack([(after * flow_t).sum(axis=1), (last * flow_t).sum(axis=1)], axis=1)


def first_prices(base: BaseMarket) -> list[Array]:
    """Per stage (mineral, buyer) what buyers paid in the base year; 0 where nothing was bought."""
    prices = []
    for lanes, price in zip(base.stage_lanes, base.price_usd_t, strict=True):
        prices.append(_mean(lanes.landed_usd_t(price), lanes.flow_t))
    return prices


def first_stocks(base: BaseMarket) -> tuple[list[Array], list[Array], list[Array]]:
    """Per stage stocks on hand (mineral, buyer), goods under way (mineral, 2, buyer) of the base year, and
    what was put by on top of usual stocks (mineral, buyer)."""
    months = round_months(base)
    held, under_way, built = [], [], []
    for stage in range(len(STAGES)):
        use_t, buyers = base.buyer_use_t(stage), base.axes.buyers(stage)
        extra = gather(base.evidence.extra_stock_months[:, stage], buyers) / months * use_t
        built.append(extra + (built_stock_t(base) if stage == REFINED else 0.0))
        held.append(cover_months(base, stage) / months * use_t + built[stage])
        legs = shipped_t(base, base.lanes(stage).flow_t, stage, months)
        if stage == REFINED:
            makers = base.component_input_t.shape[1]
            private = private_share(base.stock_build_t, base.use_t + base.stock_build_t, makers)
            legs = private[:, None, :] * legs
        under_way.append(np.stack([legs.sum(axis=1), legs[:, 1]], axis=1))
    return held, under_way, built


def first_kept_rounds(base: BaseMarket) -> list[Array]:
    """Per stage (mineral, buyer) rounds for which what was put by is kept."""
    kept = base.evidence.extra_kept_quarters * base.rounds_per_year / 4.0
    return [gather(kept[:, stage], base.axes.buyers(stage)) for stage in range(len(STAGES))]


def private_share(other_t: Array, need_t: Array, makers: int) -> Array:
    """(mineral, buyer) part of purchases that is for private use: all of what the ``makers`` buy, and what of
    the need of users (mineral, user) is not ``other_t``, for the public or to be put by."""
    share = 1.0 - np.divide(other_t, need_t, out=np.zeros_like(need_t), where=need_t > 0)
    return np.concatenate([np.ones((len(need_t), makers)), share], axis=1)


def built_stock_t(base: BaseMarket) -> Array:
    """(mineral, buyer of refined metal) what was put into stock in the base year, all of it: held
    by the makers of components where there are any, else by other users."""
    axes = base.axes
    built = base.rounds_per_year * base.stock_build_t
    by_country = scatter(built, axes.users, len(axes.countries))
    makes = base.component_input_t > 0
    at_makers = np.where(makes, gather(by_country, axes.component_makers), 0.0)
    kept = scatter(at_makers, axes.component_makers, len(axes.countries)) > 0
    at_users = np.where(gather(kept.astype(float), axes.users) > 0, 0.0, built)
    return np.concatenate([at_makers, np.where(base.use_t > 0, at_users, 0.0)], axis=1)


def passing_of(base: BaseMarket, markets: Markets, parameters: ParameterValues, stage: int) -> Array:
    """(mineral, buyer) part of a change of price that reaches users of a stage's good within the round."""
    return passing_share(holding_of(base, markets, stage), parameters.stock_cost_pricing_share)


def revise_holdings(
    base: BaseMarket,
    markets: Markets,
    parameters: ParameterValues,
    stage: int,
    cleared: StageClearing,
    charges: LaneCharges,
    private: Array,
) -> None:
    """Stocks, goods under way and local prices after a round; ``private`` as :func:`private_share`."""
    passing = passing_of(base, markets, parameters, stage)
    index = np.maximum(cleared.index_usd_t, 1e-9)
    local = markets.local_index_usd_t[stage]
    markets.local_index_usd_t[stage] = local ** (1.0 - passing) * index**passing
    flow = cleared.flow_t.sum(axis=1)
    paid_usd_t = cleared.landed_usd_t + cleared.rent_usd_t + charges.contract_usd_t(cleared.asked_usd_t)
    paid = np.maximum(_mean(paid_usd_t, cleared.flow_t), 0.0)
    before = markets.local_price_usd_t[stage]
    moved = np.where(before > 0, before, paid) ** (1.0 - passing) * np.maximum(paid, 1e-9) ** passing
    markets.local_price_usd_t[stage] = np.where(flow.sum(axis=1) > 0, moved, before)
    shed = np.where(
        markets.built_kept_rounds[stage] > 0, 1.0, BUILT_KEPT_SHARE ** (4.0 / base.rounds_per_year)
    )
    markets.built_stock_t[stage] = shed * markets.built_stock_t[stage]
    markets.built_kept_rounds[stage] = np.maximum(markets.built_kept_rounds[stage] - 1.0, 0.0)
    markets.stock_t[stage], markets.under_way_t[stage] = settle_stocks(
        markets.stock_t[stage],
        markets.under_way_t[stage],
        cleared.stock_change_t,
        private[:, None, :] * shipped_t(base, flow, stage, round_months(base)),
    )


def _mean(price_usd_t: Array, flow_t: Array) -> Array:
    """(mineral, buyer) volume-weighted price over all that stands between; 0 where nothing is bought."""
    between = tuple(range(1, flow_t.ndim - 1))
    tonnes = flow_t.sum(axis=between)
    paid = (price_usd_t * flow_t).sum(axis=between)
    return np.asarray(np.divide(paid, tonnes, out=np.zeros_like(paid), where=tonnes > 0))
