"""The population: one agent a voter, a country or a bloc whose trade policy is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import mesa
import numpy as np

from agents.accession import AccessionStrategy, FixedStanding
from agents.country import Country, DominantRefiner, ZoneLeader
from agents.roles import roles_of
from agents.scripted import ScriptedAccession
from agents.strategies.by_name import make_strategy
from world.axes import REST_OF_WORLD, Array

if TYPE_CHECKING:
    from world.model import TradeWorld


def find_places(speaks_for: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
    """Positions of the countries each voter speaks for; the rest of the world never decides."""
    places: dict[str, tuple[int, ...]] = {}
    for place, voter in enumerate(speaks_for):
        if voter != REST_OF_WORLD:
            places[voter] = (*places.get(voter, ()), place)
    return dict(sorted(places.items()))


def populate(world: TradeWorld) -> list[Country]:
    """All agents, in the order of their names."""
    agents = [_agent(world, voter, places) for voter, places in world.places.items()]
    # Mesa counts the agents of every model in a table of its own, which would keep the world for good.
    getattr(mesa.Agent, "_ids", {}).pop(world, None)  # until Mesa 3.3
    return agents


def _agent(world: TradeWorld, voter: str, places: tuple[int, ...]) -> Country:
    index = list(places)
    is_leader, is_dominant = world.leader in index, world.dominant in index
    mined, refined, used = (float(value[index].sum()) for value in _value_usd(world))
    roles = roles_of(mined, refined, used, is_leader=is_leader, is_dominant=is_dominant)
    kind = ZoneLeader if is_leader else DominantRefiner if is_dominant else Country
    members = tuple(world.base.axes.countries[place] for place in places)
    return kind(world, voter, members, roles, accession_of(world, voter, members))


def _value_usd(world: TradeWorld) -> tuple[Array, Array, Array]:
    """(country,) value mined, refined and used in the base year."""
    margins, price = world.base.margins, world.base.evidence.price_usd_t
    ore, refined = price[:, 0][:, None], price[:, 1][:, None]
    values = (ore * margins.mined_t, refined * margins.refined_supply_t, refined * margins.use_t)
    mined, made, used = (np.asarray(value.sum(axis=0)) for value in values)
    return mined, made, used


def accession_of(world: TradeWorld, voter: str, members: tuple[str, ...]) -> AccessionStrategy:
    """Its own strategy until decisions are written for it, then these."""
    own = _own_strategy(world, voter, members)
    written = world.premise.zone.decisions.get(voter)
    if not written:
        return own
    choices = {world.clock.round_named(period): choice for period, choice in written.items()}
    return ScriptedAccession(choices, own)


def _own_strategy(world: TradeWorld, voter: str, members: tuple[str, ...]) -> AccessionStrategy:
    """The strategy that the scenario names, or a standing that it fixes."""
    standings = world.premise.zone.standings
    fixed = next((standings[name] for name in (voter, *members) if name in standings), None)
    if fixed is not None:
        return FixedStanding(fixed == "join")
    chosen = world.premise.accession
    named = (chosen.strategies[name] for name in (voter, *members) if name in chosen.strategies)
    return make_strategy(next(named, chosen.strategy))
