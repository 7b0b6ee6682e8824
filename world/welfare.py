"""Who gains and who pays: the accounts of a cleared market, in USD a round.

Four identities hold row by row (see the tests):

    money    what buyers pay = sellers' gate prices + premiums + export taxes + freight + duties + levies +
        quota rents + margins + fines;  contracts move money between buyer and seller besides
    buyers   payments + backstop + switching = price index * order, of every buyer
    mass     what is sold is what is got
    total    sum of surpluses and revenues = value of use and of stocks - cost of production, transport,
        backstop and switching

Switching is mu * KL(shares | habits), the real cost of leaving the usual suppliers. What is bought for stocks
is valued at the index at which it is bought, so stocks add nothing in the round they change. Source:
Anderson, de Palma and Thisse (1992) for the surplus of the logit; the rest is bookkeeping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from world.market.arrays import Curves, Lanes, Market, Stage
from world.market.charges import LaneCharges
from world.market.clearing import Clearing, StageClearing
from world.market.curves import softplus
from world.market.lane_books import LaneBook, lane_books
from world.market.listed import LaneList
from world.market.method import payments_over, surplus_usd
from world.market.payments import LanePayments, Payments, added
from world.market.rows import Floats


@dataclass(frozen=True)
class StageAccounts:
    """Accounts of one stage, USD a round. S sellers, K users, B buyers (makers of the next stage, users).

    surplus_usd      (M, K)  integral of the need from the price index to the reference price
    use_value_usd    (M, K)  surplus + index x use wanted;  stock_value_usd (M, B) index x (orders - use
    wanted)
    profit_usd       (M, S)  own output and making, at gate prices, public guarantees included
    feed_usd         (M, S)  income from feed, negative where goods are taken out
    support_usd      (M, S)  what public money adds under guaranteed prices (part of the profit)
    cost_usd         (M, S)  real cost of production, what it is made of not counted
    premium_usd      (M, S)  what sellers get above gate prices: quota premiums, rents, gaps of minimum prices
    contract_usd     (M, S)  what contracts pay sellers above spot, negative below; agreed_usd (M, B) the same
        by who pays it
    export_tax_usd   (M, S)
    duty_usd, fine_usd, levy_usd  (M, B)  to the treasury of the buyer's country
    holder_usd       (M, B)  quota rents of the buyer's side, direct lanes
    freight_usd, other_usd, backstop_usd, switching_usd  (M, B)  real costs
    hub_margin_usd   (M, B)  margins of third countries, and the rent of what they can carry, by who pays
    lanes, by_lane   the lanes with trade, and levy and margin on each
    """

    surplus_usd: Floats
    use_value_usd: Floats
    stock_value_usd: Floats
    profit_usd: Floats
    feed_usd: Floats
    support_usd: Floats
    cost_usd: Floats
    premium_usd: Floats
    contract_usd: Floats
    agreed_usd: Floats
    export_tax_usd: Floats
    duty_usd: Floats
    levy_usd: Floats
    fine_usd: Floats
    holder_usd: Floats
    freight_usd: Floats
    other_usd: Floats
    backstop_usd: Floats
    switching_usd: Floats
    hub_margin_usd: Floats
    lanes: LaneList
    by_lane: LanePayments

    def real_value_usd(self) -> Floats:
        """(M,) value of use and stocks less all real costs: what surpluses and revenues must add up to."""
        gained = self.use_value_usd.sum(1) + self.stock_value_usd.sum(1) - self.cost_usd.sum(1)
        lost = self.freight_usd + self.other_usd + self.backstop_usd + self.switching_usd
        return np.asarray(gained - lost.sum(1))


def account(market: Market, clearing: Clearing, charges: Sequence[LaneCharges]) -> tuple[StageAccounts, ...]:
    """The accounts of a cleared market, stage by stage. The charges must be those the lanes were made of
    (``compose_lanes``)."""
    return account_over(market, clearing, lane_books(market, clearing, charges))


def account_over(market: Market, clearing: Clearing, books: Sequence[LaneBook]) -> tuple[StageAccounts, ...]:
    """The accounts of a market that was cleared over listed lanes; the arrays of lanes of ``market`` and
    ``clearing`` are not read."""
    befores = (None, *clearing.stages[:-1])
    stages = zip(market.stages, clearing.stages, befores, books, strict=True)
    return tuple(_stage(*stage) for stage in stages)


def _stage(
    stage: Stage, cleared: StageClearing, before: StageClearing | None, book: LaneBook
) -> StageAccounts:
    count, index, lanes = stage.makers_next, cleared.index_usd_t, book.lanes
    surplus = consumer_surplus_usd(stage, index[:, count:])
    paid = payments_over(book.charges, lanes, book.flows, cleared.price_usd_t, cleared.ordered_t)
    profit, feed, support, cost = _production(stage, cleared, before)
    sums = {item.name: getattr(paid.sums, item.name) for item in fields(Payments)}
    leaving, shape = sums.pop("leaving_usd"), index.shape
    return StageAccounts(
        surplus_usd=surplus,
        use_value_usd=surplus + index[:, count:] * cleared.wanted_t[:, count:],
        stock_value_usd=index * (cleared.ordered_t - cleared.wanted_t),
        profit_usd=profit,
        feed_usd=feed,
        support_usd=support,
        cost_usd=cost,
        **sums,
        levy_usd=added(lanes.row, lanes.buyer, paid.levy_usd, shape),
        backstop_usd=_backstop_usd(stage.lanes, cleared),
        switching_usd=_switching_usd(stage.lanes, cleared, leaving),
        hub_margin_usd=added(lanes.row, lanes.buyer, paid.hub_margin_usd, shape),
        lanes=lanes,
        by_lane=paid,
    )


def _production(
    stage: Stage, cleared: StageClearing, before: StageClearing | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """Profit, income from feed, public support and cost of production, each (M, S)."""
    price, own = cleared.price_usd_t, cleared.output_t
    earned = np.maximum(price[:, None, :], stage.own.guaranteed_usd_t)
    cost = _cost_of(own, stage.own, earned)
    support = ((earned - price[:, None, :]) * own).sum(1)
    spent = np.zeros_like(price)
    if before is not None:
        index = before.index_usd_t[:, : stage.sellers]
        made_at = np.maximum(price[:, None, :], stage.making.guaranteed_usd_t)
        value = stage.recovery[:, None, None] * made_at
        cost = cost + _cost_of(cleared.throughput_t, stage.making, value - index[:, None, :])
        taken = cleared.throughput_t.sum(1)
        got = cleared.converted_t / np.where(taken > 0, taken, 1.0)
        support = support + ((made_at - price[:, None, :]) * cleared.throughput_t).sum(1) * got
        spent = index * taken
    made = own.sum(1) + cleared.converted_t
    sold = np.maximum(cleared.feed_t, 0.0)
    part = sold / np.where(sold + made > 0, sold + made, 1.0)
    feed = price * (cleared.feed_t - part * cleared.disposal_t)
    lost = price * (1.0 - part) * cleared.disposal_t
    return price * made + support - lost - spent - cost, feed, support, cost


def _cost_of(tonnes: Floats, curves: Curves, earned_usd_t: Floats) -> Floats:
    """Integral of the marginal cost c + v logit(u / K) up to ``tonnes``, summed over tranches: earned x S -
    K v
    softplus((earned - c) / v)."""
    some = (curves.capacity_t > 0) & (tonnes > 0)
    width = np.where(some, curves.slope_usd_t, 1.0)
    earned = np.where(some, earned_usd_t, 0.0)
    profit = curves.capacity_t * width * softplus((earned - curves.cost_usd_t) / width)
    return np.asarray(np.where(some, earned * tonnes - profit, 0.0).sum(1))


def consumer_surplus_usd(stage: Stage, index_usd_t: Floats) -> Floats:
    """Integral of the need D from the index (M, K) to the reference price: what users gain over buying at
    that price, negative where they pay more.

    Within a round the end of the integral moves no difference. Between runs it does where need itself
    differs, by thrift or because prices reach users late: with an end above the prices that are paid, every
    tonne saved would count as lost at a multiple of what it costs; with this one it counts for what it would
    have cost more.
    """
    return surplus_usd(stage.needs, stage.lanes.spread_usd_t[:, stage.makers_next :], index_usd_t)


def tier_shares(lanes: Lanes) -> Floats:
    """(M, O, B) part of what a buyer goes without that falls on each tier of its backstop."""
    pull = lanes.backstop_log_weight - lanes.backstop_usd_t / lanes.spread_usd_t[:, None, :]
    top = pull.max(1, keepdims=True)
    weight = np.exp(pull - np.where(np.isfinite(top), top, 0.0))
    total = weight.sum(1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0))


def _backstop_usd(lanes: Lanes, cleared: StageClearing) -> Floats:
    return np.asarray(cleared.unmet_t * (tier_shares(lanes) * lanes.backstop_usd_t).sum(1))


def _switching_usd(lanes: Lanes, cleared: StageClearing, leaving: Floats) -> Floats:
    """mu * sum x ln(share / weight) over lanes (``leaving``, (M, B)) and tiers of the backstop; habits are
    not normalised after a closing, so a ban costs something."""
    ordered = np.where(cleared.ordered_t > 0, cleared.ordered_t, 1.0)
    without = cleared.unmet_t[:, None, :] * tier_shares(lanes)
    some = (without > 0) & (lanes.backstop_log_weight > -np.inf)
    own = np.log(np.where(some, without, 1.0)) - np.log(np.where(some, ordered[:, None, :], 1.0))
    own = own - np.where(some, lanes.backstop_log_weight, 0.0)
    return np.asarray(lanes.spread_usd_t * (leaving + np.where(some, without * own, 0.0).sum(1)))
