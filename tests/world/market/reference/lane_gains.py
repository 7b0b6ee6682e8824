"""Who keeps what lies between price and cost and is neither a tax by rate nor a real cost."""

from __future__ import annotations

from dataclasses import dataclass

from chain_equations import Books
from chain_records import Chain


@dataclass(frozen=True)
class Gains:
    """USD a round over all lanes.

    treasury_usd: levies and duties beyond a quota; seller_usd: gaps up to a minimum price or a floor inside;
    licence_usd: premia of export desks; importer_usd: rents of lanes' own quotas
    """

    treasury_usd: float = 0.0
    seller_usd: float = 0.0
    licence_usd: float = 0.0
    importer_usd: float = 0.0


def gains(chain: Chain, at: Books) -> Gains:
    """The gaps of all lanes, by who keeps them."""
    treasury = keeper = licence = importer = 0.0
    for level, (stage, book) in enumerate(zip(chain.stages, at.stages, strict=True)):
        for place, lane in enumerate(stage.lanes):
            flow = book.flow_t[place]
            within = min(flow, lane.cap_t)
            gap = book.levy_usd_t[place] * flow
            keeper += book.export_gap_usd_t[place] * flow
            if lane.gap_to == "seller":
                keeper += gap
            else:
                treasury += gap
            if flow > within:
                treasury += lane.over_cap_usd_t * (flow - within)
            if lane.desk is not None:
                licence += at.premia[level, lane.desk] * flow
            importer += book.rent_usd_t[place] * within
    return Gains(treasury, keeper, licence, importer)
