"""The setting of a round with its users already split by the licences that stand.

Most questions ask nothing of licences. Which users are two buyers, and what each of the two needs and can
get, is then the same for all questions of a round: it is worked out once, for all minerals, and kept with the
setting. The columns of padding that :func:`world.licences.segments.split_users` leaves between users and
second columns go to the end of each list, where :meth:`world.questions.setting.Setting.rows` cuts them off.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from operator import is_not
from typing import Any

import numpy as np

from world.axes import COMPONENT, REFINED, STAGES, Array, Axes, Whole, in_order
from world.lanes.listed_borders import OF_BUYERS, ListedBorders, list_borders
from world.lanes.terms import BORDER_AXES, Rows, StageBorders
from world.licences.segments import origins, split_offers, split_users
from world.offers import Offers, StageOffers
from world.questions.lane_faces import StageFaces, list_faces
from world.questions.setting import Places, Setting


@dataclass(frozen=True)
class SplitBorders:
    """What standing licences make of borders, whatever the horizon: axes and uses with two buyers for each
    user who is two, the lanes of each stage listed, its fields ``OF_BUYERS``; how offers become two; faces
    of lanes that were ``known``, with what they were made of.
    """

    seen: tuple[StageBorders, ...]
    axes: Axes
    final_use: Array
    lists: tuple[ListedBorders, ...]
    buyers: tuple[tuple[Array, ...], ...]
    user: tuple[Whole, ...]
    refused_share: tuple[Array, ...]
    orders: dict[int, _Order]
    known: dict[bool, tuple[tuple[Any, ...], tuple[StageFaces, ...]]]

    @classmethod
    def of(cls, setting: Setting) -> SplitBorders:
        """Of the borders of a round."""
        offers = setting.now.offers
        asked = _nothing_asked(setting)
        parts = split_users(setting.axes, setting.final_use, offers, setting.borders, asked, is_shared=True)
        orders = {
            stage: _Order.of(parts.axes, stage)
            for stage in (REFINED, COMPONENT)
            if parts.user[stage].shape[1]
        }
        users = [parts.axes.users_of(stage) for stage in range(len(STAGES))]
        borders, final_use = list(parts.borders), parts.final_use
        origin: list[Whole | None] = [None for _ in STAGES]
        for stage, order in orders.items():
            users[stage], borders[stage] = order.users(users[stage]), order.borders(borders[stage])
            origin[stage] = order.buyers(
                origins(parts.user[stage], order.makers, setting.borders[stage].buyers.shape[1])
            )
            final_use = order.users(final_use) if stage == REFINED else final_use
        return cls(
            setting.borders,
            replace(parts.axes, users=users[REFINED], final_users=users[COMPONENT]),
            final_use,
            tuple(
                list_borders(border, with_hubs=True, origin=at)
                for border, at in zip(borders, origin, strict=True)
            ),
            tuple(tuple(getattr(border, name) for name in OF_BUYERS) for border in borders),
            parts.user,
            parts.refused_share,
            orders,
            {},
        )

    def faces(self, setting: Setting, hubs: bool) -> tuple[StageFaces, ...]:
        """By stage the faces of all lanes, without quotas of sellers; ``setting`` has the users split."""
        shares = (setting.reference_usd_t, setting.zone_tariff_share, setting.zone_duty_usd_t)
        seen = (*shares, setting.terms, setting.zone)
        if hubs not in self.known or any(map(is_not, self.known[hubs][0], seen)):
            self.known[hubs] = seen, list_faces(setting, self.lists, hubs)
        return self.known[hubs][1]

    def offers(self, offers: Offers) -> Offers:
        """The offers of a horizon, with two buyers for each user who is two, padding of users last."""
        stages = [
            split_offers(*stage) for stage in zip(offers.stages, self.user, self.refused_share, strict=True)
        ]
        for stage, order in self.orders.items():
            stages[stage] = order.offers(stages[stage])
        return Offers(tuple(stages))


@dataclass(frozen=True)
class SplitSetting:
    """``setting`` with two buyers for each user that standing licences turn into two, for the questions of
    one horizon; ``offers``: those that were split, and what became of them; ``known``: faces of lanes in this
    market, with those that they were made of."""

    setting: Setting
    is_later: bool
    split: SplitBorders
    offers: tuple[Offers, Offers]
    known: dict[bool, tuple[tuple[StageFaces, ...], tuple[StageFaces, ...]]]

    @property
    def lists(self) -> tuple[ListedBorders, ...]:
        """The lanes of each stage."""
        return self.split.lists

    def rows(self, places: Places) -> Setting:
        """As :meth:`Setting.rows`, without what stands on lanes."""
        return self.setting.placed(places, self.is_later, range(len(STAGES)), bordered=())

    def buyers(self, places: Places) -> list[list[Array]]:
        """By stage the fields ``OF_BUYERS`` of these rows."""
        return [
            [
                places.take(values, BORDER_AXES[name], stage)
                for name, values in zip(OF_BUYERS, given, strict=True)
            ]
            for stage, given in enumerate(self.split.buyers)
        ]

    def faces(self, hubs: bool) -> tuple[StageFaces, ...]:
        """By stage the faces of all lanes, with or without the routes through hubs."""
        found, stages = self.split.faces(self.setting, hubs), self.offers[1].stages
        if hubs not in self.known or self.known[hubs][0] is not found:
            pairs = zip(found, stages, strict=True)
            self.known[hubs] = found, tuple(face.in_market(offers, self.is_later) for face, offers in pairs)
        return self.known[hubs][1]


def split_setting(setting: Setting, is_later: bool) -> SplitSetting:
    """The setting split, worked out anew only where borders or offers are not those of the last call; its
    ``borders`` are left as they are."""
    offers = setting.horizon(is_later).offers
    known: SplitSetting | None = setting.split.get(is_later)
    if known is None or known.split.seen is not setting.borders or known.offers[0] is not offers:
        other: SplitSetting | None = setting.split.get(not is_later)
        shared = other is not None and other.split.seen is setting.borders
        split = other.split if other is not None and shared else SplitBorders.of(setting)
        known = SplitSetting(setting, is_later, split, (offers, split.offers(offers)), {})
        # not with a setting in it: arrays in a circle would outlive their round
        setting.split[is_later] = replace(known, setting=replace(setting, split={}))
    horizon = replace(setting.horizon(is_later), offers=known.offers[1])
    moved = replace(setting, axes=known.split.axes, final_use=known.split.final_use)
    return replace(known, setting=moved.with_horizon(is_later, horizon))


def _nothing_asked(setting: Setting) -> list[Rows]:
    """Rows of all minerals with nobody bound and licences as they stand."""
    minerals = len(setting.axes.minerals)
    nobody, none = np.zeros((minerals, len(setting.axes.countries)), dtype=bool), np.zeros(minerals)
    return [Rows(nobody, np.full(minerals, np.nan), none, none) for _ in STAGES]


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
        return in_order(values, self.place)

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
