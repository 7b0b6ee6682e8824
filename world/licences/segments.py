"""Licensed and refused users of a country: two buyers where a licence turns some away.

A licence is granted or refused to users, by sector, firm and end use, not to each tonne. Those who have one
buy at the price at home and what it costs to ship; the others must go elsewhere: to other origins, to the
ways round, or without. So the price of who is refused parts from the price at home even where licensed
tonnage is as large as ever. In the market a user whose country is refused a part rho of a seller's licences
becomes two,

    licensed   (1 - rho) of the need; the lane as open as the office works, up to all that it can grant
    refused    rho of the need; the lane is closed, and all of its weight looks for a way round

which together have the need and the weights that one had. Of sellers with different refusals those refused by
the mildest are refused by all others too. Both are columns of the same market: they meet the same prices at
the gate, stocks and backstop, and are cleared exactly; what the market finds is added up again over both,
with their own prices kept (:mod:`world.licences.segment_prices`). Users only are split: a plant that is
refused cannot be told from one that is not in the stage it sells to, so that its licences are tonnes of the
lane. Pure: arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from world.axes import COMPONENT, REFINED, Array, Axes, Mask, Whole, in_order
from world.borders import licensed_t
from world.lanes.listed_borders import OF_BUYERS
from world.lanes.terms import BORDER_AXES, Rows, StageBorders
from world.offers import Offers, StageOffers

LEAST_REFUSED = 0.005
"""Part of a user's requests refused below which it stays one buyer, as does one all of whose are."""
LEAST_TRADE = 0.01
"""Part of a user's usual purchases that comes on lanes under licence, below which it stays one buyer."""
OWN = (*OF_BUYERS, "buyers", "usual_flow_t", "quota_t")
"""What either part of a user has its own of on lanes, besides its licences; they share the rest."""


@dataclass(frozen=True)
class Parts:
    """What a market is made of before lanes. ``user`` : per stage (row, E) place among the users of whom the
    columns at the end are the refused ones, -1 padding; ``refused_share`` : per stage (row, E) rho."""

    axes: Axes
    final_use: Array
    offers: Offers
    borders: tuple[StageBorders, ...]
    rows: tuple[Rows, ...]
    user: tuple[Whole, ...]
    refused_share: tuple[Array, ...]

    @property
    def some(self) -> bool:
        """Some user is two."""
        return any(place.shape[1] for place in self.user)


@dataclass(frozen=True)
class StageParts:
    """What a stage is made of before lanes; fields as in :class:`Parts`."""

    offers: StageOffers
    borders: StageBorders
    rows: Rows
    user: Whole
    refused_share: Array


def split_users(
    axes: Axes,
    final_use: Array,
    offers: Offers,
    borders: Sequence[StageBorders],
    rows: Sequence[Rows],
    is_shared: bool = False,
) -> Parts:
    """The parts with a column more for every user that is refused a part of its licences. Borders that are to
    be listed (``is_shared``) keep one column of what both parts of a user share: see :func:`origins`."""
    stages = [
        split_stage(axes, stage, offers.stages[stage], border, rows[stage], is_shared)
        for stage, border in enumerate(borders)
    ]
    user = tuple(stage.user for stage in stages)
    wider = axes
    for stage, place in enumerate(user):
        wider = with_refused(wider, axes, stage, place)
    return Parts(
        wider,
        more_users(final_use, user[REFINED]),
        Offers(tuple(stage.offers for stage in stages)) if any(place.shape[1] for place in user) else offers,
        tuple(stage.borders for stage in stages),
        tuple(stage.rows for stage in stages),
        user,
        tuple(stage.refused_share for stage in stages),
    )


def split_stage(
    axes: Axes, stage: int, offers: StageOffers, borders: StageBorders, rows: Rows, is_shared: bool = False
) -> StageParts:
    """The parts of one stage, as of :func:`split_users`."""
    place, share = _split_stage(axes, stage, borders, rows)
    if not place.shape[1]:
        return StageParts(offers, borders, rows, place, share)
    split = _Columns(place, share, axes.makers_next(stage).shape[1])
    asked = replace(rows, approval_share=None)
    return StageParts(split.offers(offers), split.borders(borders, rows, is_shared), asked, place, share)


