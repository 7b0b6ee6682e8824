"""Reading levers and uncertainties of a design, each value of each tried on the base scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from experiments.sweep.design_schema import FactorSection
from experiments.sweep.factor import SCENARIO, DesignError, Factor, Value
from world.parameters import load_parameters, nearest
from world.premise.words import schema_at
from world.scenario import Scenario, ScenarioError, change_scenario

ReadScenario = Callable[[str, str], Scenario]


def read_factors(
    sections: Mapping[str, FactorSection], kind: str, base: Scenario, read: ReadScenario, origin: str
) -> tuple[Factor, ...]:
    """The factors under ``[levers]`` or ``[uncertainties]`` in their order.

    ``base`` is the scenario that values are tried on; ``read(key, name)`` reads the scenario ``name`` that
    ``key`` gives. Raises ``DesignError``.
    """
    return tuple(
        _Reading(name, section, kind, origin).factor(base, read) for name, section in sections.items()
    )


class _Reading:
    """One factor as it is read."""

    def __init__(self, name: str, section: FactorSection, kind: str, origin: str) -> None:
        self.name, self.given, self.is_lever = name, section, kind == "levers"
        self.where = f"{origin}: {kind}.{name}"

    def factor(self, base: Scenario, read: ReadScenario) -> Factor:
        target = self._target()
        if self.given.values is not None:
            factor = self._categorical(target)
        elif target == SCENARIO or not target:
            raise DesignError(f"{self.where}: values: missing, allowed: names of scenarios or tables of keys")
        else:
            factor = self._range(target)
        if target == SCENARIO:
            for value in factor.values:
                read(f"{self.where.split(': ', 1)[1]}.values", factor.scenario(value))
        else:
            self._try_on(factor, base)
        return factor

    def _target(self) -> str:
        key, parameter = self.given.key, self.given.parameter
        if key is not None and parameter is not None:
            raise DesignError(f"{self.where}: key and parameter are both given, allowed: one of them")
        if parameter is not None:
            known = load_parameters()
            if parameter not in known:
                close = nearest(parameter, known)
                raise DesignError(
                    f"{self.where}.parameter: unknown parameter {parameter!r}{close}, allowed: the names in "
                    "parameters.csv"
                )
            return f"parameters.{parameter}"
        if key is not None:
            if not all(key.split(".")):
                raise DesignError(f"{self.where}.key: given {key!r}, allowed: a key such as leader.markup")
            return key
        if not isinstance(self.given.values, dict) or not all(
            isinstance(keys, dict) for keys in self.given.values.values()
        ):
            raise DesignError(
                f"{self.where}: key: missing, allowed: key, parameter, or values that are tables of keys"
            )
        return ""

    def _categorical(self, target: str) -> Factor:
        given = self.given.values
        if (self.given.low, self.given.high) != (None, None):
            raise DesignError(f"{self.where}: low, high and values are given, allowed: a range or values")
        if self.given.scale != "linear":
            raise DesignError(f"{self.where}.scale: given for values, allowed: for a range only")
        if not given:
            raise DesignError(f"{self.where}.values: given none, allowed: one value or more")
        meanings = given if isinstance(given, dict) else {}
        values = self._of_one_kind(list(given))
        if len(set(map(str, values))) < len(values):
            twice = next(value for value in values if list(map(str, values)).count(str(value)) > 1)
            raise DesignError(f"{self.where}.values: {twice} is there twice, allowed: each value once")
        if not target:
            meanings = {name: _flat(keys) for name, keys in meanings.items()}
        return Factor(self.name, target, values=values, is_lever=self.is_lever, meanings=meanings)

    def _of_one_kind(self, values: list[Any]) -> tuple[Value, ...]:
        kinds = {type(value) for value in values}
        if kinds == {int, float}:
            return tuple(float(value) for value in values)
        if len(kinds) > 1:
            raise DesignError(
                f"{self.where}.values: given {values!r}, allowed: all text, all numbers or all true or false"
            )
        return tuple(values)

    def _range(self, target: str) -> Factor:
        low, high = self.given.low, self.given.high
        if self.given.parameter is not None:
            table = load_parameters()[self.given.parameter]
            low, high = (table.low if low is None else low), (table.high if high is None else high)
        if low is None or high is None:
            raise DesignError(f"{self.where}: low and high or values: missing, allowed: a range or values")
        if not low < high:
            raise DesignError(
                f"{self.where}: low, high: given {low:g} and {high:g}, an empty range; allowed: low below "
                "high"
            )
        if self.given.scale == "log" and low <= 0:
            raise DesignError(f"{self.where}.low: given {low:g}, allowed: above 0 where scale is log")
        whole = schema_at(tuple(target.split("."))).get("type") == "integer"
        for end, name in ((low, "low"), (high, "high")):
            if whole and not isinstance(end, int):
                raise DesignError(f"{self.where}.{name}: given {end:g}, allowed: a whole number")
        scale = self.given.scale
        return Factor(self.name, target, float(low), float(high), (), scale, self.is_lever, is_whole=whole)

    def _try_on(self, factor: Factor, base: Scenario) -> None:
        """Lay each value, or both ends of the range, over the base scenario."""
        for value in factor.values or (factor.at(0.0), factor.at(1.0)):
            try:
                change_scenario(base, factor.settings(value))
            except ScenarioError as error:
                raise DesignError(f"{self.where}: {str(error).removeprefix('settings: ')}") from None


def _flat(keys: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys; a table that is already dotted stays as it is."""
    flat: dict[str, Any] = {}
    for name, value in keys.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat
