"""Who gains and who pays, by country and group: by the floor, since the start, or against no zone at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.app.drawn import drawn_once
from experiments.figures import theme
from experiments.figures.naming import country_name, format_money, in_words, sentence, the_country
from experiments.figures.welfare import LEAST_USD, changes, largest_movers, shown_accounts
from experiments.floor_bill import floor_bill
from experiments.results import Run

if TYPE_CHECKING:
    import pandas as pd

FLOOR, SINCE, POLICY = "floor", "since", "policy"
WAYS: Mapping[str, str] = {
    FLOOR: "what the floor moves inside the zone",
    SINCE: "all that changed since the start",
    POLICY: "against this world without a zone",
}
NOTES: Mapping[str, str] = {
    FLOOR: "Last year. Users pay more than the price outside, miners and refiners get more than the world's "
    "mean price (refiners less what dearer ore costs them), treasuries collect the levy. Counted at the "
    "quantities traded, where the floor binds.",
    SINCE: "First year to last. Growth of demand, new plants and shocks are in it as well as policy. Users "
    "are counted by what dearer or cheaper metal means for them.",
    POLICY: "Mean of all quarters. Same seed, same shocks, same acts, but nobody may form a zone: what "
    "differs is due to the zone.",
}
MOST_BARS = 12
LEAST_SHARE = 0.002
"""Of the largest part: smaller ones are too thin to see."""


@drawn_once
def show_money(run: Run, way: str = FLOOR) -> str:
    """The largest movers, stacked by group, by the floor or since the start."""
    if way == FLOOR and not float(floor_bill(run).abs().to_numpy().max(initial=0.0)) > LEAST_USD:
        return _chart("No floor binds as yet: nobody gains or pays by it", None, NOTES[FLOOR])
    accounts = shown_accounts(run) if way == FLOOR else changes(run)
    opening = "By the floor" if way == FLOOR else f"Since {run.quarters[0][:4]}"
    return _drawn(accounts, opening, NOTES[way])


def show_policy(run: Run, without: Run) -> str:
    """The largest movers against the same world without a zone."""
    return _drawn(changes(run, without), "By the zone", NOTES[POLICY])


def _drawn(accounts: pd.DataFrame, opening: str, note: str) -> str:
    movers = largest_movers(accounts, MOST_BARS)
    return _chart(_finding(movers, opening), movers, f"{note} The number at a bar is its sum.")


def _finding(movers: pd.DataFrame, opening: str) -> str:
    total = movers.sum(axis=1)
    if not len(total) or total.abs().max() < LEAST_USD:
        return f"{opening} no country's accounts change"
    best, worst = str(total.idxmax()), str(total.idxmin())
    said = []
    if total[best] > LEAST_USD:
        gain = format_money(float(total[best]), signed=True)
        said.append(f"{the_country(best)} gains most ({gain} a year)")
    if total[worst] < -LEAST_USD:
        said.append(f"{the_country(worst)} loses most ({format_money(float(total[worst]))} a year)")
    return sentence(f"{opening} {in_words(said)}").rstrip(".")


def _chart(title: str, movers: pd.DataFrame | None, note: str) -> str:
    if movers is None:
        return json.dumps({"kind": "bars", "title": title, "unit": "", "bars": [], "note": note})
    largest = float(movers.abs().to_numpy().max(initial=0.0))
    scale, unit = theme.money_scale(largest)
    bars = [
        {
            "name": country_name(str(country)),
            "parts": [
                {
                    "name": str(group),
                    "colour": theme.ACCOUNT_COLOURS[str(group)],
                    "value": float(f"{value / scale:.4g}"),
                }
                for group, value in row.items()
                if abs(value) > LEAST_SHARE * largest
            ],
        }
        for country, row in movers.iterrows()
    ]
    return json.dumps(
        {"kind": "bars", "title": title, "unit": f"{unit} USD a year", "bars": bars, "note": note}
    )
