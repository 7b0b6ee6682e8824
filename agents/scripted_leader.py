"""Orders written for the zone's leader: for history, and for a person in its seat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.bargaining import INSTRUMENTS, answer_request
from agents.decision import LeaderDecision, Offer
from agents.leader_view import LeaderView
from agents.zone_leader import ZoneLeader

TO_SOMEBODY = {"grant": True, "refuse": False, "threaten": True, "spare": False}
"""Orders about one country, and whether they put something on or take it back."""
TAKEN_BACK = {"refuse": "grant", "spare": "threaten"}
FINANCE = {"finance": True, "no_finance": False}
"""Whether finance is on offer at all."""
ORDER = rf"^(({'|'.join(TO_SOMEBODY)}) ([A-Z][A-Z0-9]{{2}}|EU)|{'|'.join(FINANCE)})$"
"""How an order is written: a word alone, or with a country."""
ALL_IT_BRINGS = 1.0
"""Part of what a signature is worth to the leader that an order to grant may give for it."""


class ScriptedLeader(ZoneLeader):
    """Reference prices by its rule and finance by its doctrine; from the first round of the script on it
    grants and threatens where an order stands and nowhere else. Orders stand until taken back: ``grant
    CAN`` until ``refuse CAN``, ``threaten CAN`` until ``spare CAN``, ``no_finance`` until ``finance``.
    """

    def __init__(self, orders: Mapping[int, Sequence[str]], own: ZoneLeader) -> None:
        super().__init__(own.rule, own.doctrine)
        self.orders = {round_: tuple(written) for round_, written in orders.items()}

    def decide(self, view: LeaderView, updates_prices: bool) -> LeaderDecision:
        """Its own decision, with offers and threats as ordered."""
        own = super().decide(view, updates_prices)
        if view.round < min(self.orders):
            return own
        standing, finances = self._standing(view.round)
        offers: dict[str, Offer] = {}
        reasons = [reason for reason in own.reasons if reason.kind != "offer"]
        for name in sorted(standing["grant"] & view.invitations.keys()):
            offer, reason = answer_request(
                view.actor, name, view.invitations[name], INSTRUMENTS, ALL_IT_BRINGS
            )
            offers |= {name: offer} if offer is not None else {}
            reasons += [reason] if reason is not None else []
        return replace(
            own,
            finance_usd=own.finance_usd if finances else {},
            finance_if_bound_usd=own.finance_if_bound_usd if finances else {},
            offers=offers,
            reasons=tuple(reason for reason in reasons if finances or reason.kind != "finance"),
            threats=dict.fromkeys(sorted(standing["threaten"] & view.invitations.keys()), 1.0),
        )

    def _standing(self, round_: int) -> tuple[dict[str, set[str]], bool]:
        """Who is granted and threatened by orders that stand, and whether finance is on offer."""
        standing: dict[str, set[str]] = {"grant": set(), "threaten": set()}
        finances = True
        for order in (order for when in sorted(self.orders) if when <= round_ for order in self.orders[when]):
            word, _, name = order.partition(" ")
            if word in FINANCE:
                finances = FINANCE[word]
            elif TO_SOMEBODY[word]:
                standing[word].add(name)
            else:
                standing[TAKEN_BACK[word]].discard(name)
        return standing, finances
