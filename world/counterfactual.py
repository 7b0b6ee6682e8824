"""Many "what if" markets solved together: the answers that agents get, and the round's own market.

A case is a set of minerals under one policy. Its rows differ from the base rows only in members, floor and
controls; all rows of a round are cleared in one batch, each started from the base solution of its mineral,
and only in the markets that the question can change. An answer is exact: the same solver to the same
tolerance as the market itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import groupby
from typing import Any

import numpy as np

from world.accounts import PRODUCERS, CountryAccounts, accounts_over, country_accounts
from world.axes import Array, Axes, Mask, Whole, scatter
from world.industry.plant_costs import BLOCK_STAGE, MAKING
from world.licences.segment_prices import SegmentPrices, joined_again
from world.licences.segments import Parts
from world.market.arrays import Market, Prices
from world.market.clearing import Clearing
from world.market.lane_books import LaneBook
from world.market.listed_clearing import clear_listed
from world.market.solver import clear_market
from world.offers import Priced
from world.questions.adjusted_capacity import with_called_capacity, with_inside_capacity
from world.questions.control_lanes import changes, controlled_stages, restricted, restricts
from world.questions.rows import AskedRows, ask_rows, controlled_parts
from world.questions.setting import Horizon, Setting
from world.state import Control

# Enough to make little of what a batch costs whatever its size, few enough for the processor's cache.
ROWS_AT_ONCE = 32


@dataclass(frozen=True)
class Case:
    """One question: these minerals, these members, the floor applied or not, further controls, today or
    later; ``capacity_t``: block -> (seller,) capacity of its one mineral where it is not that of the horizon;
    ``captures``: the captor takes all of the levy over.
    """

    minerals: tuple[int, ...]
    members: Mask
    floor: bool
    controls: tuple[Control, ...] = ()
    is_later: bool = False
    capacity_t: Mapping[str, Array] = field(default_factory=dict)
    captures: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a case leads to: accounts and prices of its minerals (row = mineral).

    feed_usd_t : for each of its minerals and making stages, the price index of what its makers buy
    """

    accounts: CountryAccounts
    minerals: Whole
    prices: Prices
    feed_usd_t: list[tuple[Array, ...]]

    def stakes_usd(self, weight: Array, minerals: Sequence[int] | None = None) -> Array:
        """(mineral, country) stakes of the case's minerals, or of some of them in their order."""
        stakes: Array = self.accounts.stake_usd(weight[self.minerals])
        if minerals is None:
            return stakes
        row = {int(mineral): place for place, mineral in enumerate(self.minerals)}
        return np.asarray(stakes[[row[mineral] for mineral in minerals]])

    def stake_usd(self, weight: Array) -> Array:
        """(country,) stakes summed over the case's minerals; weight : (mineral,) share borne at first use."""
        total: Array = self.accounts.stake_usd(weight[self.minerals]).sum(axis=0)
        return total


@dataclass(frozen=True)
class _Row:
    case: int
    mineral: int
    hubs: bool
    is_later: bool
    stages: tuple[int, ...]


def solve_cases(setting: Setting, cases: Sequence[Case]) -> tuple[list[Outcome], int]:
    """Clear all cases; returns their outcomes in order and the number of markets solved. Rows that ask the
    same of the same mineral are solved once; controls that change no lane ask nothing."""
    standing, cases = restricted(setting), _effective(setting, cases)
    asked = {
        (number, mineral): _asks(case, mineral)
        for number, case in enumerate(cases)
        for mineral in case.minerals
    }
    first = {what: place for place, what in reversed(asked.items())}
    rows = [
        _Row(
            number,
            mineral,
            bool(standing[mineral]) or restricts(cases[number].controls, mineral),
            cases[number].is_later,
            tuple(controlled_stages([cases[number].controls], np.array([mineral]))),
        )
        for number, mineral in first.values()
    ]
    size = _sizes(setting.axes)
    rows.sort(key=lambda row: (*_kind(row), *size[row.mineral], row.case))
    solved: dict[tuple[int, int], _Solved] = {}
    for _, alike in groupby(rows, key=_kind):
        for batch in _batches(list(alike)):
            solved.update(_solve_batch(setting, cases, batch))
    found = {place: solved[first[what]] for place, what in asked.items()}
    return [_gather_case(number, case, found) for number, case in enumerate(cases)], len(rows)


