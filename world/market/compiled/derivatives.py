"""The Jacobian of one row in compiled loops: what ``world.market.jacobian`` does with arrays."""

from __future__ import annotations

from world.market.balance import LEAST_SHARE
from world.market.compiled.cache import lean
from world.market.compiled.equations import (
    BINDS,
    CONVERTED,
    DEMAND,
    FREE,
    GOT,
    ORDERED,
    PRICE_SLOPE,
    REMOVAL_SLOPE,
    SLOPE,
    SUPPLY,
    SUPPLY_SLOPE,
    UNIT,
    USE_SLOPE,
)


@lean
def _add(sums, count, at, more, falls):  # type: ignore[no-untyped-def]
    """Add a lane to a seller's or desk's sums of this buyer, listing it once."""
    pull, response, listed = sums
    if pull[at] == 0.0:
        listed[count] = at
        count += 1
    pull[at] += more
    response[at] += falls
    return count


@lean
def _maker_terms(stage, row, b, work, column, sums, terms, matrix):  # type: ignore[no-untyped-def]
    """jacobian.orders_of and jacobian._making for one maker."""
    pull, response, listed, count = sums
    s, moved, stiffness, relative = terms
    own, spread, held = work.first[s + 1] + b, stage.choice[row, b, 0], 1.0 - column[FREE]
    by_price = column[PRICE_SLOPE] * (1.0 + (1.0 + relative) * held / stiffness)
    drawn = 0.0
    for a in range(count):
        matrix[listed[a], own] -= pull[listed[a]] * by_price * column[UNIT] * column[ORDERED]
        if listed[a] < work.first[s + 1]:
            drawn += pull[listed[a]]
    converted = work.sides[CONVERTED, own]
    part = converted * column[UNIT] / max(column[GOT], LEAST_SHARE)
    steeper = (column[USE_SLOPE] - column[SLOPE]) * converted
    change = part * (drawn * moved / column[UNIT] - 1.0) + steeper * spread * column[UNIT] / stiffness
    # rows of sales are divided by demand later; these are not, so they are multiplied by it here
    for a in range(count):
        matrix[own, listed[a]] += change * response[listed[a]] * work.sides[DEMAND, own]
    by_own = part * drawn * by_price + steeper * spread * held * column[PRICE_SLOPE] / stiffness
    matrix[own, own] += by_own * work.sides[DEMAND, own]


@lean
def _close_rows(stages, row, scale, work, matrix):  # type: ignore[no-untyped-def]
    """Divide by what is sold, add own supply; rows of idle sellers and slack desks stand for themselves."""
    sides = work.sides
    for s in range(len(stages)):
        for i in range(stages[s].active.shape[1]):
            at = work.first[s] + i
            if not stages[s].active[row, i]:
                _replace(matrix, at, 1.0)
                continue
            _divide(matrix, at, sides[DEMAND, at])
            own = sides[SUPPLY_SLOPE, at] / sides[SUPPLY, at] - sides[REMOVAL_SLOPE, at] / sides[DEMAND, at]
            matrix[at, at] += own
        for d in range(stages[s].quota_t.shape[1]):
            at = work.desk[s] + d
            if sides[BINDS, at] > 0:
                _divide(matrix, at, sides[DEMAND, at] if sides[DEMAND, at] > 0 else 1.0)
                matrix[at, at] += sides[SUPPLY_SLOPE, at] / sides[SUPPLY, at]
            else:
                for k in range(matrix.shape[1]):
                    matrix[at, k] *= sides[CONVERTED, at] / scale
                matrix[at, at] += (1.0 + sides[CONVERTED, at] * sides[SUPPLY_SLOPE, at]) / scale


@lean
def _divide(matrix, at, by):  # type: ignore[no-untyped-def]
    for k in range(matrix.shape[1]):
        matrix[at, k] /= by


@lean
def _replace(matrix, at, own):  # type: ignore[no-untyped-def]
    for k in range(matrix.shape[1]):
        matrix[at, k] = 0.0
    matrix[at, at] = own


@lean
def _subtract(line, part, response, low, high):  # type: ignore[no-untyped-def]
    """A plain loop over neighbours, which the compiler turns into one over several at a time."""
    for c in range(low, high):
        line[c] -= part * response[c]


@lean
def _list_buyer(stage, s, row, b, work, matrix, sums):  # type: ignore[no-untyped-def]
    """Sums over the lanes of one buyer by seller and desk, and their fall with the own price, into
    ``matrix``; how
    many are listed."""
    buyers = stage.choice.shape[1]
    origin, column, count = stage.start[row * buyers], work.columns[work.buyer[s] + b], 0
    ordered = column[UNIT] * column[ORDERED]
    for lane in range(stage.start[row * buyers + b], stage.start[row * buyers + b + 1]):
        k, i = work.lane[s] + lane - origin, work.first[s] + stage.seller[lane]
        if work.pull[k] == 0.0:
            continue
        fall = work.response[k] * ordered
        count = _add(sums, count, i, work.pull[k], work.response[k])
        matrix[i, i] += fall
        bits, d = stage.desks[lane], 0
        while bits > 0:
            if bits & 1:
                at = work.desk[s] + d
                count = _add(sums, count, at, work.pull[k], work.response[k])
                matrix[i, at] += fall
                matrix[at, i] += fall
                others, e = stage.desks[lane], 0
                while others > 0:
                    if others & 1:
                        matrix[at, work.desk[s] + e] += fall
                    others, e = others >> 1, e + 1
            bits, d = bits >> 1, d + 1
    return count


@lean
def log_jacobian(stages, row, scale, work, sums, matrix):  # type: ignore[no-untyped-def]
    """jacobian.log_jacobian of one row, into ``matrix``; ``sums``: three arrays of zeros to work on."""
    for a in range(len(matrix)):
        _replace(matrix, a, 0.0)
    pull, response, listed = sums
    for s in range(len(stages)):
        stage = stages[s]
        buyers = stage.choice.shape[1]
        for b in range(buyers):
            if stage.start[row * buyers + b] == stage.start[row * buyers + b + 1]:
                continue
            column = work.columns[work.buyer[s] + b]
            count = _list_buyer(stage, s, row, b, work, matrix, sums)
            relative = stage.choice[row, b, 0] * column[SLOPE]
            stiffness = column[FREE] - relative * (1.0 - column[FREE])
            moved = column[UNIT] ** 2 * (1.0 + relative) / stiffness
            for a in range(count):
                part = pull[listed[a]] * moved * column[ORDERED]
                _subtract(matrix[listed[a]], part, response, work.first[s], work.first[s + 1])
                _subtract(matrix[listed[a]], part, response, work.desk[s], work.desk[s + 1])
            if b < stage.makers.shape[1]:
                terms = (s, moved, stiffness, relative)
                _maker_terms(stage, row, b, work, column, (pull, response, listed, count), terms, matrix)
            for a in range(count):
                pull[listed[a]], response[listed[a]] = 0.0, 0.0
    _close_rows(stages, row, scale, work, matrix)
