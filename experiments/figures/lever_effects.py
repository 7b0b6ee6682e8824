"""What settings of a lever change: paired differences with their intervals, a panel an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import seaborn as sns
from matplotlib.figure import Figure

from experiments.analysis.lever_comparison import LeverComparison
from experiments.analysis.lever_words import clusters_in_words, find_lever
from experiments.analysis.wording import Measure, measure_of, rows_of, setting_in_words
from experiments.figures import theme
from experiments.figures.differences import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, MOST_PANELS = 3, 12
SETTING_INCHES, GAP_INCHES = 0.3, 0.75


def draw_lever(found: LeverComparison) -> Figure:
    """A panel an outcome: a point a setting, its 95% interval as a line, zero as the reference."""
    outcomes = list(dict.fromkeys(found.table["outcome"]))[:MOST_PANELS]
    settings = found.settings[1:]
    rows, panel_inches = -(-len(outcomes) // COLUMNS), 0.2 + SETTING_INCHES * len(settings)
    with theme.style():
        figure = theme.new_figure(11.0, 1.6 + rows * (panel_inches + GAP_INCHES))
        theme.frame(figure, find_lever(found), _source(found), bottom=0.75)
        longest = max(len(setting_in_words(setting)) for setting in settings)
        left = min(max(0.14, 0.0075 * longest), 0.3)
        figure.subplots_adjust(left=left, wspace=0.12, hspace=GAP_INCHES / panel_inches)
        panels = theme.small_multiples(figure, len(outcomes), COLUMNS, sharey=True)
        for panel, outcome in zip(panels, outcomes, strict=True):
            measure = measure_of(outcome)
            chosen = rows_of(found.table[found.table["outcome"] == outcome])
            for row in chosen:
                place = settings.index(str(row["setting"]))
                colour = COLOURS[place % len(COLOURS)]
                low, middle, high = (measure.scale * row[key] for key in ("low", "difference", "high"))
                if low == low:
                    panel.plot([low, high], [place] * 2, color=colour, linewidth=1.8, alpha=0.6)
                panel.plot(middle, place, "o", color=colour, markersize=5)
            _set_ends(panel, measure, chosen)
            unit = f", {measure.unit_of_change}" if measure.unit else ""
            panel.set_title(f"{measure.words}{unit}", fontsize=8.5)
            panel.set_yticks(range(len(settings)), list(map(setting_in_words, settings)))
            panel.set_ylim(len(settings) - 0.5, -0.5)
            sns.despine(ax=panel, left=True)
    return figure


def _set_ends(panel: Axes, measure: Measure, rows: list[dict[str, Any]]) -> None:
    """Zero as a line, few ticks; where nothing moved by more than rounding, say so."""
    panel.axvline(0, color=theme.FLOOR, linewidth=0.8)
    panel.locator_params(axis="x", nbins=5)
    ends = [row[key] for row in rows for key in ("low", "difference", "high") if row[key] == row[key]]
    if all(measure.show(end) == "0" for end in ends):
        panel.set_xlim(-1, 1)
        panel.set_xticks([0], ["no change"])


def write_lever(found: LeverComparison, folder: Path) -> list[Path]:
    """Write ``compare-LEVER`` as CSV, PNG and SVG into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"compare-{found.lever}.csv"
    found.table.to_csv(table, index=False)
    return [table, *theme.save(draw_lever(found), folder, table.stem)]


def _source(found: LeverComparison) -> str:
    reference = f"{found.lever} {setting_in_words(found.reference)}".strip()
    return (
        f"Source: orebloc simulation, {found.label}; differences from {reference} in pairs of runs with "
        "the same seed and other settings; lines are 95% t intervals "
        f"({clusters_in_words(found)})."
    )
