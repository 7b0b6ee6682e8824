"""Reading scenario files: TOML, inheritance, settings laid on top, and errors as one line that a person
can act on.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from world.premise.schema import ScenarioSchema
from world.premise.words import allowed_keys, allowed_words, schema_at

# The library of questions stands beside this package, in the checkout as in an installed copy.
LIBRARY = Path(__file__).resolve().parents[2] / "experiments" / "scenarios"
SETTINGS = "settings"
LONGEST_LIST = 24


class ScenarioError(ValueError):
    """A scenario that cannot be used: one line with file, key, what was given and what is allowed."""


class Layer(NamedTuple):
    """The keys that one file (or the settings of a command) lays over those before it."""

    origin: str
    keys: dict[str, Any]


def find_scenario(name_or_path: str | Path) -> Path:
    """Path of a scenario given by its name in the library or by a file name."""
    return find_named(name_or_path, LIBRARY, "scenario", ("no such scenario file", ScenarioError))


def find_named(
    name_or_path: str | Path, library: Path, kind: str, missing: tuple[str, type[ValueError]]
) -> Path:
    """Path of a file given by its name in a library or by a file name; ``missing``: what is said of a file
    that is not there, and the error to raise.
    """
    path, given = Path(name_or_path), str(name_or_path)
    words, error = missing
    if path.suffix == ".toml":
        if not path.is_file():
            raise error(f"{path}: {words}")
        return path
    named = library / f"{given}.toml"
    if path.name != given or not named.is_file():
        known = sorted(file.stem for file in library.glob("*.toml"))
        raise error(f"unknown {kind} {given!r}{in_order(given, known)} or a path to a .toml file")
    return named


def read_toml(path: Path) -> dict[str, Any]:
    """The keys of a TOML file; malformed text is a ``ScenarioError`` with line and column."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name}: not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not text in UTF-8 (at byte {error.start})") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror or error}") from None


def read_layers(path: Path) -> list[Layer]:
    """The chain of files from the first base to ``path``, each without its ``base``."""
    layers: list[Layer] = []
    seen: list[Path] = []
    following: Path | None = path
    while following is not None:
        here = following.resolve()
        if here in seen:
            circle = " -> ".join(file.stem for file in [*seen, here])
            raise ScenarioError(f"{path.name}: base: goes in a circle: {circle}")
        seen.append(here)
        keys = read_toml(following)
        base = keys.pop("base", None)
        if base is not None and not isinstance(base, str):
            raise ScenarioError(f"{following.name}: base: given {base!r}, allowed: the name of a scenario")
        _name_measures(keys, following.stem)
        layers.insert(0, Layer(following.name, keys))
        following = None if base is None else _base_path(base, following)
    return layers


def _base_path(base: str, child: Path) -> Path:
    beside = child.parent / (base if base.endswith(".toml") else f"{base}.toml")
    # A file that copies the name of a library scenario may build on that scenario.
    if beside.is_file() and beside.resolve() != child.resolve():
        return beside
    try:
        return find_scenario(base)
    except ScenarioError as error:
        raise ScenarioError(f"{child.name}: base: {error}") from None


def _name_measures(keys: dict[str, Any], stem: str) -> None:
    measures = keys.get("measures")
    for number, measure in enumerate(measures if isinstance(measures, list) else [], start=1):
        if isinstance(measure, dict):
            measure.setdefault("id", f"{stem}-{number}")


def settings_layer(overrides: Mapping[str, object]) -> Layer:
    """Dotted keys (``leader.markup``) as nested keys."""
    keys: dict[str, Any] = {}
    for dotted, value in overrides.items():
        *sections, last = dotted.split(".")
        inner = keys
        for section in sections:
            inner = inner.setdefault(section, {})
            if not isinstance(inner, dict):
                raise ScenarioError(f"{SETTINGS}: {dotted}: {section} is set to a value as well")
        inner[last] = value
    return Layer(SETTINGS, keys)


