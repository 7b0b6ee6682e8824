"""What stands on the lanes of a stage, what a question asks of them, the rules of hubs and of the zone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from world.axes import Array, Mask, Whole

SAME_FOR_ALL = ("benchmark", "specific")
"""Duty forms of the zone that cost every outsider the same a tonne."""


@dataclass(frozen=True)
class StageBorders:
    """What stands on the lanes of one stage before any question is asked; axes (mineral, seller, buyer)
    unless said. A field named in ``OFTEN_UNIFORM`` may have one place for all sellers and buyers.

    freight_usd_t : direct freight
    hub : (mineral, way, handover, seller, buyer) country positions of the cheapest ways round, in the order
        in which goods pass them, -1 where there is none
    hub_freight_usd_t, hub_found_share : (mineral, way, seller, buyer) freight of a way round, and the chance
        that the false origin is found on it
    duty_share, duty_usd_t : ad valorem and specific duty of the importer
    hub_duty_share : (mineral, way, seller, buyer) the duty goods meet when declared as the last hub's
    hub_duty_usd_t, hub_least_usd_t : the same of specific duties and least prices; None where no lane has any
    taxed_share : (mineral, way, seller, buyer) part of those who ship for whom the way round costs less than
        what the lane's duty has risen by since the base year, or a least price lies above usual ones
    export_tax_share, export_tax_usd_t : exporter's taxes
    least_export_usd_t : least f.o.b. price of the exporter, -inf where none
    least_import_usd_t : least landed price of the importer, kept by the seller's price; -inf where none
    approval_share : share of usual shipments granted under licence (1 = free, 0 = ban)
    quota_t : tonnes allowed on the lane, inf where none; over_quota_usd_t : duty above it, inf = nothing
    passes
    log_weight : ln A of this round, all lanes open
    usual_flow_t : yardstick of licences
    hub_capacity_t : (mineral, way, handover, seller, buyer) what each hub of a way round can hand on this
        round, for all lanes together
    hub_open_share : (mineral, way, seller, buyer) part of shipments that the seller's country grants to the
        first hub (all when None); none where a hop is closed, as when a control aimed at everyone leaves no
        third country to go through
    sellers, buyers : (mineral, width) country positions
    spread_usd_t : (mineral, buyer); backstop_usd_t, backstop_log_weight : (mineral, tier, buyer)
    price_usd_t : (mineral,) base price, the yardstick of hub margins
    fixed_duty_share : the zone's duty on outsiders as set when it was announced
    contract_share : (mineral,) part of the trade under contracts; contract_price_usd_t : (mineral, seller)
    its price
    granted_t : tonnes that licences and bans let pass, inf where they limit nothing; ``approval_share`` of
        the usual flow when None
    refused_share : part of a buyer's users to whom the seller's licences are refused for as long as they
        last; none when None
    open_t : most that users whose licences are not refused may get, as the office works; ``granted_t`` when
        None
    """

    freight_usd_t: Array
    hub_freight_usd_t: Array
    hub_found_share: Array
    hub: Whole
    duty_share: Array
    duty_usd_t: Array
    hub_duty_share: Array
    taxed_share: Array
    export_tax_share: Array
    export_tax_usd_t: Array
    least_export_usd_t: Array
    least_import_usd_t: Array
    approval_share: Array
    quota_t: Array
    over_quota_usd_t: Array
    log_weight: Array
    usual_flow_t: Array
    hub_capacity_t: Array
    sellers: Whole
    buyers: Whole
    spread_usd_t: Array
    backstop_usd_t: Array
    backstop_log_weight: Array
    price_usd_t: Array
    fixed_duty_share: Array
    contract_share: Array
    contract_price_usd_t: Array
    hub_open_share: Array | None = None
    hub_duty_usd_t: Array | None = None
    hub_least_usd_t: Array | None = None
    granted_t: Array | None = None
    refused_share: Array | None = None
    open_t: Array | None = None

    @property
    def limited(self) -> Mask:
        """Lanes on which a licence, a ban or a quota limits what passes."""
        limited: Mask = (self.approval_share < 1.0) | (self.quota_t < np.inf)
        return limited if self.granted_t is None else limited | (self.granted_t < np.inf)


OFTEN_UNIFORM = (
    "duty_usd_t",
    "export_tax_share",
    "export_tax_usd_t",
    "least_export_usd_t",
    "least_import_usd_t",
    "quota_t",
    "over_quota_usd_t",
    "fixed_duty_share",
)
"""Measures of few: in most rounds every lane has the same figure, none."""


BORDER_AXES = {
    "sellers": "s",
    "buyers": "b",
    "spread_usd_t": "b",
    "backstop_usd_t": ".b",
    "backstop_log_weight": ".b",
    "price_usd_t": "",
    "contract_share": "",
    "contract_price_usd_t": "s",
    "hub": "..sb",
    "hub_capacity_t": "..sb",
    "hub_freight_usd_t": ".sb",
    "hub_found_share": ".sb",
    "hub_duty_share": ".sb",
    "hub_duty_usd_t": ".sb",
    "hub_least_usd_t": ".sb",
    "hub_open_share": ".sb",
    "taxed_share": ".sb",
}
"""Axes of the fields of ``StageBorders`` after the mineral: sellers, buyers, or kept whole; lanes else."""


def compact(borders: StageBorders) -> StageBorders:
    """The same borders; what is the same on every lane has one place, (mineral, 1, 1)."""
    uniform = {}
    for name in OFTEN_UNIFORM:
        values = getattr(borders, name)
        if (values == values.flat[0]).all():
            uniform[name] = values[:, :1, :1]
    return replace(borders, **uniform)


@dataclass(frozen=True)
class Rows:
    """Questions as rows, each of the mineral in the same row of the borders.

    members : (row, country) binding members; reference_usd_t : (row,) reference price of this stage, NaN
        where no floor
    zone_tariff_share : (row,) flat duty of members on outsiders
    zone_duty_usd_t : (row,) specific duty of members on outsiders
    approval_share : (row, seller, buyer) licences of this row; None = those of the borders
    all_spot : contracts have run out (a market some years on)
    """

    members: Mask
    reference_usd_t: Array
    zone_tariff_share: Array
    zone_duty_usd_t: Array
    approval_share: Array | None = None
    all_spot: bool = False


@dataclass(frozen=True)
class HubTerms:
    """Terms of passing goods through a third country.

    margin_share : margin of a handover over the base price
    penalty_share : fine on goods found, over their value, which is lost as well
    leak_share : part of the capacity that slips through where the hub itself is under control
    weight_taxed_share : weight of the way round a new duty over that of the direct lane
    """

    margin_share: float
    penalty_share: float
    leak_share: float
    weight_taxed_share: float


def fine_share(found_share: Array, penalty_share: float) -> Array:
    """Expected loss over the price of goods found: who sells x found to deliver x pays for what is lost and
    the penalty on it, (c + found x penalty) / (1 - found) in all (known answer T26).
    """
    return np.asarray(found_share / (1.0 - found_share) * (1.0 + penalty_share))


@dataclass(frozen=True)
class ZoneRules:
    """How the zone keeps its reference price.

    duty_form : levy (tops the landed price up), minimum_price (the seller must charge it), ad_valorem (set
        when announced), benchmark and specific (the same for all outsiders, in ``Rows.zone_duty_usd_t``),
        quota (the levy only above ``quota_share`` of usual trade)
    binds_inside : members' sales to each other and at home obey the floor too (reading A)
    """

    duty_form: str
    binds_inside: bool
    quota_share: float
