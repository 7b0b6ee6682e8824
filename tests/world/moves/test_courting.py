"""Invitations, refusals, founders and the race of peers, in a world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import make_world, play

from agents.accession import NOT_INVITED
from agents.decision import CountryDecision
from agents.ladder import FLOOR, FRAMEWORK
from world.axes import REFINED
from world.industry.finance import grant_share, market_usd, stake_usd
from world.model import TradeWorld
from world.moves.country_view import bound_by_floor, view_of
from world.moves.emergency import emergency_of
from world.moves.invitations import invite, potential_usd
from world.moves.leader import move_leader
from world.moves.review import remember_courting
from world.moves.trust import belief_in_answers_to_soft_steps
from world.questions.shared_setting import SharedSetting
from world.round import happen, move_countries

EAGER = {"parameters__soft_review_probability": 1.0, "parameters__framework_delay_quarters": 0}


def opened(**given: object) -> TradeWorld:
    """A world whose decisions are about to open, nobody on any rung, everyone reviewing."""
    world = make_world("zone_floor", rounds=9, minerals=("ndpr", "lithium"), **{**EAGER, **given})
    play(world, world.decisions_open)
    world.state.politics.rung[:] = 0
    return world


def decisions(world: TradeWorld, number: int, kind: str) -> dict[str, tuple[str, str]]:
    """Actor -> choice and subject in a round; for the leader's invitations by whom they are about."""
    rows = world.record.rows("decisions")
    columns = (rows[name] for name in ("round", "kind", "actor", "choice", "subject"))
    found = [row for row in zip(*columns, strict=True) if row[:2] == (number, kind)]
    key = 4 if kind == "invitation" else 2
    return {row[key]: (row[3], row[4]) for row in found}


def test_only_who_is_asked_signs_a_framework_and_answers_in_the_same_quarter() -> None:
    world = opened()
    world.step()
    number = world.decisions_open
    asked = {n for n, (choice, _) in decisions(world, number, "invitation").items() if choice == "invite"}
    talks = world.parameters.leader_talks_quarter
    assert talks <= len(asked) <= talks / world.parameters.summit_talks_share
    reviews = decisions(world, number, "accession")
    assert asked <= set(reviews)
    assert {name for name, (_, subject) in reviews.items() if subject == "framework"} == asked
    signed = world.state.politics.rung >= FRAMEWORK
    assert {world.facts.speaks_for[place] for place in np.flatnonzero(signed)} <= asked | {"USA"}


def test_who_wants_a_framework_and_is_not_asked_is_heard() -> None:
    world = opened()
    country = next(c for c in world.population if c.iso3 == "JPN")
    view = replace(view_of(world, country), rung=1, invited=False)
    eager = CountryDecision("JPN", "accession", "hold_out", "join", NOT_INVITED, {"finance": 2.0}, 1.0)
    remember_courting(world, view, eager)
    assert invite(world)["JPN"].asked
    remember_courting(world, view, replace(eager, terms={"finance": 0.5}))
    assert not invite(world)["JPN"].asked


def test_who_refuses_is_left_alone_for_a_year() -> None:
    world = opened()
    country = next(c for c in world.population if c.iso3 == "JPN")
    world.state.politics.invited["JPN"] = world.round
    refused = CountryDecision("JPN", "accession", "hold_out", "join", "framework")
    remember_courting(world, replace(view_of(world, country), rung=1, invited=True), refused)
    assert "JPN" not in world.state.politics.invited
    waited = []
    for _ in range(5):
        waited.append(invite(world)["JPN"].waits)
        world.round += 1
    assert waited == [True, True, True, True, False]


def test_a_race_of_peers_is_run_within_the_round() -> None:
    """Where cooperation is worth much and costs much, those climb who trade with those who climbed before
    them in the same round: one round ends where nobody else would move."""
    dear = {"parameters__cooperation_value_share": 0.02, "parameters__accession_entry_cost_share": 0.03}
    world = opened(**dear, parameters__leader_talks_quarter=2)
    happen(world)
    move_leader(world)
    move_countries(world, SharedSetting(world))  # and no further: clubs and trust move after the reviews
    held = {
        name
        for name, (choice, subject) in decisions(world, world.round, "accession").items()
        if (choice, subject) == ("hold_out", "forum")
    }
    again = [country for country in world.population if country.iso3 in held]
    assert again
    for country in again:
        assert country.accession.decide(view_of(world, country), {}).choice == "hold_out", country.iso3


def test_founders_answer_by_the_deadline_and_pay_nothing() -> None:
    quiet = {"parameters__soft_review_probability": 0.1, "parameters__leader_talks_quarter": 2}
    silent, founding = (opened(**quiet, zone__founding_until=until) for until in ("none", "2026-Q1"))
    for world in (silent, founding):
        world.step()
    few, all_of_them = (decisions(world, world.round - 1, "accession") for world in (silent, founding))
    assert len(few) < 30 < len(all_of_them)
    assert {country.iso3 for country in founding.population} - set(all_of_them) <= {"USA", "CHN", *apart()}


def apart() -> set[str]:
    """Estranged from the leader."""
    world = opened()
    estranged = np.flatnonzero(world.facts.estranged_from_leader)
    return {world.base.axes.countries[place] for place in estranged}


