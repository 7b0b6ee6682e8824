"""What a step of the ladder is to a government: by what its political costs are measured, the price of entry.

What a government risks at home grows with what it binds, and with the country it speaks for, all of which
debates a signature. A share of mineral trade alone makes a step free for who trades little and out of reach
for who sells much of a mineral that the zone does not cover. Working together is measured by the same: who
trades no minerals uses the goods that they are in.
"""

from __future__ import annotations

from agents.ladder import ACTION_PLAN
from agents.view import CountryView


def payoff_scale(view: CountryView) -> float:
    """What political costs, cooperation and tastes are measured by, USD a round: in part
    (``stake_economy_share``) the size of the economy, put as its share of the world's mineral trade, for the
    rest its own trade in the minerals that the step in question is about: where the next step binds, those
    that the zone covers.
    """
    economy = view.parameters["stake_economy_share"]
    trade = view.covered_trade_usd if view.rung >= ACTION_PLAN else view.mineral_trade_usd
    return max(economy * view.economy_stake_usd + (1.0 - economy) * trade, 1.0)


def entry_cost(view: CountryView) -> float:
    """Cost of entering (F_in)."""
    return view.parameters["accession_entry_cost_share"] * payoff_scale(view)
