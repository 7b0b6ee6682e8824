"""The lanes of one round as a networkx graph, from a run's tables alone; exported as GraphML."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures.naming import country_name
from experiments.results import ResultsError, Run, each_row, remembered

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

ROLES = ("dominant_refiner", "zone_leader", "member", "hold_out", "other")


def network(run: Run, round_: int, mineral: str, stage: str) -> nx.DiGraph[str]:
    """Who ships ``mineral`` at ``stage`` to whom in round ``round_``, t a round.

    Nodes: ``name``, ``role`` (one of ``ROLES``), ``rung``, ``output_t``, ``use_t``, ``home_supply_t`` (what
    a country ships to itself).
    Edges: ``flow_t``; ``transit_t``, the part of it on its way through a third country;
    ``price_landed_usd_t``, weighted by flow.
    Raises ``ResultsError`` when the run has no such round, mineral or stage.
    """
    import networkx as nx

    flows = _rows(run, "flows", round_, mineral, stage)
    markets = _rows(run, "markets", round_, mineral, stage).set_index("country")
    graph: nx.DiGraph[str] = nx.DiGraph(round=round_, mineral=mineral, stage=stage)
    _add_countries(graph, run, round_, markets)
    for row in each_row(flows.fillna({"hub": ""}).sort_values(["origin", "hub", "destination"])):
        stops = way_of(row)
        for start, end in pairwise(stops):
            _add_flow(
                graph,
                start,
                end,
                float(row.flow_t),
                float(row.price_landed_usd_t),
                end != str(row.destination) or len(stops) > 2,
            )
    return graph


def write_graphml(run: Run, round_: int, mineral: str, stage: str, path: str | Path) -> Path:
    """Write ``network(...)`` as GraphML, readable by Gephi, Cytoscape and yEd."""
    import networkx as nx

    target = Path(path)
    try:
        nx.write_graphml(network(run, round_, mineral, stage), target)
    except OSError as error:
        raise ResultsError(f"{target}: cannot be written: {error.strerror or error}") from None
    return target


def way_of(row: Any) -> list[str]:
    """The countries that a row of ``flows`` passes, from where it was produced to where it is used."""
    hubs = [str(row.hub)] if row.hub else []
    second = [str(row.last_shipper)] if hubs and row.last_shipper != row.hub else []
    return [str(row.origin), *hubs, *second, str(row.destination)]


@remembered
def roles_in(run: Run, round_: int) -> dict[str, str]:
    """The role of every country at the end of round ``round_``, one of ``ROLES``."""
    countries = run.table("countries")
    return {
        str(row.country): _role(run, str(row.country), int(row.rung), str(row.standing))
        for row in each_row(countries[countries["round"] == round_])
    }


def _role(run: Run, country: str, rung: int, standing: str) -> str:
    if country == run.dominant_refiner:
        return "dominant_refiner"
    if country == run.leader and run.setting("zone", "exists", True):
        return "zone_leader"
    if standing == "hold_out" and rung >= 1:
        return "hold_out"
    return "member" if rung == 4 else "other"


def _rows(run: Run, table: str, round_: int, mineral: str, stage: str) -> pd.DataFrame:
    if round_ not in run.rounds:
        raise ResultsError(
            f"{run.folder}: no round {round_}; there are rounds {run.rounds[0]} to {run.rounds[-1]}"
        )
    if mineral not in run.minerals:
        raise ResultsError(f"{run.folder}: no mineral {mineral!r}; there are: {', '.join(run.minerals)}")
    if stage not in ("ore", "refined"):
        raise ResultsError(f"{run.folder}: no stage {stage!r}; there are: ore, refined")
    frame = run.table(table)
    return frame[(frame["round"] == round_) & (frame["mineral"] == mineral) & (frame["stage"] == stage)]


def _add_countries(graph: nx.DiGraph[str], run: Run, round_: int, markets: pd.DataFrame) -> None:
    countries = run.table("countries")
    rungs = countries[countries["round"] == round_].set_index("country")["rung"]
    roles = roles_in(run, round_)
    for country in sorted(set(map(str, markets.index))):
        graph.add_node(
            country,
            name=country_name(country),
            role=roles.get(country, "other"),
            rung=int(rungs.get(country, 0)),
            output_t=float(markets["output_t"][country]),
            use_t=float(markets["use_t"][country]),
            home_supply_t=0.0,
        )


def _add_flow(
    graph: nx.DiGraph[str], start: str, end: str, flow_t: float, price_usd_t: float, in_transit: bool
) -> None:
    for country in (start, end):
        if country not in graph:
            graph.add_node(
                country,
                name=country_name(country),
                role="other",
                rung=0,
                output_t=0.0,
                use_t=0.0,
                home_supply_t=0.0,
            )
    if start == end:
        graph.nodes[start]["home_supply_t"] += flow_t
        return
    edge = graph.edges.get((start, end), {"flow_t": 0.0, "transit_t": 0.0, "price_landed_usd_t": 0.0})
    total_t = edge["flow_t"] + flow_t
    mean_usd_t = (
        (edge["price_landed_usd_t"] * edge["flow_t"] + price_usd_t * flow_t) / total_t
        if total_t
        else price_usd_t
    )
    transit_t = edge["transit_t"] + (flow_t if in_transit else 0.0)
    graph.add_edge(start, end, flow_t=total_t, transit_t=transit_t, price_landed_usd_t=mean_usd_t)
