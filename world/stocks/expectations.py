"""What buyers expect from what has been announced: cut-offs that they fear, duties that they see coming.

Announcements act before a measure bites, as far as they are believed, and cease to when it is called off.
What is believed is learned from the actor's record: with prior belief b worth w observations, of an actor who
has carried out s of its s + f announcements that are settled by now,

    belief = (b w + s) / (w + s + f)

(the mean of a beta distribution). A dated measure and a mere threat have priors and records of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from world.axes import Array
from world.policy.instruments import CUTTING
from world.policy.measures import Measure

AHEAD_YEARS = 1.0
"""Time over which the fear of an announced control fades, and ahead of which a duty is prepared for
(assumption)."""
INWARD = ("tariff", "specific_tariff", "exclusion")
OUTWARD = ("export_tax", "specific_export_tax")
IN_MONEY = ("specific_tariff", "specific_export_tax")


@dataclass(frozen=True)
class Priors:
    """Belief that a dated measure, and that a mere threat, is carried out, before any record of its actor,
    and the number of observations that such a belief is worth."""

    dated: float
    threat: float
    weight: float


def is_threat(measure: Measure) -> bool:
    """An announcement without a date."""
    return measure.instrument == "threat" or measure.in_force is None


def belief_in(measure: Measure, measures: Sequence[Measure], day: date, priors: Priors) -> float:
    """Chance, as seen on ``day``, that what ``measure`` announces is carried out."""
    threat = is_threat(measure)
    settled = [
        _carried_out(other, day)
        for other in measures
        if other.actor == measure.actor and other is not measure and is_threat(other) == threat
    ]
    kept, broken = settled.count(True), settled.count(False)
    prior = priors.threat if threat else priors.dated
    return (prior * priors.weight + kept) / (priors.weight + kept + broken)


def may_be_expected(measure: Measure, age_years: float) -> bool:
    """Whether a measure announced so long ago can still move what buyers expect."""
    return measure.instrument in INWARD + OUTWARD or (
        measure.instrument in CUTTING and 0 <= age_years < AHEAD_YEARS
    )


def _carried_out(measure: Measure, day: date) -> bool | None:
    """Whether an announcement has come true by ``day``; None while that is open."""
    off = measure.cancelled
    if off is not None and off <= day and (measure.in_force is None or off <= measure.in_force):
        return False
    if measure.in_force is not None:
        return True if measure.in_force <= day else None
    return False if measure.ends is not None and measure.ends <= day else None


def feared_level(measure: Measure, age_years: float, feared_share: float, belief: float) -> float:
    """Chance of a cut-off that is seen in a measure announced so long ago; ``feared_share`` of the
    round passes before it is called off."""
    if measure.instrument not in CUTTING or not 0 <= age_years < AHEAD_YEARS:
        return 0.0
    refused = 1.0 - float(measure.size or 0.0)
    return belief * (1.0 - age_years / AHEAD_YEARS) * feared_share * refused


def fear_ends(measure: Measure) -> date | None:
    """Day from which nobody fears a control any more on its account: it is called off, the end that was
    announced with it is there, or, of a mere threat, it has lapsed.
    """
    ends = measure.ends if measure.instrument == "threat" else None
    days = [day for day in (measure.cancelled, measure.expected_end, ends) if day is not None]
    return min(days) if days else None


def expected_rise(
    measure: Measure, years_ahead: float, belief: float, usual_usd_t: float | Array
) -> float | Array:
    """Rise of the delivered price, as a share of it, that is expected from a duty which comes into force in
    ``years_ahead`` years; 0 once it is there or while it is too far off."""
    if measure.instrument not in INWARD + OUTWARD or not 0.0 < years_ahead < AHEAD_YEARS:
        return 0.0
    money = measure.instrument in IN_MONEY
    duty = measure.amount / np.maximum(usual_usd_t, 1e-9) if money else measure.amount
    return belief * duty * (1.0 - years_ahead / AHEAD_YEARS)
