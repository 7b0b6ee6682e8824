"""Whom the leader asks to a framework, or to a forum by invitation: so many talks a quarter, where they bring
it most."""

from __future__ import annotations

from collections.abc import Mapping

from agents.decision import CountryDecision
from agents.leader_view import Invitation, LeaderView

MOST_TOLD = 5
"""Countries passed over that are entered in the ledger, the best first."""


def choose_invited(view: LeaderView, talks: float) -> tuple[tuple[str, ...], tuple[CountryDecision, ...]]:
    """Candidates below a framework, or below the highest rung on offer, who are asked this quarter, and why;
    then the best of those who are not.

    Who has come as far as it asks anyone takes ``framework_upkeep_talks`` of the quarter's ``talks`` for
    working groups, so that a leader with many partners has little time for more.

    Each is worth what it could bring times the chance that it signs, over what talks with it take of the
    quarter's ``talks``. Neighbours of somebody asked take less: one summit serves them all, as in Kuala
    Lumpur and Washington in autumn 2025. One more is asked as long as any time is left.
    """
    open_to = {
        name: one
        for name, one in sorted(view.invitations.items())
        if one.rung < view.asked_below and not one.waits
    }
    chosen: list[str] = []
    held = sum(one.rung >= view.asked_below for one in view.invitations.values())
    left = max(0.0, talks - view.parameters["framework_upkeep_talks"] * held)
    cost = dict.fromkeys(open_to, 1.0)
    while left > 1e-9:
        rest = [name for name in open_to if name not in chosen and worth_usd(open_to[name]) > 0.0]
        if not rest:
            break
        best = max(rest, key=lambda name: (worth_usd(open_to[name]) / cost[name], name))
        if cost[best] > left and chosen:
            break
        chosen.append(best)
        left -= cost[best]
        for near in open_to[best].near:
            cost[near] = view.parameters["summit_talks_share"]
    passed = sorted((n for n in open_to if n not in chosen), key=lambda n: (-worth_usd(open_to[n]), n))
    each = {name: worth_usd(one) / cost[name] for name, one in open_to.items()}
    next_best = max((each[name] for name in passed), default=0.0)
    least = min((each[name] for name in chosen), default=0.0)
    told = [(name, "invite", "wait", cost[name] * next_best) for name in chosen]
    told += [(name, "wait", "invite", cost[name] * least) for name in passed[:MOST_TOLD]]
    return tuple(chosen), tuple(
        CountryDecision(view.actor, "invitation", choice, other, name, _terms(open_to[name]), bar)
        for name, choice, other, bar in told
    )


def chance_of_signing(one: Invitation) -> float:
    """The leader's guess: certain of who has asked; else out of trust, or for the sake of talks on duties."""
    if one.asked:
        return 1.0
    return 1.0 - (1.0 - one.reliability) * (1.0 - one.sales_to_leader_share)


def worth_usd(one: Invitation) -> float:
    """What a framework with it could bring the leader, times the chance that it signs; USD a quarter."""
    return sum(_terms(one).values())


def _terms(one: Invitation) -> Mapping[str, float]:
    """What it brings that the leader would not get by trade as it is, times the chance: goods that it does
    not ship to it anyway, and buyers for what projects elsewhere make."""
    chance = chance_of_signing(one)
    new = chance * (1.0 - one.already_share)
    return {
        "supply there is": new * one.supply_usd,
        "projects to come": new * one.projects_usd,
        "ore in the ground": new * one.potential_usd,
        "buyers for projects": chance * one.market_usd,
    }
