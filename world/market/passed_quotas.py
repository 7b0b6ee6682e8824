"""When goods leave past a quota of next to nothing: the premium is measured from what the first way costs.

A quota of a gram and ways that carry tonnes are one desk (:class:`world.market.arrays.Desks`). Once its
premium pays for the first way, what may pass goes from the gram to tonnes within a sliver of the premium, and
a market that wants a few grams clears within that sliver. A premium of a thousand dollars has no digits left
for it: the next number after it lets through so much more that supply and demand cannot meet to ten digits,
and a step that comes from either side jumps over. The excess of the premium over the cost has all the digits
it needs, and from where it begins the logarithm of what may pass bends one way only, so that steps arrive.

So the desks that are passed are told as desks whose premium starts at the cost of the first way, which is
added to what their lanes cost. The equations are the same, term by term, as long as the premium does not fall
below that cost. Where it would, the desk is not passed, and is left as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Desks, Market, Stage
from world.market.balance import Problem, evaluate, pose
from world.market.newton import Outcome
from world.market.rows import Floats

Search = Callable[[Market], Outcome]
Mask = NDArray[np.bool_]


def clear_passed(market: Market, search: Search, tolerance: float) -> Outcome | None:
    """Clear one row (a market of size 1) whose desks are passed; ``search`` clears the market it is given.

    The error of the outcome is that of the market as told here. Its premiums are whole again, as exact as
    numbers of their size can be. None where no desk is passed, or nothing is found that clears.
    """
    passed = [_open(stage.desks) for stage in market.stages]
    while any(mask.any() for mask in passed):
        told = _from_cost(market, passed)
        outcome = search(told)
        if not outcome.error[0] <= tolerance:
            return None
        whole = _whole(market, passed, outcome)
        holds = _holding(market, pose(told), outcome, whole)
        left = [mask & held for mask, held in zip(passed, holds, strict=True)]
        if all(map(np.array_equal, passed, left)):
            return replace(outcome, unknowns=whole)
        passed = left
    return None


def _open(desks: Desks) -> Mask:
    """(D,) desks past which anything can go."""
    real = (desks.seller >= 0) & (desks.quota_t > 0)
    return np.asarray((real & (desks.unrecorded_most_t > 0))[0])


def _from_cost(market: Market, passed: list[Mask]) -> Market:
    return Market(tuple(_stage_from_cost(*pair) for pair in zip(market.stages, passed, strict=True)))


def _stage_from_cost(stage: Stage, passed: Mask) -> Stage:
    """The stage with the premiums of the desks that are passed measured from the cost of their first way.
    Their holders ask nothing: who is passed takes what the quota brings."""
    desks, charge = stage.desks, stage.lanes.charge_usd_t.copy()
    for desk in np.flatnonzero(passed):
        seller = desks.seller[0, desk]
        more = stage.lanes.price_factor[0, :, seller, :] * desks.unrecorded_cost_usd_t[0, desk]
        charge[0, :, seller, :] += np.where(desks.lanes[0, desk], more, 0.0)
    return replace(
        stage,
        lanes=replace(stage.lanes, charge_usd_t=charge),
        desks=replace(
            desks,
            unrecorded_cost_usd_t=np.where(passed, 0.0, desks.unrecorded_cost_usd_t),
            asked_usd_t=np.where(passed, 0.0, desks.asked_usd_t),
        ),
    )


def _whole(market: Market, passed: list[Mask], outcome: Outcome) -> Floats:
    """The unknowns (1, n) with premiums from zero."""
    costs = [
        np.where(mask, stage.desks.unrecorded_cost_usd_t[0], 0.0)
        for stage, mask in zip(market.stages, passed, strict=True)
    ]
    unknowns, count = outcome.unknowns.copy(), sum(map(len, costs))
    unknowns[0, unknowns.shape[1] - count :] += np.concatenate(costs)
    return unknowns


def _holding(market: Market, told: Problem, outcome: Outcome, whole: Floats) -> list[Mask]:
    """By stage, (D,): more is sold than the quota at a premium that pays for the first way, and no less than
    what the holders of the quota ask."""
    premiums, states = told.premiums(whole), evaluate(told, outcome.unknowns).stages
    found = []
    for stage, premium, at in zip(market.stages, premiums, states, strict=True):
        asked, _ = stage.desks.asks_usd_t(stage.desks.quota_t)
        found.append(np.asarray((at.sold_t > stage.desks.quota_t) & (premium >= asked))[0])
    return found
