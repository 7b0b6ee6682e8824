"""What a holdout asks for and what the leader answers: money, tariff relief, an exemption from the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.accession import ALONE
from agents.decision import CountryDecision, Offer, Request
from agents.leader_view import Invitation
from agents.view import Answer, CountryView, Question

SWEETENER = 1.05
"""An offer covers the shortfall and a twentieth more, so that it does not rest on a tie (assumption)."""
INSTRUMENTS = ("side_payment", "tariff_relief", "exemption")
"""What may be asked for and offered."""
WORDS = {"side_payment": "a side payment", "tariff_relief": "tariff relief", "exemption": "an exemption"}


def request_of(
    view: CountryView, decision: CountryDecision, answers: Mapping[Question, Answer]
) -> Request | None:
    """What a country that holds out from the floor asks for; None where it has not studied the floor.

    It asks for what its reasons are about: an exemption where one mineral costs it more than it lacks, else
    relief from the leader's duties where they take that much from it, else money.
    """
    if decision.choice != "hold_out" or decision.subject != "floor" or ALONE not in answers:
        return None
    answer = answers[ALONE]
    on_offer = view.side_payment_usd + view.tariff_relief_usd
    short = max(0.0, decision.threshold_usd - decision.margin_usd) + on_offer
    gain = answer.others_usd.get("leader", 0.0)
    weight = view.parameters["planning_weight_share"]
    worth = {
        name: (1.0 - weight) * now + weight * later for name, (now, later) in sorted(answer.minerals.items())
    }
    worst = min(worth, key=lambda name: (worth[name], name), default="")
    if len(worth) > 1 and -worth[worst] >= short > 0.0:
        costs = answer.leader_minerals.get(worst, 0.0)
        return Request(view.actor, "exemption", short, gain, worst, costs, view.exempt)
    kind = "tariff_relief" if view.duty_burden_usd >= short > 0.0 else "side_payment"
    return Request(view.actor, kind, short, gain, exempt=view.exempt)


def say_request(request: Request) -> CountryDecision:
    """The request as a row of the ledger: what the country lacks."""
    what = WORDS[request.kind] + (f" for {request.mineral}" if request.mineral else "")
    return CountryDecision(
        request.actor,
        "request",
        f"ask for {what}",
        "hold out in silence",
        "floor",
        {"lacks to sign": request.short_usd},
    )


def answer_request(
    actor: str,
    name: str,
    invitation: Invitation,
    allowed: Sequence[str],
    most_share: float,
) -> tuple[Offer | None, CountryDecision | None]:
    """The leader's offer to a country that asked, and why; no offer and a reason where it refuses.

    It gives what was asked for if it may, else money if it may, up to a share of what the accession is worth
    to it. An exemption costs it what the mineral brings it, a dollar of relief or money a dollar.
    """
    request = invitation.request
    if request is None or request.short_usd <= 0.0:
        return None, None
    kind = request.kind if request.kind in allowed else next((k for k in allowed if k != "exemption"), "")
    if not kind:
        return None, None
    usd = SWEETENER * request.short_usd
    if kind == "tariff_relief" and usd > invitation.duty_burden_usd:
        kind = "side_payment" if "side_payment" in allowed else ""
    if not kind:
        return None, None
    cost = max(0.0, request.leader_usd) if kind == "exemption" else usd
    most = most_share * max(0.0, request.gain_usd)
    gives = cost < request.gain_usd if kind == "exemption" else cost <= most
    offer = Offer(
        side_payment_usd=usd if kind == "side_payment" else 0.0,
        tariff_relief_usd=usd if kind == "tariff_relief" else 0.0,
        exempt=(*request.exempt, request.mineral) if kind == "exemption" else request.exempt,
    )
    what = WORDS[kind] + (f" for {request.mineral}" if kind == "exemption" else "")
    choice, other = (f"offer {what}", "refuse") if gives else ("refuse", f"offer {what}")
    terms = {"gain from its accession": request.gain_usd, what.partition(" for ")[0].split(" ", 1)[-1]: -cost}
    threshold = 0.0 if kind == "exemption" else (1.0 - most_share) * max(0.0, request.gain_usd)
    reason = CountryDecision(actor, "offer", choice, other, name, terms, threshold)
    return (offer if gives else None), reason
