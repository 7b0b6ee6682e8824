"""Strategies named in a scenario reach the governments, and the world gives them what they need."""

from __future__ import annotations

import pytest
from small_worlds import make_world

from agents.accession import PayoffAccession
from agents.strategies.bloc_vote import Strategy as BlocVote
from agents.strategies.linked_talks import Strategy as LinkedTalks
from agents.view import WhatIfMember
from world.model import TradeWorld
from world.moves.country_view import view_of
from world.moves.reopened import open_at
from world.moves.talks import next_talks
from world.moves.zone_values import ZoneValues
from world.scenario import ScenarioError, load_scenario
from world.stability import Court


@pytest.fixture(scope="module")
def world() -> TradeWorld:
    made = make_world(
        "zone_floor",
        minerals=("gallium",),
        rounds=8,
        accession__strategies={"EU": "bloc_vote", "CAN": "linked_talks"},
        accession__talks={"CAN": "2026-Q3"},
    )
    for _ in range(4):
        made.step()
    open_at(made, refiner=False)
    return made


def test_each_government_has_the_strategy_it_was_given(world: TradeWorld) -> None:
    rules = {country.iso3: type(country.accession) for country in world.population}
    assert (rules["EU"], rules["CAN"], rules["JPN"]) == (BlocVote, LinkedTalks, PayoffAccession)


def test_talks_come_round_every_year(world: TradeWorld) -> None:
    """The first quarter of 2025 is round 0, so the third of 2026 is round 6; the world stands in round 4."""
    assert next_talks(world, "CAN") == 6
    assert next_talks(world, "JPN") == -1


def test_a_bloc_is_shown_its_members_and_answered_for_each(world: TradeWorld) -> None:
    values = ZoneValues(world)
    union = next(country for country in world.population if country.iso3 == "EU")
    view = view_of(world, union)
    assert len(view.members) == len(union.members)
    assert sum(member.population for member in view.members) == pytest.approx(view.population)
    Court(values).judge(frozenset())
    assert values.decisions[frozenset(), "EU"].actor == "EU"


def test_the_parts_of_an_answer_add_up_and_followers_change_it(world: TradeWorld) -> None:
    from world.questions.outlooks import ask_all
    from world.round import outlooks_of

    places = world.places["EU"]
    alone, joint = WhatIfMember(), WhatIfMember(("JPN", "KOR"))
    (answers,) = ask_all(outlooks_of(world, with_later=True), [(places, (alone, joint))])
    answer = answers[alone]
    assert sum(part.now.total_usd for part in answer.parts) == pytest.approx(answer.now.total_usd, abs=1.0)
    assert answers[joint].now.total_usd != answer.now.total_usd


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("accession.strategy", "guess", "one of payoff, fixed, bloc_vote"),
        ("accession.strategies", {"XXX": "payoff"}, "given XXX"),
        ("accession.talks", {"XXX": "2026-Q3"}, "given XXX"),
    ],
)
def test_unknown_names_are_refused_in_one_line(key: str, value: object, line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("zone_floor", {key: value})
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
