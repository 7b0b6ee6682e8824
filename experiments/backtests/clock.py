"""Time of a case: rounds, days, and the windows that criteria name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from world.axes import Array
from world.clock import first_month

WINDOWS = (
    "`before` (the year before `zero`, as far as the run reaches back), `after` (from `zero` on), "
    "`q3` or `q3..q6` (quarters from that of `zero`, which is q0; q-1 is the one before), `m1..m8` (months "
    "from that of `zero`, m0), "
    "`2014`, `2013..2015`, `2014-Q3`, `2014-05`, and any two of these with `..` between"
)
_POINT = re.compile(r"(?P<unit>[qm])(?P<count>-?\d+)|(?P<year>\d{4})(-Q(?P<quarter>[1-4])|-(?P<month>\d\d))?")


class WindowError(ValueError):
    """A window that cannot be read, or that lies outside the run; says what is allowed."""


@dataclass(frozen=True)
class Clock:
    """Rounds of a run on the calendar; months count from the year 0."""

    start: str
    rounds: int
    zero: date
    rounds_per_year: int = 4

    @property
    def months_a_round(self) -> int:
        """Length of a round."""
        return 12 // self.rounds_per_year

    @property
    def first_month(self) -> int:
        """Month in which round 0 begins."""
        return first_month(self.start)

    @property
    def zero_month(self) -> int:
        """Month of ``zero``."""
        return self.zero.year * 12 + self.zero.month - 1

    def round_of(self, month: int) -> int:
        """Round that holds a month."""
        return (month - self.first_month) // self.months_a_round

    @property
    def zero_round(self) -> int:
        """Round of ``zero``."""
        return self.round_of(self.zero_month)

    def quarters_from_zero(self, round_: float) -> float:
        """Quarters between the round of ``zero`` and another."""
        return (round_ - self.zero_round) * 4.0 / self.rounds_per_year

    @property
    def words(self) -> str:
        """First and last month of the run."""
        ends = self.first_month + self.months_a_round * self.rounds
        return f"{_month_words(self.first_month)} to {_month_words(ends - 1)}"

    def weights(self, window: str) -> Array:
        """(round,) part of each round that lies in a window.

        Raises
        ------
        WindowError
            If the words are no window, or it lies wholly or in part outside the run.
        """
        first, last = self._months(window)
        begins = self.first_month + self.months_a_round * np.arange(self.rounds)
        overlap = np.minimum(begins + self.months_a_round, last) - np.maximum(begins, first)
        ends = self.first_month + self.months_a_round * self.rounds
        if first >= last:
            raise WindowError("a window that ends after it begins")
        if first < self.first_month or last > ends:
            raise WindowError(f"a window within the run, {self.words}")
        return np.asarray(np.maximum(overlap, 0) / self.months_a_round)

    def _months(self, window: str) -> tuple[int, int]:
        """First month of a window and the first after it."""
        if window == "before":
            quarter = self.zero_month // 3 * 3
            return max(self.first_month, quarter - 12), quarter
        if window == "after":
            return self.zero_month, self.first_month + self.months_a_round * self.rounds
        opens, _, closes = window.partition("..")
        return self._point(opens)[0], self._point(closes or opens)[1]

    def _point(self, words: str) -> tuple[int, int]:
        found = _POINT.fullmatch(words)
        if found is None:
            raise WindowError(WINDOWS)
        if found["unit"] == "q":
            first = self.zero_month // 3 * 3 + 3 * int(found["count"])
            return first, first + 3
        if found["unit"] == "m":
            first = self.zero_month + int(found["count"])
            return first, first + 1
        year = int(found["year"]) * 12
        if found["quarter"]:
            first = year + 3 * (int(found["quarter"]) - 1)
            return first, first + 3
        if found["month"]:
            if not 1 <= int(found["month"]) <= 12:
                raise WindowError(WINDOWS)
            return year + int(found["month"]) - 1, year + int(found["month"])
        return year, year + 12


def _month_words(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"
