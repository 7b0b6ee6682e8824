"""The page of a study, as HTML that stands by itself and as Markdown: answers, figures, numbers, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.analysis.lever_words import is_clear
from experiments.analysis.wording import (
    factor_in_words,
    has_level,
    measure_of,
    rows_of,
    setting_in_words,
)
from experiments.comparison_words import needed_in_words
from experiments.figures.naming import in_words, mineral_in_words, quarter_in_words, sentence
from experiments.intervals import Precision
from experiments.provenance import code_fingerprint, data_fingerprint, software_version
from experiments.report import GLOSSARY, embedded, templates
from experiments.studies.numbers import Numbers
from experiments.studies.sentences import Answer
from experiments.sweep.factor import Factor, say

if TYPE_CHECKING:
    from experiments.analysis.study import Study
    from experiments.figures.study import StudyFigure
    from experiments.studies.standard_study import StandardStudy

BY_CHANCE = 0.05


class Page(NamedTuple):
    """What both forms of the page say."""

    name: str
    question: str
    span: str
    warnings: list[str]
    answers: Sequence[Answer]
    basis: str
    why: str
    figures: list[dict[str, str]]
    played: str
    factors: list[dict[str, str]]
    doubts: list[str]
    groups: list[dict[str, Any]]
    precision: str
    made: list[tuple[str, str]]
    design_text: str
    glossary: list[tuple[str, str]]


def page_of(
    study: StandardStudy,
    runs: Study,
    numbers: Numbers,
    answers: Sequence[Answer],
    figures: Sequence[StudyFigure],
    command: str,
) -> Page:
    """Everything that the page says, from the study, its runs and their numbers."""
    keys = study.keys
    return Page(
        name=keys.name,
        question=keys.question,
        span=_span(study),
        warnings=_warnings(study, runs, len(keys.figures) - len(figures)),
        answers=answers,
        basis=_basis(study, runs, numbers),
        why=" ".join(keys.why.split()),
        figures=[{"image": embedded(one.svg), "title": one.title, "caption": one.caption} for one in figures],
        played=_played(study, runs),
        factors=[_factor(study, factor) for factor in study.design.factors],
        doubts=[*_doubts(study, numbers), *(" ".join(line.split()) for line in keys.shows_not)],
        groups=[_group(study, numbers, name) for name in numbers.comparisons],
        precision=Precision().words,
        made=_made(runs, command),
        design_text=study.design.text,
        glossary=[(term, text.format(round=study.design.base.run.clock.word)) for term, text in GLOSSARY],
    )


def render(page: Page, template: str) -> str:
    """``page`` by a template: ``study.html.jinja`` or ``study.md.jinja``."""
    environment = templates(escape=template.endswith(".html.jinja"))
    return environment.get_template(template).render(page=page, rows_in_words=rows_in_words)


def rows_in_words(rows: Sequence[int]) -> str:
    """``row 3``, ``rows 3 to 7``."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    joined = list(rows) == list(range(rows[0], rows[-1] + 1))
    return f"rows {rows[0]} to {rows[-1]}" if joined else f"rows {', '.join(map(str, rows))}"


def _span(study: StandardStudy) -> str:
    run = study.design.base.run
    first, last = (quarter_in_words(run.clock.name(number)) for number in (0, run.rounds - 1))
    return f"{first} to {last}, {_minerals(study)}"


def _minerals(study: StandardStudy) -> str:
    given = study.design.base.run.minerals
    return "all minerals" if "*" in given else in_words([mineral_in_words(name) for name in given])


def _warnings(study: StandardStudy, runs: Study, left_out: int) -> list[str]:
    said = []
    if study.is_small:
        run = study.design.base.run
        said.append(
            f"The small version: {_minerals(study)}, {run.rounds} {run.clock.word}s. It shows that the study "
            "works, not what the world does; leave out --small for the whole."
        )
    if runs.failed:
        said.append(
            f"{runs.failed} of {len(runs.runs) + runs.failed} runs failed and are in no pair: what is told "
            "is told of the others."
        )
    if left_out:
        said.append(
            f"{left_out} of {len(study.keys.figures)} figures left out, for runs that they need failed."
        )
    return said


def _basis(study: StandardStudy, runs: Study, numbers: Numbers) -> str:
    pairs, seeds = numbers.table["pairs"], runs.runs["seed"].nunique()
    fewest, most = int(pairs.min()), int(pairs.max())
    count = f"{most}" if fewest == most else f"{fewest} to {most}"
    drawn = f" and {_draws(study, runs)} draws of what is not known" if runs.points_drawn else ""
    return (
        f"Simulated, not observed. Each number rests on {count} pairs of runs from {seeds} seeds{drawn}: the "
        "two runs of a pair meet the same shocks and differ in policy alone. Brackets hold 95% intervals of "
        f"the mean difference; money is in 2024 dollars a year. {_counted(study)}"
    )


