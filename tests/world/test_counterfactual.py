"""Answers to "what if" are exact: a batch that starts from the round's prices in compiled loops finds what a
cold start in arrays finds in the market that the question describes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from small_worlds import bind, make_world, play

from benchmarks.random_questions import posed, random_question
from world.conditions import conditions_of
from world.counterfactual import Case, Outcome, solve_cases
from world.market.balance import pose
from world.market.method import ARRAYS, VARIABLE
from world.market.solver import clear_market
from world.market_round import make_setting
from world.questions.setting import Setting
from world.round import happen

QUESTIONS, RELATIVE = 200, 1e-6
MEMBERS = ["JPN", "KOR"]


@cache
def answered() -> tuple[Setting, list[Case], list[Outcome]]:
    """All minerals with the policy calendar, floors in force in the seventh quarter, and random questions."""
    settings = {"zone__text_quarters": [0, 0], "accession__strategy": "fixed", "reserve__exists": False}
    standings = dict.fromkeys(MEMBERS, "join")
    world = make_world(
        "zone_floor", history=True, minerals=["*"], rounds=8, zone__standings=standings, **settings
    )
    play(world, 4)
    bind(world, MEMBERS)
    play(world, 6)
    happen(world)
    assert world.state.politics.floor_in_force
    setting = make_setting(world, world.happenings, conditions_of(world), with_later=True)
    rng = np.random.default_rng(3)
    cases = [random_question(rng, setting) for _ in range(QUESTIONS)]
    return setting, cases, solve_cases(setting, cases)[0]


def test_answers_are_those_of_a_full_solve_by_the_other_form(monkeypatch: pytest.MonkeyPatch) -> None:
    setting, cases, outcomes = answered()
    markets = posed(setting, cases)
    monkeypatch.setenv(VARIABLE, ARRAYS)
    compared = 0
    for numbers, market in markets:
        active = [stage.sellers.active for stage in pose(market).stages]
        cold = clear_market(market).prices().price_usd_t
        for row, number in enumerate(numbers):
            for works, price, found in zip(active, cold, outcomes[number].prices.price_usd_t, strict=True):
                here = np.flatnonzero(works[row])
                said = str(cases[number])
                np.testing.assert_allclose(found[0, here], price[row, here], rtol=RELATIVE, err_msg=said)
                compared += len(here)
    assert compared > 10 * QUESTIONS


def test_most_questions_move_prices() -> None:
    """Else the start, which is the round's own prices, would be the answer."""
    setting, cases, outcomes = answered()
    moved = 0
    for case, outcome in zip(cases, outcomes, strict=True):
        before = [price[case.minerals[0]] for price in setting.now.start.price_usd_t]
        pairs = zip(before, outcome.prices.price_usd_t, strict=True)
        moved += any((np.abs(after[0] - price) > 0.01 * np.abs(price)).any() for price, after in pairs)
    assert moved > 0.5 * QUESTIONS
