"""Price wars: what they are worth, how deep they cut, and when they end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_views import PARAMETERS, decide, held, option, refiner_view, same_both

from agents.doctrines.doctrine import annuity
from agents.doctrines.predatory import DEPTHS, Predatory, exit_belief, predation_value_usd, war_terms
from agents.view import Accounts, Answer, HeldControl, Question, WhatIfControl


def test_predation_is_worth_what_the_closed_form_says() -> None:
    """Known answer T28: L = 1, T = 8, d = 0.98, q = 0.7, G = 0.6; it breaks even at G = 0.250593."""
    assert predation_value_usd(1.0, 8.0, 0.98, 0.7, 0.6) == pytest.approx(10.40417, abs=1e-5)
    assert predation_value_usd(1.0, 8.0, 0.98, 0.7, 0.250593) == pytest.approx(0.0, abs=1e-4)
    assert predation_value_usd(1.0, 8.0, 0.98, 0.7, 0.250593, keeps_quarters=20.0) < -0.5
    assert annuity(1.0, 8.0) == 8.0


def test_the_belief_in_exit_moves_toward_what_wars_brought() -> None:
    prior, weight = PARAMETERS["predation_exit_probability"], PARAMETERS["predation_prior_weight"]
    assert exit_belief(refiner_view()) == pytest.approx(prior)
    in_vain = replace(refiner_view(), wars_seen=4.0, exits_seen=0.0)
    assert exit_belief(in_vain) == pytest.approx(prior * weight / (weight + 4.0))
    won = replace(refiner_view(), wars_seen=4.0, exits_seen=4.0)
    assert prior < exit_belief(won) < 1.0
    answer = Answer(Accounts(producers_usd=-1e7), Accounts(producers_usd=2e7))
    assert decide(Predatory(), refiner_view([WAR]), answer).impose
    assert not decide(Predatory(), replace(refiner_view([WAR]), wars_seen=40.0), answer).impose


WAR = option("ndpr", instrument="price_war", approval_share=1.0, tax_share=-0.2, rival_growth_share=0.05)
SPOILS = replace(WAR, instrument="export_tax", tax_share=0.1)


def fought_since(since: int) -> HeldControl:
    return held("ndpr", "AAA", "BBB", instrument="price_war", approval_share=1.0, tax_share=-0.2, since=since)


def test_it_undercuts_where_rivals_have_entered_and_closing_them_pays() -> None:
    answer = Answer(Accounts(producers_usd=-1e7), Accounts(producers_usd=2e7))
    assert [i.instrument for i in decide(Predatory(), refiner_view([WAR]), answer).impose] == ["price_war"]
    dear = Answer(Accounts(producers_usd=-1e9), Accounts(producers_usd=2e7))
    assert decide(Predatory(), refiner_view([WAR]), dear).impose == ()
    calm = replace(WAR, rival_growth_share=0.0)
    assert Predatory().questions(refiner_view([calm])) == ()


def test_public_money_is_dear() -> None:
    answer = Answer(Accounts(producers_usd=5e6, treasury_usd=-2e7), Accounts())
    terms = war_terms(refiner_view(), answer, 8.0)
    assert terms["cost of public funds"] == pytest.approx(-PARAMETERS["fiscal_cost_share"] * 2e7)
    assert terms["loss while it lasts"] == pytest.approx(-1.5e7)


def test_it_cuts_by_as_much_as_pays_best() -> None:
    """Rivals who stand near their running cost are gone after a cut of a quarter: more buys nothing."""
    view = refiner_view([WAR, SPOILS])
    answers: dict[Question, Answer] = {}
    for question in Predatory().questions(view):
        assert isinstance(question, WhatIfControl)
        assert question.then_tax_share == SPOILS.tax_share
        lost = 1e8 * question.tax_share
        answers[question] = Answer(Accounts(treasury_usd=lost), Accounts(producers_usd=2e7))
    (imposed,) = Predatory().decide(view, answers).impose
    assert imposed.tax_share == min(DEPTHS) * WAR.tax_share


def test_it_gives_up_a_war_in_which_rivals_do_not_yield_and_leaves_the_good_alone_for_a_while() -> None:
    least = int(PARAMETERS["control_least_quarters"])
    for shrunk, age in [(0.0, least - 1), (0.0, least), (0.01, least)]:
        war = replace(fought_since(8 - age), rival_share=0.3)
        now = replace(WAR, rival_share=0.3 - shrunk)
        move = decide(Predatory(), refiner_view([now], controls=[war]), same_both(Accounts(1e9)))
        assert bool(move.relent) == (shrunk == 0.0 and age >= least)
    for freed in range(2 * least):
        view = refiner_view([replace(WAR, freed_quarters=float(freed))])
        assert bool(Predatory().questions(view)) == (freed >= least)


def test_a_war_is_not_won_by_a_share_that_wavers() -> None:
    """Between half of what makes rivals entrants and the whole no war is begun and none ends."""
    entrants = PARAMETERS["predation_entry_share"]
    for grown, ends in [(0.9 * entrants, False), (0.4 * entrants, True)]:
        now = replace(WAR, rival_growth_share=grown, rival_share=0.29)
        war = replace(fought_since(7), rival_share=0.3)
        assert Predatory().questions(refiner_view([now])) == ()
        move = decide(Predatory(), refiner_view([now], controls=[war]), same_both(Accounts()))
        assert bool(move.relent) == ends


def test_a_war_ends_in_time_and_its_spoils_are_taken_once_rivals_are_gone() -> None:
    war = fought_since(0)
    gain = same_both(Accounts(treasury_usd=1e8))
    lost = decide(Predatory(), refiner_view([WAR, SPOILS], controls=[war]), gain)
    assert (len(lost.relent), lost.impose) == (1, ())
    gone = [replace(o, rival_growth_share=0.0) for o in (WAR, SPOILS)]
    won = decide(Predatory(), refiner_view(gone, controls=[war]), gain)
    assert [i.instrument for i in won.impose] == ["export_tax"]
    assert len(won.relent) == 1


def test_the_tax_falls_when_rivals_come_back() -> None:
    tax = held("ndpr", "AAA", "BBB", instrument="export_tax", approval_share=1.0, tax_share=0.1)
    decision = decide(Predatory(), refiner_view([WAR, SPOILS], controls=[tax]), same_both(Accounts()))
    assert [relief.mineral for relief in decision.relent] == ["ndpr"]
