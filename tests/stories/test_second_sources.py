"""Second sources: scrap and residues that pay when a metal is dear."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import first_day_of, measure, played, table

from world.model import TradeWorld

STOP = measure("ban", "CHN", "2026-Q1", targets=("*",), minerals=("gallium",), stages=("refined",))
NONE = {"parameters__second_scrap_ratio": 0.2, "parameters__second_host_share": 0.2}
MANY = {"parameters__second_scrap_ratio": 1.0, "parameters__second_host_share": 0.9}


def series(world: TradeWorld, column: str, country: str = "JPN") -> np.ndarray:
    rows = table(world, "markets", mineral="gallium", stage="refined", country=country)
    return rows.sort_values("round")[column].to_numpy(float)


@pytest.fixture(scope="module")
def stopped() -> TradeWorld:
    return played(minerals=["gallium"], rounds=12, measures=(STOP,))


def test_at_usual_prices_there_are_none() -> None:
    calm = played(minerals=["gallium"], rounds=8)
    for country in ("JPN", "CHN", "USA"):
        assert (series(calm, "recovered_t", country) == 0.0).all()


def test_in_a_stop_they_open_over_quarters_and_stay_bounded(stopped: TradeWorld) -> None:
    got, bought = (series(stopped, column) for column in ("recovered_t", "use_t"))
    assert (got[:4] == 0.0).all()
    assert got[6] > got[4] > 0.0
    usual = bought[0]
    share = float(stopped.base.evidence.second_share[0])
    assert got.max() < 1.3 * share * usual  # use itself grows
    assert (series(stopped, "recovered_t", "CHN") == 0.0).all()  # nothing is dear where nothing stops


def test_the_more_there_is_the_less_the_price_rises(stopped: TradeWorld) -> None:
    few, many = (played(minerals=["gallium"], rounds=12, measures=(STOP,), **given) for given in (NONE, MANY))
    peaks = [series(world, "price_mean_usd_t").max() for world in (few, stopped, many)]
    assert peaks[0] > peaks[1] > peaks[2]


def test_they_close_when_the_metal_comes_again() -> None:
    short = measure(
        "ban",
        "CHN",
        "2026-Q1",
        targets=("*",),
        minerals=("gallium",),
        stages=("refined",),
        ends=first_day_of("2026-Q4"),
    )
    world = played(minerals=["gallium"], rounds=20, measures=(short,))
    got = series(world, "recovered_t")
    assert got[6] > 0.0
    assert got[-1] < 0.1 * got.max()
