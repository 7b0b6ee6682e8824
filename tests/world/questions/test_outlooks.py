"""What agents are told is what the market would do: answers against two markets cleared by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import bind, make_world, play, zone_world

from agents.ladder import FLOOR
from agents.view import (
    Accounts,
    Answer,
    Question,
    WhatIfControl,
    WhatIfControlled,
    WhatIfMember,
    WhatIfNoFloor,
)
from world.axes import REFINED
from world.conditions import conditions_of
from world.counterfactual import Case, clear_rows, needs_hubs, solve_cases
from world.market_round import make_setting
from world.model import TradeWorld
from world.questions.control_lanes import control_lanes
from world.questions.outlooks import Outlooks, ask_all
from world.round import happen, outlooks_of
from world.state import Control

MINERALS = ("ndpr", "gallium")


@pytest.fixture(scope="module")
def world() -> TradeWorld:
    """Japan and Korea are bound; the sixth quarter has begun and nobody has moved."""
    made = zone_world(["JPN", "KOR"], minerals=list(MINERALS), rounds=8, dominant_refiner__doctrine="passive")
    fresh = zone_before_round_six()
    assert made.state.politics.floor_in_force
    return fresh


def zone_before_round_six() -> TradeWorld:
    settings = {"zone__text_quarters": [0, 0], "accession__strategy": "fixed", "reserve__exists": False}
    made = make_world(
        "zone_floor",
        minerals=list(MINERALS),
        rounds=8,
        zone__standings={"JPN": "join", "KOR": "join"},
        **settings,
    )
    play(made, 4)
    bind(made, ["JPN", "KOR"])
    play(made, 6)
    happen(made)
    return made


def places(world: TradeWorld, *codes: str) -> tuple[int, ...]:
    return tuple(world.base.axes.country(code) for code in codes)


def ask(world: TradeWorld, who: tuple[int, ...], question: Question, with_later: bool = False) -> Answer:
    (answer,) = outlooks_of(world, with_later).answer([(who, question)])
    return answer


def stakes(
    world: TradeWorld, members: np.ndarray, floor: bool, controls: tuple[Control, ...] = ()
) -> np.ndarray:
    """(country,) welfare by stakes of the round's market under this policy: all minerals at full width, as in
    the round itself, not cut to the places that a batch of questions needs."""
    setting = make_setting(world, world.happenings, conditions_of(world), with_later=False)
    every = np.arange(len(world.base.axes.minerals))
    case = Case(tuple(every.tolist()), members, floor, controls)
    round_ways = np.array([needs_hubs(setting, case, mineral) for mineral in case.minerals])
    total = np.zeros(len(world.base.axes.countries))
    for hubs in np.unique(round_ways).tolist():
        _, _, book, _ = clear_rows(setting, [case] * len(every), every, hubs)
        total += book.stake_usd(world.base.evidence.final_use_weight)[round_ways == hubs].sum(axis=0)
    return total


def bound(world: TradeWorld) -> np.ndarray:
    members = world.state.politics.rung == FLOOR
    members[world.leader] = True
    return members


def test_joining_is_worth_what_the_market_says(world: TradeWorld) -> None:
    germany = places(world, "DEU")
    joined = bound(world)
    joined[list(germany)] = True
    change = stakes(world, joined, True) - stakes(world, bound(world), True)
    answer = ask(world, germany, WhatIfMember())
    assert answer.now.total_usd == pytest.approx(change[list(germany)].sum(), rel=1e-6, abs=1.0)
    assert answer.others_usd["leader"] == pytest.approx(change[world.leader], rel=1e-6, abs=1.0)


def test_for_a_member_the_question_is_what_leaving_would_bring(world: TradeWorld) -> None:
    japan = places(world, "JPN")
    left = bound(world)
    left[list(japan)] = False
    change = stakes(world, left, True) - stakes(world, bound(world), True)
    assert ask(world, japan, WhatIfMember()).now.total_usd == pytest.approx(
        change[japan[0]], rel=1e-6, abs=1.0
    )


def test_a_cut_off_costs_what_the_market_says(world: TradeWorld) -> None:
    germany = places(world, "DEU")
    controls = tuple(
        Control(world.dominant, mineral, REFINED, germany, 0.0, 0, "") for mineral in range(len(MINERALS))
    )
    change = stakes(world, bound(world), True, controls) - stakes(world, bound(world), True)
    answer = ask(world, germany, WhatIfControlled(0.0))
    assert answer.now.total_usd == pytest.approx(change[germany[0]], rel=1e-5, abs=1.0)
    assert answer.now.total_usd < 0.0


def test_the_refiners_own_question_tells_what_it_does_to_targets_and_rivals(world: TradeWorld) -> None:
    targets = places(world, "DEU", "KOR", "VNM")
    control = Control(world.dominant, 0, REFINED, targets, 0.4, 0, "")
    change = stakes(world, bound(world), True, (control,)) - stakes(world, bound(world), True)
    answer = ask(world, (world.dominant,), WhatIfControl("ndpr", ("DEU", "KOR", "VNM"), 0.4))
    assert answer.now.total_usd == pytest.approx(change[world.dominant], rel=1e-5, abs=1.0)
    assert answer.others_usd["targets"] == pytest.approx(change[list(targets)].sum(), rel=1e-5, abs=1.0)
    assert answer.others_usd["rivals"] > 0.0  # the others sell dearer


def test_lifting_the_floor_is_what_it_costs_the_refiner(world: TradeWorld) -> None:
    change = stakes(world, bound(world), False) - stakes(world, bound(world), True)
    answer = ask(world, (world.dominant,), WhatIfNoFloor())
    assert answer.now.total_usd == pytest.approx(change[world.dominant], rel=1e-6, abs=1.0)


def test_who_has_nothing_to_trade_is_told_nothing_and_costs_no_market(world: TradeWorld) -> None:
    outlooks = outlooks_of(world, with_later=False)
    axes = world.base.axes
    lists = (axes.ore_sellers, axes.refiners, axes.users, axes.component_makers, axes.final_users)
    active = {int(place) for positions in lists for place in positions.ravel()}
    idle = next(place for place in range(len(axes.countries)) if place not in active)
    assert (
        outlooks.answer([((idle,), WhatIfMember()), ((idle,), WhatIfControlled(0.0))])
        == [Answer(Accounts(), Accounts(), {})] * 2
    )
    assert outlooks.solved == 0


def test_answers_do_not_hang_on_who_else_asks_or_in_which_order(world: TradeWorld) -> None:
    asked = [(places(world, code), WhatIfMember()) for code in ("DEU", "AUS", "VNM")]
    together = outlooks_of(world, with_later=True).answer(asked)
    backwards = outlooks_of(world, with_later=True).answer(asked[::-1])[::-1]
    alone = [outlooks_of(world, with_later=True).answer([pair])[0] for pair in asked]
    for answers in (backwards, alone):
        for one, other in zip(together, answers, strict=True):
            assert one.now.total_usd == pytest.approx(other.now.total_usd, rel=1e-6, abs=1.0)
            assert one.later.total_usd == pytest.approx(other.later.total_usd, rel=1e-6, abs=1.0)


def test_asking_changes_nothing(world: TradeWorld) -> None:
    before = stakes(world, bound(world), True)
    outlooks = outlooks_of(world, with_later=True)
    outlooks.answer([(places(world, "DEU"), WhatIfMember())])
    np.testing.assert_array_equal(stakes(world, bound(world), True), before)


def test_the_status_quo_is_solved_once_for_all_askers(world: TradeWorld) -> None:
    outlooks = outlooks_of(world, with_later=False)
    outlooks.answer([(places(world, "DEU"), WhatIfMember())])
    first = outlooks.solved
    outlooks.answer([(places(world, "VNM"), WhatIfMember())])
    assert outlooks.solved - first < first


def test_answers_come_back_to_those_who_asked(world: TradeWorld) -> None:
    movers = [
        (places(world, "DEU"), (WhatIfMember(), WhatIfControlled(0.0))),
        (places(world, "AUS"), ()),
        (places(world, "VNM"), (WhatIfMember(),)),
    ]
    answers = ask_all(outlooks_of(world, with_later=False), movers)
    assert [len(answer) for answer in answers] == [2, 0, 1]
    assert answers[0][WhatIfMember()].now.total_usd == pytest.approx(
        ask(world, places(world, "DEU"), WhatIfMember()).now.total_usd, rel=1e-6
    )


def test_a_bloc_is_told_what_all_its_countries_together_gain(world: TradeWorld) -> None:
    bloc = world.places["EU"]
    joined = bound(world)
    joined[list(bloc)] = True
    change = stakes(world, joined, True) - stakes(world, bound(world), True)
    assert len(bloc) == 27
    assert ask(world, bloc, WhatIfMember()).now.total_usd == pytest.approx(
        change[list(bloc)].sum(), rel=1e-6, abs=1.0
    )


def test_the_later_market_is_another_one(world: TradeWorld) -> None:
    answer = ask(world, places(world, "JPN"), WhatIfMember(), with_later=True)
    assert answer.later != answer.now
    assert (
        ask(world, places(world, "JPN"), WhatIfMember()).later
        == ask(world, places(world, "JPN"), WhatIfMember()).now
    )


def test_a_control_touches_lanes_from_its_actor_to_its_targets_and_never_home() -> None:
    sellers, buyers = np.array([5, 7, -1]), np.array([5, 7, 9, -1])
    lanes = control_lanes(Control(5, 0, REFINED, (5, 7, 9), 0.0, 0, ""), sellers, buyers)
    assert {tuple(cell) for cell in np.argwhere(lanes).tolist()} == {(0, 1), (0, 2)}


def test_rows_of_one_batch_are_cleared_as_if_alone(world: TradeWorld) -> None:
    setting = make_setting(world, world.happenings, conditions_of(world), with_later=False)
    cases = [Case((0, 1), bound(world), True), Case((1,), np.zeros_like(bound(world)), False)]
    together, solved = solve_cases(setting, cases)
    assert solved == 3
    for case, outcome in zip(cases, together, strict=True):
        (alone,), _ = solve_cases(setting, [case])
        np.testing.assert_allclose(alone.accounts.usd, outcome.accounts.usd, rtol=1e-6, atol=1.0)
        assert replace(outcome).minerals.tolist() == list(case.minerals)


def test_a_control_that_changes_no_lane_asks_nothing(world: TradeWorld) -> None:
    """Free trade that is freed, targets that do not buy, a target that is at home: the status quo."""
    setting = make_setting(world, world.happenings, conditions_of(world), with_later=False)
    (china,), mineral = places(world, "CHN"), 0
    others = tuple(n for n in range(len(setting.axes.countries)) if n != china)
    absent = tuple(n for n in others if n not in setting.axes.buyers(REFINED)[mineral])
    free = int(next(n for n in setting.axes.sellers(REFINED)[mineral] if n != china))
    idle = [
        Control(free, mineral, REFINED, others, 1.0, 0, ""),
        Control(china, mineral, REFINED, absent, 0.0, 0, ""),
        Control(china, mineral, REFINED, (china,), 0.0, 0, ""),
    ]
    asked = [(), *((control,) for control in idle), (Control(china, mineral, REFINED, others, 0.0, 0, ""),)]
    outcomes, solved = solve_cases(setting, [Case((mineral,), bound(world), True, one) for one in asked])
    assert solved == 2
    assert all((one.accounts.usd == outcomes[0].accounts.usd).all() for one in outcomes[:-1])
    assert (outcomes[-1].accounts.usd != outcomes[0].accounts.usd).any()


def test_outlooks_hold_no_model(world: TradeWorld) -> None:
    outlooks: Outlooks = outlooks_of(world, with_later=True)
    assert not [value for value in vars(outlooks).values() if isinstance(value, TradeWorld)]
