"""Governments with ore: one suite for every policy, then what each is for."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_views import PARAMETERS, any_answer, held, option, same_both, touches_the_world

from agents.export_policy import (
    EXPORT_POLICIES,
    ExportPolicy,
    LocalProcessing,
    OreDecision,
    OreView,
    PriceSupport,
)
from agents.view import Accounts, Answer, HeldControl

every_policy = pytest.mark.parametrize(
    "policy", [kind() for kind in EXPORT_POLICIES.values()], ids=list(EXPORT_POLICIES)
)
INSTRUMENTS = {"export_tax": (1.0, 0.15), "quota": (0.6, 0.0), "ban": (0.0, 0.0)}


def ore_view(
    *controls: HeldControl, minerals: tuple[str, ...] = ("cobalt",), value: float = 1e8, **changes: Any
) -> OreView:
    """What a government sees that could tax, ration or ban its ore."""
    options = tuple(
        option(mineral, 0.7, value, stage="ore", instrument=word, tax_share=tax, exports_usd=value)
        for mineral in minerals
        for word, (granted, tax) in INSTRUMENTS.items()
    )
    granted = {word: share for word, (share, _) in INSTRUMENTS.items()}
    options = tuple(replace(o, approval_share=granted[o.instrument]) for o in options)
    return replace(OreView("AAA", 8, options, controls, {}, PARAMETERS), **changes)


def ore(mineral: str, instrument: str = "ban") -> HeldControl:
    granted, tax = INSTRUMENTS[instrument]
    return held(mineral, "BBB", stage="ore", instrument=instrument, approval_share=granted, tax_share=tax)


def decide(policy: ExportPolicy, view: OreView, answer: Answer) -> OreDecision:
    return policy.decide(view, dict.fromkeys(policy.questions(view), answer))


any_ore_view = st.builds(
    lambda held_minerals, value, foreign: ore_view(
        *(ore(mineral) for mineral in held_minerals),
        minerals=("cobalt", "nickel"),
        value=value,
        foreign_share={"cobalt": foreign},
    ),
    st.lists(st.sampled_from(["cobalt", "nickel", "lithium"]), unique=True),
    st.floats(0.0, 1e10),
    st.floats(0.0, 1.0),
)


@every_policy
@given(view=any_ore_view, answer=any_answer)
@settings(max_examples=40, deadline=None)
def test_moves_are_legal_repeatable_and_have_reasons_that_add_up(
    policy: ExportPolicy, view: OreView, answer: Answer
) -> None:
    untouched, decision = copy.deepcopy(view), decide(policy, view, answer)
    assert decide(pickle.loads(pickle.dumps(policy)), view, answer) == decision
    assert view == untouched
    taken = {control.mineral for control in view.controls}
    for imposed in decision.impose:
        assert imposed.mineral not in taken
        assert INSTRUMENTS[imposed.instrument] == (imposed.approval_share, imposed.tax_share)
    assert {relief.mineral for relief in decision.relent} <= taken
    moved = [reason for reason in decision.reasons if reason.choice != "none"]
    assert len(moved) == len(decision.impose) + len(decision.relent)
    for reason in decision.reasons:
        assert reason.margin_usd == pytest.approx(sum(reason.terms.values()))
        assert np.isfinite(list(reason.terms.values())).all()


@every_policy
def test_it_holds_nothing_of_the_world_and_sees_its_view_alone(policy: ExportPolicy) -> None:
    decide(policy, ore_view(), same_both(Accounts()))
    assert touches_the_world(policy) == []
    assert list(inspect.signature(policy.decide).parameters) == ["view", "answers"]


@every_policy
@pytest.mark.parametrize("gain", [-1e7, 1e6, 1e7])
def test_a_richer_country_with_other_names_decides_the_same(policy: ExportPolicy, gain: float) -> None:
    small = decide(policy, ore_view(), same_both(Accounts(producers_usd=gain)))
    large = decide(policy, ore_view(value=1e11, minerals=("nickel",)), same_both(Accounts(1e3 * gain)))
    assert [i.instrument for i in small.impose] == [i.instrument for i in large.impose]
    assert [1e3 * r.margin_usd for r in small.reasons] == pytest.approx([r.margin_usd for r in large.reasons])


def test_price_support_rations_where_less_earns_more_and_frees_where_it_does_not() -> None:
    earns, loses = (Answer(Accounts(producers_usd=usd), Accounts()) for usd in (1e7, -1e7))
    assert [i.instrument for i in decide(PriceSupport(), ore_view(), earns).impose] == ["quota"]
    assert decide(PriceSupport(), ore_view(), loses).impose == ()
    rationed = ore_view(ore("cobalt", "quota"))
    assert decide(PriceSupport(), rationed, earns).relent != ()  # here the answer is what lifting would bring
    assert decide(PriceSupport(), rationed, loses).relent == ()


def test_local_processing_bears_a_loss_today_for_smelters_to_come() -> None:
    patient = Answer(Accounts(-1e7), Accounts(3e7), {"own refiners later": 4e7})
    assert decide(LocalProcessing(), ore_view(), patient).impose != ()
    hopeless = Answer(Accounts(-1e7), Accounts(-1e7), {"own refiners later": 0.0})
    assert decide(LocalProcessing(), ore_view(), hopeless).impose == ()


def test_profits_of_foreign_owners_count_only_as_far_as_they_are_taxed() -> None:
    answer = Answer(Accounts(), Accounts(1e7), {"own refiners later": 1e7})
    own, foreign = (
        LocalProcessing().terms(ore_view(foreign_share={"cobalt": share}), "cobalt", answer)
        for share in (0.0, 0.75)
    )
    leaves = 0.75 * (1.0 - PARAMETERS["ore_profit_tax_share"]) * PARAMETERS["planning_weight_share"] * 1e7
    assert sum(own.values()) - sum(foreign.values()) == pytest.approx(leaves)
