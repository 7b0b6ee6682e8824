"""Who runs short of which refined metal, quarter by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import country_name, format_share, mineral_in_words, mineral_name, the_country
from experiments.results import Run
from experiments.shortages import Shortage, short_quarters, shortages

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Share of a country's need of refined metal that finds no supplier at any price below what going without "
    "costs, in %, round by round; grey where it is less than 1%. For each metal the countries that miss most "
    "tonnes. Stocks of users and of the reserve are drawn first. Members of the European Union are counted "
    "one by one."
)
MOST_ROWS, MOST_A_MINERAL = 24, 6
MARGIN = 2
"""Quarters shown before the first shortage and after the last."""
WIDEST_WITH_NUMBERS = 20


def draw_shortages(run: Run, baseline: Run | None = None) -> Figure:
    """A strip a metal and country, darker the more of its need goes unmet; says so when nobody runs short."""
    chosen = _rows_to_draw(shortages(run))
    with theme.style():
        figure = theme.new_figure(10.5, 0.24 * max(len(chosen), 2) + 1.6)
        panel = figure.subplots()
        if chosen:
            _draw_strips(panel, _strips(run, chosen), run)
        else:
            panel.text(0.5, 0.5, find_shortage(run), ha="center", va="center", transform=panel.transAxes)
            panel.set_axis_off()
        theme.frame(figure, find_shortage(run), theme.source_line(run, "markets"), bottom=0.6, gap=0.14)
        figure.subplots_adjust(left=2.2 / 10.5)
    return figure


def find_shortage(run: Run) -> str:
    """The worst shortage of all, and how many countries run short of anything."""
    found = shortages(run)
    if not found:
        return "No country of any size runs short of refined metal"
    worst = found[0]
    count = len({shortage.country for shortage in found})
    short = f"{count} countries run short" if count > 1 else "One country runs short"
    return (
        f"{short} of refined metal, worst of all {the_country(worst.country)}, which lacks "
        f"{format_share(worst.share)} of the {mineral_in_words(worst.mineral)} it needs"
    )


def _rows_to_draw(found: list[Shortage]) -> list[Shortage]:
    """For each metal those who miss most tonnes, metals in the order of their worst shortage."""
    chosen: list[Shortage] = []
    for mineral in dict.fromkeys(shortage.mineral for shortage in found):
        own = [shortage for shortage in found if shortage.mineral == mineral]
        most = sorted(own, key=lambda shortage: -shortage.unmet_t)[:MOST_A_MINERAL]
        chosen += sorted(most, key=lambda shortage: -shortage.share)
    return chosen[:MOST_ROWS]


def _strips(run: Run, chosen: list[Shortage]) -> pd.DataFrame:
    """Share of need unmet in %, NaN without a shortage: one row a ``chosen`` one, one column a round."""
    rows = short_quarters(run)
    wide = rows.pivot_table(index=["mineral", "country"], columns="round", values="share")
    first = max(run.rounds[0], int(rows["round"].min()) - MARGIN)
    last = min(run.rounds[-1], int(rows["round"].max()) + MARGIN)
    kept = [(shortage.mineral, shortage.country) for shortage in chosen]
    strips: pd.DataFrame = 100 * wide.reindex(index=kept, columns=range(first, last + 1))
    return strips


def _draw_strips(panel: Axes, strips: pd.DataFrame, run: Run) -> None:
    sns.heatmap(
        strips,
        cmap=sns.light_palette(theme.DOMINANT, as_cmap=True),
        vmin=0,
        vmax=100,
        cbar=False,
        ax=panel,
        linewidths=0.4,
        linecolor="white",
        annot=strips.shape[1] <= WIDEST_WITH_NUMBERS,
        fmt=".0f",
        annot_kws={"fontsize": 7.5},
        xticklabels=False,
        yticklabels=False,
    )
    panel.set_facecolor(theme.LAND)
    names = [f"{mineral_name(mineral)}: {country_name(country)}" for mineral, country in strips.index]
    panel.set_yticks(np.arange(len(names)) + 0.5, names, rotation=0, fontsize=8)
    first = run.rounds.index(int(strips.columns[0]))
    quarters = run.quarters[first : first + strips.shape[1]]
    step = -(-len(quarters) // 16)
    marks = list(enumerate(quarters))[::step]
    panel.set_xticks([place + 0.5 for place, _ in marks], [quarter for _, quarter in marks])
    panel.set(xlabel="", ylabel="")
    panel.tick_params(length=0)
