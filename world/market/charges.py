"""What lies between the seller's price and the buyer's door, and how it folds into lanes.

Customs value is CIF:  landed = (1 + tariff) ((1 + a) p + e + freight) + other + hub margin, with a, e the
    export tax.
"""

from __future__ import annotations

from dataclasses import dataclass

from world.market.arrays import Floats, Lanes, Rowwise


@dataclass(frozen=True)
class LaneCharges(Rowwise):
    """The parts of the charges, each (M, R, S, B) like the lanes they make.

    tariff_share      importer's ad valorem duty on the customs value
    export_tax_share  exporter's ad valorem tax on its price (negative = subsidy)
    export_tax_usd_t  exporter's specific tax
    freight_usd_t     freight and insurance, a real cost, part of the customs value
    other_usd_t       other real cost, outside the customs value (risk, paperwork, evasion)
    hub_margin_usd_t  margin kept by a third country on the way, a transfer
    """

    tariff_share: Floats
    export_tax_share: Floats
    export_tax_usd_t: Floats
    freight_usd_t: Floats
    other_usd_t: Floats
    hub_margin_usd_t: Floats

    def duty_usd_t(self, price_usd_t: Floats) -> Floats:
        """Duty per tonne (M, R, S, B) when the sellers charge ``price_usd_t`` (M, S)."""
        return self.tariff_share * (
            self._price(price_usd_t) + self.export_tax_on_usd_t(price_usd_t) + self.freight_usd_t
        )

    def export_tax_on_usd_t(self, price_usd_t: Floats) -> Floats:
        """Export tax per tonne (M, R, S, B), ad valorem and specific, when the sellers charge ``price_usd_t``
        (M, S)."""
        return self.export_tax_share * self._price(price_usd_t) + self.export_tax_usd_t

    @staticmethod
    def _price(price_usd_t: Floats) -> Floats:
        return price_usd_t[:, None, :, None]


def compose_lanes(
    charges: LaneCharges,
    *,
    floor_usd_t: Floats,
    log_weight: Floats,
    cap_t: Floats,
    spread_usd_t: Floats,
    backstop_usd_t: Floats,
    backstop_log_weight: Floats,
) -> Lanes:
    """The lanes these charges make; the other arguments pass through (shapes and units: see ``Lanes``)."""
    customs_factor = 1.0 + charges.tariff_share
    at_border_usd_t = charges.export_tax_usd_t + charges.freight_usd_t
    return Lanes(
        price_factor=customs_factor * (1.0 + charges.export_tax_share),
        charge_usd_t=customs_factor * at_border_usd_t + charges.other_usd_t + charges.hub_margin_usd_t,
        floor_usd_t=floor_usd_t,
        log_weight=log_weight,
        cap_t=cap_t,
        spread_usd_t=spread_usd_t,
        backstop_usd_t=backstop_usd_t,
        backstop_log_weight=backstop_log_weight,
    )
