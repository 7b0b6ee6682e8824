"""Duties of the zone that are fixed on the day its reference prices are announced, and the reference of what
is made of a metal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import REFINED, STAGES, Array, gather_pairs
from world.market_round import benchmark_index_usd_t
from world.price_floor import (
    gap_to_reference_share,
    gap_to_reference_usd_t,
    metal_content_reference_usd_t,
)

if TYPE_CHECKING:
    from world.model import TradeWorld

COMPONENT = "component"


def cover_derivatives(world: TradeWorld) -> None:
    """Carry the reference of the metal over to components, where the zone covers derivatives and has no
    reference of their own for them, as soon as components are traded.
    """
    zone = world.premise.zone
    if zone.derivatives and COMPONENT in STAGES and COMPONENT not in zone.stages:
        politics, price = world.state.politics, world.base.evidence.price_usd_t
        politics.reference_usd_t = metal_content_reference_usd_t(
            politics.reference_usd_t, price, REFINED, STAGES.index(COMPONENT)
        )


def fix_duties(world: TradeWorld) -> None:
    """Set the specific duty of all, and where the zone has ad valorem duties that of every lane, at last
    round's prices."""
    politics = world.state.politics
    politics.fixed_duty_usd_t = gap_to_reference_usd_t(politics.reference_usd_t, benchmark_index_usd_t(world))
    if world.premise.zone.duty_form == "ad_valorem":
        shares = [_fixed_share(world, stage) for stage in range(len(STAGES))]
        politics.fixed_duty_share = np.stack(shares, axis=1)


def _fixed_share(world: TradeWorld, stage: int) -> Array:
    """(mineral, exporter, importer) ad valorem duty that fills the gap at last round's customs values."""
    base, now, axes = world.base, world.happenings, world.base.axes
    sellers, buyers, n = axes.sellers(stage), axes.buyers(stage), len(axes.countries)

    def on_lanes(values: Array) -> Array:
        return gather_pairs(values, sellers, buyers)

    lanes = base.lanes(stage)
    tax = on_lanes(now.export_tax_share[:, stage])
    value = (1.0 + tax) * _gate_price_usd_t(world, stage)[:, :, None]
    value = value + on_lanes(now.export_tax_usd_t[:, stage]) + lanes.freight_usd_t
    tariff = lanes.tariff_share * on_lanes(1.0 - now.repealed_share[:, stage])
    tariff = tariff + on_lanes(now.duty_share[:, stage])
    reference = world.state.politics.reference_usd_t[:, stage][:, None, None]
    share = gap_to_reference_share(reference, value, tariff)
    fixed = np.zeros((len(axes.minerals), n, n))
    mineral, seller, buyer = np.nonzero((sellers >= 0)[:, :, None] & (buyers >= 0)[:, None, :])
    fixed[mineral, sellers[mineral, seller], buyers[mineral, buyer]] = share[mineral, seller, buyer]
    return fixed


def _gate_price_usd_t(world: TradeWorld, stage: int) -> Array:
    """(mineral, seller) what each asked last round; the index of those who sold nothing."""
    index = benchmark_index_usd_t(world)[:, stage][:, None]
    cleared = world.state.clearing
    if cleared is None:
        return index * np.ones(world.base.axes.sellers(stage).shape)
    sold = cleared.stages[stage].flow_t.sum(axis=(1, 3)) > 0.0
    return np.where(sold, cleared.stages[stage].fob_usd_t, index)
