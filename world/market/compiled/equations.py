"""The equations of one row in compiled loops.

Read ``balance``, ``choice``, ``capped``, ``need`` and ``supply`` for the economics: every function here
names the one that it repeats, and tests hold the two together. Only live lanes are kept.
"""

from __future__ import annotations

from math import exp, inf, isfinite, log, log1p
from typing import NamedTuple

import numpy as np

from world.market.balance import LEAST_SHARE
from world.market.compiled.buyers import (
    LARGE,
    LOG_CAP,
    LOG_OVER,
    TINY,
    capped_index_usd_t,
    log_unlimited,
    logistic,
    orders_of,
)
from world.market.compiled.cache import compiled, lean
from world.market.compiled.packed import Whole
from world.market.compiled.pulls import exponentials, largest, log_pulls
from world.market.need import NOTHING
from world.market.rows import Floats
from world.market.supply import DEMAND_TRACE_SHARE, DISPOSAL_SHARE, SUPPLY_TRACE_SHARE

COLUMNS = 12
UNIT, ORDERED, LOG_ORDER, SLOPE, LOG_USE, USE_SLOPE, PRICE_SLOPE, FREE, GOT, UNMET, INDEX, TOP = range(
    COLUMNS
)
SUPPLY, DEMAND, CONVERTED, SUPPLY_SLOPE, REMOVAL_SLOPE, RESIDUAL, BINDS, MADE = range(8)
MOST, COST, WIDTH, ASKED, OVER = range(5)


class Work(NamedTuple):
    """One row at the prices last tried. first, desk, buyer, lane (stages + 1): where a stage's sellers and
    desks
    begin among the unknowns, its buyers among the columns and its lanes among the row's. wanted, pull,
    response, held (lanes); columns (buyers, 12), sides (8, unknowns): the fields named above. Of the stage
    whose derivatives are worked out: pulls, falls (sellers and desks, buyers), weight, part (buyers)."""

    first: Whole
    desk: Whole
    buyer: Whole
    lane: Whole
    wanted: Floats
    pull: Floats
    response: Floats
    held: Floats
    columns: Floats
    sides: Floats
    pulls: Floats
    falls: Floats
    weight: Floats
    part: Floats


@compiled
def make_room(stages, row):  # type: ignore[no-untyped-def]
    """Arrays for one row."""
    count = len(stages)
    first, desk = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    buyer, lane = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    for s in range(count):
        stage = stages[s]
        buyers = stage.choice.shape[1]
        first[s + 1] = first[s] + stage.active.shape[1]
        desk[s + 1] = desk[s] + stage.quota_t.shape[1]
        buyer[s + 1] = buyer[s] + buyers
        lane[s + 1] = lane[s] + stage.start[(row + 1) * buyers] - stage.start[row * buyers]
    desk += first[count]
    width, most = 0, 0
    for s in range(count):
        width = max(width, first[s + 1] - first[s] + desk[s + 1] - desk[s])
        most = max(most, buyer[s + 1] - buyer[s])
    pulls, falls = np.zeros((width, most)), np.zeros((width, most))
    weight, part = np.zeros(most), np.zeros(most)
    lanes, size = lane[count], desk[count]
    wanted, pull, response, held = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
    columns, sides = np.zeros((buyer[count], COLUMNS)), np.zeros((8, size))
    return Work(
        first, desk, buyer, lane, wanted, pull, response, held, columns, sides, pulls, falls, weight, part
    )


@lean
def choose(stages, s, row, unknowns, work):  # type: ignore[no-untyped-def]
    """choice.choose at one stage: pull, response and held tonnes of the lanes, and the columns."""
    stage, buyers = stages[s], stages[s].choice.shape[1]
    start = stage.start[row * buyers : (row + 1) * buyers + 1]
    low, high, at, until = start[0], start[buyers], work.lane[s], work.lane[s + 1]
    prices, premiums = unknowns[work.first[s] :], unknowns[work.desk[s] :]
    makers = unknowns[work.first[s + 1] : work.first[s + 1] + stage.makers.shape[1]]
    columns, terms = work.columns[work.buyer[s] :], stage.terms[:, low:high]
    wanted, pull, response = work.wanted[at:until], work.pull[at:until], work.response[at:until]
    lanes, places = (
        (wanted, pull, response, work.held[at:until]),
        (stage.seller[low:high], stage.desks[low:high]),
    )
    log_pulls(terms, places, prices, premiums, stage.quota_t.shape[1], lanes)
    for b in range(buyers):
        top = largest(wanted, start[b] - low, start[b + 1] - low, stage.choice[row, b, 1])
        columns[b, TOP] = top
        for k in range(start[b] - low, start[b + 1] - low):
            pull[k] = wanted[k] - top
    exponentials(pull)
    count = len(makers)
    for b in range(buyers):
        if start[b] == start[b + 1] and columns[b, UNIT] > 0.0:
            continue  # whoever has no lanes does the same at all prices
        user, price = max(b - count, 0), makers[b] if b < count else 0.0
        buyer = (
            stage.makers[row, b : b + 1],
            stage.made_recovery[row],
            stage.users[row, user : user + 1],
            stage.choice[row, b],
        )
        _column(buyer, price, terms, (start[b] - low, start[b + 1] - low), lanes, columns[b])
    for k in range(len(pull)):
        response[k] *= pull[k]


