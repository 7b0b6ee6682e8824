"""Who gets the licences: the nearer a buyer stands to the state that grants them, the more of its requests.

A measure says what part of all requests is granted, seldom to whom. Of the lanes of a seller with one rate a,

    approval_j / (1 - approval_j) = a / (1 - a) x exp( - k ( d_j - m ) )

d_j how far buyer j stands from the seller, k the response, and m such that as much of usual trade is granted
as the measure says, so that the rule only tells who is licensed. A measure on one buyer by itself keeps its
rate; all or nothing stays so. Distance is that of votes in the United Nations, and more for who is bound to a
zone that the seller is not in. Decided controls are dealt out in the same way among their targets; a question
about one asks at its own rate for all.
Pure: arrays (mineral, seller, buyer) in and out.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from world.axes import Array, Mask

STEPS = 60
"""Halvings of the interval in which m lies, at most: to the last bit."""
KEPT = 256
"""Answers kept: a round asks the same several times, of borders after each move and when offices close."""


def distance_points(vote_points: Array, bound: Mask, zone_points: float) -> Array:
    """(seller, buyer) over all countries: points of voting position between two, and ``zone_points`` more
    where the buyer is ``bound`` to the zone and the seller is not. ``vote_points``, ``bound`` (country,)."""
    apart = np.abs(vote_points[:, None] - vote_points[None, :])
    return np.asarray(apart + zone_points * (bound[None, :] & ~bound[:, None]))


def dealt_out(approval_share: Array, distance: Array, usual_t: Array, response: float) -> Array:
    """Approval by standing; ``distance`` in points, ``usual_t`` usual trade that needs a licence, all
    (mineral, seller, buyer)."""
    dealt = approval_share.copy()
    some = (approval_share > 0.0) & (approval_share < 1.0) & (usual_t > 0.0)
    for mineral, seller in np.argwhere(some.any(axis=2)).tolist():
        lanes = some[mineral, seller]
        for rate in np.unique(approval_share[mineral, seller][lanes]).tolist():
            alike = lanes & (approval_share[mineral, seller] == rate)
            if response > 0.0 and alike.sum() > 1:
                at = (mineral, seller, alike)
                dealt[at] = _dealt(rate, distance[at].tobytes(), usual_t[at].tobytes(), response)
    return dealt


@lru_cache(KEPT)
def _dealt(rate: float, distance_bytes: bytes, usual_bytes: bytes, response: float) -> Array:
    """(lane,) approval of lanes with one rate, that grants the rate of all their trade."""
    distance, usual_t = np.frombuffer(distance_bytes), np.frombuffer(usual_bytes)
    near, far = float(distance.min()), float(distance.max())
    if near == far:
        return np.full(len(distance), rate)
    odds, share, granted_t = np.log(rate / (1.0 - rate)), distance, rate * float(usual_t.sum())
    for _ in range(STEPS):
        middle = 0.5 * (near + far)
        pull = np.minimum(np.maximum(odds - response * (distance - middle), -50.0), 50.0)
        share = 1.0 / (1.0 + np.exp(-pull))
        if middle in (near, far):  # all further halves are this one
            break
        near, far = (middle, far) if float(share @ usual_t) < granted_t else (near, middle)
    return np.asarray(share)
