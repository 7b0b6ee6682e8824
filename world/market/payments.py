"""What buyers pay over the lanes of a stage, added up by who gets it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.market.arrays import Lanes
from world.market.charges import LaneCharges, divide_payment
from world.market.clearing import StageClearing
from world.market.rows import Floats, Rowwise


@dataclass(frozen=True)
class Payments(Rowwise):
    """USD a round over the lanes of a stage.

    premium_usd, contract_usd, export_tax_usd  (M, S)  to sellers above gate prices by policy, by contracts
        above spot, and to their treasuries
    agreed_usd    (M, B)  the same payments of contracts above spot by who pays them
    duty_usd, fine_usd, holder_usd, freight_usd, other_usd  (M, B)  to treasuries of buyers, to the holders of
        quotas on direct lanes, and real costs
    leaving_usd   (M, B)  sum of x ln(share / habit) over lanes, in units of the buyer's spread
    levy_usd      (M, S, B)
    hub_margin_usd  (M, R, S, B)  margins of third countries, and the rent of what they can carry
    """

    premium_usd: Floats
    contract_usd: Floats
    export_tax_usd: Floats
    agreed_usd: Floats
    duty_usd: Floats
    fine_usd: Floats
    holder_usd: Floats
    freight_usd: Floats
    other_usd: Floats
    leaving_usd: Floats
    levy_usd: Floats
    hub_margin_usd: Floats


def payments_of(charges: LaneCharges, lanes: Lanes, cleared: StageClearing) -> Payments:
    """The payments of a cleared stage. The charges must be those the lanes were made of."""
    money = divide_payment(
        charges, lanes, cleared.price_usd_t, cleared.asked_usd_t, cleared.rent_usd_t, cleared.flow_t
    )
    flow = cleared.flow_t
    through_hub = (np.arange(flow.shape[1]) > 0)[:, None, None]

    def by_seller(per_tonne: Floats) -> Floats:
        return np.asarray((flow * per_tonne).sum((1, 3)))

    def by_buyer(per_tonne: Floats) -> Floats:
        return np.asarray((flow * per_tonne).sum((1, 2)))

    return Payments(
        premium_usd=by_seller(money.above_usd_t),
        contract_usd=by_seller(money.contract_usd_t),
        export_tax_usd=by_seller(money.export_tax_usd_t),
        agreed_usd=by_buyer(money.contract_usd_t),
        duty_usd=by_buyer(money.duty_usd_t),
        fine_usd=by_buyer(charges.fine_usd_t),
        holder_usd=(flow[:, 0] * money.holder_usd_t[:, 0]).sum(1),
        freight_usd=by_buyer(charges.freight_usd_t),
        other_usd=by_buyer(charges.other_usd_t),
        leaving_usd=_leaving(lanes, cleared),
        levy_usd=(flow * money.levy_usd_t).sum(1),
        hub_margin_usd=flow * (charges.hub_margin_usd_t + np.where(through_hub, money.holder_usd_t, 0.0)),
    )


def _leaving(lanes: Lanes, cleared: StageClearing) -> Floats:
    flow, ordered = cleared.flow_t, np.where(cleared.ordered_t > 0, cleared.ordered_t, 1.0)
    used = (flow > 0) & (lanes.log_weight > -np.inf)
    share = np.where(used, flow, 1.0) / ordered[:, None, None, :]
    left = np.where(used, np.log(share) - np.where(used, lanes.log_weight, 0.0), 0.0)
    return np.asarray((flow * left).sum((1, 2)))
