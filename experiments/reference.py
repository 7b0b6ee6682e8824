"""Reference pages made from the code and the tables that the program itself obeys, so that they cannot drift.

``docs/parameters.md`` and ``docs/results.md`` are made whole; ``docs/scenarios.md`` holds a part between two marks.
Renew them with ``python -m experiments reference --out docs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.results import ResultsError, describe_results
from world.measures import INSTRUMENTS
from world.parameters import load_parameters
from world.scenario import list_scenarios
from world.scenario_reading import find_scenario, read_toml
from world.scenario_schema import ScenarioSchema, Section, allowed_keys, allowed_words, schema_at

BEGIN = "<!-- made by experiments.reference.describe_scenarios(); do not edit by hand -->"
END = "<!-- end of the made part -->"
SCENARIO_PAGE = "scenarios.md"

KeyPath = tuple[str, ...]

SECTIONS: Mapping[str, str] = {
    name: str(field.annotation.__doc__)
    for name, field in ScenarioSchema.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
"""Sections of a scenario and what they are for, in their own words."""

MEANINGS: Mapping[str, str] = {
    "name": "what the scenario is called in figures and reports",
    "question": "what a run of it answers; the report is headed by it",
    "base": "scenario on which this one is laid; keys not given here are taken from there",
    "parameters": "values of parameters, each within its range: see [parameters.md](parameters.md)",
    "run.start": "quarter of round 0; the state before it is that of the base year",
    "run.decisions_open": "quarter from which governments decide; before it only dated measures act",
    "run.rounds": "quarters played",
    "run.minerals": 'minerals played; `["*"]` for all',
    "run.demand": "path along which demand grows (scenarios of the International Energy Agency: stated policies, "
    "announced pledges, net zero)",
    "run.shocks": "random demand shocks and mine outages on top of dated events",
    "run.order": "whether the dominant refiner moves after the countries have reviewed (leader first) or before",
    "zone.exists": "whether a zone is on offer at all",
    "zone.reading": "B: the floor is kept at the border, prices inside follow the market",
    "zone.duty_form": "how the floor is kept: a levy that fills the gap between landed price and reference price",
    "zone.scope": 'minerals covered; `["*"]` for all',
    "zone.stages": "stages covered",
    "zone.leader_border_alone": "the leader upholds the floor at its own border before anyone else is bound",
    "zone.sharing": "how an emergency is shared among members: in proportion to what each lacks",
    "zone.text_quarters": "fewest and most quarters from the opening of decisions to a text that can be signed (drawn)",
    "zone.ratification_quarters": "fewest and most quarters from signature to effect (drawn for each country)",
    "zone.standings": "standings fixed by the scenario: the country joins every rung as it opens, or stays where it is. "
    "A member of the European Union stands for the whole Union",
    "leader.country": "who proposes the zone",
    "leader.coercion": "pressure on those who hold out: half weight (record), none, full weight (harsh)",
    "leader.reference_rule": "full cost of a new plant plus markup; mean of recent prices plus markup; or the first prices "
    "announced for ever",
    "leader.markup": "added to the cost or the mean, as a share of it",
    "leader.update_quarters": "quarters between two announcements of reference prices",
    "leader.tariff_share": "flat duty, as a share of customs value: of all members on outsiders in scope where a zone exists, "
    "of the leader on all minerals from the dominant refiner where none does",
    "leader.finance_usd_year": "finance on offer to countries on the ladder, USD a year",
    "leader.side_payments": "whether the leader may pay a holdout what it lacks to sign",
    "leader.reference_price_usd_t": "reference prices set by hand, USD/t contained; all others follow the rule",
    "dominant_refiner.country": "who may withhold",
    "dominant_refiner.doctrine": "never answers; answers hostile acts in kind; or weighs each control by what it earns and costs",
    "dominant_refiner.licence_approval": "share of usual shipments that it grants under licence (0 is a ban)",
    "dominant_refiner.levy_capture": "share of the levy on its goods that it takes over by an export tax of the same size",
    "reserve.exists": "whether the leader keeps a strategic reserve",
    "reserve.loan_usd": "most that it may borrow, USD",
    "reserve.private_usd": "own capital, spent before the loan, USD",
    "reserve.target_days": "stock wanted, in days of the leader's need",
    "accession.strategy": "countries weigh payoffs, or all hold out but those in `zone.standings`",
    "measures.id": "name of the measure; if left out, the name of the file and a number. It replaces a measure of the base "
    "with the same id",
    "measures.announced": "day it is made known; moves fears and the table of events",
    "measures.actor": "who acts: a country or a group",
    "measures.instrument": "what is done, see below",
    "measures.in_force": "first day it bites; without it, it never does",
    "measures.ends": "first day it no longer bites; without it, open",
    "measures.renewed": "probability that it is renewed for a year when it ends",
    "measures.minerals": 'minerals touched; `["*"]` for all',
    "measures.stages": '`"ore"`, `"refined"`, or `["*"]` for both',
    "measures.targets": "whom it is aimed at: countries, `*`, `members` (those bound by the floor), `EU` or another group",
    "measures.size": "how much, by instrument, see below",
    "measures.suspends": "ids of the measures that a truce holds back",
    "measures.text": "the measure in words, for the table of events",
    "measures.source": "where it is from",
}


# Where the schema alone would not tell a person enough.
ALLOWED: Mapping[str, str] = {
    "parameters": "a table: names of parameters = numbers",
    "leader.reference_price_usd_t": "a table of minerals, each: ore or refined = a number above 0 to 1e+09",
    "measures.id": "text",
    "measures.actor": "a code such as CHN, or a group such as EU",
    "measures.instrument": "one of " + ", ".join(INSTRUMENTS),
    "measures.stages": 'a list of ore, refined, or "*"',
    "measures.targets": 'a list of codes and groups such as ["JPN", "EU"]',
    "measures.suspends": "a list of ids",
    "measures.renewed": "a number from 0 to 1",
    "measures.size": "a number in the range of the instrument",
}


def write_reference(folder: str | Path) -> list[Path]:
    """Write the made pages into ``folder`` and return their paths.

    Raises
    ------
    ResultsError
        If the folder cannot be written, or its scenario page lacks the marks of the made part.
    """
    where = Path(folder)
    page = where / SCENARIO_PAGE
    try:
        texts = {
            page: replace_made_part(page.read_text(encoding="utf-8"), describe_scenarios(), str(page)),
            where / "parameters.md": describe_parameters(),
            where / "results.md": describe_results(),
        }
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{error.filename or where}: cannot be written: {error.strerror or error}") from None
    return list(texts)


def replace_made_part(page: str, made: str, name: str = SCENARIO_PAGE) -> str:
    """``page`` with everything between the two marks replaced by ``made``."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ResultsError(f"{name}: the marks of the made part are missing: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def describe_parameters() -> str:
    """The page of all parameters in Markdown, by part of the model, from ``world/data/parameters.csv``."""
    parameters = load_parameters()
    parts = [_PARAMETER_HEAD.format(count=len(parameters))]
    for kind in dict.fromkeys(parameter.kind for parameter in parameters.values()):
        rows = [
            (
                f"`{parameter.name}`",
                parameter.meaning,
                parameter.unit,
                f"{parameter.default:g}",
                f"{parameter.low:g} to {parameter.high:g}",
                parameter.quality,
                "" if parameter.source == parameter.quality else parameter.source,
            )
            for parameter in parameters.values()
            if parameter.kind == kind
        ]
        parts += [f"\n## {kind.replace('_', ' ')}\n", _table(_PARAMETER_COLUMNS, rows)]
    return "\n".join(parts) + "\n"


