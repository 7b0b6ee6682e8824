"""A case of history: a world of its own, what is done in it, and what it is judged by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.backtests.case_schema import CaseSchema
from experiments.backtests.case_tables import build_dataset, countries_of
from experiments.backtests.clock import Clock
from experiments.backtests.demand_paths import levels
from experiments.backtests.scene import Scene
from world.axes import REST_OF_WORLD, Array
from world.dataset import Dataset
from world.parameters import resolve
from world.premise.reading import Layer, settings_layer
from world.premise.schema import RunSection
from world.scenario import Known, Scenario, scenario_of

ACTUAL = "actual"
"""The variant in which everything happens."""


class CaseError(ValueError):
    """A case that cannot be used: one line for each fault, with file and row or key."""


@dataclass(frozen=True)
class Case(Scene):
    """A case that has been read; criteria and history are read beside it.

    keys : the keys of the scenario it plays, as read
    """

    name: str
    folder: Path
    world: CaseSchema
    keys: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """How errors name the file."""
        return f"{self.name}/case.toml"

    @property
    def codes(self) -> tuple[str, ...]:
        """All countries, the rest of the world last."""
        return tuple(entry.code for entry in countries_of(self.world))

    @property
    def groups(self) -> dict[str, frozenset[str]]:
        """Names for sets of countries that measures and criteria may use."""
        every = frozenset(self.codes)
        built_in = {"world": every, "*": every, "home": frozenset({self.world.home})}
        given = {name: frozenset(codes) for name, codes in self.world.groups.items()}
        return {**built_in, "outside": every - {self.world.home}, **given}

    @property
    def stages(self) -> dict[str, frozenset[str]]:
        """Mineral -> stages that it has a price at."""
        return {name: frozenset(map(str, entry.price_usd_t)) for name, entry in self.world.minerals.items()}

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the runs that may be compared."""
        return (ACTUAL, *self.world.variants)

    @property
    def home(self) -> str:
        """The country that restricts, or the importer that acts."""
        return self.world.home

    @property
    def held_out(self) -> bool:
        """Whether the case only judges: nothing is fitted to it and it is counted by itself."""
        return self.world.held_out

    def scenario(self, variant: str = ACTUAL, parameters: Mapping[str, float] | None = None) -> Scenario:
        """The scenario of a variant under ``parameters``. Raises ``ScenarioError`` with one line."""
        keys = {name: value for name, value in self.keys.items() if name != "measures"}
        without: Collection[str] = ()
        settings: dict[str, object] = {}
        if variant != ACTUAL:
            given = self.world.variants[variant]
            without, settings = given.without, dict(given.settings)
        measures = [entry for entry in self.keys.get("measures", []) if entry.get("id") not in without]
        own = Layer(self.origin, {**keys, "measures": measures})
        top = settings_layer(settings).keys | ({"parameters": dict(parameters)} if parameters else {})
        layers = [Layer("defaults of cases", self._defaults()), own, Layer(f"variant {variant}", top)]
        return scenario_of(layers, self.name, self._known())

    def _defaults(self) -> dict[str, Any]:
        """Nobody leads, nobody dominates, no zone, no reserve; nobody decides unless a zone is on offer."""
        run = self.keys.get("run", {})
        zone = self.keys.get("zone", {})
        try:
            read = RunSection.model_validate(run)
        except ValidationError:  # told in words where the keys of a scenario are read
            read = RunSection()
        offered = isinstance(zone, dict) and zone.get("exists")
        opens = read.start if offered else read.clock.name(read.rounds)
        return {
            "run": {"decisions_open": opens},
            "zone": {"exists": False},
            "leader": {"country": REST_OF_WORLD, "coercion": "none", "finance_usd_year": 0.0},
            "dominant_refiner": {"country": REST_OF_WORLD},
        }

    def _known(self) -> Known:
        sectors = sorted({sector for entry in self.world.minerals.values() for sector in entry.end_use})
        groups = {name: frozenset(codes) for name, codes in self.world.groups.items()}
        return Known(tuple(self.world.minerals), set(self.codes), groups, sectors, ())

    @property
    def sector_shares(self) -> dict[str, dict[str, float]]:
        """Mineral -> sector -> part of use that goes there."""
        return {name: dict(entry.end_use) for name, entry in self.world.minerals.items()}

    @property
    def clock(self) -> Clock:
        """Rounds of the case on the calendar, the same in all variants."""
        run = RunSection.model_validate(self.keys.get("run", {}))
        return Clock(run.start, run.rounds, self.world.zero, run.rounds_per_year)

    def dataset(self, scenario: Scenario) -> Dataset:
        """The tables of the case's world under the parameters of a scenario of it."""
        powers = (scenario.leader.country, scenario.dominant_refiner.country)
        until_zero = (self.clock.zero_month - self.clock.first_month) // 3
        return build_dataset(self.world, resolve(scenario.parameters), powers, until_zero)

    def demand(self, clock: Clock) -> dict[str, dict[str, Array]]:
        """Mineral -> country -> (round,) demand along its path, as a share of the world's at the start."""
        return {name: levels(entry, clock) for name, entry in self.world.minerals.items()}
