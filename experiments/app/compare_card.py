"""Two scenarios side by side, in step: the same shocks, the same quarter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from experiments.app import panels
from experiments.app.map_view import land, show_map
from experiments.app.pieces import Choice, Grid, Heading
from experiments.app.premise import Premise
from experiments.app.visit import Visit
from experiments.app.widgets import Chart, WorldMap
from experiments.figures.naming import format_share, mineral_name
from experiments.results import Run
from world.scenario import list_scenarios

NOTHING = "nothing"


@solara.component
def CompareCard(visit: Visit, run: Run, mineral: str, stage: str, colouring: str) -> None:
    """Choose what to compare with, and see it at the quarter shown."""
    other = solara.use_reactive(NOTHING)
    version = solara.use_reactive(0)
    beside = solara.use_memo(lambda: Visit(lambda: version.set(version.value + 1)), [])
    words = {NOTHING: NOTHING, **{key: name for key, name, _ in list_scenarios()}}

    def follow() -> None:
        if other.value == NOTHING:
            return
        premise = Premise(other.value, seed=visit.premise.seed)
        if beside.premise.key != premise.key:
            beside.restart(premise, visit.shown)
        elif beside.wanted != visit.shown:
            beside.go_to(visit.shown)

    solara.use_effect(follow, [other.value, visit.shown, visit.premise.seed])
    with solara.Div(classes=["ob-card", "ob-compare"]):
        Heading("Compare")
        Choice("Beside this world", other, words)
        second = beside.run() if other.value != NOTHING else None
        if other.value != NOTHING and (beside.busy or second is None):
            solara.Text(f"Playing the other world: {beside.word} {beside.shown} of {beside.wanted} ...")
        elif second is not None:
            Beside(run, second, words[other.value], mineral, stage, colouring)


@solara.component
def Beside(run: Run, second: Run, name: str, mineral: str, stage: str, colouring: str) -> None:
    """Key numbers of both, and the other's map and prices."""
    Grid(("", "this world", name), _numbers(run, second, mineral, stage))
    WorldMap(
        land=land(),
        view=show_map(second, mineral, stage, colouring),
        label=name,
        chosen="",
        event_choose=lambda code: None,
        event_drawn=lambda number: None,
    )
    Chart(chart=panels.show_prices(second, mineral, stage))


def _numbers(run: Run, second: Run, mineral: str, stage: str) -> list[tuple[str, str, str]]:
    columns: dict[str, Callable[[Any], str]] = {
        "price inside, USD/kg": lambda row: f"{row['price_inside_usd_t'] / 1000:,.1f}",
        "price outside, USD/kg": lambda row: f"{row['price_outside_usd_t'] / 1000:,.1f}",
        "dominant share of output": lambda row: format_share(row["dominant_share"]),
        "binding members": lambda row: f"{int(row['members'])}",
    }
    rows = []
    for one in (run, second):
        zone = one.table("zone")
        rows.append(zone[(zone["mineral"] == mineral) & (zone["stage"] == stage)].iloc[-1])
    return [(f"{mineral_name(mineral)}: {what}", say(rows[0]), say(rows[1])) for what, say in columns.items()]
