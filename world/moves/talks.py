"""Talks of the leader with a country that link minerals to trade at large, and what comes of a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.decision import CountryDecision
from agents.ladder import FLOOR
from agents.talks import Talks
from world.axes import Array
from world.moves.invitations import duty_burden_usd
from world.moves.leader import leader_view

IN_A_PACKAGE = ("side_payment", "tariff_relief")
"""What a package may hold besides the floor: an exemption would take the floor out of it."""

if TYPE_CHECKING:
    from world.model import TradeWorld


def next_talks(world: TradeWorld, iso3: str) -> int:
    """Round of the next yearly review of talks that the scenario links to minerals; -1 without."""
    period = world.premise.accession.talks.get(iso3)
    if period is None:
        return -1
    first = world.clock.round_named(period)
    return (
        first if first >= world.round else world.round + (first - world.round) % world.clock.rounds_per_year
    )


def talks_of(world: TradeWorld, iso3: str) -> Talks | None:
    """What is at stake in the talks of a country, a round: a share of what each side sells the other."""
    deadline = next_talks(world, iso3)
    if deadline < 0:
        return None
    places, facts = list(world.places[iso3]), world.facts
    feared = world.parameters.linked_trade_loss_share
    sold = float(facts.exports_usd[places] @ facts.exports_to_leader_share[places])
    bought = float(world.economy.goods_trade_usd[world.leader, places].sum()) / world.clock.rounds_per_year
    return Talks(deadline, feared * sold, feared * bought, _may_give(world))


def _may_give(world: TradeWorld) -> tuple[str, ...]:
    """What the leader's doctrine lets it put into a package."""
    doctrine = world.leader_strategy.doctrine
    return tuple(kind for kind in doctrine.may_offer(leader_view(world)) if kind in IN_A_PACKAGE)


def say_package(world: TradeWorld, decision: CountryDecision) -> None:
    """The leader's side of a package that was signed, as a row of the ledger."""
    if decision.package is not None:
        reason = CountryDecision(
            world.base.axes.countries[world.leader],
            "offer",
            "sign a package",
            "let the talks fail",
            decision.actor,
            decision.package.leader_terms,
        )
        world.ledger.enter(reason, "zone_leader", world.round)


def relieve_duties(world: TradeWorld) -> None:
    """Part of the leader's duties that is lifted on the goods of each country that signed for relief, while
    it is bound and the leader keeps its word; (country,) of the politics.
    """
    politics = world.state.politics
    relieved: Array = np.zeros(len(politics.rung))
    for voter, offer in politics.agreed.items():
        bound = [place for place in world.places[voter] if politics.rung[place] == FLOOR]
        burden = duty_burden_usd(world, list(world.places[voter]))
        if bound and offer.tariff_relief_usd > 0.0 and burden > 0.0:
            kept = 1.0 - world.happenings.withdrawn_share
            relieved[bound] = kept * min(1.0, offer.tariff_relief_usd / burden)
    politics.duty_relief_share = relieved
