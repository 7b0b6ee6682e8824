"""The graph of carriage: which third countries goods may pass from hand to hand, the cheapest ways with one
or two handovers, and who stands in the middle of the lanes that carry goods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import networkx as nx
import numpy as np

from world.axes import Array, Whole

HUB_COUNT = 24
"""Third countries considered as hubs: the largest by goods trade (assumption)."""
MOST_HANDOVERS = 2
SHUT_USD_T = 1e12
"""What a hop that is closed costs: it is taken under a false name where no open way is left."""

Node = tuple[int, int]
"""``(k, place)``: goods at a country after k hops, 0 where they were made."""


def choose_hubs(trade_usd: Array) -> Whole:
    """(hub,) positions of the countries through which goods may pass: the largest traders."""
    size = trade_usd.sum(axis=0) + trade_usd.sum(axis=1)
    return np.sort(np.argsort(-size, kind="stable")[:HUB_COUNT])


def carriage_graph(countries: int, hubs: Whole) -> nx.DiGraph[Node]:
    """Every way of goods from a country to a hub, over another hub or not; what a hop costs is the search's
    to say, and every hub delivers everywhere.
    """
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.graph["hubs"] = hubs
    carriers = hubs.tolist()
    for hub in carriers:
        graph.add_edges_from(((0, origin), (1, hub)) for origin in range(countries) if origin != hub)
        graph.add_edges_from(((1, hub), (2, other)) for other in carriers if other != hub)
    return graph


def cheapest_ways(
    graph: nx.DiGraph[Node], origin: int, first_usd_t: Array, onward_usd_t: Array, ways: int
) -> tuple[Array, Whole]:
    """The cheapest ways from ``origin`` to every country, each by another last hub, of one or two handovers,
    cheapest first. No country is passed twice, and none hands on to another what it delivers for less itself.

    first_usd_t : (country,) cost of the first hop; onward_usd_t : (country, country) cost of a hop after a
        handover, the handover included; ways : how many
    returns : (way, country) cost, inf where there is no way; (way, country, 2) positions of the hubs in
        order, -1 where there is none
    """
    carriers: Whole = graph.graph["hubs"]
    first, onward = (
        first_usd_t.tolist(),
        dict(zip(carriers.tolist(), onward_usd_t[carriers].tolist(), strict=True)),
    )

    def deliver(avoided: int) -> tuple[Array, Whole]:
        def weigh(tail: Node, head: Node, _: dict[str, Any]) -> float | None:
            if head[1] in (origin, avoided):
                return None
            cost: float = first[head[1]] if tail[0] == 0 else onward[tail[1]][head[1]]
            return cost

        return _delivered(_carried(graph, origin, weigh), carriers, onward_usd_t, ways)

    costs, hubs = deliver(avoided=-1)
    costs[:, origin], hubs[:, origin] = np.inf, -1
    # a way with two handovers may pass the country it leads to: then without it
    for place in np.flatnonzero((hubs[:, :, 0] == np.arange(len(first))).any(axis=0)).tolist():
        again, passed = deliver(avoided=place)
        costs[:, place], hubs[:, place] = again[:, place], passed[:, place]
    return costs, hubs


def _carried(
    graph: nx.DiGraph[Node], origin: int, weigh: Callable[[Node, Node, dict[str, Any]], float | None]
) -> dict[Node, tuple[float, list[Node]]]:
    """Cheapest cost and way of bringing the origin's goods to each hub, by number of hops (Dijkstra)."""
    found = nx.single_source_dijkstra(graph, (0, origin), weight=weigh)
    lengths, paths = cast(tuple[dict[Node, float], dict[Node, list[Node]]], found)
    return {node: (lengths[node], paths[node]) for node in paths if node[0] > 0}


def _delivered(
    carried: dict[Node, tuple[float, list[Node]]], carriers: Whole, onward_usd_t: Array, ways: int
) -> tuple[Array, Whole]:
    """The last hop, to all countries at once: (way, country) cost, (way, country, 2) hubs, of each last hub
    the cheaper of the ways that lead to it. Where its first hub delivers for less itself the way has no room
    of its own, what it carries that hub cannot carry on the cheaper one: then the way by the last hub alone.
    """
    cost, passed = np.full(len(carriers), np.inf), np.full((len(carriers), MOST_HANDOVERS), -1)
    alone = np.array([carried.get((1, hub), (np.inf, []))[0] for hub in carriers.tolist()])
    for row, hub in enumerate(carriers.tolist()):
        for handovers in range(1, MOST_HANDOVERS + 1):
            usd_t, path = carried.get((handovers, hub), (np.inf, []))
            if usd_t < cost[row]:
                cost[row], passed[row] = usd_t, -1
                passed[row, :handovers] = [stop for _, stop in path[1:]]
    to_itself = carriers[:, None] == np.arange(onward_usd_t.shape[1])
    reached = np.where(to_itself, np.inf, cost[:, None] + onward_usd_t[carriers])
    at_once = np.where(to_itself, np.inf, alone[:, None] + onward_usd_t[carriers])
    first = np.minimum(np.searchsorted(carriers, passed[:, 0]), len(carriers) - 1)
    dearer = (passed[:, 1] >= 0)[:, None] & (at_once[first] <= reached)
    reached = np.where(dearer, at_once, reached)
    last = np.argsort(reached, axis=0, kind="stable")[:ways]
    costs, by_itself = (np.take_along_axis(values, last, axis=0) for values in (reached, dearer))
    itself = np.stack([carriers, np.full(len(carriers), -1)], axis=1)
    hubs = np.where(by_itself[..., None], itself[last], passed[last])
    hubs = np.where(np.isfinite(costs)[..., None], hubs, -1)
    return costs, hubs


