"""What members could do for each other if the dominant refiner stopped delivering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from world.axes import REFINED, Array, Mask, Whole
from world.stocks.reserve_round import released_share, reserve_stock_t

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
    """

    members: Mask
    buyers: Whole
    refiners: Whole
    from_dominant_t: Array
    short_t: Array
    callable_t: Array
    reserve_t: Array
    price_usd_t: Array

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
    )


def _held(values: Array, group: Mask, positions: Whole) -> Array:
    """(mineral,) sum of the values at ``positions`` in a group of countries."""
    return np.asarray(np.where(group[np.maximum(positions, 0)] & (positions >= 0), values, 0.0).sum(axis=1))
