"""Rows of the tables ``sectors`` and ``sector_shortages``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.axes import COMPONENT, STAGES, Array, Mask, Whole
from world.sectors.downstream import Lines

if TYPE_CHECKING:
    from world.model import TradeWorld
    from world.sectors.round import SectorRound

SMALLEST_ACTIVITY = 5e-4
LEAST_MISSING_SHARE = 1e-3


def record_sectors(world: TradeWorld) -> None:
    """Write what befell the sectors in this round."""
    found = world.sectors
    if found is not None and len(world.economy.sectors.names):
        _sectors(world, found)
        _shortages(world, found.lines)


def _sectors(world: TradeWorld, found: SectorRound) -> None:
    sectors, axes, lines = world.economy.sectors, world.base.axes, found.lines
    told = (sectors.activity_share >= SMALLEST_ACTIVITY) | (found.lost_usd > 0.0)
    sector, country = at = np.nonzero(told)
    percent = 100.0 * found.unit_usd / sectors.price_usd[:, None]
    numbers = {
        "activity_share": sectors.activity_share,
        "assembly_ratio": found.moved,
        "need_usd": found.need_usd,
        "used_share": found.used_share,
        "met_share": found.met_share,
        "parts_days": _parts_days(world, lines),
        "lost_share": lines.lost_share,
        "output_lost_usd": found.lost_usd,
        "cost_passed_usd": found.dearer_usd,
        "cost_unit_usd": found.unit_usd,
        "cost_unit_percent": percent,
    }
    world.record.add(
        "sectors",
        **_of_rows(world, sector, country),
        scarcest=[axes.minerals[place] if place >= 0 else "" for place in lines.scarcest[at]],
        **{name: values[at].tolist() for name, values in numbers.items()},
    )


def _of_rows(world: TradeWorld, sector: Whole, country: Whole) -> dict[str, object]:
    """When and where: the columns that both tables begin with; positions (row,)."""
    return {
        "round": world.round,
        "quarter": world.quarters[world.round],
        "country": [world.base.axes.countries[place] for place in country],
        "sector": [world.economy.sectors.names[place] for place in sector],
    }


def _parts_days(world: TradeWorld, lines: Lines) -> Array:
    """(s, n) days of need in parts, of the input that there are fewest of; 0 where nothing is needed."""
    needed = lines.need_t > 0
    rounds = np.divide(lines.parts_t, lines.need_t, out=np.full_like(lines.need_t, np.inf), where=needed)
    least = rounds.min(axis=0, initial=np.inf)
    return np.where(np.isfinite(least), least, 0.0) * 365.0 / world.clock.rounds_per_year


def _shortages(world: TradeWorld, lines: Lines) -> None:
    sectors, axes = world.economy.sectors, world.base.axes
    missing = _missing(lines)
    mineral, sector, country = at = np.nonzero(missing)
    component = sectors.made_of[COMPONENT][mineral, sector]
    world.record.add(
        "sector_shortages",
        **_of_rows(world, sector, country),
        mineral=[axes.minerals[place] for place in mineral],
        stage=[STAGES[COMPONENT] if is_component else "refined" for is_component in component],
        need_t=lines.need_t[at].tolist(),
        got_t=lines.got_t[at].tolist(),
        parts_t=lines.parts_t[at].tolist(),
        exposed_share=sectors.exposed_share[mineral, sector].tolist(),
    )


def _missing(lines: Lines) -> Mask:
    return np.asarray(lines.got_t < (1.0 - LEAST_MISSING_SHARE) * lines.need_t)
