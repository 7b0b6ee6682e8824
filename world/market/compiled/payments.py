"""Payments over lanes in compiled loops: what ``world.market.payments`` does with arrays."""

from __future__ import annotations

from math import inf, log

import numpy as np

from world.market.arrays import Lanes
from world.market.charges import LaneCharges
from world.market.clearing import StageClearing
from world.market.compiled.cache import lean, lean_entrance
from world.market.payments import Payments
from world.market.rows import Floats

FIELDS = tuple(LaneCharges.__dataclass_fields__)
(TARIFF, IMPORT, TAX, TAX_USD, FREIGHT, OTHER, MARGIN, FINE, LEVY, SELLER, HOLDS, CONTRACT, FORMULA) = range(
    len(FIELDS)
)
PREMIUM, ABOVE_SPOT, EXPORT_TAX = range(3)
AGREED, DUTY, FINES, HOLDER, FREIGHTS, OTHERS, LEAVING = range(7)


def payments_of(charges: LaneCharges, lanes: Lanes, cleared: StageClearing) -> Payments:
    """As :func:`world.market.payments.payments_of`."""
    rows, _, sellers, buyers = cleared.flow_t.shape
    given = [np.ascontiguousarray(getattr(charges, name)) for name in FIELDS]
    steps = np.array([_steps(values) for values in given])
    terms = (lanes.price_factor, lanes.charge_usd_t, lanes.floor_usd_t, lanes.cap_t, lanes.log_weight)
    book = (cleared.flow_t, cleared.asked_usd_t, cleared.rent_usd_t, cleared.price_usd_t, cleared.ordered_t)
    of_sellers, of_buyers = np.zeros((3, rows, sellers)), np.zeros((7, rows, buyers))
    levy, margin = np.zeros((rows, sellers, buyers)), np.zeros(cleared.flow_t.shape)
    _add_up(
        tuple(map(np.ascontiguousarray, book)),
        tuple(map(np.ascontiguousarray, terms)),
        tuple(values.ravel() for values in given),
        (steps, np.zeros(len(given), dtype=np.int64)),
        (of_sellers, of_buyers, levy, margin),
    )
    sums = [*of_sellers, *of_buyers, levy, margin]
    return Payments(*sums)


def _steps(values: Floats) -> list[int]:
    """How far apart neighbours on each axis stand; 0 along an axis with a single place."""
    apart = zip(values.shape, values.strides, strict=True)
    return [0 if size == 1 else step // values.itemsize for size, step in apart]


@lean_entrance
def _add_up(book, terms, charges, places, sums):  # type: ignore[no-untyped-def]
    """All lanes that carry something. ``places``: steps of the charges, and room for where they stand."""
    flow, (steps, at) = book[0], places
    for m in range(flow.shape[0]):
        for r in range(flow.shape[1]):
            for s in range(flow.shape[2]):
                for b in range(flow.shape[3]):
                    if flow[m, r, s, b] > 0.0:
                        for k in range(len(charges)):
                            at[k] = m * steps[k, 0] + r * steps[k, 1] + s * steps[k, 2] + b * steps[k, 3]
                        _divide((m, r, s, b), book, terms, charges, at, sums)


@lean
def _divide(lane, book, terms, charges, at, sums):  # type: ignore[no-untyped-def]
    """charges.divide_payment on one lane, into the sums."""
    m, r, s, b = lane
    flow, asked, rent, price, ordered = book
    tonnes, asked_usd_t, rent_usd_t = flow[lane], asked[lane], rent[lane]
    tariff, tax_share = charges[TARIFF][at[TARIFF]], charges[TAX][at[TAX]]
    factor = (1.0 + tariff) * (1.0 + tax_share)
    contract = charges[CONTRACT][at[CONTRACT]] * (charges[FORMULA][at[FORMULA]] - asked_usd_t)
    cap = terms[3][lane]
    above_quota = rent_usd_t * (1.0 - cap / tonnes) if tonnes > cap else 0.0
    rent_usd_t -= above_quota
    before = terms[0][lane] * asked_usd_t + terms[1][lane]
    paid, kept = max(before, terms[2][lane]), max(before, charges[SELLER][at[SELLER]])
    if rent_usd_t > 0.0:
        kept += charges[HOLDS][at[HOLDS]] * (paid + rent_usd_t - kept)
    gap = (kept - before) / factor if factor > 0.0 else 0.0
    seller = asked_usd_t + gap
    tax = tax_share * seller + charges[TAX_USD][at[TAX_USD]]
    freight = charges[FREIGHT][at[FREIGHT]]
    duty = tariff * (seller + tax + freight) + charges[IMPORT][at[IMPORT]] + above_quota
    levy = max(paid - kept, 0.0)
    holder = paid + rent_usd_t - kept - levy
    of_sellers, of_buyers, levies, margins = sums
    of_sellers[PREMIUM, m, s] += tonnes * (asked_usd_t - price[m, s] + gap)
    of_sellers[ABOVE_SPOT, m, s] += tonnes * contract
    of_sellers[EXPORT_TAX, m, s] += tonnes * tax
    of_buyers[AGREED, m, b] += tonnes * contract
    of_buyers[DUTY, m, b] += tonnes * duty
    of_buyers[FINES, m, b] += tonnes * charges[FINE][at[FINE]]
    of_buyers[FREIGHTS, m, b] += tonnes * freight
    of_buyers[OTHERS, m, b] += tonnes * charges[OTHER][at[OTHER]]
    levies[m, s, b] += tonnes * levy
    margins[m, r, s, b] = tonnes * charges[MARGIN][at[MARGIN]]
    if r == 0:
        of_buyers[HOLDER, m, b] += tonnes * holder
    else:
        margins[m, r, s, b] += tonnes * holder
    if terms[4][lane] > -inf:
        size = ordered[m, b] if ordered[m, b] > 0.0 else 1.0
        of_buyers[LEAVING, m, b] += tonnes * (log(tonnes / size) - terms[4][lane])
