"""Export licences as a queue: requests wait at an office that starts late, works up to a pace and decides.

On every lane of a stage, in tonnes a round:

    pending = backlog + requested - cleared
    reviewed = min( pending , pace )                       granted = approval x reviewed
    backlog' = pending - reviewed - withdrawn              refused requests leave the queue

What takes an office its time is to decide, whether it grants or refuses: one that grants a third of what it
looks at lets a third as much pass while requests wait, and its backlog makes good for nothing it refuses.

Nothing is reviewed in the first ``delay_days`` of a licence; what is on its way already (``cleared``) passes.
Then the office works up from that pace to its full one, so that flows stop first and the backlog ships above
normal later.
Pure: arrays (mineral, seller, buyer) in and out. Source: the statutory 45 working days of Chinese export
licences, and customs figures on graphite after December 2023; the rest is assumption (see the parameters).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.adjustment import part_left
from world.axes import Array
from world.parameters import ParameterValues

ROUND_DAYS = 365.0 / 4.0
"""Days of a quarter."""
GRANTED_AS_A_RULE = 0.85
"""Part of requests granted by an office that grants as a rule (assumption, the convention of all cases of
history): paces were seen in what left under such licences, and the office decided on so much more."""


@dataclass(frozen=True)
class Licence:
    """Licences on the lanes of a stage in a round, (mineral, seller, buyer).

    licensed_share : part of the round under licence; subject_share : part of the trade that needs one
    approval_share : part of what is decided that is granted; days : age of the licence when the round begins
    delay_days : days before the office grants anything; with none it works at full capacity at once
    closed_share : part of the round on which nothing may pass
    """

    licensed_share: Array
    subject_share: Array
    approval_share: Array
    days: Array
    delay_days: Array
    closed_share: Array

    @property
    def refused_share(self) -> Array:
        """Part of the users to whom a licence is refused; none where all are, which is a ban."""
        some = (self.approval_share > 0.0) | (self.subject_share < 1.0)
        refused = self.licensed_share * self.subject_share * (1.0 - self.approval_share)
        return np.where(some, refused, 0.0)


@dataclass(frozen=True)
class Office:
    """How a licence office works; shares of usual trade.

    cleared_share : part of requests under way that passes during the delay; ramp_days : from first decision
    to full capacity; capacity_share : granted a round at most, over usual requests; patience : part of the
    requests that still wait a round later; round_days : length of a round; rule_share : part that was granted
    of what the office decided on where its paces were seen, which are tonnes granted
    """

    cleared_share: float
    ramp_days: float
    capacity_share: float
    patience_share: float
    round_days: float = ROUND_DAYS
    rule_share: float = 1.0


@dataclass(frozen=True)
class Decided:
    """What an office did in a round, (mineral, seller, buyer) tonnes.

    requested_t; granted_t with what was cleared before; passes_t : all that may pass on the lane, the part
    that needs no licence included; backlog_t : still waiting at the end
    open_t : most that users who are not refused may get: as much as the office can grant at its pace,
        whatever was asked, and as much over usual trade of what needs no licence
    room_t : what the office could grant besides, had it more requests
    """

    requested_t: Array
    granted_t: Array
    passes_t: Array
    backlog_t: Array
    open_t: Array
    room_t: Array


def office_of(parameters: ParameterValues, rounds_per_year: int = 4) -> Office:
    """The office that the parameters describe."""
    return Office(
        cleared_share=parameters.licence_cleared_share,
        ramp_days=parameters.licence_ramp_months * 365.0 / 12.0,
        capacity_share=parameters.licence_capacity_ratio,
        patience_share=float(part_left(parameters.licence_withdrawal_year, rounds_per_year)),
        round_days=365.0 / rounds_per_year,
        rule_share=GRANTED_AS_A_RULE,
    )


def decide_requests(licence: Licence, office: Office, usual_t: Array, backlog_t: Array) -> Decided:
    """One round of an office. Requests are those of usual trade; on a lane without a licence nothing waits
    and usual trade passes.
    """
    under = licence.licensed_share * licence.subject_share
    lasts = office.round_days * licence.licensed_share
    waits = np.clip(licence.delay_days - licence.days, 0.0, lasts)
    subject_t = licence.subject_share * usual_t
    requested = under * usual_t
    cleared = office.cleared_share * subject_t * waits / office.round_days
    pending = np.where(under > 0.0, backlog_t, 0.0) + requested - cleared
    open_days, worked = _days_open(licence, office, lasts)
    first_days = np.where(licence.delay_days > 0.0, open_days - worked, 0.0)
    pace_days = office.cleared_share * first_days + office.capacity_share * worked
    pace = subject_t / office.round_days * pace_days / office.rule_share
    refuses_all = np.where(lasts > waits, pending, 0.0)
    reviewed = np.where(licence.approval_share > 0.0, np.minimum(pending, pace), refuses_all)
    granted = licence.approval_share * reviewed
    free = np.minimum(1.0 - under, 1.0 - licence.closed_share) * usual_t
    most = _open_t(licence, office, usual_t)
    return Decided(
        requested_t=requested,
        granted_t=cleared + granted,
        passes_t=np.minimum(free + cleared + granted, most),
        backlog_t=np.maximum(pending - reviewed, 0.0) * office.patience_share,
        open_t=np.minimum(
            max(office.capacity_share, 1.0) * free + cleared + licence.approval_share * pace, most
        ),
        room_t=licence.approval_share * np.maximum(pace - pending, 0.0),
    )


def _open_t(licence: Licence, office: Office, usual_t: Array) -> Array:
    """Most that may pass on a lane that is closed for a part of the round."""
    closed = licence.closed_share
    most = np.maximum(office.capacity_share, 1.0) * usual_t
    return np.asarray(np.where(closed > 0.0, (1.0 - closed) * most, np.inf))


def _days_open(licence: Licence, office: Office, lasts: Array) -> tuple[Array, Array]:
    """Days of the round on which the office decides, and days of full work that fit into them: integral of
    min(1, x / ramp) over the days x since the first decision.
    """
    begins = np.maximum(licence.days - licence.delay_days, 0.0)
    ends = np.maximum(licence.days + lasts - licence.delay_days, 0.0)
    ramp = np.where(licence.delay_days > 0.0, office.ramp_days, 0.0)
    return ends - begins, _worked(ends, ramp) - _worked(begins, ramp)


def _worked(days: Array, ramp: Array) -> Array:
    climbing = np.minimum(days, ramp)
    return np.asarray(0.5 * climbing * climbing / np.where(ramp > 0.0, ramp, 1.0) + days - climbing)


def detected_share(
    before: Array, found_t: Array, re_exported_t: Array, delivered_t: Array, rounds_per_year: int = 4
) -> Array:
    """Part of what goes to a country that was found to go on to others, as remembered; any shape.

    re_exported_t : tonnes that went through the country in the round, found_t those of it that were found;
    delivered_t : usual deliveries to it; the memory is one of a year
    """
    came = delivered_t + re_exported_t
    seen = np.divide(found_t, came, out=np.zeros_like(came), where=came > 0.0)
    remembered = float(part_left(1.0, rounds_per_year))
    return np.asarray(remembered * before + (1.0 - remembered) * seen)


def kept_share(detected: Array, response: float) -> Array:
    """Part of its approval that a country keeps when so much of its deliveries was found to go on."""
    return np.clip(1.0 - response * detected, 0.0, 1.0)
