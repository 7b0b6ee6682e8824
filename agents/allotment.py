"""How a budget of finance is split over those who could be courted with it."""

from __future__ import annotations

from collections.abc import Mapping

from agents.leader_view import Invitation


def allot_finance(invitations: Mapping[str, Invitation], budget_usd: float) -> dict[str, float]:
    """Split the budget by what it buys: supply that there is and that projects could add, weighed by the
    leader's stake, times reliability. Nobody is offered more than its projects can take; what that leaves
    goes to the others, and what nobody can take is not spent. All candidates see what they could hope for.
    """
    wanted = {
        name: (one.supply_usd + one.projects_usd) * one.reliability
        for name, one in sorted(invitations.items())
        if one.absorbs_usd > 0.0
    }
    offers = dict.fromkeys(wanted, 0.0)
    left, open_to_more = budget_usd, {name: value for name, value in wanted.items() if value > 0.0}
    while open_to_more and left > 0.0:
        total = sum(open_to_more.values())
        share = {name: left * (value / total) for name, value in open_to_more.items()}
        full = [name for name in share if share[name] >= invitations[name].absorbs_usd]
        offers |= {name: invitations[name].absorbs_usd for name in full} if full else share
        if not full:
            break
        open_to_more = {name: value for name, value in open_to_more.items() if name not in full}
        left = budget_usd - sum(offers.values())
    return {name: usd for name, usd in offers.items() if usd > 0.0}
