"""A sweep on paper: base scenario, levers, uncertainties, seeds, sampling, outcomes; from one TOML file.

>>> design = read_design("floor_level")                                    # doctest: +SKIP
>>> [factor.name for factor in design.levers]                              # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from experiments.sweep.checking import validated
from experiments.sweep.design_schema import DesignSchema, SamplingSection
from experiments.sweep.factor import SCENARIO, DesignError, Factor
from experiments.sweep.factor_reading import read_factors
from experiments.sweep.measured import check_members, choose_columns, reserved_columns
from world.premise.reading import find_named, read_toml
from world.scenario import Scenario, ScenarioError, load_scenario

__all__ = ["Design", "DesignError", "Factor", "find_design", "read_design"]

LIBRARY = Path(__file__).resolve().parent.parent / "designs"


@dataclass(frozen=True)
class Design:
    """A checked design.

    Attributes
    ----------
    scenario : name or path of the base scenario, as the design gives it
    rounds : quarters of each run, where the design says so
    seeds : each point is played once with each; or, ``seed_each``, each draw with one of its own, the same
        under every choice of the levers
    sampling : how points are chosen
    levers, uncertainties : choices of policy, choices of nature
    outcomes : columns that are kept, those of a mineral as ``dominant_share_ndpr``
    detail : ``run``, or ``year`` or ``round`` for the course of each outcome as well
    members : the countries over which what a zone costs and gains is added, the same in all runs
    bases : the scenarios that points start from, resolved, by the name that the design gives them
    text : the file itself
    folder : where files that the design names are looked for
    """

    name: str
    question: str
    scenario: str
    rounds: int | None
    seeds: tuple[int, ...]
    sampling: SamplingSection
    levers: tuple[Factor, ...]
    uncertainties: tuple[Factor, ...]
    outcomes: tuple[str, ...]
    detail: str
    members: tuple[str, ...]
    bases: Mapping[str, Scenario] = field(repr=False)
    text: str = field(repr=False, default="")
    folder: Path = Path()
    origin: str = "design"
    seed_each: bool = False

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Levers, then uncertainties."""
        return self.levers + self.uncertainties

    def seeds_of(self, point: int) -> tuple[int, ...]:
        """The seeds with which the point of this number is played."""
        return self.seeds_of_draw(point % len(self.seeds)) if self.seed_each else self.seeds

    def seeds_of_draw(self, draw: int) -> tuple[int, ...]:
        """The seeds that meet a draw of what is not known, counted from 0: one of its own where the design
        says so, however many draws there are."""
        return (draw + 1,) if self.seed_each else self.seeds

    @property
    def base(self) -> Scenario:
        """The base scenario, resolved."""
        return self.bases[self.scenario]


def find_design(name_or_path: str | Path) -> Path:
    """Path of a design given by its name in the library or by a file name. Raises ``DesignError``."""
    return find_named(name_or_path, LIBRARY, "design", ("no such design", DesignError))


def read_design(name_or_path: str | Path, scenarios: Mapping[str, Path] | None = None) -> Design:
    """Read and check a design.

    ``scenarios`` says where copies of the scenarios that the design names are kept, as in the folder of a
    sweep; the others are those of the library, or files beside the design.

    Raises
    ------
    DesignError
        One line: file, key, what was given, what is allowed.
    """
    path = find_design(name_or_path)
    origin = path.name
    try:
        keys = read_toml(path)
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    schema = validated(DesignSchema, keys, origin)
    bases = _Bases(schema, path.parent, scenarios or {}, origin)
    base = bases.read("scenario", schema.scenario)
    levers = read_factors(schema.levers, "levers", base, bases.read, origin)
    uncertainties = read_factors(schema.uncertainties, "uncertainties", base, bases.read, origin)
    _check_names(levers + uncertainties, origin)
    scenario_values = [
        factor.scenario(value)
        for factor in levers + uncertainties
        if factor.target == SCENARIO
        for value in factor.values
    ]
    started = [bases.found[name] for name in scenario_values] or [bases.found[schema.scenario]]
    return Design(
        name=schema.name,
        question=schema.question,
        scenario=schema.scenario,
        rounds=schema.rounds,
        seeds=_seeds(schema.seeds, schema.sampling, origin),
        sampling=schema.sampling,
        levers=levers,
        uncertainties=uncertainties,
        outcomes=choose_columns(schema.outcomes.keep, started, origin),
        detail=schema.outcomes.detail,
        members=check_members(schema.outcomes.members, started[0], origin),
        bases=dict(bases.found),
        text=path.read_text(encoding="utf-8"),
        folder=path.parent,
        origin=origin,
        seed_each=schema.seeds == "each",
    )


class _Bases:
    """The scenarios that a design starts from, each read once with its rounds and minerals laid over it."""

    def __init__(self, schema: DesignSchema, folder: Path, copies: Mapping[str, Path], origin: str) -> None:
        self.found: dict[str, Scenario] = {}
        self._folder, self._copies, self._origin = folder, copies, origin
        self._settings: dict[str, object] = {}
        if schema.rounds is not None:
            self._settings["run.rounds"] = schema.rounds
        if schema.minerals is not None:
            self._settings["run.minerals"] = list(schema.minerals)

    def read(self, key: str, name: str) -> Scenario:
        """The scenario ``name``, which ``key`` of the design gives."""
        if name not in self.found:
            beside = self._folder / name
            where: str | Path = beside if name.endswith(".toml") and beside.is_file() else name
            try:
                self.found[name] = load_scenario(self._copies.get(name, where), self._settings)
            except ScenarioError as error:
                raise DesignError(f"{self._origin}: {key}: {error}") from None
        return self.found[name]


def _seeds(
    given: int | list[int] | Literal["each"], sampling: SamplingSection, origin: str
) -> tuple[int, ...]:
    if given == "each":
        if sampling.kind != "latin_hypercube" or sampling.size is None:
            raise DesignError(
                f'{origin}: seeds: given "each", allowed with sampling.kind = "latin_hypercube" and its size '
                "alone, whose draws then have a seed each"
            )
        return tuple(range(1, sampling.size + 1))
    seeds = tuple(range(1, given + 1)) if isinstance(given, int) else tuple(given)
    if not seeds:
        raise DesignError(f"{origin}: seeds: given none, allowed: a number of seeds, or a list of them")
    twice = [seed for seed in seeds if seeds.count(seed) > 1] if len(set(seeds)) < len(seeds) else []
    if twice:
        raise DesignError(f"{origin}: seeds: {twice[0]} is there twice, allowed: each seed once")
    return seeds


def _check_names(factors: tuple[Factor, ...], origin: str) -> None:
    if not factors:
        raise DesignError(f"{origin}: levers, uncertainties: given none, allowed: at least one of them")
    reserved = reserved_columns()
    names: set[str] = set()
    targets: dict[str, str] = {}
    for factor in factors:
        section = "levers" if factor.is_lever else "uncertainties"
        if factor.name in names:
            raise DesignError(f"{origin}: {section}.{factor.name}: is there twice, allowed: one of that name")
        if factor.name in reserved:
            raise DesignError(
                f"{origin}: {section}.{factor.name}: a column of that name is there already, allowed: another"
            )
        names.add(factor.name)
        if factor.target and factor.target in targets:
            raise DesignError(
                f"{origin}: {section}.{factor.name}: sets {factor.target}, which {targets[factor.target]} "
                "sets already, allowed: each key once"
            )
        targets[factor.target] = factor.name
