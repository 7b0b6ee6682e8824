"""A mechanism of the design as data: its switch, what is looked at, the sign that is expected and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from experiments.backtests.clock import Clock
from experiments.backtests.criteria import Criterion, relative_of
from experiments.backtests.scene import Scene
from world.axes import REST_OF_WORLD
from world.dataset import load_dataset
from world.ground.background import read_sector_shares
from world.premise.schema import Country, Section
from world.scenario import Scenario

OFF, ON, PLACEBO = "off", "on", "placebo"
ARMS = (OFF, ON, PLACEBO)
"""The runs of a pair: without the mechanism, with it, and with a word in its place."""
Sign = Literal["+", "-", "0"]


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_tuple)]


class Shown(Section):
    """One thing to look at: a criterion without bounds, with the sign of its change from off to on.

    says : the measure in words; sign : + rises, - falls, 0 stays; minerals : those looked at one by one, all
    that are played when empty (none for what is not about goods)
    """

    says: str
    measure: str
    sign: Sign
    where: str = ""
    segment: str = ""
    stage: Literal["ore", "refined", "component"] = "refined"
    minerals: Names = ()
    window: str = "after"
    aggregate: str = "mean"
    relative_to: str = ""
    operator: Literal["value", "ratio", "difference", "percent"] = "value"

    def criterion(self, mineral: str, arm: str = OFF) -> Criterion:
        """What is asked of a run of an arm, of one mineral (empty: of no goods)."""
        return Criterion(
            id=self.says,
            part=mineral,
            measure=self.measure,
            where=self.where,
            segment=self.segment,
            form=f"{mineral}:{self.stage}" if mineral else "",
            window=self.window,
            aggregate=self.aggregate,
            variant=arm,
            relative=relative_of(self.relative_to),
            operator=self.operator,
            low=float("-inf"),
            high=float("inf"),
            kind="sign",
            grade="A",
            source=self.says,
        )


class MechanismSchema(Section):
    """The keys of a mechanism's file.

    story : why the sign is expected, in a sentence; zero : the day from which windows count; given, off, on :
    what is laid over the base scenario in all runs, without the mechanism, with it; missing : what the model
    does not hold of it (all of it, where nothing is shown); note : what came of a sign that surprised
    """

    number: Annotated[int, Field(ge=1, le=999)]
    name: str
    story: str
    base: str = "baseline"
    zero: date = date(2026, 4, 1)
    minerals: Names = ()
    groups: dict[str, Annotated[tuple[Country, ...], BeforeValidator(_tuple)]] = Field(default_factory=dict)
    given: dict[str, Any] = Field(default_factory=dict)
    off: dict[str, Any] = Field(default_factory=dict)
    on: dict[str, Any] = Field(default_factory=dict)
    shown: Annotated[tuple[Shown, ...], BeforeValidator(_tuple)] = ()
    missing: str = ""
    note: str = ""


@dataclass(frozen=True)
class Mechanism(Scene):
    """A mechanism that has been read, with the scenarios of its arms (none where the model lacks it).

    fingerprint : twelve hex digits that change with what is played and measured
    world_groups, world_stages, world_codes : names of the data
    """

    file: str
    fingerprint: str
    keys: MechanismSchema
    scenarios: Mapping[str, Scenario]
    world_codes: tuple[str, ...]
    world_groups: Mapping[str, frozenset[str]]
    world_stages: Mapping[str, frozenset[str]]

    @property
    def codes(self) -> tuple[str, ...]:
        """All countries, the rest of the world last."""
        return self.world_codes

    @property
    def groups(self) -> dict[str, frozenset[str]]:
        """Blocs of the data, everyone, all but the dominant refiner (``outside``), and its own groups."""
        every = frozenset(self.world_codes)
        own = {name: frozenset(codes) for name, codes in self.keys.groups.items()}
        built_in = {"world": every, "*": every, "outside": every - {self.dominant}}
        return {**self.world_groups, **built_in, **own}

    @property
    def stages(self) -> Mapping[str, frozenset[str]]:
        """Mineral -> stages that it has, of those that are played."""
        return {name: self.world_stages[name] for name in self.keys.minerals if name in self.world_stages}

    @property
    def sector_shares(self) -> dict[str, dict[str, float]]:
        """Mineral -> sector -> part of world use that goes there."""
        dataset = load_dataset()
        sectors = read_sector_shares(dataset)
        return {
            mineral: {sector: float(share[place]) for sector, share in sectors.items()}
            for place, mineral in enumerate(dataset.minerals)
        }

    @property
    def variants(self) -> tuple[str, ...]:
        """The arms."""
        return ARMS

    @property
    def home(self) -> str:
        """The leader."""
        return self.scenarios[OFF].leader.country if self.scenarios else REST_OF_WORLD

    @property
    def dominant(self) -> str:
        """The dominant refiner."""
        return self.scenarios[OFF].dominant_refiner.country if self.scenarios else REST_OF_WORLD

    @property
    def clock(self) -> Clock:
        """Rounds on the calendar, the same in all arms."""
        run = self.scenarios[OFF].run
        return Clock(run.start, run.rounds, self.keys.zero, run.rounds_per_year)
