"""What happens to everyone in a round: the policy calendar and the scenario's measures, as conditions of
trade.

Announcements act before a measure bites (:mod:`world.stocks.expectations`): buyers who fear a cut-off or see
a duty coming stock up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from world.axes import STAGES, Axes
from world.clock import Clock
from world.effects import EFFECTS, Force, Ground, Reach
from world.policy.happenings import Happenings, nothing_happens
from world.policy.instruments import DRAWN, SUSPENDING
from world.policy.measures import ALL, Measure
from world.policy.successions import taken_over
from world.randomness import Streams
from world.stocks.buying_ahead import WITHHOLDING, months_ahead, wanted_months
from world.stocks.expectations import (
    INWARD,
    Priors,
    belief_in,
    expected_rise,
    fear_ends,
    feared_level,
    may_be_expected,
)
from world.stocks.stop_lengths import seen_left, weight_of

BROKEN_PROMISE = 3.0
"""Severity, as in the table of coercive acts, of taking back what was offered to all (assumption)."""


class Calendar:
    """Reads the measures of a run round by round."""

    def __init__(
        self,
        measures: Sequence[Measure],
        axes: Axes,
        groups: Mapping[str, Sequence[int]],
        clock: Clock,
        streams: Streams,
        priors: Priors,
        ground: Ground | None = None,
    ) -> None:
        self._measures = tuple(measure for measure in measures if _in_the_market(measure))
        self._axes = axes
        self._groups = dict(groups)
        self._clock = clock
        self._streams = streams
        self._priors = priors
        blank = np.zeros((len(axes.minerals), len(STAGES)))
        self._ground = ground if ground is not None else Ground(blank, {}, 0.0, 0.0)
        self._before = {measure.id: taken_over(measure, self._measures) for measure in self._measures}
        self._truces = [measure for measure in self._measures if measure.instrument in SUSPENDING]

    def happen(self, round_: int, members: Sequence[int], nonaligned: Sequence[int] = ()) -> Happenings:
        """Conditions of a round; ``members`` and ``nonaligned`` are those meant by the group names."""
        now = nothing_happens(len(self._axes.minerals), len(self._axes.countries))
        self._groups |= {"members": tuple(members), "nonaligned": tuple(nonaligned)}
        for measure in self._measures:
            reach = self._reach(measure)
            now.news += self._news(measure, round_)
            self._announce(now, measure, reach, round_)
            share = self.share_in_force(measure, round_)
            self._withdraw(now, measure, reach, round_, share)
            if share > 0.0 and reach.actors and measure.instrument in EFFECTS:
                before = self._share_before(measure, round_)
                force = Force(share, self._days_in_force(measure, round_), before)
                EFFECTS[measure.instrument](now, measure, reach, force, self._ground)
                self._reckon(now, measure, reach, round_)
        return now

    def share_in_force(self, measure: Measure, round_: int) -> float:
        """Share of the round on which a measure bites: renewals prolong it, truces, rulings hold it back."""
        if not self.happens(measure):
            return 0.0
        share = self._clock.share_in_force(measure, round_)
        if self._renewed(measure, round_):
            share = self._clock.share_of_round(measure.in_force, measure.cancelled, round_)
        if share > 0.0 and measure.instrument not in SUSPENDING:
            for truce in self._truces:
                if measure.id in truce.suspends:
                    share = max(0.0, share - self.share_in_force(truce, round_))
        return share

    def _share_before(self, measure: Measure, round_: int) -> float:
        """Share of the round in which what a measure takes over from bites."""
        return sum(
            self.share_in_force(other, round_) + self._share_before(other, round_)
            for other in self._before[measure.id]
        )

    def happens(self, measure: Measure) -> bool:
        """Whether a measure that hangs on somebody's decision happens at all: one draw for the run."""
        if measure.instrument not in DRAWN:
            return True
        return self._streams.uniform("decided", 0, measure.id) < float(measure.size or 0.0)

    def _days_in_force(self, measure: Measure, round_: int) -> float:
        """Days since it came into force when the round begins, of what is older than the run; of the rest the
        state of the world keeps count, so that what is suspended begins anew.
        """
        began = measure.in_force
        if began is None or began >= self._clock.first_day(0):
            return 0.0
        return float((self._clock.first_day(round_) - began).days)

    def _renewed(self, measure: Measure, round_: int) -> bool:
        """Renewed for a year at a time, each time with its probability, by a draw of its own."""
        if measure.ends is None or measure.renewed <= 0.0:
            return False
        first = self._clock.round_of(measure.ends)
        quarter = self._clock.quarter(first)
        years = (round_ - first) // self._clock.rounds_per_year
        return round_ >= first and all(
            self._streams.uniform("renewal", quarter + 4 * year, measure.id) < measure.renewed
            for year in range(years + 1)
        )

    def _withdraw(self, now: Happenings, measure: Measure, reach: Reach, round_: int, share: float) -> None:
        """A government that takes back what it offered: money at once, trust on the day."""
        if measure.instrument != "withdrawal" or share <= 0.0:
            return
        now.withdrawn_share = max(now.withdrawn_share, share)
        if measure.in_force is not None and self._clock.round_of(measure.in_force) == round_:
            now.acts.append((reach.actors[0], tuple(reach.targets), BROKEN_PROMISE))

    def _announce(self, now: Happenings, measure: Measure, reach: Reach, round_: int) -> None:
        announced = self._clock.round_of(measure.announced)
        if measure.instrument == "coercion" and announced == round_ and reach.actors:
            now.acts.append((reach.actors[0], tuple(reach.targets), float(measure.size or 0.0)))
        age = (round_ - self._last_news(measure, round_)) / self._clock.rounds_per_year
        reaches = reach.actors and reach.minerals and reach.stages
        if announced <= round_ and reaches:
            self._prepare(now, measure, reach, round_)
        if announced > round_ or not reaches or not may_be_expected(measure, age):
            return
        opens = self._clock.first_day(round_)
        belief = belief_in(measure, self._measures, opens, self._priors)
        feared = self._clock.share_of_round(None, fear_ends(measure), round_)
        level = feared_level(measure, age, feared, belief)
        if level > 0.0:
            lanes, fear = reach.lanes(outward=True), now.writable("fear")
            fear[lanes] = np.maximum(fear[lanes], level)
        self._expect_rise(now, measure, reach, round_, belief)

    def _last_news(self, measure: Measure, round_: int) -> int:
        """Round of the last news of it: that in which it came into force, before that of its announcement."""
        bites = None if measure.in_force is None else self._clock.round_of(measure.in_force)
        return self._clock.round_of(measure.announced) if bites is None or bites > round_ else bites

    def _prepare(self, now: Happenings, measure: Measure, reach: Reach, round_: int) -> None:
        """Goods are ordered ahead of a measure that will withhold them from a day that is known."""
        opens, closes, foresight = (
            self._clock.first_day(round_),
            self._clock.first_day(round_ + 1),
            self._ground.foresight,
        )
        if foresight is None or measure.in_force is None or measure.in_force <= opens:
            return
        wanted = wanted_months(measure, belief_in(measure, self._measures, opens, self._priors), foresight)
        ahead = months_ahead(measure, wanted, opens, closes, foresight)
        if ahead > 0.0:
            subject = self._ground.subject_share(measure)[reach.minerals][:, None, None, None]
            lanes = reach.lanes(outward=True)
            for name, months in (("wanted_months", wanted), ("ahead_months", ahead)):
                array = now.writable(name)
                array[lanes] = np.maximum(array[lanes], months * subject)

    def _reckon(self, now: Happenings, measure: Measure, reach: Reach, round_: int) -> None:
        """Who is cut off by a measure reckons how long it will go on."""
        lengths, begun = self._ground.lengths, measure.in_force
        if lengths is None or begun is None or measure.instrument not in WITHHOLDING:
            return
        day = max(begun, self._clock.first_day(round_))
        weight = weight_of(measure, self._measures, day)
        if weight > 0.0:
            lanes = reach.lanes(outward=True)
            left = seen_left(measure, self._measures, day, lengths)
            for name, value in (("stop_weight", weight), ("stop_months", left)):
                array = now.writable(name)
                array[lanes] = np.maximum(array[lanes], value)

    def _expect_rise(
        self, now: Happenings, measure: Measure, reach: Reach, round_: int, belief: float
    ) -> None:
        opens, off = self._clock.first_day(round_), measure.cancelled
        if measure.in_force is None or (off is not None and off <= opens):
            return
        ahead = (measure.in_force - opens).days / (self._clock.first_day(round_ + 1) - opens).days
        usual = self._ground.usual_usd_t[np.ix_(reach.minerals, reach.stages)][:, :, None, None]
        rise = expected_rise(measure, ahead / self._clock.rounds_per_year, belief, usual)
        if np.any(rise > 0.0):
            lanes = reach.lanes(outward=measure.instrument not in INWARD)
            now.writable("expected_rise_share")[lanes] += rise

    def _news(self, measure: Measure, round_: int) -> list[tuple[str, Measure]]:
        """What is told of a measure in a round: announced, in_force, renewed or ended, cancelled."""
        off = measure.cancelled
        bites = measure.in_force is not None and (off is None or off > measure.in_force)
        bites &= self.happens(measure)
        told = [("announced", measure.announced)]
        told += [("in_force", measure.in_force)] if bites and measure.in_force is not None else []
        told += [("cancelled", off)] if off is not None else []
        found = [(kind, measure) for kind, day in told if self._clock.round_of(day) == round_]
        if measure.ends is not None and off is None and self.happens(measure):
            a_year = self._clock.rounds_per_year
            years, rest = divmod(round_ - self._clock.round_of(measure.ends), a_year)
            lasts = years == 0 or (years > 0 and self._renewed(measure, round_ - a_year))
            if rest == 0 and lasts:
                found.append(("renewed" if self._renewed(measure, round_) else "ended", measure))
        return found

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
        if measure.instrument == "exclusion":
            targets = [place for place in targets if place in self._groups["nonaligned"]]
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


def _in_the_market(measure: Measure) -> bool:
    """Whether a measure touches a stage that is traded."""
    return bool({ALL, *STAGES} & set(measure.stages))
