"""What third countries can hand on: a state that starts from what they trade, grows as it is used and fades
when it is not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from world.axes import STAGES, Array, Whole, gather_pairs, scatter
from world.calibration.base import BaseMarket
from world.lanes.terms import StageBorders
from world.market.clearing import Clearing
from world.parameters import ParameterValues
from world.state import Markets


def goods_trade_usd(trade_usd: Array) -> Array:
    """(country,) trade in all goods, both ways, of what each sells to each, exporter by importer."""
    return np.asarray(trade_usd.sum(axis=0) + trade_usd.sum(axis=1))


def room_t(base: BaseMarket, trade_usd: Array, share: float) -> list[Array]:
    """Stage -> (mineral, country) most tonnes a round that a country can come to hand on: ``share`` of its
    trade in all goods. A small part of a metal's trade in a country of any size; for a bundle of all
    manufactures it is what binds: papers, warehouses and traders are not there for more."""
    room_usd = share * goods_trade_usd(trade_usd) / base.rounds_per_year
    price = np.maximum(base.evidence.price_usd_t, 1e-9)
    return [room_usd[None, :] / price[:, stage, None] for stage in range(len(STAGES))]


def first_capacity_t(
    base: BaseMarket, trade_usd: Array, hubs: Whole, share: float, room: list[Array]
) -> list[Array]:
    """Stage -> (mineral, country) tonnes a round that each hub can hand on at first: ``share`` of what it
    trades of the mineral across its border, or of the world's trade in it times its part in all goods trade,
    whichever is more, and no more than it has ``room`` for (see :func:`room_t`); as known where it is; none
    for other countries.

    trade_usd : (country, country) goods trade, exporter by importer
    """
    size = goods_trade_usd(trade_usd)
    found = []
    for stage in range(len(STAGES)):
        sellers, buyers = base.axes.sellers(stage), base.axes.buyers(stage)
        abroad_t = base.lanes(stage).flow_t * gather_pairs(1.0 - np.eye(len(size)), sellers, buyers)
        own_t = scatter(abroad_t.sum(axis=2), sellers, len(size))
        own_t += scatter(abroad_t.sum(axis=1), buyers, len(size))
        whole_t = abroad_t.sum(axis=(1, 2))[:, None]
        capacity = np.zeros_like(own_t)
        reckoned = share * np.maximum(own_t, whole_t * size / size.sum())
        reckoned = np.minimum(reckoned, room[stage])
        known = base.evidence.known_hub_t_year[:, stage] / base.rounds_per_year
        capacity[:, hubs] = np.where(np.isnan(known), reckoned, known)[:, hubs]
        found.append(capacity)
    return found


def grown_capacity_t(
    capacity_t: Array,
    first_t: Array,
    passed_t: Array,
    growth_year: float,
    fade_year: float,
    rounds_per_year: int = 4,
) -> Array:
    """A round later: growth by the part that was used, a fall toward the first level by the part that was
    not.
    """
    used = np.divide(passed_t, capacity_t, out=np.zeros_like(capacity_t), where=capacity_t > 0.0)
    used = np.minimum(used, 1.0)
    grown = capacity_t * (1.0 + ((1.0 + growth_year) ** (1 / rounds_per_year) - 1.0) * used)
    kept = np.exp(-fade_year / rounds_per_year * (1.0 - used))
    return np.asarray(first_t + kept * np.maximum(grown - first_t, 0.0))


def passed_through_t(tonnes: Array, hub: Whole, countries: int) -> Array:
    """(mineral, country) tonnes of ways round (mineral, way, seller, buyer) that pass each country; hub
    (mineral, way, handover, seller, buyer).
    """
    total = np.zeros((len(tonnes), countries))
    at = np.nonzero((hub >= 0) & (tonnes > 0.0)[:, :, None])
    mineral, way, _, seller, buyer = at
    np.add.at(total, (mineral, hub[at]), tonnes[mineral, way, seller, buyer])
    return total


def revise_hubs(
    markets: Markets,
    first_t: Sequence[Array],
    room: Sequence[Array],
    clearing: Clearing,
    borders: Sequence[StageBorders],
    parameters: ParameterValues,
    rounds_per_year: int,
) -> None:
    """After the market: what hubs can hand on has grown or faded.

    first_t, room : stage -> (mineral, country) as of :func:`first_capacity_t` and :func:`room_t`
    clearing, borders : of the round, with every way round in its rows
    """
    p = parameters
    for stage, first in enumerate(first_t):
        flow, capacity = clearing.stages[stage].flow_t, markets.hub_capacity_t[stage]
        passed = np.zeros_like(capacity)
        if flow.shape[1] > 1:
            passed = passed_through_t(flow[:, 1:], borders[stage].hub, capacity.shape[1])
        grown = grown_capacity_t(capacity, first, passed, p.hub_growth_year, p.hub_fade_year, rounds_per_year)
        markets.hub_capacity_t[stage] = np.minimum(grown, np.maximum(room[stage], first))