def last_hub(hub: Whole) -> Whole:
    """The last of the hubs on each way, -1 where there is none; hub (handover, ...) in order."""
    last: Whole = hub[0]
    for passed in hub[1:]:
        last = np.where(passed >= 0, passed, last)
    return last


def lane_graph(
    flow_t: Array, freight_usd_t: Array, hub: Whole, sellers: Whole, buyers: Whole, countries: tuple[str, ...]
) -> nx.DiGraph[str]:
    """Graph of the lanes of one mineral and stage that carry goods.

    flow_t : (route, seller, buyer), the direct one first; freight_usd_t : (country, country); hub : (way,
        handover, seller, buyer) of the routes that follow
    Goods through hubs are an edge for every hop. Edges carry ``flow_t`` and ``freight_usd_t``; nodes and
    edges are added in sorted order, so that numbers computed on the graph never hang on the order of
    iteration.
    """
    carried = carried_t(flow_t, hub, sellers, buyers, len(countries))
    edges = {(int(tail), int(head)): float(carried[tail, head]) for tail, head in np.argwhere(carried > 0.0)}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted({countries[place] for hop in edges for place in hop}))
    named = sorted((countries[tail], countries[head], (tail, head)) for tail, head in edges)
    for tail_name, head_name, hop in named:
        tonnes, freight = edges[hop], float(freight_usd_t[hop])
        graph.add_edge(tail_name, head_name, flow_t=tonnes, freight_usd_t=freight, distance=1.0 / tonnes)
    return graph


def carried_t(flow_t: Array, hub: Whole, sellers: Whole, buyers: Whole, countries: int) -> Array:
    """(country, country) tonnes on every hop between two countries; axes as in :func:`lane_graph`."""
    carried = np.zeros((countries, countries))
    route, seller, buyer = np.nonzero(flow_t > 1e-9 * max(float(flow_t.sum()), 1e-300))
    tail, end, tonnes = sellers[seller], buyers[buyer], flow_t[route, seller, buyer]
    abroad = tail != end
    for place in range(hub.shape[1]):
        via = np.where(route > 0, hub[route - 1, place, seller, buyer], -1)
        some = abroad & (via >= 0)
        np.add.at(carried, (tail[some], via[some]), tonnes[some])
        tail = np.where(via >= 0, via, tail)
    np.add.at(carried, (tail[abroad], end[abroad]), tonnes[abroad])
    return carried


def betweenness(graph: nx.DiGraph[str]) -> dict[str, float]:
    """Share of the pairs of other countries, one shipping to the other, whose shortest way passes a country,
    where a lane is short when it carries much. As networkx has it, but that of ways equally short each counts
    in full: with flows for lengths there are none, and distances alone are found thirty times as fast.
    """
    nodes = list(graph.nodes)
    length = (
        np.asarray(nx.to_numpy_array(graph, weight="distance", nonedge=0.0)) if nodes else np.zeros((0, 0))
    )
    apart = _apart(length) if len(nodes) > 2 else length
    return {name: _passing_share(apart, place) for place, name in enumerate(nodes)}


def betweenness_of(place: int, carried_t: Array) -> float:
    """The same of one country, from the tonnes carried between countries (country, country)."""
    traders = np.flatnonzero((carried_t > 0.0).any(axis=0) | (carried_t > 0.0).any(axis=1))
    if place not in traders or len(traders) < 3:
        return 0.0
    among = carried_t[np.ix_(traders, traders)]
    length = np.divide(1.0, among, out=np.zeros_like(among), where=among > 0.0)
    return _passing_share(_apart(length), int(np.searchsorted(traders, place)))


def _apart(length: Array) -> Array:
    """(place, place) length of the shortest way, from those of lanes, 0 where there is none (Floyd 1962)."""
    apart = np.where(length > 0.0, length, np.inf)
    np.fill_diagonal(apart, 0.0)
    for via in range(len(apart)):
        np.minimum(apart, apart[:, via, None] + apart[via], out=apart)
    return apart


def _passing_share(apart: Array, place: int) -> float:
    """Share of the pairs of others whose shortest way, of lengths ``apart``, passes a place."""
    count = len(apart)
    if count < 3:
        return 0.0
    # no way is as long as -1: pairs that cannot ship and countries themselves count nowhere
    far = np.where(np.isfinite(apart) & ~np.eye(count, dtype=bool), apart * (1.0 + 1e-12), -1.0)
    shortest = apart[:, place][:, None] + apart[place] <= far
    shortest[place], shortest[:, place] = False, False
    return float(shortest.sum() / ((count - 1) * (count - 2)))


def concentration(output_t: Array) -> float:
    """Herfindahl index of an output vector, 1 = one country makes all."""
    total = float(output_t.sum())
    return float(((output_t / total) ** 2).sum()) if total > 0 else 0.0
