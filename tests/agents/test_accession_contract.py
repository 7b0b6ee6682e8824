"""One suite for every accession strategy: legal, repeatable, picklable, blind, with reasons that add up."""

from __future__ import annotations

import ast
import copy
import inspect
import pickle
import random
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_views import NOTHING, any_answer, any_view, touches_the_world, view

import agents
from agents.accession import AccessionStrategy, FixedStanding, PayoffAccession
from agents.decision import CountryDecision
from agents.scripted import ScriptedAccession
from agents.strategies.by_name import make_strategy, strategy_names
from agents.view import Accounts, Answer, CountryView, Question, WhatIfControlled, WhatIfMember

STRATEGIES = {
    "payoff": PayoffAccession(),
    "fixed to join": FixedStanding(True),
    "fixed to hold out": FixedStanding(False),
    "scripted": ScriptedAccession({3: "join", 10: "join", 12: "hold_out"}),
    "without a script": ScriptedAccession({}),
    **{name: make_strategy(name) for name in strategy_names() if name not in ("payoff", "fixed")},
}
OUTSIDE, INSIDE = {"join", "hold_out", "prepare"}, {"stay", "leave"}
TEXT_FIRST = [name for name in STRATEGIES if name != "scripted"]

every_strategy = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=list(STRATEGIES))


def ask_and_decide(strategy: AccessionStrategy, seen: CountryView, answer: Answer) -> CountryDecision:
    asked = strategy.questions(seen)
    answers: Mapping[Question, Answer] = dict.fromkeys(asked, answer)
    return strategy.decide(seen, answers)


@every_strategy
@given(seen=any_view, answer=any_answer)
@settings(max_examples=40, deadline=None)
def test_choices_are_legal_and_reasons_add_up(
    strategy: AccessionStrategy, seen: CountryView, answer: Answer
) -> None:
    assert all(isinstance(question, WhatIfMember | WhatIfControlled) for question in strategy.questions(seen))
    decision = ask_and_decide(strategy, seen, answer)
    if not (
        isinstance(strategy, ScriptedAccession) and seen.rung == 4
    ):  # a script is obeyed, whatever it says
        assert decision.choice in (INSIDE if seen.rung == 4 else OUTSIDE)
    assert (decision.actor, decision.kind) == (seen.actor, "accession")
    assert decision.margin_usd == pytest.approx(sum(decision.terms.values()))
    assert np.isfinite([decision.margin_usd, decision.threshold_usd, *decision.terms.values()]).all()


@every_strategy
@given(seen=any_view, answer=any_answer)
@settings(max_examples=25, deadline=None)
def test_the_same_view_gives_the_same_decision_whatever_happened_between(
    strategy: AccessionStrategy, seen: CountryView, answer: Answer
) -> None:
    first = ask_and_decide(strategy, seen, answer)
    ask_and_decide(strategy, view(taste=3.0, rung=2), answer)
    np.random.seed(0)  # noqa: NPY002 - a strategy must not draw from a generator of the process
    random.seed(0)
    untouched = copy.deepcopy(seen)
    assert ask_and_decide(strategy, seen, answer) == first
    assert seen == untouched
    assert ask_and_decide(pickle.loads(pickle.dumps(strategy)), seen, answer) == first


@every_strategy
def test_it_holds_nothing_of_the_world(strategy: AccessionStrategy) -> None:
    ask_and_decide(strategy, view(), NOTHING)
    assert touches_the_world(strategy) == []


@every_strategy
def test_it_is_asked_with_a_view_and_answers_alone(strategy: AccessionStrategy) -> None:
    assert list(inspect.signature(strategy.questions).parameters) == ["view"]
    assert list(inspect.signature(strategy.decide).parameters) == ["view", "answers"]


def test_agents_import_neither_world_nor_experiments() -> None:
    folder = Path(str(agents.__file__)).parent
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] in ("world", "experiments")], file.name


@pytest.mark.parametrize("name", TEXT_FIRST)
@given(seen=any_view, answer=any_answer)
@settings(max_examples=60, deadline=None)
def test_nobody_signs_a_binding_floor_before_a_text_exists(
    name: str, seen: CountryView, answer: Answer
) -> None:
    before = view(
        **{
            **{
                field: getattr(seen, field)
                for field in ("taste", "pressure", "side_payment_usd", "finance_offer_usd")
            },
            "rung": 3,
            "text_exists": False,
            "favourable_reviews": 9,
        }
    )
    assert ask_and_decide(STRATEGIES[name], before, answer).choice not in ("join", "prepare")


