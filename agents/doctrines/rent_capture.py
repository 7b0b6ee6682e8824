"""Price up to the floor and keep the rent: an export tax in place of the zone's levy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.decision import ControlDecision, CountryDecision
from agents.view import Answer, Question, RefinerView, WhatIfCapture


class RentCapture:
    """Where a floor is kept by a levy it taxes its own exports by the same amount: prices and trade stay, the
    revenue changes hands. It withholds nothing.
    """

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """What the levy on its goods brings."""
        return (WhatIfCapture(),) if view.floor_in_force and not view.captures else ()

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Take the levy over where that is worth the headlines; give it up with the floor."""
        if not view.floor_in_force:
            return ControlDecision(captures=False if view.captures else None)
        if view.captures:
            return ControlDecision()
        gain = answers[WhatIfCapture()].now.total_usd
        cost = view.parameters["dominant_political_cost_share"] * max(gain, 0.0)
        terms = {"levy taken over": gain, "political cost": -cost}
        pays = gain > cost
        choice, other = ("capture the levy", "none") if pays else ("none", "capture the levy")
        subject = "levy of the zone on its goods"
        reason = CountryDecision(view.actor, "retaliation", choice, other, subject, terms)
        return ControlDecision((), (), {}, (reason,), True if pays else None)
