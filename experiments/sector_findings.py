"""What the industries that use minerals lose and pass on, in a sentence with its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from experiments.figures.naming import (
    format_money,
    mineral_in_words,
    product_in_words,
    quarter_in_words,
    sector_in_words,
    the_country,
)
from experiments.findings import Finding, Quoted
from experiments.results import Run, remembered

if TYPE_CHECKING:
    import pandas as pd

LEAST_USD = 1e6
"""Output lost in the world in a round below which no line counts as stopped."""
LEAST_PERCENT = 0.05
"""Rise of the price of a product below which nothing is said of it."""


class Loss(NamedTuple):
    """Output lost over the run, USD; the worst round and what is lost in it; sector, country and mineral of
    which most is lost."""

    usd: float
    quarter: str
    worst_usd: float
    sector: str
    country: str
    mineral: str


@remembered
def largest_loss(run: Run) -> Loss | None:
    """What is lost where lines stop; ``None`` when none does."""
    rows = run.table("sectors")
    by_round = rows.groupby("quarter", sort=True)["output_lost_usd"].sum()
    if not len(by_round) or by_round.max() < LEAST_USD:
        return None
    most = [_most(rows, column) for column in ("sector", "country", "scarcest")]
    return Loss(float(by_round.sum()), str(by_round.idxmax()), float(by_round.max()), *most)


def dearest(run: Run) -> tuple[str, float, float] | None:
    """Sector of the leader whose product has most added to its price by dearer inputs, USD a product and % of
    its price, mean of the last year; ``None`` when that is next to nothing."""
    rows = run.table("sectors")
    last = rows[(rows["country"] == run.leader) & (rows["round"] > rows["round"].max() - run.rounds_per_year)]
    means = last.groupby("sector", sort=True)[["cost_unit_usd", "cost_unit_percent"]].mean()
    if not len(means) or means["cost_unit_percent"].max() < LEAST_PERCENT:
        return None
    sector = means["cost_unit_percent"].idxmax()
    added = means.loc[sector]
    return str(sector), float(added["cost_unit_usd"]), float(added["cost_unit_percent"])


def find_sectors(run: Run) -> Finding | None:
    """Output lost and cost passed on; ``None`` where the data know no sectors."""
    if run.table("sectors").empty:
        return None
    parts = [part for part in (_lost_in_words(run), _added_in_words(run)) if part is not None]
    text = "; ".join(words for words, _ in parts)
    return Finding("Industry", f"{text}.", tuple(quote for _, quotes in parts for quote in quotes))


def _lost_in_words(run: Run) -> tuple[str, list[Quoted]]:
    loss = largest_loss(run)
    if loss is None:
        return "No industry stops for want of a mineral", []
    whole, worst = format_money(loss.usd), format_money(loss.worst_usd)
    when = quarter_in_words(loss.quarter)
    words = (
        f"Industry loses {whole} of value added for want of inputs, {worst} of it in {when}; most is lost in "
        f"{sector_in_words(loss.sector)}, in {the_country(loss.country)} and for want of "
        f"{mineral_in_words(loss.mineral)}"
    )
    return words, [
        Quoted(whole, "sectors", "output_lost_usd", "USD", "all rows"),
        Quoted(worst, "sectors", "output_lost_usd", "USD", f"quarter = {loss.quarter}"),
        Quoted(when, "sectors", "quarter", "-", "largest sum of output_lost_usd"),
    ]


def _added_in_words(run: Run) -> tuple[str, list[Quoted]] | None:
    added = dearest(run)
    if added is None:
        return None
    sector, usd, percent = added
    cost, share = f"{usd:,.0f} USD a {product_in_words(sector)}", f"{percent:.1f}%"
    where = f"country = {run.leader}, sector = {sector}, mean of the last year"
    words = f"dearer inputs add most to {sector_in_words(sector)} in {the_country(run.leader)}"
    return f"{words}, {cost} ({share})", [
        Quoted(cost, "sectors", "cost_unit_usd", "USD/product", where),
        Quoted(share, "sectors", "cost_unit_percent", "%", where),
    ]


def _most(rows: pd.DataFrame, column: str) -> str:
    return str(rows.groupby(column, sort=True)["output_lost_usd"].sum().idxmax())
