"""How much of the world's mining and refining is done in the dominant refiner's country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import country_name, format_share, mineral_in_words, mineral_name
from experiments.results import Run, remembered

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Share of world output made in the dominant refiner's country, round by round: refined metal (thick) and "
    "ore or feed (thin). "
    "The numbers at the ends are the refined share in the first and in the last round."
)


def draw_dominance(run: Run, baseline: Run | None = None) -> Figure:
    """Small multiples by mineral, per cent of world output; with a ``baseline`` its refined share is
    dashed.
    """
    with theme.style():
        figure = theme.new_figure(11.5, 1.75 * -(-len(run.minerals) // 4) + 1.6)
        panels = theme.small_multiples(
            figure, len(run.minerals), sharex=True, sharey=True, gridspec_kw={"hspace": 0.38, "wspace": 0.12}
        )
        for panel, mineral in zip(panels, run.minerals, strict=True):
            _draw_mineral(panel, run, mineral, baseline)
        theme.quarter_ticks(panels[-1], run.rounds, run.quarters)  # panels share their quarters
        theme.frame(
            figure,
            find_dominance(run),
            theme.source_line(run, "zone (dominant_share)", baseline),
            _key(baseline),
        )
    return figure


def find_dominance(run: Run) -> str:
    """The mineral whose refined share falls most, or that none does."""
    who = country_name(run.dominant_refiner)
    shares = refined_shares(run)
    if len(shares) < 2:
        highest = shares.iloc[0].astype(float).idxmax()
        return (
            f"{who} refines {format_share(float(shares.iloc[0].max()))} of the world's "
            f"{mineral_in_words(str(highest))}"
        )
    change = (shares.iloc[-1] - shares.iloc[0]).astype(float).dropna()
    if change.empty:
        return f"What {who} refines is not recorded"
    mineral = str(change.idxmin())
    start, end = float(shares[mineral].iloc[0]), float(shares[mineral].iloc[-1])
    down = int((change < -0.01).sum())
    if change.min() > -0.01:
        return f"{who}'s share of refining falls in none of the {len(change)} minerals"
    span = f"most for {mineral_in_words(mineral)}: {format_share(start)} to {format_share(end)}"
    return f"{who}'s share of refining falls in {down} of {len(change)} minerals, {span}"


@remembered
def refined_shares(run: Run) -> pd.DataFrame:
    """The dominant refiner's share of world refined output: one row a round, one column a mineral."""
    zone = run.table("zone")
    refined = zone[zone["stage"] == "refined"]
    return refined.pivot(index="round", columns="mineral", values="dominant_share")[run.minerals]


def _draw_mineral(panel: Axes, run: Run, mineral: str, baseline: Run | None) -> None:
    _line(panel, run, mineral, "ore", linewidth=0.9, alpha=0.8)
    _line(panel, run, mineral, "refined", linewidth=2.2)
    if baseline and mineral in baseline.minerals:
        _line(panel, baseline, mineral, "refined", linewidth=1.0, linestyle="--", color=theme.FLOOR)
    shares = refined_shares(run)[mineral]
    ends = {run.rounds[0]: float(shares.iloc[0]), run.rounds[-1]: float(shares.iloc[-1])}
    for place, (number, share) in zip(("left", "right"), ends.items(), strict=False):
        panel.annotate(
            format_share(share),
            (number, 100 * share),
            (3 if place == "left" else -1, 4),
            textcoords="offset points",
            fontsize=7.5,
            ha=place,
            va="bottom",
            color=theme.DOMINANT,
        )
    panel.set(title=mineral_name(mineral), xlabel="", ylim=(0, 118), yticks=[0, 25, 50, 75, 100])
    panel.set_ylabel("% of world output" if panel.get_subplotspec().is_first_col() else "")  # type: ignore[union-attr]


def _line(panel: Axes, run: Run, mineral: str, stage: str, **options: object) -> None:
    zone = run.table("zone")
    rows = zone[(zone["mineral"] == mineral) & (zone["stage"] == stage)]
    theme.draw_line(
        panel, rows["round"], 100 * rows["dominant_share"], **{"color": theme.DOMINANT, **options}
    )


def _key(baseline: Run | None) -> list[theme.KeyEntry]:
    key = [theme.KeyEntry("refined (thick) and mined (thin)", theme.DOMINANT)]
    if baseline:
        key.append(
            theme.KeyEntry(f"refined, {baseline.meta.get('scenario', 'baseline')}", theme.FLOOR, dashed=True)
        )
    return key
