"""Build, mothball, restart: what industry does at the prices it believes. Pure: numpy in, numpy out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class IndustryParameters:
    """The numbers of industry's rule; their meaning, ranges and sources are in the table of parameters."""

    start_rate_year: float
    response_year: float
    width: float
    limit_share_year: float
    mothball_pace_year: float
    restart_premium_share: float
    closure_rate_year: float
    rounds_per_year: int = 4


@dataclass(frozen=True)
class IndustryView:
    """What the producers of one block (mines, refineries, plants without ore, makers of components) see; axes
    (mineral, seller) unless said.

    capacity_t : working and mothballed capacity; on_order_t : capacity already on its way
    mothballed_t : (mineral, tranche, seller); each tranche is an equal part of the capacity
    believed_usd_t : price they believe they will get, floor included as far as they trust it
    full_cost_usd_t : all-in price they need
    running_cost_usd_t : (mineral, tranche, seller) price under which a tranche loses money
    cash_usd_t : (mineral, tranche, seller) what it has left to live on, per tonne of capacity
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
    cash_usd_t: Array
    growth_share_year: Array
    entry_t_year: Array
    own_price_share: Array


@dataclass(frozen=True)
class IndustryDecision:
    """Tonnes a round of capacity: ordered (mineral, seller); mothballed, restarted and closed for good
    (mineral, tranche, seller)."""

    order_t: Array
    mothball_t: Array
    restart_t: Array
    close_t: Array


def worth_building(believed_usd_t: Array, full_cost_usd_t: Array, width: float) -> Array:
    """Chance that a project is worth starting: logistic in ln(believed price / full cost); one half where
    they are equal.
    """
    ratio = np.log(np.maximum(believed_usd_t, 1e-9) / np.maximum(full_cost_usd_t, 1e-9))
    worth: Array = 1.0 / (1.0 + np.exp(-np.clip(ratio / width, -40.0, 40.0)))
    return worth


def decide_capacity(view: IndustryView, p: IndustryParameters) -> IndustryDecision:
    """Orders, mothballing, restarts and closures of a round.

    Producers whose believed price equals their full cost expand with the demand that everyone expects; above
    it faster, below it slower, and countries without a plant start one at most at ``entry_t_year``. What is
    already on order counts against new orders. A tranche that loses money runs until its cash is gone, then
    is
    mothballed at the pace of the parameters; so the dearest goes first, at home as abroad. It restarts when
    the
    price is back above its running cost and a premium; what lies idle is closed for good little by little.
    """
    worth = worth_building(view.believed_usd_t, view.full_cost_usd_t, p.width)
    ratio = np.log(np.maximum(view.believed_usd_t, 1e-9) / np.maximum(view.full_cost_usd_t, 1e-9))
    own = view.own_price_share[:, None]
    response = own * p.response_year * np.maximum(ratio, 0.0)
    growth = (1.0 - own + own * 2.0 * worth) * view.growth_share_year[:, None] + response
    limit = p.limit_share_year
    wanted_year = (
        view.capacity_t * np.clip(growth, 0.0, limit) + worth * p.start_rate_year * view.entry_t_year
    )
    most_on_order = np.maximum(2.5 * limit * view.capacity_t + 4.0 * view.entry_t_year, 1e-300)
    crowded = np.clip(1.0 - view.on_order_t / most_on_order, 0.0, 1.0)
    return IndustryDecision(wanted_year / p.rounds_per_year * crowded, *_idle(view, p))


def _idle(view: IndustryView, p: IndustryParameters) -> tuple[Array, Array, Array]:
    """Mothballed, restarted and closed, (mineral, tranche, seller)."""
    price, idle = view.believed_usd_t[:, None, :], view.mothballed_t
    tranche = view.capacity_t[:, None, :] / idle.shape[1]
    losing = (price < view.running_cost_usd_t) & (view.cash_usd_t < 0.0)
    back = price > (1.0 + p.restart_premium_share) * view.running_cost_usd_t
    mothball = np.where(
        losing, p.mothball_pace_year / p.rounds_per_year * np.maximum(tranche - idle, 0.0), 0.0
    )
    restart = np.where(back, np.minimum(idle, 2.0 * p.mothball_pace_year / p.rounds_per_year * tranche), 0.0)
    close = np.where(back, 0.0, p.closure_rate_year / p.rounds_per_year * idle)
    return mothball, restart, close