def describe_scenarios() -> str:
    """The library and all keys of a scenario in Markdown, with defaults and allowed values, from the schema."""
    top = [_key_row(name, (name,)) for name in ("name", "question")]
    top.append(("`base`", "none", "the name of a scenario, or of a file beside this one", MEANINGS["base"]))
    top.append(_key_row("parameters", ("parameters",)))
    parts = ["### The library\n", _library(), "\n### Top of the file\n", _table(_KEY_COLUMNS, top)]
    for section, purpose in SECTIONS.items():
        keys = schema_at((section,))["properties"]
        rows = [_key_row(f"{section}.{key}", (section, key)) for key in keys]
        parts += [f"\n### [{section}]\n\n{purpose}\n", _table(_KEY_COLUMNS, rows)]
    keys = schema_at(("measures", "[]"))["properties"]
    rows = [_key_row(f"measures.{key}", ("measures", "[]", key)) for key in keys]
    parts += ["\n### [[measures]]\n\nDated measures, laid over the policy calendar; as many as wanted.\n"]
    parts += [_table(_KEY_COLUMNS, rows), "\n### Instruments\n", _instruments()]
    return "\n".join(parts) + "\n"


def scenario_keys() -> list[str]:
    """Dotted names of all keys that a scenario may hold."""
    names = [name for name in ScenarioSchema.model_fields if name not in ("key", "measures", *SECTIONS)]
    for section in (*SECTIONS, "measures"):
        path = (section, "[]") if section == "measures" else (section,)
        names += [f"{section}.{key}" for key in schema_at(path)["properties"]]
    return names


def _library() -> str:
    rows = [
        (f"`{key}`", f"`{base}`" if (base := read_toml(find_scenario(key)).get("base")) else "", question)
        for key, _, question in list_scenarios()
    ]
    return _table(("scenario", "base", "question"), rows)


def _instruments() -> str:
    rows = []
    for name, kind in INSTRUMENTS.items():
        span = "" if kind.low is None or kind.high is None else f", {kind.low:g} to {kind.high:g}"
        rows.append((f"`{name}`", kind.meaning, f"{kind.size}{span}"))
    return _table(("instrument", "what is done", "size"), rows)


def _key_row(name: str, path: KeyPath) -> tuple[str, str, str, str]:
    """Key, default, allowed values and meaning of the key at ``path``."""
    schema = schema_at(path)
    return f"`{path[-1]}`", _default(path), ALLOWED.get(name) or _allowed(schema), MEANINGS[name]


def _default(path: KeyPath) -> str:
    fields: Any = schema_at(path[:-1]) if len(path) > 1 else ScenarioSchema.model_json_schema()
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
    inner = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
    if not isinstance(inner, Mapping):
        return allowed_words(schema)
    return f"a table: {allowed_keys(schema)} = {_allowed(inner)}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


_KEY_COLUMNS = ("key", "default", "allowed", "meaning")
_PARAMETER_COLUMNS = ("parameter", "meaning", "unit", "default", "range", "quality", "source")
_PARAMETER_HEAD = """# Parameters

<!-- made by experiments.reference.describe_parameters() from world/data/parameters.csv; do not edit by hand -->

The {count} parameters of behaviour, each once, with default, range and source. A scenario sets any of them within its range:

    [parameters]
    planning_years = 7

and so does `--set parameters.planning_years=7` on the command line. Rates are per year unless the unit says otherwise. A
parameter whose quality is `assumption` has no source but judgement: a result that hangs on it hangs on that judgement.
Figures on countries, minerals and plants are not parameters; they are in the tables of [data.md](data.md)."""
