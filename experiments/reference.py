"""Reference pages made from the code and tables that the program itself obeys, so that they cannot drift.

``parameters.md`` and ``results.md`` are made whole; ``scenarios.md``, ``backtests.md``, ``odd.md``,
``architecture.md`` hold a made part between two marks, ``data.md`` ends with one. Renew them with
``python -m experiments reference --out docs``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.backtests.reference import describe_words
from experiments.markdown import markdown_table
from experiments.protocol import describe_protocol
from experiments.results import ResultsError
from experiments.results_page import describe_results
from experiments.scenario_keys import ALLOWED, MEANINGS
from world.parameters import Parameter, load_parameters
from world.policy.instruments import INSTRUMENTS
from world.premise.reading import find_scenario, read_toml
from world.premise.schema import ScenarioSchema, Section
from world.premise.words import allowed_keys, allowed_words, schema_at
from world.scenario import list_scenarios
from world.tables.catalogue import describe_tables

MARK = "<!-- made by python -m experiments {by}; do not edit by hand -->"
BEGIN = MARK.format(by="reference")
END = "<!-- end of the made part -->"
CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("agents", "world", "experiments")

OWN = ("institutions", "own", "NAME")
SECTIONS: Mapping[str, str] = {
    name: str(field.annotation.__doc__)
    for name, field in ScenarioSchema.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
"""Sections of a scenario and what they are for, in their own words."""


def write_reference(folder: str | Path) -> list[Path]:
    """Write the made pages into ``folder`` and return their paths.

    Raises
    ------
    ResultsError
        If the folder cannot be written, or a page in it lacks the marks of its made part.
    """
    where = Path(folder)
    try:
        texts = {where / name: make(where / name) for name, make in PAGES.items()}
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        name = error.filename or where
        raise ResultsError(f"{name}: cannot be read or written: {error.strerror or error}") from None
    return list(texts)


def made_into(page: Path, made: str, by: str = "reference") -> str:
    """The text of ``page`` with everything between the two marks of the command ``by`` replaced by ``made``.

    Raises ``ResultsError`` where it lacks them.
    """
    mark = MARK.format(by=by)
    before, begin, rest = page.read_text(encoding="utf-8").partition(mark)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ResultsError(f"{page}: the marks of the made part are missing: {mark} and {END}")
    return f"{before}{mark}\n\n{made}\n{END}{after}"


def renew(page: Path, made: str, by: str) -> None:
    """Replace what stands between the marks of the command ``by`` in ``page``. Raises ``ResultsError``."""
    try:
        page.write_text(made_into(page, f"{made}\n", by), encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{page}: cannot be read or written: {error.strerror or error}") from None


def describe_parameters() -> str:
    """The page of all parameters in Markdown, by part of the model, from the table of parameters."""
    parameters = load_parameters().values()
    parts = [_PARAMETER_HEAD.format(count=len(parameters))]
    for kind in dict.fromkeys(parameter.kind for parameter in parameters):
        rows = [_parameter_row(parameter) for parameter in parameters if parameter.kind == kind]
        parts += [f"\n## {kind.replace('_', ' ')}\n", markdown_table(_PARAMETER_COLUMNS, rows)]
    return "\n".join(parts) + "\n"


def describe_scenarios() -> str:
    """The library and all keys of a scenario in Markdown, with defaults and allowed values."""
    top = [_key_row(name, (name,)) for name in ("name", "question")]
    top.append(("`base`", "none", "the name of a scenario, or of a file beside this one", MEANINGS["base"]))
    top.append(_key_row("parameters", ("parameters",)))
    parts = ["### The library\n", _library(), "\n### Top of the file\n", markdown_table(_KEY_COLUMNS, top)]
    for section, purpose in SECTIONS.items():
        parts += [f"\n### [{section}]\n\n{purpose}\n", _key_table(section, (section,))]
    parts.append("\n### [institutions.own.NAME]\n\nA club or link of one's own; as many as wanted.\n")
    parts.append(_key_table("institutions.own", OWN))
    parts.append("\n### [[measures]]\n\nDated measures, laid over the policy calendar; as many as wanted.\n")
    parts += [_key_table("measures", ("measures", "[]")), "\n### Instruments\n", _instruments()]
    return "\n".join(parts) + "\n"


def describe_rooms() -> str:
    """What each room and each module is for, in Markdown, from the first sentences of their own words."""
    parts = []
    insides = [path for package in PACKAGES for path in sorted((CHECKOUT / package).rglob("__init__.py"))]
    for inside in insides:
        modules = [path for path in sorted(inside.parent.glob("*.py")) if path != inside]
        if modules:
            rows = [(f"`{path.name}`", _first_words(path)) for path in modules]
            words = [f"{words}\n"] if (words := _first_words(inside)) else []
            room = inside.parent.relative_to(CHECKOUT).as_posix()
            parts += [f"### {room}/\n", *words, markdown_table(("module", "what it is for"), rows), ""]
    return "\n".join(parts)


def scenario_keys() -> list[str]:
    """Dotted names of all keys that a scenario may hold."""
    names = [name for name in ScenarioSchema.model_fields if name not in ("key", "measures", *SECTIONS)]
    for section in SECTIONS:
        names += [f"{section}.{key}" for key in schema_at((section,))["properties"]]
    names += [f"institutions.own.{key}" for key in schema_at(OWN)["properties"]]
    return ["base", *names, *(f"measures.{key}" for key in schema_at(("measures", "[]"))["properties"])]


def _first_words(module: Path) -> str:
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(words.partition("\n\n")[0].split()).replace("``", "`")


def _library() -> str:
    rows = []
    for key, _, question in list_scenarios():
        base = read_toml(find_scenario(key)).get("base")
        rows.append((f"`{key}`", f"`{base}`" if base else "", question))
    return markdown_table(("scenario", "base", "question"), rows)


def _instruments() -> str:
    rows = []
    for name, kind in INSTRUMENTS.items():
        span = "" if kind.low is None or kind.high is None else f", {kind.low:g} to {kind.high:g}"
        rows.append((f"`{name}`", kind.meaning, f"{kind.size}{span}"))
    return markdown_table(("instrument", "what is done", "size"), rows)


def _key_table(section: str, path: tuple[str, ...]) -> str:
    keys = schema_at(path)["properties"]
    return markdown_table(_KEY_COLUMNS, [_key_row(f"{section}.{key}", (*path, key)) for key in keys])


def _key_row(name: str, path: tuple[str, ...]) -> tuple[str, str, str, str]:
    """Key, default, allowed values and meaning of the key at ``path``."""
    allowed = ALLOWED.get(name) or _allowed(schema_at(path))
    return f"`{path[-1]}`", _default(path), allowed, MEANINGS[name]


def _default(path: tuple[str, ...]) -> str:
    fields = schema_at(path[:-1]) if len(path) > 1 else ScenarioSchema.model_json_schema()
    if path[-1] in fields.get("required", ()):
        return "required"
    value = fields["properties"][path[-1]].get("default")
    return "none" if value in (None, {}, [], "") else f"`{_in_toml(value)}`"


def _in_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _allowed(schema: Mapping[str, Any]) -> str:
    """What a key may hold; for a table also what its keys and their values may be."""
    values = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    inner = next((value for value in values if isinstance(value, Mapping)), None)
    return allowed_words(schema) if inner is None else f"a table: {allowed_keys(schema)} = {_allowed(inner)}"


def _parameter_row(parameter: Parameter) -> tuple[str, ...]:
    return (
        f"`{parameter.name}`",
        parameter.meaning,
        parameter.unit,
        f"{parameter.default:g}",
        f"{parameter.low:g} to {parameter.high:g}",
        parameter.quality,
        "" if parameter.source == parameter.quality else parameter.source,
    )


_KEY_COLUMNS = ("key", "default", "allowed", "meaning")
_PARAMETER_COLUMNS = ("parameter", "meaning", "unit", "default", "range", "quality", "source")
_PARAMETER_HEAD = """# Parameters

