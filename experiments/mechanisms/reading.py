"""Reading mechanisms: one TOML file each, checked whole, with one line for each fault."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.backtests.criteria import measure_faults
from experiments.backtests.vocabulary import words
from experiments.mechanisms.mechanism import OFF, ON, PLACEBO, Mechanism, MechanismSchema, Shown
from world.dataset import Dataset, load_dataset
from world.premise.reading import (
    Layer,
    dotted_name,
    find_scenario,
    in_order,
    merge,
    read_layers,
    read_toml,
)
from world.premise.words import allowed_words
from world.scenario import Scenario, ScenarioError, names_of_data, scenario_of

TABLE = Path(__file__).resolve().parent / "table"


class MechanismError(ValueError):
    """A mechanism that cannot be used: one line for each fault, with file and key."""


def read_mechanisms(numbers: Collection[int] = (), folder: Path = TABLE) -> list[Mechanism]:
    """The mechanisms of a folder by number, all or those asked for.

    Raises
    ------
    MechanismError
        One line for each fault: file, key, what was given, what is allowed.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise MechanismError(f"{folder}: no mechanisms, allowed: a folder with .toml files")
    found = sorted((read_mechanism(path) for path in files), key=lambda one: one.keys.number)
    known = [one.keys.number for one in found]
    for one in found:
        if known.count(one.keys.number) > 1:
            raise MechanismError(f"{one.file}: number: given {one.keys.number}, which another file has too")
    for number in numbers:
        if number not in known:
            raise MechanismError(f"given mechanism {number}, allowed: {known[0]} to {known[-1]}")
    return [one for one in found if not numbers or one.keys.number in numbers]


def read_mechanism(path: Path) -> Mechanism:
    """The mechanism of a file. Raises ``MechanismError`` as ``read_mechanisms`` does."""
    try:
        keys = read_toml(path)
        fields = _validated(keys, path.name)
        scenarios = _scenarios(fields, path.name)
    except ScenarioError as error:
        raise MechanismError(str(error)) from None
    dataset = load_dataset()
    found = Mechanism(
        file=path.name,
        fingerprint=_fingerprint(fields),
        keys=fields,
        scenarios=scenarios,
        world_codes=dataset.countries,
        world_groups=dataset.blocs,
        world_stages=_stages(dataset),
    )
    if faults := list(_faults(found, dataset)):
        raise MechanismError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return found


def _fingerprint(fields: MechanismSchema) -> str:
    """Twelve hex digits that change with what is played and measured, and not with the prose."""
    prose: Any = {"name": True, "story": True, "missing": True, "note": True, "shown": {"__all__": {"says"}}}
    return hashlib.sha256(fields.model_dump_json(exclude=prose).encode()).hexdigest()[:12]


def _validated(keys: dict[str, Any], origin: str) -> MechanismSchema:
    try:
        return MechanismSchema.model_validate(keys)
    except ValidationError as error:
        lines = []
        for fault in error.errors(include_url=False):
            where = dotted_name([part for part in fault["loc"] if part != "[key]"], keys)
            last = str(fault["loc"][-1])
            schema = Shown if fault["loc"][0] == "shown" else MechanismSchema
            if fault["type"] == "extra_forbidden":
                lines.append(f"{origin}: {where}: unknown key{in_order(last, schema.model_fields)}")
            elif fault["type"] == "missing":
                lines.append(f"{origin}: {where}: missing")
            else:
                allowed = _allowed(schema, last) or fault["msg"].lower()
                lines.append(f"{origin}: {where}: given {fault['input']!r}, allowed: {allowed}")
        raise MechanismError("\n".join(lines)) from None


def _allowed(schema: type[Shown] | type[MechanismSchema], key: str) -> str:
    found = schema.model_json_schema().get("properties", {}).get(key)
    return allowed_words(found) if found else ""


def _scenarios(fields: MechanismSchema, origin: str) -> dict[str, Scenario]:
    """Arm -> scenario. Raises ``ScenarioError`` with one line."""
    if not fields.shown:
        return {}
    layers = read_layers(find_scenario(fields.base))
    top = {"run": {"minerals": list(fields.minerals)}} if fields.minerals else {}
    switched = {OFF: fields.off, ON: fields.on, PLACEBO: merge([Layer("", fields.off), _a_word(fields)])}
    known, found = names_of_data(), {}
    for arm, keys in switched.items():
        name = {"name": fields.name, "question": fields.story, "key": f"mechanism-{fields.number:02d}-{arm}"}
        given = merge([Layer("", top), Layer("", fields.given), Layer("", name)])
        below = [*layers, Layer(f"{origin} [given]", given), Layer(f"{origin} [{arm}]", keys)]
        found[arm] = scenario_of(below, "", known)
    return found


def _a_word(fields: MechanismSchema) -> Layer:
    """The switch of the placebo: a statement on the day from which windows count, and no act."""
    said = {"announced": fields.zero, "in_force": fields.zero, "actor": "USA", "instrument": "statement"}
    return Layer("placebo", {"measures": [{"id": "placebo", **said, "text": "a word and no act"}]})


def _stages(dataset: Dataset) -> dict[str, frozenset[str]]:
    """Mineral -> stages that the world plays of it."""
    ore = dict(zip(dataset.table("minerals")["mineral"], dataset.table("minerals")["has_ore"], strict=True))
    made_on = set(dataset.table("components")["mineral"])
    return {
        name: frozenset(
            ["refined", *(["ore"] if ore[name] else []), *(["component"] if name in made_on else [])]
        )
        for name in dataset.minerals
    }


def _faults(found: Mechanism, dataset: Dataset) -> Iterator[str]:
    """What is wrong where keys and types are right: place, what was given, what is allowed."""
    keys = found.keys
    if not keys.shown:
        if not keys.missing:
            yield "shown: nothing given, allowed: one measure at least, or what is missing of the mechanism"
        return
    if keys.off == keys.on:
        yield "on: given the same as off, allowed: settings that differ"
    for name, codes in keys.groups.items():
        yield from (
            f"groups.{name}: given {code}{in_order(code, dataset.countries)}"
            for code in codes
            if code not in dataset.countries
        )
    runs = found.scenarios.values()
    if len({(run.run.start, run.run.rounds, run.run.minerals) for run in runs}) > 1:
        yield "on: given a run of its own, allowed: the same start, rounds and minerals in both arms"
        return
    for number, shown in enumerate(keys.shown):
        for name in shown.minerals:
            if name not in keys.minerals:
                yield f"shown[{number}].minerals: given {name}{in_order(name, keys.minerals)}"
        yield from (f"shown[{number}].{fault}" for fault in _shown_faults(shown, found))


def _shown_faults(shown: Shown, found: Mechanism) -> Iterator[str]:
    try:
        criteria = [shown.criterion(mineral) for mineral in minerals_of(shown, found)]
    except ValueError as error:
        yield str(error).removeprefix("column ")
        return
    told = set()
    for criterion in criteria:
        for column, fault in measure_faults(criterion, found):
            if (column, fault) not in told:
                told.add((column, fault))
                yield f"{'stage' if column == 'form' else column}: {fault}"


def minerals_of(shown: Shown, mechanism: Mechanism) -> tuple[str, ...]:
    """The minerals for which a measure is taken one by one; one empty name where it is not about goods."""
    known = words().get(shown.measure)
    if known is not None and not known.of_goods:
        return ("",)
    return shown.minerals or mechanism.keys.minerals