def _effective(setting: Setting, cases: Sequence[Case]) -> list[Case]:
    """The cases without the controls that change no lane."""
    changing = cache(partial(changes, setting))
    return [
        replace(case, controls=tuple(filter(changing, case.controls))) if case.controls else case
        for case in cases
    ]


def _kind(row: _Row) -> tuple[bool, tuple[int, ...], bool]:
    """What rows of a batch have in common: the horizon, the stages with controls, whether there are hubs."""
    return row.is_later, row.stages, row.hubs


def _solve_batch(
    setting: Setting, cases: Sequence[Case], batch: Sequence[_Row]
) -> dict[tuple[int, int], _Solved]:
    """(case, mineral) -> what was found, for rows of one kind."""
    is_later, _, hubs = _kind(batch[0])
    mineral = np.array([row.mineral for row in batch], dtype=np.int64)
    given = [cases[row.case] for row in batch]
    asked = ask_rows(setting, given, mineral, hubs)
    clearing, book = _clear_asked(asked, given)
    start = setting.horizon(is_later).start.take(mineral)
    prices, feed = _widened(start, clearing.prices()), _feed_usd_t(asked.part, clearing)
    return {(row.case, row.mineral): (book, prices, feed, place) for place, row in enumerate(batch)}


def _clear_asked(asked: AskedRows, cases: Sequence[Case]) -> tuple[Clearing, CountryAccounts]:
    """What clears the rows of questions, lanes aside, and their accounts by country."""
    part, listed = asked.part, asked.listed
    horizon, market = part.horizon(cases[0].is_later), listed.priced.market
    found = clear_listed(listed.market, horizon.starting(np.array([case.floor for case in cases])))
    lanes = tuple(map(LaneBook, listed.lanes, found.flows, listed.priced.charges))
    captured, named = _captured(horizon, cases), (asked.axes, asked.final_use, listed.hub)
    book = accounts_over(market, found.clearing, lanes, *named, captured, part.captor)
    return found.clearing, _with_capital(part, market, book) if horizon.inside else book


def _captured(horizon: Horizon, cases: Sequence[Case]) -> Array:
    """(row,) part of the levy on its goods that the captor takes over."""
    return np.array([1.0 if case.captures else horizon.capture_share for case in cases])


def _asks(case: Case, mineral: int) -> tuple[Any, ...]:
    """All that makes the market of a mineral under a case what it is."""
    controls = tuple(
        (
            *(control.actor, control.stage, control.targets, control.approval_share, control.tax_share),
            control.for_few,
        )
        for control in case.controls
        if control.mineral == mineral
    )
    capacity = tuple((block, values.tobytes()) for block, values in sorted(case.capacity_t.items()))
    return mineral, case.is_later, case.floor, case.captures, case.members.tobytes(), controls, capacity


_Solved = tuple[CountryAccounts, Prices, tuple[Array, ...], int]


def _feed_usd_t(part: Setting, clearing: Clearing) -> tuple[Array, ...]:
    """Per making stage (row, maker) price index of what its makers buy, who stand first among the buyers."""
    stages = range(1, len(clearing.stages))
    width = [part.axes.sellers(stage).shape[1] for stage in stages]
    return tuple(
        clearing.stages[stage - 1].index_usd_t[:, :count] for stage, count in zip(stages, width, strict=True)
    )


def _sizes(axes: Axes) -> list[tuple[int, ...]]:
    """How many places each mineral fills, the widest axis first, so that those alike stand together."""
    lists = [axes.final_users, axes.users, axes.refiners, axes.ore_sellers]
    filled = np.stack([(positions >= 0).sum(axis=1) for positions in lists], axis=1)
    return [(*map(int, row), place) for place, row in enumerate(filled)]


