"""Measures of prices: at home and abroad, marginal and mean, over a benchmark, over a floor."""

from __future__ import annotations

import numpy as np

from experiments.backtests.outcome import Good, Outcome, ratio
from experiments.backtests.vocabulary import ONE, OVER, Target, word
from world.axes import Array

COLUMN_OF = {
    "spot": "price_spot_usd_t",
    "mean": "price_mean_usd_t",
    "local": "price_local_usd_t",
    "index": "price_index_usd_t",
}


def price_of(run: Outcome, where: frozenset[str], segment: str, goods: tuple[Good, ...]) -> Array:
    """(round,) price in some countries, mean over them by what they use (at the gate: by what they sell)."""
    rows = run.of(run.rows("markets", goods), "country", where)
    if segment == "gate":
        return run.mean(rows, "price_fob_usd_t", "output_t")
    if segment == "quoted":
        taxed = rows["country"].map(lambda code: 1.0 + run.vat_share.get(str(code), 0.0))
        return run.mean(rows.assign(quoted=rows["price_spot_usd_t"] * taxed), "quoted", "use_t")
    return run.mean(rows, COLUMN_OF[segment], "use_t")


def benchmark_of(run: Outcome, goods: tuple[Good, ...]) -> Array:
    """(round,) world mean price at the gate, by sales."""
    return run.mean(run.rows("markets", goods), "price_fob_usd_t", "output_t")


def duty_share_of(run: Outcome, where: frozenset[str], goods: tuple[Good, ...], base: Array) -> Array:
    """(round,) ad valorem duties that measures of some importers add, mean over what they bought abroad in
    the base window.
    """
    rows = run.rows("flows", goods)
    rows = rows[rows["destination"].isin(where) & ~rows["origin"].isin(where)]
    rows = rows.assign(weight=rows["flow_t"] * base[rows["round"].to_numpy(int)])
    total = np.zeros(run.clock.rounds)
    for good in goods:
        bought = rows[(rows["mineral"] == good[0]) & (rows["stage"] == good[1])]
        for measure in run.measures(("tariff",), where, good):
            aimed = [run.aims_at(measure, str(origin)) for origin in bought["origin"]]
            part = float(bought["weight"][aimed].sum()) / max(float(rows["weight"].sum()), 1e-300)
            total += part * measure.amount * run.in_force(measure)
    return total


@word("USD/t", ONE, "spot mean local index gate quoted")
def price(run: Outcome, target: Target) -> Array:
    """Price that buyers of the place pay: of the dearest lane that counts (spot), on average (mean),
    with what stocks have cost (local), as welfare index (index), at the gate of its producers (gate), or as
    spot with the place's value-added tax, as lists quote it (quoted)."""
    return price_of(run, target.where, target.segment, target.goods)


@word("ratio", OVER, "spot mean local index gate quoted")
def price_ratio(run: Outcome, target: Target) -> Array:
    """Price at the first place over that at the second, as for price; the second is home when not named."""
    other = target.other or frozenset({target.home})
    return ratio(
        price_of(run, target.where, target.segment, target.goods),
        price_of(run, other, target.segment, target.goods),
    )


@word("USD/t", ONE, "mean spot local")
def premium(run: Outcome, target: Target) -> Array:
    """Price at the place less the world's mean price at the gate (regional premium)."""
    return price_of(run, target.where, target.segment, target.goods) - benchmark_of(run, target.goods)


@word("USD/t", OVER, "mean spot", both=True)
def premium_over(run: Outcome, target: Target) -> Array:
    """Price at the first place less that at the second."""
    first = price_of(run, target.where, target.segment, target.goods)
    return first - price_of(run, target.other, target.segment, target.goods)


@word("USD/t", ONE, "all freight rest")
def discount(run: Outcome, target: Target) -> Array:
    """How much less producers of the place get at the gate than the world's mean (all): as far as what lies
    between gate and buyer, freight and duties, is dearer for what they ship than for the world's goods
    (freight), and the rest."""
    rows = run.of(run.rows("markets", target.goods), "country", target.where)
    whole = benchmark_of(run, target.goods) - run.mean(rows, "price_fob_usd_t", "output_t")
    if target.segment == "all":
        return whole
    flows, keys = run.rows("flows", target.goods), ["round", "mineral", "stage"]
    gates = run.rows("markets", target.goods)[[*keys, "country", "price_fob_usd_t"]]
    flows = flows.merge(gates, left_on=[*keys, "origin"], right_on=[*keys, "country"], how="left")
    flows = flows.assign(between=flows["price_landed_usd_t"] - flows["price_fob_usd_t"])
    theirs = run.mean(run.of(flows, "origin", target.where), "between", "flow_t")
    freight = theirs - run.mean(flows, "between", "flow_t")
    return freight if target.segment == "freight" else whole - freight


@word("share", ONE, "mean spot local")
def pass_through(run: Outcome, target: Target) -> Array:
    """Rise of the premium at the place since the base window, over the duty that its measures add at the
    benchmark price."""
    extra = premium(run, target)
    base = np.average(extra, weights=target.base)
    duty = duty_share_of(run, target.where, target.goods, target.base)
    return ratio(extra - base, np.asarray(duty * benchmark_of(run, target.goods)))


@word("ratio", ONE, "below above")
def price_over_floor(run: Outcome, target: Target) -> Array:
    """Mean price at the place over the floor in force there (reference price of the zone, or minimum import
    price), in rounds when the benchmark is below it (or above it)."""
    floor = _floor_of(run, target)
    mark = benchmark_of(run, target.goods)
    wanted = mark < floor if target.segment == "below" else mark >= floor
    return np.where(wanted, ratio(price_of(run, target.where, "mean", target.goods), floor), np.nan)


def _floor_of(run: Outcome, target: Target) -> Array:
    rows = run.rows("zone", target.goods)
    rows = rows[rows["in_force"].astype(bool)]
    found = np.zeros(run.clock.rounds)
    found[rows["round"].to_numpy(int)] = np.nan_to_num(rows["reference_price_usd_t"].to_numpy(float))
    for good in target.goods:
        for measure in run.measures(("minimum_import_price",), target.where, good):
            found = np.maximum(found, measure.amount * (run.in_force(measure) > 0.5))
    return found
