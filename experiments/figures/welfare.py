"""Who gains and who pays: by the policy, by the floor, or since the run began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from experiments.figures import theme
from experiments.figures.naming import (
    YEAR_BEGINS,
    country_name,
    format_money,
    in_words,
    quarter_in_words,
    sentence,
    the_country,
)
from experiments.floor_bill import floor_bill
from experiments.results import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

POLICY = (
    "Change in the accounts of the 15 countries whose sum moves most, mean over all rounds, USD a year; "
    "the dot is the sum. Both runs have the same seed, so the difference is that between the scenarios."
)
BILL = (
    "What the floor moves inside the zone in the last year, USD; the dot is the sum. Users pay more than the "
    "outside price, miners and refiners get more than the world's mean price (refiners less what dearer ore "
    "costs them), treasuries collect the levy. Counted at the quantities traded, for minerals whose floor "
    "binds. For what would have been without a zone, outsiders included, see the command report --against."
)
SINCE = (
    "Change in the accounts of the 15 countries whose sum moves most, first year to last, USD a year; the "
    "dot is the sum. It holds growth of demand, new plants and shocks as well as policy; for policy alone "
    "see the command report --against. Users are counted by what the change in price costs them at the mean "
    "quantities of both years."
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "users": ("user_surplus_usd",),
    "miners": ("miner_profit_usd",),
    "refiners and makers": ("refiner_profit_usd", "maker_profit_usd"),
    "treasury": ("tariff_usd", "levy_usd", "export_tax_usd", "fine_usd", "support_usd"),
    "licence rents": ("quota_rent_usd",),
    "re-export margins": ("hub_margin_usd",),
    "unrecorded exports": ("unrecorded_usd",),
    "reserve and finance": ("reserve_usd", "state_usd", "finance_usd"),
    "capital of new plants": ("capital_usd",),
}
MOST_BARS = 15
SMALLEST_SHARE = 0.005
"""Of the largest bill; members that the floor moves less are not drawn."""
LEAST_USD = 500
"""A year: what is smaller counts as nothing."""


def draw_welfare(run: Run, baseline: Run | None = None) -> Figure:
    """Stacked bars by account for the largest movers, gains to the right, losses to the left."""
    movers = largest_movers(shown_accounts(run, baseline))
    with theme.style():
        figure = theme.new_figure(10.5, 0.27 * max(len(movers), 3) + 2.1)
        panel = figure.subplots()
        scale, unit = theme.money_scale(float(movers.abs().to_numpy().max(initial=0.0)))
        _draw_bars(panel, movers / scale)
        panel.set_xlabel(f"{unit} USD a year")
        largest = movers.abs().to_numpy().max(initial=0.0)
        used = [name for name in map(str, movers) if movers[name].abs().max() > 0.002 * largest]
        key = [theme.KeyEntry(name, theme.ACCOUNT_COLOURS[name], patch=True) for name in used]
        theme.frame(
            figure,
            find_welfare(run, baseline),
            theme.source_line(run, "countries, markets, zone", baseline),
            key,
            bottom=0.85,
            gap=0.12,
        )
        figure.subplots_adjust(left=1.75 / 10.5)
    return figure


def find_welfare(run: Run, baseline: Run | None = None) -> str:
    """The largest gain and the largest loss, and what they are due to."""
    total = largest_movers(shown_accounts(run, baseline)).sum(axis=1)
    if not len(total) or total.abs().max() < LEAST_USD:
        return f"No country's accounts change {_since(run, baseline)}".rstrip()
    best, worst = str(total.idxmax()), str(total.idxmin())
    gain, loss = float(total[best]), float(total[worst])
    if _is_bill(run, baseline):
        said = [f"earns {the_country(best)} most ({format_money(gain, signed=True)} a year)"] * (
            gain > LEAST_USD
        )
        said += [f"costs {the_country(worst)} most ({format_money(loss)})"] * (loss < -LEAST_USD)
        return f"Inside the zone the floor {in_words(said)}"
    if not _since(run, baseline):
        return f"{sentence(the_country(best))[:-1]} has the largest accounts ({format_money(gain)} a year)"
    said = [f"{the_country(best)} gains most ({format_money(gain, signed=True)} a year)"] * (gain > LEAST_USD)
    said += [f"{the_country(worst)} loses most ({format_money(loss)} a year)"] * (loss < -LEAST_USD)
    by_what = "" if baseline else ", growth and shocks included"
    return f"{sentence(_since(run, baseline))[:-1]} {in_words(said)}{by_what}"


def caption(run: Run, baseline: Run | None = None) -> str:
    """What the figure counts: the policy, the bill of the floor, or all that changed since the first year."""
    return POLICY if baseline else BILL if _is_bill(run, baseline) else SINCE


def _is_bill(run: Run, baseline: Run | None) -> bool:
    return baseline is None and float(floor_bill(run).abs().to_numpy().max(initial=0.0)) > LEAST_USD


def shown_accounts(run: Run, baseline: Run | None = None) -> pd.DataFrame:
    """What the figure draws, USD a year: one row a country, one column a group (see ``caption``)."""
    if not _is_bill(run, baseline):
        return changes(run, baseline)
    bill = floor_bill(run)
    size = bill.abs().sum(axis=1)
    felt: pd.DataFrame = bill[size >= SMALLEST_SHARE * size.max()]
    return felt


def _since(run: Run, baseline: Run | None) -> str:
    """``against baseline``, ``since 2025``; empty for a run of one round."""
    if baseline:
        return f"against {baseline.meta.get('scenario', 'the baseline')}"
    span = min(run.rounds_per_year, len(run.rounds) // 2)
    if not span:
        return ""
    if span == run.rounds_per_year and run.quarters[0].endswith(YEAR_BEGINS):
        return f"since {run.quarters[0][:4]}"
    return f"since {quarter_in_words(run.quarters[0])}"


def changes(run: Run, baseline: Run | None = None) -> pd.DataFrame:
    """Change in each group of accounts, USD a year: one row a country, one column a group.

    Against ``baseline``: mean over the rounds both have. Else: last year against first (half against half
    in a run under two years), users by what dearer metal costs them; the accounts themselves when there is
    one round only.
    """
    if baseline:
        shared = sorted(set(run.rounds) & set(baseline.rounds))
        change = _mean_year(run, shared).sub(_mean_year(baseline, shared), fill_value=0.0)
    elif (span := min(run.rounds_per_year, len(run.rounds) // 2)) > 0:
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


def _mean_year(run: Run, rounds: list[int]) -> pd.DataFrame:
    import pandas as pd

    countries = run.table("countries")
    means = countries[countries["round"].isin(rounds)].groupby("country").mean(numeric_only=True)
    return run.rounds_per_year * pd.DataFrame(
        {name: means[list(accounts)].sum(axis=1) for name, accounts in GROUPS.items()}
    )


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
        sums = (
            paid.groupby(["country", "mineral"])[["use_t", "paid_usd"]].sum()
            * run.rounds_per_year
            / len(rounds)
        )
        years.append(sums.assign(price=sums["paid_usd"] / sums["use_t"]))
    before, after = years
    cost = (after["price"] - before["price"]) * (after["use_t"] + before["use_t"]) / 2
    return -cost.dropna().groupby("country").sum()


def _draw_bars(panel: Axes, movers: pd.DataFrame) -> None:
    import seaborn as sns

    rows = np.arange(len(movers))
    for side in (movers.clip(lower=0), movers.clip(upper=0)):
        left = np.zeros(len(movers))
        for name in map(str, side):
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
