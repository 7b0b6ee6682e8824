"""The vocabulary of measures: what criteria may ask of a run, each by a small function with its meaning.

A measure gives a line over rounds; ``aggregate`` makes a number of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from experiments.backtests.outcome import Good, Outcome
from world.axes import Array


@dataclass(frozen=True)
class Target:
    """What a measure is asked about.

    where, other : countries before and after the ``>`` or ``/``; other is empty when only one is named
    origin : countries where goods were made, for measures of what is handed on; home when empty
    base : (round,) weights of the base window, for measures of a change
    against : the run of another variant, for measures that compare two
    """

    where: frozenset[str]
    other: frozenset[str]
    home: str
    segment: str
    goods: tuple[Good, ...]
    base: Array
    against: Outcome | None = None
    origin: frozenset[str] = frozenset()


Function = Callable[[Outcome, Target], Array]


@dataclass(frozen=True)
class Word:
    """One measure: its unit, what its ``where`` looks like (``X``, ``A>B`` or ``X/Y``), its segments with the
    usual one first; whether it is about goods, compares with another variant, and needs both places.
    """

    name: str
    unit: str
    ends: str
    meaning: str
    segments: tuple[str, ...]
    function: Function
    of_goods: bool = True
    against: bool = False
    both: bool = False

    def segments_with(self, sectors: Iterable[str]) -> tuple[str, ...]:
        """Segments in a case with these sectors."""
        fixed = tuple(name for name in self.segments if name != SECTOR)
        return fixed if fixed == self.segments else (*fixed, *sorted(sectors))


ONE, LANE, OVER = "X", "A>B", "X/Y"
SECTOR = "SECTOR"
"""Stands among segments for any sector of the case."""
WORDS: dict[str, Word] = {}


def word(
    unit: str,
    ends: str,
    segments: str = "",
    of_goods: bool = True,
    against: bool = False,
    both: bool = False,
) -> Callable[[Function], Function]:
    """Enter a function into the vocabulary under its name, its docstring as the meaning."""

    def enter(function: Function) -> Function:
        name = function.__name__
        meaning = " ".join((function.__doc__ or "").split())
        known = tuple(segments.split()) or ("",)
        WORDS[name] = Word(name, unit, ends, meaning, known, function, of_goods, against, both)
        return function

    return enter


def words() -> Mapping[str, Word]:
    """All measures by name."""
    from experiments.backtests import (  # noqa: F401  each enters its measures
        measures_of_accession,
        measures_of_policy,
        measures_of_prices,
        measures_of_sectors,
        measures_of_standing,
        measures_of_trade,
        measures_of_welfare,
    )

    return WORDS
