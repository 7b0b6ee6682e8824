"""Clubs and links beside the zone: who is in them, what they bring, what they ask; overlapping as they are.

An institution is data: a row of the table ``institutions`` with its members in ``memberships``, or one of the
scenario's own. Its money lowers the cost of its members' plants, its offtake and its standard draw members'
buyers to members' sellers (:mod:`world.lanes.institutions`), working together heals mistrust of the country
that it centres on, and its fellows count when a government weighs a rung of the zone. Those to whom it is
open decide whether to come in, and members whether to stay (:mod:`world.moves.institutions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from agents.ladder import FORUM
from world.axes import Array, Axes, Mask, Whole
from world.dataset import Dataset
from world.policy.measures import ALL

if TYPE_CHECKING:
    from world.clock import Clock
    from world.premise.institutions import InstitutionEntry
    from world.scenario import Scenario
    from world.state import Politics

NEVER = 10**6
"""A round that does not come."""


@dataclass(frozen=True)
class Institution:
    """One club or link.

    is_forum : the first rung of the zone's ladder, in which sits who takes that rung
    hub : position of the country that it centres on, -1 for none
    since : (country,) round in which each comes in by itself, -1 before the run, ``NEVER`` if not
    open_to : (country,) who may come in later; ends : round from which it is no more
    depth : part of the political cost and exposure of a binding floor that members carry
    information_share : working together, over that of a framework with the leader
    offtake_log : log points by which members' buyers favour members' sellers of good repute
    standard_index : governance from which supply meets its standard, NaN without one
    minerals : (mineral,) of its offtake and standard
    """

    name: str
    says: str
    hub: int
    since: Whole
    open_to: Mask
    ends: int
    depth: float
    information_share: float
    finance_usd_year: float
    offtake_log: float
    standard_index: float
    minerals: Mask
    is_forum: bool = False

    @property
    def has_standard(self) -> bool:
        """Whether supply must meet a standard to count."""
        return not np.isnan(self.standard_index)

    @property
    def draws_trade(self) -> bool:
        """Whether it moves what its members buy."""
        return self.offtake_log > 0.0 or self.has_standard


def read_institutions(
    dataset: Dataset, scenario: Scenario, axes: Axes, clock: Clock, eve: str
) -> tuple[Institution, ...]:
    """Those of the table that the scenario leaves on, then its own. Memberships count up to ``eve``."""
    off = scenario.institutions.off
    kept = [row for row in _rows(dataset) if row["name"] not in off and ALL not in off]
    blocs, members = dataset.blocs, dataset.table("memberships")
    found = [_of_row(row, members[members["club"] == row["name"]], blocs, axes, clock, eve) for row in kept]
    own = sorted(scenario.institutions.own.items())
    return (*found, *(_of_entry(name, entry, blocs, axes, clock) for name, entry in own))


def _rows(dataset: Dataset) -> Iterator[Mapping[str, str]]:
    table = dataset.table("institutions")
    for values in table.itertuples(index=False):
        yield dict(zip(table.columns, values, strict=True))


def _of_row(
    row: Mapping[str, str],
    members: pd.DataFrame,
    blocs: Mapping[str, frozenset[str]],
    axes: Axes,
    clock: Clock,
    eve: str,
) -> Institution:
    since = np.full(len(axes.countries), NEVER, dtype=np.int64)
    for code, day in zip(members["iso3"], members["date"], strict=True):
        if str(day)[:10] <= eve:
            places = _places((str(code),), blocs, axes)
            since[places] = np.minimum(since[places], clock.round_of(date.fromisoformat(str(day)[:10])))
    return Institution(
        name=row["name"],
        says=row["says"],
        hub=_position(row["hub"], axes),
        since=np.where(since < 0, -1, since),
        open_to=_mask(_split(row["open_to"]), blocs, axes),
        ends=NEVER,
        depth=float(row["depth"]),
        information_share=float(row["information_share"]),
        finance_usd_year=1e6 * float(row["finance_usd_m_year"]),
        offtake_log=float(row["offtake_log"]),
        standard_index=float(row["standard_index"]),
        minerals=_minerals(_split(row["minerals"]), axes),
        is_forum=row["kind"] == "forum",
    )


def _of_entry(
    name: str, entry: InstitutionEntry, blocs: Mapping[str, frozenset[str]], axes: Axes, clock: Clock
) -> Institution:
    begins = max(clock.round_named(entry.begins), -1)
    members = _mask(entry.members, blocs, axes)
    return Institution(
        name=name,
        says=entry.says or name.replace("_", " "),
        hub=_position(entry.hub, axes),
        since=np.where(members, begins, NEVER),
        open_to=_mask(entry.open_to, blocs, axes),
        ends=NEVER if entry.ends is None else clock.round_named(entry.ends),
        depth=entry.depth,
        information_share=entry.information_share,
        finance_usd_year=entry.finance_usd_year,
        offtake_log=entry.offtake_log,
        standard_index=float("nan") if entry.standard_index is None else entry.standard_index,
        minerals=_minerals(entry.minerals, axes),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, str(cell).split(";")))


def _position(code: str, axes: Axes) -> int:
    return axes.countries.index(code) if code in axes.countries else -1


def _places(codes: tuple[str, ...], blocs: Mapping[str, frozenset[str]], axes: Axes) -> list[int]:
    names = {member for code in codes for member in blocs.get(code, frozenset({code}))}
    return [axes.country(name) for name in sorted(names) if name in axes.countries]


def _mask(codes: tuple[str, ...], blocs: Mapping[str, frozenset[str]], axes: Axes) -> Mask:
    found = np.full(len(axes.countries), ALL in codes)
    found[_places(codes, blocs, axes)] = True
    return found


def _minerals(names: tuple[str, ...], axes: Axes) -> Mask:
    return np.array([ALL in names or mineral in names for mineral in axes.minerals])


def first_seats(institutions: Sequence[Institution], countries: int) -> Whole:
    """(institution, country) round since which each sits in it, -1 before the run, ``NEVER`` if not."""
    rows = [np.where(one.since < 0, one.since, NEVER) for one in institutions]
    return np.array(rows, dtype=np.int64).reshape(len(institutions), countries)


def take_seats(institutions: Sequence[Institution], politics: Politics, round_: int) -> None:
    """Members of the round: those whose day has come, and in the forum those who took the first rung; an
    institution that has ended has none.
    """
    for place, one in enumerate(institutions):
        since = politics.seated_since[place]
        comes = (one.since == round_) & (since == NEVER)
        if one.is_forum and one.hub == politics.leader:
            comes |= (politics.rung >= FORUM) & (since == NEVER)
        since[comes] = round_
        if round_ >= one.ends:
            since[:] = NEVER


def seats(politics: Politics, round_: int) -> Mask:
    """(institution, country) who sits in what in a round."""
    return np.asarray(politics.seated_since <= round_)


def finance_usd(
    institutions: Sequence[Institution], seated: Mask, projects_usd_year: Array, rounds_per_year: int
) -> Array:
    """(country,) money that institutions put into members' projects, USD a round, in proportion to their
    yearly investment (country,); a club of one has nobody to work with.

    seated : (institution, country) as of :func:`seats`
    """
    total = np.zeros(len(projects_usd_year))
    for one, members in zip(institutions, seated, strict=True):
        if one.finance_usd_year > 0.0 and members.sum() > 1:
            total += one.finance_usd_year / rounds_per_year * _part(projects_usd_year, members)
    return total


def contribution_usd(
    institutions: Sequence[Institution], seated: Mask, gdp_usd: Array, rounds_per_year: int
) -> Array:
    """(country,) what founding members put in, USD a round, by their GDP (country,); who came in later only
    receives. ``seated`` as of :func:`seats`.
    """
    total = np.zeros(len(gdp_usd))
    for one, members in zip(institutions, seated, strict=True):
        if one.finance_usd_year > 0.0 and members.sum() > 1:
            founders = (one.since < NEVER) & members
            paying = founders if founders.any() else members
            total += one.finance_usd_year / rounds_per_year * _part(gdp_usd, paying)
    return total


def _part(values: Array, members: Mask) -> Array:
    """(country,) shares of the members, alike where none has anything."""
    mine = np.where(members, np.maximum(values, 0.0), 0.0)
    if mine.sum() <= 0.0:
        mine = members.astype(float)
    return np.asarray(mine / mine.sum())


def working_together(institutions: Sequence[Institution], seated: Mask, hub: int) -> Array:
    """(country,) working together in institutions that centre on ``hub``, over that of a framework;
    ``seated`` as of :func:`seats`.
    """
    total = np.zeros(seated.shape[1])
    for one, members in zip(institutions, seated, strict=True):
        if one.hub == hub:
            total += one.information_share * members
    return np.minimum(total, 1.0)
