"""The figures of a study: the effects of a comparison, how one builds up over years, a map of levers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import seaborn as sns

from experiments.analysis.lever_comparison import LeverComparison
from experiments.analysis.study import AnalysisError, Study
from experiments.analysis.tipping import map_tipping
from experiments.analysis.tipping_words import find_tipping
from experiments.analysis.wording import measure_of, rows_of
from experiments.figures import theme
from experiments.figures.differences import COLOURS
from experiments.figures.lever_effects import draw_lever
from experiments.figures.naming import sentence
from experiments.figures.tipping import draw_tipping
from experiments.studies.numbers import Numbers, compare, with_means
from experiments.sweep.course import course_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from experiments.studies.schema import FigureSection
    from experiments.studies.standard_study import StandardStudy


@dataclass(frozen=True)
class StudyFigure:
    """A figure that was written: the vector file and what it shows, for the page."""

    svg: Path
    title: str
    caption: str


def draw_study(
    study: StandardStudy, runs: Study, rounds: pd.DataFrame, numbers: Numbers, folder: Path
) -> list[StudyFigure]:
    """Draw the figures of ``study`` into ``folder`` as PNG and SVG, in order; one for which runs are missing,
    because they failed, is left out.

    ``rounds`` is the course of its runs, a row a year of each; it may be empty where no figure needs it.
    """
    drawn: list[StudyFigure] = []
    with theme.style():
        for number, keys in enumerate(study.keys.figures, 1):
            try:
                figure, title, caption = _draw(study, runs, rounds, numbers, keys)
            except AnalysisError:
                continue
            _, svg = theme.save(figure, folder, f"{number}-{keys.kind}")
            drawn.append(StudyFigure(svg, title, caption))
    return drawn


def _draw(
    study: StandardStudy, runs: Study, rounds: pd.DataFrame, numbers: Numbers, keys: FigureSection
) -> tuple[Figure, str, str]:
    if keys.kind == "map":
        return _map(study, runs, keys)
    if keys.comparison not in numbers.comparisons:
        raise AnalysisError(f"{runs.folder}: no pair of runs of {keys.comparison} was finished")
    if keys.kind == "effects":
        return _effects(study, numbers, keys)
    return _course(study, runs, rounds, keys)


def _effects(study: StandardStudy, numbers: Numbers, keys: FigureSection) -> tuple[Figure, str, str]:
    name = str(keys.comparison)
    found = in_words_of(study, numbers.comparisons[name])
    chosen = keys.outcomes or list(dict.fromkeys(found.table["outcome"]))
    shown = replace(found, table=found.table[found.table["outcome"].isin(chosen)])
    reference = shown.reference
    title = f"What changes against {reference}"
    caption = (
        f"Each point is the mean difference from {reference} over {_pairs(found.table)} pairs of runs that "
        "share seed and all other settings; the line is its 95% interval. Lines that cross zero tell nothing."
    )
    return draw_lever(shown), title, caption


def _map(study: StandardStudy, runs: Study, keys: FigureSection) -> tuple[Figure, str, str]:
    found = map_tipping(with_means(runs), str(keys.x), str(keys.y), str(keys.outcome))
    named = replace(
        found,
        x_settings=tuple(study.words_of(found.x, setting) for setting in found.x_settings),
        y_settings=tuple(study.words_of(found.y, setting) for setting in found.y_settings),
    )
    caption = "Hatched cells are not certain; the line under the figure says how that is judged."
    return draw_tipping(named), find_tipping(named), caption


def _course(
    study: StandardStudy, runs: Study, rounds: pd.DataFrame, keys: FigureSection
) -> tuple[Figure, str, str]:
    """Differences from the reference year by year: a line a setting, its 95% interval as a band."""
    comparison, outcome = study.keys.comparisons[str(keys.comparison)], str(keys.outcome)
    table = course_of_differences(study, runs, rounds, keys)
    measure = measure_of(outcome)
    settings = list(dict.fromkeys(table["setting"]))
    reference = study.words_of(comparison.lever, str(table["reference"].iloc[0]))
    title = _course_title(study, comparison.lever, table)
    figure = theme.new_figure(9.0, 4.4)
    colours = {setting: COLOURS[place % len(COLOURS)] for place, setting in enumerate(settings)}
    key = [
        theme.KeyEntry(study.words_of(comparison.lever, setting), colours[setting]) for setting in settings
    ]
    source = (
        f"Source: orebloc simulation, {runs.label}; differences from {reference} in pairs of runs with the "
        "same seed and other settings; bands are 95% t intervals."
    )
    theme.frame(figure, title, source, key)
    panel = figure.subplots()
    for setting, rows in table.groupby("setting", sort=False):
        years, scale = rows["year"].to_numpy(), measure.scale
        panel.fill_between(
            years,
            scale * rows["low"],
            scale * rows["high"],
            color=colours[str(setting)],
            alpha=0.18,
            linewidth=0,
        )
        theme.draw_line(panel, years, scale * rows["difference"].to_numpy(), color=colours[str(setting)])
    panel.axhline(0, color=theme.FLOOR, linewidth=0.8)
    panel.set_xticks(sorted(set(table["year"])))
    panel.set_ylabel(f"change, {measure.unit_of_change}" if measure.unit else "change")
    sns.despine(ax=panel)
    caption = (
        f"Each line is the mean difference over {_pairs(table)} pairs of runs, the band its 95% interval."
    )
    return figure, title, caption


def _course_title(study: StandardStudy, lever: str, table: pd.DataFrame) -> str:
    """The differences of the last year, of two settings at most."""
    last = rows_of(table[table["year"] == table["year"].max()])
    measure = measure_of(str(last[0]["outcome"]))
    said = [
        f"{study.words_of(lever, str(row['setting']))} {measure.show(row['difference'], signed=True)} "
        f"({measure.interval(row['low'], row['high'])})"
        for row in last[:2]
    ]
    unit = f", {measure.unit_of_change}" if measure.unit else ""
    reference = study.words_of(lever, str(last[0]["reference"]))
    return sentence(f"{measure.words}{unit}, in {last[0]['year']} against {reference}: {'; '.join(said)}")[
        :-1
    ]


def course_of_differences(
    study: StandardStudy, runs: Study, rounds: pd.DataFrame, keys: FigureSection
) -> pd.DataFrame:
    """A row a setting and ``year``: columns as those of ``LeverComparison.table``."""
    import pandas as pd

    comparison = study.keys.comparisons[str(keys.comparison)].model_copy(
        update={"outcomes": [str(keys.outcome)]}
    )
    known = [name for name in course_columns(runs.design.outcomes) if name in rounds.columns]
    design = replace(runs.design, outcomes=tuple(known))
    parts = [
        compare(with_means(replace(runs, design=design, runs=part)), comparison).table.assign(year=year)
        for year, part in rounds.groupby("year", sort=True)
    ]
    return pd.concat(parts, ignore_index=True)


def in_words_of(study: StandardStudy, found: LeverComparison) -> LeverComparison:
    """The same comparison with settings as the study words them, which need no name of the lever."""
    table = found.table.copy()
    for column in ("setting", "reference"):
        table[column] = [study.words_of(found.lever, str(value)) for value in table[column]]
    settings = tuple(study.words_of(found.lever, setting) for setting in found.settings)
    return replace(found, lever="", reference=settings[0], settings=settings, table=table)


def _pairs(table: pd.DataFrame) -> str:
    counts: list[Any] = [row["pairs"] for row in rows_of(table)]
    return f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
