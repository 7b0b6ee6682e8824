"""Reading the folder of a case: ``case.toml``, ``criteria.csv`` and, if there is one, ``history.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.backtests.case import ACTUAL, Case, CaseError
from experiments.backtests.case_faults import world_faults
from experiments.backtests.case_schema import LABELS, CaseSchema
from experiments.backtests.clock import WindowError
from world.dataset import DatasetError
from world.premise.reading import ScenarioError, dotted_name, in_order, read_toml
from world.premise.schema import ScenarioSchema
from world.premise.words import pattern_words

LIBRARY = Path(__file__).resolve().parent.parent / "cases"
SHARES_ROUNDED = 0.006
"""Gap to one that is taken for rounding of published shares; it is spread over them."""
FAULTS_SHOWN = 20


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
        elif Path(name).is_dir():
            raise CaseError(f"{name}: given a folder without case.toml, allowed: the folder of a case")
        elif Path(name).is_file():
            raise CaseError(f"{name}: given a file, allowed: the folder of a case")
        else:
            known = ["all", *(path.name for path in library)]
            raise CaseError(f"unknown case {name!r}{in_order(name, known)}, or a folder with a case.toml")
    return list(dict.fromkeys(found))


def cases_to_fit(names: list[str]) -> list[Path]:
    """As ``find_cases``, without cases that are held out. Raises ``CaseError``, also where
    one of those is named."""
    folders = find_cases(names)
    held_out = [folder for folder in folders if read_case(folder).held_out]
    if held_out and "all" not in (names or ["all"]):
        name = held_out[0].name
        raise CaseError(
            f"{name}/case.toml: held_out: given true, allowed: false for a case that is fitted to"
        )
    return [folder for folder in folders if folder not in held_out]


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
    stop_on([f"{origin}: {fault}" for fault in world_faults(case)])
    try:
        scenarios = [case.scenario(variant) for variant in (ACTUAL, *case.world.variants)]
        case.clock.weights("before")
        case.dataset(scenarios[0])
    except (ScenarioError, DatasetError) as error:
        said = (line if line.startswith(origin) else f"{name}: {line}" for line in str(error).splitlines())
        raise CaseError("\n".join(said)) from None
    except WindowError:
        words = f"a day of the run ({case.clock.words}), a quarter after it begins or later"
        raise CaseError(f"{origin}: zero: given {case.world.zero}, allowed: {words}") from None
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
        lines: dict[str, str] = {}
        for fault in error.errors(include_url=False):
            where = dotted_name([part for part in fault["loc"] if part != "[key]"], own)
            words = _fault_words(fault)
            # a label that is wrong is wrong in many places: said once
            lines.setdefault(words if "pattern" in fault.get("ctx", {}) else where, f"{where}: {words}")
        stop_on([f"{origin}: {line}" for line in lines.values()])
        raise


def _fault_words(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key"
    if fault["type"] == "missing":
        return "missing"
    for kind, allowed in (("date", "a day such as 2014-01-12"), ("bool", "true or false")):
        if str(fault["type"]).startswith(kind):
            return f"given {fault['input']!r}, allowed: {allowed}"
    pattern = fault.get("ctx", {}).get("pattern")
    words = (
        str(fault["msg"])
        .lower()
        .removeprefix("input should be ")
        .replace("valid dictionary", "table of keys")
    )
    allowed = words if pattern is None else LABELS.get(pattern) or pattern_words(pattern)
    return f"given {fault['input']!r}, allowed: {allowed}"


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
