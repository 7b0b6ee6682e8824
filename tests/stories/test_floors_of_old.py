"""A floor that was in force in the base year, and what becomes of prices and trade when it is taken away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import data_with, make_world, measure, play, quiet_data, table

from world.axes import REFINED
from world.dataset import Dataset
from world.model import TradeWorld

FREE = 2
"""The round in which the floor is taken away."""
FLOOR_USD_T = 15_000.0


def with_floor() -> Dataset:
    """The data of the package, with American copper kept at some one and a half times the world's price."""
    origins = [iso3 for iso3 in quiet_data().countries if iso3 != "USA"]
    lane = {"mineral": "copper", "stage": "refined", "importer": "USA", "floor_usd_t": FLOOR_USD_T}
    floors = pd.DataFrame([{**lane, "exporter": origin} for origin in origins])
    gone = {name: quiet_data().table(name) for name in ("calendar", "coercion")}
    return data_with(floors=floors, **gone)


def played(share: float) -> TradeWorld:
    """A world in which so much of the floor is taken away."""
    given = {"size": share, "targets": ("*",), "minerals": ("copper",), "stages": ("refined",)}
    free = measure("repeal", "USA", "2025-Q3", **given)
    return play(make_world(minerals=["copper"], rounds=8, measures=[free], data=with_floor()))


@pytest.fixture(scope="module")
def kept() -> TradeWorld:
    return played(0.0)


@pytest.fixture(scope="module")
def free() -> TradeWorld:
    return played(1.0)


def american(world: TradeWorld, column: str) -> pd.Series:
    rows = table(world, "markets", country="USA", stage="refined")
    return rows.set_index("round")[column]


def bought_abroad_t(world: TradeWorld) -> pd.Series:
    rows = table(world, "flows", destination="USA", stage="refined")
    return rows[rows["origin"] != "USA"].groupby("round")["flow_t"].sum()


def test_the_base_year_comes_back_with_the_floor_in_force(kept: TradeWorld) -> None:
    price = american(kept, "price_mean_usd_t")
    assert price[0] == pytest.approx(FLOOR_USD_T, rel=0.03)
    outside = table(kept, "markets", country="JPN", stage="refined").set_index("round")["price_mean_usd_t"]
    base = float(kept.base.evidence.price_usd_t[0, REFINED])
    assert outside[0] == pytest.approx(base, rel=0.1)


def test_without_it_home_prices_fall_to_the_world_s_and_imports_take_the_place_of_output(
    kept: TradeWorld, free: TradeWorld
) -> None:
    for column in ("price_mean_usd_t", "output_t"):
        np.testing.assert_allclose(american(kept, column)[:FREE], american(free, column)[:FREE])
    later = FREE + 3
    assert american(free, "price_mean_usd_t")[later] < 0.8 * american(kept, "price_mean_usd_t")[later]
    assert american(free, "output_t")[later] < american(kept, "output_t")[later]
    assert bought_abroad_t(free)[later] > 1.1 * bought_abroad_t(kept)[later]


def test_half_a_repeal_lies_between(kept: TradeWorld, free: TradeWorld) -> None:
    half = american(played(0.5), "price_mean_usd_t")[FREE + 3]
    assert american(free, "price_mean_usd_t")[FREE + 3] < half < american(kept, "price_mean_usd_t")[FREE + 3]
