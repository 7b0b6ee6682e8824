"""Measures that take over from others on the day on which these end: a stop that is prolonged by a new
decree, a quota that comes in the place of a stop.

Within the round of the day both hold, one after the other, and between them they leave no gap.
"""

from __future__ import annotations

from collections.abc import Sequence

from world.policy.measures import ALL, Measure

TAKES_OVER = {
    "ban": ("ban", "embargo"),
    "embargo": ("embargo",),
    "licence": ("licence",),
    "export_quota": ("ban", "embargo"),
}
"""Instrument -> instruments that withhold at least as much. (A quota that follows a quota adds up by itself,
see :mod:`world.lanes.quotas`.)"""


def taken_over(measure: Measure, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Measures of the same actor that withhold at least as much from at least the same lanes and end on the
    day on which ``measure`` begins."""
    return tuple(other for other in measures if _follows(measure, other))


def _follows(later: Measure, earlier: Measure) -> bool:
    if earlier.instrument not in TAKES_OVER.get(later.instrument, ()) or earlier.actor != later.actor:
        return False
    if later.in_force is None or earlier.in_force is None or earlier.in_force >= later.in_force:
        return False
    if later.instrument == "licence" and (earlier.amount > later.amount or earlier.end_use != later.end_use):
        return False
    return earlier.closes == later.in_force and all(
        ALL in wide or set(narrow) <= set(wide)
        for narrow, wide in (
            (later.minerals, earlier.minerals),
            (later.stages, earlier.stages),
            (later.targets, earlier.targets),
        )
    )
