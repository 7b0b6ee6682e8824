"""Reference prices and how far they are upheld: pure functions on arrays."""

from __future__ import annotations

import numpy as np

from world.axes import Array


def believed_floor_usd_t(
    price_usd_t: Array, reference_usd_t: Array, credibility_share: Array | float
) -> Array:
    """What a producer inside counts on: the price, or the floor as far as it is believed.

    E p = (1 - credibility) p + credibility max(p, reference)
    """
    upheld = np.fmax(price_usd_t, np.where(np.isnan(reference_usd_t), -np.inf, reference_usd_t))
    believed: Array = (1.0 - credibility_share) * price_usd_t + credibility_share * upheld
    return believed
