"""What differs between scenarios: changes by mineral with their intervals, from a comparison alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import seaborn as sns

from experiments.figures import theme
from experiments.figures.naming import mineral_in_words, mineral_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison

# Scenarios are not actors: they do not borrow the colours of members or of the dominant refiner.
COLOURS = tuple(sns.color_palette("colorblind").as_hex()[1:])
PANELS = {
    "dominant_share": "Dominant refiner's share\nchange in percentage points",
    "price_inside": "Refined price inside the zone\nchange in %",
    "price_outside": "Refined price outside\nchange in %",
}


def draw_differences(comparison: Comparison) -> Figure:
    """One panel an outcome: a point a mineral and scenario, its 95% interval as a line."""
    rows = comparison.differences
    minerals = list(dict.fromkeys(rows.loc[rows["outcome"] == "dominant_share", "mineral"]))
    others = comparison.scenarios[1:]
    with theme.style():
        figure = theme.new_figure(11.0, 2.2 + (0.24 + 0.1 * len(others)) * len(minerals))
        key = [theme.KeyEntry(name, COLOURS[i % len(COLOURS)], patch=True) for i, name in enumerate(others)]
        theme.frame(figure, find_differences(comparison), _source(comparison), key, bottom=0.6)
        figure.subplots_adjust(left=0.12, wspace=0.08)
        for column, (panel, outcome) in enumerate(
            zip(figure.subplots(1, len(PANELS), sharey=True), PANELS, strict=True)
        ):
            chosen = rows[rows["outcome"] == outcome]
            for place, scenario in enumerate(others):
                offset = 0.16 * (place - (len(others) - 1) / 2)
                _draw_points(
                    panel,
                    chosen[chosen["scenario"] == scenario],
                    minerals,
                    offset,
                    COLOURS[place % len(COLOURS)],
                )
            panel.axvline(0, color=theme.FLOOR, linewidth=0.8)
            panel.set_title(PANELS[outcome], fontsize=9)
            panel.set_yticks(range(len(minerals)), [mineral_name(mineral) for mineral in minerals])
            if column == 0:
                panel.invert_yaxis()
            sns.despine(ax=panel, left=True)
    return figure


def find_differences(comparison: Comparison) -> str:
    """How many changes of the dominant refiner's share are clear, and the largest of them."""
    rows = comparison.differences
    shares = rows[(rows["outcome"] == "dominant_share") & rows["difference"].notna()]
    clear = shares[(shares["low"] > 0) | (shares["high"] < 0)]
    if clear.empty:
        return f"No clear change of the dominant refiner's share against {comparison.reference}"
    row = clear.sort_values("difference", key=abs).iloc[-1]
    way = "falls" if row["difference"] < 0 else "rises"
    points = abs(100 * row["difference"])
    count = f"{len(clear)} of {len(shares)} changes of the dominant refiner's share are clear"
    return (
        f"{count}; the largest: under {row['scenario']} it {way} by {points:.1f} points in "
        f"{mineral_in_words(row['mineral'])}"
    )


def write_differences(comparison: Comparison) -> tuple[Path, Path]:
    """Write the figure as PNG and SVG into the folder of the comparison; return both paths."""
    with theme.style():
        return theme.save(draw_differences(comparison), comparison.folder, "comparison")


def _draw_points(panel: Axes, rows: pd.DataFrame, minerals: list[str], offset: float, colour: str) -> None:
    for row in rows.to_dict("records"):
        scale = 100.0 if row["unit"] == "share" else 100.0 / row["mean_reference"]
        height = minerals.index(row["mineral"]) + offset
        if row["low"] == row["low"]:
            panel.plot(
                [scale * row["low"], scale * row["high"]],
                [height, height],
                color=colour,
                linewidth=1.6,
                alpha=0.6,
            )
        panel.plot(scale * row["difference"], height, "o", color=colour, markersize=4.5)


def _source(comparison: Comparison) -> str:
    pairs = int(comparison.differences["pairs"].max()) if len(comparison.differences) else 0
    return (
        f"Source: orebloc simulation, {pairs} pairs of runs with the same seed; differences from "
        f"{comparison.reference}, last year; lines are 95% t intervals over seeds (none with one "
        "pair). Table comparison."
    )
