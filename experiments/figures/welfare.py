"""Who gains and who pays: the change in each country's accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import country_name, format_money, in_words, quarter_in_words
from experiments.results import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

CAPTION = (
    "Change in the accounts of the 15 countries whose sum moves most, USD a year; the dot is the sum. "
    "Against another run it is the "
    "mean over all quarters and shows the policy; against the run's own first year it also holds growth "
    "of demand, new plants and shocks, and users are counted by what the change in price costs them at the "
    "mean quantities of both years."
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "users": ("user_surplus_usd",),
    "miners": ("miner_profit_usd",),
    "refiners": ("refiner_profit_usd",),
    "treasury": ("tariff_usd", "levy_usd", "export_tax_usd"),
    "licence rents": ("quota_rent_usd",),
    "re-export margins": ("hub_margin_usd",),
    "reserve and finance": ("reserve_usd", "finance_usd"),
}
MOST_BARS = 15


def draw_welfare(run: Run, baseline: Run | None = None) -> Figure:
    """Stacked bars by account for the largest movers, gains to the right, losses to the left."""
    change = changes(run, baseline)
    movers = largest_movers(change)
    with theme.style():
        figure = theme.new_figure(10.5, 0.27 * max(len(movers), 3) + 2.1)
        panel = figure.subplots()
        scale, unit = theme.money_scale(float(movers.abs().to_numpy().max(initial=0.0)))
        _draw_bars(panel, movers / scale)
        panel.set_xlabel(f"{unit} USD a year")
        used = [
            name
            for name in GROUPS
            if movers[name].abs().max() > 0.002 * movers.abs().to_numpy().max(initial=0)
        ]
        key = [theme.KeyEntry(name, theme.ACCOUNT_COLOURS[name], patch=True) for name in used]
        theme.frame(
            figure,
            find_welfare(run, baseline),
            theme.source_line(run, "countries", baseline),
            key,
            bottom=0.85,
            gap=0.12,
        )
        figure.subplots_adjust(left=1.75 / 10.5)
    return figure


def find_welfare(run: Run, baseline: Run | None = None) -> str:
    """The largest gain and the largest loss, and against what."""
    total = largest_movers(changes(run, baseline)).sum(axis=1)
    against = against_what(run, baseline)
    if not len(total) or total.abs().max() < 500:
        return (
            f"No country's accounts change compared with {against}"
            if against
            else "No country's accounts hold anything"
        )
    best, worst = str(total.idxmax()), str(total.idxmin())
    said = []
    if total[best] > 500:
        said.append(
            f"{country_name(best)} gains most ({format_money(float(total[best]), signed=True)} a year)"
        )
    if total[worst] < -500:
        said.append(f"{country_name(worst)} loses most ({format_money(float(total[worst]))} a year)")
    return (
        f"Compared with {against}, {in_words(said)}"
        if against
        else f"{country_name(best)} has the largest accounts ({format_money(float(total[best]))} a year)"
    )


def changes(run: Run, baseline: Run | None = None) -> pd.DataFrame:
    """Change in each group of accounts, USD a year: one row a country, one column a group.

    Against ``baseline``: mean over the rounds both have. Else: last year against first (half against half
    in a run under two years), users by what dearer metal costs them; the accounts themselves when there is
    one round only.
    """
    if baseline:
        shared = sorted(set(run.rounds) & set(baseline.rounds))
        change = _mean_year(run, shared).sub(_mean_year(baseline, shared), fill_value=0.0)
    elif (span := min(4, len(run.rounds) // 2)) > 0:
        first, last = run.rounds[:span], run.rounds[-span:]
        change = _mean_year(run, last) - _mean_year(run, first)
        change["users"] = _dearer_metal(run, first, last).reindex(change.index)
    else:
        change = _mean_year(run, run.rounds)
    return change.fillna(0.0)


def largest_movers(change: pd.DataFrame, count: int = MOST_BARS) -> pd.DataFrame:
    """The ``count`` rows whose sum moves most, the largest gain first."""
    total = change.sum(axis=1)
    chosen = total.abs().sort_values(ascending=False, kind="stable").index[:count]
    return change.loc[total[chosen].sort_values(ascending=False, kind="stable").index]


def against_what(run: Run, baseline: Run | None) -> str:
    """What ``changes`` compares with, in words; empty when there is nothing to compare with."""
    if baseline:
        return str(baseline.meta.get("scenario", "the baseline"))
    span = min(4, len(run.rounds) // 2)
    if not span:
        return ""
    if span == 4 and run.quarters[0].endswith("Q1"):
        return run.quarters[0][:4]
    first, last = quarter_in_words(run.quarters[0]), quarter_in_words(run.quarters[span - 1])
    return f"{first} to {last}" if span > 1 else first


def _mean_year(run: Run, rounds: list[int]) -> pd.DataFrame:
    import pandas as pd

    countries = run.table("countries")
    means = countries[countries["round"].isin(rounds)].groupby("country").mean(numeric_only=True)
    return 4 * pd.DataFrame({name: means[list(accounts)].sum(axis=1) for name, accounts in GROUPS.items()})


def _dearer_metal(run: Run, first: list[int], last: list[int]) -> pd.Series[float]:
    """What dearer refined metal costs users at the mean quantities of both years (negative), USD a year by
    country.

    The price part of the change in surplus (Bennet); growth of demand would swamp it.
    """
    markets = run.table("markets")
    refined = markets[(markets["stage"] == "refined") & (markets["use_t"] > 0)]
    years = []
    for rounds in (first, last):
        rows = refined[refined["round"].isin(rounds)]
        paid = rows.assign(paid_usd=rows["price_mean_usd_t"] * rows["use_t"])
        sums = paid.groupby(["country", "mineral"])[["use_t", "paid_usd"]].sum() * 4 / len(rounds)
        years.append(sums.assign(price=sums["paid_usd"] / sums["use_t"]))
    before, after = years
    cost = (after["price"] - before["price"]) * (after["use_t"] + before["use_t"]) / 2
    return -cost.dropna().groupby("country").sum()


def _draw_bars(panel: Axes, movers: pd.DataFrame) -> None:
    import seaborn as sns

    rows = np.arange(len(movers))
    for side in (movers.clip(lower=0), movers.clip(upper=0)):
        left = np.zeros(len(movers))
        for name in GROUPS:
            panel.barh(
                rows, side[name], left=left, color=theme.ACCOUNT_COLOURS[name], height=0.72, linewidth=0
            )
            left = left + side[name].to_numpy()
    panel.plot(movers.sum(axis=1), rows, "o", ms=5.5, mfc="white", mec=theme.FLOOR, mew=1.2, ls="none")
    panel.use_sticky_edges = False
    panel.margins(x=0.03)
    panel.axvline(0, color=theme.FLOOR, lw=0.8)
    panel.set_yticks(rows, [country_name(str(country)) for country in movers.index])
    panel.set_ylim(len(movers) - 0.4, -0.6)
    panel.grid(axis="y", visible=False)
    sns.despine(ax=panel, left=True)
    panel.tick_params(axis="y", length=0)
