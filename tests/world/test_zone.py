"""The ladder: one rung at a time, with the delays of treaties; a floor lives while somebody is bound."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from small_worlds import QUIET_LEADER, bind, make_world, play, table

from agents.decision import CountryDecision
from agents.ladder import ACTION_PLAN, FLOOR, FORUM, FRAMEWORK, NONE
from world.industry.finance import finance_paid_usd
from world.model import TradeWorld
from world.parameters import resolve
from world.randomness import Streams
from world.state import Politics
from world.zone import (
    apply_decision,
    delay_rounds,
    draw_text_round,
    enter_into_force,
    floor_members,
    review_due,
    signatories,
    update_zone,
)

PARAMETERS = resolve({})
STREAMS = Streams(1)
MANY = [f"C{number}" for number in range(500)]


def politics(rung: int = NONE, n: int = 4) -> Politics:
    """Four countries on the same rung; country 0 leads."""
    world = make_world(rounds=1).state.politics
    values = {item.name: getattr(world, item.name) for item in fields(Politics)}
    cut = {
        name: value[:n].copy()
        for name, value in values.items()
        if isinstance(value, np.ndarray) and value.ndim == 1 and len(value) > n
    }
    made = Politics(**(values | cut | {"standing": ["outside"] * n, "leader": 0, "dominant": 1}))
    made.rung[:], made.due_round[:] = rung, -1
    return made


def decide(
    state: Politics,
    choice: str,
    places: tuple[int, ...] = (2,),
    round_: int = 10,
    ratification: tuple[int, int] = (2, 6),
) -> None:
    decision = CountryDecision("AAA", "accession", choice, "", "")
    apply_decision(state, decision, places, round_, STREAMS, ratification, PARAMETERS)


def test_the_text_exists_after_the_quarters_it_takes() -> None:
    drawn = {draw_text_round(Streams(seed), 4, (4, 8)) for seed in range(200)}
    assert drawn == set(range(8, 13))


@pytest.mark.parametrize(
    ("rung", "delays"),
    [(FORUM, {0}), (FRAMEWORK, {0, 1, 2}), (ACTION_PLAN, {1, 2, 3, 4}), (FLOOR, {2, 3, 4, 5, 6})],
)
def test_each_rung_takes_its_time(rung: int, delays: set[int]) -> None:
    drawn = {delay_rounds(rung, name, STREAMS, (2, 6), PARAMETERS) for name in MANY}
    assert drawn == delays


def test_the_ladder_is_climbed_one_rung_at_a_time() -> None:
    state, climbed = politics(), []
    state.text_round = 0
    for round_ in range(40):
        climbed += [rung for place, rung in enter_into_force(state, round_) if place == 2]
        decide(state, "join", round_=round_)
    assert climbed == [FORUM, FRAMEWORK, ACTION_PLAN, FLOOR]
    assert state.rung.tolist() == [NONE, NONE, FLOOR, NONE]


def test_nothing_is_in_force_before_the_delay_is_over() -> None:
    state = politics(ACTION_PLAN)
    state.text_round = 0
    decide(state, "join", ratification=(3, 3))
    assert (state.standing[2], state.due_rung[2], state.due_round[2]) == ("applied", FLOOR, 13)
    for round_ in (11, 12):
        assert enter_into_force(state, round_) == []
        assert state.rung[2] == ACTION_PLAN
    assert enter_into_force(state, 13) == [(2, FLOOR)]
    assert (state.rung[2], state.standing[2], state.due_round[2]) == (FLOOR, "member", -1)
    assert enter_into_force(state, 14) == []


def test_nobody_signs_a_text_that_does_not_exist() -> None:
    state = politics(ACTION_PLAN)
    for text_round in (-1, 20):
        state.text_round = text_round
        decide(state, "join", round_=10)
        assert (state.standing[2], state.due_round[2]) == ("outside", -1)


def test_a_second_application_changes_nothing() -> None:
    state = politics(FORUM)
    decide(state, "join")
    due = state.due_round.copy()
    decide(state, "join", round_=11)
    np.testing.assert_array_equal(state.due_round, due)


def test_reviews_in_favour_are_counted_and_forgotten() -> None:
    state = politics(ACTION_PLAN)
    decide(state, "prepare")
    decide(state, "prepare")
    assert state.favourable_reviews[2] == 2
    decide(state, "hold_out")
    assert (state.favourable_reviews[2], state.standing[2]) == (0, "hold_out")


def test_who_leaves_falls_back_to_the_action_plan_at_once() -> None:
    state = politics(FLOOR)
    decide(state, "leave")
    assert (state.rung[2], state.standing[2], state.due_round[2]) == (ACTION_PLAN, "leaving", -1)


def test_a_bloc_moves_as_one() -> None:
    state = politics(FORUM)
    decide(state, "join", places=(2, 3))
    assert state.due_round[2] == state.due_round[3] >= 10
    assert state.due_round[0] == -1


def test_about_one_in_four_reviews_in_a_quarter_and_none_while_applied() -> None:
    """False-alarm rate 6 in 100,000: four standard errors of a share of 0.25 among 2000."""
    due = [review_due(STREAMS, name, round_, 0.25, applied=False) for name in MANY for round_ in range(4)]
    assert np.mean(due) == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / len(due)))
    assert not any(review_due(STREAMS, name, 1, 1.0, applied=True) for name in MANY)
    assert all(review_due(STREAMS, name, 1, 1.0, applied=False) for name in MANY)


def zone(**given: object) -> TradeWorld:
    settings = {
        "zone__text_quarters": [0, 0],
        "accession__strategy": "fixed",
        "reserve__exists": False,
        **QUIET_LEADER,
    }
    world = make_world("zone_floor", rounds=12, **(settings | given))
    return play(world, 4)


def test_the_floor_needs_a_text_and_somebody_besides_the_leader() -> None:
    world = zone(zone__text_quarters=[2, 2])
    update_zone(world.state.politics, world.premise.zone, world.round)
    assert not world.state.politics.floor_in_force
    bind(world, ["JPN"])
    update_zone(world.state.politics, world.premise.zone, world.round)
    assert not world.state.politics.floor_in_force  # no text before round 6
    world.round = 6
    update_zone(world.state.politics, world.premise.zone, world.round)
    assert world.state.politics.floor_in_force
    assert world.state.politics.rung[world.leader] == FLOOR
    world.state.politics.rung[world.base.axes.country("JPN")] = ACTION_PLAN
    update_zone(world.state.politics, world.premise.zone, world.round)
    assert not world.state.politics.floor_in_force


def test_a_leader_that_stands_alone_upholds_its_floor_only_if_the_scenario_says_so() -> None:
    for alone in (True, False):
        world = zone(zone__leader_border_alone=alone)
        world.step()
        assert world.state.politics.floor_in_force is alone
        assert floor_members(world.state.politics, world.premise.zone).sum() == 1
        assert bool((table(world, "countries")["levy_usd"] > 0.0).any()) is alone


def test_nobody_is_bound_before_a_text_exists() -> None:
    world = make_world(
        "zone_floor",
        rounds=13,
        zone__text_quarters=[3, 3],
        zone__ratification_quarters=[0, 0],
        zone__standings={"CAN": "join"},  # as soon as it may
        parameters__accession_review_probability=1.0,
        parameters__accession_reviews_needed=1,
        parameters__accession_taste_share=0.05,
        parameters__trust_cost_share=0.0,
        parameters__accession_entry_cost_share=0.0,
    )
    highest = []
    while not world.finished:
        world.step()
        highest.append(int(world.state.politics.rung.max()))
    assert max(highest[:7]) == ACTION_PLAN
    assert max(highest) == FLOOR  # once it exists, some sign at once


def test_signatories_are_the_leader_and_its_framework_partners() -> None:
    world = zone()
    rung = world.state.politics.rung
    expected = rung >= FRAMEWORK
    expected[world.leader] = True
    np.testing.assert_array_equal(signatories(world.state.politics), expected)
    before = rung.copy()
    signatories(world.state.politics)[:] = True
    floor_members(world.state.politics, world.premise.zone)[:] = True
    np.testing.assert_array_equal(world.state.politics.rung, before)


def test_finance_is_paid_by_the_leader_to_the_last_dollar() -> None:
    world = zone(leader__finance_usd_year=5e9, institutions__off=["*"])
    world.step()
    paid = finance_paid_usd(world)
    assert paid.sum() == pytest.approx(0.0, abs=1e-3)
    assert paid[world.leader] < 0.0
    others = np.delete(paid, world.leader)
    assert (others >= 0.0).all()
    partners = world.state.politics.rung >= FRAMEWORK
    assert (paid[~partners & (np.arange(len(paid)) != world.leader)] == 0.0).all()
