"""Reference prices, finance and side payments."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_views import leader_view, touches_the_world

from agents.allotment import allot_finance
from agents.bargaining import SWEETENER
from agents.decision import Offer, Request
from agents.leader_doctrines.timeline import Doctrine as Timeline
from agents.leader_view import Input, Invitation
from agents.zone_leader import (
    REFERENCE_RULES,
    CostPlus,
    Fixed,
    MovingAverage,
    ReferenceRule,
    ZoneLeader,
)

KEY = ("ndpr", "refined")
ORDINARY = Invitation(
    rung=1,
    supply_usd=1e6,
    projects_usd=1e6,
    absorbs_usd=1e12,
    reliability=0.5,
)


def courted(**changes: object) -> Invitation:
    return Invitation(**{**vars(ORDINARY), **changes})  # type: ignore[arg-type]


def test_cost_plus_adds_the_markup_to_the_cost_of_a_market_economy_project() -> None:
    assert CostPlus(0.1, {}).reference_prices(leader_view()) == pytest.approx({KEY: 110.0})


def test_the_moving_average_follows_prices_and_not_costs() -> None:
    assert MovingAverage(0.1, {}).reference_prices(leader_view()) == pytest.approx({KEY: 88.0})
    assert MovingAverage(0.1, {}).reference_prices(
        leader_view(full_cost_usd_t={KEY: 500.0})
    ) == pytest.approx({KEY: 88.0})


def test_fixed_prices_stay_as_announced() -> None:
    assert Fixed(0.1, {}).reference_prices(leader_view()) == pytest.approx({KEY: 110.0})
    assert Fixed(0.1, {}).reference_prices(leader_view(announced_usd_t={KEY: 70.0})) == {KEY: 70.0}


@pytest.mark.parametrize("rule", REFERENCE_RULES.values(), ids=list(REFERENCE_RULES))
def test_an_anchored_price_stands_under_every_rule(rule: type[CostPlus]) -> None:
    made: ReferenceRule = rule(0.1, {KEY: 123.0})
    assert made.reference_prices(leader_view()) == {KEY: 123.0}
    assert touches_the_world(made) == []
    assert pickle.loads(pickle.dumps(made)).reference_prices(leader_view()) == {KEY: 123.0}


def test_prices_change_only_when_the_clock_strikes() -> None:
    leader = ZoneLeader(CostPlus(0.1, {}), Timeline(0.5, ("side_payment",)))
    view = leader_view(announced_usd_t={KEY: 70.0})
    assert leader.decide(view, updates_prices=False).reference_usd_t == {KEY: 70.0}
    updated = leader.decide(view, updates_prices=True)
    assert updated.reference_usd_t == pytest.approx({KEY: 110.0})
    assert [reason.kind for reason in updated.reasons] == ["reference_price"]


@given(
    st.dictionaries(
        st.sampled_from(["AAA", "BBB", "CCC", "DDD"]),
        st.tuples(st.floats(0.0, 1e9), st.floats(0.0, 1.0), st.floats(0.0, 1e9)),
        min_size=1,
    ),
    st.floats(1.0, 1e10),
)
def test_finance_is_spent_where_it_buys_most_and_never_beyond_what_projects_take(
    places: dict[str, tuple[float, float, float]], budget: float
) -> None:
    """It is all spent unless everyone is full; of two who are not full the one that buys more has more."""
    invitations = {
        name: courted(supply_usd=0.0, projects_usd=buys, reliability=trust, absorbs_usd=most)
        for name, (buys, trust, most) in places.items()
    }
    offers = allot_finance(invitations, budget)
    assert all(0.0 < usd <= places[name][2] * (1 + 1e-9) for name, usd in offers.items())
    worth = {name: buys * trust for name, (buys, trust, _) in places.items()}
    room = sum(most for name, (_, _, most) in places.items() if worth[name] > 0.0)
    assert sum(offers.values()) == pytest.approx(min(budget, room), rel=1e-6, abs=1e-6)
    open_to_more = [name for name, usd in offers.items() if usd < 0.999 * places[name][2]]
    for one in open_to_more:
        for other in open_to_more:
            if worth[one] > worth[other]:
                assert offers[one] >= offers[other] * (1 - 1e-9)


def test_who_has_no_project_is_offered_nothing() -> None:
    """A deposit under the sea without a plant in scope draws no money, however much it trusts the leader."""
    offers = allot_finance({"AAA": courted(), "BBB": courted(absorbs_usd=0.0, reliability=1.0)}, 1e9)
    assert offers == {"AAA": pytest.approx(1e9)}


def test_finance_does_not_hang_on_the_order_of_the_list() -> None:
    names = ["AAA", "BBB", "CCC"]
    invitations = {name: courted(projects_usd=1e6 * (place + 1)) for place, name in enumerate(names)}
    assert allot_finance(invitations, 1e9) == allot_finance(dict(reversed(invitations.items())), 1e9)


@pytest.mark.parametrize(
    ("shortfall", "gain", "pays"),
    [
        (1e6, 1e7, True),
        (4.7e6, 1e7, True),
        (5.1e6, 1e7, False),
        (0.0, 1e7, False),
        (1e6, -1e7, False),
        (1e6, 0.0, False),
    ],
)
def test_a_holdout_is_offered_its_shortfall_and_a_little_more_up_to_half_the_leaders_gain(
    shortfall: float, gain: float, pays: bool
) -> None:
    asked = Request("AAA", "side_payment", shortfall, gain)
    view = leader_view(
        {"AAA": courted(rung=3, request=asked)}
    )  # who holds out from the floor has a framework
    decision = ZoneLeader(CostPlus(0.1, {}), Timeline(0.5, ("side_payment",))).decide(
        view, updates_prices=False
    )
    assert decision.offers == ({"AAA": Offer(side_payment_usd=SWEETENER * shortfall)} if pays else {})
    assert [reason.choice for reason in decision.reasons] == (
        [] if shortfall == 0.0 else ["offer a side payment" if pays else "refuse"]
    )
    for reason in decision.reasons:
        assert reason.margin_usd == pytest.approx(gain - SWEETENER * shortfall)
        assert (reason.margin_usd >= reason.threshold_usd) == pays
    assert not ZoneLeader(CostPlus(0.1, {}), Timeline(0.5, ())).decide(view, updates_prices=False).offers


def test_the_ledger_tells_what_finance_buys() -> None:
    view = leader_view({"AAA": courted(), "BBB": courted(absorbs_usd=1.0)})
    reasons = ZoneLeader(CostPlus(0.1, {}), Timeline(0.5, ())).decide(view, updates_prices=True).reasons
    told = {reason.subject: reason for reason in reasons if reason.kind == "finance"}
    assert set(told) == {"AAA: its share of the budget", "BBB: all that its projects can take"}
    given = allot_finance(view.invitations, view.budget_usd)
    assert told["AAA: its share of the budget"].margin_usd == pytest.approx(given["AAA"])


CHAIN = {
    ("ndpr", "refined"): Input(("ndpr", "ore"), 20.0, 1.25),
    ("ndpr", "component"): Input(("ndpr", "refined"), 50.0, 1.1),
}
COSTS = {("ndpr", "ore"): 30.0, ("ndpr", "refined"): 60.0, ("ndpr", "component"): 120.0}


@pytest.mark.parametrize("rule", REFERENCE_RULES.values(), ids=list(REFERENCE_RULES))
def test_a_stage_bears_what_its_input_costs_at_its_reference_price(rule: type[CostPlus]) -> None:
    view = leader_view(full_cost_usd_t=COSTS, recent_price_usd_t=COSTS, inputs=CHAIN)
    apart = rule(0.0, {}).reference_prices(view)
    chained = rule(0.0, {("ndpr", "ore"): 40.0}, built_on_inputs=True).reference_prices(view)
    usual = {True: (20.0, 50.0), False: (30.0, 60.0)}[rule is not MovingAverage]
    refined = 60.0 + 1.25 * (40.0 - usual[0])
    assert apart == pytest.approx(COSTS)
    assert chained == pytest.approx(
        {
            ("ndpr", "ore"): 40.0,
            ("ndpr", "refined"): refined,
            ("ndpr", "component"): 120.0 + 1.1 * (refined - usual[1]),
        }
    )


def test_a_cheap_reference_price_of_an_input_and_an_anchored_price_pass_nothing_on() -> None:
    view = leader_view(full_cost_usd_t=COSTS, inputs=CHAIN)
    fixed = {("ndpr", "ore"): 10.0, ("ndpr", "component"): 99.0}
    chained = CostPlus(0.0, fixed, built_on_inputs=True).reference_prices(view)
    assert chained == pytest.approx({**COSTS, **fixed})


def test_a_price_without_its_input_in_scope_stands_alone() -> None:
    view = leader_view(full_cost_usd_t={("ndpr", "component"): 120.0}, inputs=CHAIN)
    assert CostPlus(0.0, {}, built_on_inputs=True).reference_prices(view) == {("ndpr", "component"): 120.0}
