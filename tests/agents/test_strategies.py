"""Each strategy of accession does what its name says: known answers and signs."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from made_up_views import NOTHING, answers, same_both, view

from agents.accession import COMPONENTS_STOP, METAL_STOPS, PayoffAccession
from agents.decision import Offer
from agents.political_stake import entry_cost, payoff_scale
from agents.strategies.by_name import make_strategy, strategy_names
from agents.strategies.linked_talks import waiting
from agents.talks import Talks, as_offer, most_given_usd, nash_transfer
from agents.view import Accounts, Answer, CountryView, Question, WhatIfMember

BOTH = ("side_payment", "tariff_relief")


def test_names_are_those_of_the_files() -> None:
    assert strategy_names() == ("payoff", "fixed", "bloc_vote", "far_sighted", "imitation", "linked_talks")


def test_an_imitator_follows_its_partners_in_and_out() -> None:
    rule = make_strategy("imitation")
    choices = [
        rule.decide(view(peers_share=share, favourable_reviews=1), {}).choice for share in (0.0, 0.29, 0.31)
    ]
    assert choices == ["hold_out", "hold_out", "join"]
    inside = [rule.decide(view(rung=4, peers_share=share), {}).choice for share in (0.31, 0.16, 0.14)]
    assert inside == ["stay", "stay", "leave"]
    pioneer = view(peers_share=0.01, taste=2.5, favourable_reviews=1)
    assert rule.decide(pioneer, {}).choice == "join"


def test_the_bargain_splits_the_joint_gain() -> None:
    """Nash by hand: gains over no agreement -2 and 6, surplus 4, equal weights: each is left with 2."""
    given = nash_transfer(-2.0, 6.0, 0.5, inf)
    assert given == 4.0
    assert (-2.0 + given, 6.0 - given) == (2.0, 2.0)
    assert nash_transfer(-2.0, 6.0, 0.0, inf) == 2.0  # no weight: just what it lacks
    assert nash_transfer(-2.0, 6.0, 0.75, inf) == 5.0  # a share of 3 and one of 1
    assert nash_transfer(-8.0, 6.0, 0.5, inf) is None  # no joint gain: no bargain


def test_the_bargain_at_its_bounds_is_the_best_within_them() -> None:
    """The country gives nothing and the leader no more than it may: the nearest to Nash's split."""
    assert nash_transfer(5.0, 1.0, 0.5, inf) == 0.0  # it would have to pay 2
    assert nash_transfer(-2.0, 6.0, 0.5, 3.0) == 3.0  # 4 would be its part
    assert nash_transfer(-2.0, 6.0, 0.5, 1.0) is None  # with 1 it is worse off than without agreement
    assert nash_transfer(5.0, -1.0, 0.5, inf) is None  # the leader would pay for nothing
    for given in (0.0, 2.5, 3.5, 4.5, 6.0):  # the product of gains has its peak at 4
        assert (-2.0 + given) * (6.0 - given) < (-2.0 + 4.0) * (6.0 - 4.0)


def test_the_package_is_relief_first_and_then_money() -> None:
    assert as_offer(4.0, 3.0, BOTH) == Offer(side_payment_usd=1.0, tariff_relief_usd=3.0)
    assert as_offer(2.0, 3.0, BOTH) == Offer(tariff_relief_usd=2.0)
    assert as_offer(4.0, 3.0, ("side_payment",)) == Offer(side_payment_usd=4.0)
    assert [most_given_usd(3.0, may) for may in (BOTH, ("tariff_relief",), ())] == [inf, 3.0, 0.0]


def offered(leader: float = 0.0) -> dict[Question, Answer]:
    return answers(member=same_both(Accounts(), leader=leader))


def talks(left: int = 0, linked: float = 0.0, leader_linked: float = 0.0) -> Talks:
    return Talks(10 + left, linked, leader_linked)


def test_a_country_waits_for_the_deadline_and_signs_there_at_once() -> None:
    rule = make_strategy("linked_talks")
    gain = 1.5 * entry_cost(view())
    coming = [
        rule.decide(view(side_payment_usd=gain, talks=talks(left)), offered(4 * gain)).choice
        for left in (3, 1, 0)
    ]
    assert coming == ["hold_out", "hold_out", "join"]


def test_the_package_by_hand() -> None:
    """Own gain nothing less the cost of entry c; the leader gains 3c, and loses c of trade if the talks fail,
    the country c too. Over no agreement: 0 and 4c, joint 4c, half of it is 2c: relief c, as much as the
    duties take, and c in money. Both are left with 2c."""
    cost = entry_cost(view())
    seen = view(talks=talks(0, cost, cost), duty_burden_usd=cost)
    decision = make_strategy("linked_talks").decide(seen, offered(3 * cost))
    assert decision.choice == "join"
    assert decision.package is not None
    assert decision.package.offer.tariff_relief_usd == pytest.approx(cost)
    assert decision.package.offer.side_payment_usd == pytest.approx(cost)
    assert decision.margin_usd - decision.threshold_usd == pytest.approx(2 * cost)
    assert sum(decision.package.leader_terms.values()) == pytest.approx(2 * cost)


def test_talks_that_fail_leave_the_payoff() -> None:
    seen = view(talks=talks(0), favourable_reviews=1)
    decision = make_strategy("linked_talks").decide(seen, offered(-1e9))
    assert decision == PayoffAccession().decide(seen, offered(-1e9))
    assert decision.package is None


