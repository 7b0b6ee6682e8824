"""What a process of the page does: it takes a world up from a stop, plays a round or prepares a briefing, and
hands back what came of it. Any process can do the next round of any world; the one that did the last has it
at hand and need not unpack it.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.app.premise import Premise
from world.records.schema import SCHEMA, Record

if TYPE_CHECKING:
    from world.model import TradeWorld

TYPES: Mapping[str, Any] = {"number": np.float64, "whole": np.int64, "yes_no": np.bool_, "text": object}
Rows = Mapping[str, NDArray[Any]]
_AT_HAND: list[tuple[bytes, TradeWorld]] = []
"""The world that was played last, and the stop that it stands at."""


@dataclass(frozen=True)
class Belief:
    """What a government expects: to be answered if it signs (0 to 1), and money on offer for it (USD)."""

    answered_share: float
    offered_usd: float


@dataclass(frozen=True)
class Page:
    """What one round left behind: the rows of each table by column, and beliefs by country at its end."""

    tables: Mapping[str, Rows]
    beliefs: Mapping[str, Belief]

    def rows(self, table: str) -> Rows:
        """The columns of ``table``, of this round alone."""
        return self.tables[table]


def get_ready(premise: Premise) -> None:
    """Lay the ground of worlds like that of ``premise`` before the first is asked for."""
    from experiments.app.stops import lay_ground

    lay_ground(premise.scenario)
    gc.freeze()  # modules and ground stay: no later collection need walk through them


def play_round(premise: Premise, stop: bytes | None) -> tuple[Page, bytes]:
    """Play the next round of the world at ``stop`` under ``premise`` (the first round if None); its page and
    the stop after it.
    """
    from threadpoolctl import threadpool_limits

    from experiments.app.stops import open_world, pack

    with threadpool_limits(1):
        world = open_world(premise.scenario, premise.seed) if stop is None else _take_up(premise, stop)
        world.step()
        page = Page(rows_of(world.turn_page()), _beliefs(world))
        left = pack(world)
        _AT_HAND[:] = [(left, world)]
        return page, left


def _take_up(premise: Premise, stop: bytes) -> TradeWorld:
    """The world at ``stop``: the one at hand if it is that, else unpacked."""
    from experiments.app.stops import unpack

    with suppress(IndexError):
        left, world = _AT_HAND.pop()  # whatever comes of the round, it is no longer at its stop
        if left == stop and world.premise.fingerprint() == premise.scenario.fingerprint():
            return world
    return unpack(stop, premise.scenario)


def brief(premise: Premise, stop: bytes, actor: str) -> Any:
    """The ``Briefing`` of ``actor`` for the round after ``stop``; None when the run is over."""
    from threadpoolctl import threadpool_limits

    from experiments.app.seat import brief_in
    from experiments.app.stops import unpack

    with threadpool_limits(1):
        return brief_in(unpack(stop, premise.scenario), actor)


def rows_of(record: Record) -> dict[str, Rows]:
    """The tables of a record as arrays."""
    return {
        name: {
            column.name: np.asarray(record.rows(name)[column.name], TYPES[column.kind]) for column in columns
        }
        for name, columns in SCHEMA.items()
    }


def _beliefs(world: Any) -> dict[str, Belief]:
    from agents.decision import Offer

    politics, speaks_for = world.state.politics, world.facts.speaks_for
    return {
        country: Belief(
            float(politics.retaliation_belief[place]),
            float(politics.offers.get(speaks_for[place], Offer()).paid_usd),
        )
        for place, country in enumerate(world.base.axes.countries)
    }
