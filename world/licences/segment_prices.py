"""Two columns of a user as one again, with the price that each of the two paid."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from world.axes import Array, Whole
from world.licences.segments import Parts
from world.market.arrays import Lanes, Market, Stage
from world.market.charges import LaneCharges
from world.market.clearing import Clearing, StageClearing
from world.offers import Priced

MARGINAL_SHARE = 0.02
"""Part of purchases that a lane must carry to count for the spot price."""

ADDED_UP = ("wanted_t", "ordered_t", "unmet_t", "stock_change_t", "use_t")
ALIKE = ("asked_usd_t", "landed_usd_t", "levy_usd_t")
"""Fields of a cleared stage that are the same for both parts of a user."""


@dataclass(frozen=True)
class SegmentPrices:
    """Licensed and refused users of a stage, (row, E) as in :class:`world.licences.segments.Parts`, and a
    leading axis of two: licensed, refused.

    country : (row, E) where they are, -1 padding; refused_share : (row, E) part of the need refused
    bought_t, unmet_t; paid_usd : what the bought tonnes cost, rents and contracts included; spot_usd_t : cost
    of the dearest lane that carries at least 2% of their purchases, 0 where they bought nothing
    """

    country: Whole
    refused_share: Array
    bought_t: Array
    unmet_t: Array
    paid_usd: Array
    spot_usd_t: Array

    def refused_spot_usd_t(self, countries: int) -> Array:
        """(row, country) spot price of refused users, 0 where there are none."""
        found = np.zeros((len(self.country), countries))
        row, extra = np.nonzero(self.country >= 0)
        at = (row, self.country[row, extra])
        np.maximum.at(found, at, self.spot_usd_t[1][row, extra])
        return found


def joined_again(
    parts: Parts, priced: Priced, clearing: Clearing
) -> tuple[Priced, Clearing, tuple[SegmentPrices, ...]]:
    """The market and its clearing with one column a user, and what the two paid."""
    if not parts.some:
        return priced, clearing, tuple(_no_segments(len(clearing.residual)) for _ in clearing.stages)
    stages, cleared, prices, charged = [], [], [], []
    for place, (stage, found) in enumerate(zip(priced.market.stages, clearing.stages, strict=True)):
        join = _Join(parts.user[place], stage.makers_next, stage.lanes.spread_usd_t.shape[1])
        stages.append(join.stage(stage))
        cleared.append(join.cleared(found))
        prices.append(join.prices(found, priced.charges[place], parts, place))
        charged.append(join.charges(priced.charges[place]))
    return (
        Priced(Market(tuple(stages)), tuple(charged)),
        replace(clearing, stages=tuple(cleared)),
        tuple(prices),
    )


def _no_segments(rows: int) -> SegmentPrices:
    none, two = np.zeros((rows, 0)), np.zeros((2, rows, 0))
    return SegmentPrices(none.astype(np.int64), none, two, two, two, two)


@dataclass(frozen=True)
class _Join:
    """``user`` (row, E) as in ``Parts``; ``makers`` before the users; ``width`` columns in all."""

    user: Whole
    makers: int
    width: int

    @property
    def count(self) -> int:
        """Columns before the split."""
        return int(self.width - self.user.shape[1])

    @property
    def pairs(self) -> tuple[Whole, Whole, Whole]:
        """Row, first and second column of every user that is two."""
        row, extra = (places.astype(np.int64) for places in np.nonzero(self.user >= 0))
        return row, self.makers + self.user[row, extra], self.count + extra

    def first(self, values: Any) -> Any:
        """Values with the buyer last, without the second columns."""
        return values[..., : self.count] if values.shape[-1] == self.width else values

    def added_up(self, values: Array) -> Array:
        """Values with the buyer last, those of second columns added to the first."""
        total, (row, one, two) = np.moveaxis(values[..., : self.count].copy(), -1, 1), self.pairs
        total[row, one] += np.moveaxis(values, -1, 1)[row, two]
        return np.ascontiguousarray(np.moveaxis(total, 1, -1))

    def mean(self, values: Array, weight: Array) -> Array:
        """The mean of values over both columns, by weight; the first one's where it is all nothing."""
        total = self.added_up(weight)
        some = total > 0.0
        mean = self.added_up(values * weight) / np.where(some, total, 1.0)
        return np.where(some, mean, values[..., : self.count])

    def cleared(self, found: StageClearing) -> StageClearing:
        """The clearing with one column a user."""
        if not self.user.shape[1]:
            return found
        return replace(
            found,
            **{name: self.added_up(getattr(found, name)) for name in (*ADDED_UP, "flow_t")},
            **{name: self.first(getattr(found, name)) for name in ALIKE},
            index_usd_t=self.mean(found.index_usd_t, found.ordered_t),
            rent_usd_t=self.mean(found.rent_usd_t, found.flow_t),
        )

    def stage(self, stage: Stage) -> Stage:
        """The stage with one column a user; what either could have bought on a lane is the quota of both."""
        if not self.user.shape[1]:
            return stage
        lanes = {item.name: self.first(getattr(stage.lanes, item.name)) for item in fields(Lanes)}
        lanes["cap_t"] = self.added_up(stage.lanes.cap_t)
        needs = {item.name: getattr(stage.needs, item.name) for item in fields(stage.needs)}
        users = _Join(self.user, 0, self.width - self.makers)
        shown = {name: users.first(values) for name, values in needs.items()}
        shown["need_t"] = users.added_up(stage.needs.need_t)
        stocks = {item.name: self.first(getattr(stage.stocks, item.name)) for item in fields(stage.stocks)}
        return replace(
            stage,
            lanes=Lanes(**lanes),
            needs=replace(stage.needs, **shown),
            stocks=replace(stage.stocks, **stocks),
            desks=replace(stage.desks, lanes=self.first(stage.desks.lanes)),
        )

    def charges(self, charges: LaneCharges) -> LaneCharges:
        """The charges with one column a user."""
        if not self.user.shape[1]:
            return charges
        return replace(
            charges, **{item.name: self.first(getattr(charges, item.name)) for item in fields(charges)}
        )

    def prices(self, found: StageClearing, charges: LaneCharges, parts: Parts, place: int) -> SegmentPrices:
        """What each of the two bought, and at what price."""
        if not self.user.shape[1]:
            return _no_segments(len(self.user))
        cost = found.landed_usd_t + found.rent_usd_t
        paid = ((cost + charges.contract_usd_t(found.asked_usd_t)) * found.flow_t).sum(axis=(1, 2))
        got = found.flow_t.sum(axis=(1, 2))
        counts = found.flow_t > MARGINAL_SHARE * np.maximum(got, 1e-300)[:, None, None, :]
        spot = np.where(counts, cost, 0.0).max(axis=(1, 2))
        both = [self._both(values) for values in (got, found.unmet_t, paid, spot)]
        country = np.where(self.user >= 0, parts.axes.users_of(place)[:, self.count - self.makers :], -1)
        return SegmentPrices(country, parts.refused_share[place], *both)

    def _both(self, values: Array) -> Array:
        """(2, row, E) of the first and second columns of values (row, column)."""
        shown, (row, one, two) = np.zeros((2, *self.user.shape)), self.pairs
        at = (row, two - self.count)
        shown[0][at], shown[1][at] = values[row, one], values[row, two]
        return shown
