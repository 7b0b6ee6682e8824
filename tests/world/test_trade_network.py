"""The graph of lanes: hubs, edges, betweenness, concentration."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import make_world

from world.axes import ORE, REFINED, Axes, pad_positions
from world.trade_network import HUB_COUNT, betweenness, cheapest_hubs, choose_hubs, concentration, lane_graph

NAMES = ("AAA", "BBB", "CCC", "DDD")
ALL = pad_positions([range(4)])
AXES = Axes(("one",), NAMES, ALL, ALL, ALL, ALL, ALL)
FREIGHT = np.array([[[0.0, 9.0, 2.0, 4.0], [9.0, 0.0, 3.0, 1.0], [2.0, 3.0, 0.0, 9.0], [4.0, 1.0, 9.0, 0.0]]])
NOBODY = np.array([], dtype=np.int64)


def test_the_largest_traders_serve_as_hubs() -> None:
    trade = np.zeros((40, 40))
    trade[np.arange(40), (np.arange(40) + 1) % 40] = np.arange(40.0)
    size = trade.sum(axis=0) + trade.sum(axis=1)
    hubs = choose_hubs(trade)
    assert len(hubs) == HUB_COUNT
    assert size[hubs].min() >= np.delete(size, hubs).max()
    assert (np.diff(hubs) > 0).all()


def test_the_cheapest_way_round_is_taken() -> None:
    cost, hub = cheapest_hubs(FREIGHT, np.arange(4), NOBODY, AXES, ORE)
    assert (cost[0, 0, 1], hub[0, 0, 1]) == (5.0, 2)  # by CCC or DDD: the first of equals
    assert (cost[0, 0, 2], hub[0, 0, 2]) == (12.0, 1)


def test_a_hub_is_neither_end_nor_barred() -> None:
    cost, hub = cheapest_hubs(FREIGHT, np.arange(4), np.array([2]), AXES, ORE)
    for seller in range(4):
        for buyer in range(4):
            assert hub[0, seller, buyer] not in (seller, buyer, 2)
    assert (cost[0, 0, 1], hub[0, 0, 1]) == (5.0, 3)
    cost, hub = cheapest_hubs(FREIGHT, np.array([2]), np.array([2]), AXES, ORE)
    assert (hub == -1).all()
    assert (cost == 0.0).all()


def test_hub_routes_of_the_world_never_pass_the_leader_or_the_dominant_refiner() -> None:
    world = make_world(minerals=["*"], rounds=1)
    for stage in (ORE, REFINED):
        hub, sellers, buyers = (
            world.economy.routes.hub[stage],
            world.base.axes.sellers(stage),
            world.base.axes.buyers(stage),
        )
        real = hub >= 0
        assert real.any()
        for barred in (world.leader, world.dominant):
            assert not (hub == barred).any()
        assert not (hub == sellers[:, :, None])[real].any()
        assert not (hub == buyers[:, None, :])[real].any()
        assert (world.economy.routes.freight_usd_t[stage][real] > 0.0).all()


def test_roles_are_named_by_the_scenario_and_bar_other_hubs() -> None:
    world = make_world(rounds=1, leader__country="JPN", dominant_refiner__country="MYS")
    hubs = np.concatenate([hub.ravel() for hub in world.economy.routes.hub])
    great = [world.base.axes.country(iso3) for iso3 in ("JPN", "MYS")]
    assert not np.isin(great, hubs).any()
    assert (hubs >= 0).any()


def graph(flow: np.ndarray, hub: np.ndarray | None = None) -> nx.DiGraph:
    through = np.full((4, 4), -1) if hub is None else hub
    return lane_graph(flow, FREIGHT[0], through, np.arange(4), np.arange(4), NAMES)


def test_goods_through_a_hub_are_two_edges() -> None:
    flow = np.zeros((2, 4, 4))
    flow[0, 0, 1], flow[1, 0, 1] = 10.0, 4.0
    hub = np.full((4, 4), -1)
    hub[0, 1] = 2
    lanes = graph(flow, hub)
    assert {(origin, target): data["flow_t"] for origin, target, data in lanes.edges(data=True)} == {
        ("AAA", "BBB"): 10.0,
        ("AAA", "CCC"): 4.0,
        ("CCC", "BBB"): 4.0,
    }
    assert lanes.edges["AAA", "CCC"]["freight_usd_t"] == pytest.approx(4.5)


def test_home_trade_and_dust_are_no_lanes() -> None:
    flow = np.zeros((1, 4, 4))
    flow[0, 0, 0], flow[0, 1, 2], flow[0, 2, 3] = 100.0, 1.0, 1e-12
    assert sorted(graph(flow).edges) == [("BBB", "CCC")]


def test_whoever_stands_in_the_middle_has_all_the_betweenness() -> None:
    flow = np.zeros((1, 4, 4))
    flow[0, 0, 1] = flow[0, 1, 2] = flow[0, 1, 3] = 5.0
    central = betweenness(graph(flow))
    assert central["BBB"] == pytest.approx(2 / 6)
    assert {central[name] for name in ("AAA", "CCC", "DDD")} == {0.0}


def test_betweenness_of_almost_nothing_is_zero() -> None:
    flow = np.zeros((1, 4, 4))
    assert betweenness(graph(flow)) == {}
    flow[0, 0, 1] = 1.0
    assert betweenness(graph(flow)) == {"AAA": 0.0, "BBB": 0.0}


@given(st.lists(st.floats(0.0, 1e9), min_size=1, max_size=10).map(np.array))
def test_concentration_runs_from_even_to_alone(output: np.ndarray) -> None:
    value = concentration(output)
    if output.sum() <= 0.0:
        assert value == 0.0
    else:
        assert 1.0 / len(output) - 1e-9 <= value <= 1.0 + 1e-9


def test_concentration_of_known_shares() -> None:
    assert concentration(np.array([3.0, 1.0])) == pytest.approx(0.625)
    assert concentration(np.array([7.0])) == 1.0
