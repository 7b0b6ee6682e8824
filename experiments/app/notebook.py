"""Map, panels and reasons of a finished run inside a notebook."""

from __future__ import annotations

import solara
from ipywidgets import DOMWidget

from experiments.app import panels
from experiments.app.map_view import COLOURINGS, land, show_map
from experiments.app.money import show_money
from experiments.app.pieces import Choice, Heading, Words
from experiments.app.why import show_why
from experiments.app.widgets import CSS, Chart, WorldMap
from experiments.figures.naming import country_name
from experiments.results import Run


def show_run(run: Run, mineral: str = "", stage: str = "refined") -> DOMWidget:
    """The last quarter of ``run`` as a widget, for the last line of a cell; ``mineral`` is the first if not
    given. It is rendered here, because the display of Solara itself calls its makers' server when first used.
    """
    box, _ = solara.render(RunView(run, mineral or run.minerals[0], stage), handle_error=False)
    return box


@solara.component
def RunView(run: Run, mineral: str, stage: str) -> None:
    """The map, the panels, and why the chosen country decided as it did."""
    colouring, country = solara.use_reactive("rung"), solara.use_reactive("CAN")
    solara.Style(CSS)
    with solara.Div(classes=["ob"], style={"min-height": "0"}):
        Words(panels.headline(run, mineral))
        Choice("Show countries by", colouring, COLOURINGS)
        WorldMap(
            land=land(),
            view=show_map(run, mineral, stage, colouring.value),
            label=panels.headline(run, mineral),
            chosen=country.value,
            event_choose=country.set,
            event_drawn=lambda number: None,
        )
        for chart in (
            panels.show_prices(run, mineral, stage),
            panels.show_members(run),
            show_money(run),
        ):
            Chart(chart=chart)
        words, falls = show_why(run, country.value)
        Heading(f"Why? {country_name(country.value)}")
        Words("\n\n".join(words.split("\n\n")[-2:]))
        if falls:
            Chart(chart=falls)
