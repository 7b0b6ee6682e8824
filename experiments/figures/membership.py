"""Who stands on which rung of the zone's ladder, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.figures import theme
from experiments.figures.naming import (
    RUNGS,
    YEAR_BEGINS,
    by_size,
    country_name,
    in_words,
    quarter_in_words,
    union_members,
)
from experiments.results import Run, holding_out, remembered

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Highest rung of the zone's ladder that each country holds, round by round; amber while it holds out at "
    "the rung below the floor. "
    "Drawn are the largest economies and the largest producers of these minerals, in the order in which they "
    "reach their highest rung. The European Union votes as one and is one row."
)
MOST_DIVIDED = 60
"""Rounds up to which each is set apart by a white line."""
HOLDING_OUT = 5
MOST_ECONOMIES, MOST_PRODUCERS = 30, 12


def draw_membership(run: Run, baseline: Run | None = None) -> Figure:
    """A strip a country, coloured by rung; of many, the smaller economies are counted and not drawn."""
    everyone = climbers(run)
    strips = everyone[everyone.index.isin(_who_is_drawn(run, everyone))]
    with theme.style():
        figure = theme.new_figure(10.5, max(0.185 * len(strips), 0.6) + 2.0)
        panel = figure.subplots()
        if len(strips):
            _draw_strips(panel, strips, run)
        else:
            panel.text(
                0.5,
                0.5,
                "No country holds any rung of a zone in this run.",
                ha="center",
                va="center",
                transform=panel.transAxes,
            )
            panel.set_axis_off()
        note = _left_out(everyone.drop(index=strips.index))
        theme.frame(
            figure,
            find_membership(run),
            theme.source_line(run, "countries (rung, standing)") + note,
            _key(strips),
            bottom=0.55,
            gap=0.12,
        )
        figure.subplots_adjust(left=1.75 / 10.5)
    return figure


def find_membership(run: Run) -> str:
    """How many are bound by the floor at the end, and since when the first."""
    strips = climbers(run)
    end = quarter_in_words(run.quarters[-1])
    bound = strips[(strips == 4).any(axis=1)]
    inside = int((strips.iloc[:, -1] == 4).sum()) if len(strips) else 0
    holding = int((strips.iloc[:, -1] == HOLDING_OUT).sum()) if len(strips) else 0
    if bound.empty:
        return f"Nobody has signed a binding floor by {end}" + (f"; {holding} hold out" if holding else "")
    since = min(first_round(strips, country) for country in map(str, bound.index))
    first = [
        country_name(str(country))
        for country in map(str, bound.index)
        if first_round(strips, country) == since
    ]
    names = in_words(first) if len(first) <= 3 else f"{len(first)} together"
    start = quarter_in_words(run.quarters[run.rounds.index(since)])
    hold = "hold out" if holding != 1 else "holds out"
    are = "are" if inside != 1 else "is"
    return f"{inside} {are} bound by the floor in {end} (first: {names}, {start}); {holding} {hold}"


@remembered
def climbers(run: Run) -> pd.DataFrame:
    """Rung by round of all who ever leave rung 0 or hold out (``HOLDING_OUT``), the union as one row (the
    highest rung that any of its members holds).

    Index: country or ``EU``; columns: round; sorted by the first quarter at the highest rung, then by size
    of the economy.
    """
    countries = run.table("countries")
    rung = countries.pivot(index="country", columns="round", values="rung")
    refusing = countries.assign(holds=holding_out(countries))
    holds = refusing.pivot(index="country", columns="round", values="holds").astype(bool)
    strips = rung.mask(holds, HOLDING_OUT).fillna(0).astype(int)
    strips = _union_as_one(strips[(strips > 0).any(axis=1)])
    return strips.loc[sorted(by_size(map(str, strips.index)), key=lambda country: _order(strips, country))]


def first_round(strips: pd.DataFrame, country: str) -> int:
    """First round in which ``country`` holds the highest rung it ever holds."""
    row = strips.loc[country].replace(HOLDING_OUT, 3).to_numpy()
    return [int(number) for number in strips.columns][int(np.argmax(row))]


def _order(strips: pd.DataFrame, country: str) -> tuple[int, int]:
    row = strips.loc[country].replace(HOLDING_OUT, 3).to_numpy()
    return -int(row.max()), first_round(strips, country)


def _union_as_one(strips: pd.DataFrame) -> pd.DataFrame:
    members = [country for country in strips.index if country in union_members()]
    if len(members) < 2:
        return strips
    together = strips.loc[members].max()
    as_one = strips.drop(index=members[1:]).rename(index={members[0]: "EU"})
    as_one.loc["EU"] = together
    return as_one


def _who_is_drawn(run: Run, strips: pd.DataFrame) -> set[str]:
    """The leader, the largest economies, and of the others those that sell most of the minerals by value."""
    ranked = by_size(map(str, strips.index))
    markets = run.table("markets")
    sold_usd = (markets["output_t"] * markets["price_fob_usd_t"]).groupby(markets["country"]).sum()
    others = sorted(ranked[MOST_ECONOMIES:], key=lambda country: -float(sold_usd.get(country, 0.0)))
    return {run.leader, *ranked[:MOST_ECONOMIES], *others[:MOST_PRODUCERS]}


def _left_out(strips: pd.DataFrame) -> str:
    if not len(strips):
        return ""
    bound = int((strips.iloc[:, -1] == 4).sum())
    return f" Not drawn: {len(strips)} smaller economies, {bound} of them bound by the floor at the end."


def _draw_strips(panel: Axes, strips: pd.DataFrame, run: Run) -> None:
    _colour_strips(panel, strips.to_numpy(int))
    sns.despine(ax=panel, left=True, bottom=True)
    panel.grid(visible=False)
    names = [country_name(str(country)) for country in strips.index]
    panel.set_yticks(np.arange(len(names)) + 0.5, names, rotation=0, fontsize=8)
    named = enumerate(run.quarters)
    first = [(index, quarter[:4]) for index, quarter in named if quarter.endswith(YEAR_BEGINS)]
    marks = first or list(enumerate(run.quarters))
    panel.set_xticks([index for index, _ in marks], [year for _, year in marks], ha="left")
    panel.set(xlabel="", ylabel="")
    panel.tick_params(length=0)


def _colour_strips(panel: Axes, rungs: NDArray[np.int64]) -> None:
    """A bar for each stretch of rounds on one rung; white lines between countries and, where
    they are few, between rounds."""
    colours = (*theme.RUNG_COLOURS, theme.HOLD_OUTS)
    height, width = rungs.shape
    corners, fills = [], []
    for row, held in enumerate(rungs):
        starts = [0, *(np.flatnonzero(np.diff(held)) + 1).tolist()]
        for start, end in zip(starts, [*starts[1:], width], strict=True):
            corners.append([(start, row), (end, row), (end, row + 1), (start, row + 1)])
            fills.append(colours[held[start]])
    panel.add_collection(PolyCollection(corners, facecolors=fills, linewidths=0))
    panel.hlines(range(1, height), 0, width, colors="white", linewidths=0.4)
    if width <= MOST_DIVIDED:
        panel.vlines(range(1, width), 0, height, colors="white", linewidths=0.4)
    panel.set(xlim=(0, width), ylim=(height, 0))


def _key(strips: pd.DataFrame) -> list[theme.KeyEntry]:
    present = set(np.unique(strips.to_numpy())) if len(strips) else set()
    key = [
        theme.KeyEntry(name, theme.RUNG_COLOURS[rung], patch=True)
        for rung, name in enumerate(RUNGS)
        if rung in present
    ]
    if HOLDING_OUT in present:
        key.append(theme.KeyEntry("holds out", theme.HOLD_OUTS, patch=True))
    return key
