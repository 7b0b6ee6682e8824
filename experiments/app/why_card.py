"""Ask why: the last decision of a country, what it is made of, and what the country believes."""

from __future__ import annotations

import solara

from experiments.app.commons import TRACKS
from experiments.app.pieces import Facts, Heading, Words
from experiments.app.visit import Visit
from experiments.app.why import show_beliefs, show_why
from experiments.app.widgets import Chart
from experiments.figures.naming import country_name
from experiments.results import Run

MOST_PARAGRAPHS = 3


@solara.component
def WhyCard(visit: Visit, run: Run, country: solara.Reactive[str]) -> None:
    """Why a country decided as it did."""
    track = TRACKS.find(visit.premise)
    page = track.pages[visit.shown - 1] if track is not None and visit.shown <= track.played else None
    words, falls = show_why(run, country.value)
    with solara.Div(classes=["ob-card", "ob-why"]):
        Heading(f"Why? {country_name(country.value)}")
        Words("\n\n".join(words.split("\n\n")[:MOST_PARAGRAPHS]))
        if falls:
            Chart(chart=falls)
        Facts([f"{what}: {size}" for what, size in show_beliefs(run, country.value, page)])
