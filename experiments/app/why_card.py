"""Ask why: the last decision of a country."""

from __future__ import annotations

import solara

from experiments.explain import ExplainError, explain_decisions, find_actor
from experiments.figures.naming import country_name
from experiments.results import Run


@solara.component
def WhyCard(run: Run, country: solara.Reactive[str]) -> None:
    """Why a country decided as it did."""
    solara.Text(country_name(country.value))
