"""An eye for an eye: licences and duties for those who aggrieve, relief for those who stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision, Relief
from agents.doctrines.doctrine import hostile_actors, impose, relieve, say_imposed
from agents.view import Answer, ControlOption, Question, RefinerView


class TitForTat:
    """Answers each hostile act by licensing the good in which the actor depends on it most; relents toward
    whoever withdraws the act.
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """It reads dependence from its own trade; it asks nothing."""
        return ()

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Duties on the goods of all who aggrieve it, and one control more (or wider) at a time."""
        hostile = hostile_actors(view)
        reliefs, reasons = relieve_the_reconciled(view, hostile)
        duties = dict.fromkeys(sorted(hostile), view.parameters["counter_duty_share"])
        chosen = self._next_control(view, hostile)
        if chosen is None:
            return ControlDecision((), reliefs, duties, reasons)
        terms = {"answer to hostile acts": chosen.lane_value_usd * chosen.target_dependence_share}
        reason = say_imposed(view, chosen, terms)
        return ControlDecision((impose(chosen, "answer in kind"),), reliefs, duties, (*reasons, reason))

    def _next_control(self, view: RefinerView, hostile: set[str]) -> ControlOption | None:
        """A control in force is widened to newcomers first; else the good in which they depend most."""
        held: dict[tuple[str, str], set[str]] = {}
        for control in view.controls:
            held.setdefault(control.good, set()).update(set(control.targets) & hostile)
        in_kind = [
            option
            for option in view.options
            if option.instrument == "licence" and hostile & set(option.targets)
        ]
        wider = [o for o in in_kind if held.get(o.good) and hostile & set(o.targets) - held[o.good]]
        fresh = [option for option in in_kind if not held.get(option.good)]
        if sum(map(bool, held.values())) >= view.parameters["tit_for_tat_controls"]:
            fresh = []
        return max(wider or fresh, key=weight_on_targets, default=None)


def relieve_the_reconciled(
    view: RefinerView, hostile: set[str]
) -> tuple[tuple[Relief, ...], tuple[CountryDecision, ...]]:
    """Relief for targets that no longer aggrieve it, control by control, and the reasons."""
    found = []
    for held in view.controls:
        reconciled = [target for target in held.targets if target not in hostile]
        if reconciled:
            found.append(relieve(view, held, reconciled, "the act was withdrawn"))
    return tuple(relief for relief, _ in found), tuple(reason for _, reason in found)


def weight_on_targets(option: ControlOption) -> tuple[float, float, tuple[str, str]]:
    """How hard a control hits: first by how much the targets depend on the good."""
    return round(option.target_dependence_share, 6), option.lane_value_usd, option.good
