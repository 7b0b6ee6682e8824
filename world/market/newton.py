"""Damped semismooth Newton on price levels, all rows of a batch at once.

Two merits are watched: the squared log residuals, and the tonnes out of balance (in tonnes of the first
good). A step is kept if it beats every earlier point in one of the two (a filter, Fletcher and Leyffer
2002): the first is fast in the tails, the second cannot stall at kinks, because the Jacobian is an M-matrix
whose columns sum to something positive; and nothing can go in circles. A price that hardly matters (a mine
that is full, a levy that binds) gets a larger diagonal instead of an endless step. Rows that are cleared
leave the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.balance import Problem, State, evaluate
from world.market.jacobian import log_jacobian
from world.market.purchases import Purchases, purchases_of
from world.market.rows import Floats, Rowwise

# Fractions of a step tried in this order; if none is good enough the damping grows.
STEP_FRACTIONS = (1.0, 0.3, 0.09)
# A point is good if, against every earlier point, the squares or the imbalance fall by this share times the
# fraction.
SQUARES_DECREASE, IMBALANCE_DECREASE = 0.1, 1e-3
# On a plateau (a levy binds, a mine is full) nothing falls: moving on is good if nothing rises either.
NO_WORSE = 1.0 + 1e-9
# Earlier points remembered, the last ones; few searches take as many steps.
PAST = 128
# A row damped beyond the largest forgets its past and takes its full step, whatever the merits say of it.
FIRST_DAMPING, LARGEST_DAMPING, DAMPING_STEP, LEAST_KEPT_DAMPING = 1e-2, 10.0, 10.0, 1e-4
# Keeps the inverse positive where a group of prices moves together without effect.
LEAST_DAMPING = 1e-13
# No price moves by more than so many slopes of its curve plus this share of itself.
STEP_SLOPES, STEP_PRICES = 10.0, 0.5
# The batch is made smaller when less than this share of its rows is left.
STAYING_SHARE = 0.75


@dataclass(frozen=True)
class Search(Rowwise):
    """Where each row stands: unknowns (M, n), the equations there, the damping and the two merits (M,),
    and the merits ``past`` (M, 2, PAST) of the ``points`` (M,) so far, inf where there were fewer."""

    unknowns: Floats
    state: State
    damping: Floats
    squares: Floats
    imbalance_t: Floats
    past: Floats
    points: NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """Prices and premiums (M, n), steps used (M,), the largest residual (M,) there, and what is bought."""

    unknowns: Floats
    steps: NDArray[np.int64]
    error: Floats
    purchases: tuple[Purchases, ...]


def newton(problem: Problem, unknowns: Floats, tolerance: float, steps: int) -> Outcome:
    """Look for what clears each row, from ``unknowns`` (M, n), in at most ``steps`` steps."""
    size = len(unknowns)
    found, taken = unknowns.copy(), np.full(size, steps)
    whole, rows, live = problem, np.arange(size), np.ones(size, dtype=bool)
    search = _begin(problem, unknowns)
    for step in range(steps + 1):
        finished = live & (search.state.error() <= tolerance)
        found[rows[live]], taken[rows[finished]] = search.unknowns[live], step
        live &= ~finished
        if not live.any() or step == steps:
            break
        if live.mean() < STAYING_SHARE:
            problem, search, rows, live = problem.take(live), search.take(live), rows[live], live[live]
        search = _advance(problem, search, live)
    state = evaluate(whole, found)
    return Outcome(found, taken, state.error(), purchases_of(state))


def _begin(problem: Problem, unknowns: Floats) -> Search:
    state = evaluate(problem, unknowns)
    squares, imbalance = _merits(problem, state)
    past = np.full((len(unknowns), 2, PAST), np.inf)
    past[:, 0, 0], past[:, 1, 0] = squares, imbalance
    size = len(unknowns)
    return Search(unknowns, state, np.zeros(size), squares, imbalance, past, np.ones(size, dtype=np.int64))


def _merits(problem: Problem, state: State) -> tuple[Floats, Floats]:
    """Squares of the residuals, and tonnes out of balance, desks included, both (M,)."""
    imbalance, yield_ = np.zeros(len(state.residual)), np.ones(len(state.residual))
    for number, (stage, at) in enumerate(zip(problem.stages, state.stages, strict=True)):
        if number > 0:
            yield_ = yield_ * stage.recovery[:, 0]
        allowed = at.allowed_t
        off = np.where(at.desk_binds, np.abs(allowed - at.sold_t), np.abs(at.desk_residual) * allowed)
        imbalance += (np.abs(at.supply_t - at.demand_t).sum(1) + off.sum(1)) / yield_
    return np.asarray((state.residual**2).sum(1)), imbalance


def _advance(problem: Problem, search: Search, live: NDArray[np.bool_]) -> Search:
    """One step of every live row: full, else shorter; a row that finds none stays and is damped more."""
    direction = _direction(problem, search)
    direction[~live] = 0.0
    trial = _try(problem, search, direction)
    good = _acceptable(search, trial, 1.0) | ~live
    for fraction in STEP_FRACTIONS[1:]:
        if good.all():
            break
        poor = np.flatnonzero(~good)
        before = search.take(poor)
        shorter = _try(problem.take(poor), before, fraction * direction[poor])
        better = _acceptable(before, shorter, fraction)
        trial.put(poor[better], shorter.take(better))
        good[poor[better]] = True
    if not good.all():
        poor = np.flatnonzero(~good)
        trial.put(poor, search.take(poor))
    damping = np.where(
        good, search.damping / DAMPING_STEP, np.maximum(DAMPING_STEP * search.damping, FIRST_DAMPING)
    )
    stuck = damping > LARGEST_DAMPING
    trial.past[stuck] = np.inf
    _remember(trial, np.flatnonzero(good))
    trial.damping[:] = np.where((damping < LEAST_KEPT_DAMPING) | stuck, 0.0, damping)
    return trial


def _remember(search: Search, rows: NDArray[np.intp]) -> None:
    place = search.points[rows] % PAST
    search.past[rows, 0, place], search.past[rows, 1, place] = search.squares[rows], search.imbalance_t[rows]
    search.points[rows] += 1


def _direction(problem: Problem, search: Search) -> Floats:
    matrix = log_jacobian(problem, search.state)
    diagonal = np.arange(matrix.shape[1])
    own = matrix[:, diagonal, diagonal]
    allowed = _allowed(problem) + STEP_PRICES * np.abs(search.unknowns)
    flat = np.maximum(np.abs(search.state.residual) / allowed - own, 0.0)
    matrix[:, diagonal, diagonal] += flat + (search.damping[:, None] + LEAST_DAMPING) * (
        own + 0.05 / problem.scale_usd_t
    )
    try:
        step = np.linalg.solve(matrix, -search.state.residual[..., None])[..., 0]
    except np.linalg.LinAlgError:
        step = -search.state.residual / (own + flat)
    return np.asarray(step / np.maximum((np.abs(step) / allowed).max(1, keepdims=True), 1.0))


def _allowed(problem: Problem) -> Floats:
    """Largest step of every unknown from zero, (M, n): slopes of a price, a reference price of a premium."""
    slopes = [STEP_SLOPES * stage.sellers.disposal_slope_usd_t for stage in problem.stages]
    desks = sum(stage.desks.seller.shape[1] for stage in problem.stages)
    return np.concatenate([*slopes, np.repeat(problem.scale_usd_t, desks, 1)], 1)


def _try(problem: Problem, search: Search, step: Floats) -> Search:
    unknowns = search.unknowns + step
    state = evaluate(problem, unknowns)
    squares, imbalance = _merits(problem, state)
    return Search(unknowns, state, search.damping.copy(), squares, imbalance, search.past, search.points)


def _acceptable(before: Search, after: Search, fraction: float) -> NDArray[np.bool_]:
    falls = after.squares[:, None] <= (1.0 - SQUARES_DECREASE * fraction) * before.past[:, 0]
    balances = after.imbalance_t[:, None] <= (1.0 - IMBALANCE_DECREASE * fraction) * before.past[:, 1]
    plateau = (after.squares <= NO_WORSE * before.squares) & (
        after.imbalance_t <= NO_WORSE * before.imbalance_t
    )
    return np.asarray(np.isfinite(after.squares) & ((falls | balances).all(1) | plateau))
