"""Taxes and freight of a lane in the words of customs, and the revenue they bring.

landed = (1 + tariff) ((1 + a) p + e + freight) + duty        a, e the export tax
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chain_records import Lane


@dataclass(frozen=True)
class Border:
    """``duty_usd_t`` is a specific import duty; the ad valorem tariff is on the value with freight (CIF)."""

    freight_usd_t: float = 0.0
    tariff_share: float = 0.0
    duty_usd_t: float = 0.0
    export_tax_share: float = 0.0
    export_tax_usd_t: float = 0.0

    def lane(self, seller: int = 0, buyer: int = 0, **terms: Any) -> Lane:
        """A lane on these terms; the rest of its fields are ``terms``."""
        at_border = self.export_tax_usd_t + self.freight_usd_t
        return Lane(
            seller,
            buyer,
            factor=(1.0 + self.tariff_share) * (1.0 + self.export_tax_share),
            charge_usd_t=(1.0 + self.tariff_share) * at_border + self.duty_usd_t,
            **terms,
        )

    def export_tax_on(self, export_usd_t: float) -> float:
        """Export tax per tonne."""
        return self.export_tax_share * export_usd_t + self.export_tax_usd_t

    def tariff_on(self, export_usd_t: float) -> float:
        """Import tariff and duty per tonne."""
        customs = export_usd_t + self.export_tax_on(export_usd_t) + self.freight_usd_t
        return self.tariff_share * customs + self.duty_usd_t
