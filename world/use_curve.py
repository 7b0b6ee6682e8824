"""How use of refined metal gives way as it becomes dear, and what a stop of part of it costs: the curve of
need of the market (``world.market.need``) in base-year prices, cut off where a line stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import REFINED, Array
from world.calibration.evidence import Evidence
from world.market.arrays import Needs
from world.market.need import Users, use_of_users, users_of
from world.parameters import ParameterValues

BESIDE = 1.0 + 1e-12
"""Just above a kink, where the elasticity is that of what follows."""


@dataclass(frozen=True)
class UseCurve:
    """Axes (mineral,); prices over those of the base year.

    elasticity : at usual prices;  dear_ratio, dear_elasticity : from where less worthy uses are given up
    second_ratio, second_full_ratio : between which second sources open;  second_share : the part of usual use
    that they come to within a year;  stop_ratio : at which a line stops
    """

    elasticity: Array
    dear_ratio: Array
    dear_elasticity: Array
    second_ratio: Array
    second_full_ratio: Array
    second_share: Array
    stop_ratio: Array


def use_curve_of(evidence: Evidence, parameters: ParameterValues) -> UseCurve:
    """The curve of each mineral."""
    own, ones = evidence.demand_elasticity, np.ones_like(evidence.demand_elasticity)
    price = evidence.price_usd_t[:, REFINED]
    opened = 1.0 - np.exp(-parameters.second_speed_year)
    return UseCurve(
        elasticity=own,
        dear_ratio=parameters.dear_price_ratio * ones,
        dear_elasticity=np.maximum(parameters.dear_elasticity, own),
        second_ratio=parameters.second_price_ratio * ones,
        second_full_ratio=parameters.second_full_ratio * ones,
        second_share=opened * evidence.second_share,
        stop_ratio=evidence.backstop_usd_t[:, REFINED] / price,
    )


def stop_loss_usd(need_t: Array, theirs_share: Array, price_usd_t: Array, curve: UseCurve) -> Array:
    """(mineral, country) loss a round if a supplier of the part ``theirs_share`` (mineral, country) of the
    need (mineral, country) stopped: price x need x area under the inverse curve from 1 - share to 1, what
    second sources cost included. Rationing value: an upper bound, since others would expand.
    """
    left = np.clip(1.0 - theirs_share, 1e-6, 1.0)
    users, low = _users_of(curve), np.ones_like(curve.stop_ratio)
    kinks = np.sort(np.stack([users.second_usd_t, users.second_full_usd_t, users.dear_usd_t]), axis=0)[..., 0]
    area = np.zeros_like(left)
    for high in (*np.clip(kinks, 1.0, curve.stop_ratio), curve.stop_ratio):
        (level, elasticity), (end, _) = _at(users, low * BESIDE), _at(users, high)
        given_up = np.clip(left, end[:, None], level[:, None])
        area += _area(low[:, None], level[:, None], given_up, elasticity[:, None])
        low = high
    beyond = np.maximum(_at(users, curve.stop_ratio)[0][:, None] - left, 0.0)
    return np.asarray(price_usd_t[:, None] * need_t * (area + curve.stop_ratio[:, None] * beyond))


def _users_of(curve: UseCurve) -> Users:
    """Users (mineral, 1) whose need and price are 1."""
    opening = (curve.second_ratio, curve.second_full_ratio, curve.second_share)
    values = (curve.elasticity, curve.dear_ratio, curve.dear_elasticity, *opening)
    one = np.ones((len(curve.elasticity), 1))
    return users_of(Needs(one, one, *(value[:, None] for value in values)), 0.0 * one)


def _at(users: Users, price_ratio: Array) -> tuple[Array, Array]:
    """(mineral,) use at a price over that of the base year, and its elasticity."""
    log_use, slope = use_of_users(users, price_ratio[:, None])
    return np.exp(log_use[:, 0]), -slope[:, 0] * price_ratio


def _area(low: Array, level: Array, end: Array, elasticity: Array) -> Array:
    """Area under the inverse of q = level (p / low)^-elasticity from ``end`` to ``level``."""
    power = 1.0 - 1.0 / elasticity
    unit = np.abs(power) < 1e-12
    safe = np.where(unit, 1.0, power)
    ratio = np.log(end / level)
    return np.asarray(low * level * np.where(unit, -ratio, -np.expm1(safe * ratio) / safe))
