"""From the state of the world to the rows of the market: what producers offer, what users need, which
lanes are open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import ORE, REFINED, Array
from world.borders import HubTerms, Rows, StageBorders, build_lanes
from world.calibration.base import BaseMarket
from world.market.arrays import Market
from world.market.charges import LaneCharges
from world.parameters import ParameterValues
from world.state import Markets


@dataclass(frozen=True)
class Offers:
    """Supply and need of a round, one row a mineral, before lanes; tonnes a round.

    The fields are those of :class:`world.market.arrays.Market` without its lanes.
    """

    fields: dict[str, Array]

    def market(
        self,
        rows_ore: Rows,
        rows_refined: Rows,
        borders: tuple[StageBorders, StageBorders],
        terms: HubTerms,
        hubs: bool,
    ) -> Priced:
        """The market rows of these questions, and the charges on their lanes."""
        charges_ore, lanes_ore = build_lanes(borders[ORE], rows_ore, terms, hubs)
        charges_refined, lanes_refined = build_lanes(borders[REFINED], rows_refined, terms, hubs)
        picked = {name: values[rows_ore.mineral] for name, values in self.fields.items()}
        market = Market(ore_lanes=lanes_ore, refined_lanes=lanes_refined, **picked)
        return Priced(market, charges_ore, charges_refined)


@dataclass(frozen=True)
class Priced:
    """Market rows with the parts of their charges, so that accounts know a duty from freight."""

    market: Market
    ore_charges: LaneCharges
    refined_charges: LaneCharges


@dataclass(frozen=True)
class Conditions:
    """What the round's events do to supply: (mineral, ore seller) ceilings and (mineral, seller) losses of
    output.
    """

    ore_ceiling_t: Array
    ore_loss_share: Array
    refining_loss_share: Array
    reserve_need_t: Array  # (mineral, user) purchases of the reserve at the home of its owner
    reserve_release_t: Array  # (mineral, refiner) releases at the home of its owner
    fear: Array  # (mineral, user) chance of a cut-off that users see


def make_offers(
    base: BaseMarket, markets: Markets, conditions: Conditions, parameters: ParameterValues
) -> Offers:
    """Offers and needs of a round."""
    working = np.exp(markets.ore_outage) * (1.0 - conditions.ore_loss_share)
    activity = (markets.demand_growth * np.exp(markets.demand_shock))[:, None]
    use = base.use_t * activity * markets.thrift
    building = base.stock_build_t * markets.stock_build_left
    buy, draw, centre, width = stock_response(base, markets, use, conditions.fear, parameters)
    need = use + building + conditions.reserve_need_t
    own = np.where(need > 0, use / np.where(need > 0, need, 1.0), 0.0)
    feed_scale = markets.demand_growth[:, None]
    fields = {
        "ore_capacity_t": (markets.ore_capacity_t - markets.ore_mothballed_t) * working,
        "ore_cost_usd_t": base.ore.cost_usd_t,
        "ore_slope_usd_t": base.ore.slope_usd_t,
        "ore_feed_t": base.ore_feed_t * np.where(base.ore_feed_t > 0, feed_scale, 1.0),
        "ore_ceiling_t": conditions.ore_ceiling_t,
        "recovery": base.recovery,
        "refining_capacity_t": (markets.refining_capacity_t - markets.refining_mothballed_t)
        * (1.0 - conditions.refining_loss_share),
        "refining_cost_usd_t": base.refining.cost_usd_t,
        "refining_slope_usd_t": base.refining.slope_usd_t,
        "primary_capacity_t": markets.primary_capacity_t * (1.0 - conditions.refining_loss_share),
        "primary_cost_usd_t": base.primary.cost_usd_t,
        "primary_slope_usd_t": base.primary.slope_usd_t,
        "refined_feed_t": base.refined_feed_t * np.where(base.refined_feed_t > 0, feed_scale, 1.0)
        + conditions.reserve_release_t,
        "need_t": need,
        "need_price_usd_t": base.refined_lanes.index_usd_t,
        "need_elasticity": np.broadcast_to(base.evidence.demand_elasticity[:, None], need.shape).copy(),
        "stock_buy_share": buy * own,
        "stock_draw_share": draw * own,
        "stock_price_usd_t": centre,
        "stock_width_usd_t": width,
    }
    return Offers(fields)


def stock_response(
    base: BaseMarket, markets: Markets, use_t: Array, fear: Array, parameters: ParameterValues
) -> tuple[Array, Array, Array, Array]:
    """Private stocks as a response to the price: b, c, centre and width of purchases Q = D (1 + b - c sig((P
    - Ps) / w)).

    At the usual price and a stock on target nothing is bought or drawn: b = c sig(-1.1) = c / 4. Users draw
    when the price is above what they are used to, never below a floor of their cover, and close the gap to a
    target that grows with the fear of a cut-off.
    """
    cover = np.maximum(base.evidence.stock_cover_quarters[:, None] * use_t, 1e-12)
    target = cover * (1.0 + parameters.stock_fear_response * fear) + markets.built_stock_t
    floor = parameters.stock_floor_share * cover
    free = np.maximum(markets.stock_t - floor, 0.0)
    draw = np.clip(0.8 * free / np.maximum(use_t, 1e-12), 0.0, 0.85)
    gap = (
        (target - markets.stock_t)
        / np.maximum(use_t, 1e-12)
        / max(parameters.stock_adjustment_months / 3.0, 1.0)
    )
    refill = np.clip(gap, 0.0, 0.4) / 0.75  # bought at the usual price, put off when it is dear
    shed = np.clip(gap, -0.9 * np.minimum(draw, 0.3), 0.0)
    buy, draw = 0.25 * draw + refill + shed, draw + refill
    usual = np.maximum(markets.usual_index_usd_t, 0.05 * base.refined_lanes.index_usd_t)
    width = np.maximum(
        0.5 * usual / max(parameters.stock_price_response, 0.1), base.refined_lanes.spread_usd_t
    )
    return buy, draw, usual + 1.1 * width, width


def seller_size_t(base: BaseMarket, markets: Markets, stage: int) -> Array:
    """(mineral, seller) capacity by which sellers are noticed: the size term of buyers' choice."""
    if stage == ORE:
        size: Array = markets.ore_capacity_t - markets.ore_mothballed_t + np.maximum(base.ore_feed_t, 0.0)
    else:
        converted = base.recovery[:, None] * (markets.refining_capacity_t - markets.refining_mothballed_t)
        size = converted + markets.primary_capacity_t + np.maximum(base.refined_feed_t, 0.0)
    return size


KNOWN_GROWTH = 2.0
"""Up to this multiple of its base-year size a seller grows with its customers of old (assumption)."""


def lane_weights(
    base: BaseMarket, markets: Markets, stage: int, trust_shift: Array, released_t: Array
) -> Array:
    """ln A of every lane this round: preference x size x habit, normalised over sellers with all lanes open.

    trust_shift : (mineral, seller, buyer) log points; released_t : (mineral, seller) what a reserve sells,
        noticed like capacity
    """
    lanes = base.lanes(stage)
    habit = markets.habit_ore if stage == ORE else markets.habit_refined
    size = seller_size_t(base, markets, stage) + released_t
    known = np.minimum(size, KNOWN_GROWTH * lanes.base_size_t)
    with np.errstate(divide="ignore"):
        settled = lanes.log_preference + np.log(known)[:, :, None]
        fresh = lanes.log_newcomer + np.log(size - known)[:, :, None]
    raw = np.logaddexp(settled, fresh) + habit + trust_shift
    top = raw.max(axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.log(np.maximum(np.exp(raw - top).sum(axis=1, keepdims=True), 1e-300)) + top
    free = np.log(1.0 - float(base.evidence.backstop_weight[stage]))
    weights: Array = np.where(np.isfinite(raw), raw - total + free, -np.inf)
    return weights
