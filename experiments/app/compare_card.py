"""Two scenarios side by side, in step: the same shocks, the same quarter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from experiments.app import panels
from experiments.app.beside import use_beside
from experiments.app.map_view import land, show_map
from experiments.app.pieces import Choice, Grid, Heading
from experiments.app.premise import Premise
from experiments.app.visit import Visit
from experiments.app.widgets import Chart, WorldMap
from experiments.figures.naming import format_share, mineral_name, the_country
from experiments.results import Run
from world.scenario import list_scenarios

NOTHING = "nothing"


@solara.component
def CompareCard(visit: Visit, run: Run, mineral: str, stage: str, colouring: str) -> None:
    """Choose what to compare with, and see it at the quarter shown."""
    other = solara.use_reactive(NOTHING)
    words = {NOTHING: NOTHING, **{key: name for key, name, _ in list_scenarios()}}
    premise = solara.use_memo(
        lambda: Premise(other.value, seed=visit.premise.seed) if other.value != NOTHING else None,
        [other.value, visit.premise.seed],
    )
    beside, second = use_beside(visit, premise)
    with solara.Div(classes=["ob-card", "ob-compare"]):
        Heading("Compare")
        Choice("Beside this world", other, words)
        if premise is not None and (second is None or beside.busy):
            solara.Text(
                f"Playing the other world: {beside.word} {beside.shown} of {beside.wanted} ...",
                classes=["ob-note"],
            )
        if second is not None:
            Beside(run, second, words[other.value], mineral, stage, colouring)


@solara.component
def Beside(run: Run, second: Run, name: str, mineral: str, stage: str, colouring: str) -> None:
    """Key numbers of both, and their maps and prices side by side."""
    Grid(("", "this world", name), _numbers(run, second, mineral, stage))
    with solara.Div(classes=["ob-two"]):
        for words, one in (("this world", run), (name, second)):
            with solara.Div():
                solara.Text(words, classes=["ob-side"])
                WorldMap(
                    land=land(),
                    view=show_map(one, mineral, stage, colouring),
                    label=words,
                    chosen="",
                    event_choose=lambda code: None,
                    event_drawn=lambda number: None,
                )
                Chart(chart=panels.show_prices(one, mineral, stage))


def _numbers(run: Run, second: Run, mineral: str, stage: str) -> list[tuple[str, str, str]]:
    columns: dict[str, Callable[[Any], str]] = {
        "price inside, USD/kg": lambda row: f"{row['price_inside_usd_t'] / 1000:,.1f}",
        "price outside, USD/kg": lambda row: f"{row['price_outside_usd_t'] / 1000:,.1f}",
        f"share of {the_country(run.dominant_refiner)} in output": lambda row: format_share(
            row["dominant_share"]
        ),
        "binding members": lambda row: f"{int(row['members'])}",
    }
    rows = []
    for one in (run, second):
        zone = one.table("zone")
        rows.append(zone[(zone["mineral"] == mineral) & (zone["stage"] == stage)].iloc[-1])
    return [(f"{mineral_name(mineral)}: {what}", say(rows[0]), say(rows[1])) for what, say in columns.items()]
