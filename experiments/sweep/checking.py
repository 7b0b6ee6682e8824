"""Keys of a file held against a schema: the first fault in one line, with file, key and what is allowed."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from experiments.sweep.factor import DesignError
from world.premise.reading import dotted_name, in_order
from world.premise.words import allowed_words, schema_at

Checked = TypeVar("Checked", bound=BaseModel)


def validated(schema: type[Checked], keys: dict[str, Any], origin: str) -> Checked:
    """``keys`` of the file ``origin`` as ``schema``. Raises ``DesignError`` with the first fault."""
    try:
        return schema.model_validate(keys)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
    location: list[int | str] = []
    node: Any = keys
    for part in fault["loc"]:
        inside = isinstance(node, dict) and part in node
        if not inside and not (isinstance(node, list) and isinstance(part, int)):
            break
        node = node[part]
        location.append(part)
    path = tuple("[]" if isinstance(part, int) else part for part in location)
    where = dotted_name(location, keys)
    if fault["type"] == "missing":
        missing = [*location, str(fault["loc"][-1])]
        raise DesignError(f"{origin}: {dotted_name(missing, keys)}: missing")
    if fault["type"] == "extra_forbidden":
        known = schema_at(path[:-1], schema).get("properties", {})
        raise DesignError(f"{origin}: {where}: unknown key{in_order(str(location[-1]), known)}")
    if "[key]" in fault["loc"]:
        words = "letters, digits and underscores, a letter first"
        raise DesignError(f"{origin}: {where}: given {location[-1]!r} as a name, allowed: {words}")
    words = allowed_words(schema_at(path, schema))
    raise DesignError(f"{origin}: {where}: given {node!r}, allowed: {words}")
