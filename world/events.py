"""What happens to everyone in a round: the policy calendar and the scenario's measures, as conditions of
trade.

Announcements act before a measure bites: they raise the fear of a cut-off, which users answer by stocking up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from world.axes import STAGES, Array, Axes
from world.measures import ALL, Measure, round_of, share_of_quarter_in_force
from world.randomness import Streams

CUTTING = ("licence", "ban", "threat")
FEAR_ROUNDS = 4
"""Rounds over which the fear of an announced control fades (assumption: a year)."""


@dataclass
class Happenings:
    """The measures of a round as arrays; axes (mineral, stage, exporter, importer) or (mineral, stage,
    country).

    duty_share, duty_usd_t : duties on top of those of the base year; export_tax_share, export_tax_usd_t
    least_export_usd_t, least_import_usd_t : least price f.o.b. and landed, -inf where none
    approval_share : granted share of usual shipments
    lane_quota_t : tonnes allowed on the lane, inf where all; over_quota_share : duty above it in base prices,
        inf where nothing passes
    quota_t, free_share : sales allowed under ceilings, and the share of the round (1 = all) on which no
        ceiling is in force
    loss_share : output lost
    fear : (mineral, exporter, importer) announced chance that the exporter cuts the importer off
    acts : coercive acts of this round: actor, targets, severity 1-5
    news : what to write into the table of events
    """

    duty_share: Array
    duty_usd_t: Array
    export_tax_share: Array
    export_tax_usd_t: Array
    least_export_usd_t: Array
    least_import_usd_t: Array
    approval_share: Array
    lane_quota_t: Array
    over_quota_share: Array
    quota_t: Array
    free_share: Array
    loss_share: Array
    fear: Array
    acts: list[tuple[int, tuple[int, ...], float]] = field(default_factory=list)
    news: list[tuple[str, Measure]] = field(default_factory=list)


@dataclass(frozen=True)
class Reach:
    """Positions that a measure touches."""

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


class Calendar:
    """Reads the measures of a run round by round."""

    def __init__(
        self,
        measures: Sequence[Measure],
        axes: Axes,
        groups: Mapping[str, Sequence[int]],
        start: str,
        streams: Streams,
        threat_belief: float,
    ) -> None:
        self._measures = tuple(measures)
        self._axes = axes
        self._groups = dict(groups)
        self._start = start
        self._streams = streams
        self._threat_belief = threat_belief
        self._truces = [measure for measure in self._measures if measure.instrument == "truce"]

    def happen(self, round_: int, members: Sequence[int]) -> Happenings:
        """Conditions of a round; ``members`` are those meant by the group name ``members``."""
        m, n = len(self._axes.minerals), len(self._axes.countries)
        pairs, blocks = (m, len(STAGES), n, n), (m, len(STAGES), n)
        now = Happenings(
            duty_share=np.zeros(pairs),
            duty_usd_t=np.zeros(pairs),
            export_tax_share=np.zeros(pairs),
            export_tax_usd_t=np.zeros(pairs),
            least_export_usd_t=np.full(pairs, -np.inf),
            least_import_usd_t=np.full(pairs, -np.inf),
            approval_share=np.ones(pairs),
            lane_quota_t=np.full(pairs, np.inf),
            over_quota_share=np.full(pairs, np.inf),
            quota_t=np.zeros(blocks),
            free_share=np.ones(blocks),
            loss_share=np.zeros(blocks),
            fear=np.zeros((m, n, n)),
        )
        self._groups["members"] = tuple(members)
        for measure in self._measures:
            reach = self._reach(measure)
            now.news += self._news(measure, round_)
            self._announce(now, measure, reach, round_)
            share = self.share_in_force(measure, round_)
            if share > 0.0 and reach.actors:
                _apply(now, measure, reach, share)
        home = np.arange(n)
        now.duty_share[:, :, home, home] = now.export_tax_share[:, :, home, home] = 0.0
        now.approval_share[:, :, home, home] = 1.0
        return now

    def share_in_force(self, measure: Measure, round_: int) -> float:
        """Share of the round on which a measure bites: renewals prolong it, truces hold it back."""
        share = share_of_quarter_in_force(measure, round_, self._start)
        if self._renewed(measure, round_):
            share = (
                1.0
                if measure.ends is None or round_ > round_of(measure.ends, self._start)
                else max(share, 1.0)
            )
        if share > 0.0 and measure.instrument != "truce":
            for truce in self._truces:
                if measure.id in truce.suspends:
                    share = max(0.0, share - self.share_in_force(truce, round_))
        return share

    def _renewed(self, measure: Measure, round_: int) -> bool:
        """Renewed for a year at a time, each time with its probability, by a draw of its own."""
        if measure.ends is None or measure.renewed <= 0.0:
            return False
        first = round_of(measure.ends, self._start)
        years = (round_ - first) // 4
        return round_ >= first and all(
            self._streams.uniform("renewal", first + 4 * year, measure.id) < measure.renewed
            for year in range(years + 1)
        )

    def _announce(self, now: Happenings, measure: Measure, reach: Reach, round_: int) -> None:
        announced = round_of(measure.announced, self._start)
        if measure.instrument == "coercion" and announced == round_ and reach.actors:
            now.acts.append((reach.actors[0], tuple(reach.targets), float(measure.size or 0.0)))
        age = round_ - announced
        if measure.instrument in CUTTING and 0 <= age < FEAR_ROUNDS and reach.actors:
            level = self._threat_belief * (1.0 - age / FEAR_ROUNDS) * (1.0 - float(measure.size or 0.0))
            block = np.ix_(reach.minerals, reach.actors, reach.targets)
            now.fear[block] = np.maximum(now.fear[block], level)

    def _news(self, measure: Measure, round_: int) -> list[tuple[str, Measure]]:
        dates = (("announced", measure.announced), ("in_force", measure.in_force), ("ended", measure.ends))
        return [
            (kind, measure) for kind, day in dates if day is not None and round_of(day, self._start) == round_
        ]

    def _reach(self, measure: Measure) -> Reach:
        minerals = [
            place
            for place, name in enumerate(self._axes.minerals)
            if name in measure.minerals or ALL in measure.minerals
        ]
        stages = [
            place for place, name in enumerate(STAGES) if name in measure.stages or ALL in measure.stages
        ]
        actors = self._places((measure.actor,))
        targets = [place for place in self._places(measure.targets) if place not in actors]
        return Reach(minerals, stages, actors, targets)

    def _places(self, names: Sequence[str]) -> list[int]:
        """Positions of countries and groups, sorted."""
        found: set[int] = set()
        for name in names:
            if name == ALL:
                found |= set(range(len(self._axes.countries)))
            elif name in self._groups:
                found |= set(self._groups[name])
            elif name in self._axes.countries:
                found.add(self._axes.country(name))
        return sorted(found)


def _apply(now: Happenings, measure: Measure, reach: Reach, share: float) -> None:
    size = float(measure.size or 0.0)
    if measure.instrument == "tariff":
        now.duty_share[reach.lanes(outward=False)] += share * size
    elif measure.instrument == "export_tax":
        now.export_tax_share[reach.lanes(outward=True)] += share * size
    elif measure.instrument in ("licence", "ban"):
        lanes = reach.lanes(outward=True)
        now.approval_share[lanes] = np.minimum(now.approval_share[lanes], 1.0 - share * (1.0 - size))
    elif measure.instrument == "sales_ceiling":
        now.quota_t[reach.places()] += share * size / 4.0
        now.free_share[reach.places()] = np.maximum(now.free_share[reach.places()] - share, 0.0)
    elif measure.instrument == "outage":
        now.loss_share[reach.places()] = 1.0 - (1.0 - now.loss_share[reach.places()]) * (1.0 - share * size)
