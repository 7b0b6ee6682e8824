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


def gap_to_reference_usd_t(reference_usd_t: Array, price_usd_t: Array) -> Array:
    """Duty a tonne that lifts a price to the reference; zero without a reference or where none is needed."""
    gap = np.nan_to_num(reference_usd_t, nan=-np.inf) - price_usd_t
    return np.asarray(np.maximum(gap, 0.0))


def gap_to_reference_share(reference_usd_t: Array, customs_value_usd_t: Array, tariff_share: Array) -> Array:
    """Ad valorem duty that, on top of the tariff, lifts landed goods to the reference at today's customs
    value; zero without a reference or where none is needed.
    """
    some = customs_value_usd_t > 0.0
    ratio = np.nan_to_num(reference_usd_t, nan=0.0) / np.where(some, customs_value_usd_t, 1.0)
    return np.asarray(np.where(some, np.maximum(ratio - 1.0 - tariff_share, 0.0), 0.0))


def metal_content_reference_usd_t(
    reference_usd_t: Array, price_usd_t: Array, metal: int, product: int
) -> Array:
    """References with that of the metal carried over to a product of it, by metal content: the product must
    land at what it costs in the base year plus what its metal is short of the reference.

    reference_usd_t, price_usd_t : (mineral, stage); metal, product : positions of the two stages
    """
    covered = reference_usd_t.copy()
    short = reference_usd_t[:, metal] - price_usd_t[:, metal]
    covered[:, product] = price_usd_t[:, product] + np.maximum(short, 0.0)
    return covered
