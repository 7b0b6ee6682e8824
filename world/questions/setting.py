"""All that the questions of a round share, and the rows of a batch cut out of it.

The arrays of a round have one row a mineral, as wide as the mineral with the most sellers and buyers. A batch
of questions has one row a question, no wider than its own minerals: most of the work of a batch is done on
arrays of lanes, and two thirds of those of all minerals together are padding.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from world.axes import REFINED, STAGES, Array, Axes, Kind, Mask, Whole
from world.industry.plant_costs import BLOCK_STAGE
from world.lanes.quotas import Asking
from world.lanes.terms import BORDER_AXES, OFTEN_UNIFORM, HubTerms, StageBorders, ZoneRules
from world.market.arrays import Curves, Needs, Prices, Stocks
from world.offers import Offers, StageOffers


@dataclass(frozen=True)
class Horizon:
    """Offers of today, or of a market whose capacity has adjusted; ``inside``: block -> (mineral, seller)
    capacity of sellers bound by the floor; ``capture_share``: part of the levy on its goods that the captor
    takes over by then. ``start``: prices from which the search for those that clear begins, ``floor_start``
    where the floor is applied.
    """

    offers: Offers
    inside: dict[str, Array]
    start: Prices
    capture_share: float
    floor_start: Prices | None = None

    def starting(self, floor: Mask) -> Prices:
        """The prices to start from of rows (row,) with and without the floor."""
        if self.floor_start is None:
            return self.start
        pairs = [(self.start.price_usd_t, self.floor_start.price_usd_t)]
        pairs.append((self.start.premium_usd_t, self.floor_start.premium_usd_t))
        rows = floor[:, None]
        return Prices(*(tuple(np.where(rows, b, a) for a, b in zip(*pair, strict=True)) for pair in pairs))

    def started(self, floor: bool, prices: Prices) -> Horizon:
        """The same horizon, its rows with or without the floor started from ``prices``."""
        usual = self.start if self.floor_start is None else self.floor_start
        return replace(self, floor_start=prices) if floor else replace(self, start=prices, floor_start=usual)


@dataclass(frozen=True)
class Setting:
    """All that the cases of a round share.

    reference_usd_t : (mineral, stage), NaN where the zone has none; zone_tariff_share, zone_duty_usd_t :
        (mineral, stage) flat and specific duty on outsiders
    final_use : (mineral, country, user) share of what each user of metal makes that ends up in each country
    exempt : (mineral, country) where the floor does not bind a member; None where it binds all
    standing_t, capital_usd_t : block -> (mineral, seller) capacity of the base year, and the capital charge
        of a tonne of capacity
    asking : per stage what exporters would come to ask if they alone might export; empty where nobody knows
    split : what :func:`world.questions.split_setting.split_setting` keeps, by horizon
    """

    axes: Axes
    borders: tuple[StageBorders, ...]
    terms: HubTerms
    zone: ZoneRules
    reference_usd_t: Array
    zone_tariff_share: Array
    zone_duty_usd_t: Array
    final_use: Array
    captor: int
    standing_t: dict[str, Array]
    capital_usd_t: dict[str, Array]
    now: Horizon
    later: Horizon | None = None
    exempt: Mask | None = None
    asking: tuple[Asking, ...] = ()
    split: dict[bool, Any] = field(default_factory=dict, repr=False, compare=False)

    def horizon(self, is_later: bool) -> Horizon:
        """The market of today, or the one some years on."""
        horizon = self.later if is_later else self.now
        assert horizon is not None
        return horizon

    def with_horizon(self, is_later: bool, horizon: Horizon) -> Setting:
        """The same setting with another market of today, or of some years on."""
        return replace(self, later=horizon) if is_later else replace(self, now=horizon)

    def rows(self, mineral: Whole, is_later: bool, only: Collection[int] = range(len(STAGES))) -> Setting:
        """This setting with one row for each entry of ``mineral`` (row,), no wider than these minerals, for
        questions of one horizon; what is offered and stands on lanes at these stages ``only``."""
        return self.placed(Places.of(self.axes, mineral), is_later, only, only)

    def placed(
        self, places: Places, is_later: bool, offered: Collection[int], bordered: Collection[int]
    ) -> Setting:
        """As :meth:`rows`, of these ``places``: what is offered at some stages, and what stands on lanes."""
        mineral, horizon = places.mineral, places.horizon(self.horizon(is_later), offered)
        return Setting(
            axes=places.axes(self.axes),
            borders=tuple(
                places.borders(border, stage) if stage in bordered else border
                for stage, border in enumerate(self.borders)
            ),
            terms=self.terms,
            zone=self.zone,
            reference_usd_t=self.reference_usd_t[mineral],
            zone_tariff_share=self.zone_tariff_share[mineral],
            zone_duty_usd_t=self.zone_duty_usd_t[mineral],
            final_use=places.take(self.final_use, ".k", REFINED),
            captor=self.captor,
            standing_t=places.blocks(self.standing_t),
            capital_usd_t=places.blocks(self.capital_usd_t),
            now=horizon,
            later=horizon if is_later else None,
            exempt=None if self.exempt is None else self.exempt[mineral],
            asking=tuple(places.asking(asking, stage) for stage, asking in enumerate(self.asking)),
        )


@dataclass(frozen=True)
class Places:
    """Rows, and the places on the axes that their minerals fill, which are the first ones of every list: how
    many sellers and users there are at each stage; ``makers_next``: places kept for makers among all buyers.
    """

    mineral: Whole
    sellers: tuple[int, ...]
    users: tuple[int, ...]
    makers_next: tuple[int, ...]

    @classmethod
    def of(cls, axes: Axes, mineral: Whole) -> Places:
        """The places of these minerals."""
        here, stages = np.unique(mineral), range(len(STAGES))
        return cls(
            mineral,
            tuple(_filled(axes.sellers(stage), here) for stage in stages),
            tuple(_filled(axes.users_of(stage), here) for stage in stages),
            tuple(axes.makers_next(stage).shape[1] for stage in stages),
        )

    def take(self, values: NDArray[Kind], axes: str, stage: int) -> NDArray[Kind]:
        """(mineral, ...) -> (row, ...); ``axes`` of what follows the mineral: s sellers, b buyers (the last
        if at all), k users, . any other."""
        kept = {"s": slice(self.sellers[stage]), "k": slice(self.users[stage]), ".": slice(None)}
        first: list[Any] = [kept[axis] for axis in axes if axis != "b"]
        if not axes.endswith("b"):
            return np.asarray(values[(self.mineral, *first)])
        makers = self.makers_next[stage]
        users = np.asarray(values[(self.mineral, *first, slice(makers, makers + self.users[stage]))])
        if not makers:
            return users
        following = np.asarray(values[(self.mineral, *first, slice(self.sellers[stage + 1]))])
        return np.concatenate([following, users], axis=-1) if self.users[stage] else following

    def nearer(self, stage: int) -> tuple[int, int]:
        """The first buyer of a stage that is no maker of the next, and how much nearer it stands in rows."""
        makers = self.makers_next[stage]
        return makers, makers - self.sellers[stage + 1] if makers else 0

    def axes(self, axes: Axes) -> Axes:
        """The axes of the rows; ``minerals`` names the mineral of each row."""
        sellers = [self.take(axes.sellers(stage), "s", stage) for stage in range(len(STAGES))]
        users = [self.take(axes.users_of(stage), "k", stage) for stage in range(len(STAGES))]
        names = tuple(axes.minerals[mineral] for mineral in self.mineral)
        return Axes(names, axes.countries, sellers[0], sellers[1], users[1], sellers[2], users[2])

    def borders(self, borders: StageBorders, stage: int) -> StageBorders:
        """What stands on the lanes of the rows."""
        given = {item.name: getattr(borders, item.name) for item in fields(borders)}
        taken: dict[str, Any] = {
            name: value[self.mineral]
            if name in OFTEN_UNIFORM and value.shape[1:] == (1, 1)
            else self.take(value, BORDER_AXES.get(name, "sb"), stage)
            for name, value in given.items()
            if value is not None
        }
        return replace(borders, **taken)

    def blocks(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Block -> (row, seller)."""
        return {block: self.take(value, "s", BLOCK_STAGE[block]) for block, value in values.items()}

    def asking(self, asking: Asking, stage: int) -> Asking:
        """What exporters of the rows would ask."""
        return Asking(self.take(asking.usd_t, "s", stage), self.take(asking.over_t, "s", stage))

    def horizon(self, horizon: Horizon, offered: Collection[int]) -> Horizon:
        """Offers at the stages ``offered`` and starting prices of the rows."""
        stages, inside = horizon.offers.stages, horizon.floor_start
        return Horizon(
            Offers(
                tuple(
                    self._offers(offers, stage) if stage in offered else offers
                    for stage, offers in enumerate(stages)
                )
            ),
            self.blocks(horizon.inside),
            self._prices(horizon.start),
            horizon.capture_share,
            None if inside is None else self._prices(inside),
        )

    def _prices(self, prices: Prices) -> Prices:
        return Prices(
            tuple(self.take(price, "s", stage) for stage, price in enumerate(prices.price_usd_t)),
            tuple(premium[self.mineral] for premium in prices.premium_usd_t),
        )

    def _offers(self, offers: StageOffers, stage: int) -> StageOffers:
        def curves(values: Curves) -> Curves:
            return Curves(*(self.take(getattr(values, item.name), ".s", stage) for item in fields(values)))

        needs, stocks, quotas = offers.needs, offers.stocks, offers.quotas
        return StageOffers(
            own=curves(offers.own),
            feed_t=self.take(offers.feed_t, "s", stage),
            recovery=offers.recovery[self.mineral],
            making=curves(offers.making),
            needs=Needs(*(self.take(getattr(needs, item.name), "k", stage) for item in fields(needs))),
            stocks=Stocks(*(self.take(getattr(stocks, item.name), "b", stage) for item in fields(stocks))),
            quotas=replace(quotas.take(self.mineral), covers=self.take(quotas.covers, ".b", stage)),
        )


def _filled(positions: Whole, minerals: Whole) -> int:
    """Places filled in the longest list of these minerals; one where none is, as no list is empty."""
    longest = int((positions[minerals] >= 0).sum(axis=1).max(initial=0))
    return min(max(longest, 1), int(positions.shape[1]))
