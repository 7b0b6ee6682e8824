"""Trade policy as wedges on lanes: duties, floors, export taxes, licences, quotas and bans, and the way round
them.

Pure: arrays in, lanes out. A row is one mineral under one set of policies, so that thousands of "what if"
rows are built at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from world.axes import Array, Mask, Whole
from world.lanes.terms import SAME_FOR_ALL, HubTerms, Rows, StageBorders, ZoneRules, fine_share
from world.market.arrays import Lanes
from world.market.charges import LaneCharges, compose_lanes

LEAST_APPROVAL = 1e-12  # of usual trade: keeps the logarithm of what is granted finite
OF_SIDES = ("tariff_share", "import_duty_usd_t", "levy_floor_usd_t", "seller_floor_usd_t")
"""Charges that hang on who is bound; under a tariff quota of the zone limits of direct lanes do as well."""


@dataclass(frozen=True)
class Route:
    """One way of every lane: charges, ln A, quota and the duty above it, each (row, seller, buyer); of
    charges that are the same for all sellers or buyers one place."""

    charges: dict[str, Array]
    log_weight: Array
    cap_t: Array
    over_quota_usd_t: Array


def build_lanes(
    borders: StageBorders, rows: Rows, terms: HubTerms, zone: ZoneRules, with_hubs: bool
) -> tuple[LaneCharges, Lanes]:
    """Charges and lanes of the rows at one stage; a route more for each way round when ``with_hubs``.

    The floor binds goods of outsiders sold to members, whatever the route: origin is checked. Members waive
    their duties on each other's goods that the floor covers. What passes through a hub meets the hub's
    duty, and pays margins and the expected fine.
    """
    seller_in = inside(rows.members, borders.sellers)[:, :, None]
    buyer_in = inside(rows.members, borders.buyers)[:, None, :]
    covered = ~np.isnan(rows.reference_usd_t)[:, None, None]
    both_in, into = seller_in & buyer_in & covered, ~seller_in & buyer_in
    routes = [direct_route(borders, rows, zone, both_in, into)]
    if with_hubs:
        routes += hub_routes(borders, rows, ways_round(borders, rows, terms), zone, into)
    charges = LaneCharges(
        **{name: _side_by_side([route.charges[name] for route in routes]) for name in routes[0].charges}
    )
    lanes = compose_lanes(
        charges,
        log_weight=np.stack([route.log_weight for route in routes], axis=1),
        cap_t=np.stack([route.cap_t for route in routes], axis=1),
        over_quota_usd_t=np.stack([route.over_quota_usd_t for route in routes], axis=1),
        spread_usd_t=borders.spread_usd_t,
        backstop_usd_t=borders.backstop_usd_t,
        backstop_log_weight=borders.backstop_log_weight,
    )
    return charges, lanes


def _side_by_side(routes: Sequence[Array]) -> Array:
    """Figures of the routes (row, seller, buyer) as (row, route, seller, buyer); one place for all routes
    where they are the same array."""
    if all(route is routes[0] for route in routes):
        return routes[0][:, None]
    return np.stack(np.broadcast_arrays(*routes), axis=1)


def inside(members: Mask, positions: Whole) -> Mask:
    """(row, width) which of the countries at these positions are members (row, country)."""
    found: Mask = np.take_along_axis(members, np.maximum(positions, 0), axis=1) & (positions >= 0)
    return found


def direct_route(borders: StageBorders, rows: Rows, zone: ZoneRules, both_in: Mask, into: Mask) -> Route:
    """The first route; ``both_in``, ``into``: lanes between members, and from outsiders to members."""
    approval = borders.approval_share if rows.approval_share is None else rows.approval_share
    usual = borders.usual_flow_t
    duty = np.where(both_in, 0.0, borders.duty_share + _zone_duty_share(borders, rows, zone, into))
    charges = _charges(borders, rows, zone, (both_in, into), duty, borders.freight_usd_t)
    # a request refused is a customer turned away: the habit of buying there counts for the part that is
    # granted, the rest looks for a way round; together they weigh what the open lane weighed
    granted = borders.log_weight + np.log(np.maximum(approval, LEAST_APPROVAL))
    weight = np.where(approval > 0.0, granted, -np.inf)
    licensed = licensed_t(borders, approval)
    quota, over = borders.quota_t, borders.over_quota_usd_t
    if zone.duty_form == "quota":
        top_up = _top_up_usd_t(borders, rows, charges)
        bound = into & (top_up > 0.0)
        quota = np.where(
            bound, np.minimum(quota, np.maximum(zone.quota_share * usual, LEAST_APPROVAL)), quota
        )
        over = np.where(bound, top_up, over)
    # the licence is the harder limit where it is the smaller one: nothing passes above it
    over = np.where(licensed <= quota, np.inf, over)
    return Route(charges, weight, np.minimum(licensed, quota), over)


def licensed_t(borders: StageBorders, approval_share: Array) -> Array:
    """Tonnes that licences let pass: as the offices decided where the row asks nothing else, its share of the
    usual flow where it does.
    """
    asked = np.where(approval_share < 1.0, approval_share * borders.usual_flow_t, np.inf)
    if borders.granted_t is not None:
        stands = approval_share == borders.approval_share
        asked = np.where(stands, borders.granted_t, asked)
    return np.maximum(asked, LEAST_APPROVAL)


def _zone_duty_share(borders: StageBorders, rows: Rows, zone: ZoneRules, into: Mask) -> Array:
    """Ad valorem duty that members add on outsiders' goods."""
    extra = np.broadcast_to(rows.zone_tariff_share[:, None, None], into.shape)
    if zone.duty_form == "ad_valorem":
        extra = extra + borders.fixed_duty_share
    return np.where(into, extra, 0.0)


