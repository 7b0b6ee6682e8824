"""Undercut those who enter until they close, then recoup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision, ImposedControl, Relief
from agents.doctrines.doctrine import annuity, if_imposed, impose, patience_of, relieve, say_imposed
from agents.view import Answer, ControlOption, HeldControl, Question, RefinerView


class Predatory:
    """Where rivals have grown it sells abroad below cost (an export tax below zero, paid by its treasury) for
    some quarters, if what it loses is less than what the rivals' closing brings afterwards; then it taxes the
    same exports, as long as that pays and the rivals stay small.
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """A war on each good where rivals have entered, a tax where a war is won."""
        return tuple(if_imposed(option) for option in (*_targets_of_war(view), *_spoils(view)))

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Wars begun and ended, exports taxed and freed."""
        imposed: list[ImposedControl] = []
        reasons: list[CountryDecision] = []
        reliefs: list[Relief] = []
        for held in (*_ended(view), *_entered_again(view)):
            relief, reason = relieve(view, held, held.targets, _why(view, held))
            reliefs.append(relief)
            reasons.append(reason)
        for option in _spoils(view):
            gain = answers[if_imposed(option)].now.total_usd
            cost = view.parameters["dominant_political_cost_share"] * option.tax_share * option.exports_usd
            terms = {"own accounts": gain, "political cost": -cost}
            reasons.append(say_imposed(view, option, terms, left=gain <= cost))
            imposed += [impose(option, "recoups after a price war")] if gain > cost else []
        for option in _targets_of_war(view):
            terms = war_terms(view, option, answers[if_imposed(option)])
            pays = sum(terms.values()) > 0.0
            reasons.append(say_imposed(view, option, terms, left=not pays))
            imposed += [impose(option, "undercuts entrants")] if pays else []
        return ControlDecision(tuple(imposed), tuple(reliefs), {}, tuple(reasons))


def war_terms(view: RefinerView, option: ControlOption, answer: Answer) -> dict[str, float]:
    """Payoff terms of a price war, USD a round while it lasts: :func:`predation_value_usd` spread over its
    quarters, less what it costs to raise the money.
    """
    p, patience, quarters = view.parameters, patience_of(view), view.parameters["predation_quarters"]
    loss, gain = -answer.now.total_usd, answer.later.total_usd
    chance, lasts = p["predation_exit_probability"], annuity(patience, quarters)
    value = predation_value_usd(loss, quarters, patience, chance, gain)
    return {
        "loss while it lasts": -loss,
        "gain once rivals are gone": value / lasts + loss,
        "cost of public funds": p["fiscal_cost_share"] * option.tax_share * option.exports_usd,
    }


def predation_value_usd(
    loss_usd: float, quarters: float, patience: float, exit_probability: float, gain_usd: float
) -> float:
    """Present value of losing ``loss_usd`` a quarter for so many quarters and then, if the rivals leave,
    gaining ``gain_usd`` a quarter for ever: -L (1 - d^T) / (1 - d) + q G d^T / (1 - d).
    """
    after: float = patience**quarters / (1.0 - patience)
    return -loss_usd * annuity(patience, quarters) + exit_probability * gain_usd * after


def _why(view: RefinerView, held: HeldControl) -> str:
    return "the price war is over" if held.instrument == "price_war" else "rivals have entered again"


def _entered(view: RefinerView) -> set[tuple[str, str]]:
    """Goods in which rivals have grown enough to be called entrants."""
    enough = view.parameters["predation_entry_share"]
    return {option.good for option in view.options if option.rival_growth_share > enough}


def _ended(view: RefinerView) -> list[HeldControl]:
    """Wars that have lasted their time, or have been won before it."""
    lasts, entered = view.parameters["predation_quarters"], _entered(view)
    wars = [held for held in view.controls if held.instrument == "price_war"]
    lasts *= view.quarter_rounds
    return [held for held in wars if view.round - held.since >= lasts or held.good not in entered]


def _entered_again(view: RefinerView) -> list[HeldControl]:
    entered = _entered(view)
    return [held for held in view.controls if held.instrument == "export_tax" and held.good in entered]


def _targets_of_war(view: RefinerView) -> list[ControlOption]:
    entered, taken = _entered(view), {held.good for held in view.controls}
    return [
        option
        for option in view.options
        if option.instrument == "price_war" and option.good in entered and option.good not in taken
    ]


def _spoils(view: RefinerView) -> list[ControlOption]:
    """Export taxes on goods whose war is over and whose rivals are small again."""
    entered = _entered(view)
    won = {held.good for held in _ended(view) if held.good not in entered}
    return [option for option in view.options if option.instrument == "export_tax" and option.good in won]
