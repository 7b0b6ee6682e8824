"""When all prices of a market want to move together and nothing holds their level: bisect on the level.

Short markets without elasticity have a long flat valley: any level of prices nearly clears them, and steps
zigzag between its kinks for thousands of times. With the price of one seller held fixed all the others are
tied down. Whether that seller then offers too little or too much says on which side of the level that clears
the price lies, and as need falls with its price without a jump there is one in between.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from world.market.arrays import Market
from world.market.balance import Problem, evaluate, pose
from world.market.method import newton
from world.market.newton import Outcome
from world.market.rows import Floats
from world.market.start import HIGHEST, LOWEST, starting_prices, unknowns_of

HALVINGS, HELD_STEPS, FREE_STEPS = 40, 400, 60
# After so many halvings the level is known to a few per cent, and the whole search may begin there.
ROUGH_HALVINGS = 6
GOOD_ENOUGH = 1e-6  # of the markets of the others, to say on which side the level lies


def bisect_level(market: Market, tolerance: float) -> Outcome:
    """Clear one row (a market of size 1) from the level of its prices; the outcome that clears, else the best
    known."""
    problem = pose(market)
    held, place = _held(problem)
    sellers = sum(stage.working.shape[1] for stage in problem.stages)
    unknowns, scale = unknowns_of(market, starting_prices(market)), float(problem.scale_usd_t[0, 0])
    low, high, steps = LOWEST * scale, HIGHEST * scale, np.zeros(1, dtype=np.int64)
    outcome = newton(problem, unknowns, tolerance, 0)
    for halving in range(HALVINGS):
        level = float(np.sqrt(low * high))
        others = newton(held, _moved(unknowns, place, level, sellers), tolerance, HELD_STEPS)
        steps += others.steps
        if others.error[0] <= GOOD_ENOUGH:
            unknowns = others.unknowns
        short = evaluate(problem, others.unknowns).residual[0, place] < 0.0
        low, high = (level, high) if short else (low, level)
        if halving >= ROUGH_HALVINGS:
            outcome = newton(problem, unknowns, tolerance, FREE_STEPS)
            steps += outcome.steps
            if outcome.error[0] <= tolerance:
                break
    return replace(outcome, steps=steps)


def _held(problem: Problem) -> tuple[Problem, int]:
    """The problem without the balance of the largest seller of the last good, whose price stays where it is,
    and the place of that price among the unknowns."""
    last = problem.stages[-1]
    seller = int(np.argmax(last.sellers.size_t[0]))
    active = last.sellers.active.copy()
    active[0, seller] = False
    stage = replace(last, sellers=replace(last.sellers, active=active))
    before = sum(stage.working.shape[1] for stage in problem.stages[:-1])
    return Problem((*problem.stages[:-1], stage)), before + seller


def _moved(unknowns: Floats, place: int, level: float, sellers: int) -> Floats:
    """All prices moved alike, so that the one at ``place`` is at the level; premiums as they are."""
    moved = unknowns.copy()
    moved[:, :sellers] += level - unknowns[0, place]
    return moved
