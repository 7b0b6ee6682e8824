"""Payments over listed lanes in compiled loops: what ``world.market.payments`` does with arrays."""

from __future__ import annotations

from math import inf, log

import numpy as np

from world.market.charges import LaneCharges
from world.market.compiled.cache import lean, lean_entrance
from world.market.listed import TERMS, LaneFlows, LaneList
from world.market.payments import LanePayments, Payments
from world.market.rows import Floats

FIELDS = tuple(LaneCharges.__dataclass_fields__)
(TARIFF, IMPORT, TAX, TAX_USD, FREIGHT, OTHER, MARGIN, FINE, LEVY, SELLER, HOLDS, CONTRACT, FORMULA) = range(
    len(FIELDS)
)
FACTOR, CHARGE, FLOOR, WEIGHT, CAP, OVER = range(len(TERMS))
PREMIUM, ABOVE_SPOT, EXPORT_TAX = range(3)
AGREED, DUTY, FINES, HOLDER, FREIGHTS, OTHERS, LEAVING = range(7)


def payments_over(
    charges: LaneCharges, lanes: LaneList, flows: LaneFlows, price_usd_t: Floats, ordered_t: Floats
) -> LanePayments:
    """As :func:`world.market.payments.payments_over`."""
    count = len(lanes.row)
    of_sellers, of_buyers = np.zeros((3, *price_usd_t.shape)), np.zeros((7, *ordered_t.shape))
    levy, margin = np.zeros(count), np.zeros(count)
    _add_up(
        (lanes.row, lanes.route, lanes.seller, lanes.buyer),
        (flows.flow_t, flows.asked_usd_t, flows.rent_usd_t),
        tuple(np.ascontiguousarray(getattr(lanes, name)) for name in TERMS),
        tuple(np.ascontiguousarray(getattr(charges, name)) for name in FIELDS),
        (np.ascontiguousarray(price_usd_t), np.ascontiguousarray(ordered_t)),
        (of_sellers, of_buyers, levy, margin),
    )
    return LanePayments(Payments(*of_sellers, *of_buyers), levy, margin)


@lean
def _divided(k, moved, terms, charges):  # type: ignore[no-untyped-def]
    """charges.divide_payment of one lane: gap above what is asked, export tax, duty, levy and the rent of the
    importer's side, USD a tonne."""
    tonnes, asked_usd_t, rent_usd_t = moved[0][k], moved[1][k], moved[2][k]
    tariff, tax_share = charges[TARIFF][k], charges[TAX][k]
    factor = (1.0 + tariff) * (1.0 + tax_share)
    cap = terms[CAP][k]
    above_quota = rent_usd_t * (1.0 - cap / tonnes) if tonnes > cap else 0.0
    rent_usd_t -= above_quota
    before = terms[FACTOR][k] * asked_usd_t + terms[CHARGE][k]
    paid, kept = max(before, terms[FLOOR][k]), max(before, charges[SELLER][k])
    if rent_usd_t > 0.0:
        kept += charges[HOLDS][k] * (paid + rent_usd_t - kept)
    gap = (kept - before) / factor if factor > 0.0 else 0.0
    seller = asked_usd_t + gap
    tax = tax_share * seller + charges[TAX_USD][k]
    duty = tariff * (seller + tax + charges[FREIGHT][k]) + charges[IMPORT][k] + above_quota
    levy = max(paid - kept, 0.0)
    return gap, tax, duty, levy, paid + rent_usd_t - kept - levy


@lean_entrance
def _add_up(places, moved, terms, charges, book, sums):  # type: ignore[no-untyped-def]
    """All lanes that carry something, into the sums."""
    rows, routes, sellers, buyers = places
    of_sellers, of_buyers, levies, margins = sums
    price, ordered = book
    for k in range(len(rows)):
        tonnes, asked_usd_t = moved[0][k], moved[1][k]
        if not tonnes > 0.0:
            continue
        m, s, b = rows[k], sellers[k], buyers[k]
        gap, tax, duty, levy, holder = _divided(k, moved, terms, charges)
        contract = charges[CONTRACT][k] * (charges[FORMULA][k] - asked_usd_t)
        of_sellers[PREMIUM, m, s] += tonnes * (asked_usd_t - price[m, s] + gap)
        of_sellers[ABOVE_SPOT, m, s] += tonnes * contract
        of_sellers[EXPORT_TAX, m, s] += tonnes * tax
        of_buyers[AGREED, m, b] += tonnes * contract
        of_buyers[DUTY, m, b] += tonnes * duty
        of_buyers[FINES, m, b] += tonnes * charges[FINE][k]
        of_buyers[FREIGHTS, m, b] += tonnes * charges[FREIGHT][k]
        of_buyers[OTHERS, m, b] += tonnes * charges[OTHER][k]
        levies[k] = tonnes * levy
        margins[k] = tonnes * charges[MARGIN][k]
        if routes[k] == 0:
            of_buyers[HOLDER, m, b] += tonnes * holder
        else:
            margins[k] += tonnes * holder
        if terms[WEIGHT][k] > -inf:
            size = ordered[m, b] if ordered[m, b] > 0.0 else 1.0
            of_buyers[LEAVING, m, b] += tonnes * (log(tonnes / size) - terms[WEIGHT][k])
