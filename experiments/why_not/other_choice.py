"""A choice that was not made, weighed: what it was worth term by term and what would have turned it."""

from __future__ import annotations

from dataclasses import dataclass

from agents.decision import CountryDecision
from experiments.commands.arguments import in_columns
from experiments.explain import TERMS, tell_decision
from experiments.figures.naming import (
    country_name,
    format_money,
    format_share,
    the_country,
)
from experiments.why_not.levers import Tip

GLOSS = {
    "users": ("its buyers pay less", "its buyers pay more"),
    "producers": ("its mines, refiners and makers earn more", "its mines, refiners and makers earn less"),
    "treasury": ("its treasury takes in more", "its treasury takes in less"),
    "security": ("losses avoided when the dominant refiner cuts it off", "cover in a cut-off given up"),
    "supply from partners": ("metal of partners' projects in a stop", "that metal given up"),
    "levy taken over": (
        "",
        "sellers may raise their price to the floor and keep what the treasury hopes for",
    ),
    "tariff relief": ("relief from the leader's duties on all goods", "relief from duties given up"),
    "finance": ("finance and side payments", "finance and side payments given up"),
    "retaliation": ("answers no longer feared", "answers feared, times the belief that they come"),
    "autonomy": ("no longer bound to the leader", "the price at home of being bound to the leader"),
    "domestic approval": ("no vote at home to be won", "a vote at home that may be lost"),
    "pressure": ("threats of the leader no longer feared", "threats of the leader"),
    "taste": ("drawn once for the run", "drawn once for the run"),
    "information": ("what clubs tell their members early", "what clubs tell their members, given up"),
    "premium": ("what buyers of clubs pay more for its minerals", "that premium given up"),
    "rivals for finance": ("money is worth more before others sign", "others have taken their part"),
    "followers": ("what partners who follow add", "what partners who follow take"),
    "linked trade": ("trade with the leader that is at stake in the talks",) * 2,
    "own accounts": ("its firms, users and treasury while it lasts",) * 2,
    "concession hoped for": ("the floor given up under pressure",) * 2,
    "rivals called up": ("plants that others build at the high prices",) * 2,
    "political cost": ("protest and counter-pressure",) * 2,
    "breach of trade law": ("nobody has provoked it",) * 2,
    "reputation": ("buyers abroad who turn elsewhere",) * 2,
    "ore withheld in turn": ("its plants lose feed",) * 2,
}


@dataclass(frozen=True)
class OtherChoice:
    """A choice weighed against what was done.

    did : the decision that was taken in the round, None where there was none
    weighed : the decision with the terms of the choice in question; same : it is what was asked about
    tips : levers tried, each with the least of it that turns the decision
    play_on : setting with which a run goes on under the other choice; empty where there is none
    word : what a round is called
    """

    actor: str
    quarter: str
    asked: str
    did: CountryDecision | None
    weighed: CountryDecision
    same: bool
    tips: tuple[Tip, ...] = ()
    notes: tuple[str, ...] = ()
    trust_leader: float | None = None
    play_on: str = ""
    word: str = "quarter"


def describe_other_choice(choice: OtherChoice) -> str:
    """The whole answer in paragraphs."""
    told = [tell_decision(choice.did, choice.quarter)] if choice.did is not None else []
    told += choice.notes
    if choice.same:
        did = "did" if choice.did is not None else "would have done"
        told.append(
            f"To {choice.asked} is what it {did}. What would have turned it the other way is said below."
        )
    told += [_worth(choice), _tipping(choice)]
    if choice.play_on:
        told.append(f"To play on under the other choice, run with {choice.play_on}")
    return "\n\n".join(filter(None, told))


def _worth(choice: OtherChoice) -> str:
    """The terms, largest first, each with what it stands for."""
    weighed = choice.weighed
    if not any(weighed.terms.values()):
        return f"{country_name(choice.actor)} weighs nothing here: {weighed.subject.replace('_', ' ')}."
    rows = {}
    for name, value in sorted(weighed.terms.items(), key=lambda term: (-abs(term[1]), term[0])):
        gloss = GLOSS.get(name, ("", ""))[value < 0]
        if name == "autonomy" and choice.trust_leader is not None:
            gloss += f", which {format_share(choice.trust_leader)} trust"
        rows[TERMS.get(name, name)] = f"{format_money(value, signed=True):>22}   {gloss}".rstrip()
    rows["sum"] = f"{format_money(weighed.margin_usd, signed=True):>22}"
    rows["had to exceed"] = f"{format_money(weighed.threshold_usd, signed=True):>22}"
    who = the_country(choice.actor)
    head = f"What {_the_move(choice)} was worth to {who} by its own reckoning, a {choice.word}:"
    return f"{head}\n{in_columns(rows)}"


def _the_move(choice: OtherChoice) -> str:
    weighed = choice.weighed
    if weighed.kind == "accession":
        leaving = "leave" in (weighed.choice, weighed.alternative)
        step = weighed.subject.partition(":")[0].replace("_", " ")
        return "leaving" if leaving else f"the step to the {'binding ' if step == 'floor' else ''}{step}"
    return choice.asked


def _tipping(choice: OtherChoice) -> str:
    if not choice.tips:
        return ""
    turned = [tip.text for tip in choice.tips if tip.value is not None]
    named = {tip.lever.name for tip in choice.tips if tip.value is not None}
    rest = ", ".join(dict.fromkeys(tip.lever.name for tip in choice.tips if tip.lever.name not in named))
    if not turned:
        return f"Nothing that was tried would have turned it by itself: {rest}."
    head = "Any one of these would have turned it (each was tried by deciding again in that round):"
    lines = "\n".join(f"  - {text}" for text in turned)
    return f"{head}\n{lines}" + (
        f"\nBy itself nothing up to the end of its range would have of: {rest}." if rest else ""
    )