def origins(user: Whole, makers: int, buyers: int) -> Whole:
    """(row, column) the buyer before the split that each column of buyers is a part of, the first for
    padding; ``buyers`` of which ``makers`` before the split, ``user`` as in :class:`Parts`."""
    before = np.broadcast_to(np.arange(buyers), (len(user), buyers))
    return np.concatenate([before, np.where(user >= 0, makers + user, 0)], axis=1)


def split_offers(offers: StageOffers, user: Whole, refused_share: Array) -> StageOffers:
    """Needs and stocks of a stage whose users at ``user`` become two, as of :func:`split_users`."""
    makers = offers.stocks.buy_share.shape[1] - offers.needs.need_t.shape[1]
    return _Columns(user, refused_share, makers).offers(offers) if user.shape[1] else offers


def refused_share(border: StageBorders, rows: Rows) -> Array:
    """(row, seller, buyer) part of a buyer's users that the seller's licences are refused to; none where
    nothing passes at all, which is a ban."""
    standing = np.zeros(border.approval_share.shape) if border.refused_share is None else border.refused_share
    if rows.approval_share is None:
        return standing
    asked = rows.approval_share
    wanted = np.where((asked > 0.0) & (asked < 1.0), 1.0 - asked, 0.0)
    return np.where(asked == border.approval_share, standing, wanted)


def refuses(border: StageBorders) -> Mask:
    """(row,) whether licences of the row are refused to some users."""
    if border.refused_share is None:
        return np.zeros(len(border.sellers), dtype=bool)
    return np.asarray((border.refused_share > 0.0).any(axis=(1, 2)))


def _split_stage(axes: Axes, stage: int, border: StageBorders, rows: Rows) -> tuple[Whole, Array]:
    """(row, E) places of the users that become two, and the part of each that is refused."""
    makers, count = axes.makers_next(stage).shape[1], len(border.sellers)
    refused = refused_share(border, rows)[:, :, makers:]
    usual = border.usual_flow_t[:, :, makers:]
    share = refused.max(axis=1, initial=0.0)
    under = np.where(refused > 0.0, usual, 0.0).sum(axis=1) > LEAST_TRADE * usual.sum(axis=1)
    chosen = (share > LEAST_REFUSED) & (share < 1.0 - LEAST_REFUSED) & under
    width = int(chosen.sum(axis=1).max(initial=0))
    place, part = np.full((count, width), -1, dtype=np.int64), np.zeros((count, width))
    for row in np.flatnonzero(chosen.any(axis=1)).tolist():
        found = np.flatnonzero(chosen[row])
        place[row, : len(found)], part[row, : len(found)] = found, share[row, found]
    return place, part


def more_positions(positions: Whole, user: Whole) -> Whole:
    """Positions of the users, and at the end those of the users that have a second column."""
    if not user.shape[1]:
        return positions
    added = np.take_along_axis(positions, np.maximum(user, 0), axis=1)
    return np.concatenate([positions, np.where(user >= 0, added, -1)], axis=1)


def with_refused(axes: Axes, plain: Axes, stage: int, user: Whole) -> Axes:
    """The axes with the users of a stage as they are in ``plain``, second columns of ``user`` added."""
    if stage == REFINED:
        return replace(axes, users=more_positions(plain.users, user))
    return replace(axes, final_users=more_positions(plain.final_users, user)) if stage == COMPONENT else axes


def more_users(values: Array, user: Whole) -> Array:
    """Values with the user as last axis, those of second columns at the end."""
    if not user.shape[1]:
        return values
    return np.concatenate([values, in_order(values, np.maximum(user, 0))], axis=-1)


def _most_t(border: StageBorders, approval_share: Array) -> Array:
    """(row, seller, buyer) most that users who are not refused may get of licences that stand; of those that
    a question asks about, as of an office that works, what it can grant."""
    return licensed_t(border, approval_share) if border.open_t is None else border.open_t


