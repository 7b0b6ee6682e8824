"""The scenario of a run: levers, strategies, measures, horizon; from a TOML file of the library or one's own.

>>> scenario = load_scenario("zone_floor", {"leader.markup": 0.2})
>>> scenario.leader.markup
0.2
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from world.clock import first_month
from world.parameters import ParameterError, load_parameters, resolve
from world.policy.conflicts import conflicts
from world.policy.instruments import OF_ONE_COUNTRY
from world.policy.measures import ALL, Measure, complaints
from world.premise.institution_faults import institution_faults
from world.premise.reading import (
    LIBRARY,
    Layer,
    ScenarioError,
    dotted_name,
    find_scenario,
    in_order,
    origin_of,
    read_layers,
    read_toml,
    settings_layer,
    validate,
)
from world.premise.schema import ScenarioSchema

__all__ = [
    "Known",
    "Scenario",
    "ScenarioError",
    "change_scenario",
    "list_scenarios",
    "load_scenario",
    "scenario_of",
]

MEMBERS, NONALIGNED = "members", "nonaligned"
REST_OF_WORLD = "ROW"
VOTING_BLOC = "EU"


class Known(NamedTuple):
    """The names that a scenario may use: minerals, deciding countries, blocs of countries (with their
    members, where a mapping), sectors of use and institutions of the table (None: any).
    """

    minerals: Collection[str]
    countries: Collection[str]
    blocs: Collection[str]
    sectors: Collection[str] | None = None
    institutions: Collection[str] | None = None


class Scenario(ScenarioSchema):
    """A checked scenario, read by attribute (``scenario.leader.coercion``); cannot be changed."""

    @property
    def text(self) -> str:
        """The whole scenario as TOML, defaults included; reading it back gives the same scenario."""
        import tomli_w

        return tomli_w.dumps(_without_none(self.model_dump(mode="python")))

    def fingerprint(self) -> str:
        """Twelve hex digits that change when anything in the scenario does."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


def load_scenario(
    name_or_path: str | Path, overrides: Mapping[str, object] | None = None, known: Known | None = None
) -> Scenario:
    """Read a scenario by name or path, its bases first, with dotted ``overrides`` laid on top.

    ``known`` are the names of minerals, countries and blocs to check against; without it, those of the data
    in ``world/data``.

    Raises
    ------
    ScenarioError
        One line: file, key, what was given, what is allowed (the nearest known name first).
    """
    path = find_scenario(name_or_path)
    layers = [*read_layers(path), settings_layer(overrides or {})]
    return scenario_of(layers, path.stem, known or names_of_data())


def scenario_of(layers: list[Layer], key: str, known: Known) -> Scenario:
    """The scenario that ``layers`` make, the last but one its own and the last its settings; ``key`` names it
    unless the layers do. Raises ``ScenarioError`` as ``load_scenario`` does.
    """
    fields = validate(layers)
    scenario = Scenario(**{**fields, "key": fields["key"] or key})
    for location, given, allowed in _faults(scenario, known):
        raise ScenarioError(_fault_line(location, given, allowed, layers, scenario))
    return scenario


def change_scenario(scenario: Scenario, overrides: Mapping[str, object]) -> Scenario:
    """``scenario`` with dotted ``overrides`` laid over it, checked against the names of the data.

    Raises ``ScenarioError`` as ``load_scenario`` does.
    """
    whole = Layer(scenario.key, _without_none(scenario.model_dump(mode="python")))
    return scenario_of([whole, settings_layer(overrides)], scenario.key, names_of_data())


def list_scenarios() -> list[tuple[str, str, str]]:
    """Key, name and question of each scenario of the library, the baseline first."""
    files = sorted(LIBRARY.glob("*.toml"), key=lambda file: (file.stem != "baseline", file.stem))
    found = ((file.stem, read_toml(file)) for file in files)
    return [(key, str(keys.get("name", "")), str(keys.get("question", ""))) for key, keys in found]


