"""The trade graph of a round, laid out by role; the countries that much trade passes through are ringed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.app.drawn import drawn_once
from experiments.app.map_view import key_of_roles
from experiments.figures.naming import country_name, format_price, format_share
from experiments.results import Run
from experiments.trade_graph import ROLES, network

if TYPE_CHECKING:
    import networkx as nx

CENTRE = (540.0, 212.0)
RADII = {"dominant_refiner": 0.0, "zone_leader": 60.0, "member": 110.0, "hold_out": 155.0, "other": 196.0}
"""Each role on a circle of its own around the dominant refiner, widened by half as it is drawn."""
MOST_COUNTRIES, MOST_LABELS, MOST_LANES = 46, 24, 90
Lane = tuple[str, str, dict[str, Any]]


@drawn_once
def show_network(run: Run, mineral: str, stage: str) -> tuple[str, str]:
    """Places of the countries, and the view, both JSON in the form of the map's."""
    graph = network(run, run.rounds[-1], mineral, stage)
    carried = {code: float(graph.degree(code, "flow_t")) for code in graph}
    chosen = sorted(carried, key=lambda code: (-carried[code], code))[:MOST_COUNTRIES]
    part = graph.subgraph(chosen)
    through = betweenness(part)
    lanes = _largest(part)
    part = part.subgraph({code for start, end, _ in lanes for code in (start, end)})
    places = _places(part, carried)
    lands = {code: _land(part, code, through[code], run.round_word) for code in part}
    ranked = sorted(part, key=lambda code: (-through[code], -carried[code], code))[:MOST_LABELS]
    labels = [
        {"x": places[code][0], "y": places[code][1] - places[code][2] - 3, "text": country_name(code)}
        for code in ranked
    ]
    view = {
        "lands": lands,
        "arcs": _drawn(lanes, part, places, run.round_word),
        "key": [*_key(run), {"class": "ringed", "text": "ringed: much trade passes through"}],
        "labels": labels,
        "round": run.rounds[-1],
    }
    return json.dumps({"shapes": {}, "small": places}), json.dumps(view)


def betweenness(graph: nx.DiGraph[str]) -> dict[str, float]:
    """Share of shortest ways between pairs that pass a country; a lane is the shorter the more it carries."""
    import networkx as nx

    lengths = {
        (start, end): 1.0 / max(float(data["flow_t"]), 1e-9) for start, end, data in graph.edges(data=True)
    }
    nx.set_edge_attributes(graph, lengths, "length")
    found: dict[str, float] = nx.betweenness_centrality(graph, weight="length")
    return found


def _places(graph: nx.DiGraph[str], carried: Mapping[str, float]) -> dict[str, tuple[float, float, float]]:
    """Centre and radius of each country's disc."""
    largest = max(carried.values(), default=1.0) or 1.0
    places = {}
    for role in ROLES:
        codes = sorted(code for code in graph if graph.nodes[code]["role"] == role)
        for number, code in enumerate(codes):
            angle = 2 * math.pi * (number + 0.5) / len(codes) - math.pi / 2
            radius = RADII[role]
            x, y = CENTRE[0] + 2.0 * radius * math.cos(angle), CENTRE[1] + radius * math.sin(angle)
            places[code] = (round(x, 1), round(y, 1), round(3 + 11 * math.sqrt(carried[code] / largest), 1))
    return places


def _land(graph: nx.DiGraph[str], code: str, through: float, word: str) -> dict[str, Any]:
    node = graph.nodes[code]
    ringed = " ringed" if through >= 0.02 else ""
    return {
        "name": country_name(code),
        "class": f"role-{node['role']}{ringed}",
        "lines": [
            f"Makes {node['output_t']:,.0f} t, uses {node['use_t']:,.0f} t a {word}",
            f"On {format_share(through)} of the shortest ways between two others",
        ],
    }


def _key(run: Run) -> list[dict[str, str]]:
    return [{**entry, "class": f"{entry['class']} disc"} for entry in key_of_roles(run)]


def _largest(graph: nx.DiGraph[str]) -> list[Lane]:
    return sorted(graph.edges(data=True), key=lambda lane: -lane[2]["flow_t"])[:MOST_LANES]


def _drawn(
    lanes: Sequence[Lane],
    graph: nx.DiGraph[str],
    places: Mapping[str, tuple[float, float, float]],
    word: str,
) -> list[dict[str, Any]]:
    largest = max((float(data["flow_t"]) for _, _, data in lanes), default=1.0) or 1.0
    drawn = [
        {
            "path": f"M{places[start][0]} {places[start][1]}L{places[end][0]} {places[end][1]}",
            "class": f"from-{graph.nodes[start]['role']}",
            "width": round(0.5 + 5 * math.sqrt(data["flow_t"] / largest), 2),
            "kind": "rerouted" if data["transit_t"] > data["flow_t"] / 2 else "open",
            "text": f"{country_name(start)} to {country_name(end)}: {data['flow_t']:,.0f} t a {word}, "
            f"landed at {format_price(data['price_landed_usd_t'])}",
        }
        for start, end, data in lanes
    ]
    return drawn[::-1]
