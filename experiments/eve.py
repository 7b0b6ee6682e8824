"""From the eve of the ministerial of 4 February 2026: where every government ends up over many seeds, and the
reason it names most often.

Each seed is kept as soon as it is played, so that a count that was stopped goes on where it was.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from agents.accession import NOT_INVITED
from experiments.explain import TERMS
from experiments.figures.naming import by_size, country_name, format_share, in_words, quarter_in_words
from experiments.results import each_row
from experiments.simulation import simulate
from world.records.schema import Record
from world.scenario import Scenario

NOT_ASKED = "not asked by the leader"
"""Reason of who would sign a framework and has no invitation."""
RUNGS = ("none", "forum", "framework", "action plan", "floor")


class EveError(ValueError):
    """A file of seeds that cannot be gone on with: says which and why."""


@dataclass(frozen=True)
class Fate:
    """Where one government stood at the end of one seed.

    rung : the rung it stood on; signed : quarter in which it first took the last step, empty if never
    choice, subject : its last decision; reason : the term that weighed most for it, other : most against it
    """

    scenario: str
    seed: int
    country: str
    rung: int
    signed: str
    choice: str
    subject: str
    reason: str
    other: str
    margin_usd: float
    threshold_usd: float


def play_seeds(scenario: Scenario, seeds: Sequence[int], kept: Path) -> Iterator[int]:
    """Play the seeds that ``kept`` does not hold yet and append each to it; yields each as it is done.

    Raises ``EveError`` where the file is of another scenario or no such file.
    """
    mark = f"{scenario.key}-{scenario.fingerprint()}"
    done = {fate.seed for fate in read_fates(kept, mark)}
    for seed in seeds:
        if seed not in done:
            simulation = simulate(scenario, seed)
            if simulation.status == "interrupted":
                raise KeyboardInterrupt
            if simulation.status == "failed":
                raise EveError(f"seed {seed}: {simulation.error}")
            _append(kept, find_fates(simulation.record, mark, seed))
        yield seed


def find_fates(record: Record, mark: str, seed: int) -> list[Fate]:
    """Every government that decided on its standing, by its last decision and its last rung."""
    import pandas as pd

    rows = pd.DataFrame(record.rows("decisions"))
    rows = rows[rows["kind"] == "accession"]
    signed = rows[(rows["choice"] == "join") & (rows["subject"] == "floor")].groupby("actor")["quarter"].min()
    rungs, fates = _last_rungs(record), []
    for actor, own in rows.groupby("actor", sort=True):
        last = own[own["decision"] == own["decision"].max()]
        head = next(each_row(last))
        terms = dict(zip(last["term"], last["value_usd"], strict=True))
        reason, other = _reasons(head.choice, terms, head.threshold_usd - head.margin_usd)
        if head.subject == NOT_INVITED and head.margin_usd > head.threshold_usd:
            reason, other = NOT_ASKED, reason
        fates.append(
            Fate(
                scenario=mark,
                seed=seed,
                country=str(actor),
                rung=rungs.get("DEU" if actor == "EU" else str(actor), 0),
                signed=str(signed.get(actor, "")),
                choice=head.choice,
                subject=head.subject,
                reason=reason,
                other=other,
                margin_usd=head.margin_usd,
                threshold_usd=head.threshold_usd,
            )
        )
    return fates


def _last_rungs(record: Record) -> dict[str, int]:
    rows = record.rows("countries")
    return dict(zip(rows["country"], map(int, rows["rung"]), strict=True))


def _reasons(choice: str, terms: dict[str, float], gap_usd: float) -> tuple[str, str]:
    """The term that weighed most for the choice, and the one that weighed most against it."""
    sign = 1.0 if choice in ("join", "prepare", "leave") else -1.0
    told = {TERMS.get(name, name): sign * value for name, value in terms.items() if name}
    most = max(told, key=lambda name: (told[name], name), default="")
    least = min(told, key=lambda name: (told[name], name), default="")
    if sign < 0 < gap_usd and (not most or told[most] <= 0.0):
        most = "waiting for better terms, and the cost of entry"
    return most if most else "no text to sign", least if told and told[least] < 0.0 else ""


def read_fates(kept: Path, mark: str = "") -> list[Fate]:
    """What a file of seeds holds, if there is one. Raises ``EveError`` for one of another scenario."""
    if not kept.exists():
        return []
    kinds = {item.name: {"int": int, "float": float}.get(str(item.type), str) for item in fields(Fate)}
    with kept.open(encoding="utf-8", newline="") as file:
        try:
            rows = list(csv.DictReader(file))
            fates = [Fate(**{name: kinds[name](value) for name, value in row.items()}) for row in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise EveError(f"{kept}: no file of seeds ({error}); give another --out") from None
    other = next((fate.scenario for fate in fates if mark and fate.scenario != mark), "")
    if other:
        raise EveError(f"{kept}: holds seeds of {other}, given {mark}; give another --out")
    return fates


def _append(kept: Path, fates: Sequence[Fate]) -> None:
    is_new = not kept.exists()
    whole = 0 if is_new else kept.stat().st_size
    try:
        with kept.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [item.name for item in fields(Fate)])
            if is_new:
                writer.writeheader()
            writer.writerows(asdict(fate) for fate in fates)
    except OSError as error:
        if kept.exists():  # a full disk must not leave half a seed behind
            os.truncate(kept, whole)
        raise EveError(f"{kept}: cannot be written: {error.strerror or error}") from None


def describe_fates(fates: Sequence[Fate], last_quarter: str) -> str:
    """A table in Markdown, a line a government: how often on which rung, when it signed, what it names."""
    seeds = len({fate.seed for fate in fates})
    heads = ["government", *RUNGS, "signed, median", "most named reason", "against it"]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    by_country: dict[str, list[Fate]] = {}
    for fate in fates:
        by_country.setdefault(fate.country, []).append(fate)
    order = sorted(by_size(by_country), key=lambda name: -sum(fate.rung for fate in by_country[name]))
    lines += [_line(name, by_country[name], seeds) for name in order]
    often = [
        name for name in order if sum(fate.rung == len(RUNGS) - 1 for fate in by_country[name]) > seeds / 2
    ]
    when, names = quarter_in_words(last_quarter), in_words([country_name(name) for name in often], 40)
    head = f"{seeds} seeds, standing at the end of {when}; {len(order)} governments."
    return "\n".join([head, "", f"Bound by the floor in more than half of the seeds: {names}.", "", *lines])


def _line(name: str, own: Sequence[Fate], seeds: int) -> str:
    shares = [sum(fate.rung == rung for fate in own) / seeds for rung in range(len(RUNGS))]
    cells = [
        country_name(name),
        *(format_share(share) if share else "" for share in shares),
        _median([fate.signed for fate in own if fate.signed]),
        _named([fate.reason for fate in own]),
        _named([fate.other for fate in own if fate.other]),
    ]
    return f"| {' | '.join(cells)} |"


def _median(quarters: Sequence[str]) -> str:
    return quarter_in_words(sorted(quarters)[len(quarters) // 2]) if quarters else ""


def _named(reasons: Sequence[str]) -> str:
    """The most named, with how often."""
    if not reasons:
        return ""
    reason, count = min(Counter(reasons).items(), key=lambda pair: (-pair[1], pair[0]))
    return f"{reason} ({count} of {len(reasons)})" if count < len(reasons) else reason
