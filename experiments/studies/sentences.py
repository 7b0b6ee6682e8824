"""Which sentence a difference calls for, and the numbers put into it: they come from the table alone.

A sentence of a study holds no digit; braces name what the table fills in, see ``FIELDS``.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.analysis.wording import has_level, measure_of, rows_of, show_number
from experiments.comparison_words import is_negligible
from experiments.figures.naming import in_words, sentence
from experiments.figures.theme import money_scale
from experiments.outcomes import COUNTRY_OUTCOMES, OUTCOMES
from experiments.sweep.factor import say

if TYPE_CHECKING:
    from experiments.studies.numbers import Numbers
    from experiments.studies.schema import FindingSection
    from experiments.studies.standard_study import StandardStudy

OF_ONE, OF_MANY = ("rises", "falls"), ("some", "none")
CONDITIONS = (*OF_ONE, *OF_MANY, "slight", "unclear", "unchanged")
FIELDS = {
    "setting": "the setting in words",
    "reference": "what it is held against",
    "outcome": "the outcome in words",
    "difference": "the mean difference with sign, unit and 95% interval",
    "size": "the same without sign",
    "level": "the mean under the setting, with unit",
    "level_reference": "the mean under the reference",
    "pairs": "pairs of runs",
    "seeds": "seeds they come from",
}
LEVELS = {"level": "mean", "level_reference": "mean_reference"}
FIELDS_OF_MANY = {
    "count": "settings that are compared",
    "clear": "how many differ clearly and by more than a trifle",
    "list": "those, the largest difference first",
    "outcome": FIELDS["outcome"],
    "reference": FIELDS["reference"],
    "setting": "the setting that differs most, and all that is said of one",
} | {name: FIELDS[name] for name in ("difference", "size", "level", "level_reference")}
USUAL = {
    "unknown": "Too few pairs of runs to tell. Looked for: change of {outcome} under {setting}.",
    "unchanged": "No change of {outcome} under {setting} in any of {pairs} pairs.",
    "slight": "A trifle. Change of {outcome} under {setting}: {difference}.",
    "unclear": "Cannot be told. Change of {outcome} under {setting}: {difference}, which covers zero.",
}
"""What is said where a study has no words of its own for it."""


@dataclass(frozen=True)
class Answer:
    """A sentence on one topic, and the rows of the table of numbers it was read from."""

    topic: str
    text: str
    condition: str
    rows: tuple[int, ...]


def fault_of(template: str, of_many: bool) -> str:
    """What is wrong with a sentence of a study; empty where nothing is."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        return str(error)
    allowed = FIELDS_OF_MANY if of_many else FIELDS
    for literal, field, form, conversion in parts:
        if any(letter.isdigit() for letter in literal):
            return f"given {literal.strip()!r}, allowed: no digits, for numbers come from the table"
        if field is not None and (field not in allowed or form or conversion):
            return f"given {{{field}}}, allowed: {', '.join(f'{{{name}}}' for name in allowed)}"
    return ""


def condition_of(row: Mapping[str, Any]) -> str:
    """What kind of difference a row holds: unknown, unchanged, unclear, slight, rises or falls."""
    if row["low"] != row["low"]:
        return "unknown"
    if all(_scaled(row, row[end])[0] == "0" for end in ("difference", "low", "high")):
        return "unchanged"
    if row["low"] <= 0 <= row["high"]:
        return "unclear"
    unit, level = _unit(str(row["outcome"])), row["mean_reference"]
    if is_negligible({"unit": unit, "difference": row["difference"], "mean_reference": level}):
        return "slight"
    return "rises" if row["difference"] > 0 else "falls"


def answer(study: StandardStudy, numbers: Numbers, finding: FindingSection) -> Answer:
    """What the table says on the topic of ``finding``."""
    table = numbers.table
    rows = table[(table["comparison"] == finding.comparison) & (table["outcome"] == finding.outcome)]
    if finding.setting is not None:
        rows = rows[rows["setting"] == say(finding.setting)]
    found = rows_of(rows)
    if not found:
        return Answer(finding.topic, "No pair of runs was finished.", "unknown", ())
    numbered = tuple(int(row["row"]) for row in found)
    if finding.setting is None:
        condition, text = _of_many(study, finding, found)
    else:
        condition = condition_of(found[0])
        template = getattr(finding, condition, None) or USUAL[condition]
        text = template.format(**_fields(study, found[0]))
    return Answer(finding.topic, sentence(text), condition, numbered)


def _of_many(
    study: StandardStudy, finding: FindingSection, rows: Sequence[dict[str, Any]]
) -> tuple[str, str]:
    rows = sorted(rows, key=lambda row: -abs(row["difference"]))
    clear = [row for row in rows if condition_of(row) in OF_ONE]
    said = [_fields(study, row) for row in clear]
    listed = in_words([f"{one['setting']} {one['difference']}" for one in said])
    counts = {"count": len(rows), "clear": len(clear), "list": listed}
    condition = "some" if clear else "none"
    fields = {**_fields(study, (clear or rows)[0]), **counts}
    return condition, str(getattr(finding, condition)).format(**fields)


def _fields(study: StandardStudy, row: Mapping[str, Any]) -> dict[str, str]:
    name, lever = str(row["outcome"]), str(row["lever"])
    unit = _scaled(row, 0.0)[1]
    ends = sorted((abs(row["low"]), abs(row["high"])))
    if row["low"] < 0 < row["high"]:
        ends = [row["low"], row["high"]]
    return {
        "setting": study.words_of(lever, str(row["setting"])),
        "reference": study.words_of(lever, str(row["reference"])),
        "outcome": measure_of(name).words,
        "difference": f"{_scaled(row, row['difference'], True)[0]}{unit} "
        f"({_scaled(row, row['low'])[0]} to {_scaled(row, row['high'])[0]})",
        "size": f"{_scaled(row, abs(row['difference']))[0]}{unit} "
        f"({_scaled(row, ends[0])[0]} to {_scaled(row, ends[1])[0]})",
        "pairs": f"{row['pairs']}",
        "seeds": f"{row['seeds']}",
        **{key: _level(name, float(row[column])) for key, column in LEVELS.items()},
    }


def _scaled(row: Mapping[str, Any], value: float, signed: bool = False) -> tuple[str, str]:
    """A value in figures, and the unit: money in millions where the difference of ``row`` is less than a
    billion.
    """
    measure = measure_of(str(row["outcome"]))
    if not measure.unit.startswith("bn USD"):
        unit = f" {measure.unit_of_change}".rstrip()
        return measure.show(value, signed), unit
    divisor, word = money_scale(abs(float(row["difference"])))
    rate = " a year" if measure.unit.endswith("/year") else ""
    return show_number(value / divisor, signed), f" {word} USD{rate}"


def _level(name: str, value: float) -> str:
    measure = measure_of(name)
    if not has_level(name):
        return "no level"
    return f"{measure.show(value)}{measure.unit if measure.unit == '%' else f' {measure.unit}'}".rstrip()


def _unit(column: str) -> str:
    """The unit of a column as the tables have it."""
    outcomes = [one for one in (*OUTCOMES, *COUNTRY_OUTCOMES) if column.startswith(one.name)]
    return max(outcomes, key=lambda one: len(one.name)).unit if outcomes else ""
