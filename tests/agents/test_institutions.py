"""Coming into a club beside the zone, staying away, leaving: each for reasons that one can read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_views import PARAMETERS, view

from agents.accession import lower_rung_terms
from agents.institutions import (
    Fellows,
    InstitutionPayoff,
    InstitutionView,
    fellow_terms,
    institution_terms,
)

PLAIN = InstitutionView(
    actor="AAA",
    name="club",
    says="the club",
    seated=False,
    depth=0.1,
    information_share=0.0,
    finance_usd=0.0,
    offtake_log=0.0,
    sales_usd=1e8,
    premium_share=0.0,
    trust=1.0,
    retaliation_belief=0.0,
    exports_to_dominant_share=0.0,
    scale_usd=1e9,
    taste=0.0,
    parameters=PARAMETERS,
)
ENTRY = PARAMETERS["accession_entry_cost_share"] * 1e9 * 0.1


def choice(**changes: object) -> str:
    return InstitutionPayoff().decide(replace(PLAIN, **changes)).choice  # type: ignore[arg-type]


def test_it_comes_in_when_what_it_gets_exceeds_the_cost_of_entry() -> None:
    assert choice(finance_usd=0.99 * ENTRY) == "stay away"
    assert choice(finance_usd=1.01 * ENTRY) == "join"


def test_between_the_costs_of_entry_and_exit_who_is_in_stays_and_who_is_out_stays_out() -> None:
    lukewarm = {"finance_usd": 0.0}
    assert (choice(**lukewarm), choice(seated=True, **lukewarm)) == ("stay away", "stay")
    mistrusted = {"trust": 0.0, "taste": -3.0}
    assert choice(seated=True, **mistrusted) == "leave"


def test_each_benefit_and_each_obligation_has_its_sign() -> None:
    given = institution_terms(
        replace(
            PLAIN,
            information_share=0.5,
            offtake_log=0.3,
            premium_share=0.02,
            trust=0.5,
            retaliation_belief=0.2,
            exports_to_dominant_share=0.3,
        )
    )
    assert given["information"] == pytest.approx(PARAMETERS["cooperation_value_share"] * 0.5e9)
    assert given["offtake"] == pytest.approx(PARAMETERS["offtake_margin_share"] * 0.3 * 1e8)
    assert given["premium"] == pytest.approx(0.02 * 1e8)
    assert given["autonomy"] < 0.0
    assert given["retaliation"] == pytest.approx(-0.2 * 0.3 * 1e9 * 0.1)


def test_the_deeper_the_club_the_more_it_asks() -> None:
    asked = [institution_terms(replace(PLAIN, trust=0.5, depth=depth))["autonomy"] for depth in (0.01, 0.1)]
    assert asked[1] == pytest.approx(10.0 * asked[0])


def test_fellows_draw_a_country_up_and_a_club_without_the_leader_holds_it_back() -> None:
    shallow = Fellows("the forum", 0.0, 1.0, has_leader=True)
    hub, hedge = (
        Fellows("the hub", 0.5, 0.4, has_leader=True),
        Fellows("the hedge", 0.5, 0.4, has_leader=False),
    )
    terms = fellow_terms((shallow, hub, hedge), PARAMETERS, 1e9)
    unit = PARAMETERS["cooperation_value_share"] * 0.5e9
    assert terms == {"with the hub": pytest.approx(0.4 * unit), "with the hedge": pytest.approx(-0.6 * unit)}
    seen = view(rung=1, fellows=(hub,))
    assert lower_rung_terms(seen, 2)["with the hub"] > 0.0
    assert "with the hub" not in lower_rung_terms(view(rung=1), 2)
