"""A case of history: the model's fan over draws of parameters, and the points that were observed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.backtests.backtest import Backtest
from experiments.backtests.history import Series
from experiments.figures.theme import (
    DOMINANT,
    MEMBERS,
    KeyEntry,
    frame,
    new_figure,
    quarter_ticks,
    save,
    small_multiples,
    style,
)
from world.clock import Clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def write_fan(test: Backtest, folder: Path) -> list[Path]:
    """Write the figure of a case into a folder as PNG and SVG; nothing when the case names no series."""
    if not test.series or not test.lines:
        return []
    with style():
        return list(save(draw_fan(test), folder, test.case.name))


def draw_fan(test: Backtest) -> Figure:
    """One panel a series: median, middle half and middle 80% of the draws over what was observed."""
    columns = min(2, len(test.series))
    rows = -(-len(test.series) // columns)
    figure = new_figure(4.6 * columns, 1.4 + 2.5 * rows)
    passed = sum(score.passed for score in test.scores)
    title = f"{test.case.keys.get('name', test.case.name)}: {passed} of {len(test.scores)} criteria pass"
    key = (
        KeyEntry("median of draws", MEMBERS),
        KeyEntry("middle 50% and 80%", "#93bfe2", patch=True),
        KeyEntry("observed", DOMINANT),
    )
    observed = "; ".join(sorted({point.source for one in test.series for point in one.points}))
    source = f"Source: orebloc, {test.draws} draws of parameters; observed: {observed or 'no points'}."
    panels = small_multiples(figure, len(test.series), columns)
    for panel, series in zip(panels, test.series, strict=True):
        _draw_series(panel, test, series)
    frame(figure, title, source, key)
    figure.subplots_adjust(hspace=0.5, wspace=0.25)
    return figure


def _draw_series(panel: Axes, test: Backtest, series: Series) -> None:
    lines = test.lines[series.row.id]
    rounds = np.arange(lines.shape[1])
    known = np.isfinite(lines).any(axis=0)
    bands = np.full((5, len(rounds)), np.nan)
    bands[:, known] = np.nanquantile(lines[:, known], (0.1, 0.25, 0.5, 0.75, 0.9), axis=0)
    for low, high in ((0, 4), (1, 3)):
        panel.fill_between(rounds, bands[low], bands[high], color=MEMBERS, alpha=0.22, linewidth=0)
    panel.plot(rounds, bands[2], color=MEMBERS, lw=1.6)
    if series.points:
        where, what = zip(*((point.round, point.value) for point in series.points), strict=True)
        panel.plot(where, what, "o", color=DOMINANT, ms=4, mec="white", mew=0.6, clip_on=False)
    clock = test.case.clock
    panel.axvline(clock.zero_round, color="#9aa3ad", lw=0.8, ls=":")
    quarter_ticks(panel, rounds.tolist(), _names(rounds.tolist(), clock.start, clock.rounds_per_year))
    if series.logarithmic:
        panel.set_yscale("log")
    panel.set_title(series.label)


def _names(rounds: Sequence[int], start: str, rounds_per_year: int) -> list[str]:
    return [Clock(rounds_per_year, start).name(number) for number in rounds]