<!-- made by python -m experiments reference; do not edit by hand -->

The {count} parameters of behaviour of `world/data/parameters.csv`, each once, with default, range and
source. A scenario sets any of them within its range:

    [parameters]
    planning_years = 7

and so does `--set parameters.planning_years=7` on the command line. Rates are per year unless the unit says
otherwise. A parameter of quality `assumption` has no source but judgement: a result that hangs on it hangs on
that judgement. Figures on countries, minerals and plants are not parameters but tables: see
[data.md](data.md)."""


def _after_prose(page: Path, made: str) -> str:
    """The text of ``page`` up to its first heading of the second level, then ``made``."""
    return page.read_text(encoding="utf-8").partition("\n## ")[0].rstrip() + f"\n\n{made}"


PAGES: Mapping[str, Callable[[Path], str]] = {
    "architecture.md": lambda page: made_into(page, describe_rooms()),
    "backtests.md": lambda page: made_into(page, describe_words()),
    "data.md": lambda page: _after_prose(page, describe_tables()),
    "odd.md": lambda page: made_into(page, describe_protocol()),
    "parameters.md": lambda page: describe_parameters(),
    "results.md": lambda page: describe_results(),
    "scenarios.md": lambda page: made_into(page, describe_scenarios()),
}
"""The pages with something made in them, and how."""
