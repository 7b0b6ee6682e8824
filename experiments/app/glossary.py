"""What the words on the page mean: those of the report, and the terms that governments weigh."""

from __future__ import annotations

import html
from collections.abc import Mapping

import solara

from experiments.report import GLOSSARY

WEIGHED: Mapping[str, str] = {
    "users, producers, treasury": "what a step changes in the accounts of those who buy metal, of mines and "
    "refineries, and of the state",
    "security": "relief by partners if supply is cut off",
    "feared retaliation": "the chance that the dominant refiner answers, times what that would cost",
    "pressure from the leader": "duties and threats that a signature would spare",
    "loss of autonomy": "the political cost of being bound, the greater the less the leader is trusted",
    "domestic approval": "what carrying the step at home is expected to cost",
    "its own disposition": "what inclines this government to the step or against it beyond its accounts",
    "levy taken over": "what the dominant refiner may take of the zone's levy by an export tax",
    "administration": "offices that run reference prices at the border",
    "finance, rivals for finance": "money for mines and plants, worth more as rivals get it too",
    "supply from partners": "what partners' projects would save in a stop of supply",
    "information, offtake, premium": "what a club brings: warning of shortages, buyers, a better price",
    "with ...": "what a club that the country sits in makes of the step",
    "needed": "what all terms together have to exceed; waiting is worth something too",
}


@solara.component
def Glossary(round_word: str) -> None:
    """The words, a click away."""
    weighed = [(f"Weighed: {term}", f"{text[0].upper()}{text[1:]}.") for term, text in WEIGHED.items()]
    entries = "".join(
        f"<dt>{html.escape(term)}</dt><dd>{html.escape(text.format(round=round_word))}</dd>"
        for term, text in (*GLOSSARY, *weighed)
    )
    with solara.Details("What the words mean"):
        solara.HTML(tag="dl", classes=["ob-words"], unsafe_innerHTML=entries)
