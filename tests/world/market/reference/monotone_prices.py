"""Bisection, one seller after another.

The excess supply of a seller rises with its own price and falls with the others' (gross substitutes), so
solving one equation at a time, again and again, climbs or descends to the equilibrium. Slow where goods are
near-perfect substitutes, but it cannot be misled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

from buyer_choice import NoEquilibriumError
from chain_equations import Key, Network, Prices, above_asked_usd_t, books, seller_sides
from chain_records import User
from scipy.optimize import brentq

DOUBLINGS = 80
# A seller whom nobody can afford, or who cannot make anything, has no price of its own. This part of the
# largest sales is bought from everyone, less as the price rises, and a far smaller part can always be sold.
DEMAND_TRACE_SHARE, SUPPLY_TRACE_SHARE = 1e-14, 1e-20


@dataclass(frozen=True)
class Scale:
    """Sizes of prices and tonnes in a chain."""

    price_usd_t: float
    tonnes: float

    def trace_t(self, price_usd_t: float) -> float:
        bought = DEMAND_TRACE_SHARE * exp(-min(max(price_usd_t / self.price_usd_t, 0.0), 700.0))
        return self.tonnes * (bought - SUPPLY_TRACE_SHARE)


def scale_of(net: Network) -> Scale:
    """Price and tonnes of the users' needs at their usual prices."""
    users = [who for buyers in net.buyers for who in buyers if isinstance(who, User)]
    return Scale(
        max(user.need.usual_usd_t for user in users),
        sum(user.need.tonnes(user.need.usual_usd_t) for user in users),
    )


def sweep(net: Network, scale: Scale, prices: Prices, premia: Prices) -> tuple[Prices, Prices]:
    """Every seller's price, then every desk's premium, each solved with all others as they are."""
    prices, premia = dict(prices), dict(premia)
    for key in net.sellers:
        prices[key] = rising_root(
            excess_supply(net, scale, prices, premia, key), prices[key], scale.price_usd_t
        )
    for key in net.desks:
        left = desk_left(net, scale, prices, premia, key)
        premia[key] = 0.0 if left(0.0) >= 0 else rising_root(left, premia[key], scale.price_usd_t)
    return prices, premia


def excess_supply(
    net: Network, scale: Scale, prices: Prices, premia: Prices, key: Key
) -> Callable[[float], float]:
    def excess(price_usd_t: float) -> float:
        supply, demand = seller_sides(net, key, {**prices, key: price_usd_t}, premia)
        return supply - demand - scale.trace_t(price_usd_t)

    return excess


def desk_left(
    net: Network, scale: Scale, prices: Prices, premia: Prices, key: Key
) -> Callable[[float], float]:
    """What a desk leaves unused, or its premium above what is asked where that is less, on scales alike."""

    def left(premium_usd_t: float) -> float:
        at = books(net, prices, {**premia, key: premium_usd_t})
        return min(at.slack_t[key] / scale.tonnes, above_asked_usd_t(net, at, key) / scale.price_usd_t)

    return left


def rising_root(rising: Callable[[float], float], start: float, reach: float) -> float:
    """Root of a rising function, sought around ``start``."""
    step = 0.05 * reach * (1.0 if rising(start) < 0 else -1.0)
    near = start
    for _ in range(DOUBLINGS):
        far, step = near + step, 2.0 * step
        if rising(far) * step >= 0:
            low, high = sorted((near, far))
            return float(brentq(rising, low, high, xtol=1e-13 * reach, rtol=1e-14))
        near = far
    raise NoEquilibriumError(f"no price balances supply and demand between {start:g} and {near:g}")
