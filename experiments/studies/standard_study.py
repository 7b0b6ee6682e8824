"""A study: a question put to a design of experiments, and how its answer is said; from one TOML file.

>>> study = read_study("canada_waits")                                     # doctest: +SKIP
>>> study.design.levers[0].name                                            # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.studies.schema import ComparisonSection, FigureSection, FindingSection, StudySchema
from experiments.studies.sentences import CONDITIONS, OF_MANY, OF_ONE, fault_of
from experiments.sweep.checking import validated
from experiments.sweep.design import LIBRARY as DESIGNS
from experiments.sweep.design import Design, read_design
from experiments.sweep.factor import DesignError, say
from experiments.sweep.measured import outcome_families
from world.premise.reading import find_named, in_order, read_toml
from world.scenario import ScenarioError

LIBRARY = Path(__file__).resolve().parent / "table"
SMALL = "_small"
NEEDED = {"effects": {"comparison"}, "course": {"comparison", "outcome"}, "map": {"x", "y", "outcome"}}
"""What a figure of each kind must name."""


@dataclass(frozen=True)
class StandardStudy:
    """A checked study: its keys, the design that is played, and whether that is the small one."""

    key: str
    keys: StudySchema
    design: Design
    is_small: bool

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What may be compared: columns of the design, and outcomes by mineral as means over minerals."""
        return (*self.design.outcomes, *outcome_families(self.design.outcomes))

    def words_of(self, lever: str, setting: str) -> str:
        """A setting within a sentence."""
        from experiments.analysis.wording import setting_in_words

        return self.keys.words.get(lever, {}).get(setting) or setting_in_words(setting)


def list_studies() -> list[tuple[str, str]]:
    """Name and question of each study of the library."""
    found = ((path.stem, read_toml(path)) for path in sorted(LIBRARY.glob("*.toml")))
    return [(name, str(keys.get("question", ""))) for name, keys in found]


def read_study(name_or_path: str | Path, small: bool = False) -> StandardStudy:
    """Read and check a study with its design, or with the small one of the same name.

    Raises
    ------
    DesignError
        One line: file, key, what was given, what is allowed.
    """
    path = find_named(name_or_path, LIBRARY, "study", ("no such study", DesignError))
    try:
        keys = validated(StudySchema, read_toml(path), path.name)
    except ScenarioError as error:
        raise DesignError(str(error)) from None
    design = _design(path, keys.design, small)
    study = StandardStudy(path.stem, keys, design, small)
    for fault in _faults(study):
        raise DesignError(f"{path.name}: {fault} (design {design.origin})")
    return study


def _design(study: Path, given: str, small: bool) -> Design:
    """The design of the library that ``given`` names, or the file beside the study; of two, the small one."""
    stem = given.removesuffix(".toml")
    named = f"{stem}{SMALL}" if small else stem
    folder = study.parent if given.endswith(".toml") else DESIGNS
    if not (folder / f"{named}.toml").is_file():
        what = f"--small needs the design {named}" if small else f"given {given!r}"
        known = sorted(path.stem for path in folder.glob("*.toml"))
        raise DesignError(f"{study.name}: design: {what}{in_order(named, known)}")
    return read_design(folder / f"{named}.toml")


def _faults(study: StandardStudy) -> Iterator[str]:
    """What the study names and its design does not have, and sentences that cannot be filled in."""
    for name, comparison in study.keys.comparisons.items():
        yield from (f"comparisons.{name}.{fault}" for fault in _comparison_faults(study, comparison))
    for number, finding in enumerate(study.keys.findings, 1):
        where = f"finding {number} ({finding.topic})"
        yield from (f"{where}: {fault}" for fault in _names_faults(study, finding))
        yield from (f"{where}: {fault}" for fault in _sentence_faults(finding))
    for number, figure in enumerate(study.keys.figures, 1):
        yield from (f"figure {number}: {fault}" for fault in _figure_faults(study, figure))


