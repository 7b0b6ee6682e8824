"""A decision in plain words with its numbers, from the table of decisions alone."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from agents.decision import CountryDecision
from experiments.figures.naming import (
    a_round,
    country_code,
    country_name,
    format_money,
    format_price,
    in_words,
    mineral_word,
    quarter_in_words,
    sentence,
    subject_in_words,
    the_country,
    union_members,
)
from experiments.results import Run, each_row, remembered

if TYPE_CHECKING:
    import pandas as pd

TERMS = {
    "retaliation": "feared retaliation",
    "taste": "its own disposition",
    "pressure": "pressure from the leader",
    "autonomy": "loss of autonomy",
}
GIVEN = ("fixed by the scenario", "scripted")
MOVES = {
    "retaliation": "The control",
    "offer": "The offer",
    "finance": "The offer",
    "request": "What it lacked",
    "invitation": "A framework",
}
SAID = {
    ("accession", "join"): "took the step to {step}",
    ("accession", "hold_out"): "held out",
    ("accession", "prepare"): "found the step to {step} worth taking, but waited for one more review",
    ("accession", "stay"): "stayed in the zone",
    ("accession", "leave"): "left the zone",
    ("institution", "join"): "took a seat in {subject}",
    ("institution", "stay"): "kept its seat in {subject}",
    ("institution", "leave"): "left {subject}",
    ("institution", "stay away"): "stayed away from {subject}",
    ("retaliation", "license"): "put exports under licence ({control})",
    ("retaliation", "list firms"): "listed firms that are denied exports ({control})",
    ("retaliation", "restrict end uses"): "restricted what its exports may be used for ({control})",
    ("retaliation", "ration"): "rationed exports ({control})",
    ("retaliation", "ban"): "banned exports ({control})",
    ("retaliation", "tax exports"): "taxed exports ({control})",
    ("retaliation", "undercut"): "undercut prices ({control})",
    ("retaliation", "capture the levy"): "decided to take the zone's levy over by an export tax",
    ("retaliation", "none"): "weighed a control and left it ({control})",
    ("retaliation", "relent"): "lifted a control ({control})",
    ("ore_policy", "none"): "weighed keeping or rationing its {subject} and left it",
    ("ore_policy", "lift"): "lifted what it had laid on its exports of {subject}",
    ("ore_policy", "tax ore"): "taxed its exports of {subject}",
    ("ore_policy", "ration ore"): "rationed its exports of {subject}",
    ("ore_policy", "ban ore exports"): "banned exports of {subject}",
    ("reference_price", "announce"): "announced reference prices",
    ("invitation", "invite"): "asked {whom} to a framework",
    ("invitation", "wait"): "left {whom} for later",
    ("finance", "offer finance"): "offered {whom} finance",
}
"""What a decision is called, by its kind and choice."""
STEPS = {"floor": "the binding floor", "action_plan": "the action plan", "none": "the zone"}


MOST_NAMED = 12


class ExplainError(ValueError):
    """A country or round without decisions: says what was asked for and what there is."""


@dataclass(frozen=True)
class Choice:
    """One decision as recorded: its columns that are the same on every row, and its terms."""

    row: Any
    terms: tuple[tuple[str, float], ...]

    def repeats(self, other: Choice) -> bool:
        """Whether the other is the same again: the same answer at a review, the same prices announced."""
        same = all(
            getattr(self.row, name) == getattr(other.row, name) for name in ("kind", "choice", "subject")
        )
        return same and (self.row.kind != "reference_price" or self.terms == other.terms)


def explain_decisions(run: Run, country: str, number: int | None = None, with_terms: bool = True) -> str:
    """What ``country`` (code or name) decided in round ``number``, or in all, and why, in a paragraph each.

    ``with_terms`` gives each payoff term with its number; without, a figure is expected to show them.
    A member of the European Union is answered with the decisions of the Union. Like decisions that follow one
    another are told once. Raises ``ExplainError`` for an unknown country or a round without a decision.
    """
    country = country_code(country)
    actor = find_actor(run, country)
    decisions = run.table("decisions")
    own = decisions[decisions["actor"] == actor]
    if own.empty:
        return f"{country_name(actor)} took no decision in this run that was recorded."
    if number is not None:
        chosen = own[own["round"] == number]
        if chosen.empty:
            there = in_words([str(found) for found in sorted(own["round"].unique())], 30)
            raise ExplainError(
                f"round {number}: {country_name(actor)} decided nothing in it; it decided in rounds {there}"
            )
        own = chosen
    told = [_in_words(choice, again, with_terms) for choice, again in _gather(own)]
    if actor != country:
        name = country_name(country)
        told.insert(0, f"{name} is a member of the European Union, which decides on trade policy as one.")
    return "\n\n".join(told)


def tell_decision(decision: CountryDecision, quarter: str) -> str:
    """One decision in words, with its terms and what would have turned it."""
    names = ("actor", "kind", "choice", "alternative", "subject", "margin_usd", "threshold_usd")
    told = {name: getattr(decision, name) for name in names}
    row = SimpleNamespace(quarter=quarter, tipping=decision.tipping(), **told)
    return _in_words(Choice(row, tuple(decision.terms.items())), [])


def find_actor(run: Run, country: str) -> str:
    """The actor that decides for ``country``: itself, or ``EU``. Raises ``ExplainError`` when the run has
    no such country.
    """
    actors = _actors(run)
    if country in actors:
        return country
    if country in union_members() and "EU" in actors:
        return "EU"
    if country in _countries(run) or country == "EU":
        return country
    deciding = in_words(sorted(actors), MOST_NAMED) if actors else "nobody"
    raise ExplainError(f"country {country!r}: not in this run; these decide in it: {deciding}")


@remembered
def _actors(run: Run) -> frozenset[str]:
    """Who decided something."""
    return frozenset(map(str, run.table("decisions")["actor"].unique()))


@remembered
def _countries(run: Run) -> frozenset[str]:
    return frozenset(map(str, run.table("countries")["country"].unique()))


def _gather(rows: pd.DataFrame) -> list[tuple[Choice, list[str]]]:
    """Decisions in order, each with the rounds of the like decisions that follow it directly."""
    gathered: list[tuple[Choice, list[str]]] = []
    for _, same in rows.groupby("decision", sort=True):
        terms = tuple((str(row.term), float(row.value_usd)) for row in each_row(same) if row.term)
        choice = Choice(next(each_row(same)), terms)
        before = next((entry for entry in reversed(gathered) if entry[0].row.kind == choice.row.kind), None)
        if before and before[0].repeats(choice):
            before[1].append(str(choice.row.quarter))
        else:
            gathered.append((choice, []))
    return gathered


def _in_words(choice: Choice, again: list[str], with_terms: bool = True) -> str:
    text = f"{_what(choice)} {_why(choice, with_terms)}".strip()
    if again:
        # Countries review; the leader and the dominant refiner move every quarter, also in runs of months.
        occasion = "review" if choice.row.kind == "accession" else "time"
        times = f"the next {occasion}" if len(again) == 1 else f"{len(again)} more {occasion}s"
        text += f" The same {'at' if occasion == 'review' else ''} {times}, the last in ".replace("  ", " ")
        text += f"{quarter_in_words(again[-1])}."
    return text


def _what(choice: Choice) -> str:
    row = choice.row
    who, when = sentence(the_country(str(row.actor)))[:-1], quarter_in_words(str(row.quarter))
    subject, _, note = str(row.subject).partition(": ")
    step = STEPS.get(subject, f"the {subject}")
    words = SAID.get((str(row.kind), str(row.choice)), "")
    about = {"step": step, "subject": subject, "whom": the_country(subject)}
    said = words.format(control=subject_in_words(str(row.subject)), **about)
    if row.kind in ("offer", "request"):
        to = f" to {the_country(subject)}" if row.choice != "refuse" and row.kind == "offer" else ""
        refused = f" what {the_country(subject)} asked for" if row.choice == "refuse" else ""
        past = (
            str(row.choice).replace("offer", "offered").replace("ask", "asked").replace("refuse", "refused")
        )
        said = f"{past}{to}{refused}"
    generic = (
        f"chose {str(row.choice).replace('_', ' ')} over {str(row.alternative).replace('_', ' ')} "
        f"({row.subject})"
    )
    held = f" from {step}" if row.kind == "accession" and row.choice == "hold_out" else ""
    because = f" ({note})" if note and row.kind == "accession" else ""
    return f"{who} {said or generic}{held} in {when}{because}."


def _why(choice: Choice, with_terms: bool) -> str:
    row, terms = choice.row, choice.terms
    if row.kind == "reference_price":
        return f"{_prices_in_words(terms)}."
    if any(name in GIVEN for name, _ in terms):
        scripted = any(name == "scripted" for name, _ in terms)
        by = "written for it, by the scenario or from its seat" if scripted else "fixed by the scenario"
        return f"That was {by}, not weighed."
    if not any(value for _, value in terms):
        return f"The reason: {terms[0][0]}." if terms else ""
    parts = [
        f"{TERMS.get(name, name)} {format_money(value, signed=True)}"
        for name, value in sorted(terms, key=_size)
        if abs(value) >= 500
    ]
    margin, threshold = float(row.margin_usd), float(row.threshold_usd)
    made_of = f" ({', '.join(parts)})" if parts and with_terms else ""
    enough = "above" if margin > threshold else "below"
    needed = f", {enough} the {format_money(threshold)} it had to exceed" if abs(threshold) >= 500 else ""
    each = a_round(str(row.quarter))
    worth = f"{_move(choice)} was worth {format_money(margin, signed=True)} {each}{made_of}{needed}."
    return f"{worth} {_tipping(choice)}".strip()


def _move(choice: Choice) -> str:
    kind, chosen, other = (str(getattr(choice.row, name)) for name in ("kind", "choice", "alternative"))
    if kind in ("accession", "institution"):
        entering = "Signing" if kind == "accession" else "Joining"
        return "Leaving" if "leave" in (chosen, other) else entering
    return MOVES.get(kind, "The move")


def _tipping(choice: Choice) -> str:
    row, terms, each = choice.row, choice.terms, a_round(str(choice.row.quarter))
    recorded = str(row.tipping or "")
    leading = max(terms, key=lambda term: (abs(term[1]), term[0]))[0]
    if recorded and not recorded.startswith(f"{leading} "):
        return f"{recorded[0].upper()}{recorded[1:]}."
    gap = float(row.threshold_usd) - float(row.margin_usd)
    if abs(gap) < 500:
        return ""
    if row.kind == "accession" and row.choice == "hold_out" and gap > 0:
        return f"It would have signed for {format_money(gap)} {each} more, for instance as a side payment."
    change = "more" if gap > 0 else "less"
    return (
        f"{format_money(abs(gap))} {each} {change} in its largest term, {TERMS.get(leading, leading)}, "
        "would have turned it."
    )


def _prices_in_words(terms: tuple[tuple[str, float], ...]) -> str:
    said = []
    for name, price_usd_t in terms:
        mineral, _, stage = name.partition(" ")
        said.append(f"{stage} {mineral_word(mineral)} {format_price(price_usd_t)}".strip())
    text = in_words(said, 12)
    return f"{text[:1].upper()}{text[1:]}"


def _size(term: tuple[str, float]) -> tuple[float, str]:
    return -abs(term[1]), term[0]