def test_a_script_cannot_sign_what_does_not_exist() -> None:
    assert ScriptedAccession({10: "join"}).decide(view(rung=3, text_exists=False), {}).choice != "join"


@every_strategy
def test_nobody_joins_a_zone_that_is_not_open(strategy: AccessionStrategy) -> None:
    if isinstance(strategy, ScriptedAccession):
        pytest.skip("a script is obeyed; the world asks nobody where there is no zone")
    for rung in range(5):
        assert ask_and_decide(strategy, view(rung=rung, zone_open=False, taste=4.0), NOTHING).choice != "join"


def test_a_script_names_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="'dither' is not one of ask, hold_out, join, leave, stay"):
        ScriptedAccession({1: "dither"})
    script = ScriptedAccession({10: "join"})
    assert script.decide(view(round=10, rung=2), {}).choice == "join"
    assert script.decide(view(round=11, rung=2), {}).choice == "hold_out"
    assert script.decide(view(round=11, rung=4), {}).choice == "stay"


def test_before_its_first_decision_a_country_decides_by_itself() -> None:
    script = ScriptedAccession({10: "hold_out"}, FixedStanding(True))
    assert script.decide(view(round=9, rung=1), {}).choice == "join"
    assert (script.has_begun(9), script.has_begun(10)) == (False, True)
    assert script.decide(view(round=10, rung=1), {}).choice == "hold_out"
    assert script.decide(view(round=11, rung=1), {}).choice == "hold_out"


def test_who_asks_holds_out_and_says_what_it_lacks() -> None:
    seen = view(round=10, rung=3, text_exists=True)
    script, weighing = ScriptedAccession({10: "ask"}), PayoffAccession()
    asked = script.questions(seen)
    assert list(asked) == list(weighing.questions(seen)) != []
    answers = dict.fromkeys(asked, NOTHING)
    decision, weighed = script.decide(seen, answers), weighing.decide(seen, answers)
    assert (decision.choice, decision.subject) == ("hold_out", "floor")
    assert decision.terms == weighed.terms
    assert decision.threshold_usd == weighed.threshold_usd


def test_there_is_nothing_to_leave_below_the_floor() -> None:
    assert ScriptedAccession({10: "leave"}).decide(view(round=10, rung=2), {}).choice == "hold_out"
    assert ScriptedAccession({10: "join"}).decide(view(round=10, rung=4), {}).choice == "stay"


@pytest.mark.parametrize("name", strategy_names())
@given(
    seen=any_view,
    answer=any_answer,
    factor=st.sampled_from([0.25, 4.0]),
    label=st.sampled_from(["AAA", "ZZZ"]),
)
@settings(max_examples=40, deadline=None)
def test_neither_the_unit_of_money_nor_the_name_of_the_country_matters(
    name: str, seen: CountryView, answer: Answer, factor: float, label: str
) -> None:
    """Factors are powers of two, so that sums scale without rounding."""
    big = replace(seen, economy_stake_usd=max(seen.economy_stake_usd, 16.0))  # above the least scale of 1 USD
    money = {
        field.name: factor * getattr(big, field.name) for field in fields(big) if field.name.endswith("_usd")
    }
    one = ask_and_decide(make_strategy(name), big, answer)
    other = ask_and_decide(make_strategy(name), replace(big, actor=label, **money), scaled(answer, factor))
    assert (other.choice, other.subject, other.actor) == (one.choice, one.subject, label)
    if "fixed by the scenario" not in one.terms:
        assert other.margin_usd == pytest.approx(factor * one.margin_usd)
        assert other.threshold_usd == pytest.approx(factor * one.threshold_usd)


def scaled(answer: Answer, factor: float) -> Answer:
    now, later = (
        Accounts(factor * a.users_usd, factor * a.producers_usd, factor * a.treasury_usd)
        for a in (answer.now, answer.later)
    )
    return Answer(now, later, {name: factor * value for name, value in answer.others_usd.items()})


@pytest.mark.parametrize("name", strategy_names())
def test_a_country_with_nothing_at_stake_stays_where_it_is(name: str) -> None:
    """No gain, no cost, no taste, no partner inside: nobody joins, and nobody leaves by being asked again."""
    for number in range(40):
        outside = ask_and_decide(make_strategy(name), view(round=number, favourable_reviews=9), NOTHING)
        assert outside.choice == "hold_out"
