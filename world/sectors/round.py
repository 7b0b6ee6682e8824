"""Sectors after the market of a round: what reaches their lines, what they lose, what they pay more.

They are told of the market and tell it nothing back, save that assembly moves to where components are cheap
(:mod:`world.sectors.assembly`) and takes the need of them along. Governments do not count what is lost here:
the security of a standing is reckoned on the market, whose price of going without stands for the lines that
stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.adjustment import part_moved
from world.axes import COMPONENT, REFINED, Array, Mask, gather
from world.cleared_market import Cleared
from world.industry.second_sources import at_buyers_t
from world.policy.state_trade import stock_orders_t
from world.sectors.assembly import added_cost_share, move, placed_t, sheltered
from world.sectors.downstream import (
    Lines,
    met_share,
    part_of,
    run_lines,
    share_out,
    spared_share,
    unit_cost_usd,
)
from world.sectors.table import Sectors, use_by_country_t
from world.stocks.holdings import first_prices, private_share, use_of_users_t
from world.zone import floor_members

if TYPE_CHECKING:
    from world.model import TradeWorld

GOODS = (REFINED, COMPONENT)


@dataclass(frozen=True)
class SectorRound:
    """What befell sectors in a round, (s, n) each.

    lines : needs, parts and what is lost; used_share, met_share : by value, what users used of what they need
    at usual prices, and what was met of that which cannot be spared or replaced, before parts are drawn
    need_usd : at base-year prices; lost_usd : value added; dearer_usd : paid more for what was got;
    unit_usd : the same for a product; moved : assembly over that of the base year, by value
    """

    lines: Lines
    used_share: Array
    met_share: Array
    need_usd: Array
    lost_usd: Array
    dearer_usd: Array
    unit_usd: Array
    moved: Array


def first_parts_t(sectors: Sectors) -> Array:
    """(m, s, n) parts on the eve: the usual ones."""
    return np.asarray(sectors.cover[None, :, None] * sectors.need_t)


def run_sectors(world: TradeWorld, cleared: Cleared) -> None:
    """Lines run on what their country's users got; parts are drawn and filled again."""
    sectors, p = world.economy.sectors, world.parameters
    here_t = placed_t(sectors.need_t, world.state.assembly_log, sectors.made_of[COMPONENT])
    need, used, served, dearer, base_usd_t = np.zeros((5, *sectors.need_t.shape))
    first = priority_buyers(world)
    for stage in GOODS:
        here = sectors.made_of[stage][:, :, None]
        first_t = np.where(here, here_t, 0.0)
        country_t, kept, met = _met(world, cleared, stage)
        wanted = first_t * part_of(country_t, first_t.sum(axis=1))[:, None]
        need += wanted
        used += wanted * kept[:, None]
        served += share_out(wanted, met, first)
        now, before = _prices(world, stage)
        dearer += np.where(here, (now - before)[:, None], 0.0)
        base_usd_t += np.where(here, before[:, None], 0.0)
    refill = part_moved(p.parts_refill_year, world.clock.rounds_per_year)
    lines = run_lines(need, served, world.state.parts_t, sectors.cover, refill, sectors.exposed_share)
    world.state.parts_t = lines.parts_t
    worth = need * base_usd_t
    world.sectors = SectorRound(
        lines,
        part_of((used * base_usd_t).sum(axis=0), worth.sum(axis=0)),
        part_of((served * base_usd_t).sum(axis=0), worth.sum(axis=0)),
        worth.sum(axis=0),
        lines.lost_share * sectors.value_usd,
        (lines.got_t * dearer).sum(axis=0),
        unit_cost_usd(sectors.intensity_t, dearer),
        part_of(*(_components(sectors, tonnes, base_usd_t) for tonnes in (here_t, sectors.need_t))),
    )
    move_assembly(world, dearer)


def _components(sectors: Sectors, tonnes: Array, base_usd_t: Array) -> Array:
    """(s, n) worth of components among what is needed."""
    moves = sectors.made_of[COMPONENT][:, :, None]
    return np.asarray(np.where(moves, tonnes * base_usd_t, 0.0).sum(axis=0))


