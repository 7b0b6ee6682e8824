"""What a run says, one sentence a topic, each number with the rows it was read from.

The summary in the terminal and the report are both made of these sentences, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.figures.dominance import refined_shares
from experiments.figures.naming import (
    as_signatories,
    country_name,
    format_price,
    format_share,
    in_words,
    mineral_word,
    quarter_in_words,
    the_country,
)
from experiments.results import Run, holding_out

if TYPE_CHECKING:
    import pandas as pd

MAIN_MINERALS = 4
NO_RUNGS = "No zone is on the table in this scenario."


@dataclass(frozen=True)
class Quoted:
    """One number of a sentence as it is written there, and the rows of the result tables it comes from."""

    value: str
    table: str
    column: str
    unit: str
    rows: str


@dataclass(frozen=True)
class Finding:
    """A sentence on one topic with its numbers."""

    topic: str
    text: str
    quoted: tuple[Quoted, ...] = ()


def find_all(run: Run, baseline: Run | None = None) -> list[Finding]:
    """The sentences of the summary in order; a topic without data is left out. Grave shortages come first."""
    from experiments.consequences import find_answer, find_cost, find_holdings
    from experiments.sector_findings import find_sectors
    from experiments.shortages import GRAVE, find_shortages, shortages

    finders: tuple[Callable[[], Finding | None], ...] = (
        lambda: find_zone(run),
        lambda: find_grip(run, baseline),
        lambda: find_prices(run),
        lambda: find_cost(run, baseline),
        lambda: find_answer(run),
        lambda: find_shortages(run),
        lambda: find_sectors(run),
        lambda: find_holdings(run),
    )
    found = [finding for finder in finders if (finding := finder()) is not None]
    if any(shortage.share >= GRAVE for shortage in shortages(run)):
        found.sort(key=lambda finding: finding.topic != "Shortage")
    return found


def find_zone(run: Run) -> Finding:
    """How many are bound by the floor at the end, who was first and when, who holds out."""
    if not run.setting("zone", "exists", True):
        return Finding("Zone", NO_RUNGS)
    countries = run.table("countries")
    end = countries[countries["round"] == run.rounds[-1]]
    bound = as_signatories(end.loc[end["rung"] == 4, "country"])
    quoted = [_at_end(run, quarter_in_words(run.quarters[-1]), "quarter", "-", "last round")]
    if bound:
        text, more = _bound_in_words(run, countries[countries["rung"] == 4], bound)
        quoted += more
    else:
        lower = as_signatories(end.loc[end["rung"] > 1, "country"])
        text = f"No country is bound by the floor in {quarter_in_words(run.quarters[-1])}"
        if lower:
            text += f"; {len(lower)} stand on the framework or the action plan"
            quoted.append(_at_end(run, str(len(lower)), "rung", "count", "rung 2 or 3"))
    holding = as_signatories(end.loc[holding_out(end), "country"])
    if holding:
        text += f"; {len(holding)} hold{'s' if len(holding) == 1 else ''} out ({_names(holding)})"
        quoted.append(
            _at_end(run, str(len(holding)), "standing", "count", "standing = hold_out, rung 1 or more")
        )
        quoted += _unnamed(run, holding, "standing", "standing = hold_out, rung 1 or more")
    return Finding("Zone", f"{text}.", tuple(quoted))


def find_grip(run: Run, baseline: Run | None = None) -> Finding:
    """The dominant refiner's share of refining, first round to last, where it was largest at the start."""
    shares = refined_shares(run).dropna(axis=1)
    main = list(shares.iloc[0].sort_values(ascending=False, kind="stable").index[:MAIN_MINERALS])
    quoted, parts = [], []
    for mineral in main:
        start, end = (
            format_share(float(shares[mineral].iloc[0])),
            format_share(float(shares[mineral].iloc[-1])),
        )
        parts.append(f"{mineral_word(str(mineral))} {start} to {end}")
        for value, number in ((start, run.rounds[0]), (end, run.rounds[-1])):
            quoted.append(_zone_row(value, "dominant_share", "share", str(mineral), f"round = {number}"))
    count = shares.shape[1]
    first, last = format_share(float(shares.iloc[0].mean())), format_share(float(shares.iloc[-1].mean()))
    where = f"stage = refined, mean of {count} minerals"
    quoted += [
        Quoted(str(count), "zone", "mineral", "count", "stage = refined"),
        Quoted(first, "zone", "dominant_share", "share", f"{where}, round = {run.rounds[0]}"),
        Quoted(last, "zone", "dominant_share", "share", f"{where}, round = {run.rounds[-1]}"),
    ]
    whose = f"{country_name(run.dominant_refiner)}'s share of world refining"
    many = f"; the mean of all {count} minerals, {first} to {last}" if count > len(main) else ""
    kept = quoted if many else quoted[:-3]
    if many and baseline:
        other, ends = (
            baseline.meta.get("scenario", "the baseline"),
            refined_shares(baseline).dropna(axis=1).iloc[-1],
        )
        there = format_share(float(ends.mean()))
        many += f" (in {other} {there})"
        kept.append(Quoted(there, "zone", "dominant_share", "share", f"{where}, last round of {other}"))
    return Finding("Grip", f"{whose} from start to end: {', '.join(parts)}{many}.", tuple(kept))


