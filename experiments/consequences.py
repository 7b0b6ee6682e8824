"""What the zone costs and earns its members, how the dominant refiner answers, and what the reserve does:
sentences with sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.figures.naming import (
    country_name,
    format_money,
    format_share,
    mineral_word,
    quarter_in_words,
    subject_in_words,
)
from experiments.figures.reserve import owed_and_held
from experiments.figures.welfare import changes
from experiments.findings import Finding, Quoted, members_by_round
from experiments.results import Run
from world.instruments import EXPORT_CONTROLS

if TYPE_CHECKING:
    import pandas as pd

SHORT = 0.01
"""Share of need unmet from which a quarter counts as a shortage."""
SMALLEST_NEED = 0.001
"""Share of the world's need below which a country's shortage is not reported as the worst."""
NO_CONTROL = ("none", "keep", "relent", "")


class Shortage(NamedTuple):
    """The worst shortage of a run: share of need unmet at its worst, and for how many quarters there was
    any.
    """

    mineral: str
    country: str
    quarter: str
    share: float
    quarters: int


def find_cost(run: Run, baseline: Run | None = None) -> Finding | None:
    """What users pay, producers gain and treasuries collect in the zone, USD a year."""
    if not run.setting("zone", "exists", True):
        return None
    members = members_by_round(run)
    if members.empty:
        return Finding("Cost", "Nobody is bound by the floor, so nobody pays for it or earns by it.")
    if baseline:
        return _against_baseline(run, baseline, members)
    users, producers, treasury = floor_bill(run, members)
    values = (_sum(users), _sum(producers), _sum(treasury))
    text = (
        f"Under floors that bind, buyers in the zone pay {values[0]} a year {_more(users)} than outside "
        "prices; its miners and "
        f"refiners get {values[1]} a year {_more(producers)} than world mean prices; its treasuries "
        f"collect {values[2]} a year."
    )
    rows = "members (countries.rung = 4), last four rounds, mineral and stage with zone.floor_binds"
    quoted = (
        Quoted(
            values[0],
            "markets, zone",
            "(price_mean_usd_t - price_outside_usd_t) x use_t",
            "USD/year",
            f"{rows}, refined",
        ),
        Quoted(
            values[1],
            "markets, zone",
            "(price_fob_usd_t - price_benchmark_usd_t) x output_t",
            "USD/year",
            rows,
        ),
        Quoted(values[2], "countries", "levy_usd + tariff_usd", "USD/year", "rung = 4, last four rounds"),
    )
    return Finding("Cost", text, quoted)


def find_answer(run: Run) -> Finding:
    """The dominant refiner's new controls, those of the calendar, and the worst shortage."""
    who = country_name(run.dominant_refiner)
    text, quoted = _controls_in_words(run, who)
    worst = worst_shortage(run)
    if worst is None:
        return Finding("Answer", f"{text}; no country of any size runs short.", tuple(quoted))
    share, many = format_share(worst.share), f"{worst.quarters} quarter{'s' if worst.quarters > 1 else ''}"
    when = quarter_in_words(worst.quarter)
    text += (
        f"; worst shortage: {mineral_word(worst.mineral)} in {country_name(worst.country)}, {share} of "
        f"need unmet in {when}, "
        f"short for {many}"
    )
    rows = f"mineral = {worst.mineral}, stage = refined, country = {worst.country}"
    quoted += [
        Quoted(share, "markets", "unmet_t / (use_t + unmet_t)", "share", f"{rows}, the largest"),
        Quoted(when, "markets", "quarter", "-", f"{rows}, the largest"),
        Quoted(
            many, "markets", "unmet_t / (use_t + unmet_t)", "count of rounds", f"{rows}, at least {SHORT:.0%}"
        ),
    ]
    return Finding("Answer", f"{text}.", tuple(quoted))


def find_holdings(run: Run) -> Finding | None:
    """What the strategic reserve holds and owes at the end; nothing when there is none."""
    if run.table("reserve").empty:
        return None
    held_usd, owed_usd, best = owed_and_held(run)
    held, owed = format_money(held_usd), format_money(owed_usd)
    first = f", {mineral_word(best)} first" if best else ""
    rows = "last round of the table"
    return Finding(
        "Reserve",
        f"The strategic reserve ends with metal that cost {held}{first}, and owes {owed}.",
        (
            Quoted(held, "reserve", "book_value_usd", "USD", f"{rows}, sum over minerals"),
            Quoted(owed, "reserve", "loan_usd", "USD", rows),
        ),
    )


