"""What a key may hold, in words, from the JSON schema of a scenario, a design or a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from agents.doctrines.scripted import MOVE
from agents.scripted_leader import ORDER
from world.clock import PERIOD
from world.premise.schema import NAME, ScenarioSchema


def schema_at(path: tuple[str, ...], of: type[BaseModel] = ScenarioSchema) -> Mapping[str, Any]:
    """JSON schema of the key at ``path`` (list positions are written as ``[]``); empty when there is no
    such key.
    """
    whole = of.model_json_schema()
    node: Mapping[str, Any] = whole
    for part in path:
        if part == "[]":
            node = node.get("items") or (node.get("prefixItems") or [{}])[0]
        else:
            patterns = list(node.get("patternProperties", {}).values())
            node = (
                node.get("properties", {}).get(part)
                or node.get("additionalProperties")
                or (patterns or [{}])[0]
            )
        node = _follow(node, whole)
    return node


def _follow(node: Any, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(node, Mapping):
        return {}
    if "$ref" in node:
        found: Mapping[str, Any] = whole["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return found
    return node


def allowed_words(schema: Mapping[str, Any]) -> str:
    """What a key may hold, in words, from its JSON schema."""
    if "anyOf" in schema:
        return " or ".join(
            allowed_words(option) for option in schema["anyOf"] if option.get("type") != "null"
        )
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return f"only {schema['const']}"
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return ("a number" if kind == "number" else "a whole number") + _range_words(schema)
    if kind == "array":
        return "a list of " + (
            "two whole numbers" if "prefixItems" in schema else _plural(schema.get("items", {}))
        )
    if kind == "string":
        return _FORMATS.get(
            schema.get("pattern", ""),
            "a day such as 2026-10-01" if schema.get("format") == "date" else "text",
        )
    return {"boolean": "true or false", "object": "a table of keys and values"}.get(
        str(kind), "another kind of value"
    )


def pattern_words(pattern: str) -> str:
    """What a text may be that must match a pattern, in words."""
    return _FORMATS.get(pattern, f"a text that matches {pattern}")


def allowed_keys(schema: Mapping[str, Any]) -> str:
    """What the keys of a table may be, in words, from its JSON schema."""
    if "patternProperties" in schema:
        return " or ".join(_FORMATS.get(pattern, "text") for pattern in schema["patternProperties"])
    return allowed_words(schema.get("propertyNames", {"type": "string"}))


_FORMATS = {
    r"^[A-Z][A-Z0-9]{2}$": "an ISO 3166-1 alpha-3 code such as CAN",
    r"^([A-Z][A-Z0-9]{2})?$": "an ISO 3166-1 alpha-3 code such as CAN, or nothing",
    NAME: "a short name of letters, digits, _ and -",
    r"^[A-Z]{2,3}$": "an ISO 3166-1 alpha-3 code such as CAN, or EU",
    r"^\d{4}-Q[1-4]$": "a quarter such as 2026-Q1",
    ORDER: "an order such as grant CAN, refuse CAN, threaten CAN, spare CAN or no_finance",
    MOVE: "a move such as licence dytb refined, relieve dytb refined, duties or capture_levy",
    PERIOD: "a quarter such as 2026-Q1, or in runs of months a month such as 2026-03",
    r"^([A-Z][A-Z0-9]{2}|EU)$": "an ISO 3166-1 alpha-3 code such as CAN, or EU",
    r"^(world|[A-Z][A-Z0-9]{2})$": "world, or an ISO 3166-1 alpha-3 code such as CAN",
}


def _range_words(schema: Mapping[str, Any]) -> str:
    low, above, high = (schema.get(name) for name in ("minimum", "exclusiveMinimum", "maximum"))
    start = f" from {low:g}" if low is not None else f" above {above:g}" if above is not None else ""
    return start + (f" to {high:g}" if high is not None else "")


def _plural(items: Mapping[str, Any]) -> str:
    if "enum" in items:
        return "names out of " + ", ".join(items["enum"])
    if items.get("type") != "string":
        return "tables, each under [[measures]]"
    if items.get("pattern") == MOVE:
        return 'moves such as ["licence dytb refined", "relieve gallium refined", "duties"]'
    if items.get("pattern") == ORDER:
        return 'orders such as ["grant CAN", "threaten DNK", "no_finance"]'
    return 'names such as ["ndpr", "dytb"]'
