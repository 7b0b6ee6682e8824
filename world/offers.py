"""From the state of the world to the rows of the market: what producers offer, what users need, which
lanes are open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from world.axes import COMPONENT, ORE, REFINED, STAGES, Array, Axes, Mask, Whole
from world.borders import build_lanes
from world.calibration.base import BaseMarket
from world.habits import tranche_capacity_t
from world.industry.second_sources import open_now
from world.lanes.quotas import SellerQuotas, joined, sales_quotas
from world.lanes.terms import HubTerms, Rows, StageBorders, ZoneRules
from world.market.arrays import Curves, Lanes, Market, Needs, Stage, Stocks
from world.market.charges import LaneCharges
from world.market.rows import Rowwise
from world.parameters import ParameterValues
from world.policy.guarantees import Cover, guaranteed
from world.state import Markets
from world.stocks.holdings import holding_of, use_of_users_t
from world.stocks.private import answer_of, passing_share
from world.stocks.stop_lengths import CutOff

LOCAL_RANGE = (0.05, 50.0)
"""Local prices over base-year ones to which use answers are kept within these bounds."""


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

    def over(self, lanes: Lanes, covers: Mask) -> Stage:
        """The stage over these lanes; ``covers`` as in ``SellerQuotas.desks``."""
        return Stage(
            own=self.own,
            feed_t=self.feed_t,
            recovery=self.recovery,
            making=self.making,
            needs=self.needs,
            stocks=self.stocks,
            lanes=lanes,
            desks=self.quotas.desks(covers),
        )


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
            stages.append(offers.over(lanes, covers))
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
        (mineral, refiner) their releases there; fear, expected_rise : per stage (mineral, buyer) chance of a
        cut-off that buyers see, and rise of the price that they expect from what was announced; planned_t :
        per stage (mineral, buyer) ordered ahead of what was announced, below zero used of such orders
        and of other stocks; cut_off : per stage what is withheld from whom, and for how long
    is_settled : a market some years on, in which stocks are at rest
    """

    ceiling_t: tuple[Array, ...]
    export_quotas: tuple[SellerQuotas, ...]
    covers: tuple[Cover, ...]
    loss_share: tuple[Array, ...]
    reserve_need_t: Array
    reserve_release_t: Array
    fear: tuple[Array, ...]
    expected_rise: tuple[Array, ...]
    planned_t: tuple[Array, ...]
    cut_off: tuple[CutOff, ...]
    is_settled: bool = False


def make_offers(
    base: BaseMarket, markets: Markets, conditions: Conditions, parameters: ParameterValues
) -> Offers:
    """Offers and needs of a round."""
    growth = markets.demand_growth[:, None]
    lost = [1.0 - share for share in conditions.loss_share]
    mines = np.exp(markets.ore_outage) * lost[ORE]
    needs, stocks = zip(
        *(_purchases(base, markets, conditions, parameters, stage) for stage in range(len(STAGES))),
        strict=True,
    )
    ore = StageOffers(
        own=_curves(base, markets, "ore", mines),
        feed_t=_growing(base.feed_t[ORE], growth),
        recovery=np.ones_like(base.recovery),
        making=_curves(base, markets, "ore", np.zeros_like(mines)),
        needs=needs[ORE],
        stocks=stocks[ORE],
        quotas=_quotas(base.axes, conditions, ORE),
    )
    refined = StageOffers(
        own=_curves(base, markets, "primary", lost[REFINED]),
        feed_t=_growing(base.feed_t[REFINED], growth) + conditions.reserve_release_t,
        recovery=base.recovery,
        making=_curves(base, markets, "refining", lost[REFINED]),
        needs=needs[REFINED],
        stocks=stocks[REFINED],
        quotas=_quotas(base.axes, conditions, REFINED),
    )
    component = StageOffers(
        own=_curves(base, markets, "component", np.zeros_like(lost[COMPONENT])),
        feed_t=base.feed_t[COMPONENT],
        recovery=base.yield_of(COMPONENT),
        making=_curves(base, markets, "component", lost[COMPONENT]),
        needs=needs[COMPONENT],
        stocks=stocks[COMPONENT],
        quotas=_quotas(base.axes, conditions, COMPONENT),
    )
    return Offers(tuple(map(_assured, (ore, refined, component), conditions.covers)))


