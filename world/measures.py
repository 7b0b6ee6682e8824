"""Dated measures of trade policy: who does what to whom, from when to when.

The policy calendar (``world/data/calendar.csv``) and the ``[[measures]]`` of a scenario share these fields,
so that history and a what-if are one kind of thing. A measure has several dates because announcement, entry
into force and end each act on their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NamedTuple

ALL = "*"
STAGES = ("ore", "refined", "component")
"""Stages that a measure may name. The market has the first two (``world/axes.py``): a measure on components
alone is on record and without effect so far.
"""


class Instrument(NamedTuple):
    """What ``size`` means for an instrument: its words, and the range it may take (``None``: the
    instrument has no size).
    """

    meaning: str
    size: str
    low: float | None
    high: float | None


INSTRUMENTS: dict[str, Instrument] = {
    "tariff": Instrument("the importer's ad valorem duty", "share of customs value", 0.0, 10.0),
    "export_tax": Instrument("the exporter's ad valorem tax", "share of the price at the gate", 0.0, 10.0),
    "sales_ceiling": Instrument("a quota on what the actor may sell", "tonnes a year", 0.0, 1e9),
    "licence": Instrument("the exporter decides on each request", "share of requests granted", 0.0, 1.0),
    "ban": Instrument("the exporter ships nothing to the targets", "no size", None, None),
    "threat": Instrument("an announcement and no more", "no size", None, None),
    "coercion": Instrument("pressure that costs trust", "severity", 1.0, 5.0),
    "outage": Instrument("output lost", "share of the actor's output", 0.0, 1.0),
    "truce": Instrument("suspends the measures it lists", "no size", None, None),
    "statement": Instrument("words", "no size", None, None),
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One dated measure.

    ``announced`` comes first and moves expectations; ``in_force`` is the first day it bites (``None``: never
    so far); ``ends`` is the first day it no longer does (``None``: open). ``renewed`` is the probability that
    it is renewed at its end. ``actor`` and ``targets`` are ISO 3166-1 alpha-3 codes or names of groups
    (``*``, ``EU``, ``members``, ``G7``, any bloc of the country table); ``minerals`` and ``stages`` may be
    ``*``. ``size`` is read by instrument, see ``INSTRUMENTS``. ``suspends`` lists the measures that a truce
    holds back.
    """

    # Read by pydantic where a scenario is validated; a plain mapping, so that this file needs no library.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}

    id: str
    announced: date
    actor: str
    instrument: str
    in_force: date | None = None
    ends: date | None = None
    renewed: float = 0.0
    minerals: tuple[str, ...] = (ALL,)
    stages: tuple[str, ...] = (ALL,)
    targets: tuple[str, ...] = (ALL,)
    size: float | None = None
    suspends: tuple[str, ...] = ()
    text: str = ""
    source: str = ""


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
    for stage in measure.stages:
        if stage not in (*STAGES, ALL):
            yield Complaint("stages", stage, "ore, refined, component or *")
    if measure.instrument == "sales_ceiling" and measure.stages != ("ore",):
        yield Complaint("stages", ", ".join(measure.stages), 'only ["ore"] for a sales_ceiling')
    if not 0.0 <= measure.renewed <= 1.0:
        yield Complaint("renewed", measure.renewed, "a probability from 0 to 1")
    if measure.in_force is not None and measure.in_force < measure.announced:
        yield Complaint(
            "in_force", measure.in_force, f"a day not before the announcement, {measure.announced}"
        )
    if measure.ends is not None and measure.ends < (measure.in_force or measure.announced):
        yield Complaint("ends", measure.ends, f"a day not before {measure.in_force or measure.announced}")
    if measure.suspends and measure.instrument != "truce":
        yield Complaint("suspends", ", ".join(measure.suspends), "only with the instrument truce")


def _size_complaints(measure: Measure) -> Iterator[Complaint]:
    kind = INSTRUMENTS[measure.instrument]
    if kind.low is None or kind.high is None:
        if measure.size is not None:
            yield Complaint("size", measure.size, f"none: a {measure.instrument} has no size")
    elif measure.size is None:
        yield Complaint("size", "nothing", f"{kind.size}, {kind.low:g} to {kind.high:g}")
    elif not kind.low <= measure.size <= kind.high:
        yield Complaint("size", measure.size, f"{kind.size}, {kind.low:g} to {kind.high:g}")


def first_day(round_number: int, start: str) -> date:
    """First day of a round, where ``start`` is the quarter of round 0, such as ``2025-Q1``.

    Raises
    ------
    ValueError
        If ``start`` is not a quarter.
    """
    found = re.fullmatch(r"(\d{4})-Q([1-4])", start)
    if found is None:
        raise ValueError(f"start: given {start!r}, allowed: a quarter such as 2025-Q1")
    quarters = int(found[1]) * 4 + int(found[2]) - 1 + round_number
    return date(quarters // 4, quarters % 4 * 3 + 1, 1)


def round_of(day: date, start: str) -> int:
    """Round that holds ``day``; negative before ``start``."""
    first = first_day(0, start)
    return (day.year - first.year) * 4 + (day.month - 1) // 3 - (first.month - 1) // 3


def share_of_quarter_in_force(measure: Measure, round_number: int, start: str) -> float:
    """Share of the days of a round on which ``measure`` is in force, 0 to 1.

    Truces and renewals are not looked at: whether a measure is suspended is a matter of the world's state.
    """
    if measure.in_force is None:
        return 0.0
    opens, closes = first_day(round_number, start), first_day(round_number + 1, start)
    begins = max(measure.in_force, opens)
    ends = closes if measure.ends is None else min(measure.ends, closes)
    return max((ends - begins).days, 0) / (closes - opens).days
