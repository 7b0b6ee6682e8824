"""Worlds at rest between two quarters, packed into about a megabyte each, and taken up again in any process.

What never changes during a run, its ground, is left out: it is the larger part, and every process lays it
anew from the scenario.
"""

from __future__ import annotations

import io
import pickle
import zlib
from dataclasses import dataclass
from functools import lru_cache

from world.dataset import Dataset, load_dataset
from world.economy import Economy, same_ground
from world.model import TradeWorld
from world.policy.happenings import nothing_happens
from world.scenario import Scenario

MOST_GROUNDS = 4
"""Grounds kept by a process, some 30 MB each."""
QUICK = 1
"""Level of compression: a state is mostly zeros, and more effort gains nothing."""


@dataclass(frozen=True)
class Ground:
    """What worlds of scenarios alike in it share: tables and economy."""

    dataset: Dataset
    economy: Economy

    def parts(self) -> dict[str, object]:
        """The objects that a packed world names instead of holding."""
        economy = self.economy
        return {"dataset": self.dataset, "economy": economy, "base": economy.base, "facts": economy.facts}


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, world: TradeWorld) -> None:
        super().__init__(file, protocol=5)
        ground = Ground(world.dataset, world.economy)
        self._names = {id(part): name for name, part in ground.parts().items()}

    def persistent_id(self, thing: object) -> str | None:
        """The name of a part of the ground; None for all else."""
        return self._names.get(id(thing))


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, ground: Ground) -> None:
        super().__init__(file)
        self._parts = ground.parts()

    def persistent_load(self, name: str) -> object:
        """The part of the ground of that name."""
        return self._parts[name]


def pack(world: TradeWorld) -> bytes:
    """``world`` between two rounds as bytes, without its ground and without the rows that it has recorded."""
    world.happenings = nothing_happens(1, 1)  # the next round makes its own
    file = io.BytesIO()
    _Packer(file, world).dump(world)
    return zlib.compress(file.getvalue(), QUICK)


def unpack(stop: bytes, scenario: Scenario) -> TradeWorld:
    """The world that was packed, going on under ``scenario``: its own, or one on the same ground that
    differs only in what is dated after the rounds played.
    """
    world: TradeWorld = _Unpacker(io.BytesIO(zlib.decompress(stop)), lay_ground(scenario)).load()
    if world.premise.fingerprint() != scenario.fingerprint():
        world.take_up(scenario)
    return world


def open_world(scenario: Scenario, seed: int) -> TradeWorld:
    """A world before its first round."""
    ground = lay_ground(scenario)
    return TradeWorld(scenario, rng=seed, economy=ground.economy, dataset=ground.dataset)


_GROUNDS: list[tuple[Scenario, Ground]] = []


def lay_ground(scenario: Scenario) -> Ground:
    """The ground of ``scenario``: one that is kept, else laid now, for which the oldest kept may go."""
    whole = _tables()
    for known, ground in _GROUNDS:
        if same_ground(whole, known, scenario):
            return ground
    world = TradeWorld(scenario, rng=1)
    ground = Ground(world.dataset, world.economy)
    _GROUNDS.append((scenario, ground))
    del _GROUNDS[:-MOST_GROUNDS]
    return ground


@lru_cache(maxsize=1)
def _tables() -> Dataset:
    return load_dataset()
