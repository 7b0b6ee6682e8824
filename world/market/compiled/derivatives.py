"""The Jacobian of one row in compiled loops: what ``world.market.jacobian`` does with arrays."""

from __future__ import annotations

from world.market.balance import LEAST_SHARE
from world.market.compiled.cache import lean, summing
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
def _maker_terms(stage, row, b, s, work, terms, matrix):  # type: ignore[no-untyped-def]
    """jacobian.orders_of and jacobian._making for one maker."""
    place, width, stiffness, relative, moved = terms
    column, spread = work.columns[work.buyer[s] + b], stage.choice[row, b, 0]
    own, held, sellers = work.first[s + 1] + b, 1.0 - column[FREE], stage.active.shape[1]
    by_price = column[PRICE_SLOPE] * (1.0 + (1.0 + relative) * held / stiffness)
    drawn = 0.0
    for i in range(sellers):
        drawn += work.pulls[i, place]
    converted = work.sides[CONVERTED, own]
    part = converted * column[UNIT] / max(column[GOT], LEAST_SHARE)
    steeper = (column[USE_SLOPE] - column[SLOPE]) * converted
    change = part * (drawn * moved / column[UNIT] - 1.0) + steeper * spread * column[UNIT] / stiffness
    # rows of sales are divided by demand later; these are not, so they are multiplied by it here
    for i in range(width):
        at = work.first[s] + i if i < sellers else work.desk[s] + i - sellers
        matrix[at, own] -= work.pulls[i, place] * by_price * column[UNIT] * column[ORDERED]
        matrix[own, at] += change * work.falls[i, place] * work.sides[DEMAND, own]
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
def _spread_lanes(stage, row, s, work, matrix):  # type: ignore[no-untyped-def]
    """Pulls of the lanes and their falls with what is asked, by seller or desk and by buyer who has lanes,
    one next to the other; the falls of each lane on its own, into ``matrix``. Returns how many buyers."""
    buyers, sellers, count = stage.choice.shape[1], stage.active.shape[1], 0
    start = stage.start[row * buyers : (row + 1) * buyers + 1]
    shift, first, desk = work.lane[s] - start[0], work.first[s], work.desk[s]
    for b in range(buyers):
        if start[b] == start[b + 1]:
            continue
        column = work.columns[work.buyer[s] + b]
        ordered = column[UNIT] * column[ORDERED]
        for i in range(sellers + stage.quota_t.shape[1]):
            work.pulls[i, count], work.falls[i, count] = 0.0, 0.0
        for lane in range(start[b], start[b + 1]):
            pull, response, i = work.pull[shift + lane], work.response[shift + lane], stage.seller[lane]
            work.pulls[i, count] += pull
            work.falls[i, count] += response
            matrix[first + i, first + i] += response * ordered
            bits, d = stage.desks[lane], 0
            while bits > 0:
                if bits & 1:
                    work.pulls[sellers + d, count] += pull
                    work.falls[sellers + d, count] += response
                    matrix[first + i, desk + d] += response * ordered
                    matrix[desk + d, first + i] += response * ordered
                    others, e = stage.desks[lane], 0
                    while others > 0:
                        if others & 1:
                            matrix[desk + d, desk + e] += response * ordered
                        others, e = others >> 1, e + 1
                bits, d = bits >> 1, d + 1
        count += 1
    return count


@lean
def _weigh_buyers(stage, row, s, width, work, matrix):  # type: ignore[no-untyped-def]
    """What the index of each buyer with lanes passes on of the price asked on a lane to all others."""
    buyers, place = stage.choice.shape[1], 0
    for b in range(buyers):
        if stage.start[row * buyers + b] == stage.start[row * buyers + b + 1]:
            continue
        column = work.columns[work.buyer[s] + b]
        relative = stage.choice[row, b, 0] * column[SLOPE]
        stiffness = column[FREE] - relative * (1.0 - column[FREE])
        moved = column[UNIT] ** 2 * (1.0 + relative) / stiffness
        work.weight[place] = moved * column[ORDERED]
        if b < stage.makers.shape[1]:
            _maker_terms(stage, row, b, s, work, (place, width, stiffness, relative, moved), matrix)
        place += 1


@summing
def _product(one, other, count):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(count):
        total += one[k] * other[k]
    return total


@lean
def _through_indices(stage, row, s, count, work, matrix):  # type: ignore[no-untyped-def]
    """What prices do to sales through the indices of ``count`` buyers, into ``matrix``."""
    sellers = stage.active.shape[1]
    width = sellers + stage.quota_t.shape[1]
    for i in range(width):
        if i < sellers and not stage.active[row, i]:
            continue
        at = work.first[s] + i if i < sellers else work.desk[s] + i - sellers
        for k in range(count):
            work.part[k] = work.pulls[i, k] * work.weight[k]
        for j in range(width):
            if j < sellers and not stage.active[row, j]:
                continue
            to = work.first[s] + j if j < sellers else work.desk[s] + j - sellers
            matrix[at, to] -= _product(work.part, work.falls[j], count)


@lean
def log_jacobian(stages, row, scale, work, matrix):  # type: ignore[no-untyped-def]
    """jacobian.log_jacobian of one row, into ``matrix``."""
    for a in range(len(matrix)):
        _replace(matrix, a, 0.0)
    for s in range(len(stages)):
        stage = stages[s]
        count = _spread_lanes(stage, row, s, work, matrix)
        width = stage.active.shape[1] + stage.quota_t.shape[1]
        _weigh_buyers(stage, row, s, width, work, matrix)
        _through_indices(stage, row, s, count, work, matrix)
    _close_rows(stages, row, scale, work, matrix)
