"""From listed borders to the listed lanes of a market, by the rules of :mod:`world.borders`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from world.axes import Array, Mask, Whole
from world.borders import Route, direct_route, hub_routes, inside
from world.lanes.listed_borders import ListedBorders, RouteList
from world.lanes.quotas import SellerQuotas
from world.lanes.terms import HubTerms, Rows, StageBorders, ZoneRules
from world.market.arrays import Market
from world.market.charges import LaneCharges
from world.market.listed import LaneList, ListedMarket, no_lanes
from world.offers import Priced, StageOffers


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
    offers: StageOffers,
    rows: Rows,
    listed: ListedBorders,
    terms: HubTerms,
    zone: ZoneRules,
    hubs: bool,
    sides: tuple[Mask, Mask] | None = None,
) -> ListedStage:
    """The open lanes of a stage by the rules of :mod:`world.borders`. ``sides``: which lie between members,
    and which lead to members from outsiders, where that is not for the rows to say."""
    routes = _routes_of(listed, rows, terms, zone, hubs, sides)
    order = _Order.of(routes, (offers.feed_t.shape[1], listed.direct.borders.spread_usd_t.shape[1]))
    charges, lanes = _charged(routes, order, offers.quotas)
    return ListedStage(charges, lanes, order.hubs(routes))


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
    def of(cls, listed: RouteList, made: Route, way: int = -1) -> _Lanes:
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


def _routes_of(
    listed: ListedBorders,
    rows: Rows,
    terms: HubTerms,
    zone: ZoneRules,
    hubs: bool,
    sides: tuple[Mask, Mask] | None,
) -> list[_Lanes]:
    """The open lanes of all routes, or of the direct one alone."""
    direct, around = listed.direct, listed.around
    both_in, into = sides or _sides(direct.borders, rows)
    asked = replace(rows, approval_share=direct.approval_share)
    routes = [_Lanes.of(direct, direct_route(direct.borders, asked, zone, both_in, into))]
    if hubs and around.seller.size:
        asked = replace(rows, approval_share=around.approval_share)
        _, into = sides or _sides(around.borders, rows)
        made = hub_routes(around.borders, asked, terms, zone, into)
        routes += [_Lanes.of(around, route, way) for way, route in enumerate(made)]
    return routes


def _sides(borders: StageBorders, rows: Rows) -> tuple[Mask, Mask]:
    """(row, lane, 1) lanes between members that the floor covers, and from outsiders to members."""
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


def _charged(routes: Sequence[_Lanes], order: _Order, quotas: SellerQuotas) -> tuple[LaneCharges, LaneList]:
    """Charges and lanes in one list."""
    charges = LaneCharges(
        **{
            name: order.merged([lanes.take(lanes.made.charges[name]) for lanes in routes])
            for name in routes[0].made.charges
        }
    )
    row, seller, buyer = (
        order.merged([getattr(lanes, name) for lanes in routes]) for name in ("row", "seller", "buyer")
    )
    route = order.merged([np.full(len(lanes.at), number) for number, lanes in enumerate(routes)])
    weight, cap, over = (
        order.merged([lanes.take(getattr(lanes.made, name)) for lanes in routes])
        for name in ("log_weight", "cap_t", "over_quota_usd_t")
    )
    return charges, LaneList(
        row=row,
        route=route,
        seller=seller,
        buyer=buyer,
        desks=_desks(quotas, row, route, seller, buyer),
        price_factor=charges.price_factor,
        charge_usd_t=charges.charge_usd_t,
        floor_usd_t=charges.floor_usd_t,
        log_weight=weight,
        cap_t=cap,
        over_quota_usd_t=over,
    )


def _desks(quotas: SellerQuotas, row: Whole, route: Whole, seller: Whole, buyer: Whole) -> Whole:
    """(L,) the quotas that each lane counts against, as bits."""
    bits = np.zeros(len(row), dtype=np.int64)
    for desk in range(quotas.seller.shape[1]):
        mine = (quotas.seller[row, desk] == seller) & quotas.covers[row, desk, buyer]
        mine &= (route == 0) | quotas.by_hubs[row, desk]
        bits |= np.where(mine, np.int64(1) << desk, 0)
    return bits
