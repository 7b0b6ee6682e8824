"""A study from file to page: its sweep is played or gone on with, then compared, drawn and told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from experiments.analysis.study import Study, open_study
from experiments.figures.study import StudyFigure, draw_study
from experiments.results import ResultsError
from experiments.studies.numbers import Numbers, compare_all
from experiments.studies.page import page_of, render
from experiments.studies.sentences import Answer, answer
from experiments.studies.standard_study import StandardStudy
from experiments.sweep.folder import read_rounds

RUNS, FIGURES = "sweep", "figures"
PAGES = {"study.html": "study.html.jinja", "study.md": "study.md.jinja"}
NUMBERS = "numbers.csv"


@dataclass(frozen=True)
class Told:
    """What a study found and where it is written."""

    answers: tuple[Answer, ...]
    numbers: Numbers
    figures: tuple[StudyFigure, ...]
    pages: tuple[Path, ...]
    failed: int


def tell(study: StandardStudy, folder: Path, command: str) -> Told:
    """Compare, draw and tell what the sweep in ``folder`` found; writes ``study.html``, ``study.md``,
    ``numbers.csv`` and ``figures/`` there.

    Raises ``AnalysisError`` where runs make no pairs, ``ResultsError`` where the folder cannot be written.
    """
    runs: Study = open_study(folder / RUNS)
    rounds = read_rounds(folder / RUNS)
    numbers = compare_all(study, runs)
    answers = [answer(study, numbers, finding) for finding in study.keys.findings]
    try:
        figures = draw_study(study, runs, rounds, numbers, folder / FIGURES)
        numbers.table.to_csv(folder / NUMBERS, index=False)
        page = page_of(study, runs, numbers, answers, figures, command)
        for name, template in PAGES.items():
            partial = folder / f".{name}.partial"
            partial.write_text(render(page, template), encoding="utf-8")
            os.replace(partial, folder / name)  # noqa: PTH105 (atomic, and the same on every system)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None
    written = (*(folder / name for name in PAGES), folder / NUMBERS)
    return Told(tuple(answers), numbers, tuple(figures), written, runs.failed)
