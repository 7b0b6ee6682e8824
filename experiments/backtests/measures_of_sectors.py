"""Measures of the industries that use minerals: what their lines lose, get and pay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.backtests.outcome import Outcome, ratio
from experiments.backtests.vocabulary import ONE, SECTOR, Target, word
from world.axes import Array


@word("USD bn a year", ONE, f"all {SECTOR}", of_goods=False)
def output_lost(run: Outcome, target: Target) -> Array:
    """Value added that a sector of the place (or all) loses for want of inputs, over all goods of the run.
    Not a number in worlds without tables of sectors, as in the measures that follow."""
    return _sum(run, target, "output_lost_usd") * run.clock.rounds_per_year / 1e9


@word("% of GDP", ONE, f"all {SECTOR}", of_goods=False)
def gdp_loss(run: Outcome, target: Target) -> Array:
    """Output lost (as `output_lost`) over the gross domestic product of the place."""
    return np.asarray(100.0 * output_lost(run, target) / sum(run.gdp_usd_bn[code] for code in target.where))


@word("USD bn a year", ONE, f"all {SECTOR}", of_goods=False)
def cost_passed(run: Outcome, target: Target) -> Array:
    """What a sector of the place (or all) pays more for components and metal than at base-year prices."""
    return _sum(run, target, "cost_passed_usd") * run.clock.rounds_per_year / 1e9


@word("USD/product", ONE, SECTOR, of_goods=False)
def cost_per_unit(run: Outcome, target: Target) -> Array:
    """What dearer inputs add to the cost of one product of a sector of the place (a car, a MW, a tonne of
    steel, a million USD of sales), mean by activity."""
    return run.mean(_rows(run, target), "cost_unit_usd", "activity_share")


@word("% of price", ONE, SECTOR, of_goods=False)
def cost_per_price(run: Outcome, target: Target) -> Array:
    """The same over the price of the product."""
    return run.mean(_rows(run, target), "cost_unit_percent", "activity_share")


@word("%", ONE, f"all {SECTOR}", of_goods=False)
def inputs_met(run: Outcome, target: Target) -> Array:
    """Part met of what lines of the place cannot spare or replace, by value, before parts are drawn."""
    return 100.0 * run.mean(_rows(run, target), "met_share", "need_usd")


@word("%", ONE, f"all {SECTOR}", of_goods=False)
def going_without(run: Outcome, target: Target) -> Array:
    """Part of what a sector of the place (or all) needs at usual prices that is not used, by value: spared,
    replaced, given up for its price, or unmet."""
    return 100.0 * (1.0 - run.mean(_rows(run, target), "used_share", "need_usd"))


@word("%", ONE, SECTOR, of_goods=False)
def assembly(run: Outcome, target: Target) -> Array:
    """Assembly of parts in a sector of the place over that of the base year at the same world demand, mean by
    activity: above 100 it has come, below it has left."""
    return 100.0 * run.mean(_rows(run, target), "assembly_ratio", "activity_share")


@word("days", ONE, f"all {SECTOR}", of_goods=False)
def parts_days(run: Outcome, target: Target) -> Array:
    """Parts that lines of the place hold, in days of the input that there are fewest of, mean by need."""
    return run.mean(_rows(run, target), "parts_days", "need_usd")


def _rows(run: Outcome, target: Target) -> pd.DataFrame:
    rows = run.of(run.tables["sectors"], "country", target.where)
    return rows if target.segment == "all" else rows[rows["sector"] == target.segment]


def _sum(run: Outcome, target: Target, column: str) -> Array:
    """(round,) sum of a column; NaN in a world without sectors."""
    total = run.total(_rows(run, target), column)
    return total if len(run.tables["sectors"]) else np.asarray(ratio(total, np.zeros_like(total)))
