"""Trade policy as wedges on lanes: duties, the adjustable levy, export taxes, licences and bans, and the way
round them.

Pure: arrays in, lanes out. A row is one mineral under one set of policies, so that thousands of "what if"
rows are built at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, Mask, Whole
from world.market.arrays import Lanes
from world.market.charges import LaneCharges, compose_lanes


@dataclass(frozen=True)
class StageBorders:
    """What stands on the lanes of one stage before any question is asked; axes (mineral, seller, buyer)
    unless said.

    freight_usd_t : direct freight
    hub_freight_usd_t, hub : freight through the cheapest third country and which one (country position)
    duty_share : ad valorem duty of the importer; hub_duty_share : the duty the goods meet when declared as
        the hub's
    taxed : lanes whose duty rose since the base year
    export_tax_share : exporter's tax
    approval_share : share of usual shipments granted under licence (1 = free, 0 = ban)
    log_weight : ln A of this round, all lanes open
    usual_flow_t : yardstick of licences and of hub capacity
    hub_capacity_share : share of the usual flow that third countries can carry this round
    hub_open_share : part of shipments that the seller's country grants to the hub itself (all when None): a
        control aimed at everyone leaves no third country to go through
    sellers, buyers : (mineral, width) country positions
    spread_usd_t, backstop_usd_t : (mineral, buyer); backstop_log_weight : scalar
    price_usd_t : (mineral,) base price, the yardstick of hub margins
    """

    freight_usd_t: Array
    hub_freight_usd_t: Array
    hub: Whole
    duty_share: Array
    hub_duty_share: Array
    taxed: Mask
    export_tax_share: Array
    approval_share: Array
    log_weight: Array
    usual_flow_t: Array
    hub_capacity_share: Array
    sellers: Whole
    buyers: Whole
    spread_usd_t: Array
    backstop_usd_t: Array
    backstop_log_weight: float
    price_usd_t: Array
    hub_open_share: Array | None = None


@dataclass(frozen=True)
class Rows:
    """Questions as rows.

    mineral : (row,) position
    members : (row, country) binding members; floor_usd_t : (row,) reference price of this stage, NaN where no
        floor
    zone_tariff_share : (row,) flat duty of members on outsiders
    approval_share : (row, seller, buyer) licences of this row; None = those of the borders
    """

    mineral: Whole
    members: Mask
    floor_usd_t: Array
    zone_tariff_share: Array
    approval_share: Array | None = None


@dataclass(frozen=True)
class HubTerms:
    """Terms of passing goods through a third country.

    margin_share, risk_share : margin and expected fine over the base price
    leak_share : part of the capacity that slips through where the hub itself is under control
    weight_taxed_share : weight of the way round a new duty over that of the direct lane
    """

    margin_share: float
    risk_share: float
    leak_share: float
    weight_taxed_share: float


def build_lanes(
    borders: StageBorders, rows: Rows, terms: HubTerms, with_hubs: bool
) -> tuple[LaneCharges, Lanes]:
    """Charges and lanes of the rows at one stage; two routes when ``with_hubs``.

    The levy tops the landed price up to the reference price for goods of outsiders sold to members, whatever
    the route: origin is checked. Members waive their duties on each other. What passes through a hub meets
    the hub's duty, and pays its margin and the expected fine.
    """
    mineral = rows.mineral
    seller_in, buyer_in = (
        _inside(rows.members, borders.sellers[mineral]),
        _inside(rows.members, borders.buyers[mineral]),
    )
    both_in = seller_in[:, :, None] & buyer_in[:, None, :]
    into = ~seller_in[:, :, None] & buyer_in[:, None, :]
    floor = np.where(
        into & ~np.isnan(rows.floor_usd_t)[:, None, None],
        np.nan_to_num(rows.floor_usd_t)[:, None, None],
        -np.inf,
    )
    extra = np.where(into, rows.zone_tariff_share[:, None, None], 0.0)
    approval = borders.approval_share[mineral] if rows.approval_share is None else rows.approval_share
    usual = borders.usual_flow_t[mineral]
    duty = np.where(both_in, 0.0, borders.duty_share[mineral] + extra)
    direct = _route(borders.freight_usd_t[mineral], duty, borders.export_tax_share[mineral])
    # a request refused is a customer turned away: the habit of buying there counts for the part that is
    # granted, the rest looks for a way round; together they weigh what the open lane weighed
    granted = borders.log_weight[mineral] + np.log(np.maximum(approval, 1e-12))
    weight = np.where(approval > 0.0, granted, -np.inf)
    cap = np.where(approval < 1.0, np.maximum(approval * usual, 1e-12), np.inf)
    parts = [(direct, weight, cap)]
    if with_hubs:
        parts.append(_hub_route(borders, mineral, approval, usual, extra, terms))
    charges = LaneCharges(*(np.stack([getattr(part[0], name) for part in parts], axis=1) for name in _PARTS))
    lanes = compose_lanes(
        charges,
        floor_usd_t=np.stack([floor] * len(parts), axis=1),
        log_weight=np.stack([part[1] for part in parts], axis=1),
        cap_t=np.stack([part[2] for part in parts], axis=1),
        spread_usd_t=borders.spread_usd_t[mineral],
        backstop_usd_t=borders.backstop_usd_t[mineral],
        backstop_log_weight=np.full(borders.spread_usd_t[mineral].shape, borders.backstop_log_weight),
    )
    return charges, lanes


_PARTS = (
    "tariff_share",
    "export_tax_share",
    "export_tax_usd_t",
    "freight_usd_t",
    "other_usd_t",
    "hub_margin_usd_t",
)


def _inside(members: Mask, positions: Whole) -> Mask:
    inside: Mask = np.take_along_axis(members, np.maximum(positions, 0), axis=1) & (positions >= 0)
    return inside


def _route(
    freight: Array, duty: Array, export_tax: Array, other: Array | None = None, margin: Array | None = None
) -> LaneCharges:
    zero = np.zeros_like(freight)
    return LaneCharges(
        duty, export_tax, zero, freight, zero if other is None else other, zero if margin is None else margin
    )


def _hub_route(
    borders: StageBorders, mineral: Whole, approval: Array, usual: Array, extra: Array, terms: HubTerms
) -> tuple[LaneCharges, Array, Array]:
    """The second route: open where the direct lane is restricted or newly taxed, up to the capacity of the
    hubs.
    """
    price = borders.price_usd_t[mineral][:, None, None] * np.ones_like(usual)
    duty = borders.hub_duty_share[mineral] + extra
    charges = _route(
        borders.hub_freight_usd_t[mineral],
        duty,
        borders.export_tax_share[mineral],
        terms.risk_share * price,
        terms.margin_share * price,
    )
    restricted = approval < 1.0
    open_ = (restricted | borders.taxed[mineral]) & (usual > 0.0) & (borders.hub[mineral] >= 0)
    missing = np.where(restricted, 1.0 - approval, terms.weight_taxed_share)
    weight = np.where(open_, borders.log_weight[mineral] + np.log(np.maximum(missing, 1e-12)), -np.inf)
    open_share = borders.hub_open_share
    granted = 1.0 if open_share is None else np.maximum(open_share[mineral], terms.leak_share)
    cap = np.maximum(borders.hub_capacity_share[mineral] * usual * granted, 1e-12)
    return charges, weight, np.where(open_, cap, np.inf)
