"""Dated measures of trade policy: who does what to whom, from when to when.

The policy calendar (``world/data/calendar.csv``) and the ``[[measures]]`` of a scenario share these fields,
so that history and a what-if are one kind of thing. A measure has several dates because announcement, entry
into force and end each act on their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NamedTuple

from world.policy.instruments import ANYONE, FEW, HOLDERS, INSTRUMENTS, TERMS, TONNES, UNITS

ALL = "*"
STAGES = ("ore", "refined", "component")
"""Stages that a measure may name; the market plays those of ``world/axes.py``."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One dated measure.

    ``announced`` comes first and moves expectations; ``in_force`` is the first day it bites (``None``: never
    so far); ``expected_end`` is the end that was announced with it, ``ends`` the first day it no longer bites
    (``None``: open), ``cancelled`` the day on which it is called off, before or after it bites. ``renewed``
    is the probability that it is renewed at its end. ``actor`` and ``targets`` are ISO 3166-1 alpha-3 codes
    or names of groups (``*``, ``EU``, ``members``, ``nonaligned``, ``G7``, any bloc of the country table);
    ``minerals`` and ``stages`` may be ``*``. ``size`` is read by instrument, see ``INSTRUMENTS``; prices in
    ``unit``. Further terms: ``above`` the duty above a tariff quota, share of the base price; ``tonnes`` a
    year under a guarantee; ``each`` makes an export quota hold for every target by itself; ``delay_days``
    before a licence office grants anything; ``end_use`` the sectors whose requests it decides on, all when
    empty; ``holders`` who may export under it, ``few`` firms on a list or ``anyone``, by the instrument when
    blank; ``suspends`` the measures that a truce holds back.
    """

    # Read by pydantic where a scenario is validated; a plain mapping, so that this file needs no library.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}

    id: str
    announced: date
    actor: str
    instrument: str
    in_force: date | None = None
    expected_end: date | None = None
    ends: date | None = None
    cancelled: date | None = None
    renewed: float = 0.0
    minerals: tuple[str, ...] = (ALL,)
    stages: tuple[str, ...] = (ALL,)
    targets: tuple[str, ...] = (ALL,)
    size: float | None = None
    unit: str = ""
    above: float | None = None
    tonnes: float | None = None
    each: bool = False
    delay_days: float | None = None
    end_use: tuple[str, ...] = ()
    holders: str = ""
    suspends: tuple[str, ...] = ()
    text: str = ""
    source: str = ""

    @property
    def amount(self) -> float:
        """The size as a number, prices in USD a tonne; zero where there is none."""
        return float(self.size or 0.0) * UNITS.get(self.unit, 1.0)

    @property
    def is_for_few(self) -> bool:
        """Whether only firms on a list may export under it."""
        return (self.holders or HOLDERS.get(self.instrument, "")) == FEW

    @property
    def closes(self) -> date | None:
        """First day on which it no longer bites, by its end or because it is called off; renewals apart."""
        days = [day for day in (self.ends, self.cancelled) if day is not None]
        return min(days) if days else None


class Complaint(NamedTuple):
    """What is wrong with one field of a measure: its name, what was given, what is allowed."""

    field: str
    given: object
    allowed: str


def complaints(measure: Measure) -> Iterator[Complaint]:
    """Yield what is wrong with ``measure`` taken by itself; codes of countries and minerals are the
    reader's to check.
    """
    if measure.instrument not in INSTRUMENTS:
        yield Complaint("instrument", measure.instrument, "one of " + ", ".join(INSTRUMENTS))
    else:
        yield from _size_complaints(measure)
        yield from _term_complaints(measure)
        yield from _reach_complaints(measure)
    for stage in measure.stages:
        if stage not in (*STAGES, ALL):
            yield Complaint("stages", stage, "ore, refined, component or *")
    if not 0.0 <= measure.renewed <= 1.0:
        yield Complaint("renewed", measure.renewed, "a probability from 0 to 1")
    yield from _date_complaints(measure)


def _size_complaints(measure: Measure) -> Iterator[Complaint]:
    kind = INSTRUMENTS[measure.instrument]
    if kind.low is None or kind.high is None:
        if measure.size is not None:
            yield Complaint("size", measure.size, f"none: a {measure.instrument} has no size")
    elif measure.size is None:
        yield Complaint("size", "nothing", f"{kind.size}, {kind.low:g} to {kind.high:g}")
    elif not kind.low <= measure.size <= kind.high:
        yield Complaint("size", measure.size, f"{kind.size}, {kind.low:g} to {kind.high:g}")


def _term_complaints(measure: Measure) -> Iterator[Complaint]:
    """Terms that are missing, out of place or out of range."""
    kind = INSTRUMENTS[measure.instrument]
    for field in TERMS:
        given = getattr(measure, field)
        absent = given is None or given == "" or given == () or given is False
        if not absent and field not in kind.needs + kind.takes:
            takers = [name for name, other in INSTRUMENTS.items() if field in other.needs + other.takes]
            words = ", ".join(map(str, given)) if isinstance(given, tuple) else given
            yield Complaint(field, words, "only with the instrument " + " or ".join(takers))
        elif absent and field in kind.needs:
            yield Complaint(field, "nothing", _TERM_RANGES[field])
    if measure.unit and measure.unit not in UNITS:
        yield Complaint("unit", measure.unit, _TERM_RANGES["unit"])
    if measure.holders and measure.holders not in (FEW, ANYONE):
        yield Complaint("holders", measure.holders, _TERM_RANGES["holders"])
    for field, low, high in (("above", 0.0, 100.0), ("tonnes", 0.0, 1e9), ("delay_days", 0.0, 3650.0)):
        value = getattr(measure, field)
        if value is not None and not low <= value <= high:
            yield Complaint(field, value, _TERM_RANGES[field])


_TERM_RANGES = {
    "unit": " or ".join(UNITS),
    "above": "a share of the base price, 0 to 100",
    "tonnes": "tonnes a year, 0 to 1e+09",
    "delay_days": "days, 0 to 3650",
    "holders": f"{FEW} or {ANYONE}",
    "suspends": "a list of ids of measures",
}


def _reach_complaints(measure: Measure) -> Iterator[Complaint]:
    """A price and tonnes hold for named minerals at one stage; what is about the actor aims at nobody."""
    kind = INSTRUMENTS[measure.instrument]
    if kind.counts and ALL in measure.minerals:
        yield Complaint("minerals", ALL, "names of minerals, for each of which the size holds")
    wanted = kind.stages or STAGES
    if kind.counts and (len(measure.stages) != 1 or measure.stages[0] not in wanted):
        yield Complaint("stages", ", ".join(measure.stages), f"one of {', '.join(wanted)}")
    if kind.own and measure.targets != (ALL,):
        yield Complaint("targets", ", ".join(measure.targets), f"none: a {measure.instrument} aims at nobody")


def _date_complaints(measure: Measure) -> Iterator[Complaint]:
    first = measure.in_force or measure.announced
    if measure.in_force is not None and measure.in_force < measure.announced:
        yield Complaint(
            "in_force", measure.in_force, f"a day not before the announcement, {measure.announced}"
        )
    for field in ("expected_end", "ends"):
        day = getattr(measure, field)
        if day is not None and day < first:
            yield Complaint(field, day, f"a day not before {first}")
    if measure.cancelled is not None and measure.cancelled < measure.announced:
        yield Complaint("cancelled", measure.cancelled, f"a day not before {measure.announced}")
    if measure.cancelled is not None and measure.ends is not None and measure.cancelled > measure.ends:
        yield Complaint("cancelled", measure.cancelled, f"a day not after its end, {measure.ends}")
    kind = INSTRUMENTS.get(measure.instrument)
    if kind is not None and kind.counts == TONNES and measure.in_force == measure.ends is not None:
        yield Complaint("ends", measure.ends, f"a day after {first}: tonnes a year need days")
