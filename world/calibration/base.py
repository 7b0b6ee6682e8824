"""From the tables to a base market that reproduces 2024 exactly: mined, refined and used per country at 2024
prices.

That the base year comes back is a test of the code, not evidence for the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import COMPONENT, ORE, REFINED, STAGES, Array, Axes, gather, gather_pairs
from world.calibration.curves import (
    TRANCHE_SLOPE,
    SupplyCurves,
    dispersions_above_cost,
    refining_curves,
    supply_curves,
)
from world.calibration.evidence import CONVERTED, MINED, PRIMARY, Evidence, read_evidence
from world.calibration.lanes import StageLanes, fit_stage_flows, invert_preferences
from world.calibration.lists import list_axes
from world.calibration.margins import Margins, read_margins
from world.dataset import Dataset
from world.geography import freight_usd_t
from world.parameters import ParameterValues


@dataclass(frozen=True)
class BaseMarket:
    """The calibrated base year; tonnes a quarter, axes (mineral, seller or buyer) as in :class:`Axes`.

    curves : block -> supply curves of its sellers; feed_t, stage_lanes : one a stage
    price_usd_t : per stage (mineral, seller) f.o.b. price of the base year
    use_t : (mineral, user) use of metal as such; component_input_t : (mineral, maker) metal put into
    components;
        final_use_t : (mineral, final user) components used
    """

    axes: Axes
    evidence: Evidence
    margins: Margins
    curves: dict[str, SupplyCurves]
    feed_t: tuple[Array, ...]
    use_t: Array
    component_input_t: Array
    final_use_t: Array
    stock_build_t: Array
    stage_lanes: tuple[StageLanes, ...]
    price_usd_t: tuple[Array, ...]

    @property
    def recovery(self) -> Array:
        """(mineral,) refined tonnes per tonne of ore."""
        return self.margins.recovery

    def lanes(self, stage: int) -> StageLanes:
        """Lanes of a stage."""
        return self.stage_lanes[stage]

    def yield_of(self, stage: int) -> Array:
        """(mineral,) tonnes made of a stage's good per tonne of the good before; 1 at the first stage."""
        ones = np.ones_like(self.margins.recovery)
        return (ones, self.margins.recovery, self.margins.component_recovery)[stage]

    def feed_index_usd_t(self, block: str) -> Array:
        """(mineral, seller) base-year price index of what a block makes its good of."""
        stage = {"refining": ORE, "component": REFINED}[block]
        return self.stage_lanes[stage].index_usd_t[:, : self.axes.makers_next(stage).shape[1]]

    @property
    def buyer_use_t(self) -> Array:
        """(mineral, buyer) metal that the buyers of refined metal use, makers of components first."""
        return np.concatenate([self.component_input_t, self.use_t], axis=1)


def calibrate(
    dataset: Dataset,
    parameters: ParameterValues,
    known_shares: Array | None = None,
    hosts: Sequence[str] = (),
) -> BaseMarket:
    """Build the base market.

    known_shares : optional (mineral, stage, country, country) import shares to impose instead of all that the
        table ``lane_shares`` holds (the fit of withheld lanes calls this with some left out)
    hosts : countries that can buy and sell every refined metal (the keeper of a reserve)
    """
    margins = read_margins(dataset)
    axes = list_axes(dataset, margins, hosts)
    evidence = read_evidence(dataset, parameters, known_shares)
    feed = tuple(
        gather(values, axes.sellers(stage))
        for stage, values in enumerate((margins.ore_feed_t, margins.refined_feed_t, 0.0 * margins.use_t))
    )
    curves = {
        "ore": _curves(gather(margins.mined_t, axes.ore_sellers), evidence, axes, MINED, parameters),
        "primary": _curves(gather(margins.primary_t, axes.refiners), evidence, axes, PRIMARY, parameters),
    }
    flows = _stage_flows(evidence, axes, margins, feed)
    lanes: list[StageLanes] = []
    prices: list[Array] = []
    for stage, flow in enumerate(flows):
        prices.append(_seller_prices(evidence, axes, margins, lanes, stage))
        if stage > ORE:
            made = (
                gather(margins.ore_use_t, axes.refiners),
                gather(margins.component_input_t, axes.component_makers),
            )
            block = ("refining", "component")[stage - 1]
            index = lanes[-1].index_usd_t[:, : axes.sellers(stage).shape[1]]
            curves[block] = _making(
                evidence, margins, made[stage - 1], index, prices[stage], stage, axes, parameters
            )
        spread = _spread(evidence, axes, margins, flow, stage, parameters)
        size = _base_size_t(margins, curves, feed, stage)
        lanes.append(_stage_lanes(evidence, axes, stage, flow, spread, size, prices[stage], parameters))
    return BaseMarket(
        axes=axes,
        evidence=evidence,
        margins=margins,
        curves=curves,
        feed_t=feed,
        use_t=gather(margins.direct_use_t, axes.users),
        component_input_t=gather(margins.component_input_t, axes.component_makers),
        final_use_t=gather(margins.final_need_t, axes.final_users),
        stock_build_t=gather(margins.stock_build_t, axes.users),
        stage_lanes=tuple(lanes),
        price_usd_t=tuple(prices),
    )


