"""The circumstances of a review that can be moved: payments, beliefs, trust, company, the level of the floor,
and whatever lies behind the leading term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from agents.decision import CountryDecision
from agents.ladder import FLOOR
from agents.political_stake import payoff_scale
from agents.view import Accounts, Answer, CountryView, Question, WhatIfMember
from experiments.figures.naming import format_money, format_share
from experiments.why_not.levers import Lever
from world.moves.reopened import ReopenedReview

Turns = Callable[[CountryDecision], bool]
FLOOR_RANGE = (0.3, 3.0)
"""Levels of the floor over the present one that are tried."""
ACCOUNTS = ("users", "producers", "treasury")
BEHIND = {
    "retaliation": "retaliation_belief",
    "autonomy": "trust_leader",
    "domestic approval": "trust_leader",
    "security": "cut_off_quarters",
    "pressure": "pressure",
    "taste": "taste",
    "partners inside": "peers_share",
    "linked trade": "exports_to_leader_usd",
}
"""The field of the view that moves a term."""
NAMES = {
    "side_payment_usd": "a side payment",
    "finance_offer_usd": "finance worth grants",
    "retaliation_belief": "a believed chance that joining is answered",
    "trust_leader": "trust in the leader",
    "peers_share": "a share of its trade with countries inside",
    "cut_off_quarters": "the time that a cut-off outlasts its stocks",
    "pressure": "threats of the leader",
    "taste": "its own disposition",
    "exports_to_leader_usd": "exports to the leader",
}
SHARES = ("retaliation_belief", "trust_leader", "pressure", "peers_share")


def levers_of(review: ReopenedReview, turns: Turns, toward: bool) -> Iterator[Lever]:
    """Levers on a review that might turn it ``toward`` joining (or away); the level of the floor costs a
    market a value, all others none.
    """
    view, floor = review.view, review.view.rung >= FLOOR - 1
    yield from _leading(review, turns)
    most = 10.0 * payoff_scale(view) + 3.0 * abs(_gap(review))
    money = "side_payment_usd" if floor else "finance_offer_usd"
    words = NAMES[money]
    now = getattr(view, money)
    if toward or now > 0.0:
        tell = partial(_tell_money, words)
        yield _on_view(review, turns, money, now + most if toward else 0.0, tell)
    for field, end in (("retaliation_belief", 0.0), ("trust_leader", 1.0), ("peers_share", 1.0)):
        tell = partial(_tell_share, view, field)
        yield _on_view(review, turns, field, end if toward else 1.0 - end, tell)
    if floor:
        yield from _on_floor(review, turns)


def _tell_money(words: str, usd: float) -> str:
    return f"{words} of {format_money(usd)}"


def _tell_share(view: CountryView, field: str, value: float) -> str:
    return f"{NAMES[field]} of {format_share(value)} (it was {format_share(getattr(view, field))})"


def _gap(review: ReopenedReview) -> float:
    decision = review.replay()
    return decision.threshold_usd - decision.margin_usd


def _on_view(
    review: ReopenedReview, turns: Turns, field: str, end: float, tell: Callable[[float], str]
) -> Lever:
    def decided(value: float) -> bool:
        return turns(review.replay(changed(review.view, field, value)))

    return Lever(NAMES[field], float(getattr(review.view, field)), end, decided, tell)


def changed(view: CountryView, field: str, value: float) -> CountryView:
    """The view with one field at ``value``; each country of a bloc has its part of the change, of money an
    equal one.
    """
    shift = value - getattr(view, field)
    part = 1.0 / max(len(view.members), 1) if field.endswith("_usd") else 1.0
    members = []
    for member in view.members:
        moved = getattr(member, field) + shift * part
        members.append(replace(member, **{field: min(1.0, max(0.0, moved)) if field in SHARES else moved}))
    return replace(view, members=tuple(members), **{field: value})  # type: ignore[arg-type]


def _on_floor(review: ReopenedReview, turns: Turns) -> Iterator[Lever]:
    """The level of all reference prices, up and down."""

    def decided(scale: float) -> bool:
        return turns(review.replay_at_floor(scale))

    for end, word in ((FLOOR_RANGE[1], "higher"), (FLOOR_RANGE[0], "lower")):

        def tell(scale: float, word: str = word) -> str:
            return f"a floor {format_share(abs(scale - 1.0))} {word}"

        name = f"a floor {word} by up to {format_share(abs(end - 1.0))}"
        yield Lever(name, 1.0, end, decided, tell, points=6, halvings=5)


def _leading(review: ReopenedReview, turns: Turns) -> Iterator[Lever]:
    """The largest term, moved by what lies behind it."""
    decision = review.replay()
    if not any(decision.terms.values()):
        return
    leading = max(decision.terms, key=lambda name: (abs(decision.terms[name]), name))
    now, gap = decision.terms[leading], decision.threshold_usd - decision.margin_usd
    name = f"its largest term, {leading}"
    if leading in ACCOUNTS:

        def decided(value: float) -> bool:
            return turns(review.replay(answers=_shifted(review.answers, leading, value - now)))

        yield Lever(name, now, now + 3.0 * gap, decided, partial(_tell_term, leading, now))
    elif leading in BEHIND:
        field = BEHIND[leading]
        far = 1.0 if field in SHARES else 10.0 * float(getattr(review.view, field))

        def tell(value: float) -> str:
            moved = review.replay(changed(review.view, field, value))
            return _tell_term(leading, now, moved.terms[leading])

        for end in (-5.0, 5.0) if field == "taste" else (0.0, far):
            yield replace(_on_view(review, turns, field, end, tell), name=name)


def _tell_term(name: str, now: float, value: float) -> str:
    return (
        f"its largest term, {name}, at {format_money(value, signed=True)} in place of "
        f"{format_money(now, signed=True)}"
    )


def _shifted(answers: Mapping[Question, Answer], account: str, usd: float) -> dict[Question, Answer]:
    """The answers on membership with one account moved, today and later."""
    more = Accounts(**{f"{account}_usd": usd})

    def moved(answer: Answer, added: Accounts) -> Answer:
        parts = tuple(moved(part, added.scaled(1.0 / len(answer.parts))) for part in answer.parts)
        return replace(answer, now=answer.now + added, later=answer.later + added, parts=parts)

    return {
        question: moved(answer, more) if isinstance(question, WhatIfMember) else answer
        for question, answer in answers.items()
    }