def find_prices(run: Run) -> Finding | None:
    """Inside, outside and home price of the first mineral at the end, and how often the floor binds."""
    zone = run.table("zone")
    refined = zone[zone["stage"] == "refined"]
    mineral = "ndpr" if "ndpr" in run.minerals else run.minerals[0]
    rows = refined[refined["mineral"] == mineral]
    end = rows[rows["round"] == run.rounds[-1]].iloc[0]
    when = f"round = {run.rounds[-1]}"
    prices = {name: format_price(float(end[f"price_{name}_usd_t"])) for name in ("inside", "outside", "home")}
    quoted = [
        _zone_row(value, f"price_{name}_usd_t", "USD/t", mineral, when) for name, value in prices.items()
    ]
    buyer = "inside the zone" if end["members"] else f"in {the_country(run.leader)} and its partners"
    text = (
        f"At the end refined {mineral_word(mineral)} costs {prices['inside']} "
        f"{buyer}, "
        f"{prices['outside']} outside and {prices['home']} at the gate in "
        f"{the_country(run.dominant_refiner)}"
    )
    more, floor = _floor_in_words(run, refined, rows, mineral)
    reach, levied = _reach_in_words(run, mineral) if end["in_force"] and end["members"] else ("", [])
    return Finding("Price", f"{text}; {more}.{reach}", (*quoted, *floor, *levied))


def members_by_round(run: Run) -> pd.DataFrame:
    """One row a round and country bound by the floor in it: columns ``round`` and ``country``."""
    countries = run.table("countries")
    return countries.loc[countries["rung"] == 4, ["round", "country"]]


def _floor_in_words(
    run: Run, refined: pd.DataFrame, rows: pd.DataFrame, mineral: str
) -> tuple[str, list[Quoted]]:
    applied = rows[rows["in_force"]]
    if applied.empty:
        return f"no floor is in force for {mineral_word(mineral)}", []
    floor = format_price(float(applied["reference_price_usd_t"].iloc[-1]))
    binds, played = int(applied["floor_binds"].sum()), len(run.rounds)
    minerals = refined.groupby("mineral")["floor_binds"].any()
    text = (
        f"its floor ({floor}) binds in {binds} of {played} {run.round_word}s, and for "
        f"{int(minerals.sum())} of {len(minerals)} minerals a floor binds at some time"
    )
    last = f"last round with in_force, {int(applied['round'].iloc[-1])}"
    return text, [
        _zone_row(floor, "reference_price_usd_t", "USD/t", mineral, last),
        _zone_row(f"{binds} of {played}", "floor_binds", "count of rounds", mineral, "all rounds"),
        Quoted(
            f"{int(minerals.sum())} of {len(minerals)}",
            "zone",
            "floor_binds",
            "count",
            "stage = refined, any round",
        ),
    ]


def _reach_in_words(run: Run, mineral: str) -> tuple[str, list[Quoted]]:
    """What part of members' purchases the floor touches in the last round."""
    flows, last = run.table("flows"), run.rounds[-1]
    bound = members_by_round(run)
    inside = flows["destination"].isin(bound.loc[bound["round"] == last, "country"])
    rows = flows[
        (flows["round"] == last) & (flows["mineral"] == mineral) & (flows["stage"] == "refined") & inside
    ]
    bought_t = float(rows["flow_t"].sum())
    if not bought_t:
        return "", []
    share = float(rows.loc[rows["levy_usd_t"] > 0, "flow_t"].sum()) / bought_t
    rest = (
        "what members buy of it then pays the levy; the rest is made in the zone or costs the floor or more."
    )
    if share < 0.005:
        return f" Hardly any of {rest}", []
    where = f"round = {last}, mineral = {mineral}, stage = refined, destination a member, levy_usd_t > 0"
    quoted = Quoted(format_share(share), "flows", "flow_t", "share", where)
    return f" {quoted.value} of {rest}", [quoted]


def _bound_in_words(run: Run, rows: pd.DataFrame, bound: list[str]) -> tuple[str, list[Quoted]]:
    first_round = int(rows["round"].min())
    first = as_signatories(rows.loc[rows["round"] == first_round, "country"])
    when = quarter_in_words(run.quarters[run.rounds.index(first_round)])
    as_one = "; the European Union counts as one" if "EU" in bound else ""
    plural = "s" if len(bound) > 1 else ""
    text = (
        f"{len(bound)} binding member{plural} in {quarter_in_words(run.quarters[-1])}: {_names(bound)} "
        f"(first: {in_words([country_name(code) for code in first], 4)}, {when}{as_one})"
    )
    quoted = [_at_end(run, str(len(bound)), "rung", "count", "rung = 4, members of the EU counted once")]
    quoted += _unnamed(run, bound, "rung", "rung = 4")
    if len(first) > 4:
        quoted.append(
            Quoted(f"{len(first) - 4} more", "countries", "rung", "count", f"round = {first_round}, rung = 4")
        )
    quoted.append(Quoted(when, "countries", "quarter", "-", "first round with rung = 4"))
    return text, quoted


NAMED = 8


def _names(codes: list[str]) -> str:
    return in_words([country_name(code) for code in codes], NAMED)


def _unnamed(run: Run, codes: list[str], column: str, rows: str) -> list[Quoted]:
    more = len(codes) - NAMED
    return [_at_end(run, f"{more} more", column, "count", f"{rows}, those not named")] if more > 0 else []


def _at_end(run: Run, value: str, column: str, unit: str, rows: str) -> Quoted:
    return Quoted(value, "countries", column, unit, f"round = {run.rounds[-1]}, {rows}")


def _zone_row(value: str, column: str, unit: str, mineral: str, rows: str) -> Quoted:
    return Quoted(value, "zone", column, unit, f"mineral = {mineral}, stage = refined, {rows}")
