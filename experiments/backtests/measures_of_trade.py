"""Measures of quantities: made, used, shipped, by whose books, the long way round, out of stock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.backtests.outcome import Outcome, ratio
from experiments.backtests.vocabulary import LANE, ONE, OVER, SECTOR, Target, word
from world.axes import Array

BOOKS = "true exporter importer direct rerouted"


def shipped(run: Outcome, target: Target, seller: frozenset[str], buyer: frozenset[str], book: str) -> Array:
    """(round,) tonnes a year from some countries to others, home trade apart, by a book."""
    rows = lane_rows(run.rows("flows", target.goods), seller, buyer, book)
    if book == "exporter":
        rows = rows.assign(flow_t=rows["flow_t"] - rows["unrecorded_t"])
    return run.total(rows, "flow_t") * run.clock.rounds_per_year


def lane_rows(rows: pd.DataFrame, seller: frozenset[str], buyer: frozenset[str], book: str) -> pd.DataFrame:
    """Flows across a border between two groups: by true origin and use, in the exporter's books (first
    destination), in the importer's (last shipper), those that went directly, or those handed on.
    """
    shipper = rows["last_shipper"] if book == "importer" else rows["origin"]
    receiver = rows["destination"]
    if book == "exporter":
        receiver = receiver.where(rows["hub"] == "", rows["hub"])
    found = shipper.isin(seller) & receiver.isin(buyer) & (shipper != receiver)
    if book in ("direct", "rerouted"):
        found &= (rows["hub"] == "") == (book == "direct")
    return rows[found]


def _everyone(run: Outcome) -> frozenset[str]:
    return run.groups["world"]


def _market_total(run: Outcome, target: Target, where: frozenset[str], column: str) -> Array:
    return run.total(run.of(run.rows("markets", target.goods), "country", where), column)


@word("t/year", LANE, BOOKS)
def exports(run: Outcome, target: Target) -> Array:
    """Tonnes that go from the first place to the second: by true origin and use (true), by the exporter's
    books where the first destination counts and what leaves unrecorded does not (exporter), by the importer's
    where the last shipper counts (importer), directly (direct) or by the way round (rerouted). Trade within a
    country is left out."""
    return shipped(run, target, target.where, target.other or _everyone(run), target.segment)


@word("t/year", ONE, "true importer")
def imports(run: Outcome, target: Target) -> Array:
    """Tonnes that the place buys abroad."""
    return shipped(run, target, _everyone(run), target.where, target.segment)


@word("%", LANE, "importer true", both=True)
def import_share(run: Outcome, target: Target) -> Array:
    """Part of what the second place buys abroad that comes from the first, by the importer's books or by true
    origin."""
    from_there = shipped(run, target, target.where, target.other, target.segment)
    return 100.0 * ratio(from_there, shipped(run, target, _everyone(run), target.other, target.segment))


@word("t/year", ONE)
def output(run: Outcome, target: Target) -> Array:
    """Tonnes made and sold at the place."""
    return _market_total(run, target, target.where, "output_t") * run.clock.rounds_per_year


@word("%", ONE, "output capacity use")
def world_share(run: Outcome, target: Target) -> Array:
    """Part of the world's output (capacity, use) at the place."""
    column = f"{target.segment}_t"
    here = _market_total(run, target, target.where, column)
    return 100.0 * ratio(here, _market_total(run, target, _everyone(run), column))


@word("t/year", ONE)
def capacity(run: Outcome, target: Target) -> Array:
    """Tonnes that working plants at the place could make."""
    return _market_total(run, target, target.where, "capacity_t") * run.clock.rounds_per_year


@word("t/year", ONE)
def openings(run: Outcome, target: Target) -> Array:
    """Capacity that has started, or started again, since the round before, countries of the place added
    up."""
    return _turnover(run, target, 1.0)


@word("t/year", ONE)
def closures(run: Outcome, target: Target) -> Array:
    """Capacity that has stopped or been mothballed since the round before, countries of the place added
    up."""
    return _turnover(run, target, -1.0)


def _turnover(run: Outcome, target: Target, sign: float) -> Array:
    """(round,) growth of capacity of each country and good since the round before, or fall where ``sign`` is
    -1."""
    rows = run.of(run.rows("markets", target.goods), "country", target.where)
    places = ["country", "mineral", "stage"]
    stood = rows.sort_values("round").groupby(places)["capacity_t"].diff().fillna(0.0)
    moved = rows.assign(moved=np.maximum(sign * stood, 0.0))
    return run.total(moved, "moved") * run.clock.rounds_per_year


@word("t/year", ONE)
def use(run: Outcome, target: Target) -> Array:
    """Tonnes used at the place."""
    return _market_total(run, target, target.where, "use_t") * run.clock.rounds_per_year


