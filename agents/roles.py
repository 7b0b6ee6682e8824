"""Who is which, from the data: producer, refiner, consumer; the two great roles are named by the scenario."""

from __future__ import annotations

from collections.abc import Sequence


def roles_of(
    mined_usd: float, refined_usd: float, used_usd: float, *, is_leader: bool, is_dominant: bool
) -> Sequence[str]:
    """Roles of a country by what it did in the base year; one may have several."""
    named = [("zone_leader", is_leader), ("dominant_refiner", is_dominant)]
    found = [("producer", mined_usd > 0), ("refiner", refined_usd > 0), ("consumer", used_usd > 0)]
    roles = tuple(name for name, holds in (*named, *found) if holds)
    return roles or ("observer",)