def _stage_flows(evidence: Evidence, axes: Axes, margins: Margins, feed_t: tuple[Array, ...]) -> list[Array]:
    """Base-year flows of every stage, (mineral, seller, buyer). What a country buys of refined metal is
    fitted as a
    whole and split between its makers of components and its other users."""
    supply = (margins.ore_supply_t, margins.refined_supply_t, margins.component_supply_t)
    bought = (margins.ore_use_t, margins.purchases_t, margins.final_need_t)
    flows = [
        _flows(
            evidence,
            axes,
            stage,
            gather(supply[stage], axes.sellers(stage)),
            gather(bought[stage], axes.purchasers(stage)),
            feed_t[stage],
        )
        for stage in range(len(STAGES))
    ]
    part = np.divide(
        margins.component_input_t,
        margins.purchases_t,
        out=np.zeros_like(margins.use_t),
        where=margins.purchases_t > 0,
    )
    metal = np.zeros((len(part), feed_t[REFINED].shape[1], len(axes.countries)))
    for mineral in range(len(part)):
        real = axes.users[mineral] >= 0
        metal[mineral][:, axes.users[mineral][real]] = flows[REFINED][mineral][:, real]
    to_makers = np.take_along_axis(
        metal * part[:, None, :], np.maximum(axes.component_makers, 0)[:, None, :], axis=2
    )
    to_makers = np.where((axes.component_makers >= 0)[:, None, :], to_makers, 0.0)
    to_users = flows[REFINED] * (1.0 - gather(part, axes.users))[:, None, :]
    flows[REFINED] = np.concatenate([to_makers, to_users], axis=2)
    return flows


def _seller_prices(
    evidence: Evidence, axes: Axes, margins: Margins, lanes: list[StageLanes], stage: int
) -> Array:
    """(mineral, seller) f.o.b. prices of the base year: one price a good, but makers of components pass on
    what
    duties and freight make their metal dearer than the largest maker's (assumption: else they could not
    work)."""
    price = evidence.price_usd_t[:, stage][:, None] * np.ones(axes.sellers(stage).shape)
    if stage < COMPONENT:
        return price
    made = gather(margins.component_input_t, axes.component_makers)
    index = lanes[-1].index_usd_t[:, : made.shape[1]]
    largest = np.take_along_axis(index, made.argmax(axis=1)[:, None], axis=1)
    dearer = np.maximum(index - largest, 0.0) / margins.component_recovery[:, None]
    return np.asarray(price + np.where(axes.component_makers >= 0, dearer, 0.0))


