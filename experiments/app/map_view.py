"""What the map shows: a class for each country, arcs of trade as paths, and words for whatever is pointed at.

The page's style sheet turns classes into colours, light or dark; a path is in units of the map's frame.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from experiments.app.drawn import drawn_once
from experiments.figures.naming import (
    RUNGS,
    a_round,
    country_name,
    format_money,
    format_price,
    format_share,
    places,
    the_country,
)
from experiments.figures.world_map import outlines, points, project
from experiments.results import Run, each_row
from experiments.trade_graph import roles_in, way_of

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 1000.0, 437.0
MOST_ARCS = 32
DRIED_SHARE, LEAST_SHARE = 0.1, 0.004
"""A lane has dried up when it carries less than this share of its first quarter's trade; lanes that carried
less than the second of all trade are not counted."""
COLOURINGS = {
    "rung": "rung of the ladder",
    "role": "role",
    "dependence": "dependence",
    "trust": "trust",
    "gain": "gain",
}
Place = tuple[float, float]


@cache
def land() -> str:
    """Outlines as JSON: code -> path; states too small for an outline are circles of the same form."""
    shapes = {code: " ".join(map(_ring, rings)) for code, rings in outlines().items()}
    small = [code for code in places() if code not in shapes]
    return json.dumps({"shapes": shapes, "small": {code: _place(points()[code]) for code in small}})


@drawn_once
def show_map(run: Run, mineral: str, stage: str, colouring: str) -> str:
    """The map after the last round of ``run`` as JSON."""
    last = run.table("countries")
    last = last[last["round"] == run.rounds[-1]]
    roles = roles_in(run, run.rounds[-1])
    classes = _classes(run, last, roles, colouring)
    lands = {
        str(row.country): {
            "name": country_name(str(row.country)),
            "class": classes.get(str(row.country), "none"),
            "lines": _lines(row),
        }
        for row in each_row(last)
    }
    arcs = _arcs(run, mineral, stage, roles)
    return json.dumps({"lands": lands, "arcs": arcs, "key": _key(colouring, run), "round": run.rounds[-1]})


def _lines(row: Any) -> list[str]:
    said = [f"Rung: {RUNGS[int(row.rung)]}" + (", holding out" if row.standing == "hold_out" else "")]
    said.append(
        f"From the dominant refiner: {format_share(row.dependence_on_dominant_share)} of refined metal"
    )
    said.append(f"Trust in the leader: {format_share(row.trust_in_leader)}")
    if row.unmet_share >= 0.01:
        said.append(f"Worst shortage: {format_share(row.unmet_share)} of a metal's purchases")
    return said


def _classes(run: Run, last: pd.DataFrame, roles: Mapping[str, str], colouring: str) -> dict[str, str]:
    if colouring == "role":
        return {code: f"role-{role}" for code, role in roles.items()}
    if colouring == "rung":
        rungs = {str(row.country): int(row.rung) for row in each_row(last)}
        special = {"dominant_refiner": "dominant", "hold_out": "holdout"}
        return {code: special.get(role, f"rung-{rungs[code]}") for code, role in roles.items()}
    if colouring == "gain":
        return _gain_classes(run, last)
    column = {"dependence": "dependence_on_dominant_share", "trust": "trust_in_leader"}[colouring]
    return {str(row.country): f"step-{min(4, int(getattr(row, column) * 5))}" for row in each_row(last)}


def _gain_classes(run: Run, last: pd.DataFrame) -> dict[str, str]:
    countries = run.table("countries")
    before = countries[countries["round"] == run.rounds[0]].set_index("country")["stake_usd"]
    change: pd.Series[float] = (last.set_index("country")["stake_usd"] - before).fillna(0.0)
    size = change.abs().sort_values(ascending=False)
    top = max(float(size.iloc[min(5, len(size) - 1)]), 1.0)
    level = (change / top * 2).clip(-2, 2).round().astype(int)
    return {str(code): f"gain-{number}" for code, number in level.items()}


def _key(colouring: str, run: Run) -> list[dict[str, str]]:
    if colouring == "role":
        return key_of_roles(run)
    rungs = [(f"rung-{rung}", name) for rung, name in enumerate(RUNGS)]
    gains = ("loses most", "loses", "little", "gains", "gains most")
    entries = {
        "rung": [*rungs, ("holdout", "holds out"), ("dominant", country_name(run.dominant_refiner))],
        "gain": [(f"gain-{number - 2}", words) for number, words in enumerate(gains)],
    }
    shares = [(f"step-{step}", f"{20 * step} to {20 * step + 20}%") for step in range(5)]
    return [
        {"class": name, "text": text}
        for name, text in [*_of_what(colouring, run), *entries.get(colouring, shares)]
    ]


def _of_what(colouring: str, run: Run) -> list[tuple[str, str]]:
    """What shares are of, ahead of their colours."""
    words = {
        "dependence": f"Refined metal from {the_country(run.dominant_refiner)}:",
        "trust": f"Trust in {the_country(run.leader)}:",
        "gain": "Accounts since the start:",
    }
    return [("", words[colouring])] if colouring in words else []


def key_of_roles(run: Run) -> list[dict[str, str]]:
    """The classes of roles in words."""
    entries = {
        "zone_leader": country_name(run.leader),
        "member": "member",
        "hold_out": "holds out",
        "dominant_refiner": country_name(run.dominant_refiner),
        "other": "others",
    }
    return [{"class": f"role-{role}", "text": text} for role, text in entries.items()]


def _arcs(run: Run, mineral: str, stage: str, roles: Mapping[str, str]) -> list[dict[str, Any]]:
    flows = run.table("flows").fillna({"hub": ""})
    chosen = flows[
        (flows["mineral"] == mineral) & (flows["stage"] == stage) & (flows["origin"] != flows["destination"])
    ]
    now = chosen[chosen["round"] == run.rounds[-1]]
    valued = _by_lane(now).nlargest(MOST_ARCS, "value_usd")
    largest = max(float(valued["value_usd"].max()), 1.0) if len(valued) else 1.0
    arcs = [
        {
            **_drawn(way_of(row), roles),
            "width": round(0.7 + 5.5 * float(np.sqrt(max(row.value_usd, 0.0) / largest)), 2),
            "kind": "rerouted" if row.hub else "rationed" if row.rent_usd_t > 0 else "open",
            "text": _arc_words(row),
        }
        for row in each_row(valued)
    ]
    return [*reversed(arcs), *_dried_up(chosen, now, run.rounds[0], roles)]


def _by_lane(flows: pd.DataFrame) -> pd.DataFrame:
    """Flows of a round with their value, one row a way: old and new sellers of a country together."""
    way = ["quarter", "origin", "hub", "last_shipper", "destination"]
    sums = flows.assign(
        value_usd=flows["flow_t"] * flows["price_landed_usd_t"],
        rent_usd=flows["flow_t"] * flows["rent_usd_t"],
    )
    lanes = sums.groupby(way, as_index=False)[["flow_t", "value_usd", "rent_usd"]].sum()
    return lanes.assign(
        price_landed_usd_t=lanes["value_usd"] / lanes["flow_t"],
        rent_usd_t=lanes["rent_usd"] / lanes["flow_t"],
    )


def _dried_up(
    chosen: pd.DataFrame, now: pd.DataFrame, first: int, roles: Mapping[str, str]
) -> list[dict[str, Any]]:
    lane = ["origin", "destination"]
    opening = chosen[chosen["round"] == first]
    before, each = opening.groupby(lane)["flow_t"].sum(), a_round(str(opening["quarter"].max()))
    after = now[now["hub"] == ""].groupby(lane)["flow_t"].sum().reindex(before.index).fillna(0.0)
    dried: pd.Series[float] = before[
        (after < DRIED_SHARE * before) & (before > LEAST_SHARE * before.sum())
    ].nlargest(10)
    arcs = []
    for lane_, flow_t in dried.items():
        origin, destination = map(str, cast(tuple[str, str], lane_))
        words = f"{country_name(origin)} to {country_name(destination)}: dried up"
        arcs.append(
            {
                **_drawn([origin, destination], roles),
                "width": 1.4,
                "kind": "dried",
                "text": f"{words}, {flow_t:,.0f} t {each} at the start",
            }
        )
    return arcs


def _arc_words(row: Any) -> str:
    way = way_of(row)
    by = f" through {the_country(way[1])}" if row.hub else ""
    rent = f", licence worth {format_price(row.rent_usd_t)}" if row.rent_usd_t > 0 else ""
    return (
        f"{country_name(way[0])} to {country_name(way[-1])}{by}: {row.flow_t:,.0f} t "
        f"{a_round(str(row.quarter))} ({format_money(row.value_usd)}), "
        f"landed at {format_price(row.price_landed_usd_t)}{rent}"
    )


def _drawn(way: Sequence[str], roles: Mapping[str, str]) -> dict[str, str]:
    stops = [_place(points()[code]) for code in way if code in points()]
    path = " ".join(_leg(start, end) for start, end in pairwise(stops))
    return {"path": path, "class": f"from-{roles.get(way[0], 'other')}"}


def _leg(start: Place, end: Place) -> str:
    (x0, y0), (x1, y1) = start, end
    bend = 0.2
    middle = ((x0 + x1) / 2 + bend * (y1 - y0), (y0 + y1) / 2 - bend * abs(x1 - x0))
    return f"M{x0:.1f} {y0:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {x1:.1f} {y1:.1f}"


def _ring(ring: NDArray[np.float64]) -> str:
    places_ = [_place(point) for point in project(ring[:, 0], ring[:, 1])]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places_) + "Z"


def _place(point: NDArray[np.float64]) -> Place:
    scale = WIDTH / 5.44
    return round(float(point[0] + 2.72) * scale, 1), round(float(1.33 - point[1]) * scale, 1)
