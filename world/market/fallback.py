"""When Newton's method does not arrive: continuation in temperature.

With all spreads and slopes many times as wide the market is soft and easy. Its prices start a market a little
colder, and so on down to the market itself, with steps that shrink where a step fails and grow where it
succeeds. The last rung is the market as given, so nothing about the solution is approximate. Where that fails
too the level of prices is bisected (:mod:`world.market.level`), and at last quotas of next to nothing past
which tonnes can go are told in another way (:mod:`world.market.passed_quotas`).
"""

from __future__ import annotations

from dataclasses import replace

from world.market.arrays import Curves, Market, Stage
from world.market.balance import pose
from world.market.level import bisect_level
from world.market.method import newton
from world.market.newton import Outcome
from world.market.passed_quotas import clear_passed
from world.market.start import starting_prices, unknowns_of

# Factors to begin from, tried in turn; the factor falls by the cooling from rung to rung.
HOTTEST = (8.0, 64.0, 512.0)
FIRST_COOLING, LEAST_COOLING = 2.0, 1.005
# Short markets without elasticity may take hundreds of steps from a cold start and arrive.
FIRST_STEPS, RUNG_STEPS, LAST_STEPS = 400, 40, 10_000
RUNG_TOLERANCE = 1e-5


class MarketError(ValueError):
    """A market that could not be cleared. ``row`` is its place in the batch, ``market`` the row itself (size
    1), to be saved."""

    def __init__(self, row: int, market: Market, error: float) -> None:
        super().__init__(
            f"market row {row} did not clear: supply and demand still differ by a factor of e^{error:.3g}"
        )
        self.row, self.market, self.error = row, market, error


def continuation(market: Market, tolerance: float) -> Outcome:
    """Clear one row (a market of size 1) from a cold start, if need be by cooling it down, by bisecting on
    the level of its prices, by patience, at last past its quotas; the first outcome that clears, else the
    last."""
    outcome = _begin(market, tolerance)
    if outcome.error[0] > tolerance:
        levelled = bisect_level(market, tolerance)
        outcome = replace(levelled, steps=outcome.steps + levelled.steps)
    if outcome.error[0] <= tolerance:
        return outcome
    start = unknowns_of(market, starting_prices(market))
    patient = newton(pose(market), start, tolerance, LAST_STEPS)
    outcome = replace(patient, steps=outcome.steps + patient.steps)
    if outcome.error[0] <= tolerance:
        return outcome
    # Last, though it takes a few steps: what clears by the ways above keeps its numbers to the last bit.
    passed = clear_passed(market, lambda told: _begin(told, tolerance), tolerance)
    return outcome if passed is None else replace(passed, steps=outcome.steps + passed.steps)


def _begin(market: Market, tolerance: float) -> Outcome:
    """From a cold start, and by cooling."""
    start = unknowns_of(market, starting_prices(market))
    outcome = newton(pose(market), start, tolerance, FIRST_STEPS)
    for hottest in HOTTEST:
        if outcome.error[0] <= tolerance:
            break
        outcome = _cool(market, replace(outcome, unknowns=start), hottest, tolerance)
    return outcome


def _cool(market: Market, outcome: Outcome, hottest: float, tolerance: float) -> Outcome:
    """Follow the prices from ``hottest`` times the spreads down to the market itself."""
    factor, cooling, steps = hottest * FIRST_COOLING, FIRST_COOLING, outcome.steps
    unknowns = outcome.unknowns
    while factor > 1.0 and cooling > LEAST_COOLING:
        colder = max(factor / cooling, 1.0)
        goal = tolerance if colder == 1.0 else RUNG_TOLERANCE
        outcome = newton(pose(soften(market, colder)), unknowns, goal, RUNG_STEPS)
        steps = steps + outcome.steps
        if outcome.error[0] <= goal:
            unknowns, factor, cooling = outcome.unknowns, colder, min(cooling**1.5, 4.0)
        else:
            cooling = cooling**0.4
    return replace(outcome, steps=steps)


def soften(market: Market, factor: float) -> Market:
    """The same market with all spreads and slopes ``factor`` times as wide."""
    return Market(tuple(_soften_stage(stage, factor) for stage in market.stages))


def _soften_stage(stage: Stage, factor: float) -> Stage:
    def wider(curves: Curves) -> Curves:
        return replace(curves, slope_usd_t=factor * curves.slope_usd_t)

    return replace(
        stage,
        own=wider(stage.own),
        making=wider(stage.making),
        stocks=replace(stage.stocks, width_usd_t=factor * stage.stocks.width_usd_t),
        lanes=replace(stage.lanes, spread_usd_t=factor * stage.lanes.spread_usd_t),
        desks=replace(stage.desks, unrecorded_width_usd_t=factor * stage.desks.unrecorded_width_usd_t),
    )
