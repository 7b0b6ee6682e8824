"""Outcomes of a run, by hand from a made-up one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from experiments.outcomes import OUTCOMES, measure_countries, measure_outcomes
from experiments.results import Run

MakeRun = Callable[..., Run]


def test_every_outcome_has_a_value_for_a_run(make_run: MakeRun) -> None:
    run = make_run()
    rows = measure_outcomes(run, ["USA", "JPN"])
    values = {(name, mineral): value for name, mineral, _, value in rows}
    assert {name for name, _ in values} == {outcome.name for outcome in OUTCOMES}
    assert values["members_at_end", ""] == 4
    assert values["first_member_year", ""] == 2027.0
    assert values["dominant_share", "ndpr"] == pytest.approx(0.91 - 0.01 * 9.5)  # rounds 8 to 11
    assert values["price_inside", "ndpr"] == pytest.approx(90_000)
    assert values["leader_welfare", ""] == pytest.approx(4e9)
    assert values["members_welfare", ""] == pytest.approx(8e9)
    assert values["reserve_value", ""] == pytest.approx(80 * 60_000 + 80 * 400_000)
    assert values["output_lost", ""] == pytest.approx(2 * 5e9 / 12 * 4)  # two quarters of twelve
    assert values["members_output_lost", ""] == values["output_lost", ""]
    assert values["members_cost_passed", ""] == pytest.approx(4 * 2e6 * 4)
    assert values["worst_going_without", ""] == pytest.approx(0.1)
    paid = run.table("markets").query("stage == 'refined' and country == 'USA' and mineral == 'ndpr'")
    assert values["leader_price_peak", "ndpr"] == paid["price_mean_usd_t"].max()


def test_outcomes_without_zone_and_reserve_say_so(make_run: MakeRun) -> None:
    values = {
        (name, mineral): value
        for name, mineral, _, value in measure_outcomes(make_run(zone=False, reserve=False), ["USA"])
    }
    assert values["first_member_year", ""] != values["first_member_year", ""]  # NaN: nobody joined
    assert values["reserve_value", ""] == 0.0
    assert values["members_at_end", ""] == 0.0


def test_outcomes_of_a_country_are_those_of_its_rows(make_run: MakeRun) -> None:
    run = make_run()
    asked = (
        "country_welfare_USA",
        "country_welfare_JPN",
        "country_bound_USA",
        "country_bound_CHN",
        "country_output_lost_USA",
        "country_output_lost_JPN",
        "country_going_without_JPN",
        "country_going_without_BRA",
        "levy_revenue",
    )
    values = measure_countries(run, asked)
    assert set(values) == set(asked) - {"levy_revenue"}
    total = {name: value for name, _, _, value in measure_outcomes(run, ["USA", "JPN"])}
    assert values["country_welfare_USA"] == pytest.approx(total["leader_welfare"])
    assert values["country_welfare_USA"] + values["country_welfare_JPN"] == pytest.approx(
        total["members_welfare"]
    )
    assert (values["country_output_lost_USA"], values["country_output_lost_JPN"]) == (
        0.0,
        total["output_lost"],
    )
    assert values["country_going_without_JPN"] == pytest.approx(total["worst_going_without"])
    assert np.isnan(values["country_going_without_BRA"])  # no sector of it is told of
    assert (values["country_bound_USA"], values["country_bound_CHN"]) == (1.0, 0.0)
