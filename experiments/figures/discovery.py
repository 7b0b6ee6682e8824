"""Where an outcome ends on one side of a value: all points of a sweep, and the box that tells them apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from experiments.analysis.discovery import Box, Discovery
from experiments.analysis.discovery_words import aim_in_words, find_boxes, show_chance, tabulate_boxes
from experiments.analysis.study import Numbers, places
from experiments.analysis.wording import factor_in_words, setting_in_words
from experiments.figures import theme
from experiments.figures.differences import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.sweep.factor import Factor

INSIDE = COLOURS[1]
ROOM = 0.3
"""Points of a list are spread this far around their place, so that they do not hide one another."""


def draw_discovery(found: Discovery) -> Figure:
    """Left: the two factors that the first box restricts most surely, points of interest filled, the box as a
    frame. Right: for every box of PRIM the part of each factor's range that it keeps.
    """
    with theme.style():
        figure = theme.new_figure(11.0, 5.6)
        key = [
            theme.KeyEntry(aim_in_words(found), INSIDE, patch=True),
            theme.KeyEntry("does not", theme.LAND, patch=True),
        ]
        theme.frame(figure, find_boxes(found), _source(found), key, bottom=0.8, gap=0.15)
        figure.subplots_adjust(left=0.12, wspace=0.45)
        scatter, ranges = figure.subplots(1, 2, gridspec_kw={"width_ratios": [5, 4]})
        _draw_points(scatter, found)
        _draw_ranges(ranges, found)
    return figure


def write_discovery(found: Discovery, folder: Path) -> list[Path]:
    """Write ``boxes-OUTCOME`` as CSV, PNG and SVG into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"boxes-{found.outcome}-{'above' if found.above else 'below'}.csv"
    tabulate_boxes(found).to_csv(table, index=False)
    return [table, *theme.save(draw_discovery(found), folder, table.stem)]


def _draw_points(panel: Axes, found: Discovery) -> None:
    box = found.prim[0] if found.prim else None
    across, up = _two_factors(found, box)
    wanted = found.cases["of_interest"].to_numpy(bool)
    rng = np.random.default_rng(1)  # a jitter that is the same every time
    x, y = (_heights(factor, found, rng) for factor in (across, up))
    for mask, colour, size in ((~wanted, "#b9c0c7", 12), (wanted, INSIDE, 16)):
        panel.scatter(x[mask], y[mask], s=size, color=colour, linewidths=0, alpha=0.8)
    if box is not None and box.limits:
        (x0, x1), (y0, y1) = (_ends(factor, box) for factor in (across, up))
        panel.add_patch(
            Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=theme.FLOOR, linewidth=1.6, zorder=4)
        )
    for factor, axis in ((across, panel.xaxis), (up, panel.yaxis)):
        axis.set_label_text(factor_in_words(factor.name))
        if factor.values:
            axis.set_ticks(range(len(factor.values)), [setting_in_words(value) for value in factor.values])
    if across.scale == "log" and not across.values:
        panel.set_xscale("log")
    if up.scale == "log" and not up.values:
        panel.set_yscale("log")
    sns.despine(ax=panel)


def _two_factors(found: Discovery, box: Box | None) -> tuple[Factor, Factor]:
    """Those that the box restricts with the least chance; others fill up."""
    sure = dict(box.quasi_p) if box is not None else {}
    ranked = sorted(found.factors, key=lambda factor: sure.get(factor.name, 2.0))
    return (ranked[0], ranked[1]) if len(ranked) > 1 else (ranked[0], ranked[0])


def _heights(factor: Factor, found: Discovery, rng: np.random.Generator) -> Numbers:
    column = found.cases[factor.name]
    if not factor.values:
        values: Numbers = column.to_numpy(float)
        return values
    return places(factor, column) + rng.uniform(-ROOM, ROOM, len(column))


def _ends(factor: Factor, box: Box) -> tuple[float, float]:
    """Ends of the box along a factor; a list whose settings inside are not neighbours is framed whole."""
    settings: Any = box.limits.get(factor.name)
    if not factor.values:
        return (settings[0], settings[1]) if settings else (factor.low, factor.high)
    inside = [place for place, value in enumerate(factor.values) if settings is None or value in settings]
    return min(inside) - 0.45, max(inside) + 0.45


def _draw_ranges(panel: Axes, found: Discovery) -> None:
    restricted = [f for f in found.factors if any(f.name in box.limits for box in found.prim)]
    labels = []
    for row, factor in enumerate(restricted):
        panel.plot([0, 1], [row, row], color=theme.LAND, linewidth=9, solid_capstyle="butt", zorder=1)
        for number, box in enumerate(found.prim):
            if factor.name not in box.limits:
                continue
            height = row + 0.16 * (number - (len(found.prim) - 1) / 2)
            for start, end in _parts(factor, box):
                colour = INSIDE if number == 0 else theme.OTHERS
                panel.plot([start, end], [height] * 2, color=colour, linewidth=3.5, solid_capstyle="butt")
        chance = found.prim[0].quasi_p.get(factor.name)
        labels.append(
            factor_in_words(factor.name) + (f"\nquasi-p {show_chance(chance)}" if chance is not None else "")
        )
    panel.set_yticks(range(len(restricted)), labels)
    panel.set_ylim(max(len(restricted), 1) - 0.4, -0.6)
    panel.set_xlim(-0.02, 1.02)
    panel.set_xticks([0, 1], ["lowest", "highest"])
    panel.grid(visible=False)
    panel.set_xlabel("part of each range that a box keeps (first box coloured)")
    sns.despine(ax=panel, left=True)


def _parts(factor: Factor, box: Box) -> list[tuple[float, float]]:
    settings: Any = box.limits[factor.name]
    if factor.values:
        step = 1 / len(factor.values)
        inside = [place for place, value in enumerate(factor.values) if value in settings]
        return [(place * step, (place + 1) * step) for place in inside]
    low, high = factor.low, factor.high
    if factor.scale == "log":
        low, high, settings = np.log(low), np.log(high), np.log(settings)
    return [((settings[0] - low) / (high - low), (settings[1] - low) / (high - low))]


def _source(found: Discovery) -> str:
    return (
        f"Source: orebloc simulation, {found.label}; PRIM (EMA Workbench). A point counts when most of its "
        "runs do; quasi-p: the chance of so dense a box were the restriction of no use. Table boxes."
    )
