"""Whom the leader asks to a framework first, and how many."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_views import PARAMETERS, leader_view, view

from agents.accession import NOT_INVITED, PayoffAccession
from agents.courting import chance_of_signing, choose_invited, worth_usd
from agents.leader_view import Invitation

PLAIN = Invitation(0, 1e6, 0.0, 1e6, 0.5)


def invited(talks: float, **candidates: Invitation) -> tuple[str, ...]:
    return choose_invited(leader_view(candidates), talks)[0]


def test_it_asks_those_first_who_bring_it_most_and_no_more_than_it_has_time_for() -> None:
    field = {f"C{place}": replace(PLAIN, supply_usd=1e6 * place) for place in range(1, 9)}
    assert invited(3.0, **field) == ("C8", "C7", "C6")
    assert len(invited(100.0, **field)) == 8


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({}, {"supply_usd": 2e6}),
        ({}, {"projects_usd": 1e6}),
        ({}, {"potential_usd": 1e6}),
        ({}, {"market_usd": 1e6}),
        ({}, {"reliability": 0.8}),
        ({}, {"sales_to_leader_share": 0.3}),
        ({}, {"asked": True}),
    ],
)
def test_each_thing_that_makes_a_framework_worth_more_brings_the_invitation_forward(
    less: dict[str, float], more: dict[str, float]
) -> None:
    worse, better = replace(PLAIN, **less), replace(PLAIN, **more)
    assert worth_usd(better) > worth_usd(worse)
    # whatever it is called: the name decides only between equals
    assert invited(1.0, AAA=better, ZZZ=worse) == ("AAA",)
    assert invited(1.0, AAA=worse, ZZZ=better) == ("ZZZ",)


def test_nobody_is_asked_twice_or_who_holds_a_framework_or_brings_nothing() -> None:
    waiting, holder = replace(PLAIN, waits=True), replace(PLAIN, rung=2)
    empty = replace(PLAIN, supply_usd=0.0)
    assert invited(9.0, AAA=waiting, BBB=holder, CCC=empty, DDD=PLAIN) == ("DDD",)


def test_one_summit_serves_the_neighbours_of_who_is_asked() -> None:
    first = replace(PLAIN, supply_usd=9e6, near=("NEAR",))
    near, far = replace(PLAIN, supply_usd=3e6), replace(PLAIN, supply_usd=4e6)
    assert invited(1.5, FIRST=first, NEAR=near, FAR=far) == ("FIRST", "NEAR")
    assert invited(1.5, FIRST=replace(first, near=()), NEAR=near, FAR=far) == ("FIRST",)


def test_the_chance_of_a_signature_is_one_for_who_asks_and_a_share_for_the_rest() -> None:
    assert chance_of_signing(PLAIN) == 0.5
    assert chance_of_signing(replace(PLAIN, sales_to_leader_share=0.5)) == 0.75
    assert chance_of_signing(replace(PLAIN, asked=True)) == 1.0


def test_reasons_say_what_each_is_worth_and_what_it_had_to_beat() -> None:
    field = {f"C{place}": replace(PLAIN, supply_usd=1e6 * place) for place in range(1, 4)}
    asked, reasons = choose_invited(leader_view(field), 2.0)
    assert asked == ("C3", "C2")
    for reason in reasons:
        assert (reason.margin_usd > reason.threshold_usd) == (reason.choice == "invite")
        assert reason.margin_usd == pytest.approx(worth_usd(field[reason.subject]))
    assert PARAMETERS["leader_talks_quarter"] > 0


def test_goods_that_go_to_the_leader_anyway_are_not_new_but_buyers_are() -> None:
    sends_all = replace(PLAIN, already_share=1.0, market_usd=3e6)
    assert worth_usd(sends_all) == pytest.approx(0.5 * 3e6)


def test_partners_in_a_forum_by_invitation_are_kept_up_too() -> None:
    held = {f"H{place}": replace(PLAIN, rung=1) for place in range(9)}
    field = {f"C{place}": PLAIN for place in range(9)}
    forum = replace(leader_view({**held, **field}), asked_below=1)
    upkeep = PARAMETERS["framework_upkeep_talks"]
    assert len(choose_invited(forum, 4.0)[0]) == int(4.0 - 9 * upkeep)


def test_frameworks_that_must_be_kept_up_leave_less_time_for_new_ones() -> None:
    field = {f"C{place}": replace(PLAIN, supply_usd=1e6 * place) for place in range(1, 9)}
    held = {f"H{place:02}": replace(PLAIN, rung=2) for place in range(20)}
    assert len(invited(5.0, **field)) == 5
    assert len(invited(5.0, **field, **held)) == 3  # a tenth of a talk for each of the twenty
    assert invited(2.0, **field, **held) == ()


def test_a_forum_may_take_an_invitation_and_be_all_there_is() -> None:
    outside = view(rung=0, invited=False, asked_from=1, finance_offer_usd=1e8)
    assert PayoffAccession().decide(outside, {}).subject == NOT_INVITED
    asked = PayoffAccession().decide(replace(outside, invited=True), {})
    assert (asked.choice, asked.subject) == ("join", "forum")
    inside = PayoffAccession().decide(view(rung=1, highest_rung=1, finance_offer_usd=1e8), {})
    assert (inside.choice, inside.subject) == ("hold_out", "forum")