def _base_size_t(
    margins: Margins, curves: dict[str, SupplyCurves], feed_t: tuple[Array, ...], stage: int
) -> Array:
    """(mineral, seller) all that the sellers of a stage could sell in the base year."""
    if stage == ORE:
        own = curves["ore"].capacity_t
    elif stage == REFINED:
        own = margins.recovery[:, None] * curves["refining"].capacity_t + curves["primary"].capacity_t
    else:
        own = margins.component_recovery[:, None] * curves["component"].capacity_t
    return np.asarray(own + np.maximum(feed_t[stage], 0.0))


def _spread(
    evidence: Evidence, axes: Axes, margins: Margins, flow_t: Array, stage: int, parameters: ParameterValues
) -> Array:
    """(mineral, buyer) spread of choice: price / theta; of makers at most the dispersion of their own costs
    or P / 30.

    With thin margins a wide spread would break gross substitutes (slope of making >= spread).
    """
    price = evidence.price_usd_t[:, stage][:, None]
    wide = price / evidence.taste[:, stage][:, None] * np.ones(axes.buyers(stage).shape)
    count = axes.makers_next(stage).shape[1]
    if not count:
        return wide
    mean_landed = _mean_landed(evidence, axes, stage, flow_t, parameters)[:, :count]
    yields = (margins.recovery, margins.component_recovery)[stage]
    margin = yields[:, None] * evidence.price_usd_t[:, stage + 1][:, None] - mean_landed
    usual = float(dispersions_above_cost(parameters.base_utilisation_share))
    slope = TRANCHE_SLOPE * parameters.refining_rent_share * np.maximum(margin, 0.0) / usual
    wide[:, :count] = np.minimum(wide[:, :count], np.maximum(slope, price / 30.0))
    return wide


def _curves(
    output_t: Array, evidence: Evidence, axes: Axes, block: int, parameters: ParameterValues
) -> SupplyCurves:
    """Logistic blocks of all minerals; a country that may enter gets the usual cost and no capacity."""
    rows = []
    stage = ORE if block == MINED else REFINED
    for mineral in range(len(axes.minerals)):
        positions = axes.sellers(stage)[mineral]
        cash = np.where(
            positions >= 0, evidence.cash_cost_usd_t[mineral, block][np.maximum(positions, 0)], np.nan
        )
        elasticity = float(np.nan_to_num(evidence.supply_elasticity[mineral, block], nan=1.0))
        price = float(evidence.price_usd_t[mineral, stage])
        rows.append(
            supply_curves(output_t[mineral], max(price, 1e-9), elasticity, cash, parameters.usual_cost_share)
        )
    return SupplyCurves(
        *(
            np.stack([getattr(row, name) for row in rows])
            for name in ("capacity_t", "cost_usd_t", "slope_usd_t")
        )
    )


def _flows(evidence: Evidence, axes: Axes, stage: int, supply_t: Array, use_t: Array, feed_t: Array) -> Array:
    sellers, buyers = axes.sellers(stage), axes.purchasers(stage)
    flows = np.zeros((len(axes.minerals), sellers.shape[1], buyers.shape[1]))
    affinity = gather_pairs(evidence.affinity, sellers, buyers, 1e-12)
    known = gather_pairs(evidence.known_share[:, stage], sellers, buyers, np.nan)
    includes = gather(evidence.includes_home[:, stage], buyers)
    for mineral in range(len(axes.minerals)):
        flows[mineral] = fit_stage_flows(
            affinity[mineral],
            supply_t[mineral],
            use_t[mineral],
            known[mineral],
            includes[mineral],
            sellers[mineral],
            buyers[mineral],
            feed_t[mineral],
        )
    return flows


def freight_between(evidence: Evidence, stage: int, parameters: ParameterValues) -> Array:
    """Freight between all countries, (mineral, country, country) USD per tonne of contained metal."""
    return np.stack(
        [
            freight_usd_t(
                evidence.distance_km,
                float(gross_t_per_t),
                float(price_usd_t),
                parameters.freight_fixed_usd_t,
                parameters.freight_usd_t_1000km / 1000.0,
                parameters.insurance_share,
            )
            for gross_t_per_t, price_usd_t in zip(
                evidence.gross_t_per_t[:, stage], evidence.price_usd_t[:, stage], strict=True
            )
        ]
    )


