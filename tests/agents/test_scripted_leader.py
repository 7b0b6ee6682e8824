"""Orders written for the zone's leader: they stand until taken back, and nothing is offered beside them."""

from dataclasses import replace

import pytest
from made_up_views import leader_view

from agents.decision import Request
from agents.leader_doctrines.by_name import make_leader_doctrine
from agents.leader_view import Invitation, LeaderView
from agents.scripted_leader import ScriptedLeader
from agents.zone_leader import CostPlus, ZoneLeader

FIRST = 8


@pytest.fixture
def own() -> ZoneLeader:
    return ZoneLeader(CostPlus(0.1, {}), make_leader_doctrine("timeline", 0.5, ("side_payment",)))


def at(round_: int) -> LeaderView:
    asks = Request("AAA", "side_payment", 1e6, 1e9)
    seen = {name: Invitation(3, 1e8, 1e8, 1e8, 0.8) for name in ("AAA", "BBB")}
    return leader_view({**seen, "AAA": replace(seen["AAA"], request=asks)}, round=round_)


def test_its_doctrine_decides_before(own: ZoneLeader) -> None:
    script = ScriptedLeader({FIRST: ()}, own)
    assert script.decide(at(FIRST - 1), True) == own.decide(at(FIRST - 1), True)
    quiet = script.decide(at(FIRST), True)
    assert own.decide(at(FIRST), True).offers
    assert (dict(quiet.offers), dict(quiet.threats)) == ({}, {})
    assert quiet.finance_usd == own.decide(at(FIRST), True).finance_usd
    assert quiet.reference_usd_t == own.decide(at(FIRST), True).reference_usd_t


def test_orders_stand_until_they_are_taken_back(own: ZoneLeader) -> None:
    asks = sorted(own.decide(at(FIRST), True).offers)[0]
    script = ScriptedLeader(
        {FIRST: (f"grant {asks}", "threaten BBB"), FIRST + 2: (f"refuse {asks}", "spare BBB")}, own
    )
    for round_ in (FIRST, FIRST + 1):
        decision = script.decide(at(round_), False)
        assert list(decision.offers) == [asks]
        assert dict(decision.threats) == {"BBB": 1.0}
        assert [reason.subject for reason in decision.reasons if reason.kind == "offer"] == [asks]
    after = script.decide(at(FIRST + 2), False)
    assert (dict(after.offers), dict(after.threats)) == ({}, {})


def test_finance_can_be_taken_back(own: ZoneLeader) -> None:
    script = ScriptedLeader({FIRST: ("no_finance",), FIRST + 1: ("finance",)}, own)
    assert script.decide(at(FIRST), True).finance_usd == {}
    assert all(reason.kind != "finance" for reason in script.decide(at(FIRST), True).reasons)
    assert script.decide(at(FIRST + 1), True).finance_usd == own.decide(at(FIRST + 1), True).finance_usd
