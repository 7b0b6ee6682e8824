"""The panel on industry shows what is lost, and what inputs add to products where nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from experiments.app.industry import show_industry
from experiments.results import Run

MakeRun = Callable[..., Run]


def test_output_lost_by_sector_in_billions_a_year(run: Run) -> None:
    chart = json.loads(show_industry(run))
    assert chart["unit"] == "billion USD a year"
    cars = next(line for line in chart["lines"] if line["name"] == "cars")
    assert len(chart["x"]) == len(cars["values"]) == 12
    assert cars["values"][9] == pytest.approx(20.0)
    assert cars["values"][8] == 0.0


def test_where_nothing_is_lost_the_cost_of_products_is_shown(make_run: MakeRun) -> None:
    chart = json.loads(show_industry(make_run(lost_usd=0.0)))
    assert chart["unit"] == "% of the price"
    assert {line["name"]: line["values"][0] for line in chart["lines"]} == {"cars": 0.3, "wind power": 0.7}
