"""From the state of the world to the rows of the market: what producers offer, what users need, which
lanes are open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from world.axes import COMPONENT, ORE, REFINED, Array, Axes, Whole
from world.border_terms import HubTerms, Rows, StageBorders, ZoneRules
from world.borders import build_lanes
from world.calibration.base import BaseMarket
from world.guarantees import Cover, guaranteed
from world.habits import tranche_capacity_t, working_t
from world.market.arrays import Curves, Desks, Market, Needs, Stage, Stocks
from world.market.charges import LaneCharges
from world.market.rows import Rowwise
from world.parameters import ParameterValues
from world.quotas import SellerQuotas, joined, sales_quotas
from world.state import Markets


@dataclass(frozen=True)
class StageOffers(Rowwise):
    """Supply and need of a stage before lanes, one row a mineral; fields as in ``market.arrays.Stage``."""

    own: Curves
    feed_t: Array
    recovery: Array
    making: Curves
    needs: Needs
    stocks: Stocks
    quotas: SellerQuotas


@dataclass(frozen=True)
class Offers:
    """Supply and need of a round, stage by stage."""

    stages: tuple[StageOffers, ...]

    def market(
        self,
        rows: Sequence[Rows],
        borders: Sequence[StageBorders],
        terms: HubTerms,
        zone: ZoneRules,
        hubs: bool,
    ) -> Priced:
        """The market rows of these questions, and the charges on their lanes; ``rows`` and ``borders`` one a
        stage. Offers and borders are those of the rows."""
        stages, charges = [], []
        for offers, asked, border in zip(self.stages, rows, borders, strict=True):
            charge, lanes = build_lanes(border, asked, terms, zone, hubs)
            direct = np.arange(lanes.cap_t.shape[1]) == 0
            counts = direct[None, None, :] | offers.quotas.by_hubs[:, :, None]
            covers = offers.quotas.covers[:, :, None, :] & counts[..., None]
            stages.append(
                Stage(
                    own=offers.own,
                    feed_t=offers.feed_t,
                    recovery=offers.recovery,
                    making=offers.making,
                    needs=offers.needs,
                    stocks=offers.stocks,
                    lanes=lanes,
                    desks=Desks(offers.quotas.seller, offers.quotas.quota_t, covers),
                )
            )
            charges.append(charge)
        return Priced(Market(tuple(stages)), tuple(charges))


@dataclass(frozen=True)
class Priced:
    """Market rows with the parts of their charges, so that accounts know a duty from freight."""

    market: Market
    charges: tuple[LaneCharges, ...]


@dataclass(frozen=True)
class Conditions:
    """What the round's events do to supply and need.

    ceiling_t : per stage (mineral, seller) sales allowed, inf where all; export_quotas, covers : per stage
        quotas on sales abroad, guaranteed prices; loss_share : per stage (mineral, seller) output lost;
        reserve_need_t (mineral, user) purchases of the reserve and of states at home; reserve_release_t
        (mineral, refiner) their releases there; fear (mineral, user) chance of a cut-off that users see
    """

    ceiling_t: tuple[Array, ...]
    export_quotas: tuple[SellerQuotas, ...]
    covers: tuple[Cover, ...]
    loss_share: tuple[Array, ...]
    reserve_need_t: Array
    reserve_release_t: Array
    fear: Array


def make_offers(
    base: BaseMarket, markets: Markets, conditions: Conditions, parameters: ParameterValues
) -> Offers:
    """Offers and needs of a round."""
    growth = markets.demand_growth[:, None]
    lost = [1.0 - share for share in conditions.loss_share]
    mines = np.exp(markets.ore_outage) * lost[ORE]
    needs, stocks = _needs(base, markets, conditions, parameters)
    ore = StageOffers(
        own=_curves(base, markets, "ore", mines),
        feed_t=_growing(base.feed_t[ORE], growth),
        recovery=np.ones_like(base.recovery),
        making=_curves(base, markets, "ore", np.zeros_like(mines)),
        needs=_no_needs(len(growth)),
        stocks=_no_stocks(base.axes.buyers(ORE)),
        quotas=_quotas(base.axes, conditions, ORE),
    )
    refined = StageOffers(
        own=_curves(base, markets, "primary", lost[REFINED]),
        feed_t=_growing(base.feed_t[REFINED], growth) + conditions.reserve_release_t,
        recovery=base.recovery,
        making=_curves(base, markets, "refining", lost[REFINED]),
        needs=needs,
        stocks=stocks,
        quotas=_quotas(base.axes, conditions, REFINED),
    )
    components = _components(base, markets, conditions)
    return Offers(tuple(map(_assured, (ore, refined, components), conditions.covers)))


def _assured(offers: StageOffers, cover: Cover) -> StageOffers:
    """The same offers with guaranteed prices on the capacity that they cover."""
    made_t = offers.recovery[:, None] * offers.making.capacity_t.sum(axis=1)
    share = cover.covered_share(offers.own.capacity_t.sum(axis=1) + made_t)
    return replace(
        offers,
        own=guaranteed(offers.own, cover, share),
        making=guaranteed(offers.making, cover, share),
    )


def _components(base: BaseMarket, markets: Markets, conditions: Conditions) -> StageOffers:
    """Makers of components and the final users of what they make."""
    left = 1.0 - conditions.loss_share[COMPONENT]
    need = base.final_use_t * _activity(markets) * markets.final_thrift
    elasticity = np.broadcast_to(base.evidence.component_elasticity[:, None], need.shape).copy()
    return StageOffers(
        own=_curves(base, markets, "component", np.zeros_like(left)),
        feed_t=base.feed_t[COMPONENT],
        recovery=base.yield_of(COMPONENT),
        making=_curves(base, markets, "component", left),
        needs=Needs(need, np.maximum(base.lanes(COMPONENT).index_usd_t, 1e-9), elasticity),
        stocks=_no_stocks(base.axes.buyers(COMPONENT)),
        quotas=_quotas(base.axes, conditions, COMPONENT),
    )


def _usual_input_t(base: BaseMarket, markets: Markets) -> Array:
    """(mineral, maker) metal that makers of components use when their plants run as in the base year;
    entrants' run as the largest maker's."""
    capacity = base.curves["component"].capacity_t
    most = np.take_along_axis(capacity, capacity.argmax(axis=1)[:, None], axis=1)
    largest = np.take_along_axis(base.component_input_t, capacity.argmax(axis=1)[:, None], axis=1)
    usual = largest / np.where(most > 0, most, 1.0)
    share = np.where(capacity > 0, base.component_input_t / np.where(capacity > 0, capacity, 1.0), usual)
    return np.asarray(share * working_t(markets, "component"))


def _activity(markets: Markets) -> Array:
    """(mineral, 1) level of use over the base year's."""
    return np.asarray(markets.demand_growth * np.exp(markets.demand_shock))[:, None]


