"""Where the markets of the count come from: random ones of seven kinds, and those met in runs whose
parameters are drawn from their full ranges. Everything follows from a number, so that it can be had again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.random_markets import EVERYTHING, Setting, random_market
from benchmarks.watch import Sight, watching
from world.market.arrays import Market
from world.market.fallback import MarketError
from world.market.solver import clear_market
from world.model import TradeWorld
from world.parameters import load_parameters
from world.scenario import Scenario, load_scenario

ROWS = 48
CHAIN = {"sellers": (5, 6, 5), "users": (0, 3, 7)}
KINDS = {
    "ordinary": Setting(),
    "chain of three, three tranches": Setting(**CHAIN, tranches=3),
    "quotas and ways round": Setting(**CHAIN, capped=0.3, over_quota=0.5, routes=2),
    "export desks": Setting(**CHAIN, desks=2),
    "short and inelastic": Setting(supply_ratio=(0.1, 0.5), elasticity=(0.05, 0.05), capped=0.3),
    "costs a thousand times apart": Setting(cost_decades=3.0, slope=(0.03, 0.5), closed=(0.0, 0.95)),
    "everything": replace(EVERYTHING, **CHAIN),
}
RUNS = "met in runs"
SCENARIOS = (
    "baseline",
    "benchmark_levy",
    "embargo",
    "floor_reading_a",
    "no_coercion",
    "tariffs_only_vs_controls",
    "vault_only",
    "zone_floor_capture",
    "zone_floor_retaliation",
)
AT_AN_END = 0.3
"""Chance that a parameter stands at an end of its range; else anywhere within."""
WHOLE_UNITS = ("count", "quarters")
OPTIONS = {
    "run.demand": ("STEPS", "APS", "NZE"),
    "run.order": ("leader_first", "refiner_first"),
    "zone.reading": ("A", "B"),
    "zone.duty_form": ("levy", "benchmark", "minimum_price", "ad_valorem", "specific", "quota"),
    "zone.derivatives": (False, True),
    "leader.coercion": ("record", "none", "harsh"),
    "leader.reference_rule": ("cost_plus", "moving_average"),
    "dominant_refiner.doctrine": ("passive", "tit_for_tat", "leverage"),
    "dominant_refiner.licence_approval": (0.0, 0.4, 1.0),
    "dominant_refiner.levy_capture": (0.0, 0.5, 1.0),
}
SHORTEST, LONGEST = 6, 16


def random_batch(kind: str, number: int) -> Market:
    """The batch of this kind and number: :data:`ROWS` markets."""
    return random_market(np.random.default_rng(number), replace(KINDS[kind], rows=ROWS))[0]


@dataclass(frozen=True)
class Batch:
    """What was seen, the row that took most steps, and the rows that did not clear."""

    sight: Sight
    hardest: int
    lost: list[int]


def clear_batch(market: Market) -> Batch:
    """Clear all rows, one by one where they do not clear together."""
    try:
        with watching() as sight:
            steps = clear_market(market).iterations
    except MarketError:
        return _clear_one_by_one(market)
    return Batch(sight, int(steps.argmax()), [])


def _clear_one_by_one(market: Market) -> Batch:
    lost, steps = [], np.zeros(market.size)
    with watching() as sight:
        for row in range(market.size):
            try:
                steps[row] = clear_market(market.take([row])).iterations[0]
            except MarketError:
                lost.append(row)
    return Batch(sight, int(steps.argmax()), lost)


def random_scenario(number: int) -> Scenario:
    """A scenario of the library, cut short and opened early, all its parameters and some options drawn."""
    rng = np.random.default_rng([20_26, number])
    settings: dict[str, object] = {f"parameters.{name}": value for name, value in _drawn(rng)}
    for key, choices in OPTIONS.items():
        settings[key] = choices[int(rng.integers(len(choices)))]
    settings["run.rounds"] = int(rng.integers(SHORTEST, LONGEST + 1))
    settings["run.decisions_open"] = "2025-Q3"
    return load_scenario(str(rng.choice(SCENARIOS)), settings)


def _drawn(rng: np.random.Generator) -> Iterator[tuple[str, float]]:
    for name, row in load_parameters().items():
        share = float(rng.integers(2)) if rng.random() < AT_AN_END else rng.random()
        value = row.low + share * (row.high - row.low)
        value = round(value) if row.unit in WHOLE_UNITS else value
        yield name, min(max(float(value), row.low), row.high)


def play(number: int) -> tuple[Sight, str, str]:
    """Play the run of this number; what was seen, the scenario, and why it stopped before its end, if so."""
    scenario = random_scenario(number)
    world, stopped = None, ""
    with watching() as sight:
        try:
            world = TradeWorld(scenario, rng=number)
            while not world.finished:
                world.step()
        except Exception as error:  # whatever stops a run is a result of the count
            round_ = "before the first round" if world is None else f"round {world.round}"
            stopped = f"{round_}: {type(error).__name__}: {error}"
    return sight, scenario.key, stopped
