"""What lies between the seller's price and the buyer's door, how it folds into lanes, and who gets it.

Customs value is CIF, with export taxes and the premium of an export quota inside:

    landed = (1 + tariff) ((1 + a) p + e + freight) + duty + other + margin + fine ,      a, e the export tax.

Part of the trade is under contracts whose price follows past spot prices by a formula. Their tonnes are
agreed: what is decided at the margin is decided at the spot price p, and on the part k of a lane's trade the
buyer pays the seller p' - p more (less), p' the formula price. Customs value the goods at the spot price.

A floor lifts the landed price. The gap goes to the importer's treasury if a levy keeps it; to the seller if
the rule binds what he asks (a minimum price, a floor that binds members' own sales): he then charges more,
and pays duty and tax on that too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.market.arrays import Lanes
from world.market.listed import LaneList
from world.market.rows import Floats, Rowwise


@dataclass(frozen=True)
class LaneCharges(Rowwise):
    """The parts of the charges, each (M, R, S, B) like the lanes they make, or with a single place on an axis
    along which it is the same.

    tariff_share        importer's ad valorem duty on the customs value
    import_duty_usd_t   importer's specific duty
    export_tax_share    exporter's ad valorem tax on its price (negative = subsidy)
    export_tax_usd_t    exporter's specific tax
    freight_usd_t       freight and insurance, a real cost, part of the customs value
    other_usd_t         other real cost, outside the customs value (risk, paperwork)
    hub_margin_usd_t    margin kept by a third country on the way, a transfer
    fine_usd_t          expected fine, to the importer's treasury
    levy_floor_usd_t    landed price that a levy keeps; -inf where none
    seller_floor_usd_t  landed price below which the seller may not charge; -inf where none
    contract_share      part k of the trade that is under contracts
    contract_price_usd_t  its formula price p'
    seller_holds_quota  part of the rent of the lane's quota that is the seller's, 0 to 1; the rest is the
        importer's
    """

    tariff_share: Floats
    import_duty_usd_t: Floats
    export_tax_share: Floats
    export_tax_usd_t: Floats
    freight_usd_t: Floats
    other_usd_t: Floats
    hub_margin_usd_t: Floats
    fine_usd_t: Floats
    levy_floor_usd_t: Floats
    seller_floor_usd_t: Floats
    seller_holds_quota: Floats
    contract_share: Floats
    contract_price_usd_t: Floats

    @property
    def price_factor(self) -> Floats:
        """Landed price per unit of the seller's price."""
        return (1.0 + self.tariff_share) * (1.0 + self.export_tax_share)

    @property
    def charge_usd_t(self) -> Floats:
        """What does not scale with the seller's price."""
        at_border_usd_t = self.export_tax_usd_t + self.freight_usd_t
        outside = self.import_duty_usd_t + self.other_usd_t + self.hub_margin_usd_t + self.fine_usd_t
        return (1.0 + self.tariff_share) * at_border_usd_t + outside

    @property
    def floor_usd_t(self) -> Floats:
        """Least landed price, by a levy or because the seller may not charge less."""
        return np.maximum(self.levy_floor_usd_t, self.seller_floor_usd_t)

    def contract_usd_t(self, asked_usd_t: Floats) -> Floats:
        """What buyers pay sellers above the spot price (M, R, S, B) of a tonne, all trade of a lane together;
        negative where contracts are cheaper."""
        return self.contract_share * (self.contract_price_usd_t - asked_usd_t)


@dataclass(frozen=True)
class LaneMoney(Rowwise):
    """Who gets what of a tonne on each lane, (M, R, S, B): these and the charges' freight, other, margin and
    fine add up to what the buyer pays, landed price, rent and contracts.

    seller_usd_t  the seller at spot, the premium of export quotas and its part of a quota's rent included
    above_usd_t   what the seller gets above the gate price by policy: premium, rent, gap of a minimum price
    contract_usd_t  what contracts pay it above spot (negative where they pay less)
    export_tax_usd_t  the exporter's treasury; duty_usd_t, levy_usd_t the importer's, over-quota duty in duty
    holder_usd_t  quota rent of the importer's side
    """

    seller_usd_t: Floats
    above_usd_t: Floats
    contract_usd_t: Floats
    export_tax_usd_t: Floats
    duty_usd_t: Floats
    levy_usd_t: Floats
    holder_usd_t: Floats


def compose_lanes(
    charges: LaneCharges,
    *,
    log_weight: Floats,
    cap_t: Floats,
    over_quota_usd_t: Floats,
    spread_usd_t: Floats,
    backstop_usd_t: Floats,
    backstop_log_weight: Floats,
) -> Lanes:
    """The lanes these charges make; the other arguments pass through (shapes and units: see ``Lanes``)."""
    return Lanes(
        price_factor=charges.price_factor,
        charge_usd_t=charges.charge_usd_t,
        floor_usd_t=charges.floor_usd_t,
        log_weight=log_weight,
        cap_t=cap_t,
        over_quota_usd_t=over_quota_usd_t,
        spread_usd_t=spread_usd_t,
        backstop_usd_t=backstop_usd_t,
        backstop_log_weight=backstop_log_weight,
    )


def divide_payment(
    charges: LaneCharges,
    lanes: Lanes | LaneList,
    gate_usd_t: Floats,
    asked_usd_t: Floats,
    rent_usd_t: Floats,
    flow_t: Floats,
) -> LaneMoney:
    """Divide what buyers pay per tonne.

    gate_usd_t, asked_usd_t (spot), rent_usd_t, flow_t (M, R, S, B): prices at the gate, and as in
    ``StageClearing``; or (L,) of listed lanes and their charges. Of a rent the part above a tariff quota is
    duty; the seller's part is inside the customs value, so that it takes the place of a levy (case T9d), the
    importer's part is outside.
    """
    factor = charges.price_factor
    over = np.where(flow_t > lanes.cap_t, 1.0 - lanes.cap_t / np.where(flow_t > 0, flow_t, 1.0), 0.0)
    above_quota = rent_usd_t * over
    rent = rent_usd_t - above_quota
    before = lanes.price_factor * asked_usd_t + lanes.charge_usd_t
    paid = np.maximum(before, lanes.floor_usd_t)
    kept = np.maximum(before, charges.seller_floor_usd_t)
    kept = np.where(rent > 0, kept + charges.seller_holds_quota * (paid + rent - kept), kept)
    safe = np.where(factor > 0, factor, 1.0)
    gap = np.where(factor > 0, kept - before, 0.0) / safe
    seller = asked_usd_t + gap
    tax = charges.export_tax_share * seller + charges.export_tax_usd_t
    duty = charges.tariff_share * (seller + tax + charges.freight_usd_t) + charges.import_duty_usd_t
    levy = np.maximum(paid - kept, 0.0)
    return LaneMoney(
        seller_usd_t=seller,
        above_usd_t=asked_usd_t - gate_usd_t + gap,
        contract_usd_t=charges.contract_usd_t(asked_usd_t),
        export_tax_usd_t=tax,
        duty_usd_t=duty + above_quota,
        levy_usd_t=levy,
        holder_usd_t=paid + rent - kept - levy,
    )
