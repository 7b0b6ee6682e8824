"""Strategies of accession by the name a scenario gives: every file of this folder is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules

from agents import strategies
from agents.accession import AccessionStrategy, FixedStanding, PayoffAccession

BUILT_IN: Mapping[str, Callable[[], AccessionStrategy]] = {
    "payoff": PayoffAccession,
    "fixed": lambda: FixedStanding(False),
}


def strategy_names() -> tuple[str, ...]:
    """Names that a scenario may give: those built in, and the files beside this one."""
    found = {module.name for module in iter_modules(strategies.__path__)} - {"by_name"}
    return (*BUILT_IN, *sorted(found))


def make_strategy(name: str) -> AccessionStrategy:
    """A fresh strategy; a file beside this one names its class ``Strategy``."""
    if name in BUILT_IN:
        return BUILT_IN[name]()
    made: AccessionStrategy = import_module(f"agents.strategies.{name}").Strategy()
    return made