def move_assembly(world: TradeWorld, dearer_usd_t: Array) -> None:
    """Assembly goes on to where components are cheap, and with it the need of them on the market; under
    ``zone.products`` what comes into the zone pays the floor on what is in it."""
    sectors, p, axes = world.economy.sectors, world.parameters, world.base.axes
    moves = sectors.made_of[COMPONENT]
    first_t = np.where(moves[:, :, None], sectors.need_t, 0.0)
    part_usd = sectors.assembly_share * sectors.price_usd
    cost = added_cost_share(np.where(moves, sectors.intensity_t, 0.0), dearer_usd_t, part_usd)
    if world.premise.zone.products and world.state.politics.floor_in_force:
        cost = sheltered(
            cost, first_t, floor_members(world.state.politics, world.premise.zone), p.assembly_home_share
        )
    speed = p.assembly_speed_year / world.clock.rounds_per_year
    moved = move(world.state.assembly_log, cost, first_t, p.assembly_response, speed)
    here = part_of(placed_t(first_t, moved, moves).sum(axis=1), first_t.sum(axis=1))
    world.state.assembly_log = moved
    world.state.markets.final_place = gather(here, axes.final_users, 1.0)


def priority_buyers(world: TradeWorld) -> Mask:
    """(s, n) sectors that are served first where they are: those of the reserve, in its owner's country."""
    first = np.zeros(world.economy.sectors.activity_share.shape, dtype=bool)
    if world.reserve is not None and world.premise.reserve.served_first:
        for place, name in enumerate(world.economy.sectors.names):
            first[place, world.reserve.owner] = name in world.premise.reserve.sectors
    return first


def _met(world: TradeWorld, cleared: Cleared, stage: int) -> tuple[Array, Array, Array]:
    """(m, n) tonnes needed, the part of them that is used, and the part of what lines need that is met."""
    base, p, markets = world.base, world.parameters, world.state.markets
    traded, found = cleared.priced.market.stages[stage], cleared.clearing.stages[stage]
    makers, need = traded.makers_next, use_of_users_t(base, markets, stage)
    other = np.zeros(())
    if stage == REFINED:
        orders = stock_orders_t(base.axes, world.happenings, world.reserve_need_t)
        other = base.stock_build_t * markets.stock_build_left + orders
    private = private_share(np.broadcast_to(other, need.shape), traded.needs.need_t, makers)
    got = found.use_t + at_buyers_t(traded, found)
    used, unmet = ((private * tonnes)[:, makers:] for tonnes in (got, found.unmet_t))
    evidence = base.evidence
    elasticity = evidence.component_elasticity if stage == COMPONENT else evidence.demand_elasticity
    spared = spared_share(np.nan_to_num(elasticity), p.dear_price_ratio)[:, None]
    met = met_share(need, used, unmet, spared, p.sector_replaced_share)
    home = [_home(world, stage, tonnes) for tonnes in (need, np.minimum(used, need), need * met)]
    wanted, kept, got = home
    return wanted, part_of(kept, wanted), part_of(got, wanted)


def _prices(world: TradeWorld, stage: int) -> tuple[Array, Array]:
    """(m, n) what those whose goods end up in a country pay, today and in the base year."""
    base, markets = world.base, world.state.markets
    used, makers = use_of_users_t(base, markets, stage), base.axes.makers_next(stage).shape[1]
    weight = _home(world, stage, used)
    now, first = (
        _home(world, stage, used * prices[stage][:, makers:])
        for prices in (markets.local_price_usd_t, first_prices(base))
    )
    known = weight > 0
    now, first = (np.divide(paid, weight, out=np.zeros_like(paid), where=known) for paid in (now, first))
    return now, first


def _home(world: TradeWorld, stage: int, users: Array) -> Array:
    return use_by_country_t(world.base.axes, world.economy.final_use, stage, users)
