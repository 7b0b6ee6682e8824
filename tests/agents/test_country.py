"""Decisions with their reasons, roles, and the agent that remembers what it decided."""

from __future__ import annotations

import mesa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_views import NOTHING, view

from agents.accession import COMPONENTS_STOP, METAL_STOPS, FixedStanding, PayoffAccession
from agents.country import Country, DominantRefiner, ZoneLeader
from agents.decision import CountryDecision
from agents.ladder import FLOOR
from agents.roles import roles_of
from agents.view import Accounts, Answer, WhatIfMember


def test_a_country_asks_decides_and_remembers() -> None:
    country = Country(mesa.Model(rng=1), "AAA", ("AAA",), ("consumer",), PayoffAccession())
    questions = country.ask(view())
    decisions = [country.review(view(round=round_), dict.fromkeys(questions, NOTHING)) for round_ in (4, 5)]
    assert country.memory == decisions
    assert (country.iso3, country.members, country.roles) == ("AAA", ("AAA",), ("consumer",))


def test_a_study_of_being_cut_off_holds_for_a_year_and_on_the_same_rung() -> None:
    country = Country(mesa.Model(rng=1), "AAA", ("AAA",), (), PayoffAccession())
    first = view(round=8, rung=FLOOR)
    everything = country.ask(first)
    assert list(everything) == [WhatIfMember(), METAL_STOPS, COMPONENTS_STOP]
    country.review(first, dict.fromkeys(everything, NOTHING))
    renewal = int(first.parameters["study_renewal_quarters"])
    assert country.ask(view(round=8 + renewal - 1, rung=FLOOR)) == [WhatIfMember()]
    assert country.ask(view(round=8 + renewal, rung=FLOOR)) == list(everything)
    assert country.ask(view(round=9, rung=FLOOR - 1, text_exists=True)) == list(everything)


def test_a_decision_rests_on_the_last_study() -> None:
    countries = [Country(mesa.Model(rng=1), "AAA", ("AAA",), (), PayoffAccession()) for _ in range(2)]
    exposed = Answer(Accounts(users_usd=-4e9), Accounts())
    now, later = (view(round=round_, rung=FLOOR, retaliation_belief=0.5) for round_ in (8, 9))
    studied = {WhatIfMember(): NOTHING, METAL_STOPS: exposed, COMPONENTS_STOP: NOTHING}
    countries[0].review(now, studied)
    remembered = countries[0].review(later, {WhatIfMember(): NOTHING})
    asked_anew = countries[1].review(later, studied)
    assert remembered == asked_anew
    assert remembered.terms["retaliation"] != 0.0


def test_the_great_powers_are_countries() -> None:
    assert issubclass(DominantRefiner, Country)
    assert issubclass(ZoneLeader, Country)


def test_countries_do_not_share_their_memory() -> None:
    model = mesa.Model(rng=1)
    one, other = (Country(model, name, (name,), (), FixedStanding(True)) for name in ("AAA", "BBB"))
    one.review(view(), {})
    assert other.memory == []


@given(st.dictionaries(st.text(max_size=5), st.floats(-1e9, 1e9), max_size=6), st.floats(-1e9, 1e9))
def test_the_margin_is_the_sum_of_the_terms(terms: dict[str, float], threshold: float) -> None:
    decision = CountryDecision("AAA", "accession", "join", "hold_out", "floor", terms, threshold)
    assert decision.margin_usd == pytest.approx(sum(terms.values()))
    assert bool(decision.tipping()) == bool(terms)


def test_tipping_names_the_leading_term_and_what_was_missing() -> None:
    decision = CountryDecision(
        "AAA", "accession", "hold_out", "join", "floor", {"users": -5e6, "security": 2e6}, 1e6
    )
    assert decision.tipping() == "users +4.000e+06 USD a quarter"


@pytest.mark.parametrize(
    ("values", "named", "roles"),
    [
        ((1.0, 0.0, 0.0), {}, ("producer",)),
        ((1.0, 2.0, 3.0), {}, ("producer", "refiner", "consumer")),
        ((0.0, 0.0, 0.0), {}, ("observer",)),
        ((0.0, 0.0, 1.0), {"is_leader": True}, ("zone_leader", "consumer")),
        ((1.0, 1.0, 1.0), {"is_dominant": True}, ("dominant_refiner", "producer", "refiner", "consumer")),
    ],
)
def test_roles_follow_from_what_a_country_did(
    values: tuple[float, float, float], named: dict[str, bool], roles: tuple[str, ...]
) -> None:
    assert tuple(roles_of(*values, **({"is_leader": False, "is_dominant": False} | named))) == roles


def test_accounts_add_up_and_blend() -> None:
    today, later = Accounts(1.0, 2.0, 3.0), Accounts(11.0, 12.0, 13.0)
    assert (today + later).total_usd == today.total_usd + later.total_usd == 42.0
    assert today.blend(later, 0.0) == today
    assert today.blend(later, 1.0) == later
    assert today.blend(later, 0.5).total_usd == pytest.approx(21.0)
