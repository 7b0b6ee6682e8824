"""Distances and freight between countries, from the positions of their main cities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0


def great_circle_km(latitude: Array, longitude: Array) -> Array:
    """Great-circle distance between all pairs of positions (haversine).

    latitude, longitude : (country,) float, degrees
    returns : (country, country) float, km
    """
    phi, theta = np.radians(latitude), np.radians(longitude)
    half = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    half += np.cos(phi)[:, None] * np.cos(phi)[None, :] * np.sin((theta[:, None] - theta[None, :]) / 2) ** 2
    distance: Array = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def freight_usd_t(
    distance_km: Array,
    gross_t_per_t: float,
    price_usd_t: float,
    handling_usd_t: float,
    haul_usd_t_km: float,
    insurance_share: float,
) -> Array:
    """Freight and insurance per tonne of contained metal; goods used at home pay a fifth of the handling.

    A lane costs gross tonnes x (handling + haul x distance) + insurance on the value. Bulk rates near 20-40
    USD a gross tonne on ocean lanes of 10,000 km; UNCTAD puts the margin at 6-8% of f.o.b. value for all
    goods.
    """
    cost = gross_t_per_t * (handling_usd_t + haul_usd_t_km * distance_km) + insurance_share * price_usd_t
    at_home = 0.2 * gross_t_per_t * handling_usd_t
    freight: Array = np.where(np.eye(len(distance_km), dtype=bool), at_home, cost)
    return freight
