"""By what sellers are noticed: working capacity, and the habits of buyers that weigh it."""

from __future__ import annotations

import numpy as np

from world.axes import COMPONENT, ORE, REFINED, Array
from world.calibration.base import BaseMarket
from world.state import Markets


def working_t(markets: Markets, block: str) -> Array:
    """(mineral, seller) capacity of a block that is not mothballed."""
    return np.asarray(tranche_capacity_t(markets, block).sum(axis=1))


def tranche_capacity_t(markets: Markets, block: str) -> Array:
    """(mineral, tranche, seller) working capacity: what stands, less what is mothballed."""
    return np.maximum(standing_t(markets, block) - markets.mothballed_t[block], 0.0)


def standing_t(markets: Markets, block: str) -> Array:
    """(mineral, tranche, seller) capacity, mothballed included."""
    return np.asarray(markets.capacity_t[block][:, None, :] * markets.tranche_share[block])


def seller_size_t(base: BaseMarket, markets: Markets, stage: int) -> Array:
    """(mineral, seller) capacity by which sellers are noticed: the size term of buyers' choice."""
    if stage == ORE:
        size: Array = working_t(markets, "ore") + np.maximum(base.feed_t[ORE], 0.0)
    elif stage == REFINED:
        converted = base.recovery[:, None] * working_t(markets, "refining")
        size = converted + working_t(markets, "primary") + np.maximum(base.feed_t[REFINED], 0.0)
    else:
        size = base.yield_of(COMPONENT)[:, None] * working_t(markets, "component")
    return size


KNOWN_GROWTH = 2.0
"""Up to this multiple of its base-year size a seller grows with its customers of old (assumption)."""


def lane_weights(base: BaseMarket, markets: Markets, stage: int, leaning: Array, released_t: Array) -> Array:
    """ln A of every lane this round: preference x size x habit, normalised over sellers with all lanes open.

    leaning : (mineral, seller, buyer) log points, from trust and from clubs; released_t : (mineral, seller)
        what a reserve sells, noticed abroad like capacity and at home like what is bought there every day
    """
    lanes = base.lanes(stage)
    size = seller_size_t(base, markets, stage) + released_t
    known = np.minimum(size, KNOWN_GROWTH * lanes.base_size_t)
    with np.errstate(divide="ignore"):
        settled = lanes.log_preference + np.log(known)[:, :, None]
        fresh = lanes.log_newcomer + np.log(size - known)[:, :, None]
    raw = np.logaddexp(settled, fresh) + markets.habit[stage] + leaning
    if released_t.any():
        raw = np.logaddexp(raw, _of_usual_make(base, markets, stage, raw, released_t))
    free = np.log(1.0 - float(base.evidence.backstop_weight[stage]))
    return np.asarray(np.where(np.isfinite(raw), raw - _whole(raw) + free, -np.inf))


def _of_usual_make(base: BaseMarket, markets: Markets, stage: int, raw: Array, released_t: Array) -> Array:
    """(mineral, seller, buyer) what a release counts for at its home: it was bought to be used there, so that
    at equal prices its part is its tonnes over those usually bought. As a newcomer's it found buyers only
    at a fraction of the price, or at less than nothing."""
    usual = markets.usual_flow_t[stage].sum(axis=1)[:, None, :]
    at_home = base.axes.sellers(stage)[:, :, None] == base.axes.buyers(stage)[:, None, :]
    over = np.where(at_home & (usual > 0), released_t[:, :, None], 0.0) / np.where(usual > 0, usual, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(_whole(raw) + np.log(over))


def _whole(raw: Array) -> Array:
    """(mineral, 1, buyer) log of the sum over sellers."""
    top = raw.max(axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.asarray(np.log(np.maximum(np.exp(raw - top).sum(axis=1, keepdims=True), 1e-300)) + top)
