"""One pair of runs of a mechanism under one seed, and what was measured in it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.backtests.evaluation import evaluate
from experiments.backtests.outcome import Outcome
from experiments.backtests.play import TABLES
from experiments.jobs import stop_when_told
from experiments.mechanisms.mechanism import ARMS, OFF, Mechanism
from experiments.mechanisms.reading import minerals_of
from experiments.provenance import code_of, fingerprint_of
from world.dataset import load_dataset
from world.economy import Economy, same_ground
from world.market.fallback import MarketError
from world.scenario import Scenario

if TYPE_CHECKING:
    from world.model import TradeWorld


@dataclass(frozen=True)
class Measured:
    """One number of each arm: ``shown`` is the place of the measure in the mechanism's file."""

    shown: int
    mineral: str
    off: float
    on: float
    placebo: float


@dataclass(frozen=True)
class Pair:
    """What came of one seed; ``lost`` says why when a run did not come to its end."""

    number: int
    seed: int
    fingerprint: str
    day: str
    seconds: float
    measured: tuple[Measured, ...]
    lost: str = ""

    def as_keys(self) -> dict[str, Any]:
        """The pair as nested keys, to be written as JSON."""
        return asdict(self)

    @classmethod
    def of_keys(cls, keys: Mapping[str, Any]) -> Pair:
        """The pair that ``as_keys`` wrote. Raises ``KeyError`` or ``TypeError`` when it is another thing."""
        return cls(**{**keys, "measured": tuple(Measured(**one) for one in keys["measured"])})


def play_pair(mechanism: Mechanism, seed: int) -> Pair:
    """Play the arms of a mechanism with the same draws and measure; runs that fail are a lost pair."""
    began = time.process_time()
    number, print_, day = mechanism.keys.number, pair_fingerprint(mechanism), f"{datetime.now(UTC):%Y-%m-%d}"
    try:
        measured = tuple(_measure(mechanism, _play_arms(mechanism, seed)))
    except (ArithmeticError, MarketError, np.linalg.LinAlgError) as error:
        return Pair(number, seed, print_, day, time.process_time() - began, (), f"{error}")
    return Pair(number, seed, print_, day, round(time.process_time() - began, 2), measured)


def _play_arms(mechanism: Mechanism, seed: int) -> dict[str, Outcome]:
    """The outcome of each arm; an arm stands on the ground of the first where it is the same ground."""
    first, found = mechanism.scenarios[OFF], {}
    economy: Economy | None = None
    for arm, scenario in mechanism.scenarios.items():
        shared = economy if same_ground(load_dataset(), first, scenario) else None
        world = play_arm(scenario, seed, shared)
        economy = economy if economy is not None else world.economy
        found[arm] = outcome_of(mechanism, world)
    return found


def play_arm(scenario: Scenario, seed: int, economy: Economy | None = None) -> TradeWorld:
    """Play a scenario from first round to last, on ``economy`` if that is given. Raises ``ArithmeticError``
    if a market does not clear or accounts do not add up.
    """
    from threadpoolctl import threadpool_limits

    from world.model import TradeWorld

    with threadpool_limits(1):
        world = TradeWorld(scenario, rng=seed, economy=economy)
        while not world.finished:
            stop_when_told(world.round, scenario.run.rounds)
            world.step()
    return world


def outcome_of(mechanism: Mechanism, world: TradeWorld) -> Outcome:
    """The tables of a world at its end, with what measures need besides."""
    dataset, clock, scenario = load_dataset(), mechanism.clock, world.premise
    tables = {name: pd.DataFrame(world.record.rows(name)) for name in TABLES}
    rates = world.economy.demand_growth[: clock.rounds] / clock.rounds_per_year
    path = np.exp(np.cumsum(rates, axis=0) - rates[0])
    demand = {
        name: dict.fromkeys(mechanism.codes, path[:, place])  # one path for all: a mean over any is that path
        for place, name in enumerate(world.base.axes.minerals)
    }
    gdp = dict(zip(dataset.table("countries")["iso3"], dataset.table("countries")["gdp_usd_bn"], strict=True))
    return Outcome(tables, scenario, clock, demand, mechanism.groups, gdp, {}, mechanism.sector_shares)


def _measure(mechanism: Mechanism, outcomes: Mapping[str, Outcome]) -> Iterator[Measured]:
    for place, shown in enumerate(mechanism.keys.shown):
        for mineral in minerals_of(shown, mechanism):
            values = [float(evaluate(shown.criterion(mineral, arm), outcomes, mechanism)) for arm in ARMS]
            yield Measured(place, mineral, *values)


def pair_fingerprint(mechanism: Mechanism) -> str:
    """Twelve hex digits that change with what is played, what is measured, the data and the program."""
    bare = {"name": "", "question": ""}
    texts = [mechanism.scenarios[arm].model_copy(update=bare).text for arm in ARMS]
    texts += [mechanism.fingerprint, load_dataset().fingerprint, program_fingerprint()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def program_fingerprint() -> str:
    """SHA-256 over the code that plays a run and measures it."""
    played = [path for name in ("agents", "world", "experiments/backtests") for path in code_of(name)]
    return fingerprint_of([Path(__file__), *played])
