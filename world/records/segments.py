"""Rows of the table ``segments``: licensed and refused users of a country, where there are both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from world.axes import STAGES, Array, Axes
from world.licences.segment_prices import SegmentPrices
from world.records.schema import Record

SEGMENTS = ("licensed", "refused")


def record_segments(
    record: Record, when: Mapping[str, int | str], axes: Axes, segments: Sequence[SegmentPrices]
) -> None:
    """Write what both parts of every user that is two bought in a round, and at what price; ``segments`` by
    stage."""
    for stage, found in enumerate(segments):
        row, extra = np.nonzero(found.country >= 0)
        refused, country = found.refused_share[row, extra], found.country[row, extra]
        for segment, name in enumerate(SEGMENTS):
            at = (segment, row, extra)
            record.add(
                "segments",
                **when,
                mineral=[axes.minerals[place] for place in row],
                stage=STAGES[stage],
                country=[axes.countries[place] for place in country],
                segment=name,
                need_share=(refused if segment else 1.0 - refused).tolist(),
                bought_t=found.bought_t[at].tolist(),
                unmet_t=found.unmet_t[at].tolist(),
                price_spot_usd_t=_or_nan(found.spot_usd_t[at], found.bought_t[at]).tolist(),
                price_mean_usd_t=_or_nan(found.paid_usd[at], found.bought_t[at], by_tonne=True).tolist(),
            )


def _or_nan(values: Array, tonnes: Array, by_tonne: bool = False) -> Array:
    """Values where something was bought, per tonne or as they are; NaN elsewhere."""
    some = tonnes > 0.0
    bottom = np.where(some, tonnes, 1.0) if by_tonne else 1.0
    return np.where(some, values / bottom, np.nan)
