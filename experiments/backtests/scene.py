"""What measures may be asked about: countries, groups, goods, time. A case of history is such a scene."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping

from experiments.backtests.clock import Clock
from experiments.backtests.outcome import Good


class Scene(ABC):
    """The names of a world, the rest of the world among its codes."""

    @property
    @abstractmethod
    def codes(self) -> tuple[str, ...]:
        """All countries, the rest of the world last."""

    @property
    @abstractmethod
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Names for sets of countries that measures may use."""

    @property
    @abstractmethod
    def stages(self) -> Mapping[str, Collection[str]]:
        """Mineral -> stages that it has."""

    @property
    @abstractmethod
    def sector_shares(self) -> Mapping[str, Mapping[str, float]]:
        """Mineral -> sector -> part of use that goes there."""

    @property
    @abstractmethod
    def variants(self) -> tuple[str, ...]:
        """Names of the runs that may be compared."""

    @property
    @abstractmethod
    def home(self) -> str:
        """The country that is meant where none is named."""

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """Rounds on the calendar, the same in all variants."""

    def goods(self, words: str) -> tuple[Good, ...] | None:
        """The goods that words such as ``gallium``, ``nickel:ore`` or ``a+b`` name; refined metal of all
        minerals when blank; None when there is no such good.
        """
        found = []
        for name in words.split("+") if words else list(self.stages):
            mineral, _, stage = name.partition(":")
            stage = stage or "refined"
            if stage not in self.stages.get(mineral, ()):
                return None
            found.append((mineral, stage))
        return tuple(found)

    def places(self, words: str) -> tuple[frozenset[str], frozenset[str], str] | None:
        """Countries before and after ``>`` or ``/``, and the sign between; everyone when blank, None when a
        name is unknown.
        """
        sign = next((sign for sign in (">", "/") if sign in words), "")
        first, _, second = words.partition(sign) if sign else (words, "", "")
        found = [self._members(part) for part in (first, second)]
        if found[0] is None or found[1] is None:
            return None
        return found[0] or self.groups["world"], found[1], sign

    def _members(self, words: str) -> frozenset[str] | None:
        groups = {**self.groups, **{code: frozenset({code}) for code in self.codes}}
        names = [name for name in words.split("+") if name]
        if any(name not in groups for name in names):
            return None
        return frozenset().union(*(groups[name] for name in names))