@lean
def _column(buyer, price, terms, ends, lanes, column):  # type: ignore[no-untyped-def]
    """Shares, index and orders of one buyer, whose lanes stand between the ``ends``."""
    wanted, pull, _, held = lanes
    low, high = ends
    spread, outside = buyer[3][0], buyer[3][1]
    top, inside, exceeded = column[TOP], 0.0, False
    for k in range(low, high):
        inside += pull[k]
    without = exp(outside - top)
    total = inside + without
    index = -spread * (top + log(total))
    orders = orders_of(buyer, index, price)
    if orders[0] > NOTHING / 2:
        relative = index / spread + orders[0]
        for k in range(low, high):
            exceeded = exceeded or wanted[k] + relative > terms[LOG_CAP, k]
    free, got, unit, without = 1.0, inside / total, 1.0 / total, without / total
    if exceeded:
        terms, wanted, pull, held = terms[:, low:high], wanted[low:high], pull[low:high], held[low:high]
        log_free = log_unlimited(terms, outside, wanted, pull, top)
        index = capped_index_usd_t(terms, buyer, price, wanted, log_free, (index, column[INDEX]))
        orders = orders_of(buyer, index, price)
        free, got = _hold(terms, index / spread, orders[0], top, (wanted, pull, held))
        without, unit = exp(min(outside + index / spread, 0.0)), 1.0
        free += without
    column[UNIT], column[ORDERED], column[LOG_ORDER], column[SLOPE] = (
        unit,
        exp(orders[0]),
        orders[0],
        orders[1],
    )
    column[LOG_USE], column[USE_SLOPE], column[PRICE_SLOPE] = orders[2], orders[3], orders[4]
    column[FREE], column[GOT], column[UNMET], column[INDEX] = free, got, without, index


@lean
def _hold(terms, relative, log_order, top, lanes):  # type: ignore[no-untyped-def]
    """choice._hold for one buyer at its index: the share that passes freely, and that with what quotas let
    pass. The pulls stand at e^(z - top); where that is not too small for it they are only scaled."""
    wanted, pull, held = lanes
    passing, kept = 0.0, 0.0
    scale = exp(top + relative) if top + relative < LARGE else inf
    for k in range(len(pull)):
        cap, over = terms[LOG_CAP, k], terms[LOG_OVER, k]
        excess = wanted[k] + relative + log_order - cap
        if excess > 0 and excess <= over:
            pull[k], held[k] = 0.0, exp(cap)
            kept += exp(cap - log_order)
        elif excess <= over and pull[k] > TINY and scale < inf:
            pull[k] = min(pull[k] * scale, 1.0)
            passing += pull[k]
        else:
            pull[k] = exp(min(wanted[k] + relative - (over if excess > over else 0.0), 0.0))
            passing += pull[k]
    return passing, passing + kept


@lean
def _balance_seller(own, book, made, scale, price, side):  # type: ignore[no-untyped-def]
    """supply.offer, supply.disposal and balance._balance of one active seller; returns the tonnes out of
    balance."""
    supply, slope = 0.0, 0.0
    for t in range(len(own)):
        tranche = own[t]
        used = logistic((max(price, tranche[3]) - tranche[1]) / tranche[2])
        supply += tranche[0] * used
        if price > tranche[3]:
            slope += tranche[0] * used * (1.0 - used) / tranche[2]
    log_supply = log(supply + book[0] + SUPPLY_TRACE_SHARE * book[2])
    if made:
        top = max(side[MADE], log_supply)
        total = top + log1p(exp(min(side[MADE], log_supply) - top))
        side[CONVERTED], log_supply = exp(side[MADE] - total), total
    given = DISPOSAL_SHARE * book[2] * exp(min(-(price + book[3]) / book[4], 600.0))
    relative = price / scale
    size = 1.0 + relative if relative > 0 else 1.0 - relative
    trace = DEMAND_TRACE_SHARE * book[2] * (1.0 / size if relative > 0 else size)
    side[SUPPLY], side[SUPPLY_SLOPE] = exp(log_supply), slope
    side[REMOVAL_SLOPE] = -given / book[4] - trace / (scale * size)
    side[DEMAND] += given + trace + book[1]
    side[RESIDUAL] = log_supply - log(side[DEMAND])
    return abs(side[SUPPLY] - side[DEMAND])


