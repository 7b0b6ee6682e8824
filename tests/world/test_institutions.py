"""Clubs and links beside the zone: read from the table and from a scenario, seated on their day, paid for."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import make_world, play, played, quiet_data, table

from agents.ladder import FLOOR
from world.dataset import load_dataset
from world.industry.finance import club_contribution_usd, club_finance_usd, finance_paid_usd
from world.institutions import NEVER, Institution, seats
from world.lanes.institutions import lane_shift
from world.model import TradeWorld
from world.moves.institutions import fellows_of

LINK = {"members": ["CAN", "DEU"], "begins": "2025-Q3", "offtake_log": 0.5, "depth": 0.02}


def named(world: TradeWorld, name: str) -> tuple[int, Institution]:
    place = next(place for place, one in enumerate(world.institutions) if one.name == name)
    return place, world.institutions[place]


def sitting(world: TradeWorld, name: str) -> set[str]:
    members = seats(world.state.politics, world.round)[named(world, name)[0]]
    return {iso3 for iso3, sits in zip(world.base.axes.countries, members, strict=True) if sits}


def test_the_table_says_who_sits_where_and_since_when() -> None:
    world = make_world()
    _, link = named(world, "CAN-DEU")
    assert {world.base.axes.countries[place] for place in np.flatnonzero(link.since < NEVER)} == {
        "CAN",
        "DEU",
    }
    assert link.since[world.base.axes.country("CAN")] == 2  # August 2025 lies in the third quarter
    assert sitting(world, "CAN-DEU") == set()
    play(world, 3)
    assert sitting(world, "CAN-DEU") == {"CAN", "DEU"}
    assert {"CHL", "DEU", "FRA"} <= sitting(world, "EU-CHL")  # a bloc sits in it with all its countries
    assert len(sitting(world, "G7_action_plan")) == 7


def test_one_country_sits_in_several_that_overlap() -> None:
    world = played(rounds=3)
    ours = [one.name for one in world.institutions if "CAN" in sitting(world, one.name)]
    assert {"CAN-DEU", "G7_action_plan", "USA-CAN", "EU-CAN"} <= set(ours)


def test_a_scenario_switches_them_off_by_name_and_adds_its_own() -> None:
    world = make_world(institutions__off=["FORGE", "CAN-DEU"], institutions__own={"ours": LINK})
    names = [one.name for one in world.institutions]
    assert not {"FORGE", "CAN-DEU"} & set(names)
    assert names[-1] == "ours"
    assert [one.name for one in make_world(institutions__off=["*"]).institutions] == []


def test_an_institution_begins_and_ends_on_its_day() -> None:
    world = make_world(rounds=6, institutions__own={"ours": LINK | {"ends": "2026-Q1"}})
    found = []
    while not world.finished:
        world.step()
        found.append(len(sitting_at(world)))
    assert found == [0, 0, 2, 2, 0, 0]


def sitting_at(world: TradeWorld) -> np.ndarray:
    """Positions of those who sat in one's own institution in the last round."""
    return np.flatnonzero(world.state.politics.seated_since[named(world, "ours")[0]] <= world.round - 1)


def test_the_forum_is_the_first_rung_of_the_ladder() -> None:
    world = make_world("zone_floor", rounds=2, data=load_dataset())
    stranger = world.base.axes.country("VNM")
    assert world.state.politics.rung[stranger] == 0
    world.state.politics.rung[stranger] = 1
    play(world, 1)
    assert "VNM" in sitting(world, "FORGE")


def test_money_of_a_club_is_paid_by_founders_by_gdp_and_goes_where_projects_are() -> None:
    club = {"members": ["CAN", "DEU"], "begins": "2025-Q1", "finance_usd_year": 4e9}
    world = play(make_world(rounds=1, institutions__off=["*"], institutions__own={"ours": club}))
    world.round -= 1
    axes, paid, given = world.base.axes, club_contribution_usd(world), club_finance_usd(world)
    canada, germany = axes.country("CAN"), axes.country("DEU")
    gdp = world.facts.gdp_usd
    assert given.sum() == pytest.approx(1e9)
    assert paid[canada] / paid[germany] == pytest.approx(gdp[canada] / gdp[germany])
    assert set(np.flatnonzero(given)) <= {canada, germany}
    result = finance_paid_usd(world)
    assert result.sum() == pytest.approx(0.0, abs=1e-3)
    grants = world.parameters.finance_grant_share * (given - paid)
    np.testing.assert_allclose(result, grants)


def test_offtake_shifts_lanes_between_members_both_ways_and_no_other() -> None:
    world = make_world(
        rounds=8, minerals=("nickel",), institutions__off=["*"], institutions__own={"ours": LINK}
    )
    play(world, 4)
    axes, stage = world.base.axes, 1
    shift = np.broadcast_to(
        lane_shift(world.base, world.state.politics, stage), world.base.lanes(stage).flow_t.shape
    )
    sellers, buyers = axes.sellers(stage)[0], axes.buyers(stage)[0]
    moved = {(axes.countries[sellers[i]], axes.countries[buyers[j]]) for i, j in np.argwhere(shift[0] != 0.0)}
    assert ("CAN", "DEU") in moved
    assert moved <= {("CAN", "DEU"), ("DEU", "CAN")}
    assert shift.max() == pytest.approx(0.5 * world.state.politics.reliability[axes.country("CAN")])


def test_trade_that_was_there_before_the_run_is_drawn_no_second_time() -> None:
    old = LINK | {"begins": "2024-Q1"}
    with_it, without = (
        played(rounds=2, institutions__off=["*"], institutions__own={"ours": own}) for own in (old, LINK)
    )
    flows = [table(world, "flows", round=1)["flow_t"].to_numpy() for world in (with_it, without)]
    np.testing.assert_array_equal(*flows)


def test_a_club_without_the_leader_is_an_outside_option_until_its_fellows_are_in() -> None:
    world = play(make_world("zone_floor", rounds=6, data=quiet_data()), 4)
    axes = world.base.axes
    canada, germany = axes.country("CAN"), axes.country("DEU")
    link = next(one for one in fellows_of(world, [canada], 3) if "Germany" in one.says)
    assert (link.along_share, link.has_leader) == (0.0, False)
    world.state.politics.rung[germany] = FLOOR
    link = next(one for one in fellows_of(world, [canada], 3) if "Germany" in one.says)
    assert link.along_share == 1.0
    forum = next(one for one in fellows_of(world, [canada], 3) if one.says == "FORGE")
    assert forum.has_leader


def test_decisions_on_clubs_are_in_the_ledger_and_change_who_sits() -> None:
    club = {
        "members": ["DEU"],
        "open_to": ["CAN", "AUS", "CHN", "USA"],
        "information_share": 1.0,
        "depth": 0.0,
    }
    world = make_world(
        rounds=7,
        institutions__off=["*"],
        institutions__own={"ours": club},
        parameters__soft_review_probability=1.0,
    )
    play(world)
    rows = table(world, "decisions", kind="institution")
    assert set(rows["actor"]) == {"CAN", "AUS"}  # the two great powers do not ask to be let in
    assert set(rows[rows["round"] == 4]["choice"]) == {"join"}
    assert set(rows[rows["round"] == 5]["choice"]) == {"stay"}
    clubs = table(world, "countries", round=6).set_index("country")["clubs"]
    assert (clubs["CAN"], clubs["DEU"], clubs["JPN"]) == (1, 1, 0)
    assert table(world, "institutions", round=6)["members"].tolist() == [3]
