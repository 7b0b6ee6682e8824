"""What each government would gain by changing sides, and who stands in the stable zones found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import country_name
from experiments.stability import StabilityReport, find_stability

if TYPE_CHECKING:
    import pandas as pd

MOST_DRAWN = 40
COLUMNS = {"inside": "now", "smallest": "small", "largest": "large"}


def draw_stability(report: StabilityReport) -> Figure:
    """A bar a country (net gain of changing sides, % of its mineral trade), and its place in the zones found.

    Drawn are those that trade most minerals, members first; at most ``MOST_DRAWN``.
    """
    drawn = _who_is_drawn(report.table)
    with theme.style():
        figure = theme.new_figure(11.0, 0.2 * len(drawn) + 2.4)
        bars, squares = figure.subplots(
            1, 2, sharey=True, gridspec_kw={"width_ratios": [5, 1.3], "wspace": 0.05}
        )
        places = np.arange(len(drawn))
        gain = 100 * drawn["gain_share"].to_numpy(float)
        colours = [theme.MEMBERS if inside else theme.HOLD_OUTS for inside in drawn["inside"]]
        bars.barh(places, gain, color=colours, height=0.7)
        bars.axvline(0.0, color=theme.FLOOR, linewidth=0.8)
        bars.set_yticks(places, [country_name(str(code)) for code in drawn["country"]], fontsize=8)
        bars.set_ylim(len(drawn) - 0.5, -0.5)
        bars.set_xscale("symlog", linthresh=1.0)
        bars.set_xlabel("gain of changing sides, net of its cost, % of mineral trade (below 1 linear)")
        for column, name in enumerate(COLUMNS):
            held = np.flatnonzero(drawn[name].to_numpy(bool))
            squares.scatter(np.full(len(held), column), held, marker="s", s=34, color=theme.MEMBERS)
        squares.set_xticks(range(len(COLUMNS)), list(COLUMNS.values()))
        squares.set_xlim(-0.6, len(COLUMNS) - 0.4)
        squares.tick_params(axis="y", length=0)
        for panel in (bars, squares):
            sns.despine(ax=panel, left=True)
        source = (
            f"Source: orebloc simulation, {report.label}; {report.zones_judged} zones judged on "
            f"{report.markets_solved} counterfactual markets. Bars to the right change sides. "
            "Squares: who is inside now, in the smallest and in the largest stable zone found."
        )
        key = [
            theme.KeyEntry("inside: gain of leaving", theme.MEMBERS, patch=True),
            theme.KeyEntry("outside: gain of joining", theme.HOLD_OUTS, patch=True),
        ]
        theme.frame(figure, find_stability(report), source, key)
        figure.subplots_adjust(left=0.22)
    return figure


def _who_is_drawn(table: pd.DataFrame) -> pd.DataFrame:
    ranked = table.sort_values(["inside", "scale_usd", "country"], ascending=[False, False, True])
    drawn: pd.DataFrame = ranked.head(MOST_DRAWN).sort_values(
        ["gain_share", "country"], ascending=[False, True]
    )
    return drawn


def write_stability(report: StabilityReport, folder: Path) -> list[Path]:
    """Write ``stability.csv`` and the figure as PNG and SVG into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "stability.csv"
    report.table.to_csv(table, index=False)
    return [table, *theme.save(draw_stability(report), folder, "stability")]