@word("%", ONE)
def unmet_share(run: Outcome, target: Target) -> Array:
    """Part of what the place wants to buy that finds no seller below the backstop."""
    unmet = _market_total(run, target, target.where, "unmet_t")
    return 100.0 * ratio(unmet, unmet + _market_total(run, target, target.where, "use_t"))


@word("USD bn a year", ONE, f"all {SECTOR}")
def sector_shortfall(run: Outcome, target: Target) -> Array:
    """What a sector of the place (or all) goes without, at the price of the base window. Sectors share
    alike, by their parts in `end_use`: who of a country is rationed more is not in the tables of a run."""
    total = np.zeros(run.clock.rounds)
    for good in target.goods:
        rows = run.of(run.rows("markets", (good,)), "country", target.where)
        price = run.mean(run.rows("markets", (good,)), "price_mean_usd_t", "use_t")
        base = np.average(np.nan_to_num(price), weights=target.base)
        part = 1.0 if target.segment == "all" else run.sector_share[good[0]].get(target.segment, 0.0)
        total += part * base * run.total(rows, "unmet_t") * run.clock.rounds_per_year / 1e9
    return total


@word("months", ONE)
def stock_months(run: Outcome, target: Target) -> Array:
    """Private stocks at the place in months of its use."""
    months = 12.0 / run.clock.rounds_per_year
    stock = _market_total(run, target, target.where, "stock_t")
    return months * ratio(stock, _market_total(run, target, target.where, "use_t"))


@word("ratio", OVER, "output capacity", both=True)
def crowding_out(run: Outcome, target: Target) -> Array:
    """Output (capacity) lost at the first place since the base window over what was gained at the second."""
    column = f"{target.segment}_t"
    here = _market_total(run, target, target.where, column)
    there = _market_total(run, target, target.other, column)
    return ratio(np.average(here, weights=target.base) - here, there - np.average(there, weights=target.base))


@word("% a year", ONE)
def substitution(run: Outcome, target: Target) -> Array:
    """Fall of use at the place within a year, what users recover themselves counted as use, growth of demand
    along the case's path put aside."""
    path = np.mean([_path(run, mineral, target.where) for mineral, _ in target.goods], axis=0)
    used = [_market_total(run, target, target.where, column) for column in ("use_t", "recovered_t")]
    level = sum(used) / path
    return -100.0 * _over_a_year(run, level, level)


def _path(run: Outcome, mineral: str, where: frozenset[str]) -> Array:
    """(round,) demand of the place along the case's path, over its level at the start."""
    levels = [level for code, level in run.demand[mineral].items() if code in where]
    total = np.sum(levels, axis=0) if levels else np.ones(run.clock.rounds)
    return np.asarray(total / total[0])


@word("% a year", ONE)
def ramp(run: Outcome, target: Target) -> Array:
    """Rise of output at the place within a year, over the world's use a year before."""
    made = _market_total(run, target, target.where, "output_t")
    return 100.0 * _over_a_year(run, made, _market_total(run, target, _everyone(run), "use_t"))


def _over_a_year(run: Outcome, level: Array, scale: Array) -> Array:
    """(round,) change of a level over that a year before, NaN in the first year."""
    year = run.clock.rounds_per_year
    change = np.full(len(level), np.nan)
    change[year:] = ratio(level[year:] - level[:-year], scale[:-year])
    return change


@word("%", LANE, both=True)
def rerouted_over_lost(run: Outcome, target: Target) -> Array:
    """What goes from the first place to the second by third countries, over what direct trade has lost since
    the base window."""
    direct = shipped(run, target, target.where, target.other, "direct")
    round_about = shipped(run, target, target.where, target.other, "rerouted")
    lost = np.average(direct, weights=target.base) - direct
    return 100.0 * ratio(round_about, lost)


@word("%", LANE, "physical statistical", both=True)
def origin_in_hub_exports(run: Outcome, target: Target) -> Array:
    """Part of what the first place ships to the second, by the importer's books, that was made at home of the
    case (or at the `origin` that relative_to names): goods handed on (physical), or as statistics by product
    would have it, the smaller of its extra imports from there and its extra exports since the base window
    (statistical)."""
    home = target.origin or frozenset({target.home})
    sent = shipped(run, target, target.where, target.other, "importer")
    if target.segment == "statistical":
        bought = shipped(run, target, home, target.where, "exporter")
        extra = [line - np.average(line, weights=target.base) for line in (bought, sent)]
        return 100.0 * ratio(np.maximum(np.minimum(*extra), 0.0), sent)
    rows = run.rows("flows", target.goods)
    theirs = lane_rows(rows[rows["origin"].isin(home)], target.where, target.other, "importer")
    return 100.0 * ratio(run.total(theirs, "flow_t") * run.clock.rounds_per_year, sent)
