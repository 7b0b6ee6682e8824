"""The panel of money: who gains and who pays, counted in one of three ways."""

from __future__ import annotations

import solara

from experiments.app.beside import use_beside
from experiments.app.money import FLOOR, POLICY, WAYS, show_money, show_policy
from experiments.app.pieces import Choice
from experiments.app.premise import Premise
from experiments.app.visit import Visit
from experiments.app.widgets import Chart
from experiments.results import Run
from world.scenario import ScenarioError


@solara.component
def MoneyCard(visit: Visit, run: Run) -> None:
    """The chart, and how it is counted."""
    way = solara.use_reactive(FLOOR)
    other, problem = solara.use_memo(
        lambda: without_zone(visit.premise) if way.value == POLICY else (None, ""),
        [way.value, visit.premise],
    )
    beside, without = use_beside(visit, other)
    last = solara.use_ref("")
    if without is not None and without.rounds == run.rounds:
        last.current = show_policy(run, without)
    Choice("Counted", way, WAYS, wide=True)
    if way.value != POLICY:
        Chart(chart=show_money(run, way.value))
    elif problem:
        solara.Text(problem, classes=["ob-alert"])
    else:
        if beside.busy:
            solara.Text(
                f"Playing the world without a zone: {beside.word} {beside.shown} of {beside.wanted} ...",
                classes=["ob-note"],
            )
        if last.current:
            Chart(chart=last.current)


def without_zone(premise: Premise) -> tuple[Premise | None, str]:
    """The same world in which nobody may form a zone, or None and why there is none."""
    other = premise.having("zone.exists", False)
    try:
        _ = other.scenario
    except ScenarioError as error:
        return None, f"There is no such world: {error}"
    return other, ""
