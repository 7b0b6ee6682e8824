"""Candidates of a search with their objectives and intervals, and the front among them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.study import Numbers
from experiments.analysis.wording import rows_of
from experiments.intervals import clustered_interval
from experiments.optimisation.archive import Archive, Play, plays_of
from experiments.optimisation.candidates import Levers, best_of
from experiments.optimisation.objectives import Objective
from experiments.sweep.design import Design

if TYPE_CHECKING:
    import pandas as pd


LEVERS = "levers_key"
"""Column that holds the levers of a candidate as one; not written to files."""


@dataclass(frozen=True)
class Front:
    """What a search found.

    table : a row a candidate that was played in full, those on the front first: the levers by name,
        ``on_front``, ``plays``, and of every objective its mean with ``_low`` and ``_high`` (95%) under the
        draws of the search. For the front also ``_apart_low`` and ``_apart_high``, the interval that counts
        between policies: what all of the front share in a play is taken out. The same under fresh draws as
        ``_checked``, ``_checked_apart_low`` and ``_checked_apart_high``, NaN before the check
    left_out : candidates without a value, for a play failed; unfinished : not yet played in full
    """

    label: str
    design: Design
    objectives: tuple[Objective, ...]
    table: pd.DataFrame
    status: str
    draws: int
    left_out: int
    unfinished: int
    first_error: str

    @property
    def policies(self) -> list[Levers]:
        """The levers of the candidates on the front."""
        return list(self.table.loc[self.table["on_front"], LEVERS]) if len(self.table) else []

    def means(self, found: Sequence[Levers]) -> Numbers:
        """(candidate, objective) means of ``found``, NaN for those without."""
        known = {row[LEVERS]: row for row in rows_of(self.table)} if len(self.table) else {}
        return np.array(
            [
                [
                    known[levers][objective.name] if levers in known else math.nan
                    for objective in self.objectives
                ]
                for levers in found
            ]
        )


def make_front(
    design: Design,
    objectives: Sequence[Objective],
    archive: Archive,
    draws: int,
    candidates: Iterable[Levers],
    status: str,
) -> Front:
    """Judge ``candidates`` by what the archive holds of them; the first ``draws`` are those of the search."""
    import pandas as pd

    names = [objective.name for objective in objectives]
    rows: list[dict[str, Any]] = []
    left_out, unfinished = 0, 0
    for levers in candidates:
        plays = plays_of(design, levers, range(draws))
        if any(play not in archive.known for play in plays):
            unfinished += 1
        elif (row := _row(levers, plays, objectives, archive)) is None:
            left_out += 1
        else:
            rows.append(row)
    signed = [[objective.sign * row[objective.name] for objective in objectives] for row in rows]
    best = set(best_of(signed))
    for place, row in enumerate(rows):
        row["on_front"] = place in best
    _set_apart([row for row in rows if row["on_front"]], design, objectives, archive, draws)
    table = pd.DataFrame(rows)
    if rows:
        rising = objectives[0].sign > 0
        table = table.sort_values(
            ["on_front", names[0]], ascending=[False, rising], ignore_index=True, kind="stable"
        )
    label = f"{design.name}, {len(rows)} policies, {draws} draws, {seeds_in_words(design)} each"
    error = next(iter(archive.errors.values()), "")
    return Front(label, design, tuple(objectives), table, status, draws, left_out, unfinished, error)


def seeds_in_words(design: Design) -> str:
    """How many seeds a draw is played with."""
    seeds = len(design.seeds)
    return "a seed of its own" if design.seed_each else f"{seeds} seed{'s' * (seeds > 1)}"


def _row(
    levers: Levers, plays: Sequence[Play], objectives: Sequence[Objective], archive: Archive
) -> dict[str, Any] | None:
    """A candidate with the means and intervals of its objectives; None where a play has no value."""
    row: dict[str, Any] = {**dict(levers), LEVERS: levers, "plays": len(plays)}
    for objective in objectives:
        values = _values(plays, objective, archive)
        if not np.isfinite(values).all():
            return None
        mean, low, high = _interval(values, plays)
        row |= {objective.name: mean, f"{objective.name}_low": low, f"{objective.name}_high": high}
    return row


def _set_apart(
    best: list[dict[str, Any]],
    design: Design,
    objectives: Sequence[Objective],
    archive: Archive,
    draws: int,
) -> None:
    """Add to the rows of the front their intervals against one another, and the check under fresh draws."""
    played = sorted({play.draw for play in archive.known})
    fresh = [draw for draw in played if draw >= draws]
    for objective in objectives:
        for ending, numbers in (("", range(draws)), ("_checked", fresh)):
            plays = [plays_of(design, row[LEVERS], numbers) for row in best]
            if not all(play in archive.known for some in plays for play in some):
                plays = [[] for _ in best]
            values = np.array([_values(some, objective, archive) for some in plays])
            shared = values.mean(axis=0) if len(best) else values
            for row, own, some in zip(best, values, plays, strict=True):
                _, low, high = _interval(own - shared, some)
                name = f"{objective.name}{ending}"
                row[name] = float(own.mean()) if len(own) else math.nan
                middle = float(shared.mean()) if len(own) else math.nan
                row |= {f"{name}_apart_low": middle + low, f"{name}_apart_high": middle + high}


def _values(plays: Sequence[Play], objective: Objective, archive: Archive) -> Numbers:
    """The value of each play; NaN where it failed or has none."""
    outcomes = [archive.known[play] for play in plays]
    found = [math.nan if one is None else objective.value(one) for one in outcomes]
    return np.array(found, dtype=float)


def _interval(values: Numbers, plays: Sequence[Play]) -> tuple[float, float, float]:
    return clustered_interval(values, [play.draw for play in plays], [play.seed for play in plays])
