"""An export quota and what leaves past it under a false name, on worlds of one mineral."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import measure, played, table

from world.axes import REFINED
from world.model import TradeWorld
from world.policy.measures import Measure

OPEN, ROUNDS = 4, 9
"""Later on buyers abroad have stocked up and the premium pays for no way past the quota."""
QUOTA_T_YEAR = 1_200.0
"""About a quarter of what the dominant refiner ships abroad of this mineral."""
NO_WAYS = {"parameters__unrecorded_start_share": 0.0}


def world(*measures: Measure, **given: object) -> TradeWorld:
    return played(minerals=["ndpr"], rounds=ROUNDS, measures=list(measures), **given)


def quota(size: float = QUOTA_T_YEAR) -> Measure:
    return measure("export_quota", "CHN", "2026-Q1", minerals=("ndpr",), stages=("refined",), size=size)


def at_home(of: TradeWorld, column: str) -> np.ndarray:
    rows = table(of, "markets", stage="refined", country="CHN").sort_values("round")
    return rows[column].to_numpy(float)


def abroad(of: TradeWorld) -> pd.DataFrame:
    rows = table(of, "flows", stage="refined", origin="CHN")
    return rows[rows["destination"] != "CHN"]


def premium_usd_t(of: TradeWorld) -> np.ndarray:
    """(round,) price abroad of goods of the dominant refiner over that at its home."""
    landed = [
        float(np.average(rows["price_landed_usd_t"], weights=rows["flow_t"]))
        for _, rows in abroad(of).groupby("round")
    ]
    return np.array(landed) - at_home(of, "price_mean_usd_t")


@pytest.fixture(scope="module")
def worlds() -> dict[str, TradeWorld]:
    raid = measure("enforcement", "CHN", "2026-Q3", minerals=("ndpr",), stages=("refined",), size=0.9)
    return {
        "free": world(),
        "kept": world(quota(), **NO_WAYS),
        "passed": world(quota()),
        "raided": world(quota(), raid),
    }


def test_the_quota_binds_the_exporters_books_and_the_truth_is_more(worlds: dict[str, TradeWorld]) -> None:
    recorded, true = (at_home(worlds["passed"], name) for name in ("export_recorded_t", "export_t"))
    assert (recorded[OPEN:] <= QUOTA_T_YEAR / 4.0 * (1.0 + 1e-6)).all()
    assert (true[OPEN:] > 1.02 * recorded[OPEN:]).all()
    np.testing.assert_array_equal(recorded[:OPEN], true[:OPEN])
    kept = worlds["kept"]
    np.testing.assert_allclose(at_home(kept, "export_recorded_t"), at_home(kept, "export_t"))


def test_it_is_in_the_importers_books_under_its_true_origin(worlds: dict[str, TradeWorld]) -> None:
    lanes = abroad(worlds["passed"])
    some = lanes[lanes["unrecorded_t"] > 0.0]
    assert set(some["round"]) == set(range(OPEN, ROUNDS))
    assert (some["unrecorded_t"] < some["flow_t"]).all()
    assert (some.loc[some["hub"] == "", "last_shipper"] == "CHN").all()


def test_the_ways_grow_as_they_are_used_and_the_quota_keeps_less(worlds: dict[str, TradeWorld]) -> None:
    """What leaves need not grow with them: users abroad adapt to the premium, which falls."""
    used, idle = (capacity_t(worlds[name]) for name in ("passed", "free"))
    assert used > 1.1 * idle
    past = at_home(worlds["passed"], "export_t") / at_home(worlds["passed"], "export_recorded_t")
    premium = premium_usd_t(worlds["passed"])
    assert past[OPEN] > 1.1
    assert past[-1] > 1.0
    assert premium[-1] < premium[OPEN]


def capacity_t(of: TradeWorld) -> float:
    seller = of.base.axes.refiners[0].tolist().index(of.dominant)
    return float(of.state.markets.unrecorded_capacity_t[REFINED][0, seller])


def test_it_takes_off_the_gap_between_abroad_and_home(worlds: dict[str, TradeWorld]) -> None:
    free, kept, passed = (premium_usd_t(worlds[name])[OPEN:].max() for name in ("free", "kept", "passed"))
    assert free < passed < kept


def test_a_drive_at_the_border_cuts_it_and_lifts_the_price_abroad(worlds: dict[str, TradeWorld]) -> None:
    drive = 6
    past = {
        name: at_home(of, "export_t")[drive] - at_home(of, "export_recorded_t")[drive]
        for name, of in worlds.items()
    }
    assert past["raided"] < 0.7 * past["passed"]
    assert premium_usd_t(worlds["raided"])[drive] > premium_usd_t(worlds["passed"])[drive]


def test_who_brings_it_out_earns_the_premium_in_place_of_who_holds_the_quota(
    worlds: dict[str, TradeWorld],
) -> None:
    rows = table(worlds["passed"], "countries", round=OPEN).set_index("country")
    assert rows.loc["CHN", "unrecorded_usd"] > 0.0
    assert rows.loc["CHN", "quota_rent_usd"] > rows.loc["CHN", "unrecorded_usd"]
    assert (rows["unrecorded_usd"].drop("CHN") == 0.0).all()
