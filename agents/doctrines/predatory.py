"""Undercut those who enter until they close, then recoup."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.decision import ControlDecision, ImposedControl
from agents.doctrines.doctrine import (
    annuity,
    if_imposed,
    impose,
    patience_of,
    relieve,
    say_imposed,
)
from agents.view import Answer, ControlOption, HeldControl, Question, RefinerView, WhatIfControl

DEPTHS = (0.25, 0.5, 1.0)
"""Cuts that are weighed, over the deepest: who stands near its running cost is driven out by little
(assumption)."""
SMALL_AGAIN_SHARE = 0.5
"""A war is won when rivals have grown by no more than this part of what made them entrants, so that a share
that wavers about one threshold begins and ends no wars (assumption)."""


class Predatory:
    """Where rivals have grown it sells abroad below cost (an export tax below zero, paid by its treasury) for
    some quarters, by as much as pays best, if what it loses is less than what the rivals' closing brings
    afterwards under the tax by which it recoups. It gives a war up in which rivals have not yielded after a
    while, and leaves the good alone for as long. A war that is won is followed by the tax, as long as that
    pays and the rivals stay small.
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """Wars on each good where rivals have entered, those in force, a tax where a war is won."""
        wars = [_if_fought(view, cut) for option in _targets_of_war(view) for cut in _cuts(option)]
        taxes = [if_imposed(option) for option in _spoils(view)]
        return tuple(dict.fromkeys([*wars, *taxes]))

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Wars begun and ended, exports taxed and freed."""
        ended = [
            relieve(view, held, held.targets, _why(view, held))
            for held in (*_ended(view), *_entered_again(view))
        ]
        reasons = [reason for _, reason in ended]
        imposed: list[ImposedControl] = []
        for option in _spoils(view):
            gain = answers[if_imposed(option)].now.total_usd
            cost = view.parameters["dominant_political_cost_share"] * option.tax_share * option.exports_usd
            terms = {"own accounts": gain, "political cost": -cost}
            reasons.append(say_imposed(view, option, terms, left=gain <= cost))
            imposed += [impose(option, "recoups after a price war")] if gain > cost else []
        for option in _targets_of_war(view):
            cut, terms = _best_cut(view, option, answers)
            pays = sum(terms.values()) > 0.0
            reasons.append(say_imposed(view, cut, terms, left=not pays))
            imposed += [impose(cut, "undercuts entrants")] if pays else []
        return ControlDecision(tuple(imposed), tuple(relief for relief, _ in ended), {}, tuple(reasons))


def war_terms(view: RefinerView, answer: Answer, quarters: float) -> dict[str, float]:
    """Payoff terms of a price war of so many quarters, USD a round while it lasts:
    :func:`predation_value_usd` spread over them, less what it costs to raise the money.
    """
    p, patience = view.parameters, patience_of(view)
    loss, gain = -answer.now.total_usd, answer.later.total_usd
    chance, keeps = exit_belief(view), 4.0 * p["planning_years"]
    value = predation_value_usd(loss, quarters, patience, chance, gain, keeps)
    return {
        "loss while it lasts": -loss,
        "gain once rivals are gone": value / annuity(patience, quarters) + loss,
        "cost of public funds": p["fiscal_cost_share"] * min(0.0, answer.now.treasury_usd),
    }


def exit_belief(view: RefinerView) -> float:
    """Chance that rivals who lose money are gone for good: what it believed before its first war, worth
    ``predation_prior_weight`` wars, moves toward what it saw (beta-binomial).
    """
    p = view.parameters
    weight = p["predation_prior_weight"]
    return (p["predation_exit_probability"] * weight + view.exits_seen) / (weight + view.wars_seen)


def predation_value_usd(
    loss_usd: float,
    quarters: float,
    patience: float,
    exit_probability: float,
    gain_usd: float,
    keeps_quarters: float = math.inf,
) -> float:
    """Present value of losing ``loss_usd`` a quarter for so many quarters and then, if the rivals leave,
    gaining ``gain_usd`` a quarter for as long as nobody takes their place:
    -L (1 - d^T) / (1 - d) + q G d^T (1 - d^K) / (1 - d).
    """
    after: float = patience**quarters * annuity(patience, keeps_quarters)
    return -loss_usd * annuity(patience, quarters) + exit_probability * gain_usd * after


def _cuts(option: ControlOption) -> list[ControlOption]:
    return [replace(option, tax_share=depth * option.tax_share) for depth in DEPTHS]


def _best_cut(
    view: RefinerView, option: ControlOption, answers: Mapping[Question, Answer]
) -> tuple[ControlOption, dict[str, float]]:
    quarters = view.parameters["predation_quarters"]
    valued = [(cut, war_terms(view, answers[_if_fought(view, cut)], quarters)) for cut in _cuts(option)]
    return max(valued, key=lambda pair: sum(pair[1].values()))


def _if_fought(view: RefinerView, cut: ControlOption) -> WhatIfControl:
    """What if it undercut by so much, and taxed its exports once rivals are gone?"""
    return replace(if_imposed(cut), then_tax_share=_recoup_share(view, cut.good))


def _recoup_share(view: RefinerView, good: tuple[str, str]) -> float:
    """The tax by which it could recoup; none where it has no such instrument."""
    taxes = [o.tax_share for o in view.options if o.good == good and o.instrument == "export_tax"]
    return max(taxes, default=0.0)


def _why(view: RefinerView, held: HeldControl) -> str:
    if held.instrument != "price_war":
        return "rivals have entered again"
    return "rivals did not yield" if held in _in_vain(view) else "the price war is over"


def _grown(view: RefinerView, share: float = 1.0) -> set[tuple[str, str]]:
    """Goods in which rivals have grown by more than a part of what makes them entrants."""
    enough = share * view.parameters["predation_entry_share"]
    return {option.good for option in view.options if option.rival_growth_share > enough}


def _age(view: RefinerView, held: HeldControl) -> float:
    """Quarters that a control has stood."""
    return (view.round - held.since) / view.quarter_rounds


def _wars(view: RefinerView) -> list[HeldControl]:
    return [held for held in view.controls if held.instrument == "price_war"]


def _ended(view: RefinerView) -> list[HeldControl]:
    """Wars that have lasted their time, are in vain, or have been won before it."""
    lasts, vain = view.parameters["predation_quarters"], _in_vain(view)
    resisting = _grown(view, SMALL_AGAIN_SHARE)
    return [h for h in _wars(view) if _age(view, h) >= lasts or h.good not in resisting or h in vain]


def _in_vain(view: RefinerView) -> list[HeldControl]:
    """Wars that have stood for a while with rivals no smaller than on the first day."""
    share = {option.good: option.rival_share for option in view.options}
    least = view.parameters["control_least_quarters"]
    stood = [held for held in _wars(view) if _age(view, held) >= least]
    return [held for held in stood if share.get(held.good, 0.0) >= held.rival_share]


def _entered_again(view: RefinerView) -> list[HeldControl]:
    entered = _grown(view)
    return [held for held in view.controls if held.instrument == "export_tax" and held.good in entered]


def _targets_of_war(view: RefinerView) -> list[ControlOption]:
    """Where rivals have entered, nothing is in force, and the last control was not lifted just now."""
    entered, taken = _grown(view), {held.good for held in view.controls}
    least = view.parameters["control_least_quarters"]
    free = [o for o in view.options if o.good not in taken and o.freed_quarters >= least]
    return [option for option in free if option.instrument == "price_war" and option.good in entered]


def _spoils(view: RefinerView) -> list[ControlOption]:
    """Export taxes on goods whose war is over and whose rivals are small again."""
    resisting = _grown(view, SMALL_AGAIN_SHARE)
    won = {held.good for held in _ended(view) if held.good not in resisting}
    return [option for option in view.options if option.instrument == "export_tax" and option.good in won]
