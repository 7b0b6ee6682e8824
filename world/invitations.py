"""What the leader knows of each country it may court, and its offers spread over the countries of a bloc."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.accession import FLOOR
from agents.view import Invitation
from world.axes import Array
from world.finance import project_usd_year, promise_usd

if TYPE_CHECKING:
    from world.model import TradeWorld


def invite(world: TradeWorld) -> dict[str, Invitation]:
    """Every voter that is no great power and not estranged from the leader."""
    politics, facts = world.state.politics, world.facts
    supply, projects = promise_usd(world)
    a_round = world.parameters.finance_project_share / world.clock.rounds_per_year
    absorbs = a_round * project_usd_year(world).sum(axis=0)
    found = {}
    for country in world.population:
        index = list(world.places[country.iso3])
        great = world.leader in index or world.dominant in index
        if great or facts.estranged_from_leader[index].any():
            continue
        rung = int(politics.rung[index].max())
        found[country.iso3] = Invitation(
            rung=rung,
            supply_usd=float(supply[index].sum()),
            projects_usd=float(projects[index].sum()),
            absorbs_usd=float(absorbs[index].sum()),
            reliability=float(politics.trust_leader[index].mean()),
            duty_burden_usd=duty_burden_usd(world, index),
            request=politics.requests.get(country.iso3) if rung < FLOOR else None,
        )
    return found


def duty_burden_usd(world: TradeWorld, places: list[int]) -> float:
    """What the leader's duties on all goods of these countries take from their exporters, USD a round: the
    part of the duty that does not pass through to the leader's buyers.
    """
    p, facts = world.parameters, world.facts
    exports = float(facts.exports_usd[places] @ facts.exports_to_leader_share[places])
    return p.partner_duty_share * p.duty_incidence_share * exports


def on_countries(world: TradeWorld, amounts: Mapping[str, float], weight: Array | None = None) -> Array:
    """(country,) amounts by voter over the countries it speaks for: evenly, or by ``weight`` (country,)."""
    values = np.zeros(len(world.base.axes.countries))
    for name, amount in amounts.items():
        index = list(world.places[name])
        share = np.ones(len(index)) if weight is None else weight[index]
        values[index] = amount * share / share.sum() if share.sum() > 0 else amount / len(index)
    return values
