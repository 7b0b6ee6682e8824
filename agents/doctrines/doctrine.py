"""What every doctrine of the dominant refiner is, and how it asks, imposes and relents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.decision import ControlDecision, CountryDecision, ImposedControl, Relief
from agents.view import Answer, ControlOption, HeldControl, Question, RefinerView, WhatIfControl

CHOICES: Mapping[str, str] = {
    "listing": "list firms",
    "end_use": "restrict end uses",
    "licence": "license",
    "quota": "ration",
    "ban": "ban",
    "export_tax": "tax exports",
    "price_war": "undercut",
}
"""What imposing an instrument is called in the ledger, mildest first."""
MOST_NAMED = 12
"""Targets that are named one by one; a control on all buyers gives their number."""
WITHHOLDING = ("listing", "end_use", "licence", "quota", "ban")
"""Instruments that withhold, mildest first."""


class RefinerDoctrine(Protocol):
    """How the dominant refiner answers."""

    def questions(self, view: RefinerView) -> Sequence[Question]:
        """What it wants to know."""
        ...

    def decide(self, view: RefinerView, answers: Mapping[Question, Answer]) -> ControlDecision:
        """Controls to impose, relief to give, and why."""
        ...


def hostile_actors(view: RefinerView) -> set[str]:
    """Those who aggrieve it."""
    return {grievance.actor for grievance in view.grievances}


def if_imposed(option: ControlOption, lasts: bool = False) -> WhatIfControl:
    """What if the control were put on, for an episode or for as long as governments plan?"""
    return WhatIfControl(
        option.mineral,
        option.targets,
        option.approval_share,
        option.stage,
        option.tax_share,
        lasts=lasts,
        for_few=option.instrument == "quota",
    )


def if_lifted(held: HeldControl, lasts: bool = False) -> WhatIfControl:
    """What if a control in force were lifted?"""
    return WhatIfControl(held.mineral, held.targets, 1.0, held.stage, -held.tax_share, lasts=lasts)


def impose(option: ControlOption, reason: str) -> ImposedControl:
    """The control of an option."""
    return ImposedControl(
        option.mineral,
        option.targets,
        option.approval_share,
        reason,
        option.stage,
        option.instrument,
        option.tax_share,
        option.reach,
    )


def say_imposed(
    view: RefinerView,
    option: ControlOption,
    terms: Mapping[str, float],
    threshold_usd: float = 0.0,
    left: bool = False,
) -> CountryDecision:
    """The reason of a control that is put on, or ``left``."""
    word = CHOICES[option.instrument]
    choice, other = ("none", word) if left else (word, "none")
    at = f"a tax of {option.tax_share:+.0%}" if option.tax_share else f"{option.approval_share:.0%}"
    to = ";".join(option.targets) if len(option.targets) <= MOST_NAMED else f"{len(option.targets)} countries"
    subject = f"{_name(option.mineral, option.stage)} to {to} at {at}"
    return CountryDecision(view.actor, "retaliation", choice, other, subject, terms, threshold_usd)


def relieve(
    view: RefinerView,
    held: HeldControl,
    targets: Sequence[str],
    why: str,
    terms: Mapping[str, float] | None = None,
) -> tuple[Relief, CountryDecision]:
    """Relief for some of the targets of a control, and its reason."""
    to = ";".join(targets) if len(targets) <= MOST_NAMED else f"{len(targets)} countries"
    subject = f"{_name(held.mineral, held.stage)} to {to}"
    reason = CountryDecision(
        view.actor, "retaliation", "relent", "keep", subject, terms if terms is not None else {why: 0.0}
    )
    return Relief(held.mineral, held.stage, tuple(targets)), reason


def _name(mineral: str, stage: str) -> str:
    """Refined metal goes by the name of its mineral."""
    return mineral if stage == "refined" else f"{mineral} {stage}"


def annuity(patience: float, quarters: float) -> float:
    """Present value of one dollar a quarter for so many quarters, the first today; patience : discount factor
    of a quarter.
    """
    return quarters if patience == 1.0 else (1.0 - patience**quarters) / (1.0 - patience)


def patience_of(view: RefinerView) -> float:
    """Discount factor of a quarter."""
    return 1.0 - view.parameters["dominant_discount_year"] / 4.0
