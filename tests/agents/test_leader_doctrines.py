"""The contract that every doctrine of the zone's leader keeps: legal, repeatable, blind."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_views import leader_view, touches_the_world

from agents.bargaining import INSTRUMENTS
from agents.decision import LeaderDecision, Request
from agents.leader_doctrines.by_name import leader_doctrine_names, make_leader_doctrine
from agents.leader_view import Invitation, LeaderView
from agents.zone_leader import CostPlus, ZoneLeader

every_doctrine = pytest.mark.parametrize("name", leader_doctrine_names())
_usd = st.floats(0.0, 1e9)
_asked = st.none() | st.builds(
    Request,
    st.just("AAA"),
    st.sampled_from(INSTRUMENTS),
    _usd,
    st.floats(-1e9, 1e9),
    st.just("cobalt"),
    st.floats(-1e9, 1e9),
)
_invited = st.builds(Invitation, st.integers(0, 4), _usd, _usd, _usd, st.floats(0.0, 1.0), _usd, _asked)
any_leader_view = st.dictionaries(st.sampled_from(["AAA", "BBB", "CCC"]), _invited).map(leader_view)


def decide(name: str, view: LeaderView, pressure: float = 0.5) -> LeaderDecision:
    doctrine = make_leader_doctrine(name, pressure, INSTRUMENTS)
    return ZoneLeader(CostPlus(0.1, {}), doctrine).decide(view, updates_prices=True)


@every_doctrine
@given(view=any_leader_view)
@settings(max_examples=40, deadline=None)
def test_it_spends_what_it_has_where_it_can_be_used_and_presses_within_bounds(
    name: str, view: LeaderView
) -> None:
    decision = decide(name, view)
    assert sum(decision.finance_usd.values()) <= view.budget_usd * (1 + 1e-9)
    for country, usd in decision.finance_usd.items():
        assert 0.0 < usd <= view.invitations[country].absorbs_usd * (1 + 1e-9)
    assert set(decision.threats) <= set(view.invitations)
    assert all(0.0 <= strength <= 1.0 for strength in decision.threats.values())


@every_doctrine
@given(view=any_leader_view)
@settings(max_examples=40, deadline=None)
def test_it_never_gives_more_than_an_accession_brings_it_and_says_why(name: str, view: LeaderView) -> None:
    decision = decide(name, view)
    for country, offer in decision.offers.items():
        asked = view.invitations[country].request
        assert asked is not None
        assert offer.paid_usd <= max(0.0, asked.gain_usd) * (1 + 1e-9)
        assert any(reason.kind == "offer" and reason.subject == country for reason in decision.reasons)
    for reason in decision.reasons:
        assert reason.margin_usd == pytest.approx(sum(reason.terms.values()))


@every_doctrine
@given(view=any_leader_view)
@settings(max_examples=20, deadline=None)
def test_it_is_repeatable_and_a_name_does_not_matter(name: str, view: LeaderView) -> None:
    names = {"AAA": "XAA", "BBB": "XBB", "CCC": "XCC"}
    renamed = replace(view, invitations={names[key]: one for key, one in view.invitations.items()})
    first, second, other = decide(name, view), decide(name, view), decide(name, renamed)
    assert first == second
    assert {names[key]: usd for key, usd in first.finance_usd.items()} == other.finance_usd
    assert {names[key]: offer for key, offer in first.offers.items()} == other.offers
    assert {names[key]: size for key, size in first.threats.items()} == other.threats


@every_doctrine
def test_it_can_be_kept_and_holds_nothing_of_the_world(name: str) -> None:
    doctrine = make_leader_doctrine(name, 0.5, INSTRUMENTS)
    assert touches_the_world(doctrine) == []
    assert type(pickle.loads(pickle.dumps(doctrine))) is type(doctrine)


def test_the_course_on_the_record_presses_as_the_scenario_says_and_the_others_as_they_are() -> None:
    view = leader_view({"AAA": Invitation(1, 1.0, 1.0, 1.0, 0.5), "BBB": Invitation(4, 1.0, 1.0, 1.0, 0.5)})
    assert decide("timeline", view, 0.25).threats == {"AAA": 0.25, "BBB": 0.25}
    assert decide("generous_club", view, 0.25).threats == {}
    hub = decide("coercive_hub", view, 0.25)
    assert (hub.threats, set(hub.finance_usd)) == ({"AAA": 1.0}, {"BBB"})


def test_the_hub_tells_those_outside_what_they_would_get_if_they_were_bound() -> None:
    view = leader_view({"AAA": Invitation(1, 1.0, 3.0, 1e9, 0.5), "BBB": Invitation(4, 1.0, 1.0, 1e9, 0.5)})
    hub = decide("coercive_hub", view)
    assert hub.finance_usd == {"BBB": pytest.approx(view.budget_usd)}
    assert hub.finance_if_bound_usd["AAA"] == pytest.approx(2.0 / 3.0 * view.budget_usd)
    assert hub.finance_if_bound_usd["BBB"] == hub.finance_usd["BBB"]
    assert all(not decide(name, view).finance_if_bound_usd for name in ("timeline", "generous_club"))


@every_doctrine
@given(view=any_leader_view)
@settings(max_examples=40, deadline=None)
def test_it_asks_only_who_has_no_framework_and_says_why(name: str, view: LeaderView) -> None:
    decision = decide(name, view)
    assert set(decision.invited) <= {n for n, one in view.invitations.items() if one.rung < 2}
    told = [reason.subject for reason in decision.reasons if (reason.kind, reason.choice) == INVITED]
    assert sorted(told) == sorted(decision.invited)


INVITED = ("invitation", "invite")
