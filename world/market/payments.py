"""What buyers pay over the lanes of a stage, added up by who gets it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.charges import LaneCharges, divide_payment
from world.market.listed import LaneFlows, LaneList
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


@dataclass(frozen=True)
class LanePayments:
    """``sums``, and of each lane, (L,): levy_usd; hub_margin_usd, margins of third countries and the rent of
    what they can carry."""

    sums: Payments
    levy_usd: Floats
    hub_margin_usd: Floats


def payments_over(
    charges: LaneCharges, lanes: LaneList, flows: LaneFlows, price_usd_t: Floats, ordered_t: Floats
) -> LanePayments:
    """The payments over listed lanes; ``charges`` (L,), those that the lanes were made of; price_usd_t (M, S)
    at the gate, ordered_t (M, B)."""
    flow = flows.flow_t
    gate = price_usd_t[lanes.row, lanes.seller]
    money = divide_payment(charges, lanes, gate, flows.asked_usd_t, flows.rent_usd_t, flow)
    through_hub = lanes.route > 0

    def by_seller(per_tonne: Floats) -> Floats:
        return added(lanes.row, lanes.seller, flow * per_tonne, price_usd_t.shape)

    def by_buyer(per_tonne: Floats) -> Floats:
        return added(lanes.row, lanes.buyer, flow * per_tonne, ordered_t.shape)

    sums = Payments(
        premium_usd=by_seller(money.above_usd_t),
        contract_usd=by_seller(money.contract_usd_t),
        export_tax_usd=by_seller(money.export_tax_usd_t),
        agreed_usd=by_buyer(money.contract_usd_t),
        duty_usd=by_buyer(money.duty_usd_t),
        fine_usd=by_buyer(charges.fine_usd_t),
        holder_usd=by_buyer(np.where(through_hub, 0.0, money.holder_usd_t)),
        freight_usd=by_buyer(charges.freight_usd_t),
        other_usd=by_buyer(charges.other_usd_t),
        leaving_usd=by_buyer(_leaving(lanes, flow, ordered_t)),
    )
    rent = np.where(through_hub, money.holder_usd_t, 0.0)
    return LanePayments(sums, flow * money.levy_usd_t, flow * (charges.hub_margin_usd_t + rent))


def added(row: NDArray[np.int64], place: NDArray[np.int64], values: Floats, shape: tuple[int, ...]) -> Floats:
    """Values of lanes (L,) added up at their row and place: an array of ``shape``."""
    total = np.bincount(row * shape[1] + place, values, shape[0] * shape[1])
    return np.asarray(total, dtype=np.float64).reshape(shape)


def _leaving(lanes: LaneList, flow: Floats, ordered_t: Floats) -> Floats:
    """ln(share / habit) of each lane, 0 where nothing moves."""
    used = (flow > 0) & (lanes.log_weight > -np.inf)
    ordered = np.where(ordered_t > 0, ordered_t, 1.0)[lanes.row, lanes.buyer]
    share = np.where(used, flow, 1.0) / ordered
    return np.where(used, np.log(share) - np.where(used, lanes.log_weight, 0.0), 0.0)
