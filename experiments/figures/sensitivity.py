"""What an outcome hangs on: a point and a 95% interval a factor, from the indices of a sweep alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import seaborn as sns
from matplotlib.figure import Figure

from experiments.analysis.sensitivity import Sensitivity
from experiments.analysis.sensitivity_words import find_sensitivity
from experiments.analysis.wording import factor_in_words, measure_of, rows_of
from experiments.figures import theme
from experiments.figures.differences import COLOURS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROLES = {"lever": COLOURS[0], "uncertainty": COLOURS[1]}
MOST_DRAWN = 24


def draw_sensitivity(found: Sensitivity) -> Figure:
    """Morris: mu* by factor, and sigma over mu*. Sobol: ST filled and S1 hollow by factor."""
    table = found.table.head(MOST_DRAWN)
    with theme.style():
        figure = theme.new_figure(11.0, max(3.6, 2.3 + 0.3 * len(table)))
        key = [
            theme.KeyEntry({"lever": "levers", "uncertainty": "uncertainties"}[role], colour, patch=True)
            for role, colour in _roles(table).items()
        ]
        theme.frame(figure, find_sensitivity(found), _source(found), key, bottom=0.7, gap=0.15)
        figure.subplots_adjust(left=0.2, wspace=0.25)
        if found.method == "sobol":
            _draw_sobol(figure.subplots(), table)
        else:
            bars, scatter = figure.subplots(1, 2, gridspec_kw={"width_ratios": [3, 2]})
            _draw_morris(bars, scatter, table, found.outcome)
    return figure


def write_sensitivity(found: Sensitivity, folder: Path) -> list[Path]:
    """Write ``sensitivity-OUTCOME`` as CSV, PNG and SVG into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"sensitivity-{found.outcome}.csv"
    found.table.to_csv(table, index=False)
    return [table, *theme.save(draw_sensitivity(found), folder, table.stem)]


def _roles(table: pd.DataFrame) -> dict[str, str]:
    return {role: colour for role, colour in ROLES.items() if (table["role"] == role).any()}


def _draw_sobol(panel: Axes, table: pd.DataFrame) -> None:
    for place, row in enumerate(rows_of(table)):
        colour = ROLES[str(row["role"])]
        for index, offset in (("ST", -0.12), ("S1", 0.12)):
            fill = colour if index == "ST" else "white"
            ends = [row[f"{index}_low"], row[f"{index}_high"]]
            panel.plot(ends, [place + offset] * 2, color=colour, linewidth=1.6, alpha=0.6)
            panel.plot(
                row[index], place + offset, "o", color=colour, markerfacecolor=fill, markersize=5.5, zorder=3
            )
    panel.axvline(0.0, color=theme.FLOOR, linewidth=0.8)
    panel.set_xlabel("part of the variance: filled with interactions (ST), hollow alone (S1)")
    _name_factors(panel, table)


def _draw_morris(bars: Axes, scatter: Axes, table: pd.DataFrame, outcome: str) -> None:
    measure = measure_of(outcome)
    unit = f", {measure.unit_of_change}" if measure.unit else ""
    for place, row in enumerate(rows_of(table)):
        colour = ROLES[str(row["role"])]
        ends = [measure.scale * row["mu_star_low"], measure.scale * row["mu_star_high"]]
        bars.plot(ends, [place] * 2, color=colour, linewidth=1.8, alpha=0.6)
        bars.plot(
            measure.scale * row["mu_star"],
            place,
            "o" if row["settings"] == "range" else "s",
            color=colour,
            markersize=5.5,
        )
        if row["sigma"] == row["sigma"]:
            at = (measure.scale * row["mu_star"], measure.scale * row["sigma"])
            scatter.plot(*at, "o", color=colour, markersize=5.5)
            scatter.annotate(
                factor_in_words(str(row["factor"])), at, (5, 3), textcoords="offset points", fontsize=7.5
            )
    bars.axvline(0.0, color=theme.FLOOR, linewidth=0.8)
    bars.set_xlabel(f"mu*, mean size of the change{unit} (square: between settings of a list)")
    _name_factors(bars, table)
    ends_at = 1.2 * max(scatter.get_xlim()[1], scatter.get_ylim()[1])
    scatter.plot([0, ends_at], [0, ends_at], color=theme.OTHERS, linewidth=0.8, linestyle="--")
    scatter.set_xlim(left=0)
    scatter.set_ylim(bottom=0)
    scatter.set_xlabel(f"mu*{unit}")
    scatter.set_ylabel(f"sigma{unit}")
    sns.despine(ax=scatter)


def _name_factors(panel: Axes, table: pd.DataFrame) -> None:
    panel.set_yticks(range(len(table)), [factor_in_words(str(name)) for name in table["factor"]])
    panel.set_ylim(len(table) - 0.5, -0.5)
    sns.despine(ax=panel, left=True)


def _source(found: Sensitivity) -> str:
    method = "Morris screening" if found.method == "morris" else "Sobol indices"
    word = "trajectories" if found.method == "morris" else "base samples"
    line = " Above the dashed line an effect differs from place to place by more than its size."
    line = line if found.method == "morris" else ""
    return (
        f"Source: orebloc simulation, {found.label}; {method} over {found.blocks} {word}; lines are 95% "
        f"bootstrap intervals over {word} and seeds.{line}"
    )