@lean
def _balance_desk(quota, unrecorded, scale, premium, side):  # type: ignore[no-untyped-def]
    """balance._desks of one desk; returns the tonnes out of balance. A desk keeps in the places of a seller's
    supply what may pass it, and how that grows with the premium; in that of what is made how what is asked
    grows with recorded sales."""
    part = (premium - unrecorded[COST]) / unrecorded[WIDTH]
    past = unrecorded[MOST] * min(max(part, 0.0), 1.0)
    allowed, sold = quota + past, (side[DEMAND] - past) / unrecorded[OVER]
    slack = (premium - unrecorded[ASKED] * min(max(sold, 0.0), 1.0)) / scale
    side[CONVERTED] = unrecorded[ASKED] / unrecorded[OVER] if 0.0 < sold < 1.0 else 0.0
    side[SUPPLY] = allowed
    side[SUPPLY_SLOPE] = unrecorded[MOST] / unrecorded[WIDTH] if 0.0 < part < 1.0 else 0.0
    left = log(allowed) - log(side[DEMAND]) if quota > 0 and side[DEMAND] > 0 else inf
    if quota > 0 and left < slack:
        side[RESIDUAL], side[BINDS] = left, 1.0
        return abs(allowed - side[DEMAND])
    side[RESIDUAL] = slack
    return abs(slack) * allowed


@lean
def _add_sales(stages, s, row, work):  # type: ignore[no-untyped-def]
    """Sales of sellers and desks of a stage, and what its makers make of what they get."""
    stage, buyers = stages[s], stages[s].choice.shape[1]
    sold, passed = work.sides[DEMAND, work.first[s] :], work.sides[DEMAND, work.desk[s] :]
    shift, log_recovery = work.lane[s] - stage.start[row * buyers], log(stage.made_recovery[row])
    for b in range(buyers):
        column = work.columns[work.buyer[s] + b]
        ordered = column[UNIT] * column[ORDERED]
        for lane in range(stage.start[row * buyers + b], stage.start[row * buyers + b + 1]):
            flow = work.pull[shift + lane] * ordered + work.held[shift + lane]
            sold[stage.seller[lane]] += flow
            bits, d = stage.desks[lane], 0
            while bits > 0:
                if bits & 1:
                    passed[d] += flow
                bits, d = bits >> 1, d + 1
        if b < stage.makers.shape[1]:
            got = log(max(column[GOT], LEAST_SHARE))
            work.sides[MADE, work.first[s + 1] + b] = log_recovery + column[LOG_USE] + got


@lean
def evaluate(stages, row, scale, unknowns, work):  # type: ignore[no-untyped-def]
    """balance.evaluate and newton._merits: largest residual, squares, tonnes out of balance."""
    sides = work.sides
    for a in range(sides.shape[0]):
        for k in range(sides.shape[1]):
            sides[a, k] = 0.0
    for s in range(len(stages)):
        choose(stages, s, row, unknowns, work)
        _add_sales(stages, s, row, work)
    largest, squares, imbalance, recovered = 0.0, 0.0, 0.0, 1.0
    for s in range(len(stages)):
        stage = stages[s]
        recovered *= stage.recovery[row] if s > 0 else 1.0
        for i in range(stage.active.shape[1]):
            at = work.first[s] + i
            side = sides[:, at]
            if not stage.active[row, i]:
                side[SUPPLY], side[DEMAND], side[RESIDUAL] = 1.0, 1.0, 0.0
                continue
            own, book = stage.own[row, i], stage.book[row, i]
            imbalance += _balance_seller(own, book, s > 0, scale, unknowns[at], side) / recovered
        for d in range(stage.quota_t.shape[1]):
            at = work.desk[s] + d
            ways = stage.unrecorded[row, d]
            off = _balance_desk(stage.quota_t[row, d], ways, scale, unknowns[at], sides[:, at])
            imbalance += off / recovered
    for k in range(sides.shape[1]):
        residual = sides[RESIDUAL, k]
        largest, squares = max(largest, abs(residual)), squares + residual**2
        if not isfinite(residual):
            largest, squares = inf, inf
    return largest, squares, imbalance
