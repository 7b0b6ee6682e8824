"""Clubs and links beside the zone: whether to sit in one, and what its fellows make of a rung of the zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.decision import CountryDecision


@dataclass(frozen=True)
class Fellows:
    """A club that a country sits in, as it bears on a rung of the zone: ``along_share`` of its fellows stand
    on that rung or above (the leader counts as standing on all).
    """

    says: str
    information_share: float
    along_share: float
    has_leader: bool


@dataclass(frozen=True)
class InstitutionView:
    """A club beside the zone that a country sits in or may come into, and what it would mean to it.

    scale_usd : what payoffs are compared with; finance_usd : grants for its projects; sales_usd :
        what it sells members of minerals; all USD a round. premium_share : what members pay on top for its
        goods, none where they do not meet the standard; trust : in the country that the club centres on, 0.5
        where there is none; taste : its disposition, lasting and of the moment, in standard deviations
    """

    actor: str
    name: str
    says: str
    seated: bool
    depth: float
    information_share: float
    finance_usd: float
    offtake_log: float
    sales_usd: float
    premium_share: float
    trust: float
    retaliation_belief: float
    exports_to_dominant_share: float
    scale_usd: float
    taste: float
    parameters: Mapping[str, float]


class InstitutionPayoff:
    """Come in where what a club brings exceeds what it asks and the cost of entry; leave where staying costs
    more than leaving. To stay away is a choice with reasons, as coming in is.
    """

    def decide(self, view: InstitutionView) -> CountryDecision:
        """The decision, with its terms in USD a round."""
        p, scale = view.parameters, view.scale_usd * view.depth
        terms = institution_terms(view)
        if view.seated:
            leaving = {name: -value for name, value in terms.items()}
            cost = p["accession_exit_cost_share"] * scale
            choice, other = ("leave", "stay") if sum(leaving.values()) > cost else ("stay", "leave")
            return CountryDecision(view.actor, "institution", choice, other, view.says, leaving, cost)
        cost = p["accession_entry_cost_share"] * scale
        choice, other = ("join", "stay away") if sum(terms.values()) > cost else ("stay away", "join")
        return CountryDecision(view.actor, "institution", choice, other, view.says, terms, cost)


def institution_terms(view: InstitutionView) -> dict[str, float]:
    """What sitting in a club is worth, USD a round: what it brings, less its part (``depth``) of the
    political cost and of the exposure that a binding floor would have.
    """
    p, scale = view.parameters, view.scale_usd
    margin = p["offtake_margin_share"]
    return {
        "information": p["cooperation_value_share"] * scale * view.information_share,
        "finance": view.finance_usd,
        "offtake": margin * view.offtake_log * view.sales_usd,
        "premium": view.premium_share * view.sales_usd,
        "autonomy": -p["trust_cost_share"] * scale * (1.0 - view.trust) * view.depth,
        "retaliation": -view.retaliation_belief * view.exports_to_dominant_share * scale * view.depth,
        "taste": p["accession_taste_share"] * scale * view.taste * view.depth,
    }


def fellow_terms(
    fellows: Sequence[Fellows], parameters: Mapping[str, float], scale_usd: float
) -> dict[str, float]:
    """What the clubs that a country sits in make of a rung of the zone, a term each, USD a round.

    Working together is worth more with fellows who stand on the rung as well. A club without the leader gives
    it without the zone: that is an outside option, and the rung adds only what goes beyond it.
    """
    worth = parameters["cooperation_value_share"] * scale_usd
    return {
        f"with {one.says}": worth * one.information_share * (one.along_share - (not one.has_leader))
        for one in fellows
        if one.information_share > 0.0
    }
