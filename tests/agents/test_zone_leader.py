"""Reference prices, finance and side payments."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_views import leader_view, touches_the_world

from agents.view import Input, Invitation
from agents.zone_leader import (
    REFERENCE_RULES,
    SWEETENER,
    CostPlus,
    Fixed,
    MovingAverage,
    ReferenceRule,
    ZoneLeader,
    allot_finance,
)

KEY = ("ndpr", "refined")
ORDINARY = Invitation(
    rung=1, potential=0.5, investability=0.5, reliability=0.5, shortfall_usd=0.0, gain_usd=0.0
)


def courted(**changes: float) -> Invitation:
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
    leader = ZoneLeader(CostPlus(0.1, {}), pays_side_payments=True)
    view = leader_view(announced_usd_t={KEY: 70.0})
    assert leader.decide(view, updates_prices=False).reference_usd_t == {KEY: 70.0}
    updated = leader.decide(view, updates_prices=True)
    assert updated.reference_usd_t == pytest.approx({KEY: 110.0})
    assert [reason.kind for reason in updated.reasons] == ["reference_price"]


@given(
    st.dictionaries(
        st.sampled_from(["AAA", "BBB", "CCC"]), st.tuples(*[st.floats(0.0, 1.0)] * 3), min_size=1
    ),
    st.floats(0.0, 1e10),
)
def test_finance_spends_the_budget_where_it_promises_most(
    places: dict[str, tuple[float, float, float]], budget: float
) -> None:
    invitations = {
        name: courted(potential=p, investability=i, reliability=r) for name, (p, i, r) in places.items()
    }
    given_out = allot_finance(invitations, budget)
    promise = {name: p * i * r for name, (p, i, r) in places.items()}
    if sum(promise.values()) == 0.0:
        assert given_out == {}
        return
    assert sum(given_out.values()) == pytest.approx(budget)
    assert all(amount >= 0.0 for amount in given_out.values())
    best = max(promise, key=lambda name: promise[name])
    assert given_out[best] == max(given_out.values())


def test_finance_does_not_hang_on_the_order_of_the_list() -> None:
    names = ["AAA", "BBB", "CCC"]
    invitations = {name: courted(potential=0.1 * (place + 1)) for place, name in enumerate(names)}
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
    view = leader_view({"AAA": courted(shortfall_usd=shortfall, gain_usd=gain)})
    offer = ZoneLeader(CostPlus(0.1, {}), pays_side_payments=True).decide(view, updates_prices=False)
    assert offer.side_payment_usd == ({"AAA": SWEETENER * shortfall} if pays else {})
    assert len(offer.reasons) == int(pays)
    for reason in offer.reasons:
        assert reason.margin_usd == pytest.approx(gain - SWEETENER * shortfall)
    assert (
        ZoneLeader(CostPlus(0.1, {}), pays_side_payments=False)
        .decide(view, updates_prices=False)
        .side_payment_usd
        == {}
    )


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