@dataclass(frozen=True)
class _Columns:
    """The users of a stage that become two: ``user``, ``share`` (row, E); ``makers`` buyers before users."""

    user: Whole
    share: Array
    makers: int

    def of_buyers(self, values: Any) -> Any:
        """Values with the buyer as last axis, second columns at the end."""
        return more_users(values, np.where(self.user >= 0, self.user + self.makers, -1))

    def refused(self, buyers: int) -> Array:
        """(row, buyer) rho of each buyer of the market before the split, 0 where it is one."""
        found = np.zeros((len(self.user), buyers))
        row, extra = np.nonzero(self.user >= 0)
        found[row, self.makers + self.user[row, extra]] = self.share[row, extra]
        return found

    def offers(self, offers: StageOffers) -> StageOffers:
        """Needs and stocks of both parts of every user."""
        needs, stocks, quotas = offers.needs, offers.stocks, offers.quotas
        both = {item.name: more_users(getattr(needs, item.name), self.user) for item in fields(needs)}
        count = needs.need_t.shape[1]
        both["need_t"][:, :count] *= 1.0 - self.refused(self.makers + count)[:, self.makers :]
        both["need_t"][:, count:] *= np.where(self.user >= 0, self.share, 0.0)
        return replace(
            offers,
            needs=replace(needs, **both),
            stocks=replace(
                stocks,
                **{item.name: self.of_buyers(getattr(stocks, item.name)) for item in fields(stocks)},
            ),
            quotas=replace(quotas, covers=self.of_buyers(quotas.covers)),
        )

    def borders(self, border: StageBorders, rows: Rows, is_shared: bool) -> StageBorders:
        """What stands on the lanes of both parts; the question's licences included."""
        names = OWN if is_shared else [item.name for item in fields(border)]
        taken = {name: self._field(border, name) for name in names if getattr(border, name) is not None}
        size = self._size(border)
        for name in ("usual_flow_t", "quota_t"):
            if taken[name].shape[-1] == size.shape[-1]:
                taken[name] = taken[name] * size
        whole = np.ones(border.buyers.shape, dtype=bool)
        taken["buyers"] = np.where(np.concatenate([whole, self.user >= 0], axis=1), taken["buyers"], -1)
        taken["approval_share"], taken["granted_t"] = self._licences(border, rows)
        return replace(border, **taken)

    def _field(self, border: StageBorders, name: str) -> Any:
        values, buyers = getattr(border, name), border.usual_flow_t.shape[-1]
        wide = BORDER_AXES.get(name, "sb").endswith("b") and values.shape[-1] == buyers
        return self.of_buyers(values) if wide else values

    def _size(self, border: StageBorders) -> Array:
        """(row, 1, column) part of the user that each column is; next to nothing of padding."""
        first = 1.0 - self.refused(border.usual_flow_t.shape[-1])
        last = np.where(self.user >= 0, self.share, 1e-300)
        return np.concatenate([first, last], axis=1)[:, None, :]

    def _licences(self, border: StageBorders, rows: Rows) -> tuple[Array, Array]:
        """Approval and most tonnes (row, seller, column) of both parts. ``working`` is how open the office is
        to who is not refused; they are limited by what it can grant, not by what used to be asked for."""
        approval = border.approval_share if rows.approval_share is None else rows.approval_share
        granted, count = licensed_t(border, approval), approval.shape[-1]
        whole = self.refused(count)[:, None, :]
        split = np.broadcast_to(whole > 0.0, approval.shape)
        mine = np.where(split, refused_share(border, rows), 0.0)
        working = np.where(split, np.minimum(approval / (1.0 - mine), 1.0), approval)
        # of those whom the strictest seller refuses, the part that this one does not
        spared = np.where(split, 1.0 - mine / np.where(split, whole, 1.0), 0.0)
        most = np.where(split & (mine > 0.0), _most_t(border, approval), granted)
        limited = np.isfinite(most)
        licensed = np.where(limited & split, (1.0 - whole) / (1.0 - mine), 1.0)
        first = np.where(limited, np.where(limited, most, 0.0) * licensed, np.inf)
        rest = np.where(limited, np.where(limited, most, 0.0) * (1.0 - licensed), np.inf)
        again, last = self.of_buyers(working * spared), self.of_buyers(rest)
        return (
            np.concatenate([working, again[..., count:]], axis=-1),
            np.concatenate([first, last[..., count:]], axis=-1),
        )
