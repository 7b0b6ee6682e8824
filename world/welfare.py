"""Who gains and who pays: the accounts of a cleared market, in USD a round.

Four identities hold row by row (see the tests):

    money    what buyers pay sellers and borders = seller prices + export taxes + freight + duties + levies +
        quota rents + margins
    buyers   payments + backstop + switching = price index * order, of every buyer
    mass     what is sold is what is got
    total    sum of surpluses and revenues = value of use - cost of mining, refining, transport, backstop and
        switching

Switching is mu * KL(shares | habits), the real cost of leaving the usual suppliers. Metal bought for stocks
is valued at the index at which it is bought, so stocks add nothing in the round they change. Source:
Anderson, de Palma and Thisse (1992) for the surplus of the logit; the rest is bookkeeping.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.market.arrays import Clearing, Floats, Lanes, Market, Rowwise
from world.market.charges import LaneCharges
from world.market.curves import logit, softplus
from world.market.need import LOWEST_RELATIVE_PRICE, SPREADS_ABOVE_ZERO

# Users' surplus is counted up to this multiple of their reference price; differences do not depend on it.
CAP_RELATIVE_PRICE = 10.0


@dataclass(frozen=True)
class StageAccounts(Rowwise):
    """The lanes of one stage, USD a round. S sellers, B buyers.

    sales_usd, export_tax_usd, rent_usd               (M, S)  seller's price x tonnes; taxes and quota rents
        of the seller's side
    duty_usd, levy_usd, freight_usd, other_usd        (M, B)  duties and levies go to the buyer's side;
        freight, other: real costs
    hub_margin_usd                                    (M, R, S, B)  margins of the third countries
    backstop_usd, switching_usd                       (M, B)  real costs of going without and of changing
        suppliers
    """

    sales_usd: Floats
    export_tax_usd: Floats
    rent_usd: Floats
    duty_usd: Floats
    levy_usd: Floats
    freight_usd: Floats
    other_usd: Floats
    hub_margin_usd: Floats
    backstop_usd: Floats
    switching_usd: Floats


@dataclass(frozen=True)
class Accounts(Rowwise):
    """All accounts of a batch, USD a round.

    consumer_surplus_usd  (M, K)  integral of the need from the price index to the cap (negative above the
        cap)
    use_value_usd         (M, K)  surplus + index x need; stock_value_usd (M, K) index x (purchases - need)
    ore_profit_usd        (M, I)  mining profit;  ore_feed_usd (M, I) income from feed, negative where ore is
        taken out
    refining_profit_usd   (M, J)  profit of conversion and of primary output;  refined_feed_usd (M, J)
    mining_cost_usd (M, I), refining_cost_usd (M, J)  real costs of production without ore
    ore, refined          the accounts of the lanes
    """

    consumer_surplus_usd: Floats
    use_value_usd: Floats
    stock_value_usd: Floats
    ore_profit_usd: Floats
    ore_feed_usd: Floats
    refining_profit_usd: Floats
    refined_feed_usd: Floats
    mining_cost_usd: Floats
    refining_cost_usd: Floats
    ore: StageAccounts
    refined: StageAccounts


def account(
    market: Market, clearing: Clearing, ore_charges: LaneCharges, refined_charges: LaneCharges
) -> Accounts:
    """The accounts of a cleared market. The charges must be those the lanes were made of
    (``compose_lanes``)."""
    index, need = clearing.refined_index_usd_t, clearing.need_t
    surplus = consumer_surplus_usd(market, index)
    ore_profit, ore_feed, mining_cost = _mining(market, clearing)
    refining_profit, refined_feed, refining_cost = _refining(market, clearing)
    return Accounts(
        consumer_surplus_usd=surplus,
        use_value_usd=surplus + index * need,
        stock_value_usd=index * (clearing.purchases_t - need),
        ore_profit_usd=ore_profit,
        ore_feed_usd=ore_feed,
        refining_profit_usd=refining_profit,
        refined_feed_usd=refined_feed,
        mining_cost_usd=mining_cost,
        refining_cost_usd=refining_cost,
        ore=_lanes(
            market.ore_lanes, ore_charges, clearing.ore_price_usd_t, clearing.ore_flow_t, _of(clearing, "ore")
        ),
        refined=_lanes(
            market.refined_lanes,
            refined_charges,
            clearing.refined_price_usd_t,
            clearing.refined_flow_t,
            _of(clearing, "refined"),
        ),
    )


def _mining(market: Market, clearing: Clearing) -> tuple[Floats, Floats, Floats]:
    """Profit of the mines, income from ore feed, and the cost of mining, each (M, I)."""
    price, output = clearing.ore_price_usd_t, clearing.ore_output_t
    cost = _cost_of(output, market.ore_capacity_t, market.ore_cost_usd_t, market.ore_slope_usd_t, price)
    feed, lost = _feed_income(clearing.ore_feed_t, output, clearing.ore_disposal_t, price)
    return price * output - lost - cost, feed, cost


def _refining(market: Market, clearing: Clearing) -> tuple[Floats, Floats, Floats]:
    """Profit of refineries, income from refined feed, and the cost of refining without ore, each (M, J)."""
    price, made = clearing.refined_price_usd_t, clearing.converted_t + clearing.primary_t
    curve = (market.primary_capacity_t, market.primary_cost_usd_t, market.primary_slope_usd_t)
    cost = _conversion_cost(market, clearing) + _cost_of(clearing.primary_t, *curve, price)
    feed, lost = _feed_income(clearing.refined_feed_t, made, clearing.refined_disposal_t, price)
    ore = clearing.ore_index_usd_t * clearing.throughput_t
    return price * made - lost - ore - cost, feed, cost


def consumer_surplus_usd(market: Market, index_usd_t: Floats) -> Floats:
    """Integral of the need D from the index (M, K) to ``CAP_RELATIVE_PRICE`` times the reference price, in
    closed form."""
    some = market.need_t > 0
    price = np.where(some, market.need_price_usd_t, 1.0)
    elasticity = np.where(some, market.need_elasticity, 0.0)
    spread = np.where(some, market.refined_lanes.spread_usd_t, 0.0)
    lowest = np.maximum(LOWEST_RELATIVE_PRICE * price, SPREADS_ABOVE_ZERO * elasticity * spread)
    upper = _power_integral(np.maximum(index_usd_t, lowest), CAP_RELATIVE_PRICE * price, price, elasticity)
    below = np.minimum(index_usd_t - lowest, 0.0)
    rate = elasticity / lowest
    safe = np.where(rate > 0, rate, 1.0)
    stretch = np.where(rate > 0, np.expm1(-below * rate) / safe, -below)
    lower = (lowest / price) ** -elasticity * stretch
    return np.where(some, market.need_t * (upper + lower), 0.0)


def _power_integral(low: Floats, high: Floats, price: Floats, elasticity: Floats) -> Floats:
    """Integral of (p / price)^-elasticity from low to high, also where the elasticity is 1."""
    power = 1.0 - elasticity
    unit = np.abs(power) < 1e-12
    safe = np.where(unit, 1.0, power)
    log_ratio = np.log(high / low)
    grown = low * (low / price) ** -elasticity * np.expm1(safe * log_ratio) / safe
    return np.where(unit, price * log_ratio, grown)


def _cost_of(output: Floats, capacity: Floats, cost: Floats, slope: Floats, price: Floats) -> Floats:
    """Integral of the marginal cost c + v logit(u / K) up to ``output``; at a price taken whole, p S - K v
    softplus((p - c) / v)."""
    some = (capacity > 0) & (output > 0)
    size, width = np.where(some, capacity, 1.0), np.where(some, slope, 1.0)
    full = (price - cost) / width
    share = np.where(some, output / size, 0.5)
    inside = np.clip(share, 1e-300, 1.0 - 1e-16)
    # a ceiling lowers the marginal cost below the price; otherwise the price itself is the better conditioned
    # of the two
    held = np.where(share < (1.0 - 1e-12) / (1.0 + np.exp(np.minimum(-full, 700.0))), logit(inside), full)
    return np.where(some, (cost + width * held) * output - size * width * softplus(held), 0.0)


def _feed_income(feed: Floats, made: Floats, disposal: Floats, price: Floats) -> tuple[Floats, Floats]:
    """Income from feed, and what those who made the rest lose on what is given away."""
    sold = np.maximum(feed, 0.0)
    total = sold + made
    part = sold / np.where(total > 0, total, 1.0)
    return price * (feed - part * disposal), price * (1.0 - part) * disposal


def _conversion_cost(market: Market, clearing: Clearing) -> Floats:
    """Cost of processing the throughput, ore not counted: integral of c + v logit(R / K)."""
    value = market.recovery[:, None] * clearing.refined_price_usd_t - clearing.ore_index_usd_t
    return _cost_of(
        clearing.throughput_t,
        market.refining_capacity_t,
        market.refining_cost_usd_t,
        market.refining_slope_usd_t,
        value,
    )


@dataclass(frozen=True)
class _Side:
    landed: Floats
    levy: Floats
    rent: Floats
    ordered: Floats
    without: Floats


def _of(clearing: Clearing, stage: str) -> _Side:
    if stage == "ore":
        ordered, without = clearing.throughput_t, clearing.ore_backstop_t
        return _Side(
            clearing.ore_landed_usd_t, clearing.ore_levy_usd_t, clearing.ore_rent_usd_t, ordered, without
        )
    ordered, without = clearing.purchases_t, clearing.unmet_t
    return _Side(
        clearing.refined_landed_usd_t,
        clearing.refined_levy_usd_t,
        clearing.refined_rent_usd_t,
        ordered,
        without,
    )


def _lanes(lanes: Lanes, charges: LaneCharges, price: Floats, flow: Floats, side: _Side) -> StageAccounts:
    def by_seller(per_tonne: Floats) -> Floats:
        return np.asarray((flow * per_tonne).sum((1, 3)))

    def by_buyer(per_tonne: Floats) -> Floats:
        return np.asarray((flow * per_tonne).sum((1, 2)))

    return StageAccounts(
        sales_usd=price * flow.sum((1, 3)),
        export_tax_usd=by_seller(charges.export_tax_on_usd_t(price)),
        rent_usd=by_seller(side.rent),
        duty_usd=by_buyer(charges.duty_usd_t(price)),
        levy_usd=by_buyer(side.levy),
        freight_usd=by_buyer(charges.freight_usd_t),
        other_usd=by_buyer(charges.other_usd_t),
        hub_margin_usd=flow * charges.hub_margin_usd_t,
        backstop_usd=side.without * lanes.backstop_usd_t,
        switching_usd=_switching_usd(lanes, flow, side),
    )


def _switching_usd(lanes: Lanes, flow: Floats, side: _Side) -> Floats:
    """mu * sum x ln(share / weight) over lanes and backstop; habits are not normalised after a closing, so a
    ban costs something."""
    ordered = np.where(side.ordered > 0, side.ordered, 1.0)
    used = (flow > 0) & (lanes.log_weight > -np.inf)
    share = np.where(used, flow, 1.0) / ordered[:, None, None, :]
    lane_part = (flow * np.where(used, np.log(share) - np.where(used, lanes.log_weight, 0.0), 0.0)).sum(
        (1, 2)
    )
    some = (side.without > 0) & (lanes.backstop_log_weight > -np.inf)
    without = np.where(some, side.without, 0.0)
    own = np.log(np.where(some, without, 1.0) / np.where(some, ordered, 1.0)) - np.where(
        some, lanes.backstop_log_weight, 0.0
    )
    return np.asarray(lanes.spread_usd_t * (lane_part + without * own))
