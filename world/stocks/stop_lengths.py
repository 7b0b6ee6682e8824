"""How long a stop of exports is expected to go on, as seen on a day.

Of a stop without an end the hazard of ending is not known: with the belief of a gamma distribution worth w
observations of a mean length M, after n stops of the actor that lasted L months together and x months of this
one,

    months left = (w M + L + x) / (w + n)

(exponential lengths, Lomax in prediction: the longer it lasts, the longer it is expected to). A stop that was
announced for A months, of which some are left, is prolonged by as long again with chance q each time,

    months left = left + A q / (1 - q),     q = (w q0 + prolonged) / (w + prolonged + ended in time)

and one of which the same actor has announced what takes its place ends on that day, or goes on with it. Under
a licence what is granted lacks until the office works, and what is refused as under a stop without an end.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from world.axes import Array
from world.policy.measures import Measure
from world.policy.successions import taken_over
from world.stocks.buying_ahead import MONTH_DAYS, WITHHOLDING
from world.stocks.expectations import AHEAD_YEARS


@dataclass(frozen=True)
class Lengths:
    """What is believed of stops before any record: ``typical_months`` for which one without an end goes on,
    ``weight`` observations that this and ``prolonged_share``, the chance that one with an end is prolonged,
    are worth; ``delay_days`` before a licence office grants anything, where the measure does not say, and
    ``ramp_days`` until it works at full pace."""

    typical_months: float
    weight: float
    prolonged_share: float
    delay_days: float = 0.0
    ramp_days: float = 0.0


@dataclass(frozen=True)
class CutOff:
    """(mineral, buyer) part of usual purchases that is withheld for a time, and the months for which that is
    expected to go on; 0 where nothing is."""

    share: Array
    months: Array


def seen_left(measure: Measure, measures: Sequence[Measure], day: date, lengths: Lengths) -> float:
    """Months for which what a measure withholds is expected to lack; ``day`` as in :func:`months_left`."""
    if measure.instrument != "licence":
        return months_left(measure, measures, day, lengths)
    days = lengths.delay_days if measure.delay_days is None else measure.delay_days
    lasted = _months(measure.in_force or day, day)
    waits = max((days + lengths.ramp_days) / MONTH_DAYS - lasted, 0.0) if days > 0.0 else 0.0
    refused = 1.0 - measure.amount
    return measure.amount * waits + refused * _without_end(measure, measures, day, lengths)


def weight_of(measure: Measure, measures: Sequence[Measure], day: date) -> float:
    """Part of buyers to whom a stop still is one that passes: it fades over ``AHEAD_YEARS`` after the last
    news, when who was cut off has found others or goes without."""
    later = [m.announced for m in measures if m.announced <= day and taken_over(m, (measure,))]
    news = max([measure.in_force or measure.announced, *later])
    return max(1.0 - max((day - news).days, 0) / 365.0 / AHEAD_YEARS, 0.0)


def months_left(measure: Measure, measures: Sequence[Measure], day: date, lengths: Lengths) -> float:
    """Months for which a stop is expected to go on, as seen on ``day``."""
    begun = measure.in_force
    if begun is None:
        return 0.0
    for later in measures:
        if later.announced <= day and later.in_force is not None and taken_over(later, (measure,)):
            rest = months_left(later, measures, day, lengths) if later.instrument in WITHHOLDING else 0.0
            return _months(day, later.in_force) + (rest if later.in_force > day else 0.0)
    if measure.expected_end is None:
        return _without_end(measure, measures, day, lengths)
    again = _prolonged_share(measure, measures, day, lengths)
    announced = _months(begun, measure.expected_end)
    return _months(max(day, begun), measure.expected_end) + announced * again / (1.0 - again)


def rest_months(typical_months: float, weight: float, lasted: float, ended: Sequence[float] = ()) -> float:
    """Months left of a stop without an end that has lasted so many; ``ended`` : lengths of the actor's
    earlier ones."""
    return (weight * typical_months + sum(ended) + lasted) / (weight + len(ended))


def _months(first: date, last: date) -> float:
    return max((last - first).days, 0) / MONTH_DAYS


def _began(measure: Measure, measures: Sequence[Measure]) -> date:
    """First day of a stop and of those that it prolongs."""
    days = [_began(other, measures) for other in taken_over(measure, measures)]
    return min([measure.in_force or measure.announced, *days])


def _others(measure: Measure, measures: Sequence[Measure]) -> list[Measure]:
    """Other stops of the same actor that came into force."""
    stops = [
        m for m in measures if m.actor == measure.actor and m.instrument in WITHHOLDING and m is not measure
    ]
    return [m for m in stops if m.in_force is not None and (m.closes is None or m.in_force < m.closes)]


def _goes_on(measure: Measure, measures: Sequence[Measure]) -> bool:
    """Whether another stop took over from it on the day on which it closed."""
    return any(taken_over(m, (measure,)) for m in measures if m.instrument in WITHHOLDING)


def _without_end(measure: Measure, measures: Sequence[Measure], day: date, lengths: Lengths) -> float:
    ended = [
        _months(_began(other, measures), other.closes)
        for other in _others(measure, measures)
        if other.closes is not None and other.closes <= day and not _goes_on(other, measures)
    ]
    return rest_months(lengths.typical_months, lengths.weight, _months(_began(measure, measures), day), ended)


def _prolonged_share(measure: Measure, measures: Sequence[Measure], day: date, lengths: Lengths) -> float:
    """Chance that a stop is prolonged at the end that was announced for it."""
    prolonged = in_time = 0
    for other in _others(measure, measures):
        if other.expected_end is None or other.expected_end > day:
            continue
        late = other.closes is None or other.closes > other.expected_end or _goes_on(other, measures)
        prolonged, in_time = prolonged + late, in_time + (not late)
    return (lengths.prolonged_share * lengths.weight + prolonged) / (lengths.weight + prolonged + in_time)
