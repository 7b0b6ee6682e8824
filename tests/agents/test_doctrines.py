"""How the dominant refiner answers: one suite for every doctrine, then what each of them is for."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from made_up_views import any_answer, any_refiner_view, option, refiner_view, same_both, touches_the_world

from agents.decision import ControlDecision
from agents.dominant_refiner import DOCTRINES, Leverage, Passive, RefinerDoctrine, TitForTat, leverage_terms
from agents.view import Accounts, Answer, Question, RefinerView, WhatIfControl, WhatIfNoFloor

every_doctrine = pytest.mark.parametrize(
    "doctrine", [kind() for kind in DOCTRINES.values()], ids=list(DOCTRINES)
)


def decide(doctrine: RefinerDoctrine, view: RefinerView, answer: Answer) -> ControlDecision:
    answers: Mapping[Question, Answer] = dict.fromkeys(doctrine.questions(view), answer)
    return doctrine.decide(view, answers)


@every_doctrine
@given(view=any_refiner_view, answer=any_answer)
@settings(max_examples=60, deadline=None)
def test_moves_are_legal_and_have_reasons_that_add_up(
    doctrine: RefinerDoctrine, view: RefinerView, answer: Answer
) -> None:
    assert all(isinstance(question, WhatIfControl | WhatIfNoFloor) for question in doctrine.questions(view))
    decision = decide(doctrine, view, answer)
    offered = {option.mineral: option for option in view.options}
    for imposed in decision.impose:
        assert not set(imposed.targets) <= set(
            view.controls.get(imposed.mineral, ())
        )  # new, or wider than before
        assert set(imposed.targets) <= set(offered[imposed.mineral].targets)
        assert imposed.targets
        assert imposed.approval_share == offered[imposed.mineral].approval_share
    assert set(decision.relent) <= set(view.controls)
    assert len(set(decision.relent)) == len(decision.relent)
    hostile = {grievance.actor for grievance in view.grievances}
    assert set(decision.counter_duty_share) <= hostile
    assert all(share >= 0.0 for share in decision.counter_duty_share.values())
    choices = [reason.choice for reason in decision.reasons]
    assert choices.count("license") == len(decision.impose)
    assert choices.count("relent") == len(decision.relent)
    for reason in decision.reasons:
        assert (reason.actor, reason.kind) == (view.actor, "retaliation")
        assert reason.margin_usd == pytest.approx(sum(reason.terms.values()))
        assert np.isfinite(list(reason.terms.values())).all()


@every_doctrine
@given(view=any_refiner_view, answer=any_answer)
@settings(max_examples=25, deadline=None)
def test_the_same_view_gives_the_same_move(
    doctrine: RefinerDoctrine, view: RefinerView, answer: Answer
) -> None:
    first, untouched = decide(doctrine, view, answer), copy.deepcopy(view)
    decide(doctrine, refiner_view([option("graphite")]), answer)
    assert decide(doctrine, view, answer) == first
    assert view == untouched
    assert decide(pickle.loads(pickle.dumps(doctrine)), view, answer) == first


@every_doctrine
def test_it_holds_nothing_of_the_world_and_sees_its_view_alone(doctrine: RefinerDoctrine) -> None:
    decide(doctrine, refiner_view([option()]), same_both(Accounts()))
    assert touches_the_world(doctrine) == []
    assert list(inspect.signature(doctrine.decide).parameters) == ["view", "answers"]


@every_doctrine
def test_without_a_grievance_nothing_is_imposed(doctrine: RefinerDoctrine) -> None:
    rich = same_both(Accounts(treasury_usd=1e9), targets=-1e9)
    assert decide(doctrine, refiner_view((), hostile=()), rich) == ControlDecision()


def test_the_passive_refiner_keeps_even_what_is_in_force() -> None:
    view = refiner_view([option()], controls={"gallium": ("AAA",)})
    assert decide(Passive(), view, same_both(Accounts())) == ControlDecision()


def test_tit_for_tat_hits_where_the_target_depends_most() -> None:
    options = [option("ndpr", 0.4, 9e8), option("gallium", 0.9, 1e6), option("tungsten", 0.6, 1e9)]
    decision = decide(TitForTat(), refiner_view(options), same_both(Accounts()))
    assert [imposed.mineral for imposed in decision.impose] == ["gallium"]


def test_tit_for_tat_spares_those_who_did_nothing() -> None:
    options = [option("gallium", 0.9, targets=("BBB",)), option("ndpr", 0.2, targets=("AAA",))]
    decision = decide(TitForTat(), refiner_view(options, hostile=["AAA"]), same_both(Accounts()))
    assert [imposed.mineral for imposed in decision.impose] == ["ndpr"]


def test_tit_for_tat_relents_when_the_act_is_withdrawn_and_not_before() -> None:
    controls = {"ndpr": ("AAA",), "gallium": ("BBB",)}
    decision = decide(
        TitForTat(), refiner_view((), hostile=["AAA"], controls=controls), same_both(Accounts())
    )
    assert decision.relent == ("gallium",)


def test_tit_for_tat_lays_a_duty_on_those_who_aggrieve_it_and_lifts_it_with_the_act() -> None:
    duty = refiner_view().parameters["counter_duty_share"]
    answered = decide(TitForTat(), refiner_view((), hostile=["AAA", "CCC"]), same_both(Accounts()))
    assert answered.counter_duty_share == {"AAA": duty, "CCC": duty}
    assert decide(TitForTat(), refiner_view((), hostile=[]), same_both(Accounts())).counter_duty_share == {}


def test_tit_for_tat_widens_a_control_to_newcomers_before_it_opens_another() -> None:
    options = [option("gallium", 0.9), option("ndpr", 0.2)]
    view = refiner_view(
        options, hostile=["AAA", "BBB"], controls={"ndpr": ("AAA",)}, tit_for_tat_controls=1.0
    )
    (imposed,) = decide(TitForTat(), view, same_both(Accounts())).impose
    assert (imposed.mineral, imposed.targets) == ("ndpr", ("AAA", "BBB"))


def test_tit_for_tat_stops_at_its_count_of_controls() -> None:
    controls = {"ndpr": ("AAA",), "gallium": ("AAA",)}
    view = refiner_view([option("tungsten")], controls=controls, tit_for_tat_controls=2.0)
    assert decide(TitForTat(), view, same_both(Accounts())).impose == ()
    wider = refiner_view([option("tungsten")], controls=controls, tit_for_tat_controls=3.0)
    assert len(decide(TitForTat(), wider, same_both(Accounts())).impose) == 1


def test_leverage_takes_the_control_worth_most_and_only_when_it_pays() -> None:
    options = [option("ndpr"), option("gallium")]
    view = refiner_view(options)
    answers: dict[Question, Answer] = {
        WhatIfNoFloor(): same_both(Accounts()),
        WhatIfControl("ndpr", ("AAA", "BBB"), 0.4): same_both(Accounts(producers_usd=5e7)),
        WhatIfControl("gallium", ("AAA", "BBB"), 0.4): same_both(Accounts(producers_usd=9e7)),
    }
    assert set(Leverage().questions(view)) == set(answers)
    assert [imposed.mineral for imposed in Leverage().decide(view, answers).impose] == ["gallium"]
    poor = dict.fromkeys(answers, same_both(Accounts(producers_usd=-5e7)))
    decision = Leverage().decide(view, poor)
    assert decision.impose == ()
    assert [reason.choice for reason in decision.reasons] == ["none"]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("own accounts", same_both(Accounts(producers_usd=-1e7)), same_both(Accounts(producers_usd=1e7))),
        ("concession hoped for", same_both(Accounts(), targets=0.0), same_both(Accounts(), targets=-1e10)),
        ("rivals called up", same_both(Accounts(), rivals=1e8), same_both(Accounts(), rivals=0.0)),
    ],
)
def test_each_term_of_leverage_moves_as_it_should(name: str, low: Answer, high: Answer) -> None:
    view = refiner_view([option()])
    worse, better = (leverage_terms(view, option(), answer, floor_cost_usd=1e8) for answer in (low, high))
    assert worse[name] < better[name]
    assert {other for other in worse if worse[other] != better[other]} == {name}


def test_a_harder_control_costs_more_politically() -> None:
    ban, licence = (
        leverage_terms(refiner_view(), option(approval_share=share), same_both(Accounts()), 0.0)
        for share in (0.0, 0.4)
    )
    assert ban["political cost"] < licence["political cost"] < 0.0


def test_no_concession_is_hoped_for_where_nothing_is_hurt() -> None:
    terms = leverage_terms(refiner_view(), option(), same_both(Accounts()), floor_cost_usd=1e9)
    assert terms["concession hoped for"] == pytest.approx(0.0, abs=1e-6)


def test_leverage_keeps_a_control_until_it_costs_more_than_a_change_of_course() -> None:
    """For a control in force the answer holds what lifting it would bring."""
    held = {"ndpr": ("AAA",)}
    view = refiner_view([option("ndpr", value=1e8)], controls=held)
    question = WhatIfControl("ndpr", ("AAA",), 1.0)

    def relents(gain_from_lifting: float) -> bool:
        lifted = same_both(Accounts(producers_usd=gain_from_lifting))
        return Leverage().decide(view, {WhatIfNoFloor(): same_both(Accounts()), question: lifted}).relent == (
            "ndpr",
        )

    assert relents(5e7)
    assert not relents(-5e7)
    political = 0.15 * 1e8 * 0.6
    assert not relents(-political - 1e5)


def test_leverage_lifts_what_is_no_longer_an_option() -> None:
    view = refiner_view([], hostile=(), controls={"ndpr": ("AAA",)})
    decision = decide(Leverage(), view, same_both(Accounts()))
    assert decision.relent == ("ndpr",)
