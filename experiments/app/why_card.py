"""Ask why: the last decision of a country, what it is made of, and what the country believes."""

from __future__ import annotations

import solara

from experiments.app.pieces import Facts, Heading, Words
from experiments.app.rounds import Page
from experiments.app.why import show_beliefs, show_why
from experiments.app.widgets import Chart
from experiments.figures.naming import country_name
from experiments.results import Run

MOST_PARAGRAPHS = 3


@solara.component
def WhyCard(run: Run, page: Page, country: str) -> None:
    """Why a country decided as it did; ``page`` is what the last quarter of ``run`` left behind."""
    words, falls = show_why(run, country)
    with solara.Div(classes=["ob-card", "ob-why"]):
        Heading(f"Why? {country_name(country)}")
        Words("\n\n".join(words.split("\n\n")[:MOST_PARAGRAPHS]))
        if falls:
            Chart(chart=falls)
        Facts([f"{what}: {size}" for what, size in show_beliefs(run, country, page)])
