"""What happened in a run, in order and in plain words: steps onto the floor, controls, measures, outages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.figures.naming import (
    as_signatories,
    by_size,
    country_name,
    in_words,
    mineral_word,
    part_of_year,
    quarter_in_words,
    sentence,
    subject_in_words,
    the_country,
)
from experiments.results import Run, each_row
from experiments.shortages import in_chronicle

if TYPE_CHECKING:
    import pandas as pd

MOST_ENTRIES = 42
NAMED = 8
"""Countries named in one entry; the rest are counted."""
STEPS = {
    "bound": ("is bound by the floor", "are bound by the floor", 0),
    "left": ("leaves the floor", "leave the floor", 0),
    "planned": ("signs an action plan", "sign an action plan", 2),
}
WEIGHT = {"decision": 0, "outage": 2, "in_force": 3, "suspended": 3, "ended": 3, "announced": 4}
CONTROLS = ("listing", "end_use", "licence", "quota", "ban", "export_tax", "price_war", "sales_ceiling")
TOLD_TOGETHER = ("membership", "threat", "rationing")
PRESSURE = {
    "threat": ("threatens countries that hold out", 2),
    "tariff": ("lays duties on goods in answer", 0),
}
WORDS_ONLY = ("statement", "coercion", "threat")
"""Instruments that move nothing at a border by themselves."""
LIGHTEST = 5
OCCASION = {
    "announced": "announced",
    "ended": "ended",
    "cancelled": "called off",
    "renewed": "renewed",
    "suspended": "suspended",
    "outage": "outage",
    "plant": "new plant",
}


class Entry(NamedTuple):
    """One line of the chronicle: when in words, what happened, and whether it is a step of the ``zone`` or a
    ``control``; the lightest ``weight`` counts most.
    """

    round: int
    when: str
    text: str
    mark: str
    weight: int


def chronicle(run: Run, most: int = MOST_ENTRIES) -> list[Entry]:
    """At most ``most`` entries in order of time, the weightiest kept: steps of the zone, shortages and
    controls decided in the run before dated controls, these before duties, words and plants.
    """
    entries = _steps(run) + _pressure(run) + _lifted(run) + _events(run)
    entries += [Entry(number, when, text, "event", 0) for number, when, text in in_chronicle(run)]
    kept = sorted(entries, key=lambda entry: (entry.weight, entry.round))[:most]
    return sorted(kept, key=lambda entry: (entry.round, entry.weight, entry.text))


def _steps(run: Run) -> list[Entry]:
    """A line a year and kind of step, with the quarter or month behind each name."""
    countries = run.table("countries")
    rungs = countries.pivot(index="round", columns="country", values="rung")
    moved: dict[tuple[str, str], dict[str, int]] = {}
    for before, now in pairwise(run.rounds):
        was, is_now = rungs.loc[before], rungs.loc[now]
        steps = {
            "bound": (is_now == 4) & (was < 4),
            "left": (is_now < 4) & (was == 4),
            "planned": (is_now == 3) & (was < 3),
        }
        for step, who in steps.items():
            for code in as_signatories(map(str, rungs.columns[who.to_numpy()])):
                # A member of the Union may follow a round later: the Union is named once.
                moved.setdefault((step, _quarter(run, now)[:4]), {}).setdefault(code, now)
    return [_step(run, step, year, who) for (step, year), who in moved.items()]


def _step(run: Run, step: str, year: str, who: dict[str, int]) -> Entry:
    one, many, weight = STEPS[step]
    names = [f"{country_name(code)} ({part_of_year(_quarter(run, who[code]))})" for code in by_size(who)]
    text = f"{in_words(names, NAMED)} {many if len(names) > 1 else one}"
    if len(names) > NAMED:
        text += f", {len(names)} in all"
    return Entry(min(who.values()), year, sentence(text), "zone", weight)


def _pressure(run: Run) -> list[Entry]:
    """One line on whom the leader threatened over the whole run, one on whose goods the dominant refiner laid
    duties, those hit most often named first.
    """
    events = run.table("events")
    decided = events[events["kind"] == "decision"]
    entries = []
    for instrument, (does, weight) in PRESSURE.items():
        rows = decided[decided["instrument"] == instrument]
        for actor, own in rows.groupby("actor", sort=True):
            entries.append(_gathered(run, str(actor), does, own, weight))
    return entries


def _gathered(run: Run, actor: str, does: str, own: pd.DataFrame, weight: int) -> Entry:
    hit = [as_signatories(_codes(targets)) for targets in own["targets"]]
    times = Counter(code for codes in hit for code in codes)
    ranked = sorted(by_size(times), key=lambda code: -times[code])
    names = [country_name(code) + (f" ({times[code]})" if times[code] > 1 else "") for code in ranked]
    count = f", {len(own)} times" if len(own) > 1 else ""
    years = sorted({str(quarter)[:4] for quarter in own["quarter"]})
    when = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    text = f"{the_country(actor)} {does}{count}: {in_words(names, NAMED)}"
    mark = "control" if actor == run.dominant_refiner else "event"
    return Entry(int(own["round"].min()), when, sentence(text), mark, weight)


def _lifted(run: Run) -> list[Entry]:
    """Controls that the dominant refiner takes back, which the table of decisions alone records."""
    decisions = run.table("decisions")
    rows = decisions[(decisions["kind"] == "retaliation") & (decisions["choice"] == "relent")]
    return [
        Entry(
            int(row.round),
            quarter_in_words(str(row.quarter)),
            sentence(
                f"{the_country(str(row.actor))} lifts its control: {subject_in_words(str(row.subject))}"
            ),
            "control",
            0,
        )
        for row in each_row(rows.drop_duplicates("decision"))
    ]


def _events(run: Run) -> list[Entry]:
    acts: dict[tuple[str, ...], list[Any]] = {}
    for row in each_row(_told_once(run.table("events"))):
        act = (row.kind, row.actor, row.targets, row.instrument, row.minerals, row.text)
        acts.setdefault(act, []).append(row)
    entries = []
    for same in acts.values():
        row, last, times = same[0], str(same[-1].quarter), len({one.round for one in same})
        again = f" ({times} times, the last in {quarter_in_words(last)})" if times > 1 else ""
        mark = "control" if row.actor == run.dominant_refiner and row.instrument in CONTROLS else "event"
        text = sentence(f"{_what(row).rstrip('. ')}{again}")
        entries.append(Entry(int(row.round), quarter_in_words(str(row.quarter)), text, mark, _weight(row)))
    return entries


def _told_once(events: pd.DataFrame) -> pd.DataFrame:
    """Events but for those told together elsewhere, and announcements of what takes effect in the same
    quarter.
    """
    duties = (events["kind"] == "decision") & (events["instrument"] == "tariff")
    told = events[~events["instrument"].isin(TOLD_TOGETHER) & ~duties]
    named = ["round", "actor", "targets", "instrument", "minerals", "text"]
    acted = set(told.loc[told["kind"] == "in_force", named].itertuples(index=False, name=None))
    rows = told[["kind", *named]].itertuples(index=False, name=None)
    places = [place for place, row in enumerate(rows) if row[0] != "announced" or row[1:] not in acted]
    return told.iloc[places]


def _weight(row: Any) -> int:
    if row.kind == "plant" or row.instrument in WORDS_ONLY:
        return LIGHTEST
    # The end of a truce brings back what it held back.
    if (row.kind == "in_force" and row.instrument in CONTROLS) or row.instrument == "truce":
        return 1
    return WEIGHT.get(str(row.kind), 3)


def _what(row: Any) -> str:
    """The event in words, led by who acts and, unless it simply takes effect, by the occasion."""
    kind, actor = str(row.kind), str(row.actor)
    if kind == "decision" and row.instrument == "licence":
        return _licence(row)
    if kind == "ended" and row.instrument == "truce":
        return f"{the_country(actor)} ends a truce ({row.text})"
    parts = [the_country(actor)] if actor else []
    parts += [OCCASION[kind]] if kind in OCCASION else []
    opening = f"{', '.join(parts)}: " if parts else ""
    return opening + str(row.text or _from_columns(row))


def _licence(row: Any) -> str:
    """A control decided in the run, from its columns, with the terms that its text gives."""
    _, colon, terms = str(row.text).partition(": ")
    goods = _listed(mineral_word(key) for key in _codes(row.minerals))
    goods = f"components of {goods}" if " component:" in str(row.text) else goods
    buyers = _listed(the_country(code) for code in _codes(row.targets))
    said = f"{the_country(str(row.actor))} puts its exports of {goods} to {buyers} under licence"
    return f"{said}: {terms}" if colon else said


def _from_columns(row: Any) -> str:
    minerals, targets = _codes(row.minerals), _codes(row.targets)
    about = f" on {_listed(map(mineral_word, minerals))}" if minerals else ""
    against = f" against {_listed(map(the_country, targets))}" if targets else ""
    return f"{row.instrument}{about}{against}"


def _codes(cell: object) -> list[str]:
    return [code for code in str(cell).split(";") if code and code != "*"]


def _listed(names: Iterable[str]) -> str:
    return in_words(list(names), 5)


def _quarter(run: Run, number: int) -> str:
    return run.quarters[run.rounds.index(number)]
