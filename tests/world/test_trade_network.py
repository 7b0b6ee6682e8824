"""The graph of carriage and that of lanes: ways, edges, betweenness, concentration."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world.trade_network import (
    HUB_COUNT,
    SHUT_USD_T,
    betweenness,
    betweenness_of,
    carriage_graph,
    carried_t,
    cheapest_ways,
    choose_hubs,
    concentration,
    lane_graph,
    last_hub,
)

NAMES = ("AAA", "BBB", "CCC", "DDD")
FREIGHT = np.array([[[0.0, 9.0, 2.0, 4.0], [9.0, 0.0, 3.0, 1.0], [2.0, 3.0, 0.0, 9.0], [4.0, 1.0, 9.0, 0.0]]])


def test_the_largest_traders_serve_as_hubs() -> None:
    trade = np.zeros((40, 40))
    trade[np.arange(40), (np.arange(40) + 1) % 40] = np.arange(40.0)
    size = trade.sum(axis=0) + trade.sum(axis=1)
    hubs = choose_hubs(trade)
    assert len(hubs) == HUB_COUNT
    assert size[hubs].min() >= np.delete(size, hubs).max()
    assert (np.diff(hubs) > 0).all()


def ways(
    origin: int, hubs: list[int], shut: list[tuple[int, int]] | None = None, handover: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Cheapest ways over the freight above, the closed hops at their price."""
    cost = FREIGHT[0].copy()
    for hop in shut or []:
        cost[hop] += SHUT_USD_T
    return cheapest_ways(carriage_graph(4, np.array(hubs)), origin, cost[origin], cost + handover, 3)


def test_the_cheapest_ways_round_come_in_order_each_by_another_last_hub() -> None:
    cost, hub = ways(0, [1, 2, 3])
    assert cost[:, 1].tolist() == [5.5, 5.5, np.inf]
    assert hub[:, 1].tolist() == [[2, -1], [3, -1], [-1, -1]]
    assert cost[:, 2].tolist() == [4.0 + 1.0 + 3.0 + 1.0, 13.5, np.inf]
    assert hub[:, 2].tolist() == [[3, 1], [3, -1], [-1, -1]]


def test_a_hub_that_is_closed_is_gone_round_with_two_handovers() -> None:
    """CCC hands nothing on to BBB, and nothing leaves AAA for DDD."""
    cost, hub = ways(0, [2, 3], shut=[(2, 1), (0, 3)])
    assert (cost[0, 1], hub[0, 1].tolist()) == (2.0 + 9.0 + 1.0 + 1.0, [2, 3])
    assert cost[1, 1] > SHUT_USD_T / 2


def test_no_hub_hands_on_to_another_what_it_delivers_for_less_itself() -> None:
    """Nothing leaves AAA for DDD: CCC serves BBB, and DDD would only take from what CCC has room for."""
    cost, hub = ways(0, [2, 3], shut=[(0, 3)])
    assert (cost[0, 1], hub[0, 1].tolist()) == (2.0 + 3.0 + 0.5, [2, -1])
    assert cost[1, 1] > SHUT_USD_T / 2
    assert hub[1, 1].tolist() == [3, -1]


def test_no_country_is_passed_twice() -> None:
    for origin in range(4):
        cost, hub = ways(origin, [1, 2, 3])
        for way in range(3):
            for place in range(4):
                passed = [stop for stop in hub[way, place].tolist() if stop >= 0]
                stops = [origin, *passed, place]
                if np.isfinite(cost[way, place]):
                    assert len(set(stops)) == len(stops) > 2
                else:
                    assert not passed
    assert np.isinf(ways(0, [1])[0][:, 1]).all()


@given(st.integers(0, 10_000))
def test_ways_are_those_of_a_search_by_hand(seed: int) -> None:
    random = np.random.default_rng(seed)
    cost, n, hubs = random.uniform(1.0, 9.0, (7, 7)), 7, [1, 3, 4, 6]
    found, _ = cheapest_ways(carriage_graph(n, np.array(hubs)), 0, cost[0], cost, 3)
    for to in range(1, n):
        free = [hub for hub in hubs if hub != to]
        at_once = {hub: cost[0, hub] + cost[hub, to] for hub in free}
        reached = []
        for last in free:
            over = {one: cost[0, one] + cost[one, last] + cost[last, to] for one in free if one != last}
            first = min(over, key=lambda one: over[one])
            own_room = over[first] < min(at_once[first], at_once[last])
            reached.append(over[first] if own_room else at_once[last])
        np.testing.assert_allclose(found[:, to], sorted(reached)[:3])


def graph(flow: np.ndarray, hub: np.ndarray | None = None) -> nx.DiGraph:
    through = np.full((2, 4, 4), -1) if hub is None else hub
    return lane_graph(flow, FREIGHT[0], through[None], np.arange(4), np.arange(4), NAMES)


def test_goods_through_hubs_are_an_edge_for_every_hop() -> None:
    flow = np.zeros((2, 4, 4))
    flow[0, 0, 1], flow[1, 0, 1], flow[1, 0, 3] = 10.0, 4.0, 2.0
    hub = np.full((2, 4, 4), -1)
    hub[0, 0, 1], hub[:, 0, 3] = 2, (2, 1)
    lanes = graph(flow, hub)
    assert {(origin, target): data["flow_t"] for origin, target, data in lanes.edges(data=True)} == {
        ("AAA", "BBB"): 10.0,
        ("AAA", "CCC"): 6.0,
        ("CCC", "BBB"): 6.0,
        ("BBB", "DDD"): 2.0,
    }
    assert lanes.edges["AAA", "CCC"]["freight_usd_t"] == 2.0
    assert last_hub(hub)[0].tolist() == [-1, 2, -1, 1]


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


@pytest.mark.parametrize("seed", range(5))
def test_betweenness_is_that_of_networkx(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lanes: nx.DiGraph[str] = nx.DiGraph()
    names = [f"C{place:02}" for place in range(20)]
    lanes.add_nodes_from(names)
    for tail, head in np.argwhere(rng.random((20, 20)) < 0.15).tolist():
        if tail != head:
            lanes.add_edge(names[tail], names[head], distance=float(rng.exponential()))
    expected = nx.betweenness_centrality(lanes, weight="distance")
    assert betweenness(lanes) == pytest.approx(expected, abs=1e-12)
    assert max(expected.values()) > 0.1


@pytest.mark.parametrize("seed", range(5))
def test_betweenness_of_one_country_is_that_on_the_graph(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flow = np.where(rng.random((2, 4, 4)) < 0.6, rng.exponential(size=(2, 4, 4)), 0.0)
    hub = rng.integers(-1, 4, (2, 4, 4))
    hub[1] = np.where((hub[0] < 0) | (hub[0] == hub[1]), -1, hub[1])
    ends = np.arange(4)
    hub[:, (hub == ends[:, None]).any(axis=0) | (hub == ends).any(axis=0)] = -1
    central = betweenness(graph(flow, hub))
    carried = carried_t(flow, hub[None], ends, ends, 4)
    assert [betweenness_of(place, carried) for place in range(4)] == [
        central.get(name, 0.0) for name in NAMES
    ]


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