def _charges(
    borders: StageBorders,
    rows: Rows,
    zone: ZoneRules,
    sides: tuple[Mask, Mask],
    duty_share: Array,
    freight_usd_t: Array,
) -> dict[str, Array]:
    """Charges of a route without margins and fines; ``sides``: lanes between members, lanes into them."""
    both_in, into = sides
    nothing = np.zeros((len(into), 1, 1))
    reference = np.broadcast_to(np.nan_to_num(rows.reference_usd_t, nan=-np.inf)[:, None, None], into.shape)
    specific = borders.duty_usd_t
    if zone.duty_form in SAME_FOR_ALL:
        specific = specific + np.where(into, rows.zone_duty_usd_t[:, None, None], 0.0)
    tax, tax_usd_t = borders.export_tax_share, borders.export_tax_usd_t
    seller_floor = borders.least_import_usd_t
    if (borders.least_export_usd_t > -np.inf).any():
        asked = (1.0 + tax) * borders.least_export_usd_t + tax_usd_t + freight_usd_t
        seller_floor = np.maximum(seller_floor, (1.0 + duty_share) * asked)
    if zone.duty_form == "minimum_price":
        seller_floor = np.maximum(seller_floor, np.where(into, reference, -np.inf))
    if zone.binds_inside:
        seller_floor = np.maximum(seller_floor, np.where(both_in, reference + freight_usd_t, -np.inf))
    return {
        "tariff_share": duty_share,
        "import_duty_usd_t": np.where(both_in, 0.0, specific) if specific.any() else specific,
        "export_tax_share": tax,
        "export_tax_usd_t": tax_usd_t,
        "freight_usd_t": freight_usd_t,
        "other_usd_t": nothing,
        "hub_margin_usd_t": nothing,
        "fine_usd_t": nothing,
        "levy_floor_usd_t": np.where(into & (zone.duty_form == "levy"), reference, -np.inf),
        "seller_floor_usd_t": seller_floor,
        "contract_share": nothing if rows.all_spot else borders.contract_share[:, None, None],
        "contract_price_usd_t": borders.contract_price_usd_t[:, :, None],
        "seller_holds_quota": np.isinf(borders.over_quota_usd_t).astype(float),
    }


def _top_up_usd_t(borders: StageBorders, rows: Rows, charges: dict[str, Array]) -> Array:
    """What lifts usual prices to the reference, (row, seller, buyer); zero where there is no reference."""
    price = borders.price_usd_t[:, None, None]
    landed = (1.0 + charges["tariff_share"]) * (price + charges["freight_usd_t"])
    return np.maximum(np.nan_to_num(rows.reference_usd_t, nan=-np.inf)[:, None, None] - landed, 0.0)


@dataclass(frozen=True)
class Ways:
    """Ways round every lane, whoever is bound: ln A, most tonnes, margins of the hubs and expected fine, each
    (row, way, seller, buyer)."""

    log_weight: Array
    cap_t: Array
    margin_usd_t: Array
    fine_usd_t: Array


def ways_round(borders: StageBorders, rows: Rows, terms: HubTerms) -> Ways:
    """The ways that are open where the direct lane is restricted or newly taxed, up to what the hubs can hand
    on; goods that are found do not arrive in their name.

    The weight that looks for a way round is spread over the ways by what each can hand on, as that of any
    alternative that stands for many (McFadden 1978); of ways that cost the same the larger one carries more.
    """
    approval = borders.approval_share if rows.approval_share is None else rows.approval_share
    looking = np.where(borders.quota_t < np.inf, 1.0, 0.0)[:, None]
    looking = terms.weight_taxed_share * np.maximum(borders.taxed_share, looking)
    refused = 1.0 - approval[:, None]
    there = (borders.hub[:, :, 0] >= 0) & (borders.usual_flow_t > 0.0)[:, None]
    open_ = there & ((looking > 0.0) | (refused > 0.0))
    # the larger of the two reasons, so that a licence that refuses next to nobody changes next to nothing
    missing = np.where(open_, np.maximum(np.maximum(refused, looking), LEAST_APPROVAL), 0.0)
    open_share = borders.hub_open_share
    granted = 1.0 if open_share is None else np.maximum(open_share, terms.leak_share)
    kept = granted * (1.0 - borders.hub_found_share)
    missing = missing * _spread_share(borders, open_, kept)
    cap = _room_t(borders, missing, kept)
    with np.errstate(divide="ignore"):
        weight = np.where(open_, borders.log_weight[:, None] + np.log(missing), -np.inf)
    cap = np.where(open_, np.maximum(cap, LEAST_APPROVAL), np.inf)
    price = borders.price_usd_t[:, None, None, None]
    margin = (borders.hub >= 0).sum(axis=2) * terms.margin_share * price
    return Ways(weight, cap, margin, fine_share(borders.hub_found_share, terms.penalty_share) * price)


