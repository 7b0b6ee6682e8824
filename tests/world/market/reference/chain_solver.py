"""Prices and premia that clear a chain: slow, meant for small worlds, and independent of ``world.market``.

``scipy.optimize.root`` on differences of supply and demand in a scale that is logarithmic for large and
linear for tiny tonnes, with quotas of export desks as Fischer-Burmeister equations. Where it does not arrive,
bisection seller by seller brings the start closer, then continuation from ample to true dispersion of choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import asinh, hypot

import numpy as np
from buyer_choice import NoEquilibriumError
from chain_equations import Books, Key, Network, Prices, above_asked_usd_t, books, network
from chain_records import Chain, warmer
from monotone_prices import Scale, scale_of, sweep
from numpy.typing import NDArray
from scipy.optimize import least_squares, root

Floats = NDArray[np.float64]

TOLERANCE = 1e-10  # largest difference of supply and demand, in sales of the largest seller
LINEAR_BELOW_SHARE = 1e-9
FAR = 1e3  # residual where there is none: the real ones are logarithms
SWEEPS, LAST_SWEEPS = (1, 3, 12), (200, 400)
WARMTH = (256.0, 64.0, 16.0, 8.0, 4.0, 2.0, 1.0)


def solve(chain: Chain, start: Books | None = None) -> Books:
    """The equilibrium of a chain, from a similar one or from a guess."""
    net = network(chain)
    scale = scale_of(net)
    for prices, premia in starts(net, scale, start):
        found = refine(net, scale, prices, premia)
        if imbalance(net, found, scale) <= TOLERANCE:
            return found
    left = imbalance(net, found, scale)
    raise NoEquilibriumError(f"the best left {left:g} of the largest sales unbalanced")


def starts(net: Network, scale: Scale, start: Books | None) -> Iterator[tuple[Prices, Prices]]:
    """Ever better places to begin: the start given, bisected prices, the equilibrium of a warmer chain."""
    premia = dict.fromkeys(net.desks, 0.0)
    if start is not None:
        yield start.prices, start.premia
    at = dict.fromkeys(net.sellers, scale.price_usd_t), premia
    for sweeps in SWEEPS:
        at = swept(net, scale, at, sweeps)
        yield at
    warm_at = at
    for times in WARMTH:
        warm = network(warmer(net.chain, times))
        found = refine(warm, scale, *sweep(warm, scale, *warm_at))
        warm_at = found.prices, found.premia
    yield warm_at
    for sweeps in LAST_SWEEPS:
        at = swept(net, scale, at, sweeps)
        yield at


def swept(net: Network, scale: Scale, at: tuple[Prices, Prices], sweeps: int) -> tuple[Prices, Prices]:
    for _ in range(sweeps):
        at = sweep(net, scale, *at)
    return at


def refine(net: Network, scale: Scale, prices: Prices, premia: Prices) -> Books:
    """Root of the residuals near a start, by two methods; the better one."""
    units = [max(abs(prices[key]), 1e-3 * scale.price_usd_t) for key in net.sellers]
    units += [scale.price_usd_t] * len(net.desks)
    begin = np.array([prices[key] for key in net.sellers] + [premia[key] for key in net.desks]) / units

    def unpack(x: Floats) -> tuple[Prices, Prices]:
        values = [float(value) for value in x * units]
        count = len(net.sellers)
        return dict(zip(net.sellers, values[:count], strict=True)), dict(
            zip(net.desks, values[count:], strict=True)
        )

    def residual(x: Floats) -> Floats:
        try:
            return residuals(net, scale, books(net, *unpack(x)))
        except NoEquilibriumError:  # a step out of all proportion
            return np.full(len(x), FAR)

    best = root(residual, begin, method="hybr", options={"xtol": 1e-15, "maxfev": 60 * (len(begin) + 1)}).x
    best = best if np.isfinite(best).all() else begin
    found = books(net, *unpack(best))
    if imbalance(net, found, scale) > TOLERANCE:
        best = least_squares(residual, best, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=100).x
        other = books(net, *unpack(best))
        found = min(found, other, key=lambda candidate: imbalance(net, candidate, scale))
    return found


def residuals(net: Network, scale: Scale, at: Books) -> Floats:
    """Per seller the difference of supply and demand on the mixed scale, per desk Fischer-Burmeister."""
    unit = LINEAR_BELOW_SHARE * scale.tonnes

    def balance(key: Key) -> float:
        wanted = at.demand_t(key) + scale.trace_t(at.prices[key])
        return asinh(at.supply_t(key) / unit) - asinh(wanted / unit)

    def complement(key: Key) -> float:
        premium = above_asked_usd_t(net, at, key) / scale.price_usd_t
        slack = at.slack_t[key] / net.chain.stages[key[0]].desks[key[1]].quota_t
        return premium + slack - hypot(premium, slack)

    return np.array([balance(key) for key in net.sellers] + [complement(key) for key in net.desks])


def imbalance(net: Network, at: Books, scale: Scale) -> float:
    """Largest difference of supply and demand or of a quota's complementarity, relative."""
    worst = [abs(at.supply_t(key) - at.demand_t(key)) / scale.tonnes for key in at.sold_t]
    for key, slack in at.slack_t.items():
        worst.append(abs(min(above_asked_usd_t(net, at, key) / scale.price_usd_t, slack / scale.tonnes)))
    return max(worst, default=0.0)
