"""Time of a run: rounds of a quarter or of a month, on the calendar.

Rates and parameters are per year, delays in the tables are in quarters or months, and tonnes and dollars are
a round; what lies between is here. A delay that is drawn is drawn in quarters whatever the length of rounds,
so that a run of months and one of quarters live through the same world.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from world.policy.measures import Measure

RoundsPerYear = Literal[4, 12]
"""Rounds of a quarter, or of a month."""
PERIOD = r"^\d{4}-(Q[1-4]|0[1-9]|1[0-2])$"
"""How a quarter (2026-Q1) or a month (2026-03) is written."""


@dataclass(frozen=True)
class Clock:
    """``rounds_per_year`` rounds a year; ``start`` names the quarter or month in which round 0 begins.

    Raises
    ------
    ValueError
        If ``start`` is neither a quarter nor a month.
    """

    rounds_per_year: int = 4
    start: str = "2025-Q1"

    def __post_init__(self) -> None:
        first_month(self.start)

    @cached_property
    def first_month(self) -> int:
        """Month in which round 0 begins, counted from the year 0."""
        return first_month(self.start)

    @property
    def months(self) -> float:
        """Length of a round."""
        return 12.0 / self.rounds_per_year

    @property
    def quarter_rounds(self) -> int:
        """Rounds in a quarter."""
        return self.rounds_per_year // 4

    @property
    def word(self) -> str:
        """What a round is called."""
        return "quarter" if self.rounds_per_year == 4 else "month"

    def first_day(self, round_: int) -> date:
        """First day of a round."""
        month = self.first_month + round_ * (12 // self.rounds_per_year)
        return date(month // 12, month % 12 + 1, 1)

    def round_of(self, day: date) -> int:
        """Round that holds ``day``; negative before the start."""
        return (day.year * 12 + day.month - 1 - self.first_month) // (12 // self.rounds_per_year)

    def round_named(self, period: str) -> int:
        """Round in which a quarter or month begins."""
        month = first_month(period)
        return self.round_of(date(month // 12, month % 12 + 1, 1))

    def name(self, round_: int) -> str:
        """Quarter or month of a round, such as 2027-Q3 or 2027-08."""
        day = self.first_day(round_)
        if self.rounds_per_year == 4:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        return f"{day.year}-{day.month:02d}"

    def rounds(self, quarters: float) -> int:
        """Rounds in so many whole quarters."""
        return int(quarters) * self.quarter_rounds

    def quarter(self, round_: int) -> int:
        """Number of the quarter that holds a round, counted from the start."""
        return round_ // self.quarter_rounds

    def share_of_round(self, begins: date | None, ends: date | None, round_: int) -> float:
        """Share of the days of a round from ``begins`` to the day before ``ends``, 0 to 1; without an end (or
        a beginning) all later (earlier) days count.
        """
        opens, closes = self.first_day(round_), self.first_day(round_ + 1)
        first = opens if begins is None else max(begins, opens)
        last = closes if ends is None else min(ends, closes)
        return max((last - first).days, 0) / (closes - opens).days

    def share_in_force(self, measure: Measure, round_: int) -> float:
        """Share of the days of a round on which ``measure`` is in force, 0 to 1.

        Truces and renewals are not looked at: whether a measure is suspended is a matter of the world's
        state.
        """
        if measure.in_force is None:
            return 0.0
        return self.share_of_round(measure.in_force, measure.closes, round_)


def first_month(period: str) -> int:
    """First month of a quarter such as 2025-Q1, or a month such as 2025-03, counted from the year 0.

    Raises
    ------
    ValueError
        If ``period`` is neither.
    """
    found = re.fullmatch(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))", period)
    if found is None:
        raise ValueError(f"start: given {period!r}, allowed: a quarter such as 2025-Q1")
    year = int(found[1]) * 12
    return year + (3 * (int(found[2]) - 1) if found[2] else int(found[3]) - 1)


def per_round(share_a_quarter: float, quarter_rounds: int) -> float:
    """Share a round that comes to ``share_a_quarter`` over a quarter of so many rounds."""
    if quarter_rounds == 1:
        return share_a_quarter
    return 1.0 - float((1.0 - share_a_quarter) ** (1.0 / quarter_rounds))