def hub_routes(borders: StageBorders, rows: Rows, ways: Ways, zone: ZoneRules, into: Mask) -> list[Route]:
    """The further routes, one a way round; ``into``: lanes from outsiders to members."""
    nothing_over = np.full(into.shape[:1] + ways.cap_t.shape[2:], np.inf)
    return [
        Route(
            _hub_charges(borders, rows, ways, zone, into, way),
            ways.log_weight[:, way],
            ways.cap_t[:, way],
            nothing_over,
        )
        for way in range(ways.cap_t.shape[1])
    ]


def _hub_charges(
    borders: StageBorders, rows: Rows, ways: Ways, zone: ZoneRules, into: Mask, way: int
) -> dict[str, Array]:
    """Charges on a way round."""
    duty = borders.hub_duty_share[:, way] + _zone_duty_share(borders, rows, zone, into)
    nowhere = np.zeros_like(into)
    if borders.hub_least_usd_t is not None and borders.hub_duty_usd_t is not None:
        least, specific = borders.hub_least_usd_t[:, way], borders.hub_duty_usd_t[:, way]
        borders = replace(borders, least_import_usd_t=least, duty_usd_t=specific)
    charges = _charges(borders, rows, zone, (nowhere, into), duty, borders.hub_freight_usd_t[:, way])
    # what the hub can carry is the carriers' to sell: its scarcity rent is not the exporter's
    return charges | {
        "hub_margin_usd_t": ways.margin_usd_t[:, way],
        "fine_usd_t": ways.fine_usd_t[:, way],
        "seller_holds_quota": np.zeros((len(into), 1, 1)),
    }


def _spread_share(borders: StageBorders, open_: Mask, kept_share: Array) -> Array:
    """(row, way, seller, buyer) part of each way in what looks for one: by what its narrower hub can hand on
    in all, ``kept_share`` of it; in equal parts where none can."""
    could = np.where(borders.hub >= 0, borders.hub_capacity_t, np.inf).min(axis=2)
    room = np.where(open_, np.maximum(np.where(open_, could, 0.0) * kept_share, LEAST_APPROVAL), 0.0)
    total = room.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(room, total, out=np.zeros_like(room), where=total > 0.0))


def _room_t(borders: StageBorders, looking_share: Array, kept_share: Array) -> Array:
    """(row, way, seller, buyer) most tonnes that pass: the lane's part of what its hubs can hand on, and on
    all ways together no more than usual trade; looking_share : of usual trade, looks for a way here."""
    usual = borders.usual_flow_t[:, None]
    room = _shared_capacity_t(borders, looking_share * usual) * kept_share
    total = room.sum(axis=1, keepdims=True)
    fits = np.divide(usual, total, out=np.ones_like(total), where=total > 0.0)
    return np.asarray(room * np.minimum(fits, 1.0))


def _shared_capacity_t(borders: StageBorders, wanted_t: Array) -> Array:
    """(row, way, seller, buyer) part of each lane in what its hubs can hand on, by the tonnes that look for a
    way through them; of two hubs the one that lets less pass counts.
    """
    row, way, seller, buyer = np.nonzero(wanted_t > 0.0)
    hub, wanted = borders.hub[row, way, :, seller, buyer], wanted_t[row, way, seller, buyer]
    countries = int(hub.max(initial=0)) + 1
    total = np.zeros((len(wanted_t), countries))
    part = np.full(len(row), np.inf)
    for place in range(hub.shape[1]):
        passed = hub[:, place] >= 0
        np.add.at(total, (row[passed], hub[passed, place]), wanted[passed])
    for place in range(hub.shape[1]):
        share = wanted / np.maximum(total[row, hub[:, place]], 1e-300)
        could = borders.hub_capacity_t[row, way, place, seller, buyer] * share
        part = np.where(hub[:, place] >= 0, np.minimum(part, could), part)
    shared = np.zeros_like(wanted_t)
    shared[row, way, seller, buyer] = part
    return shared
