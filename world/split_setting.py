"""The setting of a round with its users already split by the licences that stand.

Most questions ask nothing of licences. Which users are two buyers, and what each of the two needs and can
get, is then the same for all questions of a round: it is worked out once, for all minerals, and kept with the
setting. The columns of padding that :func:`world.segments.split_users` leaves between users and second
columns go to the end of each list, where :meth:`world.setting.Setting.rows` cuts them off.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from operator import is_not
from typing import Any

import numpy as np

from world.axes import COMPONENT, REFINED, STAGES, Array, Axes, Whole
from world.border_terms import BORDER_AXES, Rows, StageBorders
from world.lane_faces import StageFaces, list_faces
from world.listed_borders import OF_BUYERS, ListedBorders, list_borders
from world.offers import Offers, StageOffers
from world.segments import Parts, split_users
from world.setting import Places, Setting


@dataclass(frozen=True)
class SplitSetting:
    """``setting`` with two buyers for each user that standing licences turn into two, for the questions of
    one horizon, and the lanes of each stage listed; ``seen``: what it was made of; ``known``: faces of lanes
    that were worked out, with what they were made of."""

    setting: Setting
    is_later: bool
    lists: tuple[ListedBorders, ...]
    seen: tuple[Any, ...]
    known: dict[bool, tuple[tuple[Any, ...], tuple[StageFaces, ...]]]

    def rows(self, mineral: Whole) -> Setting:
        """As :meth:`Setting.rows`, without what stands on lanes."""
        return self.setting.rows(mineral, self.is_later, bordered=())

    def buyers(self, mineral: Whole) -> list[list[Array]]:
        """By stage the fields ``OF_BUYERS`` of these rows."""
        places = Places.of(self.setting.axes, mineral)
        return [
            [places.take(getattr(border, name), BORDER_AXES[name], stage) for name in OF_BUYERS]
            for stage, border in enumerate(self.setting.borders)
        ]

    def faces(self, hubs: bool) -> tuple[StageFaces, ...]:
        """By stage the faces of all lanes, with or without the routes through hubs."""
        setting = self.setting
        shares = (setting.reference_usd_t, setting.zone_tariff_share, setting.zone_duty_usd_t)
        seen = (*shares, setting.terms, setting.zone)
        if hubs not in self.known or any(map(is_not, self.known[hubs][0], seen)):
            self.known[hubs] = seen, list_faces(setting, self.lists, self.is_later, hubs)
        return self.known[hubs][1]


def split_setting(setting: Setting, is_later: bool) -> SplitSetting:
    """The setting split, worked out anew only where borders or offers are not those of the last call."""
    offers = setting.horizon(is_later).offers
    known: SplitSetting | None = setting.split.get(is_later)
    if known is None or known.seen[0] is not setting.borders or known.seen[1] is not offers:
        parts = split_users(setting.axes, setting.final_use, offers, setting.borders, _nothing_asked(setting))
        parts = _compacted(parts) if parts.some else parts
        lists = _lists_of(setting.split.get(not is_later), setting, parts)
        known = SplitSetting(
            # not in its own ``split``: arrays in a circle would outlive their round
            replace(_moved(setting, parts), split={}),
            is_later,
            lists,
            (setting.borders, offers, parts.offers),
            {},
        )
        setting.split[is_later] = known
    horizon = replace(setting.horizon(is_later), offers=known.seen[2])
    return replace(known, setting=_moved(setting, known.setting).with_horizon(is_later, horizon))


def _lists_of(other: SplitSetting | None, setting: Setting, parts: Parts) -> tuple[ListedBorders, ...]:
    """The lanes of the parts, those of the ``other`` horizon where its borders are the same."""
    if other is not None and other.seen[0] is setting.borders:
        return other.lists
    return tuple(list_borders(border, with_hubs=True) for border in parts.borders)


def _moved(setting: Setting, split: Setting | Parts) -> Setting:
    """``setting`` with the axes, the uses and the borders of ``split``."""
    return replace(setting, axes=split.axes, final_use=split.final_use, borders=split.borders)


def _nothing_asked(setting: Setting) -> list[Rows]:
    """Rows of all minerals with nobody bound and licences as they stand."""
    minerals = len(setting.axes.minerals)
    nobody, none = np.zeros((minerals, len(setting.axes.countries)), dtype=bool), np.zeros(minerals)
    return [Rows(nobody, np.full(minerals, np.nan), none, none) for _ in STAGES]


def _compacted(parts: Parts) -> Parts:
    """The same parts, padding of users last."""
    orders = {
        stage: _Order.of(parts.axes, stage) for stage in (REFINED, COMPONENT) if parts.user[stage].shape[1]
    }
    stages, borders = list(parts.offers.stages), list(parts.borders)
    users = {stage: parts.axes.users_of(stage) for stage in (REFINED, COMPONENT)}
    for stage, order in orders.items():
        users[stage] = order.users(users[stage])
        stages[stage], borders[stage] = order.offers(stages[stage]), order.borders(borders[stage])
    final_use = orders[REFINED].users(parts.final_use) if REFINED in orders else parts.final_use
    axes = replace(parts.axes, users=users[REFINED], final_users=users[COMPONENT])
    return replace(
        parts, axes=axes, final_use=final_use, offers=Offers(tuple(stages)), borders=tuple(borders)
    )


@dataclass(frozen=True)
class _Order:
    """``place`` (mineral, user): where each column of users is taken from; ``makers`` before them."""

    place: Whole
    makers: int

    @classmethod
    def of(cls, axes: Axes, stage: int) -> _Order:
        padding = axes.users_of(stage) < 0
        return cls(np.argsort(padding, axis=1, kind="stable"), axes.makers_next(stage).shape[1])

    def users(self, values: Any) -> Any:
        """Values with the user as last axis, in this order."""
        at = self.place.reshape(len(values), *(1,) * (values.ndim - 2), self.place.shape[1])
        return np.take_along_axis(values, np.broadcast_to(at, (*values.shape[:-1], at.shape[-1])), axis=-1)

    def buyers(self, values: Any) -> Any:
        """Values with the buyer as last axis."""
        users = self.users(values[..., self.makers :])
        return np.concatenate([values[..., : self.makers], users], axis=-1) if self.makers else users

    def offers(self, offers: StageOffers) -> StageOffers:
        """Needs, stocks and quotas in this order."""
        needs, stocks, quotas = offers.needs, offers.stocks, offers.quotas
        return replace(
            offers,
            needs=replace(
                needs, **{item.name: self.users(getattr(needs, item.name)) for item in fields(needs)}
            ),
            stocks=replace(
                stocks, **{item.name: self.buyers(getattr(stocks, item.name)) for item in fields(stocks)}
            ),
            quotas=replace(quotas, covers=self.buyers(quotas.covers)),
        )

    def borders(self, border: StageBorders) -> StageBorders:
        """What stands on the lanes, in this order; what is the same on all of them is left alone."""
        width = self.makers + self.place.shape[1]
        given = {item.name: getattr(border, item.name) for item in fields(border)}
        return replace(
            border,
            **{
                name: self.buyers(values)
                for name, values in given.items()
                if values is not None
                and BORDER_AXES.get(name, "sb").endswith("b")
                and values.shape[-1] == width
            },
        )
