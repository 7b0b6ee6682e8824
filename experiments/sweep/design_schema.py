"""Every key of a design, with its type; pydantic refuses what it does not know."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from world.premise.schema import Names, Section

Kind = Literal["full", "latin_hypercube", "sobol", "morris", "list"]
Detail = Literal["run", "year", "round"]
Seed = Annotated[int, Field(ge=0, le=2**53)]
Number = float | int
Plain = str | bool | int | float
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class SamplingSection(Section):
    """How points are chosen; see docs/sweeps.md."""

    kind: Kind
    size: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    seed: Seed = 1
    file: str | None = None
    cross: bool = False
    second_order: bool = False
    levels: Annotated[int, Field(ge=2, le=100)] = 4


class FactorSection(Section):
    """A lever or an uncertainty."""

    key: str | None = None
    parameter: str | None = None
    low: Number | None = None
    high: Number | None = None
    scale: Literal["linear", "log"] = "linear"
    values: list[Plain] | dict[str, Any] | None = None


Factors = dict[Identifier, FactorSection]


class OutcomesSection(Section):
    """What is kept of a run."""

    keep: Names | None = None
    detail: Detail = "run"
    members: Names | None = None


class DesignSchema(Section):
    """A whole design."""

    name: str
    question: str
    scenario: str = "zone_floor"
    rounds: Annotated[int, Field(ge=1, le=400)] | None = None
    minerals: Names | None = None
    seeds: Annotated[int, Field(ge=1, le=1_000_000)] | list[Seed] | Literal["each"] = 1
    sampling: SamplingSection = SamplingSection(kind="full")
    levers: Factors = Field(default_factory=dict)
    uncertainties: Factors = Field(default_factory=dict)
    outcomes: OutcomesSection = OutcomesSection()
