"""Rounds of a month give the years that rounds of a quarter give, but for the finer step.

Tolerances: demand grows from the first round on and what was stocked up in 2024 ends by then a twelfth of a
year at a time, so that months are a twelfth of a year of growth ahead (up to 1% of a quantity); prices answer
that by the inverse of short-run elasticities of 0.2 to 0.5, most in the first year, when stocks end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from small_worlds import make_world, measure, play, played, table

from agents.ladder import FLOOR
from world.conditions import disturb
from world.model import TradeWorld
from world.randomness import Streams

MINERALS = ["ndpr", "gallium", "copper"]
YEARS = 3


def world_of(rounds_per_year: int, years: int = YEARS, **given: object) -> TradeWorld:
    return played(
        minerals=MINERALS, run__rounds_per_year=rounds_per_year, rounds=years * rounds_per_year, **given
    )


def by_year(world: TradeWorld, name: str, columns: dict[str, str], keys: list[str]) -> pd.DataFrame:
    """Sums and means of a year, one row a year and key."""
    rows = table(world, name)
    rows["year"] = rows["round"] // world.clock.rounds_per_year
    return rows.groupby(["year", *keys]).agg(columns)


def ratio(columns: dict[str, str], name: str = "markets", **given: object) -> pd.DataFrame:
    """What months give over what quarters give, by year, mineral and stage."""
    quarters, months = (
        by_year(world_of(number, **given), name, columns, ["mineral", "stage"]) for number in (4, 12)
    )
    return months / quarters


def test_quantities_of_a_year_are_the_same_in_months() -> None:
    found = ratio({"output_t": "sum", "use_t": "sum", "capacity_t": "sum"})
    traded = found[["output_t", "use_t"]]
    assert traded.loc[1:].to_numpy() == pytest.approx(1.0, abs=0.02)
    assert traded.loc[0].to_numpy() == pytest.approx(1.0, abs=0.03)
    # a plant starts on the first day of its round, so what is ordered in a quarter stands two months sooner:
    # two months of a growth of up to 15% a year
    assert found["capacity_t"].to_numpy() == pytest.approx(1.0, abs=0.025)


def test_stocks_and_prices_of_a_year_are_the_same_in_months() -> None:
    quarters, months = (
        by_year(world_of(number), "markets", {"stock_t": "mean"}, ["mineral", "stage"]) for number in (4, 12)
    )
    # holders who carry trends on do so month by month: copper, which rises, is stocked a little more
    assert (months / quarters).to_numpy() == pytest.approx(1.0, abs=0.1)
    prices = ratio({"price_outside_usd_t": "mean", "price_home_usd_t": "mean"}, "zone")
    # plants run up in months; use answers within a round by as much in either, which is later in a quarter
    assert prices.loc[1:].to_numpy() == pytest.approx(1.0, abs=0.06)
    assert prices.loc[0].to_numpy() == pytest.approx(1.0, abs=0.08)


def test_a_measure_bites_in_its_months() -> None:
    """A ban from the tenth of August to the tenth of October 2025."""
    ban = replace(
        measure("ban", "CHN", "2025-Q3", targets=("JPN",), minerals=("gallium",)),
        announced=date(2025, 8, 10),
        in_force=date(2025, 8, 10),
        ends=date(2025, 10, 10),
    )
    given = {"minerals": ["gallium"], "measures": [ban], "run__rounds_per_year": 12, "rounds": 12}
    months = played(**given)
    flows = table(months, "flows", origin="CHN", destination="JPN", stage="refined", hub="")
    tonnes = flows.groupby("quarter")["flow_t"].sum().reindex(months.quarters, fill_value=0.0)
    usual = tonnes["2025-01":"2025-07"].mean()
    assert tonnes["2025-09"] == 0.0
    assert 0.1 * usual < tonnes["2025-08"] < 0.5 * usual  # nine days of thirty-one
    assert 0.3 * usual < tonnes["2025-10"] <= 1.2 * usual  # twenty-two of thirty-one, stocks to fill again
    events = table(months, "events", instrument="ban")
    assert events[["quarter", "kind"]].to_numpy().tolist() == [
        ["2025-08", "announced"],
        ["2025-08", "in_force"],
        ["2025-10", "ended"],
    ]


@cache
def bound_in(rounds_per_year: int) -> dict[str, int]:
    """Quarter in which each country is first bound."""
    world = make_world(
        "zone_floor",
        minerals=["gallium"],
        rounds=5 * rounds_per_year,
        run__rounds_per_year=rounds_per_year,
        dominant_refiner__doctrine="passive",
        parameters__administration_usd_year=0.0,  # more than a floor for gallium alone is worth to most
    )
    countries = table(play(world), "countries", rung=FLOOR)
    first = countries.groupby("country")["round"].min()
    return {str(iso3): world.clock.quarter(int(round_)) for iso3, round_ in first.items()}


def test_twelve_rounds_a_year_let_no_more_countries_drift_in() -> None:
    """Reviews and moods are those of the quarter, and so are the delays of treaties."""
    last_year = 16  # who signs in it in one may be about to in the other
    quarters, months = bound_in(4), bound_in(12)
    both = set(quarters) & set(months)
    early = [sum(quarter < last_year for quarter in found.values()) for found in (quarters, months)]
    assert len(both) >= 0.8 * max(early) > 2.0
    apart = np.array([months[iso3] - quarters[iso3] for iso3 in sorted(both)])
    assert abs(apart.mean()) < 1.0


def yearly_variance(rounds_per_year: int, persistence: float) -> float:
    """Variance of the mean of a year of a first-order process of unit variance, seen so often a year."""
    ages = np.subtract.outer(np.arange(rounds_per_year), np.arange(rounds_per_year)) / rounds_per_year
    return float((persistence ** np.abs(ages)).mean())


def drawn_variance(rounds_per_year: int, seeds: int, years: int) -> tuple[float, float]:
    """Mean over minerals, seeds and years of the square of a year's mean shock over what it should be, and
    its standard error: years of one mineral are correlated, minerals and seeds are not."""
    world = make_world(minerals=["*"], rounds=20, run__shocks=True, run__rounds_per_year=rounds_per_year)
    volatility, burn = world.economy.volatility, 6
    expected = np.array([yearly_variance(rounds_per_year, r) for r in volatility.persistence_share])
    scale = volatility.demand_sd * np.sqrt(expected)
    sums = []
    for seed in range(seeds):
        world.streams = Streams(seed)
        world.state.markets.demand_shock = np.zeros(len(scale))
        shocks = []
        for round_ in range((burn + years) * rounds_per_year):
            world.round = round_
            disturb(world)
            # the process is drawn with a drift that keeps the mean of exp(x) at one
            shocks.append(world.state.markets.demand_shock + volatility.demand_sd**2 / 2.0)
        path = np.array(shocks).reshape(burn + years, rounds_per_year, -1)[burn:].mean(axis=1)
        sums.append(((path / scale) ** 2).mean(axis=0))
    by_path = np.array(sums).ravel()
    return float(by_path.mean()), float(by_path.std(ddof=1) / np.sqrt(len(by_path)))


@pytest.mark.parametrize("rounds_per_year", [4, 12])
def test_shocks_vary_as_much_from_year_to_year(rounds_per_year: int) -> None:
    """False-alarm rate 6 in 100,000 each: four standard errors of the mean over independent paths."""
    mean, error = drawn_variance(rounds_per_year, seeds=16, years=10)
    assert error < 0.06
    assert mean == pytest.approx(1.0, abs=4.0 * error)


def test_what_the_step_itself_does_to_the_variance_of_a_year_is_small() -> None:
    persistence = make_world().economy.volatility.persistence_share
    for share in persistence.tolist():
        assert yearly_variance(12, share) == pytest.approx(yearly_variance(4, share), rel=0.08)
