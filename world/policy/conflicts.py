"""Measures that contradict each other: one closes a lane on which another rations, two quotas or
guarantees on the same thing at one time.

A ban may be an exception to a wider licence or quota, as China's ban on one buyer beside licences for all; it
contradicts one that lies wholly within it. Times are those of the dates, truces taken out, renewals apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

from world.policy.instruments import CLOSING, RATIONING
from world.policy.measures import ALL, Complaint, Measure

Span = tuple[date, date]
Groups = Mapping[str, Collection[str]]


class Lanes(NamedTuple):
    """Lanes by the names of exporters and importers, groups written out."""

    exporters: frozenset[str]
    importers: frozenset[str]


def conflicts(measures: Sequence[Measure], groups: Groups) -> Iterator[tuple[int, Complaint]]:
    """Position of a measure and what is wrong with it beside an earlier one of the list.

    groups : members of each group whose members are known
    """
    spans = [_spans(measure, measures) for measure in measures]
    for (first, one), (second, other) in combinations(enumerate(measures), 2):
        shared = _shared(spans[first], spans[second])
        if shared is None or not _meet(one.minerals, other.minerals) or not _meet(one.stages, other.stages):
            continue
        clash = _clash(one, other, groups)
        if clash:
            when = f"from {shared[0]}" + ("" if shared[1] == date.max else f" to {shared[1]}")
            yield second, Complaint("instrument", other.instrument, f"{clash} [{one.id}] {when}")


def _clash(one: Measure, other: Measure, groups: Groups) -> str:
    """What must not be, in words; empty where the two agree."""
    for closing, rationing in ((one, other), (other, one)):
        if closing.instrument in CLOSING and rationing.instrument in RATIONING:
            ways = _lanes(rationing, groups)
            if all(any(_within(way, shut) for shut in _lanes(closing, groups)) for way in ways):
                return f"no {other.instrument} on lanes of the {one.instrument}"
    same = one.instrument if one.instrument == other.instrument else ""
    actors = (_names((measure.actor,), groups) for measure in (one, other))
    if same in ("production_quota", "guarantee") and _meet(*actors):
        return f"one {same} at a time, there is"
    if one.instrument == other.instrument == "tariff_quota":
        mine, theirs = _lanes(one, groups)[0], _lanes(other, groups)[0]
        if _meet(mine.exporters, theirs.exporters) and _meet(mine.importers, theirs.importers):
            return "one tariff_quota on a lane at a time, there is"
    return ""


def _lanes(measure: Measure, groups: Groups) -> tuple[Lanes, ...]:
    """The lanes that a measure touches, one or both ways."""
    actor, targets = _names((measure.actor,), groups), _names(measure.targets, groups)
    out, into = Lanes(actor, targets), Lanes(targets, actor)
    if measure.instrument == "embargo":
        return (out, into)
    return (into,) if measure.instrument == "tariff_quota" else (out,)


def _names(names: Collection[str], groups: Groups) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        found |= set(groups.get(name, (name,)))
    return frozenset(found)


def _meet(one: Collection[str], other: Collection[str]) -> bool:
    return ALL in one or ALL in other or bool(set(one) & set(other))


def _within(inner: Lanes, outer: Lanes) -> bool:
    return all(
        ALL in wide or (ALL not in small and small <= wide) for small, wide in zip(inner, outer, strict=True)
    )


def _spans(measure: Measure, measures: Sequence[Measure]) -> list[Span]:
    """Times in which a measure bites, last day excluded, without those of truces that hold it back."""
    if measure.in_force is None:
        return []
    spans = [(measure.in_force, measure.closes or date.max)]
    for truce in measures:
        if truce.instrument == "truce" and measure.id in truce.suspends and truce.in_force is not None:
            held = (truce.in_force, truce.closes or date.max)
            spans = [part for span in spans for part in _without(span, held)]
    return [span for span in spans if span[0] < span[1]]


def _without(span: Span, held: Span) -> list[Span]:
    parts = [(span[0], min(span[1], held[0])), (max(span[0], held[1]), span[1])]
    return [part for part in parts if part[0] < part[1]]


def _shared(one: list[Span], other: list[Span]) -> Span | None:
    """The first time in which both bite."""
    both = [
        (max(mine[0], theirs[0]), min(mine[1], theirs[1]))
        for mine in one
        for theirs in other
        if max(mine[0], theirs[0]) < min(mine[1], theirs[1])
    ]
    return min(both) if both else None
