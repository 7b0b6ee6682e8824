"""Duties of the zone that are fixed on the day its reference prices are announced, and the reference of what
is made of a metal.
"""

from __future__ import annotations

import numpy as np

from world.axes import REFINED, STAGES, Array, gather_pairs
from world.calibration.base import BaseMarket
from world.policy.happenings import Happenings
from world.premise.schema import ZoneSection
from world.price_floor import (
    gap_to_reference_share,
    gap_to_reference_usd_t,
    metal_content_reference_usd_t,
)
from world.state import Politics, WorldState

COMPONENT = "component"


def cover_derivatives(politics: Politics, zone: ZoneSection, price_usd_t: Array) -> None:
    """Carry the reference of the metal over to components, where the zone covers derivatives and has no
    reference of their own for them, as soon as components are traded; price_usd_t (mineral, stage) of the
    base year.
    """
    if zone.derivatives and COMPONENT in STAGES and COMPONENT not in zone.stages:
        politics.reference_usd_t = metal_content_reference_usd_t(
            politics.reference_usd_t, price_usd_t, REFINED, STAGES.index(COMPONENT)
        )


def fix_duties(
    base: BaseMarket, state: WorldState, happenings: Happenings, index_usd_t: Array, ad_valorem: bool
) -> None:
    """Set the specific duty of all, and where the zone has ad valorem duties (``ad_valorem``) that of every
    lane, at last round's prices; index_usd_t (mineral, stage) is that at which a benchmark levy looks."""
    politics = state.politics
    politics.fixed_duty_usd_t = gap_to_reference_usd_t(politics.reference_usd_t, index_usd_t)
    if ad_valorem:
        shares = [
            _fixed_share(base, state, happenings, index_usd_t[:, stage], stage)
            for stage in range(len(STAGES))
        ]
        politics.fixed_duty_share = np.stack(shares, axis=1)


def _fixed_share(
    base: BaseMarket, state: WorldState, now: Happenings, index_usd_t: Array, stage: int
) -> Array:
    """(mineral, exporter, importer) ad valorem duty that fills the gap at last round's customs values."""
    axes = base.axes
    sellers, buyers, n = axes.sellers(stage), axes.buyers(stage), len(axes.countries)

    def on_lanes(values: Array) -> Array:
        return gather_pairs(values, sellers, buyers)

    lanes = base.lanes(stage)
    tax = on_lanes(now.export_tax_share[:, stage])
    value = (1.0 + tax) * _gate_price_usd_t(base, state, index_usd_t, stage)[:, :, None]
    value = value + on_lanes(now.export_tax_usd_t[:, stage]) + lanes.freight_usd_t
    tariff = lanes.tariff_share * on_lanes(1.0 - now.repealed_share[:, stage])
    tariff = tariff + on_lanes(now.duty_share[:, stage])
    reference = state.politics.reference_usd_t[:, stage][:, None, None]
    share = gap_to_reference_share(reference, value, tariff)
    fixed = np.zeros((len(axes.minerals), n, n))
    mineral, seller, buyer = np.nonzero((sellers >= 0)[:, :, None] & (buyers >= 0)[:, None, :])
    fixed[mineral, sellers[mineral, seller], buyers[mineral, buyer]] = share[mineral, seller, buyer]
    return fixed


def _gate_price_usd_t(base: BaseMarket, state: WorldState, index_usd_t: Array, stage: int) -> Array:
    """(mineral, seller) what each asked last round; the index of those who sold nothing."""
    index, cleared = index_usd_t[:, None], state.clearing
    if cleared is None:
        return index * np.ones(base.axes.sellers(stage).shape)
    sold = cleared.stages[stage].flow_t.sum(axis=(1, 3)) > 0.0
    return np.where(sold, cleared.stages[stage].fob_usd_t, index)
