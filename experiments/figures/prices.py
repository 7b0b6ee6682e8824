"""Prices of refined metal inside the zone, outside it and at the dominant refiner's gate, with the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.figures import theme
from experiments.figures.naming import country_name, format_share, mineral_in_words, mineral_name, the_country
from experiments.results import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Price of refined metal, round by round. Inside: paid by binding members, or by the leader and its "
    "framework partners before there "
    "are any. Outside: paid by the rest of the world. Home: at the gate of the dominant refiner. The "
    "thin line is the reference price "
    "that the floor upholds at the border; it is dotted while it is announced but not applied. Where members "
    "make most of what they use, the price inside stays below it. In a shortage the price is what going "
    "without costs, an assumption. Vertical scales differ; short spikes are cut off, their height is given."
)
LONG_RUN = 64
"""Prices in a panel from which a spike may be cut off: four lines of sixteen rounds."""
_LINES = {
    "price_outside_usd_t": theme.OTHERS,
    "price_home_usd_t": theme.DOMINANT,
    "price_inside_usd_t": theme.MEMBERS,
}


def draw_prices(run: Run, baseline: Run | None = None) -> Figure:
    """Small multiples by mineral, USD/kg; with a ``baseline`` its inside price is a pale dashed line."""
    zone = _refined(run)
    with theme.style():
        figure = theme.new_figure(11.5, 2.0 * -(-len(run.minerals) // 4) + 1.6)
        panels = theme.small_multiples(
            figure, len(run.minerals), sharex=True, gridspec_kw={"hspace": 0.34, "wspace": 0.24}
        )
        for panel, mineral in zip(panels, run.minerals, strict=True):
            _draw_mineral(panel, zone[zone["mineral"] == mineral])
            if baseline and mineral in baseline.minerals:
                other = _refined(baseline)
                _line(
                    panel,
                    other[other["mineral"] == mineral],
                    "price_inside_usd_t",
                    theme.MEMBERS,
                    alpha=0.45,
                    linestyle="--",
                )
            panel.set_title(mineral_name(mineral))
            panel.set_xlabel("")
            panel.set_ylabel("USD/kg" if panel.get_subplotspec().is_first_col() else "")  # type: ignore[union-attr]
        theme.quarter_ticks(panels[-1], run.rounds, run.quarters)  # panels share their quarters
        theme.frame(
            figure,
            find_price(run),
            theme.source_line(run, "zone (stage refined)", baseline),
            _key(run, zone, baseline),
        )
    return figure


def find_price(run: Run) -> str:
    """What the figure shows, in a sentence: the widest gap at the end and for how long the floor binds."""
    zone = _refined(run)
    end = zone[zone["round"] == run.rounds[-1]]
    gaps = (end["price_inside_usd_t"] / end["price_outside_usd_t"] - 1).to_numpy(float)
    if not np.isfinite(gaps).any():
        return "No price inside the zone can be compared with one outside"
    widest = int(np.nanargmax(np.abs(gaps)))
    mineral = str(end["mineral"].iloc[widest])
    binding = int(zone.groupby("round")["floor_binds"].any().sum())
    floor = (
        f"; the floor binds in {binding} of {len(run.rounds)} {run.round_word}s"
        if zone["in_force"].any()
        else "; no floor is in force"
    )
    if abs(gaps[widest]) < 0.03:
        return f"Prices {_inside(run)} and outside stay within 3% of each other at the end{floor}"
    side = "more" if gaps[widest] > 0 else "less"
    share = format_share(abs(float(gaps[widest])))
    return (
        f"At the end buyers {_inside(run)} pay up to {share} {side} for {mineral_in_words(mineral)} than "
        f"those outside{floor}"
    )


def _inside(run: Run) -> str:
    """Whose price the inside price is: the zone's, or without one that of its would-be founders."""
    return (
        "inside the zone"
        if run.setting("zone", "exists", True)
        else f"in {the_country(run.leader)} and its partners"
    )


def _refined(run: Run) -> pd.DataFrame:
    zone = run.table("zone")
    return zone[zone["stage"] == "refined"].sort_values("round")


def _draw_mineral(panel: Axes, rows: pd.DataFrame) -> None:
    for column, colour in _LINES.items():
        _line(panel, rows, column, colour, linewidth=2.0 if column == "price_inside_usd_t" else 1.5)
    floor = rows["reference_price_usd_t"].to_numpy(float) / 1000
    in_force = rows["in_force"].to_numpy(bool)
    rounds = rows["round"].to_numpy()
    panel.plot(rounds, np.where(in_force, np.nan, floor), color=theme.FLOOR, lw=0.8, ls=":")
    panel.plot(rounds, np.where(in_force, floor, np.nan), color=theme.FLOOR, lw=0.8)
    _limit(panel, np.append(rows[list(_LINES)].to_numpy(float) / 1000, floor))


def _limit(panel: Axes, prices: NDArray[np.float64]) -> None:
    """Start at zero where that costs little; cut off spikes that would flatten the rest, and say how high
    they go.
    """
    known = prices[np.isfinite(prices)]
    if not known.size:
        return
    low, high = float(known.min()), float(known.max())
    usual = 2.2 * float(np.quantile(known, 0.9))
    top = usual if high > 1.5 * usual and len(prices) >= LONG_RUN else high
    panel.set_ylim(0 if low < 0.5 * top else low - 0.06 * (top - low), top + 0.06 * (top - min(low, 0.0)))
    if top < high:
        said = f"peak {high:,.0f} USD/kg, cut off"
        panel.text(
            0.98,
            0.95,
            said,
            transform=panel.transAxes,
            fontsize=7,
            ha="right",
            va="top",
            color="#5b6570",
            bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.5},
        )


def _line(panel: Axes, rows: pd.DataFrame, column: str, colour: str, **options: object) -> None:
    theme.draw_line(panel, rows["round"], rows[column] / 1000, color=colour, **options)


def _key(run: Run, zone: pd.DataFrame, baseline: Run | None) -> list[theme.KeyEntry]:
    key = [
        theme.KeyEntry(f"paid {_inside(run)}", theme.MEMBERS),
        theme.KeyEntry("paid outside", theme.OTHERS),
        theme.KeyEntry(f"at the gate in {country_name(run.dominant_refiner)}", theme.DOMINANT),
    ]
    if zone["reference_price_usd_t"].notna().any():
        key.append(theme.KeyEntry("the floor (reference price)", theme.FLOOR))
    if baseline:
        key.append(
            theme.KeyEntry(
                f"the same buyers, {baseline.meta.get('scenario', 'baseline')}", theme.MEMBERS, dashed=True
            )
        )
    return key
