"""Domestic approval: what it costs a government to carry a step at home, and how likely it is to fail there.

A government negotiates abroad with those in mind who must pass the result (Putnam 1988): a parliament for a
treaty, provinces that own the ground, people on whose land the mines are. The more of them are against, the
fewer agreements are made (Mansfield and Milner 2012). Who must be asked grows with what a step binds; what
has been approved need not be approved again.
"""

from __future__ import annotations

from agents.view import CountryView

MAJORITY_SHARE, SWING_SHARE = 0.5, 0.15
"""Part of opinion that carries a step, and how far opinion may still swing until the vote (assumption)."""


def chance_of_approval(support_share: float) -> float:
    """Chance that a step passes at home where ``support_share`` of opinion favours the leader, 0 to 1: none
    and certain where no swing can change the outcome, and evenly between.
    """
    lead = support_share - MAJORITY_SHARE
    return min(1.0, max(0.0, 0.5 + 0.5 * lead / SWING_SHARE))


def domestic_approval(view: CountryView, scale_usd: float) -> float:
    """Cost of carrying a step that binds fully, USD a round, not above zero: what a defeat or a fight at
    home would cost, times its chance.
    """
    defeat = 1.0 - chance_of_approval(view.trust_leader)
    return -view.parameters["approval_cost_share"] * scale_usd * defeat
