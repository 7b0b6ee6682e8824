"""The graph of lanes: who can ship to whom, through which third country, and who stands in the middle."""

from __future__ import annotations

import networkx as nx
import numpy as np

from world.axes import Array, Axes, Whole

HUB_COUNT = 24
"""Third countries considered as hubs: the largest by goods trade (assumption)."""


def choose_hubs(trade_usd: Array) -> Whole:
    """(hub,) positions of the countries through which goods may pass: the largest traders."""
    size = trade_usd.sum(axis=0) + trade_usd.sum(axis=1)
    return np.sort(np.argsort(-size, kind="stable")[:HUB_COUNT])


def cheapest_hubs(
    freight_usd_t: Array, hubs: Whole, excluded: Whole, axes: Axes, stage: int
) -> tuple[Array, Whole]:
    """Cheapest two-leg freight between each seller and buyer, and the hub it passes.

    freight_usd_t : (mineral, country, country); excluded : countries that cannot serve (the leader and the
        dominant refiner)
    returns : (mineral, seller, buyer) USD/t and country position, -1 where there is none
    """
    sellers, buyers = axes.sellers(stage)[:, :, None], axes.buyers(stage)[:, None, :]
    real = (sellers >= 0) & (buyers >= 0)
    mineral, seller, buyer = (
        np.arange(len(real))[:, None, None],
        np.maximum(sellers, 0),
        np.maximum(buyers, 0),
    )
    best = np.full(real.shape, np.inf)
    which = np.full(real.shape, -1, dtype=np.int64)
    for hub in sorted(set(hubs.tolist()) - set(excluded.tolist())):
        through = freight_usd_t[mineral, seller, hub] + freight_usd_t[mineral, hub, buyer]
        better = real & (seller != hub) & (buyer != hub) & (through < best)
        best = np.where(better, through, best)
        which = np.where(better, hub, which)
    return np.where(np.isfinite(best), best, 0.0), which


def lane_graph(
    flow_t: Array, freight_usd_t: Array, hub: Whole, sellers: Whole, buyers: Whole, countries: tuple[str, ...]
) -> nx.DiGraph[str]:
    """Graph of the lanes of one mineral and stage that carry goods.

    flow_t : (route, seller, buyer); freight_usd_t : (seller, buyer); hub : (seller, buyer)
    Goods through a hub are two edges. Edges carry ``flow_t`` and ``freight_usd_t``; nodes and edges are added
    in sorted order, so that numbers computed on the graph never hang on the order of iteration.
    """
    edges: dict[tuple[str, str], list[float]] = {}

    def add(origin: int, destination: int, tonnes: float, freight: float) -> None:
        cell = edges.setdefault((countries[origin], countries[destination]), [0.0, freight])
        cell[0] += tonnes

    for route, seller, buyer in zip(
        *np.nonzero(flow_t > 1e-9 * max(float(flow_t.sum()), 1e-300)), strict=True
    ):
        origin, destination = int(sellers[seller]), int(buyers[buyer])
        if origin == destination:
            continue
        tonnes, freight = float(flow_t[route, seller, buyer]), float(freight_usd_t[seller, buyer])
        if route == 0:
            add(origin, destination, tonnes, freight)
        else:
            through = int(hub[seller, buyer])
            add(origin, through, tonnes, freight / 2)
            add(through, destination, tonnes, freight / 2)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted({node for pair in edges for node in pair}))
    for (origin_name, destination_name), (tonnes, freight) in sorted(edges.items()):
        graph.add_edge(
            origin_name, destination_name, flow_t=tonnes, freight_usd_t=freight, distance=1.0 / tonnes
        )
    return graph


def betweenness(graph: nx.DiGraph[str]) -> dict[str, float]:
    """Share of shortest paths that pass each country, where a lane is short when it carries much."""
    if graph.number_of_nodes() < 3:
        return dict.fromkeys(graph.nodes, 0.0)
    result: dict[str, float] = nx.betweenness_centrality(graph, weight="distance")
    return result


def concentration(output_t: Array) -> float:
    """Herfindahl index of an output vector, 1 = one country makes all."""
    total = float(output_t.sum())
    return float(((output_t / total) ** 2).sum()) if total > 0 else 0.0