def _freight(evidence: Evidence, axes: Axes, stage: int, parameters: ParameterValues) -> Array:
    freight = freight_between(evidence, stage, parameters)
    return gather_pairs(freight, axes.sellers(stage), axes.buyers(stage))


def _mean_landed(
    evidence: Evidence, axes: Axes, stage: int, flow_t: Array, parameters: ParameterValues
) -> Array:
    """Mean delivered cost of each buyer in the base year; of an equal mix of sellers for those who bought
    nothing.
    """
    landed = evidence.price_usd_t[:, stage][:, None, None] + _freight(evidence, axes, stage, parameters)
    present = gather_pairs(np.ones_like(evidence.affinity), axes.sellers(stage), axes.buyers(stage))
    weight = np.where(flow_t.sum(axis=1, keepdims=True) > 0, flow_t, present)
    mean: Array = (weight * landed).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    return mean


def _stage_lanes(
    evidence: Evidence,
    axes: Axes,
    stage: int,
    flow_t: Array,
    spread_usd_t: Array,
    size_t: Array,
    price_usd_t: Array,
    parameters: ParameterValues,
) -> StageLanes:
    freight = _freight(evidence, axes, stage, parameters)
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    tariff = gather_pairs(evidence.tariff_share[:, stage], sellers, buyers)
    price = price_usd_t[:, :, None]
    landed = (1.0 + tariff) * (price + freight)
    present = gather_pairs(np.ones_like(evidence.affinity), sellers, buyers)
    affinity = gather_pairs(evidence.affinity, sellers, buyers, 1e-12)
    spread = np.maximum(spread_usd_t, 1e-6 * np.maximum(evidence.price_usd_t[:, stage][:, None], 1e-9))
    backstop = evidence.backstop_usd_t[:, stage][:, None] * np.ones_like(spread)
    log_preference, newcomer = np.full(flow_t.shape, -np.inf), np.full(flow_t.shape, -np.inf)
    index = np.zeros_like(spread)
    weight = evidence.backstop_weight[stage]
    for mineral in range(len(axes.minerals)):
        log_preference[mineral], newcomer[mineral], index[mineral] = invert_preferences(
            flow_t[mineral],
            landed[mineral],
            spread[mineral],
            backstop[mineral],
            weight,
            affinity[mineral],
            size_t[mineral],
            present[mineral],
        )
    return StageLanes(flow_t, freight, tariff, log_preference, newcomer, size_t, spread, backstop, index)


def _making(
    evidence: Evidence,
    margins: Margins,
    throughput_t: Array,
    index_usd_t: Array,
    price_usd_t: Array,
    stage: int,
    axes: Axes,
    parameters: ParameterValues,
) -> SupplyCurves:
    """Curves of those who make a stage's good of the one before. Costs are dearer outside the largest
    maker, by the
    table of components or by ``refining_cost_premium``, unless the evidence knows better."""
    yields = (margins.recovery, margins.component_recovery)[stage - 1][:, None]
    price = price_usd_t
    margin = yields * price - index_usd_t
    largest = throughput_t.argmax(axis=1)
    if stage == REFINED:
        premium = np.full(throughput_t.shape, parameters.refining_cost_premium)
        known = yields * gather(evidence.cash_cost_usd_t[:, CONVERTED], axes.refiners, np.nan)
    else:
        premium = evidence.conversion_premium[:, None] * np.ones(throughput_t.shape)
        known = np.full(throughput_t.shape, np.nan)
    premium[np.arange(len(premium)), largest] = 0.0
    least = 0.02 * price * np.ones_like(margin)
    # a mineral without ore of its own is not converted
    chained = np.asarray((axes.sellers(stage - 1) >= 0).any(axis=1))[:, None]
    margin = np.where(chained, margin, price)
    return refining_curves(
        throughput_t,
        margin,
        known,
        parameters.refining_rent_share,
        parameters.base_utilisation_share,
        premium,
        np.maximum(least, 1e-9),
    )
