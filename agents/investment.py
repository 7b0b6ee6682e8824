"""Build, mothball, restart: what industry does at the prices it believes. Pure: numpy in, numpy out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class IndustryView:
    """What the producers of one block (mines, refineries, plants without ore) see; axes (mineral, seller)
    unless said.

    capacity_t : working and mothballed capacity; on_order_t : capacity already on its way
    believed_usd_t : price they believe they will get, floor included as far as they trust it
    full_cost_usd_t : all-in price they need; running_cost_usd_t : price under which they lose money
    growth_share_year : (mineral,) growth of demand that everyone expects
    entry_t_year : most that can be started in a year where nothing stands yet
    own_price_share : (mineral,) part of capacity that answers its own price; the rest is a by-product and
        grows with its host, taken to grow with the demand that everyone expects
    """

    capacity_t: Array
    on_order_t: Array
    mothballed_t: Array
    believed_usd_t: Array
    full_cost_usd_t: Array
    running_cost_usd_t: Array
    growth_share_year: Array
    entry_t_year: Array
    own_price_share: Array


@dataclass(frozen=True)
class IndustryDecision:
    """Capacity ordered, mothballed and restarted this round, tonnes a round of capacity."""

    order_t: Array
    mothball_t: Array
    restart_t: Array


def worth_building(believed_usd_t: Array, full_cost_usd_t: Array, width: float) -> Array:
    """Chance that a project is worth starting: logistic in ln(believed price / full cost); one half where
    they are equal.
    """
    ratio = np.log(np.maximum(believed_usd_t, 1e-9) / np.maximum(full_cost_usd_t, 1e-9))
    worth: Array = 1.0 / (1.0 + np.exp(-np.clip(ratio / width, -40.0, 40.0)))
    return worth


def decide_capacity(
    view: IndustryView,
    start_rate_year: float,
    response: float,
    width: float,
    limit_share: float,
    pace_year: float,
) -> IndustryDecision:
    """Orders, mothballing and restarts of a round.

    Producers whose believed price equals their full cost expand with the demand that everyone expects; above
    it faster, below it slower, and countries without a plant start one at most at ``entry_t_year``. What is
    already on order counts against new orders. A producer under its running cost mothballs at ``pace_year``;
    it restarts when the price is back.
    """
    worth = worth_building(view.believed_usd_t, view.full_cost_usd_t, width)
    ratio = np.log(np.maximum(view.believed_usd_t, 1e-9) / np.maximum(view.full_cost_usd_t, 1e-9))
    own = view.own_price_share[:, None]
    growth = (1.0 - own + own * 2.0 * worth) * view.growth_share_year[:, None] + own * response * np.maximum(
        ratio, 0.0
    )
    wanted_year = (
        view.capacity_t * np.clip(growth, 0.0, limit_share) + worth * start_rate_year * view.entry_t_year
    )
    crowded = np.clip(
        1.0
        - view.on_order_t / np.maximum(2.5 * limit_share * view.capacity_t + 4.0 * view.entry_t_year, 1e-300),
        0.0,
        1.0,
    )
    losing = view.believed_usd_t < view.running_cost_usd_t
    working = np.maximum(view.capacity_t - view.mothballed_t, 0.0)
    mothball = np.where(losing, pace_year / 4.0 * working, 0.0)
    restart = np.where(~losing, np.minimum(view.mothballed_t, pace_year / 2.0 * view.capacity_t), 0.0)
    return IndustryDecision(wanted_year / 4.0 * crowded, mothball, restart)
