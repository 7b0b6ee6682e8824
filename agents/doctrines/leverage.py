"""Calculated leverage: what a control earns and extorts today against what it loses later."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision, Relief
from agents.doctrines.doctrine import (
    WITHHOLDING,
    annuity,
    hostile_actors,
    if_imposed,
    if_lifted,
    impose,
    patience_of,
    relieve,
    say_imposed,
)
from agents.view import Answer, ControlOption, HeldControl, Question, RefinerView, WhatIfNoFloor

UNPROVOKED_REVIEW = 4
"""Quarters between two looks at controls that nobody has provoked (assumption: a plan a year)."""
LEVERS = (*WITHHOLDING, "export_tax")
"""What is weighed: to withhold, or to tax what leaves, as the duties on rare earths, tungsten and molybdenum
that were lost in court with the quotas of 2010-14."""


class Leverage:
    """Weighs every control by counterfactual markets, provoked or not.

    payoff = own accounts while it lasts + chance that the targets give in x what the floor costs it - what
    the rivals called up take from it afterwards - political cost - reputation - ore that the targets may
    withhold. The best is taken when it is worth more than a change of course costs, and lifted when keeping
    it has come to cost more than that (entry and exit costs over the lane's value).
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """Each option on a good that is free, each control in force, and what the floor itself costs it."""
        asked: list[Question] = [WhatIfNoFloor()] if view.floor_in_force else []
        asked += [if_imposed(option) for option in _free(view)]
        asked += [if_lifted(held) for held in _held(view)]
        return tuple(dict.fromkeys(asked))

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Impose the one option worth most, relent where a control no longer pays."""
        cost_usd = max(0.0, answers[WhatIfNoFloor()].now.total_usd) if view.floor_in_force else 0.0
        reliefs, reasons = self._review(view, answers, cost_usd)
        valued = [
            (option, leverage_terms(view, option, answers[if_imposed(option)], cost_usd))
            for option in _free(view)
        ]
        if not valued:
            return ControlDecision((), reliefs, {}, reasons)
        option, terms = max(valued, key=lambda pair: (_margin(view, *pair), pair[0].good))
        threshold = view.parameters["accession_entry_cost_share"] * option.lane_value_usd
        pays = sum(terms.values()) > threshold
        reason = say_imposed(view, option, terms, threshold, left=not pays)
        imposed = (impose(option, "leverage"),) if pays else ()
        return ControlDecision(imposed, reliefs, {}, (*reasons, reason))

    def _review(
        self, view: RefinerView, answers: Mapping[Question, Answer], cost_usd: float
    ) -> tuple[tuple[Relief, ...], tuple[CountryDecision, ...]]:
        """Relief where keeping a control costs more than a change of course, or where it is no longer an
        option."""
        stubborn, found = view.parameters["accession_exit_cost_share"], []
        for held in _held(view):
            taxed = held.tax_share != 0.0
            alike = (o for o in view.options if o.good == held.good and (o.tax_share != 0.0) == taxed)
            option = next(alike, None)
            if option is None:
                found.append(relieve(view, held, held.targets, "the good is no longer a lever"))
                continue
            answer = _reversed(answers[if_lifted(held)])
            terms = leverage_terms(view, _as_held(option, held), answer, cost_usd)
            if sum(terms.values()) < -stubborn * option.lane_value_usd:
                found.append(relieve(view, held, held.targets, "", terms))
        return tuple(relief for relief, _ in found), tuple(reason for _, reason in found)


def _free(view: RefinerView) -> list[ControlOption]:
    """What it could put on a good that is free of controls, and was not freed just now: a word that is taken
    back within the year is believed no more.

    What nobody has provoked is licensed, rationed or taxed, not stopped: each full stop on record (rare
    earths to Japan in 2010, gallium, germanium and antimony to the United States in 2024) answered an act and
    was aimed at its actor, while licences (gallium and graphite of 2023) and quotas (rare earths to 2014) met
    all buyers alike.
    """
    taken, hostile = {held.good for held in view.controls}, hostile_actors(view)
    yearly = view.round % (UNPROVOKED_REVIEW * view.quarter_rounds) == 0
    least = view.parameters["control_least_quarters"]
    rested = [o for o in view.options if o.good not in taken and o.freed_quarters >= least]
    return [
        o
        for o in rested
        if o.instrument in LEVERS and (provoked(o, hostile) or (yearly and o.instrument != "ban"))
    ]


def provoked(option: ControlOption, hostile: Collection[str]) -> bool:
    """Whether it answers an act: what withholds is aimed at those who aggrieve it where there are any, a tax
    on all exports spares nobody.
    """
    return bool(hostile) and (option.instrument in WITHHOLDING or set(option.targets) <= set(hostile))


def _held(view: RefinerView) -> list[HeldControl]:
    """Controls that have stood long enough to be weighed again: a licence office is not opened and shut by
    the quarter."""
    least = view.parameters["control_least_quarters"] * view.quarter_rounds
    return [c for c in view.controls if c.instrument in LEVERS and view.round - c.since >= least]


def _as_held(option: ControlOption, held: HeldControl) -> ControlOption:
    return ControlOption(
        option.mineral,
        held.targets,
        held.approval_share,
        option.lane_value_usd,
        option.target_dependence_share,
        option.stage,
        held.instrument,
        held.tax_share,
        exports_usd=option.exports_usd,
        feed_usd=option.feed_usd,
    )


def _margin(view: RefinerView, option: ControlOption, terms: Mapping[str, float]) -> float:
    return sum(terms.values()) - view.parameters["accession_entry_cost_share"] * option.lane_value_usd


def _reversed(answer: Answer) -> Answer:
    """What having a control is worth, from what lifting it would bring; the rivals it has called up so far
    stay either way."""
    others = {name: -usd for name, usd in answer.others_usd.items()}
    return Answer(answer.now.scaled(-1.0), answer.later.scaled(-1.0), others)


def leverage_terms(
    view: RefinerView, option: ControlOption, answer: Answer, floor_cost_usd: float
) -> dict[str, float]:
    """Payoff terms of having one control in force, USD a round while it lasts
    (``control_episode_quarters``); what comes after is brought to the same quarters at its own discount rate.
    """
    p, patience = view.parameters, patience_of(view)
    withheld = 1.0 - option.approval_share + option.tax_share  # or taken from who buys
    gdp = sum(view.targets_gdp_usd.get(target, 0.0) for target in option.targets)
    damage = -answer.others_usd.get("targets", 0.0)
    pressed = p["compliance_base"] + p["compliance_slope"] * 100.0 * damage / max(gdp, 1.0)
    comply = _logistic(pressed) - _logistic(p["compliance_base"])
    unlawful = 0.0 if provoked(option, hostile_actors(view)) else p["unprovoked_cost_share"]
    lasting = annuity(patience, 4.0 * p["planning_years"])
    after = patience ** (4.0 * p["refinery_build_years"]) * lasting
    after /= annuity(patience, p["control_episode_quarters"])
    return {
        "own accounts": answer.now.total_usd,
        "concession hoped for": comply * floor_cost_usd if view.grievances else 0.0,
        "rivals called up": p["dominant_leverage_loss_share"] * after * min(0.0, answer.later.total_usd),
        "political cost": -p["dominant_political_cost_share"] * option.lane_value_usd * withheld,
        "breach of trade law": -unlawful * option.lane_value_usd * withheld,
        "reputation": -p["dominant_reputation_share"] * option.exports_usd * withheld,
        "ore withheld in turn": -p["ore_answer_probability"] * option.feed_usd,
    }


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, x))))
