"""Markets of rows whose capacity is not that of the round: what a floor would call forth, what a control
calls up or closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from world.axes import Array, Axes, Mask
from world.industry.plant_costs import BLOCK_STAGE, MAKING
from world.market.arrays import Curves, Market
from world.offers import Priced
from world.questions.setting import Horizon


def with_inside_capacity(priced: Priced, horizon: Horizon, axes: Axes, members: Mask) -> Priced:
    """Sellers bound by the floor have the capacity that the floor would call forth (later horizon only)."""
    if not horizon.inside:
        return priced
    stages = list(priced.market.stages)
    for block, values in horizon.inside.items():
        stage, part = BLOCK_STAGE[block], "making" if block in MAKING else "own"
        positions = axes.sellers(stage)
        inside = np.take_along_axis(members, np.maximum(positions, 0), axis=1) & (positions >= 0)
        curves = getattr(stages[stage], part)
        wanted = np.where(inside[:, None, :], _in_tranches(values, curves), curves.capacity_t)
        stages[stage] = replace(stages[stage], **{part: replace(curves, capacity_t=wanted)})
    return replace(priced, market=Market(tuple(stages)))


def _in_tranches(capacity_t: Array, curves: Curves) -> Array:
    """(row, tranche, seller) capacities (row, seller) of which tranches keep their shares of what stands."""
    stands = curves.capacity_t.sum(axis=1, keepdims=True)
    share = np.where(
        stands > 0, curves.capacity_t / np.where(stands > 0, stands, 1.0), 1.0 / curves.capacity_t.shape[1]
    )
    return np.asarray(capacity_t[:, None, :] * share)


def with_called_capacity(priced: Priced, called_t: Sequence[Mapping[str, Array]]) -> Priced:
    """Sellers have the capacity that their row names, block -> (seller,), where it names any."""
    if not any(called_t):
        return priced
    stages = list(priced.market.stages)
    for block, stage in BLOCK_STAGE.items():
        part = "making" if block in MAKING else "own"
        curves: Curves = getattr(stages[stage], part)
        wanted = curves.capacity_t.copy()
        rows = [row for row, capacity in enumerate(called_t) if block in capacity]
        if rows:
            named_t = np.stack([called_t[row][block][: wanted.shape[2]] for row in rows])
            wanted[rows] = _in_tranches(named_t, curves.take(rows))
        changed: dict[str, Any] = {part: replace(curves, capacity_t=wanted)}
        stages[stage] = replace(stages[stage], **changed)
    return replace(priced, market=Market(tuple(stages)))
