"""The seat of the zone's leader: what it is told, and whom it may pay, threaten and finance."""

from __future__ import annotations

from agents.bargaining import WORDS
from agents.ladder import FLOOR
from agents.leader_view import Invitation, LeaderView
from experiments.figures.naming import country_name, format_money

FINANCE = "finance for mines and plants"


def leader_facts(view: LeaderView, word: str) -> tuple[str, ...]:
    """Who is bound, what there is to spend, who lacks what to sign."""
    short = sorted(
        (seen.request for seen in view.invitations.values() if seen.request and seen.request.short_usd > 0),
        key=lambda request: request.short_usd,
    )[:5]
    lacking = tuple(
        f"{country_name(request.actor)} lacks {format_money(request.short_usd)} a {word} to sign and asks "
        f"for {WORDS[request.kind]}; its signature is worth {format_money(request.gain_usd)} a {word} to you."
        for request in short
    )
    on_floor = sum(seen.rung == FLOOR for seen in view.invitations.values())
    return (
        f"{on_floor} partners are bound by the floor."
        if on_floor != 1
        else "One partner is bound by the floor.",
        f"{len(view.announced_usd_t)} reference prices are announced.",
        f"Your finance budget is {format_money(view.budget_usd)} a {word}.",
        *lacking,
        "Orders stand until you take them back. The floor and tariffs are under 'Act' below.",
    )


def leader_menu(view: LeaderView, word: str) -> dict[str, dict[str, str]]:
    """What it may order: country -> order as a scenario writes it -> what that does; who asks comes first."""

    def weight(name: str) -> tuple[bool, float, str]:
        one = view.invitations[name]
        return not _asks(one), -one.supply_usd - one.projects_usd, name

    menu = {country_name(name): _orders(name, view, word) for name in sorted(view.invitations, key=weight)}
    budget = format_money(view.budget_usd)
    menu[FINANCE] = {
        "finance": f"Offer finance of {budget} a {word} to those whose projects serve you",
        "no_finance": "Offer nobody finance",
    }
    return menu


def _asks(invitation: Invitation) -> bool:
    return invitation.request is not None and invitation.request.short_usd > 0.0


def _orders(name: str, view: LeaderView, word: str) -> dict[str, str]:
    invitation, found = view.invitations[name], {}
    request = invitation.request
    if request is not None and request.short_usd > 0.0:
        lacking, worth = format_money(request.short_usd), format_money(request.gain_usd)
        found[f"grant {name}"] = (
            f"Grant {WORDS[request.kind]} (it lacks {lacking} a {word}, signing is worth {worth} to you)"
        )
        found[f"refuse {name}"] = "Refuse, or take the grant back"
    if invitation.rung < FLOOR:
        found[f"threaten {name}"] = "Threaten it until you spare it (trust falls with each act)"
        found[f"spare {name}"] = "Threaten it no more"
    return found or {f"spare {name}": "Leave it in peace"}
