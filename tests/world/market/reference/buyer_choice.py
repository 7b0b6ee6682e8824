"""What one buyer buys from whom, at given delivered costs: the additive logit with quotas.

Without quotas P = -mu ln(sum A e^(-c / mu)) and lane i carries T A_i e^((P - c_i) / mu). A quota q holds a
lane at q, or at what it would carry with the over-quota duty g on top, if that is more:

    flow = max(min(x(c), q), x(c + g)),   rent = what makes x(c + rent) = flow,  0 <= rent <= g .

P then rises until all lanes and ways to do without add up to the order T(P); the sum of their shares less one
rises in P, so a bracketing root finder is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log

from chain_records import Lane, Taste
from scipy.optimize import brentq

DOUBLINGS = 200


class NoEquilibriumError(Exception):
    """No prices clear the market, or none that the reference can find."""


@dataclass(frozen=True)
class Purchase:
    """index P; tonnes ordered; per lane flow and rent; per way to do without tonnes."""

    index_usd_t: float
    ordered_t: float
    flow_t: tuple[float, ...]
    rent_usd_t: tuple[float, ...]
    outside_t: tuple[float, ...]

    @property
    def got_t(self) -> float:
        return sum(self.flow_t)

    @property
    def outside_share(self) -> float:
        return sum(self.outside_t) / self.ordered_t if self.ordered_t > 0 else 0.0


def buy(
    lanes: list[Lane], landed_usd_t: list[float], taste: Taste, order: Callable[[float], float]
) -> Purchase:
    """The buyer's purchase; ``order`` maps the index to all it buys. Nothing to choose from: index inf."""
    mu = taste.spread_usd_t
    pull = [lane.log_weight - cost / mu for lane, cost in zip(lanes, landed_usd_t, strict=True)]
    outside = [way.log_weight - way.cost_usd_t / mu for way in taste.outside]
    if max([*pull, *outside], default=-inf) == -inf:
        return Purchase(inf, order(inf), (0.0,) * len(lanes), (0.0,) * len(lanes), (0.0,) * len(outside))
    free = -mu * log_sum([*pull, *outside])

    def shares(index: float) -> list[float]:
        ordered = order(index)
        return [lane_share(lane, z + index / mu, mu, ordered) for lane, z in zip(lanes, pull, strict=True)]

    def excess(index: float) -> float:
        return sum(shares(index)) + sum(grown(z + index / mu) for z in outside) - 1.0

    capped = any(lane.cap_t < inf for lane in lanes) and excess(free) < -1e-15
    index = bracketed_root(excess, free, mu) if capped else free
    ordered = order(index)
    flow = [ordered * share for share in shares(index)]
    rent = [rent_of(lane, z + index / mu, mu, ordered) for lane, z in zip(lanes, pull, strict=True)]
    without = [ordered * grown(z + index / mu) for z in outside]
    return Purchase(index, ordered, tuple(flow), tuple(rent), tuple(without))


def lane_share(lane: Lane, log_share: float, mu: float, ordered_t: float) -> float:
    """Part of the order that the lane carries, ``log_share`` being that without a quota."""
    if lane.cap_t == inf or ordered_t <= 0:
        return grown(log_share)
    return max(min(grown(log_share), lane.cap_t / ordered_t), grown(log_share - lane.over_cap_usd_t / mu))


def rent_of(lane: Lane, log_share: float, mu: float, ordered_t: float) -> float:
    """Rent per tonne within the quota, at most the over-quota duty."""
    if lane.cap_t == inf or ordered_t <= 0:
        return 0.0
    return min(max(mu * (log_share + log(ordered_t / lane.cap_t)), 0.0), lane.over_cap_usd_t)


def bracketed_root(rising: Callable[[float], float], low: float, width: float) -> float:
    """Root of a rising function above ``low``, where it is negative."""
    high = low + width
    for _ in range(DOUBLINGS):
        if rising(high) >= 0:
            return float(brentq(rising, low, high, xtol=1e-15 * max(abs(high), width), rtol=1e-15))
        low, high = high, high + 2.0 * (high - low)
    raise NoEquilibriumError(f"the price index rises beyond {high:g} and the order is still not filled")


def grown(x: float) -> float:
    """e^x, kept below the largest float."""
    return exp(min(x, 700.0)) if x > -745 else 0.0


def log_sum(terms: list[float]) -> float:
    top = max(terms)
    return top + log(sum(exp(term - top) for term in terms))
