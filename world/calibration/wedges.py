"""Freight, duties and spread of choice on the lanes of the base year, and the preferences that go with its
flows."""

from __future__ import annotations

import numpy as np

from world.axes import Array, Axes, gather, gather_pairs, scatter
from world.calibration.curves import TRANCHE_SLOPE, dispersions_above_cost
from world.calibration.evidence import Evidence
from world.calibration.lanes import StageLanes, invert_preferences, landed_usd_t
from world.calibration.margins import Margins
from world.ground.geography import freight_usd_t
from world.ground.transit import transit_months
from world.parameters import ParameterValues


def freight_between(evidence: Evidence, stage: int, parameters: ParameterValues) -> Array:
    """Freight between all countries, (mineral, country, country) USD per tonne of contained metal: as known,
    else by distance."""
    by_distance = np.stack(
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
    known = evidence.known_freight_usd_t[:, stage]
    return np.where(np.isnan(known), by_distance, known)


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


def choice_spread_usd_t(
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


def raised_by_floors_usd_t(
    evidence: Evidence, axes: Axes, stage: int, flow_t: Array, parameters: ParameterValues
) -> Array:
    """(mineral, seller) how far above the world's price the sellers of a country sold because of the floors
    of the base year: delivered at home their goods cost what imports under a floor cost, by the part of
    imports that such a floor held up (assumption: else nobody would have imported). Nothing in countries that
    ship more abroad than they buy there: what they make is sold at the world's price."""
    sellers, buyers, size = axes.sellers(stage), axes.buyers(stage), len(axes.countries)
    floor = gather_pairs(evidence.floor_usd_t[:, stage], sellers, buyers, -np.inf)
    tariff = gather_pairs(evidence.tariff_share[:, stage], sellers, buyers)
    price, between = evidence.price_usd_t[:, stage, None, None], freight_between(evidence, stage, parameters)
    at_home = gather(np.diagonal(between, axis1=1, axis2=2), buyers)[:, None, :]
    bare = (1.0 + tariff) * (price + gather_pairs(between, sellers, buyers))
    imported = np.where(sellers[:, :, None] != buyers[:, None, :], flow_t, 0.0)
    gap = np.where(floor > bare, np.maximum(floor - (price + at_home), 0.0), 0.0)
    bought, dearer = (scatter(tonnes.sum(axis=1), buyers, size) for tonnes in (imported, imported * gap))
    sold = scatter(imported.sum(axis=2), sellers, size)
    raised = np.divide(dearer, bought, out=np.zeros_like(dearer), where=bought > sold)
    return gather(raised, sellers)


def base_lanes(
    evidence: Evidence,
    axes: Axes,
    stage: int,
    flow_t: Array,
    spread_usd_t: Array,
    size_t: Array,
    price_usd_t: Array,
    parameters: ParameterValues,
) -> StageLanes:
    """Lanes of a stage whose preferences reproduce ``flow_t`` (mineral, seller, buyer) at the base year's
    prices
    (mineral, seller) and wedges; spread_usd_t (mineral, buyer), size_t (mineral, seller)."""
    freight = _freight(evidence, axes, stage, parameters)
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    tariff = gather_pairs(evidence.tariff_share[:, stage], sellers, buyers)
    floor = gather_pairs(evidence.floor_usd_t[:, stage], sellers, buyers, -np.inf)
    transit = transit_months(
        evidence.distance_km, parameters.transit_handling_months, parameters.transit_km_month
    )
    landed = landed_usd_t(price_usd_t[:, :, None], freight, tariff, floor)
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
    return StageLanes(
        flow_t=flow_t,
        freight_usd_t=freight,
        tariff_share=tariff,
        floor_usd_t=floor,
        transit_months=gather_pairs(transit, sellers, buyers),
        log_preference=log_preference,
        log_newcomer=newcomer,
        base_size_t=size_t,
        spread_usd_t=spread,
        backstop_usd_t=backstop,
        index_usd_t=index,
    )