Fault = tuple[tuple[int | str, ...], object, str]


def _faults(scenario: Scenario, known: Known) -> Iterator[Fault]:
    """What is wrong where keys and types are right: place, what was given, what is allowed."""
    run = scenario.run
    if first_month(run.decisions_open) < first_month(run.start):
        yield ("run", "decisions_open"), run.decisions_open, f"a quarter not before the start, {run.start}"
    yield from _period_faults(scenario)
    for location, name in _minerals_named(scenario):
        if name != ALL and name not in known.minerals:
            yield location, name, in_order(name, [*known.minerals, ALL])
    yield from _country_faults(scenario, known)
    if (same := scenario.leader.country) == scenario.dominant_refiner.country != REST_OF_WORLD:
        yield ("dominant_refiner", "country"), same, "another country than leader.country"
    yield from _actor_faults(scenario, known)
    yield from institution_faults(scenario, known)
    for number, measure in enumerate(scenario.measures):
        for field, given, allowed in _measure_faults(measure, known):
            yield ("measures", number, field), given, allowed
    members = known.blocs if isinstance(known.blocs, Mapping) else {}
    for number, (field, given, allowed) in conflicts(scenario.measures, members):
        yield ("measures", number, field), given, allowed
    yield from _parameter_faults(scenario)


def _period_faults(scenario: Scenario) -> Iterator[Fault]:
    """Months in a run of quarters."""
    written: dict[tuple[int | str, ...], tuple[str, ...]] = {
        ("run", "decisions_open"): (scenario.run.decisions_open,),
        ("leader", "floor_scale"): tuple(scenario.leader.floor_scale),
        ("leader", "decisions"): tuple(scenario.leader.decisions),
        **{("accession", "talks", iso3): (period,) for iso3, period in scenario.accession.talks.items()},
        **{("zone", "decisions", name): tuple(plan) for name, plan in scenario.zone.decisions.items()},
        **{
            ("institutions", "own", name, key): (period,)
            for name, own in scenario.institutions.own.items()
            for key, period in (("begins", own.begins), ("ends", own.ends))
            if period is not None
        },
        ("dominant_refiner", "decisions"): tuple(scenario.dominant_refiner.decisions),
    }
    for location, periods in written.items():
        for period in periods if scenario.run.rounds_per_year == 4 else ():
            if "Q" not in period:
                yield location, period, "a quarter such as 2026-Q1; months need run.rounds_per_year = 12"


def _country_faults(scenario: Scenario, known: Known) -> Iterator[Fault]:
    for location, name in _countries_named(scenario):
        if name not in known.countries:
            yield location, name, in_order(name, known.countries)
    deciding = [*known.countries, *known.blocs]
    for name in scenario.zone.decisions:
        if name not in deciding:
            yield ("zone", "decisions", name), name, in_order(name, deciding)
    for period, orders in scenario.leader.decisions.items():
        for name in (order.split()[1] for order in orders if " " in order):
            if name not in deciding:
                yield ("leader", "decisions", period), name, in_order(name, deciding)


def _actor_faults(scenario: Scenario, known: Known) -> Iterator[Fault]:
    """Sectors of the dominant refiner that no table has; an export policy for who has a doctrine."""
    refiner = scenario.dominant_refiner
    for sector in refiner.end_use if "end_use" in refiner.model_fields_set else ():
        if known.sectors is not None and sector not in known.sectors:
            yield ("dominant_refiner", "end_use"), sector, in_order(sector, sorted(known.sectors))
    for sector in scenario.reserve.sectors if "sectors" in scenario.reserve.model_fields_set else ():
        if known.sectors is not None and sector not in known.sectors:
            yield ("reserve", "sectors"), sector, in_order(sector, sorted(known.sectors))
    if refiner.country in scenario.ore_holders.policies:
        place = ("ore_holders", "policies", refiner.country)
        yield place, refiner.country, "countries other than dominant_refiner.country, which has a doctrine"


