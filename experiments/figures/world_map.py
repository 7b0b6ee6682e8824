"""The world at the end of a run: who stands on which rung, and who ships one mineral to whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from numpy.typing import NDArray

from experiments.figures import theme
from experiments.figures.naming import (
    RUNGS,
    country_name,
    format_share,
    mineral_in_words,
    places,
    quarter_in_words,
)
from experiments.results import Run, each_row, remembered
from experiments.trade_graph import roles_in, way_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Countries are coloured by the rung they hold in the last round. Arcs are the largest flows of the "
    "mineral between countries, "
    "as wide as the square root of their value; their colour is that of the exporter. Dashed arcs pass "
    "through a third country. "
    "Land outlines: Natural Earth 1:110m (public domain), borders as drawn there."
)
OUTLINES = Path(__file__).parents[1] / "outlines" / "land.json"
MOST_ARCS = 35
DOMINANT_LAND, HOLD_OUT_LAND = "#dd9d94", "#f3d891"
ROLE_COLOURS = {
    "dominant_refiner": theme.DOMINANT,
    "zone_leader": theme.MEMBERS,
    "member": theme.MEMBERS,
    "hold_out": theme.HOLD_OUTS,
    "other": theme.OTHERS,
}


def draw_world_map(
    run: Run, baseline: Run | None = None, mineral: str | None = None, stage: str = "refined"
) -> Figure:
    """World map of the last quarter with trade arcs of ``mineral`` (default: the one rerouted most, by
    share of value).
    """
    chosen = mineral or most_rerouted(run, stage)
    arcs = traded(run, chosen, stage)
    with theme.style():
        figure = theme.new_figure(11.5, 6.5)
        panel = figure.subplots()
        panel.set_axis_off()
        _draw_land(panel, run)
        places_on_map = points()
        drawn = arcs.head(MOST_ARCS)
        for row in each_row(drawn.iloc[::-1]):
            stops = way_of(row)
            width = 0.5 + 4.5 * float(np.sqrt(row.value_usd / drawn["value_usd"].max()))
            _draw_arc(
                panel,
                [places_on_map[stop] for stop in stops if stop in places_on_map],
                _colour(run, stops[0]),
                width,
                bool(row.hub),
            )
        _label_ends(panel, drawn, places_on_map)
        panel.set(xlim=(-2.72, 2.72), ylim=(-1.06, 1.33), aspect="equal")
        theme.frame(
            figure,
            find_world_map(run, chosen, stage),
            theme.source_line(run, "flows, countries"),
            _key(run),
            bottom=0.3,
            gap=0.0,
        )
        figure.subplots_adjust(left=0.005, right=0.995)
    return figure


def find_world_map(run: Run, mineral: str, stage: str = "refined") -> str:
    """How much of the trade the dominant refiner ships and how much is rerouted, in the last quarter."""
    arcs = traded(run, mineral, stage)
    who, when = country_name(run.dominant_refiner), quarter_in_words(run.quarters[-1])
    word = mineral_in_words(mineral)
    metal = f"refined {word}" if stage == "refined" else f"{word} ore"
    total = float(arcs["value_usd"].sum())
    if total <= 0:
        return f"No {metal} crosses a border in {when}"
    shipped = float(arcs.loc[arcs["origin"] == run.dominant_refiner, "value_usd"].sum()) / total
    rerouted = float(arcs.loc[arcs["hub"] != "", "value_usd"].sum()) / total
    rest = (
        f"{format_share(rerouted)} passes through third countries"
        if rerouted >= 0.005
        else "next to none passes through third countries"
    )
    return (
        f"{who} ships {format_share(shipped)} of the {metal} traded between countries in {when}, by "
        f"value; {rest}"
    )


def traded(run: Run, mineral: str, stage: str) -> pd.DataFrame:
    """Flows between countries in the last quarter with ``value_usd`` (USD a quarter), the largest first."""
    abroad = _between_countries(run, stage)
    return abroad[abroad["mineral"] == mineral]


@remembered
def _between_countries(run: Run, stage: str) -> pd.DataFrame:
    flows = run.table("flows")
    last = flows[(flows["round"] == run.rounds[-1]) & (flows["stage"] == stage)].fillna({"hub": ""})
    abroad = last[last["origin"] != last["destination"]]
    valued = abroad.assign(value_usd=abroad["flow_t"] * abroad["price_landed_usd_t"])
    return valued.sort_values(
        ["value_usd", "origin", "hub", "destination"], ascending=[False, True, True, True]
    )


def most_rerouted(run: Run, stage: str) -> str:
    """The mineral with the largest share of its trade passing through third countries; the run's first
    when none is.
    """
    shares = {}
    for mineral in run.minerals:
        arcs = traded(run, mineral, stage)
        total = float(arcs["value_usd"].sum())
        shares[mineral] = float(arcs.loc[arcs["hub"] != "", "value_usd"].sum()) / total if total else 0.0
    best = max(shares, key=lambda mineral: shares[mineral])
    return best if shares[best] > 0.005 else run.minerals[0]


def project(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Equal Earth projection (Savric, Patterson and Jenny 2018): degrees to map units, shape (n, 2)."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(latitude)))
    slope = 9 * a4 * theta**8 + 7 * a3 * theta**6 + 3 * a2 * theta**2 + a1
    x = 2 * np.sqrt(3) * np.radians(longitude) * np.cos(theta) / (3 * slope)
    y = a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta
    return np.stack([x, y], axis=-1)


def _draw_land(panel: Axes, run: Run) -> None:
    countries = run.table("countries")
    last = countries[countries["round"] == run.rounds[-1]].set_index("country")
    rungs, roles = last["rung"].to_dict(), roles_in(run, run.rounds[-1])
    shapes, fills = [], []
    for code, rings in outlines().items():
        for ring in rings:
            shapes.append(project(ring[:, 0], ring[:, 1]))
            fills.append(_fill(int(rungs.get(code, 0)), roles.get(code, "other")))
    panel.add_collection(
        PolyCollection(shapes, facecolors=fills, edgecolors="white", linewidths=0.4, zorder=1)
    )
    small = [code for code in rungs if code in places() and code not in outlines()]
    for code in sorted(map(str, small)):
        x, y = points()[code]
        panel.plot(
            x, y, "o", ms=3.2, mec="white", mew=0.4, mfc=_fill(int(rungs[code]), roles[code]), zorder=2
        )


def _fill(rung: int, role: str) -> str:
    if role == "dominant_refiner":
        return DOMINANT_LAND
    return HOLD_OUT_LAND if role == "hold_out" else theme.RUNG_COLOURS[rung]


def _draw_arc(
    panel: Axes, stops: Sequence[NDArray[np.float64]], colour: str, width: float, rerouted: bool
) -> None:
    for index, (start, end) in enumerate(pairwise(stops)):
        last = index == len(stops) - 2
        panel.add_patch(
            FancyArrowPatch(
                (start[0], start[1]),
                (end[0], end[1]),
                connectionstyle="arc3,rad=-0.22",
                arrowstyle="-|>" if last else "-",
                mutation_scale=5 + 1.6 * width,
                lw=width,
                color=colour,
                alpha=0.72,
                shrinkA=0,
                shrinkB=1.5,
                linestyle=(0, (3, 1.6)) if rerouted else "-",
                zorder=3,
                capstyle="butt",
                joinstyle="miter",
            )
        )


def _label_ends(
    panel: Axes, arcs: pd.DataFrame, points: dict[str, NDArray[np.float64]], room: int = 12
) -> None:
    ends: list[str] = []
    for row in each_row(arcs):
        stops = way_of(row)
        ends += [code for code in (stops[0], *stops[:0:-1]) if code not in ends]
    placed: list[NDArray[np.float64]] = []
    for code in ends:
        point = points.get(code)
        near = (
            [abs(point[0] - x) < 0.34 and abs(point[1] - y) < 0.06 for x, y in placed]
            if point is not None
            else [True]
        )
        if any(near) or len(placed) == room:
            continue
        placed.append(points[code])
        panel.annotate(
            country_name(code),
            (points[code][0], points[code][1]),
            (4, -7),
            textcoords="offset points",
            fontsize=7.5,
            zorder=5,
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
        )


def _colour(run: Run, country: str) -> str:
    return ROLE_COLOURS[roles_in(run, run.rounds[-1]).get(country, "other")]


def _key(run: Run) -> list[theme.KeyEntry]:
    countries = run.table("countries")
    present = set(countries.loc[countries["round"] == run.rounds[-1], "rung"])
    key = [
        theme.KeyEntry(name, theme.RUNG_COLOURS[rung], patch=True)
        for rung, name in enumerate(RUNGS)
        if rung in present
    ]
    if "hold_out" in roles_in(run, run.rounds[-1]).values():
        key.append(theme.KeyEntry("holds out", HOLD_OUT_LAND, patch=True))
    key.append(theme.KeyEntry(country_name(run.dominant_refiner), DOMINANT_LAND, patch=True))
    return [*key, theme.KeyEntry("through a third country", theme.FLOOR, dashed=True)]


@cache
def outlines() -> dict[str, list[NDArray[np.float64]]]:
    """Rings of each country, [longitude, latitude] in degrees."""
    land = json.loads(OUTLINES.read_text(encoding="utf-8"))["land"]
    return {code: [np.asarray(ring, float) for ring in rings] for code, rings in land.items()}


@cache
def points() -> dict[str, NDArray[np.float64]]:
    """Where each country is drawn as a point or an arc ends, map units."""
    centres = {code: max(rings, key=len).mean(axis=0) for code, rings in outlines().items()}
    centres.update({code: np.asarray(place) for code, place in places().items()})
    return {code: project(centre[:1], centre[1:])[0] for code, centre in centres.items()}
