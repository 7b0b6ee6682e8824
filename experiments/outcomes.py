"""What a comparison compares: named outcomes of a run, each with unit and meaning.

``members`` is the group of countries over which a zone's costs and gains are added. It is the same in all
runs that are compared, so that a difference is one of policy and not of who is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from experiments.outcome import NOT_A_NUMBER, Outcome, a_year
from experiments.sector_outcomes import SECTOR_OUTCOMES, SECTORS_OF_A_COUNTRY
from world.clock import first_month

if TYPE_CHECKING:
    import pandas as pd

    from experiments.results import Run

BINDING_RUNG = 4


def binding_members(run: Run) -> frozenset[str]:
    """Countries that were binding members in any round of the run."""
    countries = run.table("countries")
    return frozenset(countries.loc[countries["rung"] == BINDING_RUNG, "country"])


def members_at_end(run: Run, members: Collection[str]) -> float:
    """Binding members in the last round."""
    last = _last_rounds(run.table("zone"), 1)
    return float(last["members"].max()) if len(last) else NOT_A_NUMBER


def first_member_year(run: Run, members: Collection[str]) -> float:
    """Calendar year, with decimals, of the first round with a member other than the leader; NaN when
    there is none.
    """
    countries = run.table("countries")
    joined = countries[(countries["rung"] == BINDING_RUNG) & (countries["country"] != run.leader)]
    return _decimal_year(str(joined["quarter"].min())) if len(joined) else NOT_A_NUMBER


def dominant_share(run: Run, members: Collection[str]) -> dict[str, float]:
    """Share of refined output made in the dominant refiner's country, mean of the last year."""
    return _refined_mean(run, "dominant_share")


def price_inside(run: Run, members: Collection[str]) -> dict[str, float]:
    """Refined price inside the zone, mean of the last year."""
    return _refined_mean(run, "price_inside_usd_t")


def price_outside(run: Run, members: Collection[str]) -> dict[str, float]:
    """Refined price outside, mean of the last year."""
    return _refined_mean(run, "price_outside_usd_t")


def leader_price_peak(run: Run, members: Collection[str]) -> dict[str, float]:
    """Highest mean price that users in the leader's country pay for refined metal in any round."""
    markets = run.table("markets")
    bought = markets[(markets["stage"] == "refined") & (markets["country"] == run.leader)]
    highest = bought.groupby("mineral", sort=False)["price_mean_usd_t"].max()
    return {str(mineral): float(value) for mineral, value in highest.items()}


def members_users_cost(run: Run, members: Collection[str]) -> float:
    """What users in the member countries pay for refined metal, USD a year."""
    markets = run.table("markets")
    bought = markets[(markets["stage"] == "refined") & markets["country"].isin(list(members))]
    return a_year(run, float((bought["use_t"] * bought["price_mean_usd_t"]).sum()))


def members_welfare(run: Run, members: Collection[str]) -> float:
    """Welfare of the member countries, the leader included, USD a year."""
    return _welfare(run, members)


def leader_welfare(run: Run, members: Collection[str]) -> float:
    """Welfare of the leader, USD a year."""
    return _welfare(run, [run.leader])


def dominant_welfare(run: Run, members: Collection[str]) -> float:
    """Welfare of the dominant refiner, USD a year."""
    return _welfare(run, [run.dominant_refiner])


def world_welfare(run: Run, members: Collection[str]) -> float:
    """Welfare of all countries, USD a year."""
    return a_year(run, float(run.table("countries")["welfare_usd"].sum()))


def levy_revenue(run: Run, members: Collection[str]) -> float:
    """Levy collected by all members, USD a year."""
    return a_year(run, float(run.table("countries")["levy_usd"].sum()))


def reserve_value(run: Run, members: Collection[str]) -> float:
    """Stock of the strategic reserve at cost in the last round, USD; zero without a reserve."""
    return float(_last_rounds(run.table("reserve"), 1)["book_value_usd"].sum())


def country_welfare(run: Run, countries: Collection[str]) -> dict[str, float]:
    """Welfare of each of the ``countries``, USD a year."""
    return {country: _welfare(run, [country]) for country in countries}


def country_bound(run: Run, countries: Collection[str]) -> dict[str, float]:
    """1 where the country is a binding member in the last round, else 0."""
    last = _last_rounds(run.table("countries"), 1)
    bound = set(last.loc[last["rung"] == BINDING_RUNG, "country"])
    return {country: float(country in bound) for country in countries}


OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "members_at_end",
        "binding members",
        "countries",
        "binding members of the zone in the last quarter, those of the European Union one by one",
        members_at_end,
    ),
    Outcome(
        "first_member_year",
        "first accession",
        "year",
        "when the first country other than the leader was bound",
        first_member_year,
    ),
    Outcome(
        "members_welfare",
        "welfare of members",
        "USD/year",
        "welfare of the members, mean over the run; only differences have a meaning",
        members_welfare,
    ),
    Outcome("leader_welfare", "welfare of the leader", "USD/year", "the same of the leader", leader_welfare),
    Outcome(
        "dominant_welfare",
        "welfare of the dominant refiner",
        "USD/year",
        "the same of the dominant refiner",
        dominant_welfare,
    ),
    Outcome("world_welfare", "welfare of the world", "USD/year", "the same of all countries", world_welfare),
    Outcome(
        "members_users_cost",
        "cost to users in members",
        "USD/year",
        "what users in members pay for refined metal",
        members_users_cost,
    ),
    Outcome(
        "levy_revenue", "levies", "USD/year", "levy collected by members, mean over the run", levy_revenue
    ),
    Outcome(
        "reserve_value",
        "stock of the reserve",
        "USD",
        "stock of the reserve at cost in the last quarter",
        reserve_value,
    ),
    *SECTOR_OUTCOMES,
    Outcome(
        "dominant_share",
        "dominant share",
        "share",
        "refined output in the dominant refiner's country, last year",
        dominant_share,
        True,
    ),
    Outcome(
        "price_inside",
        "price inside",
        "USD/t",
        "refined price inside the zone, last year",
        price_inside,
        True,
    ),
    Outcome(
        "price_outside", "price outside", "USD/t", "refined price outside, last year", price_outside, True
    ),
    Outcome(
        "leader_price_peak",
        "highest price paid by the leader",
        "USD/t",
        "highest mean price that users in the leader's country pay for refined metal in any round",
        leader_price_peak,
        True,
    ),
)

COUNTRY_OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "country_welfare",
        "welfare",
        "USD/year",
        "welfare of the country, mean over the run; only differences have a meaning",
        country_welfare,
    ),
    Outcome(
        "country_bound",
        "membership",
        "share",
        "whether the country is a binding member in the last quarter, 1 or 0: a mean is a part of runs",
        country_bound,
    ),
    *SECTORS_OF_A_COUNTRY,
)
"""Outcomes of single countries, such as ``country_welfare_CAN``: measured where they are asked for."""


def measure_outcomes(run: Run, members: Collection[str]) -> list[tuple[str, str, str, float]]:
    """Rows of outcome, mineral (empty for those that have none), unit and value."""
    rows: list[tuple[str, str, str, float]] = []
    for outcome in OUTCOMES:
        value = outcome.measure(run, members)
        by_mineral = value if isinstance(value, dict) else {"": value}
        rows += [(outcome.name, mineral, outcome.unit, number) for mineral, number in by_mineral.items()]
    return rows


def measure_countries(run: Run, columns: Sequence[str]) -> dict[str, float]:
    """The values of those ``columns`` that are outcomes of a country."""
    found: dict[str, float] = {}
    for outcome in COUNTRY_OUTCOMES:
        head = f"{outcome.name}_"
        asked = [column.removeprefix(head) for column in columns if column.startswith(head)]
        values = outcome.measure(run, asked)
        if isinstance(values, dict):
            found |= {f"{head}{country}": value for country, value in values.items()}
    return found


def _welfare(run: Run, group: Collection[str]) -> float:
    countries = run.table("countries")
    return a_year(run, float(countries.loc[countries["country"].isin(list(group)), "welfare_usd"].sum()))


def _refined_mean(run: Run, column: str) -> dict[str, float]:
    zone = _last_rounds(run.table("zone"), run.rounds_per_year)
    means = zone[zone["stage"] == "refined"].groupby("mineral", sort=False)[column].mean()
    return {str(mineral): float(value) for mineral, value in means.items()}


def _last_rounds(table: pd.DataFrame, rounds: int) -> pd.DataFrame:
    last: pd.DataFrame = table[table["round"] > table["round"].max() - rounds]
    return last


def _decimal_year(quarter: str) -> float:
    months = first_month(quarter)
    return months // 12 + months % 12 / 12
