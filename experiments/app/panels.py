"""The panels beside the map, as charts in JSON: lines, bars, and a log in words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from experiments.chronicle import chronicle
from experiments.explain import explain_decisions
from experiments.figures import theme
from experiments.figures.dominance import find_dominance
from experiments.figures.naming import (
    as_signatories,
    country_name,
    format_money,
    in_words,
    mineral_name,
    mineral_word,
    quarter_in_words,
)
from experiments.figures.prices import find_price
from experiments.figures.welfare import caption, find_welfare, largest_movers, shown_accounts
from experiments.results import Run, holding_out

MOST_LINES = 12


def show_prices(run: Run, mineral: str, stage: str) -> str:
    """Prices inside, outside, at the dominant refiner's gate, and the floor, USD/kg."""
    zone = run.table("zone")
    rows = zone[(zone["mineral"] == mineral) & (zone["stage"] == stage)].sort_values("round")
    home = country_name(run.dominant_refiner)
    lines = [
        _line("inside", theme.MEMBERS, rows["price_inside_usd_t"] / 1000),
        _line("outside", theme.OTHERS, rows["price_outside_usd_t"] / 1000, "4 2"),
        _line(f"at the gate, {home}", theme.DOMINANT, rows["price_home_usd_t"] / 1000),
        _line("floor", "ink", rows["reference_price_usd_t"] / 1000, "1 3"),
    ]
    binds = int(rows["floor_binds"].sum())
    floor = (
        f"the floor binds in {binds} of {len(rows)} {run.round_word}s"
        if rows["in_force"].any()
        else "no floor is in force"
    )
    title = f"{mineral_name(mineral)}, {stage}: {floor}"
    return _chart("lines", title, "USD/kg", run, lines)


def show_members(run: Run) -> str:
    """Binding members and holdouts over time, and why the last mover moved."""
    countries = run.table("countries")
    rungs = countries.pivot(index="round", columns="country", values="rung")
    waiting = countries.assign(holds=holding_out(countries)).groupby("round")["holds"].sum()
    lines = [
        _line("bound by the floor", theme.MEMBERS, (rungs == 4).sum(axis=1)),
        _line("action plan or higher", "#4a92cc", (rungs >= 3).sum(axis=1), "4 2"),
        _line("hold out", theme.HOLD_OUTS, waiting),
    ]
    bound = as_signatories(map(str, rungs.columns[(rungs.iloc[-1] == 4).to_numpy()]))
    title = f"Bound by the floor: {in_words([country_name(code) for code in bound], 5)}"
    return _chart("lines", title, "countries", run, lines, note=last_mover(run))


def last_mover(run: Run) -> str:
    """Why the country that last took or left a step did so, in words; empty when none has."""
    decisions = run.table("decisions")
    moved = decisions[decisions["choice"].isin(["join", "leave"]) & (decisions["subject"] == "floor")]
    if moved.empty:
        return ""
    last = moved.iloc[-1]
    return explain_decisions(run, str(last["actor"]), int(last["round"])).split("\n\n")[0]


def show_grip(run: Run) -> str:
    """The dominant refiner's share of world refining, by mineral, %."""
    zone = run.table("zone")
    rows = zone[zone["stage"] == "refined"]
    shares = rows.pivot(index="round", columns="mineral", values="dominant_share")
    ranked = shares.iloc[-1].sort_values(ascending=False).index[:MOST_LINES]
    fades = ["", "6 2", "2 2"]
    colours = [theme.DOMINANT, theme.MEMBERS, theme.HOLD_OUTS, theme.OTHERS]
    lines = [
        _line(mineral_name(str(name)), colours[place % 4], 100 * shares[name], fades[place // 4])
        for place, name in enumerate(ranked)
    ]
    return _chart("lines", find_dominance(run), "% of world refining", run, lines)


def show_money(run: Run) -> str:
    """Who gains and who pays, stacked by group, the largest movers first."""
    movers = largest_movers(shown_accounts(run), 12)
    scale, unit = theme.money_scale(float(movers.abs().to_numpy().max(initial=0.0)))
    bars = [
        {
            "name": country_name(str(country)),
            "parts": [
                {
                    "name": str(group),
                    "colour": theme.ACCOUNT_COLOURS[str(group)],
                    "value": _number(value / scale),
                }
                for group, value in row.items()
                if abs(value) > 0.002 * scale
            ],
        }
        for country, row in movers.iterrows()
    ]
    return json.dumps(
        {
            "kind": "bars",
            "title": find_welfare(run),
            "unit": f"{unit} USD a year",
            "bars": bars,
            "note": caption(run),
        }
    )


def show_reserve(run: Run) -> str:
    """Stocks of the strategic reserve against their goals, and its accounts in words."""
    rows = run.table("reserve")
    if rows.empty:
        return _chart("lines", "No strategic reserve in this scenario", "", run, [])
    value = rows.groupby("round")["book_value_usd"].sum().reindex(run.rounds)
    cash = rows.groupby("round")[["cash_usd", "loan_usd"]].first().reindex(run.rounds)
    lines = [
        _line("stock at cost", theme.MEMBERS, value / 1e9),
        _line("loan", theme.DOMINANT, cash["loan_usd"] / 1e9, "4 2"),
        _line("cash", theme.OTHERS, cash["cash_usd"] / 1e9),
    ]
    last = rows[rows["round"] == rows["round"].max()]
    full = last[last["stock_t"] >= 0.95 * last["target_t"]]["mineral"]
    title = (
        f"The reserve holds {format_money(float(last['book_value_usd'].sum()))} of metal; "
        f"{len(full)} of {len(last)} goals reached"
    )
    flows = rows[["purchase_usd", "sale_usd", "carrying_usd"]].sum()
    note = (
        f"Bought for {format_money(float(flows['purchase_usd']))}, "
        f"sold for {format_money(float(flows['sale_usd']))}, "
        f"interest and storage {format_money(float(flows['carrying_usd']))}, all since the start."
    )
    return _chart("lines", title, "billion USD", run, lines, note=note)


def show_log(run: Run, most: int = 60) -> list[tuple[str, str, str]]:
    """What happened as (when, what, mark), the newest first."""
    return [(entry.when, entry.text, entry.mark) for entry in reversed(chronicle(run, most))]


def headline(run: Run, mineral: str) -> str:
    """One sentence on what is going on."""
    rungs = run.table("countries")
    last = rungs[rungs["round"] == run.rounds[-1]]
    bound = as_signatories(last.loc[last["rung"] == 4, "country"])
    who = f"{len(bound)} binding members" if len(bound) > 1 else "no binding members yet"
    when = quarter_in_words(run.quarters[-1])
    return f"{when}: {who}. {find_price(run)}. Shown: {mineral_word(mineral)}."


def _line(name: str, colour: str, values: Iterable[float], dash: str = "") -> dict[str, Any]:
    return {"name": name, "colour": colour, "dash": dash, "values": [_number(value) for value in values]}


def _number(value: float) -> float | None:
    return float(f"{value:.5g}") if math.isfinite(value) else None


def _chart(kind: str, title: str, unit: str, run: Run, lines: list[dict[str, Any]], note: str = "") -> str:
    x = [quarter_in_words(quarter) for quarter in run.quarters]
    return json.dumps({"kind": kind, "title": title, "unit": unit, "x": x, "lines": lines, "note": note})
