"""Goods shipped ahead of a dated measure that will withhold them, and how buyers live on them afterwards.

Who knows the day from which a licence is needed knows as well that nothing will come while the first requests
are decided, and orders before it what that time will withhold; of a ban, and for users who will be refused,
what they would need until they have found something else. With belief in the announcement,

    months of usual trade = belief x (granted share x short + refused share x horizon)

with ``short`` what the licence office leaves out of usual trade within the horizon, as it passes ``cleared``
of it for the delay and then works up to its full pace,

less what lies in stock beyond usual cover. It is shipped evenly over the days that are left, at most at
``ahead_pace_ratio`` times the usual pace, and put off while goods are dear. Holders of stocks in the sellers'
country lend what they have above their floor, since it will be abundant there, and are made good with what
may not leave. Once the measure bites these goods take the place of what it withholds; what then still lies
there is a stock like any other. Source: Chinese exports of flake graphite, 2.3 usual months
more than usual in the month before licences and 2.5 less in the six after; gallium and germanium likewise in
July 2023 (customs). Pure: arrays in, arrays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from world.axes import Array, Mask, gather_pairs
from world.calibration.base import BaseMarket
from world.licences.queue import Office
from world.policy.happenings import Happenings
from world.policy.measures import Measure
from world.state import Markets
from world.stocks.holdings import holding_of, round_months

WITHHOLDING = ("licence", "ban", "embargo")
"""Instruments that withhold goods from a day that is known."""
MONTH_DAYS = 365.0 / 12.0


@dataclass(frozen=True)
class Foresight:
    """How buyers prepare: ``horizon_months`` for which they cover a stop that has no end; ``pace_ratio`` most
    that is shipped in haste over the usual pace; ``office`` of licences as they reckon with it;
    ``delay_days`` before it grants anything where the measure does not say."""

    horizon_months: float
    pace_ratio: float
    office: Office
    delay_days: float


def wanted_months(measure: Measure, belief: float, foresight: Foresight) -> float:
    """Months of usual trade that buyers want to have in hand when a measure comes into force."""
    if measure.instrument not in WITHHOLDING:
        return 0.0
    granted = measure.amount if measure.instrument == "licence" else 0.0
    days = foresight.delay_days if measure.delay_days is None else measure.delay_days
    short = _short_months(days / MONTH_DAYS, foresight) if days > 0.0 else 0.0
    return belief * (granted * short + (1.0 - granted) * foresight.horizon_months)


def _short_months(delay_months: float, foresight: Foresight) -> float:
    """Months of usual trade that an office leaves out within the horizon."""
    office, horizon = foresight.office, foresight.horizon_months
    lacking, climb = 1.0 - office.cleared_share, office.capacity_share - office.cleared_share
    wait = min(delay_months, horizon)
    ramp = max(office.ramp_days / MONTH_DAYS, 1e-9)
    climbing = min(horizon - wait, ramp * lacking / climb)
    return lacking * (wait + climbing) - 0.5 * climb / ramp * climbing**2


def months_ahead(measure: Measure, wanted: float, opens: date, closes: date, foresight: Foresight) -> float:
    """Months of usual trade shipped ahead in the round from ``opens`` to the day before ``closes``, of the
    ``wanted`` in all: evenly from the announcement on, of a measure that is announced long before from the
    horizon on, until it bites or is called off."""
    due = measure.in_force
    if due is None or wanted <= 0.0:
        return 0.0
    begins = max(measure.announced, due - timedelta(days=round(foresight.horizon_months * MONTH_DAYS)))
    stops = due if measure.cancelled is None else min(due, measure.cancelled)
    here = (min(closes, stops) - max(opens, begins)).days
    if here <= 0:
        return 0.0
    evenly = wanted * here / (due - begins).days
    return min(evenly, (foresight.pace_ratio - 1.0) * here / MONTH_DAYS)


def ordered_ahead_t(base: BaseMarket, markets: Markets, now: Happenings, stage: int) -> Array:
    """(mineral, seller, buyer) tonnes that are ordered ahead this round; what buyers hold beyond their usual
    stocks they need not order."""
    usual = markets.usual_flow_t[stage]
    if not now.ahead_months.any():
        return np.zeros_like(usual)
    sellers, buyers = base.axes.sellers(stage), base.axes.buyers(stage)
    wanted, ordered = (
        gather_pairs(months[:, stage], sellers, buyers) * usual / round_months(base)
        for months in (now.wanted_months, now.ahead_months)
    )
    holding = holding_of(base, markets, stage)
    spare = np.maximum(holding.held_t - holding.cover_t - markets.ahead_t[stage], 0.0)
    total = wanted.sum(axis=1)
    missing = np.clip(1.0 - np.divide(spare, total, out=np.ones_like(spare), where=total > 0.0), 0.0, 1.0)
    return np.asarray(ordered * missing[:, None, :])


def planned_t(ordered_t: Array, lacking_t: Array, held_ahead_t: Array, spare_t: Array, home: Mask) -> Array:
    """(mineral, buyer) what buyers mean to add this round to what lies there for the time of a measure, below
    zero to use of it: abroad ordered ahead, then used in place of what is withheld; at the sellers' home lent
    to these orders, then made good with what may not leave.

    ordered_t : (mineral, seller, buyer) ordered ahead; lacking_t : of usual trade what may not pass;
    held_ahead_t : (mineral, buyer) ordered so far and not used, below zero where it is lent; spare_t :
    (mineral, buyer) what may be lent; home : (mineral, seller, buyer) buyers in the seller's country
    """
    ordered, lacking = ordered_t.sum(axis=1), lacking_t.sum(axis=1)
    abroad = ordered - np.minimum(ordered + np.maximum(held_ahead_t, 0.0), lacking)
    lent = _shared(ordered_t.sum(axis=2), spare_t, home)
    back = _shared(lacking_t.sum(axis=2), lent + np.maximum(-held_ahead_t, 0.0), home)
    return np.asarray(abroad - lent + back)


def _shared(asked_t: Array, most_t: Array, home: Mask) -> Array:
    """(mineral, buyer) part of what is asked of each seller's home (mineral, seller) that its buyers give, by
    the most that they can (mineral, buyer)."""
    can = np.where(home, most_t[:, None, :], 0.0)
    total = can.sum(axis=2)
    part = np.divide(asked_t, total, out=np.zeros_like(total), where=total > 0.0)
    return np.asarray((np.minimum(part, 1.0)[:, :, None] * can).sum(axis=1))


def kept_ahead(held_t: Array, planned: Array, change_t: Array) -> Array:
    """(mineral, buyer) what lies there for the time of a measure after a round in which stocks changed by
    ``change_t``; where nothing was planned it is a stock like any other."""
    added = np.where(planned > 0.0, np.clip(change_t, 0.0, planned), np.clip(change_t, planned, 0.0))
    return np.where(planned == 0.0, 0.0, held_t + added)
