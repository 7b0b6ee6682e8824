"""Worlds at rest between two quarters, and copies of them that share what never changes."""

from __future__ import annotations

import copy
from typing import Any

from world.happenings import nothing_happens
from world.model import TradeWorld

SHARED = (
    "economy",
    "base",
    "facts",
    "dataset",
    "parameters",
    "parameter_map",
    "premise",
    "streams",
    "places",
)


def park(world: TradeWorld) -> TradeWorld:
    """Let go of the arrays of the last quarter, which the next one makes anew."""
    world.happenings = nothing_happens(1, 1)
    return world


def copy_world(world: TradeWorld) -> TradeWorld:
    """A copy of a parked world that goes on as the original does."""
    memo: dict[int, Any] = {id(part): part for part in (getattr(world, name) for name in SHARED)}
    return copy.deepcopy(world, memo)