def test_a_mineral_that_is_little_dominated_is_no_stake_and_ore_in_the_ground_counts_by_its_square() -> None:
    world = opened()
    stake, index = potential_usd(world), world.facts.potential
    one, other = (world.base.axes.country(name) for name in ("AUS", "KAZ"))
    assert stake[one] / stake[other] == pytest.approx((index[one] / index[other]) ** 2)
    assert stake[world.leader] == stake[world.dominant] == 0.0
    free = opened(parameters__control_least_share=0.8, zone__scope=["lithium"])  # 70% is not enough then
    assert not potential_usd(free).any()


def test_what_is_at_risk_on_low_rungs_is_metal_bought_and_ore_sold() -> None:
    world = opened()
    risk, base, axes = world.economy.minerals_at_risk_usd, world.base, world.base.axes
    users = axes.buyers(REFINED)
    buys = {axes.countries[place] for place in users[base.lanes(REFINED).flow_t.sum(axis=1) > 0]}
    sellers = {
        axes.countries[place] for stage in (0, 1) for place in axes.sellers(stage).ravel() if place >= 0
    }
    exposed = {axes.countries[place] for place in np.flatnonzero(risk > 1.0)}
    assert {"JPN", "KOR", "AUS"} <= exposed <= buys | sellers
    assert risk[world.dominant] == 0.0
    assert (world.state.politics.rung < FLOOR).all()


def test_a_market_is_shared_by_need_and_the_great_powers_bring_none() -> None:
    world = opened()
    market, p = market_usd(world), world.parameters
    japan, norway = (world.base.axes.country(name) for name in ("JPN", "NOR"))
    assert market[japan] > market[norway] > 0.0
    assert market[world.leader] == market[world.dominant] == 0.0
    assert market.sum() < p.finance_projects_share * p.project_offtake_share * stake_usd(world).sum()
    free = opened(parameters__control_least_share=0.8, zone__scope=["lithium"])
    assert not market_usd(free).any()  # nothing can be withheld: it needs nobody's buyers


def test_what_partners_promise_grows_with_producers_and_is_shared_with_buyers() -> None:
    world = opened()
    japan, korea, australia = (world.base.axes.country(name) for name in ("JPN", "KOR", "AUS"))

    def promised(*partners: int) -> float:
        world.state.politics.rung[:] = 0
        world.state.politics.rung[list(partners)] = FRAMEWORK
        return emergency_of(world, bound_by_floor(world)).promised_usd([japan])

    assert promised(australia) > promised() > promised(korea) > 0.0
    assert promised(japan) == promised()  # its own projects are no partner's
    assert promised(*range(len(world.base.axes.countries))) <= world.economy.metal_stop_usd[:, japan].sum()


def test_finance_is_worth_more_where_capital_is_scarce() -> None:
    world = opened()
    gift, index = grant_share(world), world.facts.investability
    scarce, plenty = int(index.argmin()), int(index.argmax())
    assert gift[scarce] > world.parameters.finance_grant_share > gift[plenty] > 0.0


def test_soft_steps_that_nobody_was_answered_for_are_feared_less_and_one_that_was_more() -> None:
    world = opened()
    prior, weight = 0.15, world.parameters.retaliation_prior_weight
    assert belief_in_answers_to_soft_steps(world, prior) == pytest.approx(prior)  # nobody has taken any
    holders = [world.base.axes.country(name) for name in ("AUS", "JPN", "KAZ", "DEU", "FRA")]
    world.state.politics.rung[holders] = FRAMEWORK
    quiet = prior * weight / (weight + 4)  # the Union is one
    assert belief_in_answers_to_soft_steps(world, prior) == pytest.approx(quiet)
    world.state.politics.counter_duty_share[holders[:1]] = 0.2
    assert belief_in_answers_to_soft_steps(world, prior) == pytest.approx(quiet + 1.0 / (weight + 4))
    # the floor is another thing: what befell those who bound themselves to nothing tells nothing of it
    country = next(one for one in world.population if one.iso3 == "AUS")
    world.state.politics.rung[holders[:1]] = FLOOR - 1
    assert view_of(world, country).retaliation_belief == pytest.approx(prior)


def test_a_forum_by_invitation_takes_in_those_who_are_asked_and_nobody_climbs_above_it() -> None:
    rungs = {"zone__asked_from": "forum", "zone__highest_rung": "forum"}
    world, free = opened(**rungs), opened(zone__highest_rung="forum")
    number = world.decisions_open
    for one in (world, free):
        one.step()
    asked = {n for n, (choice, _) in decisions(world, number, "invitation").items() if choice == "invite"}
    inside = {world.facts.speaks_for[place] for place in np.flatnonzero(world.state.politics.rung > 0)} - {
        "USA"
    }
    assert inside
    assert inside <= asked
    assert (free.state.politics.rung > 0).sum() > 2 * (world.state.politics.rung > 0).sum()
    assert NOT_INVITED in {subject for _, subject in decisions(world, number, "accession").values()}
    while not world.finished:
        world.step()
    voters = [place for place in range(len(world.state.politics.rung)) if place != world.leader]
    assert world.state.politics.rung[voters].max() == 1
