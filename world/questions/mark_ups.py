"""What exporters who are few ask, revised after each round by what others left to them in its market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.adjustment import part_moved
from world.axes import ORE, STAGES, Mask
from world.cleared_market import Cleared
from world.licences.exporters import Licensed, conduct_of, licensed_exporters, paying_usd_t
from world.questions.residual_demand import Trade, residual_demand
from world.questions.setting import Setting
from world.zone import floor_members

if TYPE_CHECKING:
    from world.model import TradeWorld


LEAST_PART = 0.05
"""Of usual sales: holders who sell less than this ask less in proportion in any case. What they ask would
otherwise leap with the first tonne where a licence lets hardly anything pass."""


def revise_mark_ups(world: TradeWorld, cleared: Cleared) -> None:
    """After the market: those who alone may export move what they ask toward what pays; what others would
    come to ask within a year, were they licensed, is remembered for those who weigh a control."""
    markets, politics, p = world.state.markets, world.state.politics, world.parameters
    licensed = [
        licensed_exporters(world.base.axes, politics, world.happenings, p, stage)
        for stage in range(len(STAGES))
    ]
    held = [np.asarray((places.share > 0.0).any(axis=2)) for places in licensed]
    for stage, limited in enumerate(held):
        markets.mark_up_usd_t[stage] = np.where(limited, markets.mark_up_usd_t[stage], 0.0)
    trades = _trades(world, licensed)
    if not trades:
        return
    found = residual_demand(
        _as_cleared(cleared),
        floor_members(world.state.politics, world.premise.zone),
        politics.floor_in_force,
        trades,
    )
    speed = part_moved(p.mark_up_speed_year, world.clock.rounds_per_year)
    within_a_year = part_moved(p.mark_up_speed_year)
    for place in np.flatnonzero(found.sold_t > 0.0).tolist():
        trade = trades[place]
        stage, at = trade.stage, (trade.mineral, trade.seller)
        most = least_backstop_usd_t(world, trade) - found.gate_usd_t[place]
        terms = (found.asked_usd_t[place], found.elasticity[place])
        usual_usd_t = paying_usd_t(*terms, float(conduct_of(np.ones(()), p)), most)
        markets.licensed_mark_up_usd_t[stage][at] = within_a_year * usual_usd_t
        usual = markets.usual_flow_t[stage][at][_ships_to(world, trade)].sum()
        markets.mark_up_over_t[stage][at] = max(found.used_t[place], LEAST_PART * float(usual))
        if held[stage][at]:
            conduct = float(np.average(licensed[stage].conduct[at], weights=found.to_t[place]))
            wanted = paying_usd_t(*terms, conduct, most)
            markets.mark_up_usd_t[stage][at] += speed * (wanted - markets.mark_up_usd_t[stage][at])


def _ships_to(world: TradeWorld, trade: Trade) -> Mask:
    """(buyer,) buyers in the countries of a trade."""
    buyers = world.base.axes.buyers(trade.stage)[trade.mineral]
    return np.asarray((buyers >= 0) & trade.to[np.maximum(buyers, 0)])


def _as_cleared(cleared: Cleared) -> Setting:
    """The setting of a round, started from the prices that cleared it."""
    start = cleared.clearing.prices()
    return replace(cleared.setting, now=replace(cleared.setting.now, start=start, floor_start=None))


def least_backstop_usd_t(world: TradeWorld, trade: Trade) -> float:
    """What buyers of the good pay at least to go without it."""
    tiers = world.base.lanes(trade.stage).backstop_usd_t[trade.mineral]
    return float(tiers[tiers > 0.0].min(initial=np.inf))


def _trades(world: TradeWorld, licensed: Sequence[Licensed]) -> list[Trade]:
    """Sales that few may make; and, once a year, those abroad of the dominant refiner and of governments with
    ore, who may weigh a control."""
    found = []
    for stage, places in enumerate(licensed):
        sellers = world.base.axes.sellers(stage)
        weighed = np.isin(sellers, _who_weighs(world, stage)) & (sellers >= 0)
        for mineral, seller in np.argwhere(places.share.any(axis=2) | weighed).tolist():
            to = places.share[mineral, seller] > 0.0
            abroad = np.arange(len(to)) != sellers[mineral, seller]
            found.append(Trade(mineral, stage, seller, to if to.any() else abroad))
    return found


def _who_weighs(world: TradeWorld, stage: int) -> list[int]:
    """Positions of the governments that may weigh export controls from the next round on: they look once a
    year at what licensed exporters would ask."""
    since = world.round + 1 - world.decisions_open
    if since < 0 or since % world.clock.rounds_per_year:
        return []
    holders = [world.base.axes.country(iso3) for iso3 in world.export_policies] if stage == ORE else []
    passive = world.premise.dominant_refiner.doctrine == "passive"
    return holders if passive else [*holders, world.dominant]
