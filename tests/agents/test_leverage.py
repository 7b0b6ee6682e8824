"""Calculated leverage: what a control earns, what it costs, and when it is weighed again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_views import PARAMETERS, decide, held, option, refiner_view, same_both

from agents.doctrines.doctrine import if_imposed, if_lifted
from agents.doctrines.leverage import Leverage, leverage_terms
from agents.view import Accounts, Answer, Question, WhatIfControl


def test_leverage_takes_the_control_worth_most_and_only_when_it_pays() -> None:
    options = [option("ndpr"), option("gallium")]
    view = refiner_view(options)
    answers: dict[Question, Answer] = {
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
        ("own accounts", Answer(Accounts(-1e7), Accounts()), Answer(Accounts(1e7), Accounts())),
        ("concession hoped for", same_both(Accounts(), targets=0.0), same_both(Accounts(), targets=-1e10)),
        ("rivals called up", Answer(Accounts(), Accounts(-1e8)), Answer(Accounts(), Accounts())),
    ],
)
def test_each_term_of_leverage_moves_as_it_should(name: str, low: Answer, high: Answer) -> None:
    view = refiner_view([option()])
    worse, better = (leverage_terms(view, option(), answer, floor_cost_usd=1e8) for answer in (low, high))
    assert worse[name] < better[name]
    assert {other for other in worse if worse[other] != better[other]} == {name}


def test_a_patient_refiner_fears_rivals_more() -> None:
    answer = Answer(Accounts(), Accounts(producers_usd=-1e8))
    patient, hasty = (
        leverage_terms(refiner_view([option()], dominant_discount_year=rate), option(), answer, 0.0)
        for rate in (0.02, 0.2)
    )
    assert patient["rivals called up"] < hasty["rivals called up"] < 0.0


def test_a_harder_control_costs_more_in_politics_and_reputation() -> None:
    ban, licence = (
        leverage_terms(
            refiner_view(), option(approval_share=share, exports_usd=2e8), same_both(Accounts()), 0.0
        )
        for share in (0.0, 0.4)
    )
    for term in ("political cost", "reputation"):
        assert ban[term] < licence[term] < 0.0


def test_what_nobody_provoked_costs_more() -> None:
    calm, provoked = (
        leverage_terms(refiner_view(hostile=hostile), option(), same_both(Accounts()), 0.0)
        for hostile in ((), ("AAA",))
    )
    assert calm["breach of trade law"] < 0.0 == provoked["breach of trade law"]


def test_ore_bought_from_the_targets_restrains_it() -> None:
    free, bound = (
        leverage_terms(refiner_view(), option(feed_usd=feed), same_both(Accounts()), 0.0)
        for feed in (0.0, 1e8)
    )
    assert sum(bound.values()) < sum(free.values())


def test_no_concession_is_hoped_for_where_nothing_is_hurt() -> None:
    terms = leverage_terms(refiner_view(), option(), same_both(Accounts()), floor_cost_usd=1e9)
    assert terms["concession hoped for"] == pytest.approx(0.0, abs=1e-6)


def test_leverage_does_not_weigh_a_control_again_before_it_has_stood_for_a_while() -> None:
    """Listed in one quarter and lifted in the next was seen in runs, and nowhere else."""
    lifted = Answer(Accounts(producers_usd=1e9), Accounts())
    least = int(PARAMETERS["control_least_quarters"])
    for age in range(2 * least):
        control = held("ndpr", "AAA", since=8 - age)
        seen = refiner_view([option("ndpr", value=1e8)], controls=[control])
        assert (if_lifted(control) in Leverage().questions(seen)) == (age >= least)
        assert bool(Leverage().decide(seen, {if_lifted(control): lifted}).relent) == (age >= least)


def test_what_nobody_provoked_is_rationed_and_not_stopped() -> None:
    """A stop of all exports that nobody has given cause for is on no record; where it pays it is for who
    aggrieves it."""
    gain = same_both(Accounts(producers_usd=9e9))
    ban, quota = (option("ndpr", approval_share=share, instrument=word) for share, word in BLANKETS)
    for hostile, taken in [((), "quota"), (("AAA", "BBB"), "ban")]:
        view = refiner_view([ban, quota], hostile=hostile, unprovoked_cost_share=0.0)
        answers: dict[Question, Answer] = dict.fromkeys(Leverage().questions(view), gain)
        assert if_imposed(quota) in answers
        assert (if_imposed(ban) in answers) == bool(hostile)
        answers[if_imposed(quota)] = gain if not hostile else same_both(Accounts(producers_usd=1e9))
        assert [imposed.instrument for imposed in Leverage().decide(view, answers).impose] == [taken]


BLANKETS = [(0.0, "ban"), (0.4, "quota")]
TAX = option("ndpr", approval_share=1.0, instrument="export_tax", tax_share=0.1, exports_usd=1e8)


def test_law_keeps_leverage_from_taxing_exports_that_spare_nobody() -> None:
    """A tax on all abroad is no answer to one of them; without law its gain alone counts."""
    gain = same_both(Accounts(treasury_usd=6e6))
    for lawful, hostile in [(True, ()), (True, ("AAA",)), (False, ()), (False, ("AAA",))]:
        cost = PARAMETERS["unprovoked_cost_share"] if lawful else 0.0
        view = refiner_view([TAX], hostile=hostile, unprovoked_cost_share=cost)
        assert bool(decide(Leverage(), view, gain).impose) == (not lawful)
    assert Leverage().questions(replace(refiner_view([TAX]), round=9)) == ()


def test_a_tax_is_weighed_again_as_a_tax() -> None:
    tax = held("ndpr", "AAA", "BBB", instrument="export_tax", approval_share=1.0, tax_share=0.1, since=0)
    view = refiner_view([option("ndpr"), TAX], hostile=(), controls=[tax], unprovoked_cost_share=0.0)
    for gain, relents in [(-6e6, False), (6e6, True)]:  # of lifting it
        answer = Answer(Accounts(treasury_usd=gain), Accounts())
        assert bool(decide(Leverage(), view, answer).relent) == relents


def test_leverage_leaves_a_good_alone_for_a_while_after_it_let_go_of_it() -> None:
    least = int(PARAMETERS["control_least_quarters"])
    for freed in range(2 * least):
        view = refiner_view([option("ndpr", freed_quarters=float(freed))])
        move = decide(Leverage(), view, same_both(Accounts(producers_usd=1e9)))
        assert bool(move.impose) == (freed >= least)


def test_leverage_keeps_a_control_until_it_costs_more_than_a_change_of_course() -> None:
    """For a control in force the answer holds what lifting it would bring."""
    control = held("ndpr", "AAA")
    view = refiner_view([option("ndpr", value=1e8)], controls=[control])

    def relents(gain_from_lifting: float) -> bool:
        lifted = Answer(Accounts(producers_usd=gain_from_lifting), Accounts())
        return Leverage().decide(view, {if_lifted(control): lifted}).relent != ()

    assert relents(5e7)
    assert not relents(-5e7)
    political = 0.15 * 1e8 * 0.6
    assert not relents(-political - 1e5)


def test_leverage_lifts_what_is_no_longer_an_option() -> None:
    view = refiner_view([], hostile=(), controls=[held("ndpr", "AAA")])
    decision = decide(Leverage(), view, same_both(Accounts()))
    assert [relief.mineral for relief in decision.relent] == ["ndpr"]
