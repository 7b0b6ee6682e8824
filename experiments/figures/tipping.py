"""An outcome over two levers: a cell a pair of settings, hatched where unsure, the zone's edge as a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from experiments.analysis.study import Numbers
from experiments.analysis.tipping import ZONE_SIZE, TippingMap
from experiments.analysis.tipping_words import find_tipping
from experiments.analysis.wording import factor_in_words, measure_of, rows_of
from experiments.figures import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS, CHANGES = f"light:{theme.MEMBERS}", "vlag"
HATCH = "////"
EDGES = {
    "stands": theme.KeyEntry("edge of the zone that stands", theme.FLOOR),
    "stable": theme.KeyEntry("edge of where nobody would change sides", theme.DOMINANT, dashed=True),
}


def draw_tipping(found: TippingMap) -> Figure:
    """A heat map of means, or of differences from the first cell where levels mean nothing."""
    with theme.style():
        wide, high = len(found.x_settings), len(found.y_settings)
        figure = theme.new_figure(max(7.5, 2.6 + 1.35 * wide), max(4.6, 2.7 + 0.62 * high))
        edges = [
            name for name, known in (("stands", found.knows_zone), ("stable", found.knows_stability)) if known
        ]
        drawn = [name for name in edges if found.cells[name].nunique() > 1]
        key = [EDGES[name] for name in drawn]
        theme.frame(figure, find_tipping(found), _source(found), key, bottom=0.85, gap=0.15)
        figure.subplots_adjust(left=0.2, right=0.98)
        panel = figure.subplots()
        _draw_cells(panel, found)
        _hatch(panel, found)
        for name in drawn:
            _draw_edge(panel, _table(found, name), EDGES[name])
        panel.set_xlabel(factor_in_words(found.x))
        panel.set_ylabel(factor_in_words(found.y))
    return figure


def write_tipping(found: TippingMap, folder: Path) -> list[Path]:
    """Write ``tipping-OUTCOME-X-Y`` as CSV, PNG and SVG into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"tipping-{found.outcome}-{found.x}-{found.y}.csv"
    named = found.cells.assign(
        x=[found.x_settings[place] for place in found.cells["x"]],
        y=[found.y_settings[place] for place in found.cells["y"]],
    )
    named.rename(columns={"x": found.x, "y": found.y}).to_csv(table, index=False)
    return [table, *theme.save(draw_tipping(found), folder, table.stem)]


def _draw_cells(panel: Axes, found: TippingMap) -> None:
    measure = measure_of(found.outcome)
    name = "difference" if found.shows_differences else "mean"
    values = measure.scale * _table(found, name)
    low, high = (measure.scale * _table(found, end) for end in _ends(found))
    words = np.empty(values.shape, dtype=object)
    for place, value in np.ndenumerate(values):
        half = float(high[place] - low[place]) / 2 / measure.scale
        spread = f"\n± {measure.show(half)}" if half == half else ""
        words[place] = f"{measure.show(value / measure.scale, signed=found.shows_differences)}{spread}"
    unit = f", {measure.unit}" if measure.unit else ""
    what = "change from the lower left" if found.shows_differences else measure.words
    sns.heatmap(
        values,
        ax=panel,
        annot=words,
        fmt="",
        cmap=sns.color_palette(CHANGES if found.shows_differences else LEVELS, as_cmap=True),
        center=0.0 if found.shows_differences else None,
        linewidths=1.2,
        annot_kws={"fontsize": 8},
        xticklabels=found.x_settings,
        yticklabels=found.y_settings,
        cbar_kws={"label": f"{what}{unit}"},
    )
    panel.invert_yaxis()
    panel.tick_params(axis="y", rotation=0)


def _ends(found: TippingMap) -> tuple[str, str]:
    return ("difference_low", "difference_high") if found.shows_differences else ("low", "high")


def _table(found: TippingMap, column: str) -> Numbers:
    """(y, x) values of a column of the cells."""
    table = np.full((len(found.y_settings), len(found.x_settings)), np.nan)
    table[found.cells["y"], found.cells["x"]] = found.cells[column].astype(float)
    return table


def _hatch(panel: Axes, found: TippingMap) -> None:
    for row in rows_of(found.cells):
        if _is_unsure(found, row["clear"], row.get("stands_clear", True), (row["x"], row["y"])):
            panel.add_patch(
                Rectangle(
                    (row["x"], row["y"]), 1, 1, fill=False, hatch=HATCH, edgecolor="#7b879488", linewidth=0
                )
            )


def _is_unsure(found: TippingMap, clear: bool, stands_clear: bool, place: tuple[int, int]) -> bool:
    """Of the zone's size: whether most runs hold it. Of other outcomes: the sign of the difference."""
    return not stands_clear if found.outcome == ZONE_SIZE else not clear and place != (0, 0)


def _draw_edge(panel: Axes, holds: Numbers, entry: theme.KeyEntry) -> None:
    """A line along cells where something holds on one side and not on the other."""
    rows, columns = holds.shape
    lines: list[tuple[list[int], list[int]]] = []
    for row in range(rows):
        for column in range(columns):
            if column + 1 < columns and holds[row, column] != holds[row, column + 1]:
                lines.append(([column + 1] * 2, [row, row + 1]))
            if row + 1 < rows and holds[row, column] != holds[row + 1, column]:
                lines.append(([column, column + 1], [row + 1] * 2))
    style = "--" if entry.dashed else "-"
    for across, up in lines:
        panel.plot(across, up, color=entry.colour, linewidth=2.6, linestyle=style, zorder=5)


def _source(found: TippingMap) -> str:
    kind = "paired run for run" if found.paired else "not paired"
    unsure = (
        "it is not certain that most runs end with or without a zone (Wilson's 95% interval)"
        if found.outcome == ZONE_SIZE
        else f"the sign of the difference from the lower left cell is not certain (95% t interval, {kind})"
    )
    stands = f" A zone stands with {found.least_members} members or more at the end of most runs."
    stable = " It is stable where in most runs nobody would gain by changing sides at the last reviews."
    return (
        f"Source: orebloc simulation, {found.label}. ± is half the 95% t interval; hatched where {unsure}."
        f"{stands if found.knows_zone else ''}{stable if found.knows_stability else ''}"
    )
