"""The log of a world, a line an event: who signed and for what gain, what was imposed, who ran short.

Such as: Q3 2027: Japan signs the binding floor: +400 million USD security, -200 million USD dearer metal a
quarter; hesitated on feared retaliation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from experiments.app.drawn import drawn_once
from experiments.chronicle import chronicle
from experiments.explain import GIVEN, STEPS, TERMS
from experiments.figures.naming import (
    a_round,
    as_signatories,
    by_size,
    country_name,
    format_money,
    in_words,
    quarter_in_words,
    sentence,
    the_country,
)
from experiments.results import Run, each_row

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARE = 0.05
"""Of the largest term: smaller ones are not named as what a government hesitated on."""
MOST_NAMED = 5
STEPS_BELOW = {"action_plan": "an action plan", "framework": "a framework"}
SAID = {
    ("users", True): "cheaper metal",
    ("users", False): "dearer metal",
    ("producers", True): "gains of its producers",
    ("producers", False): "losses of its producers",
    ("treasury", True): "revenue of its treasury",
    ("treasury", False): "lost revenue",
    ("taste", True): "its own disposition",
    ("taste", False): "its own disposition",
}


class Line(NamedTuple):
    """One line: the round, when in words, what happened, and its mark: ``zone`` for the floor, ``control``,
    ``step`` for lower rungs, or ``event``.
    """

    round: int
    when: str
    text: str
    mark: str


@drawn_once
def write_log(run: Run, most: int = 90) -> tuple[Line, ...]:
    """What happened, the newest first: steps of the floor with their reasons, lower steps by quarter, and
    what the chronicle of the report tells.
    """
    lines = [*_signatures(run), *_lower_steps(run), *_in_force(run)]
    lines += [
        Line(entry.round, entry.when, entry.text, entry.mark)
        for entry in chronicle(run, most)
        if entry.mark != "zone"
    ]
    return tuple(sorted(lines, key=lambda line: -line.round)[:most])


def news_of(run: Run) -> str:
    """The weightiest event of the last round in a sentence; empty when there is none."""
    ranks = {"zone": 0, "control": 1, "step": 2, "event": 3}
    now = [line for line in write_log(run) if line.round == run.rounds[-1]]
    return min(now, key=lambda line: ranks[line.mark]).text if now else ""


def _signatures(run: Run) -> list[Line]:
    """Decisions to take or to leave the floor, with what weighed most for and against."""
    decisions = run.table("decisions")
    moved = decisions[
        (decisions["kind"] == "accession")
        & decisions["choice"].isin(["join", "leave"])
        & (decisions["subject"].str.startswith("floor"))
    ]
    return [_signature(rows) for _, rows in moved.groupby("decision", sort=True)]


def _signature(rows: pd.DataFrame) -> Line:
    row = next(each_row(rows))
    does = f"signs {STEPS['floor']}" if row.choice == "join" else "leaves the floor"
    terms = [(str(one.term), float(one.value_usd)) for one in each_row(rows) if one.term]
    why = _reasons(terms, str(row.quarter))
    text = sentence(f"{the_country(str(row.actor))} {does}{why}")
    return Line(int(row.round), quarter_in_words(str(row.quarter)), text, "zone")


def _reasons(terms: list[tuple[str, float]], quarter: str) -> str:
    """The largest gain and the largest cost, and what else was feared; nothing where nothing was weighed."""
    if any(name in (*GIVEN, "") for name, _ in terms) or not any(value for _, value in terms):
        return ""
    ranked = sorted(terms, key=lambda term: (-abs(term[1]), term[0]))
    largest = abs(ranked[0][1])
    gains = [term for term in ranked if term[1] > 0][:1]
    costs = [term for term in ranked if term[1] < -LEAST_SHARE * largest]
    shown = [f"{format_money(value, signed=True)} {_said(name, value)}" for name, value in gains + costs[:1]]
    feared = f"; hesitated on {_said(*costs[1])}" if len(costs) > 1 else ""
    return f": {', '.join(shown)} {a_round(quarter)}{feared}"


def _said(name: str, value: float) -> str:
    return SAID.get((name, value > 0), TERMS.get(name, name))


def _lower_steps(run: Run) -> list[Line]:
    """Who signed an action plan or a framework, a line a quarter."""
    decisions = run.table("decisions")
    joined = decisions[(decisions["kind"] == "accession") & (decisions["choice"] == "join")]
    lines = []
    for step, words in STEPS_BELOW.items():
        rows = joined[joined["subject"].str.startswith(step)].drop_duplicates("decision")
        for quarter, same in rows.groupby("quarter"):
            text = f"{_listed(same['actor'])} sign{'' if len(same) > 1 else 's'} {words}"
            number = int(same["round"].iloc[0])
            lines.append(Line(number, quarter_in_words(str(quarter)), sentence(text), "step"))
    return lines


def _in_force(run: Run) -> list[Line]:
    """Who is bound from this quarter on: what was signed has been ratified."""
    rungs = run.table("countries").pivot(index="round", columns="country", values="rung")
    bound = (rungs == 4) & (rungs.shift(1) < 4)
    lines = []
    for number, quarter in zip(run.rounds, run.quarters, strict=True):
        codes = as_signatories(str(code) for code in bound.columns[bound.loc[number].to_numpy()])
        if codes:
            text = sentence(f"{_listed(codes)} {'are' if len(codes) > 1 else 'is'} bound by the floor")
            lines.append(Line(number, quarter_in_words(quarter), text, "zone"))
    return lines


def _listed(codes: Iterable[str]) -> str:
    return in_words([country_name(code) for code in by_size(map(str, codes))], MOST_NAMED)
