"""Assembly that moves to where its inputs are cheap, slowly. Pure: numpy in, numpy out.

What components are put into (packs, motors, boards) is made by plants that last for years. Of each mineral's
component, each country's part of the world's assembly for a sector goes toward the one that its cost
warrants:

    ln D' = ln D + (1 - exp(-speed)) (-response (k - mean k) - ln D)

with D the part over that of the base year, k what the component costs more than in the base year, over the
price of the part put together, and the mean by today's parts of the world's assembly. Only differences
between countries count: what is dearer everywhere moves nothing, and what comes to one country leaves the
others.

Minerals move one by one, as their markets are cleared one by one: a motor that holds two of them should move
by the cost of both.
"""

from __future__ import annotations

import numpy as np

from agents.adjustment import part_moved
from world.axes import Array, Mask

MOST_LOG = 2.0
"""Bound of ln D (assumption): plants do not all leave, and nobody takes in ten times what it had."""


def added_cost_share(intensity_t: Array, dearer_usd_t: Array, part_usd: Array) -> Array:
    """(m, s, n) what a component costs more than in the base year, over the price of the part put together.

    intensity_t : (m, s) tonnes of components in a product; dearer_usd_t : (m, s, n) price over that of the
        base year; part_usd : (s,) price of the part
    """
    return np.asarray(intensity_t[:, :, None] * dearer_usd_t / part_usd[:, None])


def sheltered(cost_share: Array, weight: Array, inside: Mask, home_share: float) -> Array:
    """(..., n) cost that counts where goods from outside pay the floor on what is in them: of what those
    ``inside`` (n,) pay more than the mean of those outside, what falls on sales outside, 1 - ``home_share``,
    is left."""
    if inside.all():
        return cost_share
    outside = np.where(inside, 0.0, weight)
    gap = np.maximum(cost_share - _mean(cost_share, outside), 0.0)
    return np.asarray(cost_share - np.where(inside, home_share * gap, 0.0))


def move(log_part: Array, cost_share: Array, weight: Array, response: float, speed: float) -> Array:
    """(..., n) ln D a round on; ``weight`` (..., n) assembly in the base year, ``speed`` of a round."""
    mean = _mean(cost_share, weight * np.exp(log_part))
    wanted = np.clip(-response * (cost_share - mean), -MOST_LOG, MOST_LOG)
    return np.asarray(log_part + part_moved(speed) * (wanted - log_part))


def placed_t(need_t: Array, log_part: Array, moves: Mask) -> Array:
    """(m, s, n) need where the parts are put together now, each sector's need of a mineral in the world as it
    was; log_part : (m, s, n); moves : (m, s) what is needed as a component."""
    moved = need_t * np.exp(log_part)
    whole, there = need_t.sum(axis=2), moved.sum(axis=2)
    scale = np.divide(whole, there, out=np.ones_like(whole), where=there > 0)
    return np.where(moves[:, :, None], moved * scale[:, :, None], need_t)


def _mean(values: Array, weight: Array) -> Array:
    """(..., 1) weighted mean over countries."""
    whole = np.maximum(weight.sum(axis=-1, keepdims=True), 1e-300)
    return np.asarray((weight * values).sum(axis=-1, keepdims=True) / whole)