def _assured(offers: StageOffers, cover: Cover) -> StageOffers:
    """The same offers with guaranteed prices on the capacity that they cover."""
    made_t = offers.recovery[:, None] * offers.making.capacity_t.sum(axis=1)
    share = cover.covered_share(offers.own.capacity_t.sum(axis=1) + made_t)
    return replace(
        offers,
        own=guaranteed(offers.own, cover, share),
        making=guaranteed(offers.making, cover, share),
    )


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


def _quotas(axes: Axes, conditions: Conditions, stage: int) -> SellerQuotas:
    """Ceilings on what sellers may sell, and quotas on what they may sell abroad."""
    ceilings = sales_quotas(conditions.ceiling_t[stage], axes.buyers(stage).shape[1])
    return joined(ceilings, conditions.export_quotas[stage])


def _purchases(
    base: BaseMarket, markets: Markets, conditions: Conditions, parameters: ParameterValues, stage: int
) -> tuple[Needs, Stocks]:
    """Needs of the users of a stage's good and the stock answers of all its buyers. In a settled market
    stocks are at rest and users pay today's price."""
    use = use_of_users_t(base, markets, stage)
    other = np.zeros_like(use)
    if stage == REFINED:
        other = base.stock_build_t * markets.stock_build_left + conditions.reserve_need_t
    makers = base.axes.makers_next(stage).shape[1]
    reference = np.maximum(base.lanes(stage).index_usd_t[:, makers:], 1e-9)
    elasticity = np.broadcast_to(_elasticity(base, stage)[:, None], use.shape).copy()
    dear = parameters.dear_price_ratio * reference
    steep = np.maximum(parameters.dear_elasticity, elasticity)
    second = _second_share(base, markets, conditions.is_settled, parameters, stage)
    opening = (parameters.second_price_ratio * reference, parameters.second_full_ratio * reference)
    if conditions.is_settled:
        second = second * _part(use, use + other)
        needs = Needs(use + other, reference, elasticity, dear, steep, *opening, second)
        return needs, _no_stocks(base.axes.buyers(stage))
    holding = replace(
        holding_of(base, markets, stage),
        planned_t=conditions.planned_t[stage],
        cut_share=conditions.cut_off[stage].share,
    )
    fear, rise = conditions.fear[stage], conditions.expected_rise[stage]
    answer = answer_of(holding, fear, rise, parameters)
    passing = passing_share(holding, parameters.stock_cost_pricing_share)[:, makers:]
    local = np.clip(markets.local_index_usd_t[stage][:, makers:] / reference, *LOCAL_RANGE)
    beyond = np.maximum(local / parameters.dear_price_ratio, 1.0)
    held_back = local**-elasticity * beyond ** (elasticity - steep)
    need = use * held_back ** (1.0 - passing) + other
    own = (holding.use_t > 0).astype(float)
    own[:, makers:] = _part(need - other, need)
    buy, draw, centre, width = answer
    second = second * _part(use, need)
    needs = Needs(need, reference, elasticity * passing, dear, steep * passing, *opening, second)
    return needs, Stocks(buy * own, draw * own, centre, width)


def _second_share(
    base: BaseMarket, markets: Markets, is_settled: bool, parameters: ParameterValues, stage: int
) -> Array:
    """(mineral, user) what second sources can give this round, over use; in a market some years on all are
    open. Components have none."""
    if stage != REFINED:
        return np.zeros(base.axes.users_of(stage).shape)
    opened = open_now(markets.second_open, base.rounds_per_year, parameters)
    return base.evidence.second_share[:, None] * (np.ones_like(opened) if is_settled else opened)


def _part(part: Array, whole: Array) -> Array:
    return np.asarray(np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0))


def _elasticity(base: BaseMarket, stage: int) -> Array:
    """(mineral,) short-run elasticity of the users of a stage's good."""
    evidence = base.evidence
    return evidence.component_elasticity if stage == COMPONENT else evidence.demand_elasticity


def _no_stocks(buyers: Whole) -> Stocks:
    return Stocks(
        np.zeros(buyers.shape), np.zeros(buyers.shape), np.ones(buyers.shape), np.ones(buyers.shape)
    )
