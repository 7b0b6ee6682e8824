"""What happened in a run, in order and in plain words: steps onto the floor, controls, measures, outages."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from experiments.figures.naming import as_signatories, country_name, in_words, mineral_word, quarter_in_words
from experiments.results import Run, each_row

MOST_ENTRIES = 60
WEIGHT = {
    "decision": 0,
    "in_force": 1,
    "warning": 2,
    "outage": 2,
    "suspended": 3,
    "ended": 3,
    "cancelled": 3,
    "renewed": 4,
    "announced": 4,
    "plant": 5,
}
OCCASION = {
    "announced": "announced",
    "ended": "ended",
    "cancelled": "called off",
    "renewed": "renewed",
    "suspended": "suspended",
    "outage": "outage",
    "plant": "new plant",
    "warning": "warning",
}


STEP_WEIGHT = {"is bound by the floor": 0, "leaves the floor": 0, "signs an action plan": 2}


class Entry(NamedTuple):
    """One line of the chronicle: a quarter in words, what happened, and whether it is a step of the zone
    or a ``control``.
    """

    round: int
    quarter: str
    text: str
    mark: str
    weight: int


def chronicle(run: Run, most: int = MOST_ENTRIES) -> list[Entry]:
    """At most ``most`` entries in order of time, the weightiest kept: steps of the zone before measures,
    these before plants.
    """
    entries = _steps(run) + _events(run)
    kept = sorted(entries, key=lambda entry: (entry.weight, entry.round))[:most]
    return sorted(kept, key=lambda entry: (entry.round, entry.weight, entry.text))


def _steps(run: Run) -> list[Entry]:
    countries = run.table("countries")
    rungs = countries.pivot(index="round", columns="country", values="rung")
    entries = []
    for before, now in pairwise(run.rounds):
        steps = {
            "is bound by the floor": (rungs.loc[now] == 4) & (rungs.loc[before] < 4),
            "leaves the floor": (rungs.loc[now] < 4) & (rungs.loc[before] == 4),
            "signs an action plan": (rungs.loc[now] == 3) & (rungs.loc[before] < 3),
        }
        for what, moved in steps.items():
            names = [country_name(code) for code in as_signatories(map(str, rungs.columns[moved.to_numpy()]))]
            if names:
                entries.append(
                    _entry(run, now, f"{in_words(names, 8)} {_plural(what, len(names))}.", "zone", 0)
                )
    return entries


def _events(run: Run) -> list[Entry]:
    events = run.table("events")
    entries = []
    for _, same in events.groupby(["kind", "actor", "targets", "instrument", "minerals", "text"], sort=False):
        row, last = next(each_row(same)), str(same["quarter"].iloc[-1])
        times = same["round"].nunique()
        again = f" ({times} times, the last in {quarter_in_words(last)})" if times > 1 else ""
        what = str(row.text or _from_columns(row)).rstrip(". ")
        text = f"{_opening(str(row.kind), str(row.actor))}{what}{again}."
        mark = "control" if row.actor == run.dominant_refiner else "event"
        entries.append(_entry(run, int(row.round), text, mark, WEIGHT.get(str(row.kind), 3)))
    return entries


def _opening(kind: str, actor: str) -> str:
    parts = [country_name(actor)] if actor else []
    parts += [OCCASION[kind]] if kind in OCCASION else []
    return f"{', '.join(parts)}: " if parts else ""


def _entry(run: Run, number: int, text: str, mark: str, weight: int) -> Entry:
    return Entry(number, quarter_in_words(run.quarters[run.rounds.index(number)]), text, mark, weight)


def _plural(what: str, count: int) -> str:
    verb, rest = what.split(" ", 1)
    many = {"is": "are", "leaves": "leave", "signs": "sign"}
    return f"{many[verb]} {rest}" if count > 1 else what


def _from_columns(row: Any) -> str:
    targets = in_words([country_name(code) for code in str(row.targets).split(";") if code], 5)
    minerals = in_words([mineral_word(key) for key in str(row.minerals).split(";") if key and key != "*"], 5)
    about = f" on {minerals}" if minerals != "none" else ""
    against = f" against {targets}" if targets != "none" else ""
    return f"{row.instrument}{about}{against}"
