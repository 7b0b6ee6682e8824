"""Doctrines of the zone's leader by the name a scenario gives: every file of this folder is one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from agents import leader_doctrines
from agents.leader_doctrines.doctrine import LeaderDoctrine


def leader_doctrine_names() -> tuple[str, ...]:
    """Names that a scenario may give: the files beside this one."""
    found = {module.name for module in iter_modules(leader_doctrines.__path__)}
    return tuple(sorted(found - {"by_name", "doctrine"}))


def make_leader_doctrine(name: str, pressure: float, offers: Sequence[str]) -> LeaderDoctrine:
    """A fresh doctrine; a file beside this one names its class ``Doctrine``."""
    made: LeaderDoctrine = import_module(f"agents.leader_doctrines.{name}").Doctrine(pressure, offers)
    return made
