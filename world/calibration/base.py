"""From the tables to a base market that reproduces 2024 exactly: mined, refined and used per country at 2024
prices.

That the base year comes back is a test of the code, not evidence for the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import ORE, REFINED, Array, Axes, gather, gather_pairs
from world.calibration.curves import SupplyCurves, refining_curves, supply_curves
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
    """

    axes: Axes
    evidence: Evidence
    margins: Margins
    curves: dict[str, SupplyCurves]
    feed_t: tuple[Array, ...]
    use_t: Array
    stock_build_t: Array
    stage_lanes: tuple[StageLanes, ...]

    @property
    def recovery(self) -> Array:
        """(mineral,) refined tonnes per tonne of ore."""
        return self.margins.recovery

    def lanes(self, stage: int) -> StageLanes:
        """Lanes of a stage."""
        return self.stage_lanes[stage]

    def feed_index_usd_t(self, block: str) -> Array:
        """(mineral, seller) base-year price index of what a block makes its good of."""
        return self.stage_lanes[ORE].index_usd_t


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
    ore_use, purchases = gather(margins.ore_use_t, axes.refiners), gather(margins.purchases_t, axes.users)
    ore_feed, refined_feed = (
        gather(margins.ore_feed_t, axes.ore_sellers),
        gather(margins.refined_feed_t, axes.refiners),
    )
    ore = _curves(gather(margins.mined_t, axes.ore_sellers), evidence, axes, MINED, parameters)
    primary = _curves(gather(margins.primary_t, axes.refiners), evidence, axes, PRIMARY, parameters)
    ore_supply = gather(margins.ore_supply_t, axes.ore_sellers)
    refined_supply = gather(margins.refined_supply_t, axes.refiners)
    ore_flow = _flows(evidence, axes, ORE, ore_supply, ore_use, ore_feed)
    refined_flow = _flows(evidence, axes, REFINED, refined_supply, purchases, refined_feed)
    spread = _ore_spread(evidence, axes, margins, ore_flow, parameters)
    ore_size = ore.capacity_t + np.maximum(ore_feed, 0.0)
    ore_lanes = _stage_lanes(evidence, axes, ORE, ore_flow, spread, ore_size, parameters)
    refining = _refining(evidence, axes, margins, ore_use, ore_lanes.index_usd_t, parameters)
    size = (
        margins.recovery[:, None] * refining.capacity_t + primary.capacity_t + np.maximum(refined_feed, 0.0)
    )
    dispersion = (evidence.price_usd_t / evidence.taste)[:, REFINED][:, None] * np.ones(purchases.shape)
    return BaseMarket(
        axes=axes,
        evidence=evidence,
        margins=margins,
        curves={"ore": ore, "refining": refining, "primary": primary},
        feed_t=(ore_feed, refined_feed),
        use_t=gather(margins.use_t, axes.users),
        stock_build_t=gather(margins.stock_build_t, axes.users),
        stage_lanes=(
            ore_lanes,
            _stage_lanes(evidence, axes, REFINED, refined_flow, dispersion, size, parameters),
        ),
    )


def _ore_spread(
    evidence: Evidence, axes: Axes, margins: Margins, ore_flow_t: Array, parameters: ParameterValues
) -> Array:
    """Spread of refiners' choice of ore: price / theta, at most the dispersion of refining costs or P / 30.

    With thin refining margins a wide spread would break gross substitutes (refining slope >= spread).
    """
    price = evidence.price_usd_t[:, ORE][:, None]
    mean_landed = _mean_landed(evidence, axes, ORE, ore_flow_t, parameters)
    margin = margins.recovery[:, None] * evidence.price_usd_t[:, REFINED][:, None] - mean_landed
    odds = parameters.base_utilisation_share / (1.0 - parameters.base_utilisation_share)
    slope = parameters.refining_rent_share * np.maximum(margin, 0.0) / np.log(odds)
    return np.asarray(np.minimum(price / evidence.taste[:, ORE][:, None], np.maximum(slope, price / 30.0)))


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
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
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
    parameters: ParameterValues,
) -> StageLanes:
    freight = _freight(evidence, axes, stage, parameters)
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    tariff = gather_pairs(evidence.tariff_share[:, stage], sellers, buyers)
    price = evidence.price_usd_t[:, stage][:, None, None]
    landed = (1.0 + tariff) * (price + freight)
    present = gather_pairs(np.ones_like(evidence.affinity), sellers, buyers)
    affinity = gather_pairs(evidence.affinity, sellers, buyers, 1e-12)
    spread = np.maximum(spread_usd_t, 1e-6 * np.maximum(price[:, :, 0], 1e-9))
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


def _refining(
    evidence: Evidence,
    axes: Axes,
    margins: Margins,
    ore_use_t: Array,
    ore_index_usd_t: Array,
    parameters: ParameterValues,
) -> SupplyCurves:
    margin = margins.recovery[:, None] * evidence.price_usd_t[:, REFINED][:, None] - ore_index_usd_t
    largest = ore_use_t.argmax(axis=1)
    premium = np.full(ore_use_t.shape, parameters.refining_cost_premium)
    premium[np.arange(len(premium)), largest] = 0.0
    least = 0.02 * evidence.price_usd_t[:, REFINED][:, None] * np.ones_like(margin)
    # a mineral without ore of its own is not converted
    chained = np.asarray((axes.ore_sellers >= 0).any(axis=1))[:, None]
    margin = np.where(chained, margin, evidence.price_usd_t[:, REFINED][:, None])
    known = margins.recovery[:, None] * gather(evidence.cash_cost_usd_t[:, CONVERTED], axes.refiners, np.nan)
    return refining_curves(
        ore_use_t,
        margin,
        known,
        parameters.refining_rent_share,
        parameters.base_utilisation_share,
        premium,
        least,
    )
