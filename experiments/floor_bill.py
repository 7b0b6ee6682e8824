"""Who pays for the floor and who earns by it inside the zone, at the quantities traded in the last year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.findings import members_by_round
from experiments.results import Run, remembered

if TYPE_CHECKING:
    import pandas as pd

SIDES = ("users", "miners", "refiners", "treasury")


@remembered
def floor_bill(run: Run) -> pd.DataFrame:
    """USD a year by binding member (rows) and by side (columns ``users``, ``miners``, ``refiners``,
    ``treasury``), gains positive: the mean over the last year, for minerals and stages whose floor
    binds.

    Users: outside price less the price they pay, times use. Miners and refiners: what they get above the
    world's mean price, times output, refiners less what dearer ore costs them. Treasury: the levy. An
    accounting at given quantities, not a counterfactual: without the floor, quantities would differ.
    """
    rows = _member_rows(run)
    worth = _by_country(
        rows, "refined", (rows["price_outside_usd_t"] - rows["price_mean_usd_t"]) * rows["use_t"]
    )
    ore = _by_country(rows, "ore", (rows["price_outside_usd_t"] - rows["price_mean_usd_t"]) * rows["use_t"])
    premium = (rows["price_fob_usd_t"] - rows["price_benchmark_usd_t"]) * rows["output_t"]
    refined = _by_country(rows, "refined", premium)
    sides = {
        "users": worth,
        "miners": _by_country(rows, "ore", premium),
        "refiners": refined.add(ore, fill_value=0.0),
        "treasury": _levies(run),
    }
    import pandas as pd

    bill = pd.DataFrame(sides, columns=list(SIDES), dtype=float).fillna(0.0)
    return bill * (run.rounds_per_year / len(_last_year(run)))


def _last_year(run: Run) -> list[int]:
    """The rounds of the last year, or all there are."""
    return run.rounds[-run.rounds_per_year :]


def _member_rows(run: Run) -> pd.DataFrame:
    """Rows of members in the table of markets, with the prices outside, where and when a floor binds."""
    zone = run.table("zone")
    binding = zone[zone["round"].isin(_last_year(run)) & zone["floor_binds"]]
    keys = ["round", "mineral", "stage"]
    prices = binding[[*keys, "price_outside_usd_t", "price_benchmark_usd_t"]]
    return run.table("markets").merge(members_by_round(run), on=["round", "country"]).merge(prices, on=keys)


def _by_country(rows: pd.DataFrame, stage: str, worth_usd: pd.Series[float]) -> pd.Series[float]:
    return worth_usd[rows["stage"] == stage].groupby(rows["country"]).sum()


def _levies(run: Run) -> pd.Series[float]:
    accounts = run.table("countries").merge(members_by_round(run), on=["round", "country"])
    return accounts[accounts["round"].isin(_last_year(run))].groupby("country")["levy_usd"].sum()
