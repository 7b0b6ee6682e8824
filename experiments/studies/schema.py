"""Every key of a study, with its type; pydantic refuses what it does not know."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from experiments.sweep.design_schema import Identifier, Plain
from world.premise.schema import Section

Sentence = Annotated[str, Field(min_length=1)]
Words = Annotated[list[Sentence], Field(min_length=1)]


class ComparisonSection(Section):
    """Settings of a lever against one of them, run for run."""

    lever: str
    reference: Plain
    settings: list[Plain] | None = None
    where: dict[str, Plain] = Field(default_factory=dict)
    outcomes: Annotated[list[str], Field(min_length=1)]


class FindingSection(Section):
    """A sentence on one difference, or on those of all settings; which one is said depends on the numbers."""

    topic: str
    comparison: str
    outcome: str
    setting: Plain | None = None
    rises: Sentence | None = None
    falls: Sentence | None = None
    slight: Sentence | None = None
    unclear: Sentence | None = None
    unchanged: Sentence | None = None
    some: Sentence | None = None
    none: Sentence | None = None


class FigureSection(Section):
    """What is drawn: the effects of a comparison, how one of them builds up, or a map over two levers."""

    kind: Literal["effects", "course", "map"]
    comparison: str | None = None
    outcomes: Annotated[list[str], Field(min_length=1)] | None = None
    outcome: str | None = None
    x: str | None = None
    y: str | None = None


class StudySchema(Section):
    """A whole study."""

    name: str
    question: str
    why: Sentence
    design: str
    shows_not: Words
    words: dict[Identifier, dict[str, Sentence]] = Field(default_factory=dict)
    comparisons: Annotated[dict[Identifier, ComparisonSection], Field(min_length=1)]
    findings: Annotated[list[FindingSection], Field(min_length=1)]
    figures: Annotated[list[FigureSection], Field(min_length=1)]