def test_the_nearer_the_deadline_the_more_it_must_be_offered_to_sign_before_it() -> None:
    rule = make_strategy("linked_talks")
    thresholds = [rule.decide(view(talks=talks(left)), offered(1e9)).threshold_usd for left in (8, 4, 1)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] > entry_cost(view())
    assert waiting(view(), 0) == 1.0


def test_rounds_of_a_month_wait_as_long_for_a_third_of_the_money() -> None:
    """Two quarters before the deadline are six months; what is a quarter's is three months'."""
    rule, scale = make_strategy("linked_talks"), 1.0 / 3.0
    quarters = rule.decide(view(talks=talks(2, 3e6)), offered(9e6))
    month = view(
        talks=talks(6, scale * 3e6),
        quarter_rounds=3,
        mineral_trade_usd=scale * view().mineral_trade_usd,
        covered_trade_usd=scale * view().covered_trade_usd,
        economy_stake_usd=scale * view().economy_stake_usd,
    )
    months = rule.decide(month, offered(scale * 9e6))
    assert months.threshold_usd == pytest.approx(scale * quarters.threshold_usd)
    assert months.choice == quarters.choice


def test_trade_that_would_be_lost_makes_the_package_dearer_to_refuse() -> None:
    rule = make_strategy("linked_talks")
    exposed, free = (rule.decide(view(talks=talks(0, linked)), offered()) for linked in (5e7, 0.0))
    assert exposed.terms["linked trade"] == 5e7
    assert (exposed.choice, free.choice) == ("join", "hold_out")


def test_without_talks_it_decides_by_payoff() -> None:
    for seen in (view(side_payment_usd=1e9), view(rung=1, finance_offer_usd=1e8), view(rung=4)):
        assert make_strategy("linked_talks").decide(seen, offered()) == PayoffAccession().decide(
            seen, offered()
        )


def test_the_far_sighted_see_what_their_followers_do() -> None:
    rule, followers = make_strategy("far_sighted"), ("BBB", "CCC")
    seen = view(followers=followers, favourable_reviews=1)
    joint = WhatIfMember(followers)
    assert joint in rule.questions(seen)
    assert rule.questions(view()) == PayoffAccession().questions(view())
    worse = same_both(Accounts(users_usd=-1e7))
    alone, together = (
        rule.decide(seen, {**answers(), joint: answer}) for answer in (worse, same_both(Accounts(0.0, 2e7)))
    )
    assert alone.terms["followers"] == pytest.approx(-1e7)
    assert (alone.choice, together.choice) == ("hold_out", "join")
    stays = rule.decide(replace(seen, rung=4), {**answers(), joint: same_both(Accounts(users_usd=-1e8))})
    leaves = rule.decide(replace(seen, rung=4), {**answers(), joint: same_both(Accounts(users_usd=1e8))})
    assert (stays.choice, leaves.choice) == ("stay", "leave")


def bloc(gains: dict[str, float], people: dict[str, float]) -> tuple[CountryView, dict[Question, Answer]]:
    """A bloc whose members gain so much of their scale by joining, and what it was answered."""
    members = tuple(view(actor=name, population=people[name], favourable_reviews=1) for name in gains)
    scale = payoff_scale(members[0])
    parts = tuple(same_both(Accounts(producers_usd=gain * scale)) for gain in gains.values())
    nothing = replace(NOTHING, parts=(NOTHING,) * len(members))
    asked: dict[Question, Answer] = {
        WhatIfMember(): replace(NOTHING, parts=parts),
        METAL_STOPS: nothing,
        COMPONENTS_STOP: nothing,
    }
    return view(actor="EU", members=members, favourable_reviews=1), asked


LIKE = dict.fromkeys("abcdefghij", 1.0)


@pytest.mark.parametrize(("yes", "choice"), [(6, "hold_out"), (7, "join")])
def test_a_bloc_of_equals_needs_members_and_people(yes: int, choice: str) -> None:
    """Of ten like members six are 55% of the members, but only seven hold 65% of the people."""
    gains = {name: 0.1 if place < yes else -0.1 for place, name in enumerate(LIKE)}
    decision = make_strategy("bloc_vote").decide(*bloc(gains, LIKE))
    assert (decision.actor, decision.choice) == ("EU", choice)


def test_a_few_large_members_can_block_and_a_sum_of_gains_does_not_decide() -> None:
    gains = {name: 5.0 if name == "a" else -0.1 for name in LIKE}  # one gains more than all others lose
    assert make_strategy("bloc_vote").decide(*bloc(gains, LIKE)).choice == "hold_out"
    large = {**LIKE, "a": 9.0}
    against = {name: -0.1 if name == "a" else 0.1 for name in LIKE}
    assert make_strategy("bloc_vote").decide(*bloc(against, large)).choice == "hold_out"
    assert make_strategy("bloc_vote").decide(*bloc(against, LIKE)).choice == "join"


def test_the_reasons_of_a_bloc_are_those_of_the_member_that_decides() -> None:
    gains = {name: 0.01 * (9 - place) for place, name in enumerate(LIKE)}
    decision = make_strategy("bloc_vote").decide(*bloc(gains, LIKE))
    assert decision.terms["producers"] == pytest.approx(0.03 * payoff_scale(view()))  # the seventh
