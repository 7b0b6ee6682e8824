"""How the dominant refiner answers: one suite for every doctrine, then what each of them is for."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from made_up_views import (
    any_answer,
    any_refiner_view,
    decide,
    held,
    option,
    refiner_view,
    same_both,
    touches_the_world,
)

from agents.decision import ControlDecision, CountryDecision
from agents.doctrines.doctrine import WITHHOLDING, RefinerDoctrine, if_imposed
from agents.doctrines.escalation import Escalation
from agents.doctrines.leverage import Leverage
from agents.doctrines.mixed import Mixed
from agents.doctrines.passive import Passive
from agents.doctrines.predatory import DEPTHS, Predatory
from agents.doctrines.rent_capture import RentCapture
from agents.doctrines.tit_for_tat import TitForTat
from agents.dominant_refiner import DOCTRINES
from agents.view import (
    Accounts,
    Answer,
    Question,
    RefinerView,
    WhatIfCapture,
    WhatIfControl,
    WhatIfNoFloor,
)

every_doctrine = pytest.mark.parametrize(
    "doctrine", [kind() for kind in DOCTRINES.values()], ids=list(DOCTRINES)
)


@every_doctrine
@given(view=any_refiner_view, answer=any_answer)
@settings(max_examples=60, deadline=None)
def test_moves_are_legal_and_have_reasons_that_add_up(
    doctrine: RefinerDoctrine, view: RefinerView, answer: Answer
) -> None:
    asked = doctrine.questions(view)
    assert all(isinstance(question, WhatIfControl | WhatIfNoFloor | WhatIfCapture) for question in asked)
    assert len(set(asked)) == len(asked)
    decision = decide(doctrine, view, answer)
    offered = {(o.good, o.targets, o.instrument, o.approval_share): o.tax_share for o in view.options}
    for imposed in decision.impose:
        good = imposed.mineral, imposed.stage
        most = offered[good, imposed.targets, imposed.instrument, imposed.approval_share]
        cuts = [depth * most for depth in DEPTHS] if imposed.instrument == "price_war" else [most]
        assert imposed.tax_share in cuts
        assert imposed.targets
    in_force = {(c.good, target) for c in view.controls for target in c.targets}
    for relief in decision.relent:
        assert relief.targets
        assert {((relief.mineral, relief.stage), target) for target in relief.targets} <= in_force
    hostile = {grievance.actor for grievance in view.grievances}
    assert set(decision.counter_duty_share) <= hostile
    assert all(share >= 0.0 for share in decision.counter_duty_share.values())
    done = [
        r for r in decision.reasons if r.choice != "none" and r.choice not in ("relent", "capture the levy")
    ]
    assert len(done) == len(decision.impose)
    assert [r.choice for r in decision.reasons].count("relent") == len(decision.relent)
    for reason in decision.reasons:
        assert (reason.actor, reason.kind) == (view.actor, "retaliation")
        assert reason.margin_usd == pytest.approx(sum(reason.terms.values()))
        assert np.isfinite([reason.threshold_usd, *reason.terms.values()]).all()
        assert reason.choice != reason.alternative


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


FULL = [
    option(mineral, dependence, value, targets=("AAA", "BBB"), instrument=instrument, **terms)
    for mineral, dependence, value, entered in (("ndpr", 0.4, 9e8, 0.03), ("gallium", 0.9, 1e7, 0.0))
    for instrument, terms in (
        ("listing", {"approval_share": 0.9}),
        ("licence", {"approval_share": 0.4}),
        ("ban", {"approval_share": 0.0}),
        ("export_tax", {"approval_share": 1.0, "tax_share": 0.1, "rival_growth_share": entered}),
        ("price_war", {"approval_share": 1.0, "tax_share": -0.2, "rival_growth_share": entered}),
    )
]


def full_view(scale: float = 1.0, hostile: tuple[str, ...] = ("AAA",)) -> RefinerView:
    """All instruments on two goods, one of which rivals have entered; all money times a scale."""
    options = [
        replace(
            o,
            lane_value_usd=scale * o.lane_value_usd,
            exports_usd=2.0 * scale * o.lane_value_usd,
            feed_usd=0.1 * scale * o.lane_value_usd,
        )
        for o in FULL
    ]
    seen = refiner_view(options, hostile=hostile)
    gdp = {name: scale * usd for name, usd in seen.targets_gdp_usd.items()}
    return replace(seen, targets_gdp_usd=gdp, hurt_share=0.05, floor_in_force=True)


def full_answers(doctrine: RefinerDoctrine, view: RefinerView, scale: float = 1.0) -> dict[Question, Answer]:
    """Each question has an answer of its own: the more is withheld or taxed, the more it earns today and
    loses later."""
    found: dict[Question, Answer] = {}
    for question in doctrine.questions(view):
        size = 1e8 * scale
        if isinstance(question, WhatIfControl):
            size *= 1.0 - question.approval_share + question.tax_share
            size *= 1.5 if question.mineral == "ndpr" else 1.0
        others = {"targets": -3.0 * size, "rivals": 0.1 * size}
        found[question] = Answer(Accounts(producers_usd=size), Accounts(producers_usd=-0.4 * size), others)
    return found


def terms_of(reasons: tuple[CountryDecision, ...]) -> list[tuple[str, str, str]]:
    return [(reason.choice, reason.alternative, reason.subject) for reason in reasons]


@every_doctrine
@pytest.mark.parametrize("hostile", [("AAA",), ()])
def test_a_world_a_thousand_times_richer_sees_the_same_move(
    doctrine: RefinerDoctrine, hostile: tuple[str, ...]
) -> None:
    moves = []
    for scale in (1.0, 1000.0):
        view = full_view(scale, hostile)
        moves.append(doctrine.decide(view, full_answers(doctrine, view, scale)))
    one, other = moves
    assert (one.impose, one.relent, one.captures) == (other.impose, other.relent, other.captures)
    assert terms_of(one.reasons) == terms_of(other.reasons)
    for mine, theirs in zip(one.reasons, other.reasons, strict=True):
        assert theirs.margin_usd == pytest.approx(1000.0 * mine.margin_usd)


@every_doctrine
def test_names_of_countries_and_minerals_do_not_matter(doctrine: RefinerDoctrine) -> None:
    names = {"AAA": "ZZZ", "BBB": "YYY", "ndpr": "aluminium", "gallium": "yttrium"}
    view = full_view()
    other = replace(
        view,
        grievances=tuple(replace(g, actor=names[g.actor]) for g in view.grievances),
        options=tuple(
            replace(o, mineral=names[o.mineral], targets=tuple(names[t] for t in o.targets))
            for o in view.options
        ),
        targets_gdp_usd={names[name]: usd for name, usd in view.targets_gdp_usd.items()},
    )
    answers = full_answers(doctrine, view)
    renamed = {
        replace(q, mineral=names[q.mineral], targets=tuple(names[t] for t in q.targets))
        if isinstance(q, WhatIfControl)
        else q: answer
        for q, answer in answers.items()
    }
    one, two = doctrine.decide(view, answers), doctrine.decide(other, renamed)
    assert [names[i.mineral] for i in one.impose] == [i.mineral for i in two.impose]
    assert [i.instrument for i in one.impose] == [i.instrument for i in two.impose]
    assert [r.margin_usd for r in one.reasons] == [r.margin_usd for r in two.reasons]


@pytest.mark.parametrize("kind", [TitForTat, Escalation])
def test_those_who_answer_in_kind_start_nothing(kind: type[RefinerDoctrine]) -> None:
    rich = same_both(Accounts(treasury_usd=1e9), targets=-1e9)
    assert decide(kind(), refiner_view([option()], hostile=()), rich) == ControlDecision()


def test_the_passive_refiner_keeps_even_what_is_in_force() -> None:
    view = refiner_view([option()], controls=[held("gallium", "AAA")])
    assert decide(Passive(), view, same_both(Accounts())) == ControlDecision()


# --- tit for tat


def test_tit_for_tat_hits_where_the_target_depends_most() -> None:
    options = [option("ndpr", 0.4, 9e8), option("gallium", 0.9, 1e6), option("tungsten", 0.6, 1e9)]
    decision = decide(TitForTat(), refiner_view(options), same_both(Accounts()))
    assert [imposed.mineral for imposed in decision.impose] == ["gallium"]


def test_tit_for_tat_may_withhold_magnets() -> None:
    options = [option("ndpr", 0.4), option("ndpr", 0.9, stage="component")]
    (imposed,) = decide(TitForTat(), refiner_view(options), same_both(Accounts())).impose
    assert (imposed.mineral, imposed.stage) == ("ndpr", "component")


def test_tit_for_tat_spares_those_who_did_nothing() -> None:
    options = [option("gallium", 0.9, targets=("BBB",)), option("ndpr", 0.2, targets=("AAA",))]
    decision = decide(TitForTat(), refiner_view(options, hostile=["AAA"]), same_both(Accounts()))
    assert [imposed.mineral for imposed in decision.impose] == ["ndpr"]


def test_tit_for_tat_relents_toward_whoever_withdraws_and_nobody_else() -> None:
    controls = [held("ndpr", "AAA"), held("gallium", "AAA", "BBB")]
    decision = decide(
        TitForTat(), refiner_view((), hostile=["AAA"], controls=controls), same_both(Accounts())
    )
    assert [(relief.mineral, relief.targets) for relief in decision.relent] == [("gallium", ("BBB",))]


def test_tit_for_tat_lays_a_duty_on_those_who_aggrieve_it_and_lifts_it_with_the_act() -> None:
    duty = refiner_view().parameters["counter_duty_share"]
    answered = decide(TitForTat(), refiner_view((), hostile=["AAA", "CCC"]), same_both(Accounts()))
    assert answered.counter_duty_share == {"AAA": duty, "CCC": duty}
    assert decide(TitForTat(), refiner_view((), hostile=[]), same_both(Accounts())).counter_duty_share == {}


def test_tit_for_tat_widens_a_control_to_newcomers_before_it_opens_another() -> None:
    options = [option("gallium", 0.9), option("ndpr", 0.2)]
    view = refiner_view(
        options, hostile=["AAA", "BBB"], controls=[held("ndpr", "AAA")], tit_for_tat_controls=1.0
    )
    (imposed,) = decide(TitForTat(), view, same_both(Accounts())).impose
    assert (imposed.mineral, imposed.targets) == ("ndpr", ("AAA", "BBB"))


def test_tit_for_tat_stops_at_its_count_of_controls() -> None:
    controls = [held("ndpr", "AAA"), held("gallium", "AAA")]
    view = refiner_view([option("tungsten")], controls=controls, tit_for_tat_controls=2.0)
    assert decide(TitForTat(), view, same_both(Accounts())).impose == ()
    wider = refiner_view([option("tungsten")], controls=controls, tit_for_tat_controls=3.0)
    assert len(decide(TitForTat(), wider, same_both(Accounts())).impose) == 1


# --- the ladder

LADDER = [
    option(mineral, dependence, exports_usd=1e9, instrument=instrument)
    for mineral, dependence in (("ndpr", 0.9), ("gallium", 0.5))
    for instrument in WITHHOLDING
]


def climb(hurts: list[float], wait: int = 2) -> list[tuple[str, str] | None]:
    """Goods and instruments put on, step by step, when it is hurt so much and enough time has passed."""
    controls, told = [], []
    for turn, hurt in enumerate(hurts):
        view = replace(refiner_view(LADDER, controls=controls), hurt_share=hurt, round=8 + wait * turn)
        decision = decide(Escalation(), view, same_both(Accounts()))
        told.append((decision.impose[0].mineral, decision.impose[0].instrument) if decision.impose else None)
        for imposed in decision.impose:
            controls = [c for c in controls if c.mineral != imposed.mineral]
            controls.append(held(imposed.mineral, "AAA", instrument=imposed.instrument, since=view.round))
        controls = [c for c in controls if c.mineral not in {r.mineral for r in decision.relent}]
    return told


def test_each_threshold_passed_buys_one_step_up_the_ladder() -> None:
    assert climb([0.0] * 2) == [("ndpr", "listing"), None]
    assert climb([0.045] * 4) == [("ndpr", "listing"), ("ndpr", "end_use"), ("ndpr", "licence"), None]
    steep = climb([1.0] * 7)
    assert steep[:5] == [("ndpr", word) for word in WITHHOLDING]
    assert steep[5:] == [("gallium", "listing"), ("gallium", "end_use")]


def test_it_waits_between_steps_up_and_goes_down_as_the_hurt_eases() -> None:
    assert climb([0.1] * 3, wait=1) == [("ndpr", "listing"), None, ("ndpr", "end_use")]
    assert climb([0.1, 0.1, 0.1, 0.02]) == [
        ("ndpr", "listing"),
        ("ndpr", "end_use"),
        ("ndpr", "licence"),
        ("ndpr", "end_use"),
    ]


def test_the_ladder_ends_in_a_truce_when_the_act_is_withdrawn() -> None:
    view = refiner_view(LADDER, hostile=(), controls=[held("ndpr", "AAA", instrument="ban")])
    assert [r.targets for r in decide(Escalation(), view, same_both(Accounts())).relent] == [("AAA",)]


# --- rent capture and all together


@pytest.mark.parametrize(("gain", "captures"), [(1e8, True), (0.0, None), (-1e6, None)])
def test_the_levy_is_taken_over_where_there_is_one(gain: float, captures: bool | None) -> None:
    view = replace(refiner_view(), floor_in_force=True)
    assert decide(RentCapture(), view, same_both(Accounts(treasury_usd=gain))).captures is captures


def test_the_tax_on_the_levy_goes_with_the_floor() -> None:
    assert (
        decide(RentCapture(), replace(refiner_view(), captures=True), same_both(Accounts())).captures is False
    )


def test_mixed_captures_and_puts_on_only_the_best_control() -> None:
    view = full_view()
    parts = [RentCapture(), Predatory(), Leverage()]
    alone = [part.decide(view, full_answers(part, view)) for part in parts]
    both = Mixed().decide(view, full_answers(Mixed(), view))
    assert both.captures is True
    assert len(both.impose) == 1
    assert both.impose[0] in [imposed for move in alone for imposed in move.impose]
    assert if_imposed(view.options[0]) in Mixed().questions(view)
