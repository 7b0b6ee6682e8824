"""What each country would lose in minerals if the dominant refiner turned on it, in closed form."""

from __future__ import annotations

import numpy as np

from world.axes import ORE, REFINED, Array, scatter
from world.calibration.base import BaseMarket
from world.ground.background import stop_loss_usd
from world.parameters import ParameterValues


def minerals_at_risk_usd(base: BaseMarket, grip: Array, dominant: int, parameters: ParameterValues) -> Array:
    """(country,) loss a round if the dominant refiner sold a country no more of the metal that it dominates
    and bought no more ore and metal there. Finished goods are left out: they have not been withheld from
    anybody.

    What is not sold to it goes elsewhere at a discount (``diverted_sales_loss_share``), as most of what China
    stopped buying from Australia in 2020 did.
    """
    lost = metal_stop_usd(base, grip, dominant, parameters).sum(axis=0)
    lost += parameters.diverted_sales_loss_share * _sold_to_usd(base, dominant)
    lost[dominant] = 0.0
    return np.asarray(lost)


def goods_at_risk_usd(sold_usd: Array, parameters: ParameterValues) -> float:
    """Loss a round on all goods that these countries sell to the dominant refiner (``sold_usd``, one each,
    USD a round) if it turned some of them away, as it has with barley, wine, coal, fish and fruit.
    """
    lost = parameters.coerced_goods_share * parameters.diverted_sales_loss_share
    return float(lost * sold_usd.sum())


def metal_stop_usd(base: BaseMarket, grip: Array, dominant: int, parameters: ParameterValues) -> Array:
    """(mineral, country) loss of its users of metal if the dominant refiner's stopped, USD a round."""
    axes, evidence, n = base.axes, base.evidence, len(base.axes.countries)
    flow, buyers = base.lanes(REFINED).flow_t, axes.buyers(REFINED)
    from_dominant = np.where((axes.refiners == dominant)[:, :, None], flow, 0.0)
    need, theirs = (scatter(tonnes.sum(axis=1), buyers, n) for tonnes in (flow, from_dominant))
    share = np.divide(theirs, need, out=np.zeros_like(need), where=need > 0)
    levers = (grip >= parameters.control_least_share).astype(float)
    price = evidence.price_usd_t[:, REFINED]
    ratio = evidence.backstop_usd_t[:, REFINED] / price
    return stop_loss_usd(need, share, price, evidence.demand_elasticity, ratio, levers)


def _sold_to_usd(base: BaseMarket, dominant: int) -> Array:
    """(country,) ore and metal sold to the dominant refiner at base prices, USD a round."""
    axes, n = base.axes, len(base.axes.countries)
    sold = np.zeros(n)
    for stage in (ORE, REFINED):
        price = base.evidence.price_usd_t[:, stage]
        there = np.where((axes.buyers(stage) == dominant)[:, None, :], base.lanes(stage).flow_t, 0.0)
        sold += price @ scatter(there.sum(axis=2), axes.sellers(stage), n)
    return sold
