"""Reading the folder of a case: ``case.toml``, ``criteria.csv`` and, if there is one, ``history.csv``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.backtests.case import ACTUAL, Case, CaseError
from experiments.backtests.case_schema import CaseSchema, MineralEntry
from experiments.backtests.clock import WindowError
from world.dataset import DatasetError
from world.scenario_reading import ScenarioError, dotted_name, in_order, read_toml
from world.scenario_schema import ScenarioSchema

LIBRARY = Path(__file__).resolve().parent.parent / "cases"
SHARES_ROUNDED = 0.006
"""Gap to one that is taken for rounding of published shares; it is spread over them."""
FAULTS_SHOWN = 20
CLOCKED = ("run.start", "run.rounds", "run.rounds_per_year")
"""Keys of time, the same in all variants of a case."""


def find_cases(names: list[str]) -> list[Path]:
    """Folders of cases by name, by path, or all of the library. Raises ``CaseError``."""
    library = sorted(path.parent for path in LIBRARY.glob("*/case.toml"))
    found: list[Path] = []
    for name in names or ["all"]:
        named = [path for path in library if path.name == name]
        if name == "all":
            found += library
        elif named or (Path(name) / "case.toml").is_file():
            found += named or [Path(name)]
        else:
            known = ["all", *(path.name for path in library)]
            raise CaseError(f"unknown case {name!r}{in_order(name, known)}, or a folder with a case.toml")
    return list(dict.fromkeys(found))


def read_case(folder: Path) -> Case:
    """The case in a folder, checked as far as its world goes.

    Raises
    ------
    CaseError
        One line for each fault: file, key, what was given, what is allowed.
    """
    name = folder.resolve().name
    origin = f"{name}/case.toml"
    try:
        keys = read_toml(folder / "case.toml")
    except ScenarioError as error:
        raise CaseError(f"{name}/{error}") from None
    _check_top(keys, origin)
    own = {key: value for key, value in keys.items() if key in CaseSchema.model_fields}
    case = Case(name, folder, _validated(own, origin), {k: v for k, v in keys.items() if k not in own})
    stop_on([f"{origin}: {fault}" for fault in _world_faults(case)])
    try:
        scenarios = [case.scenario(variant) for variant in (ACTUAL, *case.world.variants)]
        case.clock.weights("before")
        case.dataset(scenarios[0])
    except (ScenarioError, DatasetError) as error:
        raise CaseError("\n".join(f"{name}: {line}" for line in str(error).splitlines())) from None
    except WindowError as error:
        raise CaseError(f"{origin}: zero: given {case.world.zero}, allowed: a day after {error}") from None
    return case


def stop_on(faults: list[str]) -> None:
    """Raise ``CaseError`` with the first faults, if there are any."""
    if faults:
        more = [f"and {len(faults) - FAULTS_SHOWN} more"] if len(faults) > FAULTS_SHOWN else []
        raise CaseError("\n".join([*faults[:FAULTS_SHOWN], *more]))


def _check_top(keys: Mapping[str, Any], origin: str) -> None:
    allowed = [*CaseSchema.model_fields, *ScenarioSchema.model_fields]
    if "parameters" in keys:
        raise CaseError(
            f"{origin}: parameters: given, allowed: none; behaviour is the same for all cases, a case gives "
            "attributes"
        )
    for key in keys:
        if key not in allowed:
            raise CaseError(f"{origin}: {key}: unknown key{in_order(key, allowed)}")


def _validated(own: dict[str, Any], origin: str) -> CaseSchema:
    try:
        return CaseSchema.model_validate(_rounded(own))
    except ValidationError as error:
        lines = []
        for fault in error.errors(include_url=False):
            where = dotted_name([part for part in fault["loc"] if part != "[key]"], own)
            if fault["type"] == "extra_forbidden":
                lines.append(f"{origin}: {where}: unknown key")
            elif fault["type"] == "missing":
                lines.append(f"{origin}: {where}: missing")
            else:
                lines.append(f"{origin}: {where}: given {fault['input']!r}, allowed: {fault['msg'].lower()}")
        stop_on(lines)
        raise


def _rounded(own: dict[str, Any]) -> dict[str, Any]:
    """The same keys with shares that add up to one but for rounding brought to one."""
    minerals = own.get("minerals")
    if not isinstance(minerals, dict):
        return own
    scaled = {}
    for name, entry in minerals.items():
        scaled[name] = dict(entry) if isinstance(entry, dict) else entry
        if not isinstance(entry, dict):
            continue
        for key in ("used", "final", "reserves", "end_use"):
            if key in entry:
                scaled[name][key] = _to_one(entry[key])
        if isinstance(entry.get("made"), dict):
            scaled[name]["made"] = _made_to_one(entry["made"])
    return {**own, "minerals": scaled}


def _made_to_one(made: dict[str, Any]) -> dict[str, Any]:
    """Ore by itself; refined metal from ore and without it together."""
    result = dict(made)
    if "ore" in made:
        result["ore"] = _to_one(made["ore"])
    flat = {(way, code): share for way in ("refined", "primary") for code, share in _pairs(made.get(way))}
    for (way, code), share in _to_one(flat).items():
        result[way] = {**result[way], code: share}
    return result


def _pairs(shares: Any) -> list[tuple[Any, Any]]:
    return list(shares.items()) if isinstance(shares, dict) else []


def _to_one(shares: Any) -> Any:
    if not isinstance(shares, dict) or not all(isinstance(s, int | float) for s in shares.values()):
        return shares
    total = float(sum(shares.values()))
    return {k: s / total for k, s in shares.items()} if abs(total - 1.0) <= SHARES_ROUNDED else shares


def _world_faults(case: Case) -> Iterator[str]:
    """What is wrong where keys and types are right: place, what was given, what is allowed."""
    world, codes = case.world, case.codes
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        yield f"countries: {', '.join(twice)} is there twice"
        return
    for where, code in _codes_named(case):
        if code not in codes:
            yield f"{where}: given {code}{in_order(code, codes)}"
    yield from _name_faults(case)
    for name in world.minerals:
        yield from _mineral_faults(case, name)
    measures = [str(entry.get("id")) for entry in case.keys.get("measures", []) if isinstance(entry, dict)]
    for name, variant in world.variants.items():
        yield from (
            f"variants.{name}.without: given {gone}{in_order(gone, measures)}"
            for gone in variant.without
            if gone not in measures
        )
        for key in variant.settings:
            if key.split(".")[0] == "parameters" or key in CLOCKED:
                yield f"variants.{name}.settings: given {key}, allowed: other keys of a scenario"


def _name_faults(case: Case) -> Iterator[str]:
    """Groups that bear taken names, and minerals that are not there."""
    world, codes = case.world, case.codes
    for name in world.groups:
        if name in (*codes, "world", "home", "outside", "members", "nonaligned"):
            yield f"groups.{name}: given {name}, allowed: a name that no country and no built-in group has"
    for where, name in [(f"plants[{p.plant}]", p.mineral) for p in world.plants] + [
        (f"lanes[{number}]", lane.mineral) for number, lane in enumerate(world.lanes)
    ]:
        if name not in world.minerals:
            yield f"{where}.mineral: given {name}{in_order(name, world.minerals)}"


def _codes_named(case: Case) -> Iterator[tuple[str, str]]:
    world = case.world
    yield "home", world.home
    yield from ((f"groups.{name}", code) for name, members in world.groups.items() for code in members)
    for name, entry in world.minerals.items():
        for key in ("used", "final", "reserves"):
            yield from ((f"minerals.{name}.{key}", code) for code in getattr(entry, key))
        for key in ("made", "cost_usd_t", "capacity_t_year"):
            for stage, cells in getattr(entry, key).items():
                named = (code for code in cells if code != "*")
                yield from ((f"minerals.{name}.{key}.{stage}", code) for code in named)
    for key in ("plants", "memberships"):
        yield from (
            (f"{key}[{place}].country", entry.country) for place, entry in enumerate(getattr(world, key))
        )
    for place, trade in enumerate(world.trade):
        yield from ((f"trade[{place}]", code) for code in (trade.exporter, trade.importer))
    for key in ("tariffs", "lanes"):
        for place, row in enumerate(getattr(world, key)):
            ends = (code for code in (row.exporter, row.importer) if code not in ("*", *world.groups))
            yield from ((f"{key}[{place}]", code) for code in ends)


def _capacity_faults(entry: MineralEntry) -> Iterator[str]:
    """Capacities of who makes nothing, or below what was made."""
    made = {str(making): shares for making, shares in entry.made.items()}
    converted = sum(made.get("refined", {}).values()) if "ore" in made else 0.0
    world_t = {"ore": entry.world_t_year * converted / entry.recovery}
    for making, cells in entry.capacity_t_year.items():
        for code, capacity_t in cells.items():
            output_t = made.get(making, {}).get(code, 0.0) * world_t.get(making, entry.world_t_year)
            if not 0.0 < output_t <= capacity_t:
                words = f"{output_t:,.6g} (its output) or more" if output_t else "none: it makes nothing"
                yield f"{making}.{code}: given {capacity_t:,.6g}, allowed: {words}"


def _mineral_faults(case: Case, name: str) -> Iterator[str]:
    entry, where = case.world.minerals[name], f"minerals.{name}"
    if "ore" in entry.made and "refined" not in entry.made:
        yield f"{where}.made: given ore alone, allowed: ore with refined, or refined alone"
    if "primary" in entry.made and "ore" not in entry.made:
        yield f"{where}.made.primary: given without ore, allowed: refined alone, where there is no ore"
    refined = [share for way in ("refined", "primary") for share in entry.made.get(way, {}).values()]
    sums = {
        "used": list(entry.used.values()),
        "made.refined": refined,
        "end_use": list(entry.end_use.values()),
    }
    sums |= {key: list(getattr(entry, key).values()) for key in ("final", "reserves") if getattr(entry, key)}
    sums |= {"made.ore": list(entry.made["ore"].values())} if "ore" in entry.made else {}
    for key, shares in sums.items():
        if abs(sum(shares) - 1.0) > 1e-6:
            yield f"{where}.{key}: given shares that add up to {sum(shares):.4g}, allowed: 1 (0.994 to 1.006)"
    yield from (f"{where}.capacity_t_year.{fault}" for fault in _capacity_faults(entry))
    wanted = {
        "refined",
        *(["ore"] if "ore" in entry.made else []),
        *(["component"] if entry.component else []),
    }
    given = {str(stage) for stage in entry.price_usd_t}
    if wanted != given:
        words = ", ".join(sorted(given))
        yield f"{where}.price_usd_t: given {words}, allowed: one each of {', '.join(sorted(wanted))}"
