"""All figures of a run by name: draw one, or draw all of them into files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from experiments.figures import (
    dominance,
    membership,
    prices,
    reserve,
    sectors,
    shortages,
    theme,
    welfare,
    world_map,
)
from experiments.results import ResultsError, Run
from experiments.shortages import shortages as find_shortages

Draw = Callable[[Run, Run | None], Figure]
Find = Callable[[Run, Run | None], str]


@dataclass(frozen=True)
class FigureInfo:
    """A figure that was written: its name, its finding, what it shows and its two files."""

    name: str
    title: str
    caption: str
    png: Path
    svg: Path


@dataclass(frozen=True)
class _Entry:
    draw: Draw
    find: Find
    caption: str | Find


GALLERY = {
    "membership": _Entry(
        membership.draw_membership, lambda run, _: membership.find_membership(run), membership.CAPTION
    ),
    "shortages": _Entry(
        shortages.draw_shortages, lambda run, _: shortages.find_shortage(run), shortages.CAPTION
    ),
    "prices": _Entry(prices.draw_prices, lambda run, _: prices.find_price(run), prices.CAPTION),
    "dominance": _Entry(
        dominance.draw_dominance, lambda run, _: dominance.find_dominance(run), dominance.CAPTION
    ),
    "world_map": _Entry(
        world_map.draw_world_map,
        lambda run, _: world_map.find_world_map(run, world_map.most_rerouted(run, "refined")),
        world_map.CAPTION,
    ),
    "welfare": _Entry(welfare.draw_welfare, welfare.find_welfare, welfare.caption),
    "sectors": _Entry(sectors.draw_sectors, lambda run, _: sectors.find_sector(run), sectors.CAPTION),
    "reserve": _Entry(reserve.draw_reserve, lambda run, _: reserve.find_reserve(run), reserve.CAPTION),
}


def draw(name: str, run: Run, baseline: Run | None = None) -> Figure:
    """The figure ``name`` of ``run``. Raises ``ResultsError`` for an unknown name, listing the known ones."""
    if name not in GALLERY:
        raise ResultsError(f"no figure {name!r}; there are: {', '.join(GALLERY)}")
    return GALLERY[name].draw(run, baseline)


def draw_all(run: Run, folder: str | Path, baseline: Run | None = None) -> list[FigureInfo]:
    """Write every figure that the run has data for as PNG and SVG into ``folder`` (those of the reserve and
    of the zone only where the scenario has them, that of shortages only where there are any, that of sectors
    where the data have some).
    """
    drawn = []
    for name, entry in GALLERY.items():
        if not _has_data(name, run):
            continue
        try:
            png, svg = theme.save(entry.draw(run, baseline), Path(folder), name)
        except OSError as error:
            raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None
        caption = entry.caption if isinstance(entry.caption, str) else entry.caption(run, baseline)
        drawn.append(FigureInfo(name, entry.find(run, baseline), caption, png, svg))
    return drawn


def _has_data(name: str, run: Run) -> bool:
    if name == "shortages":
        return bool(find_shortages(run))
    if name in ("reserve", "sectors"):
        return not run.table(name).empty
    return name != "membership" or bool(run.setting("zone", "exists", True))
