"""The pulls of all lanes of a stage and row in compiled loops over neighbours, which the compiler turns into
loops over several at a time. See ``choice``.
"""

from __future__ import annotations

from math import inf

import numpy as np

from world.market.compiled.cache import fused, lean

FACTOR, OFFSET, LIMIT = range(3)  # of the terms of lanes, see ``packed``
# e^x = 2^n e^r with n = x / ln 2 rounded and |r| <= ln 2 / 2: adding SHIFT rounds, and leaves n in the last
# bits of the number. Below LEAST e^x counts as nothing.
PER_LOG_2, SHIFT, LEAST = 1.4426950408889634, 6755399441055744.0, -708.0
LOG_2, LOG_2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10
EXPONENT_AT = 52
FACTORIALS = tuple(1.0 / float(np.prod(np.arange(1.0, order + 1.0))) for order in range(13, -1, -1))


@lean
def log_pulls(terms, places, prices, premiums, desks, lanes):  # type: ignore[no-untyped-def]
    """choice.log_pull with the floors, and what each falls by with the price asked; ``places``: seller and
    desks of each lane, ``desks`` of the stage."""
    (seller, bits), (wanted, _, response, held) = places, lanes
    for k in range(len(wanted)):
        wanted[k], held[k] = prices[seller[k]], 0.0
    if desks > 0:
        _add_premiums(bits, premiums, wanted)
    for k in range(len(wanted)):
        z = terms[OFFSET, k] - terms[FACTOR, k] * wanted[k]
        response[k] = 0.0 if z > terms[LIMIT, k] else terms[FACTOR, k]
        wanted[k] = min(z, terms[LIMIT, k])


@lean
def _add_premiums(bits, premiums, asked):  # type: ignore[no-untyped-def]
    for k in range(len(asked)):
        left, d = bits[k], 0
        while left > 0:
            if left & 1:
                asked[k] += premiums[d]
            left, d = left >> 1, d + 1


@lean
def largest(values, low, high, floor):  # type: ignore[no-untyped-def]
    """The largest of some neighbours and ``floor``; zero where there is nothing."""
    top = floor
    for k in range(low, high):
        top = max(top, values[k])
    return 0.0 if top == -inf else top


@fused
def exponentials(values):  # type: ignore[no-untyped-def]
    """e^x of values up to 700, in place, to the last bit but one; the library's takes one at a time."""
    for k in range(len(values)):
        x = max(values[k], LEAST)
        shifted = x * PER_LOG_2 + SHIFT
        whole = shifted - SHIFT
        r = (x - whole * LOG_2) - whole * LOG_2_REST
        total = FACTORIALS[0]
        for factorial in FACTORIALS[1:]:
            total = total * r + factorial
        power = np.float64(shifted).view(np.int64) << EXPONENT_AT
        found = np.int64(np.float64(total).view(np.int64) + power).view(np.float64)
        values[k] = found if values[k] > LEAST else 0.0
