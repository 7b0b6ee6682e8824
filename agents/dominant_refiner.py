"""Retaliate, license, ban, relent: doctrines of the dominant refiner. It moves having seen the leader and
the members move.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.decision import ControlDecision, CountryDecision, ImposedControl
from agents.view import Answer, ControlOption, Question, RefinerView, WhatIfControl, WhatIfNoFloor


class RefinerDoctrine(Protocol):
    """How the dominant refiner answers."""

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """What it wants to know."""
        ...

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Controls to impose, minerals on which to relent, and why."""
        ...


class Passive:
    """Never answers."""

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """It asks nothing."""
        return ()

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """No control."""
        return ControlDecision()


class TitForTat:
    """Answers each hostile act by licensing the mineral in which the actor depends on it most; relents
    when the act is withdrawn.
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """It reads dependence from its own trade; it asks nothing."""
        return ()

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Duties on the goods of all who aggrieve it, and one control more (or wider) at a time."""
        hostile = {grievance.actor for grievance in view.grievances}
        relent = tuple(
            mineral for mineral, targets in sorted(view.controls.items()) if not hostile & set(targets)
        )
        duties = dict.fromkeys(sorted(hostile), view.parameters["counter_duty_share"])
        reasons = [_relented(view, mineral) for mineral in relent]
        chosen = self._next_control(view, hostile, len(view.controls) - len(relent))
        if chosen is None:
            return ControlDecision((), relent, duties, tuple(reasons))
        terms = {"answer to hostile acts": chosen.lane_value_usd * chosen.target_dependence_share}
        reasons.append(CountryDecision(view.actor, "retaliation", "license", "none", _subject(chosen), terms))
        return ControlDecision((_impose(chosen, "answer in kind"),), relent, duties, tuple(reasons))

    def _next_control(self, view: RefinerView, hostile: set[str], held: int) -> ControlOption | None:
        """A control in force is widened to newcomers first; else the mineral on which they depend most."""
        wider = [
            option
            for option in view.options
            if option.mineral in view.controls and set(option.targets) - set(view.controls[option.mineral])
        ]
        fresh = [option for option in view.options if option.mineral not in view.controls]
        if held >= view.parameters["tit_for_tat_controls"]:
            fresh = []
        options = [option for option in wider or fresh if hostile & set(option.targets)]
        return max(options, key=_weight_on_targets, default=None)


def _weight_on_targets(option: ControlOption) -> tuple[float, float, str]:
    return round(option.target_dependence_share, 6), option.lane_value_usd, option.mineral


class Leverage:
    """Weighs what a control earns and extorts against the diversification it provokes, by counterfactual
    markets.

    payoff = own accounts today + chance that the targets give in x what the floor costs it - rival capacity
    called up - political cost. The best option is taken when it is worth more than a change of course costs,
    and lifted when keeping it has come to cost more than that (entry and exit costs over the lane's value).
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """Each option, and what the floor itself costs it; only when aggrieved."""
        if not view.grievances and not view.controls:
            return ()
        asked: list[Question] = [WhatIfNoFloor()]
        asked += [_question(view, option) for option in view.options]
        return tuple(asked)

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Impose the one option worth most, relent where a control no longer pays."""
        if not answers:
            return ControlDecision()
        floor_cost = max(0.0, answers[WhatIfNoFloor()].now.total_usd)
        valued = {
            option.mineral: (
                option,
                leverage_terms(view, option, answers[_question(view, option)], floor_cost),
            )
            for option in view.options
        }
        stubborn = view.parameters[
            "accession_exit_cost_share"
        ]  # a control is kept until it costs more than a change of course
        relent = tuple(
            m
            for m in sorted(view.controls)
            if m not in valued or sum(valued[m][1].values()) < -stubborn * valued[m][0].lane_value_usd
        )
        reasons = [_relented(view, mineral) for mineral in relent]
        fresh = {mineral: value for mineral, value in valued.items() if mineral not in view.controls}
        if not fresh:
            return ControlDecision((), relent, {}, tuple(reasons))
        mineral = max(fresh, key=lambda name: (sum(fresh[name][1].values()), name))
        option, terms = fresh[mineral]
        pays = sum(terms.values()) > view.parameters["accession_entry_cost_share"] * option.lane_value_usd
        choice, other = ("license", "none") if pays else ("none", "license")
        reasons.append(CountryDecision(view.actor, "retaliation", choice, other, _subject(option), terms))
        imposed = (_impose(option, "leverage"),) if pays else ()
        return ControlDecision(imposed, relent, {}, tuple(reasons))


def leverage_terms(
    view: RefinerView, option: ControlOption, answer: Answer, floor_cost_usd: float
) -> dict[str, float]:
    """Payoff terms of having one control in force, USD a quarter; for one in force the answer holds the
    reverse of lifting it.
    """
    p = view.parameters
    sign = -1.0 if option.mineral in view.controls else 1.0
    gdp = sum(view.targets_gdp_usd.get(target, 0.0) for target in option.targets)
    damage = -sign * answer.others_usd.get("targets", 0.0)
    pressed = p["compliance_base"] + p["compliance_slope"] * 100.0 * damage / max(gdp, 1.0)
    comply = _logistic(pressed) - _logistic(
        p["compliance_base"]
    )  # the control's own contribution to their giving in
    patience = (1.0 - p["dominant_discount_year"] / 4.0) ** (4.0 * p["refinery_build_years"])
    rivals = (
        -p["dominant_leverage_loss_share"] * patience * max(0.0, sign * answer.others_usd.get("rivals", 0.0))
    )
    return {
        "own accounts": sign * answer.now.total_usd,
        "concession hoped for": comply * floor_cost_usd,
        "rivals called up": rivals,
        "political cost": -p["dominant_political_cost_share"]
        * option.lane_value_usd
        * (1.0 - option.approval_share),
    }


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, x))))


def _question(view: RefinerView, option: ControlOption) -> WhatIfControl:
    """What if the control were put on; or, where one is in force, what if it were lifted."""
    held = option.mineral in view.controls
    return WhatIfControl(
        option.mineral,
        view.controls.get(option.mineral, option.targets),
        1.0 if held else option.approval_share,
    )


def _impose(option: ControlOption, reason: str) -> ImposedControl:
    return ImposedControl(option.mineral, option.targets, option.approval_share, reason)


def _subject(option: ControlOption) -> str:
    return f"{option.mineral} to {';'.join(option.targets)} at {option.approval_share:.0%}"


def _relented(view: RefinerView, mineral: str) -> CountryDecision:
    subject = f"{mineral} to {';'.join(view.controls[mineral])}"
    return CountryDecision(
        view.actor,
        "retaliation",
        "relent",
        "keep",
        subject,
        {"the act was withdrawn or the control no longer pays": 0.0},
    )


DOCTRINES: Mapping[str, type[Passive] | type[TitForTat] | type[Leverage]] = {
    "passive": Passive,
    "tit_for_tat": TitForTat,
    "leverage": Leverage,
}
"""Doctrines by the name a scenario gives."""
