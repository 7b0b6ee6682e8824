"""Policies that no other beats in every aim: aims against one another with intervals, and their levers."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from experiments.analysis.study import Numbers, unit_values
from experiments.analysis.wording import factor_in_words, has_level, setting_in_words
from experiments.figures import theme
from experiments.figures.differences import COLOURS
from experiments.optimisation.front import LEVERS, Front
from experiments.optimisation.objectives import Objective
from experiments.optimisation.words import centre_of, find_front, measure, told_apart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BEST, OTHER = COLOURS[1], "#b9c0c7"
MOST_PANELS, MOST_POLICIES = 3, 12
NEAR = 0.04
"""Policies closer than this part of the span of the front share a label."""


def draw_front(front: Front) -> Figure:
    """Above: pairs of aims, every policy a point, those of the front numbered, with 95% intervals. Below: the
    levers of the front, a row a policy.
    """
    best = _drawn(front.table)
    pairs = list(combinations(told_apart(front), 2))[:MOST_PANELS] or [(front.objectives[0],) * 2]
    with theme.style():
        figure = theme.new_figure(11.0, 5.4 + 0.26 * len(best))
        key = [
            theme.KeyEntry("beaten by none in every aim (numbered)", BEST, patch=True),
            theme.KeyEntry("beaten by another", OTHER, patch=True),
        ]
        theme.frame(figure, find_front(front), _source(front), key, bottom=0.7, gap=0.15)
        figure.subplots_adjust(left=0.09, hspace=0.42, wspace=1.1)
        grid = figure.add_gridspec(2, 6, height_ratios=[3.0, 0.5 + 0.26 * len(best)])
        width = 6 // len(pairs)
        for column, (across, up) in enumerate(pairs):
            panel = figure.add_subplot(grid[0, column * width : (column + 1) * width])
            _draw_pair(panel, front, best, across, up)
        _draw_levers(figure.add_subplot(grid[1, :]), front, best)
    return figure


def write_front(front: Front, folder: Path) -> list[Path]:
    """Write ``front`` as CSV, PNG and SVG into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "front.csv"
    front.table.drop(columns=LEVERS).to_csv(table, index=False)
    return [table, *theme.save(draw_front(front), folder, "front")]


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    """The policies of the front, evenly chosen along it where there are many."""
    best = table[table["on_front"]].reset_index(drop=True)
    places = np.unique(np.linspace(0, len(best) - 1, min(MOST_POLICIES, len(best))).round().astype(int))
    return best.iloc[places].reset_index(drop=True)


def _draw_pair(panel: Axes, front: Front, best: pd.DataFrame, across: Objective, up: Objective) -> None:
    others = front.table[~front.table["on_front"]]
    panel.scatter(
        _shown(front, across, others[across.name]),
        _shown(front, up, others[up.name]),
        s=14,
        color=OTHER,
        linewidths=0,
        zorder=1,
    )
    x, y = (_shown(front, aim, best[aim.name]) for aim in (across, up))
    ends = ("_apart_low", "_apart_high")
    ends_x, ends_y = (
        np.array([_shown(front, aim, best[f"{aim.name}{end}"]) for end in ends]) for aim in (across, up)
    )
    for place in range(len(best)):
        panel.plot(ends_x[:, place], [y[place]] * 2, color=BEST, linewidth=1.2, alpha=0.35, zorder=2)
        panel.plot([x[place]] * 2, ends_y[:, place], color=BEST, linewidth=1.2, alpha=0.35, zorder=2)
    panel.plot(x, y, "o", color=BEST, markersize=5.5, zorder=3)
    for values, limit in ((x, panel.set_xlim), (y, panel.set_ylim)):
        # The front and what is near it: far worse policies would press it into a point.
        span = float(np.ptp(values)) or 0.1 * float(np.abs(values).max()) or 1.0
        limit(values.min() - 0.6 * span, values.max() + 0.6 * span)
    for words, middle in _labels(x, y):
        panel.annotate(words, middle, (4, 4), textcoords="offset points", fontsize=8, fontweight="bold")
    panel.locator_params(nbins=5)
    panel.set_xlabel(_axis(across, "right", "left"))
    panel.set_ylabel(_axis(up, "up", "down"))
    sns.despine(ax=panel)


def _shown(front: Front, aim: Objective, values: pd.Series) -> Numbers:
    """Values in the unit shown; those of an aim without level from the mean of the front."""
    shown: Numbers = measure(aim).scale * (values.to_numpy(dtype=float) - centre_of(front, aim))
    return shown


def _labels(x: Numbers, y: Numbers) -> list[tuple[str, tuple[float, float]]]:
    """Numbers of the policies, those that stand on top of one another as one label."""
    spans = [float(np.ptp(values)) or 1.0 for values in (x, y)]
    groups: list[list[int]] = []
    for place in range(len(x)):
        near = (
            group
            for group in groups
            if abs(x[group[0]] - x[place]) < NEAR * spans[0] and abs(y[group[0]] - y[place]) < NEAR * spans[1]
        )
        group = next(near, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return [
        (", ".join(str(place + 1) for place in group), (float(x[group[0]]), float(y[group[0]])))
        for group in groups
    ]


def _axis(objective: Objective, more: str, less: str) -> str:
    """Words, unit and which way is better, in lines that fit a small panel."""
    shown = measure(objective)
    better = more if objective.direction == "maximise" else less
    against = "" if has_level(objective.name) else " from the mean"
    return f"{shown.words}\n{shown.unit}{against} (better: {better})"


def _draw_levers(panel: Axes, front: Front, best: pd.DataFrame) -> None:
    levers = front.design.levers
    columns = [unit_values(factor, best[factor.name]) for factor in levers]
    parts: Numbers = np.array(columns, dtype=float).T
    words: Any = np.array(
        [[setting_in_words(value) for value in best[factor.name]] for factor in levers], object
    ).T
    sns.heatmap(
        parts,
        ax=panel,
        annot=words,
        fmt="",
        cmap=sns.color_palette(f"light:{BEST}", as_cmap=True),
        vmin=0.0,
        vmax=1.6,  # so dark that a black word is read on none of it
        cbar=False,
        linewidths=1.2,
        annot_kws={"fontsize": 8, "color": theme.FLOOR},
        xticklabels=[factor_in_words(factor.name) for factor in levers],
        yticklabels=range(1, len(best) + 1),
    )
    panel.tick_params(axis="both", length=0)
    panel.tick_params(axis="y", rotation=0)
    panel.set_ylabel("policy")
    panel.grid(visible=False)


def _source(front: Front) -> str:
    return (
        f"Source: orebloc simulation, {front.label}; NSGA-II (pymoo). Lines are 95% t intervals against the "
        "mean of the front, play for play, for all policies share draws and seeds. Policies far off are not "
        "shown. Points stand under the draws of the search; table front has the values under fresh ones."
    )
