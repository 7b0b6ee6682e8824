"""What the dominant refiner would have gained or lost by a control that it did not impose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.decision import CountryDecision
from agents.doctrines.doctrine import CHOICES, WITHHOLDING, if_imposed
from agents.doctrines.leverage import Leverage
from agents.view import ControlOption, Question, WhatIfNoFloor
from experiments.explain import ExplainError
from experiments.figures.naming import format_money, format_share, mineral_word
from experiments.why_not.levers import Lever, find_tip
from experiments.why_not.other_choice import OtherChoice
from world.axes import STAGES
from world.moves.refiner_options import dominated_goods, output_t
from world.moves.reopened import ReopenedControl

if TYPE_CHECKING:
    from world.model import TradeWorld

Decide = Callable[[Mapping[str, float]], CountryDecision]
DOING = {
    "listing": "listing firms that use",
    "end_use": "restricting end uses of",
    "licence": "licensing",
    "quota": "rationing",
    "ban": "banning",
}
VERBS = {CHOICES[name]: name for name in WITHHOLDING} | {name: name for name in WITHHOLDING}
VERBS |= {"end use": "end_use", "license": "licence"}
COSTS = {
    "dominant_leverage_loss_share": ("rivals called up", "rivals called up counted at {} of what they take"),
    "dominant_political_cost_share": ("political cost", "a political cost of {} of the value withheld"),
    "unprovoked_cost_share": ("breach of trade law", "a breach of law counted at {} of the value withheld"),
    "dominant_reputation_share": ("reputation", "a loss of reputation of {} of its exports of the good"),
    "ore_answer_probability": ("ore withheld in turn", "a chance of {} that ore is withheld in turn"),
}
"""What a calculating government weighs against a control: the term and what it rests on, which can be moved
down to nothing."""


def weigh_control(world: TradeWorld, asked: str) -> OtherChoice:
    """Weigh a control such as ``ban gallium`` or ``license ndpr component`` in a world that stands at the
    dominant refiner's move.

    Raises ``ExplainError`` in one line for words that are none, or a control that it could not impose.
    """
    instrument, mineral, stage = _read(world, asked)
    move = ReopenedControl(world)
    decide = _by_leverage(move, _find(world, move, instrument, mineral, stage))
    weighed = decide(move.view.parameters)
    same = any(
        (one.instrument, one.mineral, one.stage) == (instrument, mineral, stage)
        for one in move.decision.impose
    )
    pays = weighed.choice != "none"
    tips = () if pays else tuple(map(find_tip, (*_gain(weighed), *_costs(decide, move.view.parameters))))
    return OtherChoice(
        actor=move.view.actor,
        quarter=world.quarters[world.round],
        asked=f"{DOING[instrument]} {mineral_word(mineral)}{'' if stage == 'refined' else f' {stage}s'}",
        did=next(iter(move.decision.reasons), None),
        weighed=weighed,
        same=same,
        tips=tips,
        word=world.clock.word,
        notes=_notes(world.premise.dominant_refiner.doctrine, pays and not same),
    )


def _by_leverage(move: ReopenedControl, option: ControlOption) -> Decide:
    """Calculated leverage with this option alone and the good free of controls, as a function of its
    parameters."""
    asks: list[Question] = [if_imposed(option)]
    asks += [WhatIfNoFloor()] if move.view.floor_in_force else []
    answers = move.ask(asks)
    alone = replace(move.view, options=(option,), controls=(), round=0)

    def decide(parameters: Mapping[str, float]) -> CountryDecision:
        return Leverage().decide(replace(alone, parameters=parameters), answers).reasons[-1]

    return decide


def _notes(doctrine: str, pays_but_was_left: bool) -> tuple[str, ...]:
    notes = []
    if doctrine not in ("leverage", "mixed"):
        notes.append(
            f"Its doctrine in this scenario, {doctrine.replace('_', ' ')}, does not weigh controls in money. "
            "What follows is how a government that calculates leverage would have weighed this one."
        )
    if pays_but_was_left:
        notes.append(
            "By that reckoning it was worth imposing: something else was worth more, or its doctrine "
            "forbids it."
        )
    return tuple(notes)


def _costs(decide: Decide, known: Mapping[str, float]) -> Iterator[Lever]:
    """What it weighs against a control, each down to nothing."""
    for name, (term, words) in COSTS.items():

        def turns(value: float, name: str = name) -> bool:
            return decide({**known, name: value}).choice != "none"

        def tell(value: float, words: str = words) -> str:
            return words.format(format_share(value))

        yield Lever(f"less weight on {term}", known[name], 0.0, turns, tell)


def _gain(weighed: CountryDecision) -> Iterator[Lever]:
    """The leading term: all that a control is worth is a sum, so that no market need be asked again."""
    leading = max(weighed.terms, key=lambda name: (abs(weighed.terms[name]), name))
    now, gap = weighed.terms[leading], weighed.threshold_usd - weighed.margin_usd

    def turns(value: float) -> bool:
        return weighed.margin_usd - now + value > weighed.threshold_usd

    def tell(value: float) -> str:
        told, was = (format_money(usd, signed=True) for usd in (value, now))
        return f"its largest term, {leading}, at {told} in place of {was}"

    yield Lever(f"its largest term, {leading}", now, now + 3.0 * gap, turns, tell)


def _read(world: TradeWorld, asked: str) -> tuple[str, str, str]:
    """Instrument, mineral and stage out of words such as ``ban gallium``."""
    words = asked.replace("_", " ").lower().split()
    minerals = world.base.axes.minerals
    stage = words.pop() if words and words[-1] in STAGES else "refined"
    mineral = words.pop() if words and words[-1] in minerals else ""
    instrument = VERBS.get(" ".join(words).removesuffix(" of"), "")
    if not instrument or not mineral:
        verbs = ", ".join(CHOICES[name] for name in WITHHOLDING)
        raise ExplainError(
            f"choice {asked!r}: given no control that can be weighed, allowed: one of {verbs}, then one of "
            f"{', '.join(minerals)}, and component for what is made of it"
        )
    return instrument, mineral, stage


def _find(
    world: TradeWorld, move: ReopenedControl, instrument: str, mineral: str, stage: str
) -> ControlOption:
    """The option; ``ExplainError`` says why there is none."""
    found = [
        option
        for option in move.view.options
        if (option.instrument, option.mineral, option.stage) == (instrument, mineral, stage)
    ]
    if found:
        return found[0]
    place, where = world.base.axes.mineral(mineral), STAGES.index(stage)
    good = f"{stage} {mineral_word(mineral)}"
    if (place, where) not in set(dominated_goods(world)):
        output = output_t(world, where)[place]
        mine = world.base.axes.sellers(where)[place] == world.dominant
        share = float(output[mine].sum() / max(float(output.sum()), 1e-12))
        least = format_share(world.parameters.control_least_share)
        why = f"it makes {format_share(share)} of it, and withholds only what it makes {least} or more of"
    elif instrument not in world.premise.dominant_refiner.instruments:
        why = "the scenario does not give it that instrument (dominant_refiner.instruments)"
    else:
        why = "firms and end uses are listed only in answer to somebody who has aggrieved it, and nobody has"
    raise ExplainError(f"choice '{CHOICES[instrument]} {mineral}': no option for {good}: {why}")
