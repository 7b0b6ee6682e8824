"""Outcomes on sectors: what their lines lose, what they pass on, what they go without."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from experiments.outcome import NOT_A_NUMBER, Outcome, a_year

if TYPE_CHECKING:
    import pandas as pd

    from experiments.results import Run

SMALLEST_ACTIVITY = 1e-3


def output_lost(run: Run, members: Collection[str]) -> float:
    """Value added that sectors of all countries lose for want of inputs, USD a year."""
    return a_year(run, float(run.table("sectors")["output_lost_usd"].sum()))


def members_output_lost(run: Run, members: Collection[str]) -> float:
    """The same in the member countries, the leader included, USD a year."""
    return _in_group(run, members, "output_lost_usd")


def members_cost_passed(run: Run, members: Collection[str]) -> float:
    """What sectors in the member countries pay more for components and metal than at base-year prices, USD a
    year."""
    return _in_group(run, members, "cost_passed_usd")


def worst_going_without(run: Run, members: Collection[str]) -> float:
    """Largest part of what a sector of a country needs that it went without in any round, sectors of a
    thousandth of the world's activity or more."""
    return _largest_lack(run.table("sectors"))


def country_output_lost(run: Run, countries: Collection[str]) -> dict[str, float]:
    """Value added that sectors of each of the ``countries`` lose for want of inputs, USD a year."""
    return {country: _in_group(run, [country], "output_lost_usd") for country in countries}


def country_going_without(run: Run, countries: Collection[str]) -> dict[str, float]:
    """Largest part of its need that a sector of each of the ``countries`` went without in any round."""
    sectors = run.table("sectors")
    return {country: _largest_lack(sectors[sectors["country"] == country]) for country in countries}


def _largest_lack(sectors: pd.DataFrame) -> float:
    told = sectors[sectors["activity_share"] >= SMALLEST_ACTIVITY]
    return 1.0 - float(told["used_share"].min()) if len(told) else NOT_A_NUMBER


def _in_group(run: Run, group: Collection[str], column: str) -> float:
    """Sum of a column of the table ``sectors`` over a group of countries, a year."""
    sectors = run.table("sectors")
    return a_year(run, float(sectors.loc[sectors["country"].isin(list(group)), column].sum()))


SECTOR_OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "output_lost",
        "output lost",
        "USD/year",
        "value added that sectors lose for want of inputs, all countries, mean over the run",
        output_lost,
    ),
    Outcome(
        "members_output_lost",
        "output lost in members",
        "USD/year",
        "the same in members, the leader included",
        members_output_lost,
    ),
    Outcome(
        "members_cost_passed",
        "cost passed on in members",
        "USD/year",
        "what sectors in members pay above base-year prices for components and metal, mean over the run",
        members_cost_passed,
    ),
    Outcome(
        "worst_going_without",
        "worst shortage",
        "share",
        "largest part of its need, by value, that a sector of a country goes without in a round: spared, "
        "replaced, given up for its price or unmet",
        worst_going_without,
    ),
)

SECTORS_OF_A_COUNTRY: tuple[Outcome, ...] = (
    Outcome(
        "country_output_lost",
        "output lost",
        "USD/year",
        "value added that sectors of the country lose for want of inputs, mean over the run",
        country_output_lost,
    ),
    Outcome(
        "country_going_without",
        "worst shortage",
        "share",
        "largest part of its need, by value, that a sector of the country goes without in a round",
        country_going_without,
    ),
)
"""Asked for as ``country_output_lost_CAN``."""
