"""What the leader's finance buys: it follows the stake, the ore and the plants, and stops at what can be
built."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from small_worlds import make_world

from agents.allotment import allot_finance
from world.industry.finance import project_usd_year, stake_usd, supply_share
from world.model import TradeWorld
from world.moves.leader import leader_view

MINERALS = ("ndpr", "lithium", "gallium")


def offers(world: TradeWorld) -> Mapping[str, float]:
    view = leader_view(world)
    return allot_finance(view.invitations, view.budget_usd)


@pytest.fixture(scope="module")
def world() -> TradeWorld:
    return make_world("zone_floor", minerals=MINERALS, rounds=5)


def test_nobody_is_offered_more_than_half_of_what_its_projects_cost(world: TradeWorld) -> None:
    """And so a state without a project in scope, such as the Cook Islands, is offered nothing: it had been
    offered twelve times its payoff scale when the pot was split by potential alone."""
    given = offers(world)
    assert "COK" not in given
    cost = project_usd_year(world).sum(axis=0) / 4.0
    share = world.parameters.finance_project_share
    for name, usd in given.items():
        assert usd <= share * cost[list(world.places[name])].sum() * (1 + 1e-9), name


def test_who_has_ore_and_plants_of_what_is_at_stake_is_offered_most(world: TradeWorld) -> None:
    """Australia mines rare earths and lithium, Greenland has ore in the ground, Singapore neither."""
    given = offers(world)
    assert given["AUS"] > 10 * given["GRL"] > 0
    assert "SGP" not in given


def test_money_follows_the_scope() -> None:
    """Chile has lithium and Malaysia a refinery of rare earths."""
    ratio = []
    for scope in (["lithium"], ["ndpr"]):
        given = offers(make_world("zone_floor", minerals=MINERALS, rounds=5, zone__scope=scope))
        ratio.append((given.get("CHL", 0.0), given.get("MYS", 0.0)))
    assert ratio[0][0] > ratio[0][1]
    assert ratio[1][1] > ratio[1][0]


def test_the_stake_of_a_cheap_metal_that_cannot_be_had_elsewhere_is_far_above_its_price(
    world: TradeWorld,
) -> None:
    """A full stop of gallium costs the United States 1.7 to 8.2 billion USD a year (USGS Open-File Report
    2024-1057), of metal for some 40 million."""
    place = world.base.axes.mineral("gallium")
    yearly = 4.0 * float(stake_usd(world)[place])
    assert 1.7e9 < yearly < 8.2e9


def test_shares_of_supply_leave_the_great_powers_out(world: TradeWorld) -> None:
    share = supply_share(world)
    assert not share[:, [world.leader, world.dominant]].any()
    assert np.allclose(share.sum(axis=1), 1.0)
