"""Many "what if" markets solved together: the answers that agents get, and the round's own market.

A case is a set of minerals under one policy. Its rows differ from the base rows only in members, floor and
controls; all rows of a round are cleared in one batch, each started from the base solution of its mineral,
and only in the markets that the question can change. An answer is exact: the same solver to the same
tolerance as the market itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np

from world.accounts import PRODUCERS, CountryAccounts, country_accounts
from world.adjusted_capacity import with_called_capacity, with_inside_capacity
from world.axes import STAGES, Array, Axes, Mask, Whole, scatter
from world.border_terms import Rows
from world.control_lanes import approvals, asks_licences, restricted, restricts, taxed
from world.market.arrays import Prices
from world.market.clearing import Clearing
from world.market.solver import clear_market
from world.offers import Priced
from world.plant_costs import BLOCK_STAGE, MAKING
from world.segment_prices import SegmentPrices, joined_again
from world.segments import Parts, split_users, unsplit
from world.setting import Setting
from world.split_setting import split_setting
from world.state import Control

# A batch this size keeps its arrays of lanes in the processor's cache.
ROWS_AT_ONCE = 16


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
    licences: bool


def solve_cases(setting: Setting, cases: Sequence[Case]) -> tuple[list[Outcome], int]:
    """Clear all cases; returns their outcomes in order and the number of markets solved. Rows that ask the
    same of the same mineral are solved once."""
    standing = restricted(setting)
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
            asks_licences(cases[number].controls, mineral),
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


def _kind(row: _Row) -> tuple[bool, bool, bool]:
    """What rows of a batch have in common."""
    return row.is_later, row.licences, row.hubs


def _solve_batch(
    setting: Setting, cases: Sequence[Case], batch: Sequence[_Row]
) -> dict[tuple[int, int], _Solved]:
    """(case, mineral) -> what was found, for rows of one kind."""
    is_later, licences, hubs = _kind(batch[0])
    mineral = np.array([row.mineral for row in batch], dtype=np.int64)
    part = (setting if licences else split_setting(setting, is_later)).rows(mineral, is_later)
    asked = [cases[row.case] for row in batch]
    parts, priced = pose_rows(part, asked, mineral, hubs, is_split=not licences)
    clearing, book = _clear(part, asked, parts, priced)
    start = setting.horizon(is_later).start.take(mineral)
    prices, feed = _widened(start, clearing.prices()), _feed_usd_t(part, clearing)
    return {(row.case, row.mineral): (book, prices, feed, place) for place, row in enumerate(batch)}


def _asks(case: Case, mineral: int) -> tuple[Any, ...]:
    """All that makes the market of a mineral under a case what it is."""
    controls = tuple(
        (control.actor, control.stage, control.targets, control.approval_share, control.tax_share)
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


def pose_rows(
    setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool, is_split: bool = False
) -> tuple[Parts, Priced]:
    """The market of one row for each case and its ``mineral`` (row,), all of one horizon, with or without the
    routes through hubs, and what it is made of. ``setting`` has these rows (:meth:`Setting.rows`). Users that
    licences are refused to are buyers of their own; ``is_split``: they are so in the setting already
    (:func:`split_setting`), and the cases ask nothing of licences."""
    asked = [case.controls for case in cases]
    horizon, rows = setting.horizon(cases[0].is_later), _stage_rows(setting, cases)
    borders = tuple(taxed(border, asked, mineral, stage) for stage, border in enumerate(setting.borders))
    if is_split:
        parts = unsplit(setting.axes, setting.final_use, horizon.offers, borders, rows)
    else:
        granted = [approvals(border, asked, mineral, stage) for stage, border in enumerate(borders)]
        wanted = [replace(row, approval_share=share) for row, share in zip(rows, granted, strict=True)]
        parts = split_users(setting.axes, setting.final_use, horizon.offers, borders, wanted)
    priced = parts.offers.market(parts.rows, parts.borders, setting.terms, setting.zone, hubs)
    priced = with_inside_capacity(priced, horizon, setting.axes, rows[0].members)
    return parts, with_called_capacity(priced, [case.capacity_t for case in cases])


def _stage_rows(setting: Setting, cases: Sequence[Case]) -> tuple[Rows, ...]:
    """What the cases ask at each stage, licences as they stand."""
    members, floor = np.stack([case.members for case in cases]), np.array([case.floor for case in cases])
    if setting.exempt is not None:
        members = members & ~setting.exempt
    return tuple(
        Rows(
            members & floor[:, None],
            np.where(floor, setting.reference_usd_t[:, stage], np.nan),
            np.where(floor, setting.zone_tariff_share[:, stage], 0.0),
            np.where(floor, setting.zone_duty_usd_t[:, stage], 0.0),
            all_spot=cases[0].is_later,
        )
        for stage in range(len(STAGES))
    )


def clear_rows(
    setting: Setting, cases: Sequence[Case], mineral: Whole, hubs: bool
) -> tuple[Priced, Clearing, CountryAccounts, tuple[SegmentPrices, ...]]:
    """Clear the market of :func:`pose_rows`; refused users are returned in one with the others of their
    country, with the prices of both by stage."""
    parts, priced = pose_rows(setting, cases, mineral, hubs)
    clearing, book = _clear(setting, cases, parts, priced)
    priced, clearing, prices = joined_again(parts, priced, clearing)
    return priced, clearing, book, prices


def _clear(
    setting: Setting, cases: Sequence[Case], parts: Parts, priced: Priced
) -> tuple[Clearing, CountryAccounts]:
    """What clears the market, and its accounts by country."""
    horizon = setting.horizon(cases[0].is_later)
    clearing = clear_market(priced.market, horizon.starting(np.array([case.floor for case in cases])))
    hub = [border.hub for border in parts.borders]
    captured = np.array([1.0 if case.captures else horizon.capture_share for case in cases])
    book = country_accounts(priced, clearing, parts.axes, parts.final_use, hub, captured, setting.captor)
    return clearing, _with_capital(setting, priced, book) if horizon.inside else book


def _with_capital(setting: Setting, priced: Priced, book: CountryAccounts) -> CountryAccounts:
    """Profits of a market some years on, less the capital charge of the plants that stand by then."""
    usd = book.usd.copy()
    for block, stage in BLOCK_STAGE.items():
        offered = priced.market.stages[stage]
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
    return Outcome(
        CountryAccounts(
            np.stack([book.usd[place] for book, _, _, place in parts]),
            np.stack([book.final_surplus_usd[place] for book, _, _, place in parts]),
            np.array([book.world_usd[place] for book, _, _, place in parts]),
        ),
        np.array(case.minerals, dtype=np.int64),
        _together([(prices, place) for _, prices, _, place in parts]),
        [tuple(index[place] for index in feed) for _, _, feed, place in parts],
    )


def _together(parts: Sequence[tuple[Prices, int]]) -> Prices:
    """Prices of one row each, one below the other."""
    stages = range(len(STAGES))
    return Prices(
        tuple(np.stack([prices.price_usd_t[stage][place] for prices, place in parts]) for stage in stages),
        tuple(np.stack([prices.premium_usd_t[stage][place] for prices, place in parts]) for stage in stages),
    )
