"""What a sweep varies: one lever or one uncertainty, where it acts and what it may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

Value = float | int | bool | str
SCENARIO = "scenario"
"""Target of a factor whose values are whole scenarios."""


class DesignError(ValueError):
    """A design that cannot be used: one line with file, key, what was given and what is allowed."""


@dataclass(frozen=True)
class Factor:
    """One column of a sweep.

    Attributes
    ----------
    name : of the column
    target : dotted key of the scenario; ``scenario`` for whole scenarios; empty where each value sets keys
        of its own
    low, high : range of a number; NaN for a factor with ``values``
    values : what it may be, by name where the design names them; empty for a range
    scale : ``linear`` or ``log``: on which a range is sampled
    is_lever : a choice of policy (true) or of nature
    meanings : what the scenario gets for a value that the design names
    is_whole : a range of whole numbers
    """

    name: str
    target: str
    low: float = math.nan
    high: float = math.nan
    values: tuple[Value, ...] = ()
    scale: str = "linear"
    is_lever: bool = True
    meanings: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def is_categorical(self) -> bool:
        """Has values rather than a range."""
        return bool(self.values)

    def at(self, part: float) -> Value:
        """The value at ``part`` (0 to 1) of the range, or the one of the values that holds that part."""
        if self.values:
            return self.values[min(int(part * len(self.values)), len(self.values) - 1)]
        if self.is_whole:
            steps = int(self.high) - int(self.low)
            return int(self.low) + min(int(part * (steps + 1)), steps)
        if self.scale == "log":
            found = math.exp(math.log(self.low) + part * (math.log(self.high) - math.log(self.low)))
        else:
            found = self.low + part * (self.high - self.low)
        return min(max(found, self.low), self.high)

    def levels(self, count: int) -> tuple[Value, ...]:
        """The values, or ``count`` evenly spaced ones of the range from end to end."""
        if self.values:
            return self.values
        if self.is_whole and count > self.high - self.low:
            return tuple(range(int(self.low), int(self.high) + 1))
        found = [self.at(number / (count - 1)) for number in range(count)] if count > 1 else [self.low]
        return tuple(dict.fromkeys(found))

    def settings(self, value: Value) -> dict[str, Any]:
        """The dotted keys of the scenario that ``value`` sets; none where it is a scenario itself."""
        if self.target == SCENARIO:
            return {}
        if not self.target:
            return dict(self.meanings[str(value)])
        return {self.target: self.meanings.get(value, value) if isinstance(value, str) else value}

    def scenario(self, value: Value) -> str:
        """Name or path of the scenario that ``value`` stands for."""
        return str(self.meanings.get(str(value), value))

    def accept(self, value: object) -> Value:
        """``value`` as one of this factor's own. Raises ``ValueError`` with what is allowed."""
        if self.values:
            for known in self.values:
                if known == value and isinstance(known, bool) == isinstance(value, bool):
                    return known
            raise ValueError(f"one of {', '.join(map(say, self.values))}")
        if not _is_number(value) or not self.low <= value <= self.high:
            raise ValueError(f"a number from {self.low:g} to {self.high:g}")
        if self.is_whole and value != int(value):
            raise ValueError(f"a whole number from {self.low:g} to {self.high:g}")
        return int(value) if self.is_whole else float(value)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def say(value: object) -> str:
    """A value as a design writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
