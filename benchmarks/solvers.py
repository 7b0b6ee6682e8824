"""One market cleared by several means: the kernel in both its forms, SciPy's root, HiGHS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import root

from benchmarks.machine import factorisation_s, machine, quickest
from benchmarks.programmes import Answer, solve_linear, solve_quadratic
from benchmarks.random_markets import Setting, random_market
from benchmarks.tables import Table
from world.market.arrays import Market
from world.market.balance import evaluate, pose
from world.market.clearing import Clearing
from world.market.jacobian import log_jacobian
from world.market.method import ARRAYS, COMPILED, VARIABLE
from world.market.solver import clear_market
from world.market.start import starting_prices, unknowns_of

COUNTRIES = (30, 60, 100, 200)
ROWS, TOLERANCE = 12, 1e-10
LIMIT_S = 60.0
"""Seconds that HiGHS gets for one programme."""
LITTLE_TASTE = 0.02
"""Of the usual dispersion of choice: near the limit whose programmes HiGHS solves."""
NEED_GROWS = 1.03
TERMS_BYTES = 40
"""Read for each lane at each evaluation: five numbers."""
CHAIN = {"sellers": (20, 24, 10), "users": (0, 30, 45), "tranches": 3}
KINDS = {
    "three stages": Setting(rows=ROWS, **CHAIN),
    "quotas on a twentieth of the lanes": Setting(rows=ROWS, **CHAIN, capped=0.05),
    "ways round": Setting(rows=ROWS, **CHAIN, routes=2),
    "two stages": Setting(rows=ROWS, sellers=(20, 24), users=(0, 45)),
}


def countries_market(countries: int, rows: int = 1, seed: int = 0) -> Market:
    """Two stages in which every country mines, refines and uses, and trades with all: freight and taste."""
    setting = Setting(
        rows=rows,
        sellers=(countries, countries),
        users=(0, countries),
        closed=(0.0, 0.0),
        levied=0.0,
        tax=(0.0, 0.0),
        supply_ratio=(1.1, 1.3),
        feeds=0.0,
        idle=0.0,
        stocks=False,
    )
    return random_market(np.random.default_rng(seed), setting)[0]


def with_little_taste(market: Market) -> Market:
    """The same market, whose buyers hardly care from whom they buy."""
    return Market(
        tuple(
            replace(stage, lanes=replace(stage.lanes, spread_usd_t=LITTLE_TASTE * stage.lanes.spread_usd_t))
            for stage in market.stages
        )
    )


def grown(market: Market) -> Market:
    """The same market with a little more need, to be started from the prices of before."""
    last = market.stages[-1]
    needs = replace(last.needs, need_t=NEED_GROWS * last.needs.need_t)
    return Market((*market.stages[:-1], replace(last, needs=needs)))


@dataclass(frozen=True)
class Measured:
    """Seconds of one market of so many countries by each means; NaN where it did not arrive in time."""

    cold_s: float
    in_batch_s: float
    in_arrays_s: float
    warm_s: float
    little_taste_s: float
    root_s: float
    linear_s: float
    quadratic_s: float
    linear_off: float
    quadratic_off: float
    share_of_peak: float


def measure(countries: int) -> Measured:
    """Clear the market of so many countries by every means, in this process."""
    market, batch = countries_market(countries), countries_market(countries, ROWS)
    found = clear_market(market)
    changed, cold = grown(market), with_little_taste(market)
    sharp = clear_market(cold)
    in_batch_s = quickest(lambda: clear_market(batch)) / ROWS
    with _form(ARRAYS):
        in_arrays_s = quickest(lambda: clear_market(batch)) / ROWS
    linear = solve_linear(market, LIMIT_S)
    quadratic = solve_quadratic(market, sharp, LIMIT_S)
    return Measured(
        cold_s=quickest(lambda: clear_market(market)),
        in_batch_s=in_batch_s,
        in_arrays_s=in_arrays_s,
        warm_s=quickest(lambda: clear_market(changed, found.prices())),
        little_taste_s=quickest(lambda: clear_market(cold)),
        root_s=root_s(market),
        linear_s=linear.seconds if linear.is_optimal else np.nan,
        quadratic_s=quadratic.seconds if quadratic.is_optimal else np.nan,
        linear_off=_off(linear, sharp),
        quadratic_off=_off(quadratic, sharp),
        share_of_peak=_least_s(batch) / in_batch_s,
    )


def _off(answer: Answer, found: Clearing) -> float:
    """Median difference of the prices of metal of those who sell some, relative; NaN without an optimum."""
    if not answer.is_optimal:
        return np.nan
    stage = found.stages[-1]
    sold = stage.flow_t[0].sum((0, 2))
    some = sold > 1e-3 * sold.sum()
    return float(np.median(np.abs(answer.metal_usd_t / stage.price_usd_t[0] - 1.0)[some]))


def _least_s(market: Market) -> float:
    """Seconds a row that the steps would take at the machine's best: for each of them the exponentials of all
    lanes, their terms read once, and one factorisation."""
    lanes = sum(stage.lanes.log_weight[0].size for stage in market.stages)
    unknowns = sum(stage.sellers for stage in market.stages)
    steps = float(clear_market(market).iterations.mean())
    here = machine()
    evaluation_s = lanes / here.exponentials_s + TERMS_BYTES * lanes / here.bytes_s
    return (steps + 1.0) * evaluation_s + steps * factorisation_s(unknowns)


def root_s(market: Market) -> float:
    """Seconds of SciPy's hybrid method on the equations of the first row, given their derivatives; NaN where
    it does not arrive."""
    first = market.take([0])
    problem = pose(first)

    def residual(unknowns: np.ndarray) -> np.ndarray:
        return np.asarray(evaluate(problem, unknowns[None]).residual[0])

    def derivatives(unknowns: np.ndarray) -> np.ndarray:
        return np.asarray(log_jacobian(problem, evaluate(problem, unknowns[None]))[0])

    start = unknowns_of(first, starting_prices(first))[0]

    def search() -> float:
        found = root(residual, start, jac=derivatives, method="hybr", tol=TOLERANCE)
        return float(np.abs(found.fun).max())

    return quickest(search) if search() < 1e-6 else np.nan


def against_others(counts: tuple[int, ...] = COUNTRIES) -> Table:
    """The kernel against SciPy and HiGHS on the same market, at several numbers of countries."""
    rows = []
    for countries in counts:
        each = measure(countries)
        rows.append(
            (
                str(countries),
                *map(_ms, (each.cold_s, each.in_batch_s, each.in_arrays_s, each.warm_s)),
                *map(_ms, (each.little_taste_s, each.root_s, each.linear_s, each.quadratic_s)),
                _ratio(each.linear_s, each.little_taste_s),
                _ratio(each.quadratic_s, each.little_taste_s),
                f"{_percent(each.linear_off)} / {_percent(each.quadratic_off)}",
                f"{each.share_of_peak:.0%}",
            )
        )
    return Table(
        "One market of two stages, milliseconds",
        (
            *("countries", "kernel, cold", "a row in a batch", "in arrays", "warm", "hardly any taste"),
            *("SciPy root", "HiGHS LP", "HiGHS QP", "LP / kernel", "QP / kernel", "LP / QP off", "of peak"),
        ),
        rows,
        [
            "Every country mines, refines, uses and trades with all. Cold: one market from costs alone, half "
            "of it spent on where to begin up to 60 countries; a row in a cold batch of twelve, compiled "
            "and in arrays; warm: 3% more need, from the prices of before.",
            "HiGHS solves the limit without taste, as a linear programme on curves of 24 steps or a "
            "quadratic one on curves made straight at the answer. Its own seconds alone are counted, at most "
            f"{LIMIT_S:.0f}; a dash: not done by then. The ratios are to the kernel, cold, with a fiftieth "
            "of the usual taste.",
            "Off: median difference of the prices of metal, LP and QP. SciPy: hybrid method, same start, "
            "which is not counted, same derivatives, in arrays. Of peak: what the steps would take at the "
            "yardsticks of the machine (exponentials, one reading of the lanes, factorisations), over what "
            "a row in a batch takes.",
        ],
    )


def forms() -> Table:
    """Batches of random markets by compiled loops, by arrays and by SciPy."""
    rows = []
    for name, setting in KINDS.items():
        market = random_market(np.random.default_rng(1), setting)[0]
        start = starting_prices(market)
        with _form(COMPILED):
            quick = quickest(lambda one=market, at=start: clear_market(one, at)) / market.size
            steps = clear_market(market, start).iterations.mean()
        with _form(ARRAYS):
            slow = quickest(lambda one=market, at=start: clear_market(one, at)) / market.size
        other = root_s(market)
        rows.append((name, _ms(quick), _ms(slow), _ms(other), _ratio(slow, quick), f"{steps:.1f}"))
    return Table(
        "Both forms of the kernel, milliseconds a row",
        ("cold batches of twelve", "compiled", "arrays", "SciPy root", "arrays / compiled", "steps"),
        rows,
        ["From the same start, which is not counted. SciPy: the first row alone."],
    )


@contextmanager
def _form(name: str) -> Iterator[None]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = name
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def _ms(seconds: float) -> str:
    return "-" if np.isnan(seconds) else f"{1e3 * seconds:,.{0 if seconds > 0.1 else 1}f}"


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.1%}"


def _ratio(one: float, other: float) -> str:
    return "-" if np.isnan(one) or np.isnan(other) else f"{one / other:,.1f}"