def _growing(feed_t: Array, growth: Array) -> Array:
    """Feed grows with demand; what is taken out of the chain does not."""
    return np.asarray(feed_t * np.where(feed_t > 0, growth, 1.0))


def _curves(base: BaseMarket, markets: Markets, block: str, running_share: Array) -> Curves:
    """The tranches of a block, of which ``running_share`` (mineral, seller) can run this round."""
    capacity = tranche_capacity_t(markets, block) * running_share[:, None, :]
    curves = base.curves[block]
    return Curves(
        capacity, curves.tranche_cost_usd_t, curves.tranche_slope_usd_t, np.full(capacity.shape, -np.inf)
    )


def _no_needs(minerals: int) -> Needs:
    return Needs(*(np.zeros((minerals, 0)) for _ in range(3)))


def _no_stocks(buyers: Whole) -> Stocks:
    return Stocks(
        np.zeros(buyers.shape), np.zeros(buyers.shape), np.ones(buyers.shape), np.ones(buyers.shape)
    )


def _quotas(axes: Axes, conditions: Conditions, stage: int) -> SellerQuotas:
    """Ceilings on what sellers may sell, and quotas on what they may sell abroad."""
    ceilings = sales_quotas(conditions.ceiling_t[stage], axes.buyers(stage).shape[1])
    return joined(ceilings, conditions.export_quotas[stage])


def _needs(
    base: BaseMarket, markets: Markets, conditions: Conditions, parameters: ParameterValues
) -> tuple[Needs, Stocks]:
    """Needs of the users of refined metal, the reserve's orders among them, and the stock responses of its
    buyers, makers of components first."""
    use = base.use_t * _activity(markets) * markets.thrift
    need = use + base.stock_build_t * markets.stock_build_left + conditions.reserve_need_t
    makers = base.component_input_t.shape[1]
    wanted = np.concatenate([_usual_input_t(base, markets), use], axis=1)
    most = np.concatenate([working_t(markets, "component"), use], axis=1)
    own = np.where(wanted > 0, 1.0, 0.0)
    own[:, makers:] = np.where(need > 0, use / np.where(need > 0, need, 1.0), 0.0)
    buy, draw, centre, width = stock_response(base, markets, (wanted, most), conditions.fear, parameters)
    elasticity = np.broadcast_to(base.evidence.demand_elasticity[:, None], need.shape).copy()
    reference = base.lanes(REFINED).index_usd_t[:, makers:]
    return Needs(need, reference, elasticity), Stocks(buy * own, draw * own, centre, width)


def stock_response(
    base: BaseMarket, markets: Markets, uses_t: tuple[Array, Array], fear: Array, parameters: ParameterValues
) -> tuple[Array, Array, Array, Array]:
    """Private stocks as a response to the price: b, c, centre and width of purchases Q = D (1 + b - c sig((P
    - Ps) / w)).

    At the usual price and a stock on target nothing is bought or drawn: b = c sig(-1.1) = c / 4. Users draw
    when the price is above what they are used to, never below a floor of their cover, and close the gap to a
    target that grows with the fear of a cut-off. ``uses_t`` are the usual use and the most there can be.
    """
    use_t, most_t = uses_t
    cover = np.maximum(base.evidence.stock_cover_quarters[:, None] * use_t, 1e-12)
    target = cover * (1.0 + parameters.stock_fear_response * fear) + markets.built_stock_t
    floor = parameters.stock_floor_share * cover
    free = np.maximum(markets.stock_t - floor, 0.0)
    draw = np.clip(0.8 * free / np.maximum(most_t, 1e-12), 0.0, 0.85)
    gap = (
        (target - markets.stock_t)
        / np.maximum(use_t, 1e-12)
        / max(parameters.stock_adjustment_months / 3.0, 1.0)
    )
    refill = np.clip(gap, 0.0, 0.4) / 0.75  # bought at the usual price, put off when it is dear
    shed = np.clip(gap, -0.9 * np.minimum(draw, 0.3), 0.0)
    buy, draw = 0.25 * draw + refill + shed, draw + refill
    usual = np.maximum(markets.usual_index_usd_t, 0.05 * base.lanes(REFINED).index_usd_t)
    width = np.maximum(
        0.5 * usual / max(parameters.stock_price_response, 0.1), base.lanes(REFINED).spread_usd_t
    )
    return buy, draw, usual + 1.1 * width, width
