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
    builders_share_year: float
    balance_response: float
    seen_rivals_share: float
    today_share: float
    rounds_per_year: int = 4


MOST_YEARS = 4.0
"""Years of the fastest pace that may be on order at once (assumption)."""
MOST_SHORT_SHARE = 0.5
"""Largest gap between demand and capacity ahead that anybody reckons with, either way (assumption)."""
LEAST_MARGIN_SHARE = 0.25
"""Least part of its full cost that a plant is taken to add itself: thinner margins are not known well
(assumption)."""


@dataclass(frozen=True)
class IndustryView:
    """What the producers of one block (mines, refineries, plants without ore, makers of components) see; axes
    (mineral, seller) unless said.

    capacity_t : working and mothballed capacity; on_order_t : capacity already on its way
    standing_t, mothballed_t : (mineral, tranche, seller) all of the capacity, and what of it lies idle
    slack_t : working capacity that stood unused, beyond what usually does
    believed_usd_t : price they believe they will get, a mean of some years, floor included as far as they
        trust it
    seen_usd_t : price that they get today, guarantees included
    full_cost_usd_t : all-in price they need
    input_usd_t : what of it pays for the good that they make theirs of, nothing for mines
    running_cost_usd_t : (mineral, tranche, seller) price under which a tranche loses money
    cash_usd_t : (mineral, tranche, seller) what it has left to live on, per tonne of capacity
    lead_years : from an order to full output
    growth_share_year : (mineral,) growth of demand that everyone expects
    entry_t_year : most that can be started in a year where nothing stands yet
    own_price_share : (mineral,) part of capacity that answers its own price; the rest is a by-product and
        grows with its host, taken to grow with the demand that everyone expects
    """

    capacity_t: Array
    on_order_t: Array
    standing_t: Array
    mothballed_t: Array
    slack_t: Array
    believed_usd_t: Array
    seen_usd_t: Array
    full_cost_usd_t: Array
    input_usd_t: Array
    running_cost_usd_t: Array
    cash_usd_t: Array
    lead_years: Array
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


def wanted_year_t(view: IndustryView, p: IndustryParameters) -> Array:
    """(mineral, seller) capacity that industry would order in a year, what is on order put aside.

    Producers whose believed price equals their full cost expand with the demand that everyone expects; above
    it faster, below it slower. What counts is what stands and what is under way: who only adds to what stands
    falls behind demand by a lead time. Who has plants idle that are cheaper to restart than a new one is to
    build does that first, and who has plants half used uses them. Newcomers start at most ``entry_t_year``,
    and all together no more than the builders of the world can take on.
    """
    margin, needed = _margins(view, p)
    worth = worth_building(margin, needed, p.width)
    ratio = np.log(margin / needed)
    own = view.own_price_share[:, None]
    response = own * p.response_year * np.maximum(ratio, 0.0)
    growth = (1.0 - own + own * 2.0 * worth) * view.growth_share_year[:, None] + response
    size = view.capacity_t + view.on_order_t
    restarts = (1.0 + p.restart_premium_share) * view.running_cost_usd_t < view.full_cost_usd_t[:, None, :]
    ready = np.where(restarts, view.mothballed_t, 0.0).sum(axis=1)
    expansion = np.maximum(size * np.clip(growth, 0.0, p.limit_share_year) - ready - view.slack_t, 0.0)
    return np.asarray(expansion + _started_year_t(view, worth, p))


def _margins(view: IndustryView, p: IndustryParameters) -> tuple[Array, Array]:
    """(mineral, seller) believed and needed margin over what a plant is fed with: a smelter is built for what
    it adds, and the same change of its price is more to it than to a mine."""
    full = np.maximum(view.full_cost_usd_t, 1e-9)
    needed = np.maximum(full - view.input_usd_t, LEAST_MARGIN_SHARE * full)
    herd = view.believed_usd_t ** (1.0 - p.today_share) * view.seen_usd_t**p.today_share
    ahead = herd * np.exp(p.balance_response * _short_ahead_share(view, p))
    return np.maximum(needed + ahead - full, 1e-9 * full), needed


def _short_ahead_share(view: IndustryView, p: IndustryParameters) -> Array:
    """(mineral, 1) by how much demand will outrun capacity when what is ordered now would work, over
    capacity: the balance that every project is sold with. Below zero when more is under way or idle than will
    be needed. Of what all could bring to the market by then, on order, idle and half used, only a part is
    reckoned with: each answers a price as if others did so less.
    """
    total = np.maximum(view.capacity_t.sum(axis=1, keepdims=True), 1e-300)
    lead = (view.capacity_t * view.lead_years).sum(axis=1, keepdims=True) / total
    rivals = (view.on_order_t + view.mothballed_t.sum(axis=1) + view.slack_t).sum(axis=1, keepdims=True)
    coming = p.seen_rivals_share * rivals / total
    short = view.growth_share_year[:, None] * lead - coming
    return np.asarray(np.clip(short, -MOST_SHORT_SHARE, MOST_SHORT_SHARE))


def _started_year_t(view: IndustryView, worth: Array, p: IndustryParameters) -> Array:
    """(mineral, seller) new plants started in a year: firms that know how to build go where it pays, whatever
    country they come from, and where many places pay they share out what they can build."""
    started = worth * p.start_rate_year * view.entry_t_year
    most = p.builders_share_year * view.capacity_t.sum(axis=1, keepdims=True)
    total = np.maximum(started.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(started * np.minimum(1.0, most / total))


def decide_capacity(view: IndustryView, p: IndustryParameters) -> IndustryDecision:
    """Orders, mothballing, restarts and closures of a round.

    What is already on order counts against new orders, up to four years of the fastest pace. A tranche that
    loses money today runs until its cash is gone, then is mothballed at the pace of the parameters; so the
    dearest goes first, at home as abroad. It restarts when the price that it reads or that it believes in is
    back above its running cost and a premium; what lies idle is closed for good little by little.
    """
    most_on_order = MOST_YEARS * np.maximum(p.limit_share_year * view.capacity_t + view.entry_t_year, 1e-300)
    crowded = np.clip(1.0 - view.on_order_t / most_on_order, 0.0, 1.0)
    return IndustryDecision(wanted_year_t(view, p) / p.rounds_per_year * crowded, *_idle(view, p))


def _idle(view: IndustryView, p: IndustryParameters) -> tuple[Array, Array, Array]:
    """Mothballed, restarted and closed, (mineral, tranche, seller)."""
    price, idle = view.seen_usd_t[:, None, :], view.mothballed_t
    losing = (price < view.running_cost_usd_t) & (view.cash_usd_t < 0.0)
    read = np.maximum(view.believed_usd_t, view.seen_usd_t)[:, None, :]
    back = read > (1.0 + p.restart_premium_share) * view.running_cost_usd_t
    mothball = np.where(
        losing, p.mothball_pace_year / p.rounds_per_year * np.maximum(view.standing_t - idle, 0.0), 0.0
    )
    restart = np.where(
        back, np.minimum(idle, 2.0 * p.mothball_pace_year / p.rounds_per_year * view.standing_t), 0.0
    )
    close = np.where(back, 0.0, p.closure_rate_year / p.rounds_per_year * idle)
    return mothball, restart, close
