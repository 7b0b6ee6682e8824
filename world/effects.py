"""What each instrument does to the lanes, producers and stocks that it reaches, for the part of a round on
which it is in force.

One function an instrument; ``EFFECTS`` names them. Duties and taxes add up, of two floors, licences, bans or
audits on one lane the tighter counts, outages compound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from world.axes import Array
from world.policy.happenings import ExportQuota, Guarantee, Happenings, TariffQuota
from world.policy.measures import ALL, Measure
from world.stocks.buying_ahead import Foresight
from world.stocks.stop_lengths import Lengths


@dataclass(frozen=True)
class Reach:
    """Positions that a measure touches; actors and targets have nobody in common."""

    minerals: list[int]
    stages: list[int]
    actors: list[int]
    targets: list[int]

    def lanes(self, outward: bool) -> tuple[np.ndarray, ...]:
        """Lanes out of the actor to its targets, or into the actor from them."""
        pair = (self.actors, self.targets) if outward else (self.targets, self.actors)
        return np.ix_(self.minerals, self.stages, *pair)

    def places(self) -> tuple[np.ndarray, ...]:
        """Blocks of the actors."""
        return np.ix_(self.minerals, self.stages, self.actors)


@dataclass(frozen=True)
class Ground:
    """What a measure must know besides itself.

    usual_usd_t : (mineral, stage) base-year prices; sector_share : (mineral,) share of each sector in use;
    leak_share : part of a refused sector's requests that pass as those of another;
    delay_days : days before a licence office grants anything, where the measure does not say;
    foresight : how buyers prepare for what has been announced with its date, None where they do not;
    lengths : what they believe of how long stops go on, None where nobody asks
    """

    usual_usd_t: Array
    sector_share: Mapping[str, Array]
    leak_share: float
    delay_days: float
    rounds_per_year: int = 4
    foresight: Foresight | None = None
    lengths: Lengths | None = None

    def subject_share(self, measure: Measure) -> Array:
        """(mineral,) part of trade on which a licence office decides."""
        if not measure.end_use:
            return np.ones(len(self.usual_usd_t))
        listed = sum(self.sector_share[sector] for sector in measure.end_use)
        return np.asarray((1.0 - self.leak_share) * listed)


@dataclass(frozen=True)
class Force:
    """How long a measure is in force: ``share`` of this round; ``days`` before it, if older than the run;
    ``before`` : share of this round in which what it takes over from was."""

    share: float
    days: float
    before: float = 0.0

    @property
    def together(self) -> float:
        """Share of the round in which it or what it takes over from withholds."""
        return min(self.share + self.before, 1.0)


Effect = Callable[[Happenings, Measure, Reach, Force, Ground], None]


def _adds(array: str, outward: bool) -> Effect:
    """Instruments whose size adds to what stands on the lane, by days in force."""

    def effect(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
        now.writable(array)[reach.lanes(outward)] += force.share * measure.amount

    return effect


def _exclude(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
    """A duty like others, that is known to end where the exporter aligns."""
    for array in ("duty_share", "excluded_share"):
        now.writable(array)[reach.lanes(outward=False)] += force.share * measure.amount


def _keeps_least(array: str, outward: bool) -> Effect:
    """Least prices; of a part of a round the mean of the floor and the base-year price, by days."""

    def effect(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
        usual = ground.usual_usd_t[np.ix_(reach.minerals, reach.stages)][:, :, None, None]
        floor = force.share * measure.amount + (1.0 - force.share) * usual
        values, lanes = now.writable(array), reach.lanes(outward)
        values[lanes] = np.maximum(values[lanes], floor)

    return effect


def _repeal(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
    repealed, lanes = now.writable("repealed_share"), reach.lanes(outward=False)
    repealed[lanes] = np.maximum(repealed[lanes], force.share * measure.amount)


def _close(*outward: bool) -> Effect:
    """Closes lanes out of the actor, into it, or both."""

    def effect(now: Happenings, _measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
        approved, closed = now.writable("approval_share"), now.writable("closed_share")
        for lanes in map(reach.lanes, outward):
            approved[lanes] = np.minimum(approved[lanes], 1.0 - force.together)
            closed[lanes] = np.maximum(closed[lanes], force.together)

    return effect


def _license(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
    lanes = reach.lanes(outward=True)
    subject = ground.subject_share(measure)[reach.minerals][:, None, None, None]
    refused = 1.0 - measure.amount
    approved = now.writable("approval_share")
    approved[lanes] = np.minimum(approved[lanes], 1.0 - force.together * subject * refused)
    delay = ground.delay_days if measure.delay_days is None else measure.delay_days
    for name, value in (
        ("licensed_share", force.together),
        ("subject_share", subject),
        ("refused_share", refused),
        ("licence_days", force.days),
        ("for_few", float(measure.is_for_few)),
        ("delay_days", delay),
    ):
        array = now.writable(name)
        array[lanes] = np.maximum(array[lanes], value)


def _ration_exports(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
    allowed = force.share * measure.amount / ground.rounds_per_year
    together: list[tuple[int, ...] | None]
    if measure.each:
        together = [(target,) for target in reach.targets]
    else:
        together = [None if ALL in measure.targets else tuple(reach.targets)]
    now.export_quotas += [
        ExportQuota(mineral, stage, actor, importers, allowed, force.together, measure.is_for_few)
        for mineral in reach.minerals
        for stage in reach.stages
        for actor in reach.actors
        for importers in together
    ]


def _ration_imports(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
    allowed = force.share * measure.amount / ground.rounds_per_year
    pair = (tuple(reach.targets), tuple(reach.actors))
    now.tariff_quotas += [
        TariffQuota(mineral, stage, *pair, allowed, force.share, float(measure.above or 0.0))
        for mineral in reach.minerals
        for stage in reach.stages
    ]


def _ration_sales(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
    places, free = reach.places(), now.writable("free_share")
    now.writable("quota_t")[places] += force.share * measure.amount / ground.rounds_per_year
    free[places] = np.maximum(free[places] - force.share, 0.0)


def _guarantee(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
    covered = np.inf if measure.tonnes is None else measure.tonnes / ground.rounds_per_year
    now.guarantees += [
        Guarantee(mineral, stage, actor, measure.amount, covered, force.share)
        for mineral in reach.minerals
        for stage in reach.stages
        for actor in reach.actors
    ]


def _trade_for_the_state(array: str) -> Effect:
    def effect(now: Happenings, measure: Measure, reach: Reach, force: Force, ground: Ground) -> None:
        place = np.ix_(reach.minerals, reach.actors)
        now.writable(array)[place] += force.share * measure.amount / ground.rounds_per_year

    return effect


def _audit(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
    audited = now.writable("audit_share")
    for lanes in (reach.lanes(outward=True), reach.lanes(outward=False)):
        audited[lanes] = np.maximum(audited[lanes], force.share * measure.amount)


def _reach_abroad(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
    for name, outward in (("own_reach_share", True), ("aimed_reach_share", False)):
        array, lanes = now.writable(name), reach.lanes(outward)
        array[lanes] = np.maximum(array[lanes], force.share * measure.amount)


def _change_freight(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
    factor, added = 1.0 + force.share * (measure.amount - 1.0), now.writable("freight_added_share")
    for lanes in (reach.lanes(outward=True), reach.lanes(outward=False)):
        added[lanes] = (1.0 + added[lanes]) * factor - 1.0


def _lose_output(now: Happenings, measure: Measure, reach: Reach, force: Force, _: Ground) -> None:
    places, lost = reach.places(), now.writable("loss_share")
    lost[places] = 1.0 - (1.0 - lost[places]) * (1.0 - force.share * measure.amount)


EFFECTS: Mapping[str, Effect] = {
    "tariff": _adds("duty_share", outward=False),
    "specific_tariff": _adds("duty_usd_t", outward=False),
    "tariff_quota": _ration_imports,
    "minimum_import_price": _keeps_least("least_import_usd_t", outward=False),
    "repeal": _repeal,
    "export_tax": _adds("export_tax_share", outward=True),
    "specific_export_tax": _adds("export_tax_usd_t", outward=True),
    "minimum_export_price": _keeps_least("least_export_usd_t", outward=True),
    "export_quota": _ration_exports,
    "production_quota": _ration_sales,
    "licence": _license,
    "ban": _close(True),
    "embargo": _close(True, False),
    "exclusion": _exclude,
    "guarantee": _guarantee,
    "state_purchase": _trade_for_the_state("purchase_t"),
    "state_release": _trade_for_the_state("release_t"),
    "enforcement": _audit,
    "transshipment_ban": _reach_abroad,
    "freight": _change_freight,
    "outage": _lose_output,
}
"""What is done, by instrument; the others (threat, coercion, truce, ruling, withdrawal, statement) act in
other ways.
"""
