"""Newton's method in compiled loops, row by row: what ``world.market.newton`` does with arrays, step for
step.

A row's result does not depend on the batch in which it stands, and nothing is allocated inside a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from world.market.balance import Problem
from world.market.compiled.cache import compiled, entrance
from world.market.compiled.derivatives import log_jacobian
from world.market.compiled.equations import (
    COLUMNS,
    GOT,
    INDEX,
    LOG_ORDER,
    LOG_USE,
    ORDERED,
    RESIDUAL,
    UNIT,
    UNMET,
    evaluate,
    make_room,
)
from world.market.compiled.packed import LiveLanes, PackedStage, pack, pack_lanes
from world.market.newton import (
    DAMPING_STEP,
    FIRST_DAMPING,
    IMBALANCE_DECREASE,
    LARGEST_DAMPING,
    LEAST_DAMPING,
    LEAST_KEPT_DAMPING,
    NO_WORSE,
    PAST,
    SQUARES_DECREASE,
    STEP_FRACTIONS,
    STEP_PRICES,
    STEP_SLOPES,
    Outcome,
)
from world.market.purchases import Purchases
from world.market.rows import Floats


def newton(problem: Problem, unknowns: Floats, tolerance: float, steps: int) -> Outcome:
    """As :func:`world.market.newton.newton`: look for what clears each row, from ``unknowns`` (M, n)."""
    stages, places = pack(problem)
    found, flows, columns = _search(problem, stages, unknowns, tolerance, steps)
    flow_t = [np.zeros(stage.pulls.offset.shape) for stage in problem.stages]
    for flow, lanes, tonnes in zip(flow_t, places, flows, strict=True):
        flow[lanes] = tonnes
    return Outcome(*found, tuple(map(_purchases, flow_t, columns)))


def newton_over(
    problem: Problem, lanes: Sequence[LiveLanes], unknowns: Floats, tolerance: float, steps: int
) -> tuple[Outcome, tuple[Floats, ...]]:
    """As :func:`newton` over listed lanes, and the tonnes on each. ``problem`` has no routes, nor have the
    purchases."""
    stages = pack_lanes(problem, lanes)
    found, flows, columns = _search(problem, stages, unknowns, tolerance, steps)
    flow_t = [np.zeros(stage.pulls.offset.shape) for stage in problem.stages]
    return Outcome(*found, tuple(map(_purchases, flow_t, columns))), flows


def _search(
    problem: Problem, stages: tuple[PackedStage, ...], unknowns: Floats, tolerance: float, steps: int
) -> tuple[tuple[Floats, NDArray[np.int64], Floats], tuple[Floats, ...], tuple[Floats, ...]]:
    """Unknowns, steps taken and errors; by stage the flows of lanes, and the columns of buyers."""
    found = np.ascontiguousarray(unknowns, dtype=np.float64).copy()
    taken, error = np.full(len(found), steps), np.full(len(found), np.inf)
    flows = tuple(np.zeros(len(stage.seller)) for stage in stages)
    columns = tuple(np.zeros((len(found), COLUMNS, stage.choice.shape[1])) for stage in stages)
    ends = (found, taken, error, flows, columns)
    _solve_rows(stages, problem.scale_usd_t[:, 0].copy(), tolerance, steps, ends)
    return (found, taken, error), flows, columns


def _purchases(flow_t: Floats, columns: Floats) -> Purchases:
    """What is bought at a stage, from the columns of its buyers."""
    names = (INDEX, LOG_ORDER, LOG_USE, GOT, UNMET)
    return Purchases(flow_t, *(columns[:, name] for name in names))


@compiled
def _direction(stages, row, scale, unknowns, damping, work, matrix, step):  # type: ignore[no-untyped-def]
    """newton._direction of one row, into ``step``."""
    log_jacobian(stages, row, scale, work, matrix)
    size, largest = len(step), 0.0
    allowed = np.empty(size)
    for s in range(len(stages)):
        for i in range(stages[s].active.shape[1]):
            allowed[work.first[s] + i] = STEP_SLOPES * stages[s].book[row, i, 4]
        for d in range(stages[s].quota_t.shape[1]):
            allowed[work.desk[s] + d] = scale
    diagonal = np.empty(size)
    for k in range(size):
        allowed[k] += STEP_PRICES * abs(unknowns[k])
        own, residual = matrix[k, k], work.sides[RESIDUAL, k]
        flat = max(abs(residual) / allowed[k] - own, 0.0)
        diagonal[k] = own + flat
        matrix[k, k] += flat + (damping + LEAST_DAMPING) * (own + 0.05 / scale)
        step[k] = -residual
    solved = _solved(stages, row, work, matrix, step)
    for k in range(size):
        largest = max(largest, abs(solved[k]) / allowed[k])
        if not isfinite(solved[k]):
            largest = inf
    for k in range(size):
        step[k] = solved[k] / max(largest, 1.0) if largest < inf else step[k] / diagonal[k]
    if largest == inf:
        for k in range(size):
            largest = max(abs(step[k]) / allowed[k], largest if largest < inf else 0.0)
        step /= max(largest, 1.0)


@compiled
def _solved(stages, row, work, matrix, right):  # type: ignore[no-untyped-def]
    """The solution of the equations of those who sell, and of desks; idle sellers stand still."""
    kept, count = np.empty(len(right), np.int64), 0
    for s in range(len(stages)):
        for i in range(stages[s].active.shape[1]):
            if stages[s].active[row, i]:
                kept[count] = work.first[s] + i
                count += 1
    for at in range(work.first[len(stages)], len(right)):
        kept[count] = at
        count += 1
    small, some, found = np.empty((count, count)), np.empty(count), np.zeros(len(right))
    for a in range(count):
        some[a] = right[kept[a]]
        for b in range(count):
            small[a, b] = matrix[kept[a], kept[b]]
    solved = np.linalg.solve(small, some)
    for a in range(count):
        found[kept[a]] = solved[a]
    return found


@compiled
def _step(stages, row, scale, unknowns, step, work, merits, past):  # type: ignore[no-untyped-def]
    """newton._acceptable along the step: the first fraction of it that is good enough, taken in place; the
    merits
    (error, squares, imbalance) there. A row that finds none stays."""
    trial = np.empty(len(unknowns))
    for fraction in STEP_FRACTIONS:
        for k in range(len(unknowns)):
            trial[k] = unknowns[k] + fraction * step[k]
        new = evaluate(stages, row, scale, trial, work)
        good = isfinite(new[1])
        for k in range(PAST):
            falls = new[1] <= (1.0 - SQUARES_DECREASE * fraction) * past[0, k]
            balances = new[2] <= (1.0 - IMBALANCE_DECREASE * fraction) * past[1, k]
            good = good and (falls or balances)
        plateau = new[1] <= NO_WORSE * merits[1] and new[2] <= NO_WORSE * merits[2]
        if good or (isfinite(new[1]) and plateau):
            unknowns[:] = trial
            return True, new
    return False, evaluate(stages, row, scale, unknowns, work)


@compiled
def _solve(stages, row, scale, unknowns, tolerance, steps):  # type: ignore[no-untyped-def]
    """newton.newton and newton._advance of one row, in place; returns the steps taken, the error left and the
    room with what is bought."""
    work, size = make_room(stages, row), len(unknowns)
    matrix, step, past = np.empty((size, size)), np.empty(size), np.full((2, PAST), inf)
    merits = evaluate(stages, row, scale, unknowns, work)
    past[0, 0], past[1, 0], points, damping = merits[1], merits[2], 1, 0.0
    for taken in range(steps + 1):
        if merits[0] <= tolerance or taken == steps:
            return taken, merits[0], work
        _direction(stages, row, scale, unknowns, damping, work, matrix, step)
        good, merits = _step(stages, row, scale, unknowns, step, work, merits, past)
        damping = damping / DAMPING_STEP if good else max(DAMPING_STEP * damping, FIRST_DAMPING)
        stuck = damping > LARGEST_DAMPING
        if stuck:
            past[:, :] = inf
        if good:
            past[0, points % PAST], past[1, points % PAST], points = merits[1], merits[2], points + 1
        if damping < LEAST_KEPT_DAMPING or stuck:
            damping = 0.0
    return steps, merits[0], work


@entrance
def _solve_rows(stages, scale, tolerance, steps, ends):  # type: ignore[no-untyped-def]
    """All rows, one after the other, into ``ends``: unknowns, steps taken, error, flows and columns."""
    unknowns, taken, error, flows, columns = ends
    for row in range(len(unknowns)):
        taken[row], error[row], work = _solve(stages, row, scale[row], unknowns[row], tolerance, steps)
        _keep(stages, row, work, flows, columns)


@compiled
def _keep(stages, row, work, flows, columns):  # type: ignore[no-untyped-def]
    """Copy what is bought out of a row's room: balance.lane_flow_t, and the columns as they are."""
    for s in range(len(stages)):
        buyers = stages[s].choice.shape[1]
        origin = stages[s].start[row * buyers]
        for b in range(buyers):
            column = work.columns[work.buyer[s] + b]
            columns[s][row, :, b] = column
            for lane in range(stages[s].start[row * buyers + b], stages[s].start[row * buyers + b + 1]):
                k = work.lane[s] + lane - origin
                flows[s][lane] = work.pull[k] * column[UNIT] * column[ORDERED] + work.held[k]