def merge(layers: Iterable[Layer]) -> dict[str, Any]:
    """Lay each layer over those before it: tables key by key, measures by their ``id``, anything else
    whole.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _overlay(merged, layer.keys, top=True)
    return merged


def _overlay(under: Mapping[str, Any], over: Mapping[str, Any], top: bool = False) -> dict[str, Any]:
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            result[name] = _overlay(below, value)
        elif top and name == "measures" and isinstance(value, list) and isinstance(below, list):
            ids = {measure.get("id") for measure in value if isinstance(measure, dict)}
            result[name] = [measure for measure in below if measure.get("id") not in ids] + value
        else:
            result[name] = value
    return result


def validate(layers: list[Layer]) -> dict[str, Any]:
    """The fields of a checked ``ScenarioSchema``. Raises ``ScenarioError`` for the first thing that is
    wrong.
    """
    keys = merge(layers)
    for name in ("name", "question"):
        if not any(name in layer.keys for layer in layers[-2:]):
            raise ScenarioError(
                f"{layers[-2].origin}: {name}: missing, every scenario has a name and a question"
            )
    try:
        schema = ScenarioSchema.model_validate(keys)
    except ValidationError as error:
        raise ScenarioError(_in_one_line(error, layers, keys)) from None
    return {name: getattr(schema, name) for name in ScenarioSchema.model_fields}


def _in_one_line(error: ValidationError, layers: list[Layer], keys: Mapping[str, Any]) -> str:
    first = error.errors(include_url=False)[0]
    location = [part for part in first["loc"] if part != "[key]"]
    path = tuple("[]" if isinstance(part, int) else str(part) for part in location)
    kind, given = first["type"], f"given {_short(first['input'])}"
    if kind in ("missing", "missing_argument"):
        given = "missing"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        words = "unknown key" + in_order(str(location[-1]), schema_at(path[:-1]).get("properties", {}))
    elif kind == "value_error":
        words = f"{given}, allowed: {first['ctx']['error']}"
    elif "[key]" in first["loc"]:
        words = f"unknown key, allowed: {allowed_keys(schema_at(path[:-1]))}"
    else:
        words = f"{given}, allowed: {allowed_words(schema_at(path))}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{origin_of(location, layers)}: {dotted_name(location, keys)}: {words}{more}"


def dotted_name(location: Iterable[int | str], keys: Mapping[str, Any]) -> str:
    """``measures[embargo].size`` for ``("measures", 0, "size")``."""
    words = ""
    node: Any = keys
    for part in location:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
        if isinstance(part, int):
            words += f"[{node['id']}]" if isinstance(node, dict) and "id" in node else f"[{part}]"
        else:
            words += f".{part}" if words else part
    return words


def origin_of(location: Iterable[int | str], layers: list[Layer]) -> str:
    """File (or ``settings``) that set the key at ``location`` last; the scenario's own file when none did."""
    parts = [part for part in location if isinstance(part, str)]
    for layer in layers[::-1]:
        node: Any = layer.keys
        depth = 0
        while depth < len(parts) and isinstance(node, dict) and parts[depth] in node:
            node = node[parts[depth]]
            depth += 1
        if depth == len(parts) or (depth > 0 and isinstance(node, list)):
            return layer.origin
    return layers[-2].origin  # the last layer is that of the settings


def in_order(given: str, known: Iterable[str]) -> str:
    """Words that list the known names, the closest first; of a long list only the closest."""
    names = list(known)
    close = difflib.get_close_matches(given, names, n=5, cutoff=0.5)
    rest = [name for name in names if name not in close]
    if len(names) > LONGEST_LIST:
        rest = [f"{len(rest)} more" if close else f"any of {len(rest)}"]
    return ", allowed: " + ", ".join([*close, *rest])


def _short(value: object) -> str:
    words: str = repr(list(value) if isinstance(value, tuple) else value)
    return words if len(words) <= 60 else words[:57] + "..."
