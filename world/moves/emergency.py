"""What members could do for each other if the dominant refiner stopped delivering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.ladder import FRAMEWORK
from world.axes import REFINED, Array, Mask, Whole, scatter
from world.industry.finance import expected_year_t
from world.industry.plant_costs import BLOCK_STAGE
from world.stocks.reserve_round import released_share, reserve_stock_t
from world.zone import scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from world.model import TradeWorld


@dataclass(frozen=True)
class Emergency:
    """A cut-off of metal, as everybody reckons with it in a round.

    members : (country,) bound by the floor, the leader among them; buyers, refiners : positions
    from_dominant_t : (mineral, buyer) usual purchases from the dominant refiner, of which members buy
        ``short_t`` (mineral,); callable_t : (mineral, refiner) what each could deliver more
    reserve_t : (mineral,) what the reserve would release; price_usd_t : (mineral,) base-year prices
    partners : (country,) hold a framework, the leader among them; promised_t : (mineral, country) metal a
        round that the projects of each promise to buyers of partners; wanted_t : (mineral, country) metal
        that each would rather not have from the dominant refiner by then; stop_usd : (mineral, country) loss
        a round if it stopped
    """

    members: Mask
    buyers: Whole
    refiners: Whole
    from_dominant_t: Array
    short_t: Array
    callable_t: Array
    reserve_t: Array
    price_usd_t: Array
    partners: Mask
    promised_t: Array
    wanted_t: Array
    stop_usd: Array

    def relief_share(self, index: Sequence[int]) -> float:
        """Part of a cut-off of these countries that other members' output and the reserve could cover,
        weighted by what they buy from the dominant refiner."""
        these = np.zeros_like(self.members)
        these[index] = True
        mine = _held(self.from_dominant_t, these, self.buyers)
        short = self.short_t + _held(self.from_dominant_t, these & ~self.members, self.buyers)
        called = _held(self.callable_t, self.members & ~these, self.refiners) + self.reserve_t
        cover = np.where(short > 0, np.minimum(1.0, called / np.where(short > 0, short, 1.0)), 0.0)
        value = self.price_usd_t * mine
        return float((value * cover).sum() / value.sum()) if value.sum() > 0 else float(cover.mean())

    def promised_usd(self, index: Sequence[int]) -> float:
        """Loss of these countries in a cut-off, USD a round, that what partners' projects promise them would
        take away. What is promised is shared by what partners and these would rather buy elsewhere."""
        these = np.zeros_like(self.partners)
        these[index] = True
        promised = self.promised_t[:, self.partners & ~these].sum(axis=1)
        wanted = self.wanted_t[:, self.partners | these].sum(axis=1)
        cover = np.divide(promised, wanted, out=np.zeros_like(wanted), where=wanted > 0)
        return float(np.minimum(cover, 1.0) @ self.stop_usd[:, index].sum(axis=1))


def emergency_of(world: TradeWorld, members: Mask) -> Emergency:
    """The emergency that ``members`` (country,) would meet together this round."""
    p, axes = world.parameters, world.base.axes
    buyers, refiners = axes.buyers(REFINED), axes.refiners
    dominant = (refiners == world.dominant)[:, :, None]
    taken = np.where(dominant, world.state.markets.usual_flow_t[REFINED], 0.0).sum(axis=1)
    return Emergency(
        members=members,
        buyers=buyers,
        refiners=refiners,
        from_dominant_t=taken,
        short_t=_held(taken, members, buyers),
        callable_t=p.emergency_share * world.refined_output_t(),
        reserve_t=released_share(world) * reserve_stock_t(world),
        price_usd_t=world.base.evidence.price_usd_t[:, REFINED],
        partners=partners_of(world),
        promised_t=promised_t(world),
        wanted_t=wanted_t(world, scatter(taken, buyers, len(axes.countries))),
        stop_usd=world.economy.metal_stop_usd,
    )


def wanted_t(world: TradeWorld, taken_t: Array) -> Array:
    """(mineral, country) metal a round that each would rather not have from the dominant refiner once
    projects stand: what its users buy there (``taken_t``), or where that is more what is in the goods it
    uses, as who buys magnets and cells wants them of other metal; with the growth that everyone expects.
    """
    by_then = (1.0 + world.expected_growth(world.round)) ** world.parameters.planning_years
    in_goods = world.economy.final_need_t * world.economy.grip[:, None]
    return np.asarray(np.maximum(taken_t, in_goods) * by_then[:, None])


def partners_of(world: TradeWorld) -> Mask:
    """(country,) who holds a framework or more, the leader among them."""
    partners: Mask = world.state.politics.rung >= FRAMEWORK
    partners[world.leader] = True
    return partners


def promised_t(world: TradeWorld) -> Array:
    """(mineral, country) metal a round that the plants added within the years that count for plans would make
    and promise to buyers of partners, of minerals in scope."""
    p, axes, n = world.parameters, world.base.axes, len(world.base.axes.countries)
    made = np.zeros((len(axes.minerals), n))
    for block, stage in BLOCK_STAGE.items():
        if stage == REFINED:
            ore = block == "refining"  # whose capacity is in tonnes of ore
            metal = world.base.yield_of(REFINED)[:, None] if ore else 1.0
            grown = metal * expected_year_t(world, block)
            made += scatter(grown, axes.sellers(stage)[:, : grown.shape[1]], n)
    share = p.project_offtake_share * p.planning_years
    return np.asarray(share * made * scope_of(world.premise.zone, world.base.axes)[:, [REFINED]])


def _held(values: Array, group: Mask, positions: Whole) -> Array:
    """(mineral,) sum of the values at ``positions`` in a group of countries."""
    return np.asarray(np.where(group[np.maximum(positions, 0)] & (positions >= 0), values, 0.0).sum(axis=1))
