"""The panels beside the map, as charts in JSON: lines, bars, and a log in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.app.drawn import drawn_once
from experiments.app.line_chart import line_chart, make_line
from experiments.app.logbook import news_of
from experiments.explain import explain_decisions
from experiments.figures import theme
from experiments.figures.dominance import find_dominance
from experiments.figures.naming import (
    as_signatories,
    country_name,
    format_money,
    format_price,
    in_words,
    mineral_name,
    quarter_in_words,
)
from experiments.results import Run, holding_out

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 12
LEAST_USD = 500
"""What is smaller is told as nothing."""


@drawn_once
def show_prices(run: Run, mineral: str, stage: str) -> str:
    """Prices inside, outside, at the dominant refiner's gate, and the floor, USD/kg."""
    zone = run.table("zone")
    rows = zone[(zone["mineral"] == mineral) & (zone["stage"] == stage)].sort_values("round")
    home = country_name(run.dominant_refiner)
    lines = [
        make_line("inside", theme.MEMBERS, rows["price_inside_usd_t"] / 1000),
        make_line("outside", theme.OTHERS, rows["price_outside_usd_t"] / 1000, "4 2"),
        make_line(f"at the gate, {home}", theme.DOMINANT, rows["price_home_usd_t"] / 1000),
        make_line("floor", "ink", rows["reference_price_usd_t"] / 1000, "1 3"),
    ]
    binds = int(rows["floor_binds"].sum())
    floor = (
        f"the floor binds in {binds} of {len(rows)} {run.round_word}s"
        if rows["in_force"].any()
        else "no floor is in force"
    )
    title = f"{mineral_name(mineral)}, {stage}: {floor}"
    return line_chart(title, "USD/kg", run, lines, note=_about_the_floor(rows))


def _about_the_floor(rows: pd.DataFrame) -> str:
    """Why buyers inside may pay less than the floor: it is laid at the border, on what outsiders sell."""
    announced = rows["reference_price_usd_t"].notna()
    if not announced.any():
        return ""
    if not rows["in_force"].any():
        return "The floor is announced; it acts on outsiders' goods once members are bound by it."
    since = quarter_in_words(str(rows.loc[rows["in_force"], "quarter"].iloc[0]))
    return (
        f"In force since {since}: outsiders' goods that are cheaper than the floor pay the difference at the "
        "border. What members sell each other may cost less; 'inside' is the mean that members pay."
    )


@drawn_once
def show_members(run: Run) -> str:
    """Binding members and holdouts over time, and why the last mover moved."""
    countries = run.table("countries")
    rungs = countries.pivot(index="round", columns="country", values="rung")
    waiting = countries.assign(holds=holding_out(countries)).groupby("round")["holds"].sum()
    lines = [
        make_line("bound by the floor", theme.MEMBERS, (rungs == 4).sum(axis=1)),
        make_line("action plan or higher", "#4a92cc", (rungs >= 3).sum(axis=1), "4 2"),
        make_line("hold out", theme.HOLD_OUTS, waiting),
    ]
    bound = as_signatories(map(str, rungs.columns[(rungs.iloc[-1] == 4).to_numpy()]))
    title = f"Bound by the floor: {in_words([country_name(code) for code in bound], 5)}"
    return line_chart(title, "countries", run, lines, note=last_mover(run))


def last_mover(run: Run) -> str:
    """Why the country that last took or left a step did so, in words; empty when none has."""
    decisions = run.table("decisions")
    moved = decisions[decisions["choice"].isin(["join", "leave"]) & (decisions["subject"] == "floor")]
    if moved.empty:
        return ""
    last = moved.iloc[-1]
    return explain_decisions(run, str(last["actor"]), int(last["round"]), False).split("\n\n")[0]


@drawn_once
def show_grip(run: Run, mineral: str = "") -> str:
    """The dominant refiner's share of world refining, by mineral, %; the chosen one stands out."""
    zone = run.table("zone")
    rows = zone[zone["stage"] == "refined"]
    shares = rows.pivot(index="round", columns="mineral", values="dominant_share")
    ranked = [str(name) for name in shares.iloc[-1].sort_values(ascending=False).index[:MOST_LINES]]
    if mineral in shares.columns and mineral not in ranked:
        ranked[-1] = mineral
    lines = [
        {
            **make_line(
                mineral_name(name), theme.DOMINANT if name == mineral else theme.OTHERS, 100 * shares[name]
            ),
            "width": 2.8 if name == mineral else 1.2,
        }
        for name in ranked
    ]
    return line_chart(find_dominance(run), "% of world refining", run, lines)


@drawn_once
def show_reserve(run: Run) -> str:
    """Stocks of the strategic reserve against their goals, and its accounts in words."""
    rows = run.table("reserve")
    if rows.empty:
        return line_chart("No strategic reserve in this scenario", "", run, [])
    value = rows.groupby("round")["book_value_usd"].sum().reindex(run.rounds)
    cash = rows.groupby("round")[["cash_usd", "loan_usd"]].first().reindex(run.rounds)
    lines = [
        make_line("stock at cost", theme.MEMBERS, value / 1e9),
        make_line("loan", theme.ACCOUNT_COLOURS["miners"], cash["loan_usd"] / 1e9, "4 2"),
        make_line("cash", theme.OTHERS, cash["cash_usd"] / 1e9),
    ]
    last = rows[rows["round"] == rows["round"].max()]
    full = last[last["stock_t"] >= 0.95 * last["target_t"]]["mineral"]
    title = (
        f"The reserve holds {format_money(float(last['book_value_usd'].sum()))} of metal; "
        f"{len(full)} of {len(last)} goals reached"
    )
    flows = rows[["purchase_usd", "sale_usd", "carrying_usd"]].sum()
    sums = [float(flows[name]) for name in ("purchase_usd", "sale_usd", "carrying_usd")]
    bought, sold, carried = (format_money(usd) if usd >= LEAST_USD else "nothing" for usd in sums)
    note = f"Since the start: bought for {bought}, sold for {sold}, interest and storage {carried}."
    return line_chart(title, "billion USD", run, lines, note=note)


@drawn_once
def headline(run: Run, mineral: str) -> str:
    """What is going on in this round: who is bound, what the mineral costs, what has just happened."""
    rungs = run.table("countries")
    last = rungs[rungs["round"] == run.rounds[-1]]
    bound = as_signatories(last.loc[last["rung"] == 4, "country"])
    who = f"{len(bound)} binding members" if len(bound) > 1 else "no binding members yet"
    when = quarter_in_words(run.quarters[-1])
    return f"{when}: {who}. {_price_now(run, mineral)} {news_of(run)}".strip()


def _price_now(run: Run, mineral: str) -> str:
    """What refined metal costs inside and outside this round, and whether a floor holds it up."""
    zone = run.table("zone")
    rows = zone[(zone["mineral"] == mineral) & (zone["stage"] == "refined")].sort_values("round")
    if rows.empty:
        return ""
    row = rows.iloc[-1]
    inside, outside = float(row["price_inside_usd_t"]), float(row["price_outside_usd_t"])
    name = mineral_name(mineral)
    if not (math.isfinite(inside) and math.isfinite(outside)) or abs(inside / outside - 1) < 0.005:
        price = inside if math.isfinite(inside) else outside
        return f"{name} costs {format_price(price)} inside and outside."
    gap = f"{100 * (inside / outside - 1):+.0f}%"
    floor = ", where the floor binds" if row["floor_binds"] else ""
    return f"{name} costs {format_price(inside)} inside{floor}, {format_price(outside)} outside ({gap})."
