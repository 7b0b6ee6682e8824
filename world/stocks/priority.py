"""Priority buyers of the leader in a shortage: sectors that are served first, and what the reserve keeps for
them.

Under rated orders (Defense Production Act, title I; 15 CFR 700) sellers at home fill the orders of defence
before all others. What its country gets is what the market leaves it; who of its users gets it is decided by
rank and not by price. Without it every sector gets the same part of what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from world.axes import REFINED, Array

if TYPE_CHECKING:
    from world.model import TradeWorld


@dataclass(frozen=True)
class Service:
    """What sectors need and get of refined metal in the leader's country, (mineral,) tonnes a round."""

    need_t: Array
    served_t: Array
    others_need_t: Array
    others_served_t: Array


def serve(need_t: Array, used_t: Array, sector_share: Array, first: bool) -> Service:
    """Share out what there is: by rank where the sectors come ``first``, else in proportion to need.

    need_t, used_t : (mineral,) what all users need at usual prices, and what they get; sector_share :
        (mineral,) part of the need that is the sectors'
    """
    there = np.minimum(used_t, need_t)
    wanted = sector_share * need_t
    served = np.minimum(wanted, there) if first else sector_share * there
    return Service(wanted, served, need_t - wanted, there - served)


def sector_share(world: TradeWorld) -> Array:
    """(mineral,) part of use that is that of the reserve's sectors."""
    found = np.zeros(len(world.base.axes.minerals))
    for name in world.premise.reserve.sectors:
        found = found + world.sector_share.get(name, 0.0)
    return np.minimum(found, 1.0)


def usual_need_t(world: TradeWorld) -> Array:
    """(mineral,) metal that the leader's users would use in the round at base-year prices."""
    here = world.base.axes.buyers(REFINED) == world.leader
    use = np.where(here, world.base.buyer_use_t(REFINED), 0.0).sum(axis=1)
    markets = world.state.markets
    grown = markets.demand_growth * markets.demand_apart[:, world.leader]
    return np.asarray(use * grown * np.exp(markets.demand_shock))


def kept_t(world: TradeWorld) -> Array:
    """(mineral,) stock of the reserve that is kept for its sectors: days of their need, no more than there
    is."""
    days = 91.0 * world.clock.months / 3.0
    wanted = sector_share(world) * usual_need_t(world) * world.premise.reserve.kept_days / days
    stock = 0.0 if world.reserve is None else world.reserve.stock_t
    return np.minimum(wanted, stock)


def releasable_t(world: TradeWorld, most_share: float, missing_t: Array, had_t: Array) -> Array:
    """(mineral,) what the reserve releases in an emergency: of what is not kept, a share and no more than is
    missing from usual deliveries; of what is kept, what priority buyers lack though they are served first.
    """
    stock = np.zeros_like(missing_t) if world.reserve is None else world.reserve.stock_t
    kept = kept_t(world)
    lacking = np.maximum(sector_share(world) * usual_need_t(world) - had_t, 0.0)
    for_sectors = np.minimum(kept, lacking) if world.premise.reserve.served_first else 0.0
    # what they lack is part of what is missing: both together fill the gap once
    most = most_share * (stock - kept) + for_sectors
    return np.asarray(np.minimum(most, np.maximum(missing_t, for_sectors)))


def record_service(world: TradeWorld, use_t: Array) -> None:
    """A row a mineral that the leader uses, where there is a reserve; use_t : (mineral,) in its country, with
    what the reserve bought."""
    if world.reserve is None or world.round < world.decisions_open:
        return
    need, used = usual_need_t(world), np.maximum(use_t - world.reserve.bought_t, 0.0)
    service = serve(need, used, sector_share(world), world.premise.reserve.served_first)
    there, kept = np.flatnonzero(need > 0.0).tolist(), kept_t(world)
    world.record.add(
        "priority",
        round=world.round,
        quarter=world.quarters[world.round],
        mineral=[world.base.axes.minerals[place] for place in there],
        stage="refined",
        country=world.base.axes.countries[world.leader],
        need_t=service.need_t[there].tolist(),
        served_t=service.served_t[there].tolist(),
        others_need_t=service.others_need_t[there].tolist(),
        others_served_t=service.others_served_t[there].tolist(),
        kept_t=kept[there].tolist(),
    )
