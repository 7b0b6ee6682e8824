"""What holdouts ask for and what they get."""

from __future__ import annotations

import pytest
from made_up_views import view

from agents.bargaining import SWEETENER, answer_request, request_of
from agents.decision import CountryDecision, Request
from agents.leader_view import Invitation
from agents.view import Accounts, Answer, WhatIfMember

GAIN = 1e8


def ask(duty_burden_usd: float = 0.0, **minerals: float) -> Request | None:
    """The request of a country that lacks 10 million, by what each mineral costs it."""
    decision = CountryDecision("AAA", "accession", "hold_out", "join", "floor", {"users": -8e6}, 2e6)
    answer = Answer(
        Accounts(),
        Accounts(),
        {"leader": GAIN},
        minerals={name: (usd, usd) for name, usd in minerals.items()},
        leader_minerals=dict.fromkeys(minerals, 4e7),
    )
    return request_of(view(duty_burden_usd=duty_burden_usd), decision, {WhatIfMember(): answer})


def invitation(request: Request, duty_burden_usd: float = 0.0) -> Invitation:
    return Invitation(3, 0.0, 0.0, 0.0, 0.5, duty_burden_usd, request)


def test_it_asks_for_what_its_reasons_are_about() -> None:
    assert ask(ndpr=-3e6, cobalt=-5e6) == Request("AAA", "side_payment", 1e7, GAIN)
    assert ask(ndpr=-3e6, cobalt=-12e6) == Request("AAA", "exemption", 1e7, GAIN, "cobalt", 4e7)
    assert ask(duty_burden_usd=1e9, ndpr=-3e6) == Request("AAA", "tariff_relief", 1e7, GAIN)
    assert ask(cobalt=-12e6) == Request("AAA", "side_payment", 1e7, GAIN), "its one mineral is the zone to it"


def test_what_is_on_offer_already_is_part_of_what_it_needs() -> None:
    decision = CountryDecision("AAA", "accession", "hold_out", "join", "floor", {"users": -8e6}, 2e6)
    answers = {WhatIfMember(): Answer(Accounts(), Accounts(), {"leader": GAIN})}
    asked = request_of(view(side_payment_usd=3e6, tariff_relief_usd=1e6), decision, answers)
    assert asked is not None
    assert asked.short_usd == pytest.approx(1.4e7)


@pytest.mark.parametrize(
    ("kind", "allowed", "given"),
    [
        ("side_payment", ("side_payment", "tariff_relief"), (1, 0, 0)),
        ("tariff_relief", ("side_payment", "tariff_relief"), (0, 1, 0)),
        ("tariff_relief", ("side_payment",), (1, 0, 0)),
        ("exemption", ("side_payment",), (1, 0, 0)),
        ("exemption", ("exemption",), (0, 0, 1)),
        ("exemption", (), (0, 0, 0)),
        ("side_payment", ("exemption",), (0, 0, 0)),
    ],
)
def test_the_leader_gives_what_it_may(
    kind: str, allowed: tuple[str, ...], given: tuple[int, int, int]
) -> None:
    request = Request("AAA", kind, 1e7, GAIN, "cobalt" if kind == "exemption" else "", 4e7)
    offer, reason = answer_request("USA", "AAA", invitation(request, 1e9), allowed, 0.5)
    usd = SWEETENER * 1e7
    got = (offer.side_payment_usd, offer.tariff_relief_usd, len(offer.exempt)) if offer else (0.0, 0.0, 0)
    assert got == (usd * given[0], usd * given[1], given[2])
    assert (reason is None) == (not any(given))


def test_an_exemption_of_what_the_leader_wants_most_is_refused_with_its_reason() -> None:
    request = Request("AAA", "exemption", 1e7, GAIN, "cobalt", 1.2e8)
    offer, reason = answer_request("USA", "AAA", invitation(request), ("exemption",), 0.5)
    assert offer is None
    assert reason is not None
    assert (reason.choice, reason.alternative) == ("refuse", "offer an exemption for cobalt")
    assert reason.margin_usd == pytest.approx(GAIN - 1.2e8)


def test_relief_ends_where_the_duties_do() -> None:
    request = Request("AAA", "tariff_relief", 1e7, GAIN)
    offer, _ = answer_request("USA", "AAA", invitation(request, duty_burden_usd=9e6), ("tariff_relief",), 0.5)
    assert offer is None
