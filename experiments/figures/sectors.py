"""What industries lose when inputs run short, and what dearer inputs add to the price of their products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import seaborn as sns
from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import format_money, sector_in_words, the_country
from experiments.results import Run
from experiments.sector_findings import dearest, largest_loss

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Left: value added that industries of all countries lose for want of components or metal, by sector, USD "
    "a year. Use that falls is no loss by itself: what is saved by thrift, spared for its price or replaced "
    "stops no line, and parts on hand are drawn first. Right: what inputs dearer than in the base year add "
    "to the price of a product in the leader's country, in %; below zero where they are cheaper."
)


def draw_sectors(run: Run, baseline: Run | None = None) -> Figure:
    """Output lost by sector (USD a year) and cost added in the leader's country (% of price); says so when
    the data know no sectors."""
    with theme.style():
        figure = theme.new_figure(11.5, 4.4)
        rows = run.table("sectors")
        if rows.empty:
            figure.text(0.5, 0.45, "The data of this run know no sectors.", ha="center")
        else:
            lost, added = theme.small_multiples(figure, 2, columns=2, gridspec_kw={"wspace": 0.62})
            colours = sector_colours(rows)
            _draw_lost(lost, run, colours)
            _draw_added(added, run, colours)
            for panel in (lost, added):
                theme.quarter_ticks(panel, run.rounds, run.quarters)
                panel.set_xlabel("")
        theme.frame(figure, find_sector(run), theme.source_line(run, "sectors"))
        figure.subplots_adjust(right=1 - 1.9 / 11.5)
    return figure


def find_sector(run: Run) -> str:
    """How much is lost in which industry, and what grows dearer most."""
    loss, added = largest_loss(run), dearest(run)
    said = "No industry stops for want of a mineral"
    if loss is not None:
        said = f"Industry loses {format_money(loss.usd)} of output for want of inputs"
        said += f", most in {sector_in_words(loss.sector)}"
    if added is not None:
        sector, _, percent = added
        said += f"; dearer inputs add {percent:.1f}% to {sector_in_words(sector)}"
        said += f" in {the_country(run.leader)}"
    return said


def sector_colours(rows: pd.DataFrame) -> dict[str, str]:
    """A colour for each sector of the table, the same in every figure of a run."""
    names = list(dict.fromkeys(map(str, rows["sector"])))
    return dict(zip(names, sns.color_palette("colorblind", len(names)).as_hex(), strict=True))


def _draw_lost(panel: Axes, run: Run, colours: dict[str, str]) -> None:
    rows = run.table("sectors")
    lost = run.rounds_per_year * rows.pivot_table(
        index="round", columns="sector", values="output_lost_usd", aggfunc="sum"
    )
    scale, unit = theme.money_scale(float(lost.sum(axis=1).max()))
    panel.set(title="Output lost, all countries", ylabel=f"{unit} USD a year".strip())
    named = list(lost.sum().sort_values(ascending=False, kind="stable").index)
    layers = lost[[name for name in named if lost[name].max() > 0]] / scale
    if not layers.shape[1]:
        panel.text(0.5, 0.5, "none", ha="center", transform=panel.transAxes, color=theme.OTHERS)
        panel.set_ylim(0, 1)
        return
    panel.stackplot(
        layers.index, layers.to_numpy().T, colors=[colours[str(name)] for name in layers], linewidth=0
    )
    panel.set_ylim(0, None)
    handles = [(sector_in_words(str(name)), colours[str(name)]) for name in layers]
    _label(panel, handles)


def _draw_added(panel: Axes, run: Run, colours: dict[str, str]) -> None:
    rows = run.table("sectors")
    own = rows[rows["country"] == run.leader]
    panel.set(title=f"Cost added in {the_country(run.leader)}", ylabel="% of the price of a product")
    if own.empty:
        return
    added = own.pivot_table(index="round", columns="sector", values="cost_unit_percent", aggfunc="mean")
    for name in added:
        theme.draw_line(panel, added.index, added[name], color=colours[str(name)], lw=1.6)
    panel.axhline(0.0, color=theme.OTHERS, lw=0.8)
    order = added.iloc[-1].sort_values(ascending=False, kind="stable").index
    _label(panel, [(sector_in_words(str(name)), colours[str(name)]) for name in order])


def _label(panel: Axes, names: list[tuple[str, str]]) -> None:
    """Names in their colours beside the panel, from the top down."""
    for place, (name, colour) in enumerate(names):
        panel.annotate(
            name,
            (1.0, 1.0 - 0.08 * place),
            (5, -4),
            xycoords="axes fraction",
            textcoords="offset points",
            va="top",
            fontsize=8,
            color=colour,
            annotation_clip=False,
        )
