"""From listed borders to the listed lanes of a market, by the rules of :mod:`world.borders`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from world.axes import Array, Mask, Whole
from world.borders import OF_SIDES, Route, direct_route, hub_routes, inside, ways_round
from world.lanes.listed_borders import ListedBorders, RouteList
from world.lanes.quotas import SellerQuotas
from world.lanes.terms import HubTerms, Rows, StageBorders, ZoneRules
from world.market.arrays import Market
from world.market.charges import LaneCharges
from world.market.listed import LaneList, ListedMarket, no_lanes
from world.offers import Priced, StageOffers

Sides = tuple[Mask, Mask]
"""(row, lane, 1) lanes between members that the floor covers, and from outsiders to members."""


@dataclass(frozen=True)
class ListedPriced:
    """A market over listed lanes. ``priced`` : the market without routes and the charges of the lanes (L,);
    ``lanes`` and ``hub`` (L, handover) countries that goods pass, -1 none: one a stage; ``routes`` : the
    direct one and the ways round."""

    priced: Priced
    lanes: tuple[LaneList, ...]
    hub: tuple[Whole, ...]
    routes: int

    @property
    def market(self) -> ListedMarket:
        """The market that is to clear."""
        return ListedMarket(self.priced.market, self.lanes, self.routes)


@dataclass(frozen=True)
class ListedStage:
    """The lanes of a stage, their charges, and the countries (L, handover) that goods pass, -1 none."""

    charges: LaneCharges
    lanes: LaneList
    hub: Whole


def list_market(
    offers: Sequence[StageOffers], listed: Sequence[ListedStage], buyers: Sequence[Sequence[Array]]
) -> ListedPriced:
    """As :meth:`world.offers.Offers.market`, over listed lanes; ``buyers``: fields ``OF_BUYERS`` of each
    stage."""
    stages = []
    for offer, own in zip(offers, buyers, strict=True):
        none = np.zeros((*offer.quotas.seller.shape, 0, own[0].shape[1]), dtype=bool)
        stages.append(offer.over(no_lanes(offer.feed_t.shape[1], *own), none))
    charges = tuple(stage.charges for stage in listed)
    lanes, hub = tuple(stage.lanes for stage in listed), tuple(stage.hub for stage in listed)
    routes = 1 + max(int(own.route.max(initial=0)) for own in lanes)
    return ListedPriced(Priced(Market(tuple(stages)), charges), lanes, hub, routes)


def list_stage(
    offers: StageOffers, rows: Rows, listed: ListedBorders, terms: HubTerms, zone: ZoneRules, hubs: bool
) -> ListedStage:
    """The open lanes of a stage by the rules of :mod:`world.borders`."""
    sides = _sides(listed.direct.borders, rows), _sides(listed.around.borders, rows)
    found = list_sides(rows, listed, terms, zone, hubs, [sides], offers.feed_t.shape[1])[0]
    return replace(found, lanes=with_desks(found.lanes, offers.quotas))


def list_sides(
    rows: Rows,
    listed: ListedBorders,
    terms: HubTerms,
    zone: ZoneRules,
    hubs: bool,
    sides: Sequence[tuple[Sides, Sides]],
    sellers: int,
) -> list[ListedStage]:
    """As :func:`list_stage` without desks, once for each of ``sides``: of direct lanes, and of ways round.
    What does not hang on them is the same array in all."""
    direct, around = listed.direct, listed.around
    asked = replace(rows, approval_share=direct.approval_share)
    made = [[direct_route(direct.borders, asked, zone, *straight)] for straight, _ in sides]
    if hubs and around.seller.size:
        asked = replace(rows, approval_share=around.approval_share)
        ways = ways_round(around.borders, asked, terms)
        for routes, (_, (_, into)) in zip(made, sides, strict=True):
            routes += hub_routes(around.borders, asked, ways, zone, into)
    pairs = zip([direct, *[around] * (len(made[0]) - 1)], made[0], strict=True)
    lanes = [_Lanes.of(one, route, way - 1) for way, (one, route) in enumerate(pairs)]
    order = _Order.of(lanes, (sellers, direct.borders.spread_usd_t.shape[1]))
    first = _charged(lanes, order)
    return [first, *(_recharged(first, lanes, routes, order, zone) for routes in made[1:])]


@dataclass(frozen=True)
class _Lanes:
    """Those lanes of a route that are open: ``at`` (l,) their places among (row, lane), ``row``, ``seller``,
    ``buyer`` (l,); ``way``: which way round it is, -1 the direct route."""

    made: Route
    borders: StageBorders
    at: Whole
    row: Whole
    seller: Whole
    buyer: Whole
    way: int

    @classmethod
    def of(cls, listed: RouteList, made: Route, way: int) -> _Lanes:
        at = np.flatnonzero(made.log_weight > -np.inf)
        row, ends = (
            at // max(listed.seller.shape[1], 1),
            (listed.seller.ravel()[at], listed.buyer.ravel()[at]),
        )
        return cls(made, listed.borders, at, row, *ends, way)

    def take(self, values: Array) -> Array:
        """(l,) of values (row, lane, 1), or (row, 1, 1) where they are the same on all lanes."""
        return values.reshape(-1).take(self.row if values.shape[1] == 1 else self.at)

    def hubs(self) -> Whole:
        """(l, handover) countries on the way."""
        hub = self.borders.hub[:, self.way, :, :, 0]
        return np.moveaxis(hub, 1, 2).reshape(-1, hub.shape[1])[self.at]


def _sides(borders: StageBorders, rows: Rows) -> Sides:
    seller_in = inside(rows.members, borders.sellers)[..., None]
    buyer_in = inside(rows.members, borders.buyers)[..., None]
    covered = ~np.isnan(rows.reference_usd_t)[:, None, None]
    return seller_in & buyer_in & covered, ~seller_in & buyer_in


@dataclass(frozen=True)
class _Order:
    """Where the lanes of each route stand in one list by row, buyer, route and seller; ``count`` in all."""

    slots: tuple[Whole, ...]
    count: int

    @classmethod
    def of(cls, routes: Sequence[_Lanes], shape: tuple[int, int]) -> _Order:
        sellers, buyers = shape
        keys = [
            ((lanes.row * buyers + lanes.buyer) * len(routes) + route) * sellers + lanes.seller
            for route, lanes in enumerate(routes)
        ]
        if len(keys) == 1:
            return cls((np.arange(len(keys[0])),), len(keys[0]))
        key = np.concatenate(keys)
        slots = np.empty(len(key), dtype=np.int64)
        slots[np.argsort(key, kind="stable")] = np.arange(len(key))
        ends = np.cumsum([len(part) for part in keys])[:-1]
        return cls(tuple(np.split(slots, ends)), len(key))

    def merged(self, parts: Sequence[Array]) -> Any:
        """One list of values by route."""
        if len(parts) == 1:
            return parts[0]
        values = np.empty((self.count, *parts[0].shape[1:]), dtype=parts[0].dtype)
        for slots, part in zip(self.slots, parts, strict=True):
            values[slots] = part
        return values

    def hubs(self, routes: Sequence[_Lanes]) -> Whole:
        """(L, handover) countries that goods pass, -1 on direct lanes."""
        hub = np.full((self.count, routes[0].borders.hub.shape[2]), -1, dtype=np.int64)
        for slots, route in zip(self.slots[1:], routes[1:], strict=True):
            hub[slots] = route.hubs()
        return hub


def _charged(routes: Sequence[_Lanes], order: _Order) -> ListedStage:
    """Charges and lanes in one list."""
    charges = LaneCharges(**_merged_charges(routes, [lanes.made for lanes in routes], order))
    row, seller, buyer = (
        order.merged([getattr(lanes, name) for lanes in routes]) for name in ("row", "seller", "buyer")
    )
    weight = order.merged([lanes.take(lanes.made.log_weight) for lanes in routes])
    listed = LaneList(
        row=row,
        route=order.merged([np.full(len(lanes.at), number) for number, lanes in enumerate(routes)]),
        seller=seller,
        buyer=buyer,
        desks=np.zeros(len(row), dtype=np.int64),
        log_weight=weight,
        **_folded(charges),
        **_limits(routes, [lanes.made for lanes in routes], order),
    )
    return ListedStage(charges, listed, order.hubs(routes))


def _recharged(
    first: ListedStage, routes: Sequence[_Lanes], made: Sequence[Route], order: _Order, zone: ZoneRules
) -> ListedStage:
    """The same lanes with the routes that other sides ``made`` of them."""
    charges = replace(first.charges, **_merged_charges(routes, made, order, OF_SIDES))
    limits = _limits(routes, made, order) if zone.duty_form == "quota" else {}
    return replace(first, charges=charges, lanes=replace(first.lanes, **_folded(charges), **limits))


def _merged_charges(
    routes: Sequence[_Lanes], made: Sequence[Route], order: _Order, names: Collection[str] = ()
) -> dict[str, Array]:
    """Charges of these names, or all, in one list."""
    pairs = list(zip(routes, made, strict=True))
    return {
        name: order.merged([lanes.take(route.charges[name]) for lanes, route in pairs])
        for name in names or made[0].charges
    }


def _folded(charges: LaneCharges) -> dict[str, Any]:
    """What lanes make of their charges."""
    names = ("price_factor", "charge_usd_t", "floor_usd_t")
    return {name: getattr(charges, name) for name in names}


def _limits(routes: Sequence[_Lanes], made: Sequence[Route], order: _Order) -> dict[str, Any]:
    """Tonnes allowed and the duty above them, in one list."""
    pairs = list(zip(routes, made, strict=True))
    names = ("cap_t", "over_quota_usd_t")
    return {
        name: order.merged([lanes.take(getattr(route, name)) for lanes, route in pairs]) for name in names
    }


def with_desks(lanes: LaneList, quotas: SellerQuotas) -> LaneList:
    """The lanes with the quotas that each counts against, as bits."""
    bits = np.zeros(len(lanes.row), dtype=np.int64)
    for desk in range(quotas.seller.shape[1]):
        mine = (quotas.seller[lanes.row, desk] == lanes.seller) & quotas.covers[lanes.row, desk, lanes.buyer]
        mine &= (lanes.route == 0) | quotas.by_hubs[lanes.row, desk]
        bits |= np.where(mine, np.int64(1) << desk, 0)
    return replace(lanes, desks=bits)
