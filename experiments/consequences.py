"""What the zone costs and earns its members, how the dominant refiner answers, and what the reserve does:
sentences with sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.figures.naming import (
    as_signatories,
    country_name,
    format_money,
    mineral_word,
    quarter_in_words,
    subject_in_words,
)
from experiments.figures.reserve import owed_and_held
from experiments.figures.welfare import changes
from experiments.findings import Finding, Quoted, members_by_round
from experiments.floor_bill import floor_bill
from experiments.results import Run
from experiments.sector_findings import largest_loss
from experiments.shortages import shortages
from world.policy.instruments import EXPORT_CONTROLS

if TYPE_CHECKING:
    import pandas as pd

LEAST_USD = 500
NO_CONTROL = ("none", "keep", "relent", "")


def find_cost(run: Run, baseline: Run | None = None) -> Finding | None:
    """What users pay, producers gain and treasuries collect in the zone, USD a year."""
    if not run.setting("zone", "exists", True):
        return None
    members = members_by_round(run)
    if members.empty:
        return Finding("Cost", "Nobody is bound by the floor, so nobody pays for it or earns by it.")
    if baseline:
        return _against_baseline(run, baseline, members)
    bill = floor_bill(run).sum()
    users, producers, levies = (
        float(bill["users"]),
        float(bill["miners"] + bill["refiners"]),
        float(bill["treasury"]),
    )
    paid, earned, collected = (_amount(value) for value in (users, producers, levies))
    text = (
        f"In the last year, under floors that bind, users in the zone pay {paid} {_more(-users)} than at "
        f"outside prices; its miners and refiners earn {earned} {_more(producers)} than at world mean "
        f"prices; its treasuries collect {collected} of levies."
    )
    rows = "members (countries.rung = 4), last year, mineral and stage with zone.floor_binds"
    gained = "(price_fob_usd_t - price_benchmark_usd_t) x output_t, less what ore costs above outside prices"
    quoted = (
        Quoted(paid, "markets, zone", "(price_mean_usd_t - price_outside_usd_t) x use_t", "USD/year", rows),
        Quoted(earned, "markets, zone", gained, "USD/year", rows),
        Quoted(collected, "countries", "levy_usd", "USD/year", "rung = 4, last year"),
    )
    return Finding("Cost", text, quoted)


def find_answer(run: Run) -> Finding:
    """The dominant refiner's new controls and those of the calendar; when nobody runs short, that too."""
    text, quoted = _controls_in_words(run, country_name(run.dominant_refiner))
    calm = "" if shortages(run) or largest_loss(run) else "; no country of any size runs short"
    return Finding("Answer", f"{text}{calm}.", tuple(quoted))


def find_holdings(run: Run) -> Finding | None:
    """What the strategic reserve holds and owes at the end; nothing when there is none."""
    if run.table("reserve").empty:
        return None
    held_usd, owed_usd, best = owed_and_held(run)
    held = format_money(held_usd)
    owed = _amount(owed_usd)
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


def _against_baseline(run: Run, baseline: Run, members: pd.DataFrame) -> Finding:
    change = changes(run, baseline)
    inside = change.loc[change.index.isin(members["country"].unique())].sum()
    sums = {
        "users": float(inside["users"]),
        "miners, refiners and makers": float(inside["miners"] + inside["refiners and makers"]),
        "treasuries": float(inside["treasury"]),
    }
    said = ", ".join(f"{who} {format_money(value, signed=True)}" for who, value in sums.items())
    other = baseline.meta.get("scenario", "the baseline")
    columns = (
        "user_surplus_usd",
        "miner_profit_usd + refiner_profit_usd + maker_profit_usd",
        "tariff_usd + levy_usd + export_tax_usd + fine_usd + support_usd",
    )
    yearly = f"mean of shared rounds x {run.rounds_per_year}"
    rows = f"countries ever with rung = 4, {yearly}, less the same in {other}"
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
    duties = events[(events["kind"] == "decision") & (events["instrument"] == "tariff")]
    if len(duties):
        hit = as_signatories({code for codes in duties["targets"] for code in str(codes).split(";")})
        whose = f"{len(hit)} countries" if len(hit) > 1 else "one country"
        text += f"; lays duties in answer on the goods of {whose}"
        rows = f"actor = {run.dominant_refiner}, kind = decision, instrument = tariff, the EU counted once"
        quoted += [Quoted(whose, "events", "targets", "count", rows)] * (len(hit) > 1)
    if len(dated):
        text += (
            f"; {len(dated)} dated control{'s' if len(dated) > 1 else ''} of the policy calendar "
            f"take{'' if len(dated) > 1 else 's'} effect"
        )
        rows = f"actor = {run.dominant_refiner}, kind = in_force, a control on exports"
        quoted.append(Quoted(f"{len(dated)} dated", "events", "instrument", "count", rows))
    return text, quoted


def _amount(value_usd: float) -> str:
    return "nothing" if abs(value_usd) < LEAST_USD else format_money(abs(value_usd))


def _more(value_usd: float) -> str:
    return "less" if value_usd < 0 else "more"
