"""Who runs short of refined metal, by how much and for how long: from the table of markets alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from experiments.figures.naming import (
    format_share,
    in_words,
    mineral_in_words,
    mineral_word,
    quarter_in_words,
    the_country,
)
from experiments.findings import Finding, Quoted
from experiments.results import Run, each_row, remembered

if TYPE_CHECKING:
    import pandas as pd

SHORT = 0.01
"""Share of need unmet from which a quarter counts as a shortage."""
SMALLEST_NEED = 0.001
"""Share of the world's need of a mineral below which a country's shortage is not reported."""
GRAVE = 0.1
"""Share of need unmet from which shortages head the summary."""
MOST_MINERALS, MOST_COUNTRIES = 3, 3


class Shortage(NamedTuple):
    """One country's shortage of one mineral: the worst share of need unmet and when, in how many quarters
    there was any, and tonnes unmet in all.
    """

    mineral: str
    country: str
    quarter: str
    share: float
    quarters: int
    unmet_t: float


@remembered
def shortages(run: Run) -> list[Shortage]:
    """Shortages of countries that matter for the mineral, the worst share of need first."""
    found = []
    for (mineral, country), same in short_quarters(run).groupby(["mineral", "country"], sort=True):
        worst = next(each_row(same.nlargest(1, "share")))
        when, share = str(worst.quarter), float(worst.share)
        missing_t = float(same["unmet_t"].sum())
        found.append(Shortage(str(mineral), str(country), when, share, len(same), missing_t))
    return sorted(found, key=lambda shortage: -shortage.share)


@remembered
def short_quarters(run: Run) -> pd.DataFrame:
    """Rows of the table of markets (refined) in which a country runs short, with ``share``, the part of its
    need unmet.
    """
    markets = run.table("markets")
    refined = markets[markets["stage"] == "refined"].reset_index(drop=True)
    need = refined["use_t"] + refined["unmet_t"]
    world = need.groupby([refined["round"], refined["mineral"]]).transform("sum")
    matters = (need > SMALLEST_NEED * world) & (refined["unmet_t"] >= SHORT * need)
    return refined[matters].assign(share=(refined["unmet_t"] / need)[matters])


def find_shortages(run: Run) -> Finding | None:
    """Which metals run short, where most is missing and for how long; ``None`` when none does."""
    found = shortages(run)
    if not found:
        return None
    minerals = list(dict.fromkeys(shortage.mineral for shortage in found))
    texts, quoted = [], []
    for mineral in minerals[:MOST_MINERALS]:
        text, more = _mineral_in_words(run, mineral, [one for one in found if one.mineral == mineral])
        texts.append(text)
        quoted += more
    if len(minerals) > MOST_MINERALS:
        rest = in_words([mineral_word(mineral) for mineral in minerals[MOST_MINERALS:]])
        texts.append(f"{rest} less badly")
    return Finding("Shortage", f"Refined metal runs short: {'; '.join(texts)}.", tuple(quoted))


def _mineral_in_words(run: Run, mineral: str, own: list[Shortage]) -> tuple[str, list[Quoted]]:
    rows = short_quarters(run)
    quarters = sorted(set(map(str, rows.loc[rows["mineral"] == mineral, "quarter"])))
    first, last = quarter_in_words(quarters[0]), quarter_in_words(quarters[-1])
    when = f"in {first}" if first == last else f"from {first} to {last}"
    where = f"mineral = {mineral}, stage = refined, at least {SHORT:.0%} of need unmet"
    quoted = [Quoted(text, "markets", "quarter", "-", where) for text in dict.fromkeys((first, last))]
    named = []
    for shortage in _largest(own):
        share = format_share(shortage.share)
        named.append(f"{the_country(shortage.country)} {share}")
        rest = f"country = {shortage.country}, the largest"
        quoted.append(Quoted(share, "markets", "unmet_t / (use_t + unmet_t)", "share", f"{where}, {rest}"))
    more = len(own) - MOST_COUNTRIES
    if more > 0:
        named.append(f"{more} more")
        quoted.append(Quoted(f"{more} more", "markets", "country", "count", f"{where}, those not named"))
    return f"{mineral_in_words(mineral)} {when} (need unmet at worst: {in_words(named)})", quoted


def _largest(own: list[Shortage]) -> list[Shortage]:
    """The shortages of most tonnes, in order of the share of need that goes unmet."""
    most = sorted(own, key=lambda shortage: -shortage.unmet_t)[:MOST_COUNTRIES]
    return sorted(most, key=lambda shortage: -shortage.share)


def in_chronicle(run: Run) -> list[tuple[int, str, str]]:
    """First round, year and what, for each mineral that runs short, at its first year."""
    found, rows, told = shortages(run), short_quarters(run), []
    for mineral, same in rows.groupby("mineral", sort=True):
        text, _ = _mineral_in_words(run, str(mineral), [one for one in found if one.mineral == mineral])
        quarters = sorted(set(map(str, same["quarter"])))
        years = list(dict.fromkeys((quarters[0][:4], quarters[-1][:4])))
        told.append((int(same["round"].min()), " to ".join(years), f"Refined metal runs short: {text}."))
    return told
