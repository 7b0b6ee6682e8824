"""A ladder: the more its exports are hurt, the further up, one step at a time; down again as it eases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision, ImposedControl, Relief
from agents.doctrines.doctrine import WITHHOLDING, hostile_actors, impose, relieve, say_imposed
from agents.doctrines.tit_for_tat import relieve_the_reconciled, weight_on_targets
from agents.view import Answer, HeldControl, Question, RefinerView

Good = tuple[str, str]
LONGEST = 12
"""Most steps on all goods together: two goods banned and a third under licence (assumption)."""


class Escalation:
    """Each threshold that the hurt passes buys one step: listing of firms, end uses, licence, quota, ban, on
    the good in which the targets depend on it most, then on the next. It waits between steps up, goes down as
    soon as the hurt falls below a threshold, and grants relief to whoever withdraws.
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """It goes by what was done to it; it asks nothing."""
        return ()

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """One step up, one step down, or none."""
        hostile = hostile_actors(view)
        reliefs, reasons = relieve_the_reconciled(view, hostile)
        held = {c.good: c for c in view.controls if c.instrument in WITHHOLDING and hostile & set(c.targets)}
        if not hostile:
            return ControlDecision((), reliefs, {}, reasons)
        taken = sum(_steps(control) for control in held.values())
        due = self._due(view)
        rested = all(
            view.round - control.since >= view.parameters["escalation_step_quarters"] * view.quarter_rounds
            for control in held.values()
        )
        imposed: tuple[ImposedControl, ...] = ()
        more: tuple[Relief, ...] = ()
        reason: CountryDecision | None = None
        if taken < due and rested:
            imposed, reason = self._up(view, held, hostile, taken)
        elif taken > due:
            imposed, more, reason = self._down(view, held, taken)
        return ControlDecision(imposed, (*reliefs, *more), {}, (*reasons, *([reason] if reason else [])))

    def _due(self, view: RefinerView) -> int:
        """Steps that the hurt has bought: one for any act, one more for every threshold passed."""
        return min(1 + int(view.hurt_share / view.parameters["escalation_threshold_share"]), LONGEST)

    def _up(
        self, view: RefinerView, held: Mapping[Good, HeldControl], hostile: set[str], taken: int
    ) -> tuple[tuple[ImposedControl, ...], CountryDecision | None]:
        options = [o for o in view.options if o.instrument in WITHHOLDING and hostile & set(o.targets)]
        for weight in sorted({(weight_on_targets(o)) for o in options}, reverse=True):
            steps = _steps(held.get(weight[-1]))
            following = [
                o for o in options if o.good == weight[-1] and WITHHOLDING.index(o.instrument) >= steps
            ]
            if following:
                option = min(following, key=lambda o: WITHHOLDING.index(o.instrument))
                reason = say_imposed(view, option, *_hurt(view, taken))
                return (impose(option, "step up the ladder"),), reason
        return (), None

    def _down(
        self, view: RefinerView, held: Mapping[Good, HeldControl], taken: int
    ) -> tuple[tuple[ImposedControl, ...], tuple[Relief, ...], CountryDecision]:
        """The control put on last is made milder by one step, or lifted."""
        last = max(held.values(), key=lambda control: (control.since, -_steps(control), control.good))
        milder = [
            option
            for option in view.options
            if option.good == last.good and option.instrument in WITHHOLDING[: _steps(last) - 1]
        ]
        terms, threshold = _hurt(view, taken - 1)
        if not milder:
            relief, reason = relieve(view, last, last.targets, "the hurt has eased")
            return (), (relief,), reason
        option = max(milder, key=lambda o: WITHHOLDING.index(o.instrument))
        reason = say_imposed(view, option, terms, threshold)
        return (impose(option, "step down the ladder"),), (), reason


def _steps(control: HeldControl | None) -> int:
    return 0 if control is None else WITHHOLDING.index(control.instrument) + 1


def _hurt(view: RefinerView, taken: int) -> tuple[dict[str, float], float]:
    """What was done to it, and what that had to exceed for the next step, USD a round."""
    exports = sum({option.good: option.exports_usd for option in view.options}.values())
    threshold = view.parameters["escalation_threshold_share"] * taken * exports
    return {"laid on its exports": view.hurt_share * exports}, threshold