def floor_bill(run: Run, members: pd.DataFrame) -> tuple[float, float, float]:
    """What members' users pay over outside prices, what their producers get over world prices, what
    treasuries collect.

    USD a year over the last four rounds, minerals and stages where the floor binds.
    """
    last = run.rounds[-4:]
    zone = run.table("zone")
    binding = zone[zone["round"].isin(last) & zone["floor_binds"]]
    keys = ["round", "mineral", "stage"]
    columns = [*keys, "price_outside_usd_t", "price_benchmark_usd_t"]
    rows = run.table("markets").merge(members, on=["round", "country"]).merge(binding[columns], on=keys)
    bought = rows[rows["stage"] == "refined"]
    users = ((bought["price_mean_usd_t"] - bought["price_outside_usd_t"]) * bought["use_t"]).sum()
    producers = ((rows["price_fob_usd_t"] - rows["price_benchmark_usd_t"]) * rows["output_t"]).sum()
    accounts = run.table("countries").merge(members, on=["round", "country"])
    treasury = accounts.loc[accounts["round"].isin(last), ["levy_usd", "tariff_usd"]].to_numpy().sum()
    years = len(last) / 4
    return float(users) / years, float(producers) / years, float(treasury) / years


def worst_shortage(run: Run) -> Shortage | None:
    """The largest share of need unmet among countries that matter for the mineral; ``None`` when none
    reaches 1%.
    """
    markets = run.table("markets")
    refined = markets[markets["stage"] == "refined"]
    need = refined["use_t"] + refined["unmet_t"]
    world = need.groupby([refined["round"], refined["mineral"]]).transform("sum")
    share = (refined["unmet_t"] / need).where(
        (need > SMALLEST_NEED * world) & (refined["unmet_t"] >= SHORT * need)
    )
    if not share.notna().any():
        return None
    worst = refined.iloc[int(np.nanargmax(share))]
    same = (refined["mineral"] == worst["mineral"]) & (refined["country"] == worst["country"])
    quarters = int(share[same].notna().sum())
    return Shortage(
        str(worst["mineral"]), str(worst["country"]), str(worst["quarter"]), float(share.max()), quarters
    )


def _against_baseline(run: Run, baseline: Run, members: pd.DataFrame) -> Finding:
    change = changes(run, baseline)
    inside = change.loc[change.index.isin(members["country"].unique())].sum()
    sums = {
        "users": float(inside["users"]),
        "miners and refiners": float(inside["miners"] + inside["refiners"]),
        "treasuries": float(inside["treasury"]),
    }
    said = ", ".join(f"{who} {format_money(value, signed=True)}" for who, value in sums.items())
    other = baseline.meta.get("scenario", "the baseline")
    columns = (
        "user_surplus_usd",
        "miner_profit_usd + refiner_profit_usd",
        "tariff_usd + levy_usd + export_tax_usd",
    )
    rows = f"countries ever with rung = 4, mean of shared rounds x 4, less the same in {other}"
    quoted = tuple(
        Quoted(format_money(value, signed=True), "countries", column, "USD/year", rows)
        for value, column in zip(sums.values(), columns, strict=True)
    )
    return Finding(
        "Cost", f"Against {other}, those who ever join gain (+) or lose (-) a year: {said}.", quoted
    )


def _controls_in_words(run: Run, who: str) -> tuple[str, list[Quoted]]:
    decisions = run.table("decisions")
    own = decisions[(decisions["actor"] == run.dominant_refiner) & (decisions["kind"] == "retaliation")]
    imposed = own[~own["choice"].isin(NO_CONTROL)].drop_duplicates("decision")
    events = run.table("events")
    dated = events[(events["actor"] == run.dominant_refiner) & (events["kind"] == "in_force")]
    dated = dated[dated["instrument"].isin(list(EXPORT_CONTROLS))]
    dated = dated[[bool({"*", *run.minerals} & set(str(keys).split(";"))) for keys in dated["minerals"]]]
    if imposed.empty:
        text, quoted = f"{who} answers with no control of its own making", []
    else:
        first = imposed.iloc[0]
        what = f"{len(imposed)} control{'s' if len(imposed) > 1 else ''}"
        when = quarter_in_words(str(first["quarter"]))
        text = f"{who} answers with {what} (the first in {when}: {subject_in_words(str(first['subject']))})"
        rows = f"actor = {run.dominant_refiner}, kind = retaliation, choice not none, keep or relent"
        quoted = [
            Quoted(what, "decisions", "decision", "count", rows),
            Quoted(when, "decisions", "quarter", "-", f"{rows}, the first"),
            Quoted(
                subject_in_words(str(first["subject"])), "decisions", "subject", "-", f"{rows}, the first"
            ),
        ]
    if len(dated):
        text += (
            f"; {len(dated)} dated control{'s' if len(dated) > 1 else ''} of the policy calendar "
            f"take{'' if len(dated) > 1 else 's'} effect"
        )
        rows = f"actor = {run.dominant_refiner}, kind = in_force, a control on exports"
        quoted.append(Quoted(f"{len(dated)} dated", "events", "instrument", "count", rows))
    return text, quoted


def _sum(value_usd: float) -> str:
    return format_money(abs(value_usd))


def _more(value_usd: float) -> str:
    return "less" if value_usd < 0 else "more"