def _batches(rows: Sequence[_Row]) -> list[Sequence[_Row]]:
    return [rows[first : first + ROWS_AT_ONCE] for first in range(0, len(rows), ROWS_AT_ONCE)]


def _widened(start: Prices, found: Prices) -> Prices:
    """Prices ``found`` in the first places of those of ``start``, which are as wide as all minerals."""
    for wide, narrow in zip(start.price_usd_t, found.price_usd_t, strict=True):
        wide[:, : narrow.shape[1]] = narrow
    return Prices(start.price_usd_t, found.premium_usd_t)


def pose_rows(setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool) -> tuple[Parts, Priced]:
    """The market of one row for each case and its ``mineral`` (row,), all of one horizon, with or without the
    routes through hubs, and what it is made of. ``setting`` has these rows (:meth:`Setting.rows`). Users that
    licences are refused to are buyers of their own."""
    parts, horizon = controlled_parts(setting, cases, mineral), setting.horizon(cases[0].is_later)
    priced = parts.offers.market(parts.rows, parts.borders, setting.terms, setting.zone, hubs)
    priced = with_inside_capacity(priced, horizon, setting.axes, parts.rows[0].members)
    return parts, with_called_capacity(priced, [case.capacity_t for case in cases])


def clear_rows(
    setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool
) -> tuple[Priced, Clearing, CountryAccounts, tuple[SegmentPrices, ...]]:
    """Clear the market of :func:`pose_rows`; refused users are returned in one with the others of their
    country, with the prices of both by stage."""
    parts, priced = pose_rows(setting, cases, mineral, hubs)
    horizon = setting.horizon(cases[0].is_later)
    clearing = clear_market(priced.market, horizon.starting(np.array([case.floor for case in cases])))
    hub, captured = [border.hub for border in parts.borders], _captured(horizon, cases)
    book = country_accounts(priced, clearing, parts.axes, parts.final_use, hub, captured, setting.captor)
    book = _with_capital(setting, priced.market, book) if horizon.inside else book
    priced, clearing, prices = joined_again(parts, priced, clearing)
    return priced, clearing, book, prices


def _with_capital(setting: Setting, market: Market, book: CountryAccounts) -> CountryAccounts:
    """Profits of a market some years on, less the capital charge of the plants that stand by then."""
    usd = book.usd.copy()
    for block, stage in BLOCK_STAGE.items():
        offered = market.stages[stage]
        stands = (offered.making if block in MAKING else offered.own).capacity_t.sum(axis=1)
        added = np.maximum(stands - setting.standing_t[block], 0.0)
        charge = setting.capital_usd_t[block] * added
        usd[:, PRODUCERS[stage]] -= scatter(charge, setting.axes.sellers(stage), usd.shape[2])
    return replace(book, usd=usd)


def needs_hubs(setting: Setting, case: Case, mineral: int) -> bool:
    """Some lane of the mineral is closed, licensed or newly taxed in this case, so that ways round it
    matter.
    """
    return bool(restricted(setting)[mineral]) or restricts(case.controls, mineral)


def _gather_case(number: int, case: Case, solved: Mapping[tuple[int, int], _Solved]) -> Outcome:
    parts = [solved[number, mineral] for mineral in case.minerals]
    books, prices, feeds, places = zip(*parts, strict=True)
    return Outcome(
        CountryAccounts(
            _picked([book.usd for book in books], places),
            _picked([book.final_surplus_usd for book in books], places),
            _picked([book.world_usd for book in books], places),
        ),
        np.array(case.minerals, dtype=np.int64),
        Prices(
            tuple(_picked(stage, places) for stage in zip(*(one.price_usd_t for one in prices), strict=True)),
            tuple(
                _picked(stage, places) for stage in zip(*(one.premium_usd_t for one in prices), strict=True)
            ),
        ),
        [tuple(index[place] for index in feed) for feed, place in zip(feeds, places, strict=True)],
    )


def _picked(batches: Sequence[Array], places: Sequence[int]) -> Array:
    """One row of each batch, one below the other."""
    return np.array([batch[place] for batch, place in zip(batches, places, strict=True)])
