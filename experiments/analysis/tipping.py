"""Tipping maps: an outcome over two levers, with what is uncertain about it and where the zone stands.

A cell holds all runs with one pair of settings. Its mean has a 95% t interval (over seeds, and over points
where those were drawn, see ``experiments.intervals``); its difference from the first cell is paired run for
run where the sweep allows it. The zone stands in a cell when most of its runs end with members; whether
"most" is certain is judged by Wilson's 95% interval of that part. That is what became of the zone in the
runs. Whether anyone would still gain by changing sides is another question: where the design keeps
``would_leave`` and ``would_join``, a cell is stable when in most of its runs nobody would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.study import AnalysisError, Study, is_ordered
from experiments.analysis.wording import has_level, setting_in_words
from experiments.intervals import CONFIDENCE, clustered_interval
from experiments.sweep.factor import say
from experiments.sweep.measured import STABILITY_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweep.factor import Factor

ZONE_SIZE = "members_at_end"
LEAST_MEMBERS = 2
MOST_CELLS, BINS = 12, 6
LEAST_RUNS = 2
NORMAL = 1.959964
"""Half the width of a 95% normal interval, in standard errors."""


@dataclass(frozen=True)
class TippingMap:
    """An outcome over the settings of two levers.

    x, y : names of the levers; x_settings, y_settings : their settings (or parts of a range) in order
    cells : a row a cell: ``x``, ``y`` (places from 0), ``runs``, ``mean``, ``low``, ``high``, ``difference``
        from the first cell with ``difference_low`` and ``difference_high``, ``clear`` (its interval leaves
        out zero); where the sweep kept the size of the zone ``stands_share``, ``stands_low``,
        ``stands_high``, ``stands``, ``stands_clear``; where it kept who would change sides the same of
        ``stable``: nobody would
    paired : differences are taken run for run
    least_members : members, the leader among them, from which a zone stands
    """

    label: str
    outcome: str
    x: str
    y: str
    x_settings: tuple[str, ...]
    y_settings: tuple[str, ...]
    cells: pd.DataFrame
    paired: bool
    least_members: int

    @property
    def shows_differences(self) -> bool:
        """The outcome has no level that means anything, so that differences from the first cell are shown."""
        return not has_level(self.outcome)

    @property
    def knows_zone(self) -> bool:
        """The sweep kept the size of the zone."""
        return "stands" in self.cells.columns

    @property
    def knows_stability(self) -> bool:
        """The sweep kept who would change sides."""
        return "stable" in self.cells.columns


def map_tipping(study: Study, x: str, y: str, outcome: str, least_members: int = LEAST_MEMBERS) -> TippingMap:
    """The map of ``outcome`` over the factors ``x`` and ``y``; all other factors vary within its cells.

    Raises ``AnalysisError`` for unknown names, and where cells hold no or too few runs.
    """
    import pandas as pd

    study.check_outcome(outcome)
    across, up = study.factor(x), study.factor(y)
    if x == y:
        raise AnalysisError(f"{study.folder}: --x and --y are both {x!r}, allowed: two different factors")
    runs = study.runs[study.runs[outcome].notna()].copy()
    runs["x_place"], x_settings = _places(study, across)
    runs["y_place"], y_settings = _places(study, up)
    runs["partner"] = _partners(study, (x, y)).loc[runs.index]
    _check_cells(study, runs, x_settings, y_settings, (x, y))
    paired = _is_paired(runs)
    first = runs[(runs["x_place"] == 0) & (runs["y_place"] == 0)]
    rows: list[dict[str, Any]] = []
    for _, cell in runs.groupby(["x_place", "y_place"], sort=True):
        row = {"x": cell["x_place"].iloc[0], "y": cell["y_place"].iloc[0], "runs": len(cell)}
        row |= _level(cell, outcome, study.points_drawn)
        row |= _difference(cell, first, outcome, study.points_drawn if paired else None)
        if ZONE_SIZE in study.outcomes:
            row |= _majority("stands", cell[ZONE_SIZE] >= least_members, cell, study.points_drawn)
        if set(STABILITY_COLUMNS) <= set(study.outcomes):
            moves = cell[list(STABILITY_COLUMNS)].sum(axis=1, skipna=False)
            row |= _majority("stable", moves.dropna() == 0, cell, study.points_drawn)
        rows.append(row)
    return TippingMap(
        study.label, outcome, x, y, x_settings, y_settings, pd.DataFrame(rows), paired, least_members
    )


def _places(study: Study, factor: Factor) -> tuple[pd.Series, tuple[str, ...]]:
    """The place of each run along the axis, and the words of the places."""
    import pandas as pd

    column = study.runs[factor.name]
    if factor.values or column.nunique() <= MOST_CELLS:
        values: list[Any] = list(factor.values) or sorted(column.unique())
        if factor.values and is_ordered(factor):
            values = sorted(values)
        settings = [say(value) for value in values if say(value) in set(map(say, column))]
        order = {setting: place for place, setting in enumerate(settings)}
        return column.map(lambda value: order[say(value)]), tuple(map(setting_in_words, settings))
    ends = np.linspace(factor.low, factor.high, BINS + 1)
    if factor.scale == "log":
        ends = np.geomspace(factor.low, factor.high, BINS + 1)
    place = np.clip(np.searchsorted(ends, column.to_numpy(float), side="right") - 1, 0, BINS - 1)
    words = tuple(f"{low:.3g} to {high:.3g}" for low, high in pairwise(ends))
    return pd.Series(place, column.index), words


def _partners(study: Study, levers: tuple[str, str]) -> pd.Series:
    """A number for the settings of all other factors, by which runs of different cells are partners."""
    import pandas as pd

    others = [factor.name for factor in study.design.factors if factor.name not in levers]
    if not others:
        return pd.Series(0, study.runs.index)
    return study.runs.groupby(others, sort=True).ngroup()


def _check_cells(
    study: Study, runs: pd.DataFrame, across: tuple[str, ...], up: tuple[str, ...], levers: tuple[str, str]
) -> None:
    counts = runs.groupby(["x_place", "y_place"]).size()
    cells = len(across) * len(up)
    if len(across) < 2 or len(up) < 2:
        flat = levers[0] if len(across) < 2 else levers[1]
        raise AnalysisError(f"{study.folder}: {flat} has one setting in this sweep, needed: two or more")
    filled = int((counts >= LEAST_RUNS).sum())
    if filled < cells:
        raise AnalysisError(
            f"{study.folder}: {cells - filled} of {cells} cells of {levers[0]} x {levers[1]} hold fewer than "
            f'{LEAST_RUNS} runs; give more seeds, more points, or [sampling] kind = "full" with values'
        )


def _is_paired(runs: pd.DataFrame) -> bool:
    """Whether most runs of the first cell have one partner, with the same seed, in every other cell."""
    if runs.duplicated(["x_place", "y_place", "partner", "seed"]).any():
        return False
    keys = {
        cell: set(zip(group["partner"], group["seed"], strict=True))
        for cell, group in runs.groupby(["x_place", "y_place"])
    }
    first = keys.get((0, 0), set())
    return all(len(first & others) >= max(LEAST_RUNS, 0.8 * len(first)) for others in keys.values())


def _level(cell: pd.DataFrame, outcome: str, points_drawn: bool) -> dict[str, float]:
    mean, low, high = clustered_interval(cell[outcome], cell["point"], cell["seed"], points_drawn)
    return {"mean": mean, "low": low, "high": high}


def _difference(
    cell: pd.DataFrame, first: pd.DataFrame, outcome: str, points_drawn: bool | None
) -> dict[str, float | bool]:
    """Paired, unless ``points_drawn`` is None."""
    if points_drawn is not None:
        both = (
            cell.set_index(["partner", "seed"])[[outcome]]
            .join(first.set_index(["partner", "seed"])[outcome].rename("first"), how="inner")
            .reset_index()
        )
        changes = both[outcome] - both["first"]
        middle, low, high = clustered_interval(changes, both["partner"], both["seed"], points_drawn)
    else:
        middle, low, high = _unpaired(cell[outcome].to_numpy(float), first[outcome].to_numpy(float))
    clear = bool(low > 0 or high < 0)
    return {"difference": middle, "difference_low": low, "difference_high": high, "clear": clear}


def _unpaired(here: np.ndarray[Any, Any], there: np.ndarray[Any, Any]) -> tuple[float, float, float]:
    """Welch's interval."""
    from scipy.stats import ttest_ind

    middle = float(here.mean() - there.mean())
    if np.ptp(here) == 0 and np.ptp(there) == 0:
        return middle, middle, middle
    ends = ttest_ind(here, there, equal_var=False).confidence_interval(CONFIDENCE)
    return middle, float(ends.low), float(ends.high)


def _majority(name: str, holds: pd.Series, cell: pd.DataFrame, points_drawn: bool) -> dict[str, float | bool]:
    """In what part of the runs of a cell something ``holds``, and whether that is most of them. Wilson's
    interval counts what is independent: points that were drawn, else seeds.
    """
    share = float(holds.mean())
    points, seeds = cell["point"].nunique(), cell["seed"].nunique()
    count = points if (points_drawn and points > 1) or seeds == 1 else seeds
    shrink = 1 + NORMAL**2 / count
    middle = (share + NORMAL**2 / (2 * count)) / shrink
    half = NORMAL / shrink * math.sqrt(share * (1 - share) / count + (NORMAL / (2 * count)) ** 2)
    return {
        f"{name}_share": share,
        f"{name}_low": middle - half,
        f"{name}_high": middle + half,
        name: share > 0.5,
        f"{name}_clear": middle - half > 0.5 or middle + half < 0.5,
    }
