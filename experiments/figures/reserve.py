"""The strategic reserve: what it holds at cost, its cash and its loan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import seaborn as sns
from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import format_money, format_share, mineral_in_words, mineral_name
from experiments.results import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAPTION = (
    "Left: what the reserve holds, at cost, by mineral (the five largest named). Middle: stock as a "
    "share of the target. "
    "Right: cash and loan of the whole reserve."
)


def draw_reserve(run: Run, baseline: Run | None = None) -> Figure:
    """Holdings by mineral (million USD), stock against target (%), cash and loan (million USD); says so
    when there is none.
    """
    with theme.style():
        figure = theme.new_figure(11.5, 4.4)
        if run.table("reserve").empty:
            figure.text(0.5, 0.45, "There is no strategic reserve in this scenario.", ha="center")
            theme.frame(figure, find_reserve(run), theme.source_line(run, "reserve"))
            return figure
        holdings, targets, money = theme.small_multiples(figure, 3, columns=3, gridspec_kw={"wspace": 0.58})
        _draw_holdings(holdings, run)
        _draw_targets(targets, run)
        _draw_money(money, run)
        for panel in (holdings, targets, money):
            theme.quarter_ticks(panel, run.rounds, run.quarters)
            panel.set_xlabel("")
        theme.frame(figure, find_reserve(run), theme.source_line(run, "reserve"))
        figure.subplots_adjust(right=1 - 0.95 / 11.5)
    return figure


def find_reserve(run: Run) -> str:
    """What the reserve holds at the end, what it owes and how full it is."""
    rows = run.table("reserve")
    if rows.empty:
        return "No strategic reserve in this scenario"
    book, loan, largest = owed_and_held(run)
    end = rows[rows["round"] == rows["round"].max()]
    most = f", most of it {mineral_in_words(largest)}" if end["book_value_usd"].max() > 0.5 * book > 0 else ""
    filled = end[end["target_t"] > 0]
    full = (
        f"; on average it is {format_share(float((filled['stock_t'] / filled['target_t']).mean()))} full"
        if len(filled)
        else ""
    )
    return (
        f"The reserve ends with metal that cost {format_money(book)}{most}, and owes "
        f"{'nothing' if loan < 1 else format_money(loan)}{full}"
    )


def owed_and_held(run: Run) -> tuple[float, float, str]:
    """Cost of what is held and loan outstanding at the end, USD; the mineral worth most, empty when
    nothing is held.
    """
    rows = run.table("reserve")
    end = rows[rows["round"] == rows["round"].max()]
    book = end["book_value_usd"]
    largest = str(end.loc[book.idxmax(), "mineral"]) if book.max() > 0 else ""
    return float(book.sum()), float(end["loan_usd"].iloc[0]), largest


def _draw_holdings(panel: Axes, run: Run) -> None:
    rows = run.table("reserve")
    book = rows.pivot(index="round", columns="mineral", values="book_value_usd").fillna(0.0)
    scale, unit = theme.money_scale(float(book.sum(axis=1).max()))
    book = book / scale
    named = list(book.max().sort_values(ascending=False, kind="stable").index[:5])
    layers = book[named].assign(others=book.drop(columns=named).sum(axis=1))
    layers = layers.loc[:, layers.max() > 0]
    colours = [*sns.color_palette("colorblind", 5).as_hex(), theme.OTHERS][: layers.shape[1]]
    panel.set(title="Held, at cost", ylabel=f"{unit} USD")
    if layers.empty or not layers.shape[1]:
        return
    panel.stackplot(layers.index, layers.to_numpy().T, colors=colours, linewidth=0)
    ends = layers.iloc[-1].cumsum() - layers.iloc[-1] / 2
    _label_ends(
        panel,
        {_name(str(name)): float(height) for name, height in ends.items()},
        dict(zip(map(_name, map(str, layers)), colours, strict=True)),
    )
    panel.set_ylim(0, None)


def _draw_targets(panel: Axes, run: Run) -> None:
    rows = run.table("reserve")
    filled = rows[rows["target_t"] > 0].assign(share=lambda frame: 100 * frame["stock_t"] / frame["target_t"])
    if filled.empty:  # a leader that needs none of the metals aims at no stock
        panel.set(title="Stock against target", ylabel="% of target")
        return
    for _, rows_of_mineral in filled.groupby("mineral"):
        theme.draw_line(
            panel, rows_of_mineral["round"], rows_of_mineral["share"], color=theme.MEMBERS, alpha=0.35, lw=0.9
        )
    mean = filled.groupby("round")["share"].mean()
    panel.plot(mean.index, mean, color=theme.MEMBERS, lw=2.2, marker="o" if len(mean) == 1 else None)
    _label_ends(panel, {"mean": float(mean.iloc[-1])}, {"mean": theme.MEMBERS})
    panel.set(title="Stock against target", ylabel="% of target", ylim=(0, None))


def _draw_money(panel: Axes, run: Run) -> None:
    money = run.table("reserve").groupby("round")[["cash_usd", "loan_usd"]].first()
    scale, unit = theme.money_scale(float(money.abs().to_numpy().max()))
    money = money / scale
    colours = {"cash": theme.MEMBERS, "loan": theme.DOMINANT}
    for name, colour in colours.items():
        panel.plot(
            money.index, money[f"{name}_usd"], color=colour, lw=1.8, marker="o" if len(money) == 1 else None
        )
    _label_ends(panel, {name: float(money[f"{name}_usd"].iloc[-1]) for name in colours}, colours)
    panel.set(
        title="Cash and loan", ylabel=f"{unit} USD", ylim=(min(0.0, float(money.to_numpy().min())), None)
    )


def _label_ends(panel: Axes, heights: dict[str, float], colours: dict[str, str]) -> None:
    low, high = panel.get_ylim()
    gap, last = 0.065 * (high - low), -float("inf")
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        last = max(height, last + gap)
        panel.annotate(
            name,
            (1.0, last),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=colours[name],
            annotation_clip=False,
        )


def _name(mineral: str) -> str:
    return mineral if mineral == "others" else mineral_name(mineral)