def _parameter_faults(scenario: Scenario) -> Iterator[Fault]:
    load_parameters()  # a fault of the table is none of the scenario
    try:
        resolve(scenario.parameters)
    except ParameterError as error:
        yield ("parameters",), None, str(error)


def _measure_faults(measure: Measure, known: Known) -> Iterator[tuple[str, object, str]]:
    groups = {ALL, MEMBERS, NONALIGNED, *known.blocs, *known.countries}
    for field, names in (("actor", (measure.actor,)), ("targets", measure.targets)):
        for name in names:
            if name not in groups:
                yield field, name, in_order(name, sorted(groups))
    alone = measure.instrument in OF_ONE_COUNTRY or measure.tonnes is not None
    if alone and measure.actor in groups and measure.actor not in known.countries:
        yield "actor", measure.actor, "a country: tonnes of a group have no owner"
    sectors = measure.end_use if known.sectors is None else known.sectors
    for sector in measure.end_use:
        if sector not in sectors:
            yield "end_use", sector, in_order(sector, sorted(sectors))
    yield from complaints(measure)


def _minerals_named(scenario: Scenario) -> Iterator[tuple[tuple[int | str, ...], str]]:
    yield from ((("run", "minerals"), name) for name in scenario.run.minerals)
    yield from ((("zone", "scope"), name) for name in scenario.zone.scope)
    yield from (
        (("leader", "reference_price_usd_t", name), name) for name in scenario.leader.reference_price_usd_t
    )
    for period, moves in scenario.dominant_refiner.decisions.items():
        goods = [move.split()[1] for move in moves if " " in move]
        yield from ((("dominant_refiner", "decisions", period), name) for name in goods)
    for number, measure in enumerate(scenario.measures):
        yield from ((("measures", number, "minerals"), name) for name in measure.minerals)


def _countries_named(scenario: Scenario) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for section, power in (("leader", scenario.leader), ("dominant_refiner", scenario.dominant_refiner)):
        if power.country != REST_OF_WORLD:  # nobody plays the part
            yield (section, "country"), power.country
    if scenario.zone.benchmark_index != "world":
        yield ("zone", "benchmark_index"), scenario.zone.benchmark_index
    yield from ((("zone", "standings", name), name) for name in scenario.zone.standings)
    yield from ((("accession", "talks", name), name) for name in scenario.accession.talks)
    named = set(scenario.accession.strategies) - {VOTING_BLOC}
    yield from ((("accession", "strategies", name), name) for name in sorted(named))
    yield from ((("ore_holders", "policies", name), name) for name in scenario.ore_holders.policies)


def _fault_line(
    location: tuple[int | str, ...], given: object, allowed: str, layers: list[Layer], scenario: Scenario
) -> str:
    where = origin_of(location, layers)
    if location == ("parameters",):
        return f"{where}: {allowed}"
    words = allowed.removeprefix(", allowed: ")
    name = dotted_name(location, scenario.model_dump(include={"measures"}) if "measures" in location else {})
    return f"{where}: {name}: given {given}, allowed: {words}"


def names_of_data() -> Known:
    """The names that the data in ``world/data`` know."""
    from world.dataset import load_dataset

    dataset = load_dataset()
    # The rest of the world trades and never decides, so no scenario may name it.
    sectors = sorted(set(dataset.table("end_use")["sector"]))
    clubs = list(dataset.table("institutions")["name"])
    deciding = set(dataset.countries) - {REST_OF_WORLD}
    return Known(dataset.minerals, deciding, dataset.blocs, sectors, clubs)


def _without_none(value: Any) -> Any:
    """The same nest without keys that hold nothing (TOML has no word for it) and with lists for tuples."""
    if isinstance(value, dict):
        return {name: _without_none(inner) for name, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list | tuple) else value
