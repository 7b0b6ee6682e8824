"""How long goods are under way: from the gate of the seller to the buyer, by distance."""

from __future__ import annotations

import numpy as np

from world.axes import Array

LONGEST_MONTHS = 2.0
"""No lane takes longer (the longest ocean lanes take five to seven weeks)."""


def transit_months(distance_km: Array, handling_months: float, speed_km_month: float) -> Array:
    """(country, country) months from gate to gate; goods used at home are there at once.

    Handling counts ports, customs and the wait for a ship; ``speed_km_month`` is per great-circle kilometre.
    """
    abroad = np.minimum(handling_months + distance_km / speed_km_month, LONGEST_MONTHS)
    return np.asarray(np.where(np.eye(len(distance_km), dtype=bool), 0.0, abroad))


def arrival_shares(transit_rounds: Array) -> tuple[Array, Array, Array]:
    """Parts of what is shipped evenly over a round that arrive in that round, in the next, and in the one
    after, for a transit of 0 to 2 rounds."""
    prompt = np.clip(1.0 - transit_rounds, 0.0, 1.0)
    last = np.clip(transit_rounds - 1.0, 0.0, 1.0)
    return prompt, 1.0 - prompt - last, last
