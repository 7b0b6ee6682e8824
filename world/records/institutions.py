"""Rows of clubs and links beside the zone: who sits in them, and how prices part by a standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import STAGES, Array, Mask, Whole, gather
from world.institutions import Institution, seats

if TYPE_CHECKING:
    from world.cleared_market import Cleared
    from world.model import TradeWorld


def club_seats(world: TradeWorld) -> Whole:
    """(country,) clubs and links beside the zone's ladder in which each sits."""
    counted = np.array([not one.is_forum for one in world.institutions], dtype=bool)
    return np.asarray(seats(world.state.politics, world.round)[counted].sum(axis=0), dtype=np.int64)


def record_institutions(world: TradeWorld, cleared: Cleared) -> None:
    """A row a club, and a row a good for each that has a standard and members."""
    if not world.institutions:
        return
    when = {"round": world.round, "quarter": world.quarters[world.round]}
    held = seats(world.state.politics, world.round)
    a_year = world.clock.rounds_per_year
    working = held.sum(axis=1) > 1
    money = [one.finance_usd_year / a_year * on for one, on in zip(world.institutions, working, strict=True)]
    world.record.add(
        "institutions",
        **when,
        institution=[one.name for one in world.institutions],
        members=held.sum(axis=1).tolist(),
        finance_usd=list(map(float, money)),
    )
    for one, members in zip(world.institutions, held, strict=True):
        if one.has_standard and members.any():
            for row in _standard_rows(world, cleared, one):
                world.record.add("standards", **when, **row)


def _standard_rows(world: TradeWorld, cleared: Cleared, one: Institution) -> list[dict[str, object]]:
    axes, rows = world.base.axes, list[dict[str, object]]()
    meets = (world.facts.governance >= one.standard_index).astype(float)
    for stage, market in enumerate(cleared.clearing.stages):
        sold, clean = market.flow_t.sum(axis=(1, 3)), gather(meets, axes.sellers(stage)) > 0.0
        total = sold.sum(axis=1)
        for mineral in np.flatnonzero(one.minerals & (total > 0.0)).tolist():
            prices = market.fob_usd_t[mineral], sold[mineral]
            rows.append(
                {
                    "mineral": axes.minerals[mineral],
                    "stage": STAGES[stage],
                    "institution": one.name,
                    "price_clean_usd_t": _mean(*prices, clean[mineral]),
                    "price_other_usd_t": _mean(*prices, ~clean[mineral]),
                    "clean_share": float(sold[mineral][clean[mineral]].sum() / total[mineral]),
                }
            )
    return rows


def _mean(price_usd_t: Array, sold_t: Array, which: Mask) -> float:
    """Mean price of some sellers by sales; NaN where they sell nothing."""
    weight = np.where(which, sold_t, 0.0)
    return float((price_usd_t * weight).sum() / weight.sum()) if weight.sum() > 0.0 else float("nan")