def _counted(study: StandardStudy) -> str:
    if any(name.startswith("members_") and name != "members_at_end" for name in study.outcomes):
        return (
            f"Members, where their welfare or costs are added up, are the same {len(study.design.members)} "
            "countries in every run, whoever joins."
        )
    return ""


def _draws(study: StandardStudy, runs: Study) -> int:
    names = [factor.name for factor in study.design.uncertainties]
    return len(runs.runs[names].drop_duplicates()) if names else 1


def _played(study: StandardStudy, runs: Study) -> str:
    design = study.design
    points, seeds = runs.runs["point"].nunique(), len(design.seeds_of(0))
    each = "each draw with a seed of its own" if design.seed_each else f"each with {seeds} seeds"
    scenario = f" of the scenario {design.scenario}" if len(design.bases) == 1 else ""
    return (
        f"{len(runs.runs) + runs.failed} runs{scenario}: {points} settings, {each}; "
        f"{design.base.run.rounds} {design.base.run.clock.word}s each, {_minerals(study)}."
    )


def _factor(study: StandardStudy, factor: Factor) -> dict[str, str]:
    known = [study.words_of(factor.name, say(value)) for value in factor.values]
    ends = f"{setting_in_words(factor.low)} to {setting_in_words(factor.high)}"
    return {
        "name": factor_in_words(factor.name),
        "kind": "choice of policy" if factor.is_lever else "not known",
        "target": "whole scenarios" if factor.target == "scenario" else factor.target or "several keys",
        "settings": ", ".join(known) if known else ends,
    }


def _doubts(study: StandardStudy, numbers: Numbers) -> list[str]:
    count = len(numbers.table)
    said = [
        f"{count} differences were looked at. If none of them were real, some "
        f"{max(1, round(BY_CHANCE * count))} of their intervals would leave out zero by chance."
    ]
    varied = [factor for factor in study.design.uncertainties if not factor.values or len(factor.values) > 1]
    if varied:
        names = in_words([factor_in_words(factor.name) for factor in varied])
        said.append(
            f"Of what is not known of the world, {names} vary; all other parameters stand at their defaults, "
            "and intervals do not cover what is not known of those."
        )
    else:
        said.append(
            "All parameters stand at their defaults: intervals cover the luck of shocks, and not what is not "
            "known of how the world works, which is more (docs/validation.md)."
        )
    said.append("The model is not tuned to this question; how far it can be trusted is in docs/backtests.md.")
    return said


def _group(study: StandardStudy, numbers: Numbers, name: str) -> dict[str, Any]:
    keys, found = study.keys.comparisons[name], numbers.comparisons[name]
    reference = study.words_of(found.lever, found.reference)
    where = ", ".join(
        f"{factor_in_words(factor)} {study.words_of(factor, say(value))}"
        for factor, value in keys.where.items()
    )
    title = f"{factor_in_words(found.lever)} against {reference}{f', where {where}' if where else ''}"
    rows = rows_of(numbers.table[numbers.table["comparison"] == name])
    return {
        "title": sentence(title).rstrip("."),
        "reference": reference,
        "rows": [_row(study, row) for row in rows],
    }


def _row(study: StandardStudy, row: dict[str, Any]) -> dict[str, Any]:
    name = str(row["outcome"])
    measure = measure_of(name)
    level, before = (measure.show(row[key]) if has_level(name) else "-" for key in ("mean", "mean_reference"))
    known = row["low"] == row["low"]
    return {
        "row": row["row"],
        "setting": study.words_of(str(row["lever"]), str(row["setting"])),
        "outcome": measure.words,
        "unit": measure.unit or "-",
        "level": level,
        "level_reference": before,
        "difference": measure.show(row["difference"], signed=True),
        "is_clear": is_clear(row),
        "interval": measure.interval(row["low"], row["high"]) if known else "one pair only",
        "pairs": row["pairs"],
        "needed": needed_in_words(row),
    }


def _made(runs: Study, command: str) -> list[tuple[str, str]]:
    return [
        ("Command", command),
        ("Version", software_version()),
        ("Fingerprint of the code", code_fingerprint()),
        ("Fingerprint of the data", data_fingerprint()),
        ("Runs", str(runs.folder)),
    ]
