"""Outcomes, factors and numbers of a sweep in words: what tables, titles and axes of all analyses share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.comparison_words import NO_LEVEL, unit_in_words
from experiments.figures.naming import mineral_word, the_country
from experiments.outcomes import COUNTRY_OUTCOMES, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

FIGURES = 3


class Measure(NamedTuple):
    """An outcome for readers: its words, the unit it is shown in, and the factor to that unit."""

    words: str
    unit: str
    scale: float

    @property
    def unit_of_change(self) -> str:
        """The unit of a difference: shares change by points."""
        return "points" if self.unit == "%" else self.unit

    def show(self, value: float, signed: bool = False) -> str:
        """A value of the outcome in the unit shown, without the unit."""
        return show_number(self.scale * value, signed)

    def interval(self, low: float, high: float) -> str:
        """``0.12 to 0.31``."""
        return f"{self.show(low)} to {self.show(high)}"


def measure_of(column: str) -> Measure:
    """The outcome of a column such as ``dominant_share_ndpr`` or ``country_welfare_CAN``; one by mineral
    without its mineral is a mean over minerals, an unknown one keeps its name.
    """
    for outcome in OUTCOMES:
        mineral = column.removeprefix(f"{outcome.name}_")
        if column == outcome.name or (outcome.by_mineral and mineral != column):
            words = f"{outcome.words} of {mineral_word(mineral)}" if column != outcome.name else outcome.words
            if column == outcome.name and outcome.by_mineral:
                words = f"mean {words}"
            return Measure(words, *unit_in_words(outcome.unit))
    for outcome in COUNTRY_OUTCOMES:
        country = column.removeprefix(f"{outcome.name}_")
        if country != column:
            return Measure(f"{outcome.words} of {the_country(country)}", *unit_in_words(outcome.unit))
    return Measure(column.replace("_", " "), "", 1.0)


def has_level(column: str) -> bool:
    """Whether a value of the outcome means anything by itself: surplus is counted from an arbitrary level."""
    return column not in NO_LEVEL and not column.startswith("country_welfare_")


def setting_in_words(value: Any) -> str:
    """A setting of a factor in a few characters: ``0.3``, ``5e+09``, ``passive``."""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    try:
        number = float(value)
    except ValueError:
        return str(value)
    return f"{number:.4g}"


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table by name of column."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def show_number(value: float, signed: bool = False) -> str:
    """Three figures, ``-`` for none; never ``-0``."""
    if not math.isfinite(value):
        return "-"
    if value == 0 or abs(value) < 1e-12:
        return "0"
    rounded = abs(float(f"{value:.{FIGURES - 1}e}"))
    decimals = max(0, FIGURES - 1 - math.floor(math.log10(rounded)))
    words = f"{value:{'+' if signed else ''},.{min(decimals, 6)}f}"
    return "0" if float(words.replace(",", "")) == 0 else words


def factor_in_words(name: str) -> str:
    """The name of a factor within a sentence."""
    return name.replace("_", " ")