def _names_faults(study: StandardStudy, finding: FindingSection) -> Iterator[str]:
    known = study.keys.comparisons
    compared = known.get(finding.comparison)
    if compared is None:
        yield f"comparison: given {finding.comparison!r}{in_order(finding.comparison, known)}"
        return
    if finding.outcome not in compared.outcomes:
        yield f"outcome: given {finding.outcome!r}{in_order(finding.outcome, compared.outcomes)}"
    if finding.setting is not None:
        setting, allowed = say(finding.setting), _settings(study, compared)
        if setting not in allowed:
            yield f"setting: given {setting!r}{in_order(setting, allowed)}"


def _sentence_faults(finding: FindingSection) -> Iterator[str]:
    of_many = finding.setting is None
    needed, others = (OF_MANY, OF_ONE) if of_many else (OF_ONE, OF_MANY)
    for condition in CONDITIONS:
        sentence = getattr(finding, condition)
        if sentence is None and condition in needed:
            yield f"{condition}: missing"
        elif sentence is not None and condition in others:
            how = "without" if of_many else "with"
            yield f"{condition}: given {how} a setting, allowed: {', '.join(needed)}"
        elif sentence is not None and (fault := fault_of(sentence, of_many)):
            yield f"{condition}: {fault}"


def _comparison_faults(study: StandardStudy, comparison: ComparisonSection) -> Iterator[str]:
    factors = {factor.name: factor for factor in study.design.factors}
    named: list[tuple[str, str, Any]] = [
        ("reference", comparison.lever, comparison.reference),
        *(("settings", comparison.lever, setting) for setting in comparison.settings or ()),
        *(("where", name, setting) for name, setting in comparison.where.items()),
    ]
    for key, name, setting in named:
        if name not in factors or not factors[name].values:
            listed = [factor.name for factor in factors.values() if factor.values]
            yield f"{'lever' if key != 'where' else key}: given {name!r}{in_order(name, listed)}"
            return
        known = [say(value) for value in factors[name].values]
        if say(setting) not in known:
            yield f"{key}: given {say(setting)!r}{in_order(say(setting), known)}"
    for outcome in comparison.outcomes:
        if outcome not in study.outcomes:
            yield f"outcomes: given {outcome!r}{in_order(outcome, study.outcomes)}"


def _settings(study: StandardStudy, comparison: ComparisonSection) -> list[str]:
    """Settings that are held against the reference."""
    factor = next(one for one in study.design.factors if one.name == comparison.lever)
    every = [say(value) for value in comparison.settings or factor.values]
    return [setting for setting in every if setting != say(comparison.reference)]


def _figure_faults(study: StandardStudy, figure: FigureSection) -> Iterator[str]:
    needed = NEEDED[figure.kind]
    given = {name for name in FigureSection.model_fields if getattr(figure, name) is not None} - {"kind"}
    if missing := sorted(needed - given):
        yield f"{missing[0]}: missing, needed for kind {figure.kind}"
        return
    if extra := sorted(given - needed - ({"outcomes"} if figure.kind == "effects" else set())):
        yield f"{extra[0]}: given, allowed: {', '.join(sorted(needed))}"
    if figure.comparison is not None and figure.comparison not in study.keys.comparisons:
        yield f"comparison: given {figure.comparison!r}{in_order(figure.comparison, study.keys.comparisons)}"
        return
    if figure.kind == "course" and study.design.detail == "run":
        yield 'kind course needs outcomes.detail = "year" or "round" in the design'
    known = study.keys.comparisons[figure.comparison].outcomes if figure.comparison else study.outcomes
    for outcome in [*(figure.outcomes or ()), *([figure.outcome] if figure.outcome else ())]:
        if outcome not in known:
            yield f"outcome: given {outcome!r}{in_order(outcome, known)}"
    factors = [factor.name for factor in study.design.factors]
    for axis in (figure.x, figure.y):
        if axis is not None and axis not in factors:
            yield f"axis: given {axis!r}{in_order(axis, factors)}"
