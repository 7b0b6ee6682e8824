"""Why a country decided as it did: its last decision as falls of payoff, in words, and what it believes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from experiments.app.drawn import drawn_once
from experiments.explain import TERMS, ExplainError, explain_decisions, find_actor
from experiments.figures.naming import (
    RUNGS,
    a_round,
    country_name,
    format_money,
    format_share,
    quarter_in_words,
    subject_in_words,
    the_country,
)
from experiments.results import Run, each_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.app.rounds import Page

CHOICES = {"join": "sign", "prepare": "wait for one more review"}
NOT_WEIGHED = ("fixed by the scenario", "scripted", "")
LEAST_SHARE, MOST_FALLS = 0.004, 9
"""Of the largest term; smaller ones, and those beyond so many, are told together."""


@drawn_once
def show_why(run: Run, country: str) -> tuple[str, str]:
    """The last decision of ``country`` in words, and its falls as a chart (empty if nothing was weighed)."""
    try:
        actor = find_actor(run, country)
    except ExplainError as error:
        return str(error), ""
    decisions = run.table("decisions")
    own = decisions[decisions["actor"] == actor]
    if own.empty:
        return f"{country_name(actor)} has decided nothing yet.", ""
    weighed = own[own["kind"].isin(["accession", "retaliation", "offer", "request"])]
    asked = weighed if not weighed.empty else own
    # The first of its round, as in the words: a leader answers many in one.
    first = asked[asked["round"] == asked["round"].max()]["decision"].min()
    rows = own[own["decision"] == first]
    words = explain_decisions(run, country, int(rows["round"].iloc[0]), False)
    terms = {str(row.term): float(row.value_usd) for row in each_row(rows) if row.term not in NOT_WEIGHED}
    if rows["kind"].iloc[0] == "reference_price" or not any(terms.values()):
        return words, ""
    row = next(each_row(rows))
    when = quarter_in_words(str(row.quarter))
    title = f"{country_name(actor)}, {when}: {_weighed(row)}"
    return words, show_falls(title, terms, float(row.threshold_usd), a_round(str(row.quarter)))


def _weighed(row: Any) -> str:
    """What the terms are worth of, and what was chosen."""
    chosen, other = (say_choice(str(name)) for name in (row.choice, row.alternative))
    if row.kind == "accession":
        move = "leaving" if "leave" in (chosen, other) else "signing"
        return f"what {move} would bring (choice: {chosen}, not {other})"
    if row.kind == "offer":
        return f"answer to {the_country(str(row.subject))}: {chosen} rather than {other}"
    if row.kind == "retaliation":
        return f"{chosen} rather than {other} ({subject_in_words(str(row.subject))})"
    return f"{chosen} rather than {other}"


def say_choice(choice: str) -> str:
    """A choice as what a government would do."""
    return CHOICES.get(choice, choice.replace("_", " "))


def show_falls(title: str, terms: Mapping[str, float], threshold_usd: float, each: str = "a quarter") -> str:
    """Terms as a waterfall, the largest first, their sum, what it had to exceed; million USD a round."""
    ranked = sorted(terms.items(), key=lambda term: (-abs(term[1]), term[0]))
    largest = abs(ranked[0][1])
    large = [one for one in ranked if abs(one[1]) >= LEAST_SHARE * largest][:MOST_FALLS]
    shown = [(TERMS.get(name, name), value) for name, value in large]
    rest = sum(value for _, value in ranked) - sum(value for _, value in shown)
    shown += [("all else", rest)] if abs(rest) >= LEAST_SHARE * largest else []
    falls, sum_usd = [], 0.0
    for name, value in shown:
        falls.append(
            {"name": name, "from": sum_usd / 1e6, "to": (sum_usd + value) / 1e6, "value": value / 1e6}
        )
        sum_usd += value
    falls.append({"name": "in all", "from": 0.0, "to": sum_usd / 1e6, "value": sum_usd / 1e6, "sum": True})
    return json.dumps(
        {
            "kind": "falls",
            "title": title,
            "unit": f"million USD {each}",
            "falls": falls,
            "threshold": threshold_usd / 1e6,
        }
    )


def show_beliefs(run: Run, country: str, page: Page) -> list[tuple[str, str]]:
    """What a country stands on, trusts and fears, as (what, how much)."""
    countries = run.table("countries")
    row = countries[(countries["round"] == run.rounds[-1]) & (countries["country"] == country)].iloc[0]
    found = [
        ("Rung of the ladder", RUNGS[int(row["rung"])]),
        *(
            (f"Trust in {the_country(power)}", format_share(row[column]))
            for power, column in (
                (run.leader, "trust_in_leader"),
                (run.dominant_refiner, "trust_in_dominant"),
            )
            if power != country
        ),
        (
            f"Refined metal from {the_country(run.dominant_refiner)}",
            format_share(row["dependence_on_dominant_share"]),
        ),
    ]
    if country in (run.leader, run.dominant_refiner):  # neither is courted, neither answers itself
        return found
    belief = page.beliefs[country]
    found.append(("Expects to be answered if it signs", format_share(belief.answered_share)))
    words = f"{format_money(belief.offered_usd)} a {run.round_word}" if belief.offered_usd > 0 else "none"
    found.append(("On offer for its signature", words))
    return found
