"""Clearing a batch of markets."""

from __future__ import annotations

import numpy as np

from world.market.arrays import Market, Prices
from world.market.balance import pose
from world.market.clearing import Clearing, describe
from world.market.fallback import MarketError, continuation
from world.market.method import newton
from world.market.rows import join
from world.market.start import starting_prices, unknowns_of
from world.market.tally import count

# Keeps the arrays of a pass in the processor's cache.
ROWS_AT_ONCE = 48
NEWTON_STEPS = 60


def clear_market(market: Market, start: Prices | None = None, tolerance: float = 1e-10) -> Clearing:
    """Find the prices that clear every row.

    ``start``: prices to start from, such as ``clearing.prices(rows)`` of a similar market; without it a start
    is worked out from costs. ``tolerance``: largest |ln supply - ln demand| of any active seller, and of ln
    quota - ln sales or of the premium over the reference price at any desk. A row that does not clear from
    there is tried again from a cold start and by continuation; ``MarketError`` names the first row that does
    not clear by any means.
    """
    begin = starting_prices(market) if start is None else start
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        parts = [
            _clear_rows(market, begin, first, tolerance) for first in range(0, market.size, ROWS_AT_ONCE)
        ]
    return parts[0] if len(parts) == 1 else join(parts)


def _clear_rows(market: Market, start: Prices, first: int, tolerance: float) -> Clearing:
    rows = slice(first, first + ROWS_AT_ONCE)
    part, begin = (market, start) if market.size <= ROWS_AT_ONCE else (market.take(rows), start.take(rows))
    problem = pose(part)
    outcome = newton(problem, unknowns_of(part, begin), tolerance, NEWTON_STEPS)
    count(posed=part.size)
    for row in np.flatnonzero(~(outcome.error <= tolerance)):
        rescue = continuation(part.take([int(row)]), tolerance)
        if not rescue.error[0] <= tolerance:
            count(lost=1)
            raise MarketError(first + int(row), part.take([int(row)]), float(rescue.error[0]))
        count(by_fallback=1)
        outcome.unknowns[row], outcome.error[row] = rescue.unknowns[0], rescue.error[0]
        outcome.steps[row] += rescue.steps[0]
        for stage, bought in zip(outcome.purchases, rescue.purchases, strict=True):
            stage.put([int(row)], bought)
    return describe(part, problem, outcome)
