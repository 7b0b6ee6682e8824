"""The linear programme: right on cases solved on paper, and the limit of chains without taste for variety."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest
from chain_programme import solve_programme
from chain_records import Chain, Desk, Lane, Outside, Stage, Taste, User
from chain_solver import solve
from curve_records import Linear, LinearNeed
from paper_chains import FREIGHT, full_net, one_good, one_pair, seller

GRID = np.linspace(0.0, 50.0, 2001)
STEP = 0.025


def test_t1_with_an_export_desk_a_tariff_rate_quota_and_a_reserve() -> None:
    assert solve_programme(one_pair(), GRID).prices[0, 0] == pytest.approx(19.0, abs=STEP)
    desk = solve_programme(one_pair(desk=0, desks=[Desk(30.0)]), GRID)
    assert [desk.prices[0, 0], desk.indices[0, 0]] == pytest.approx([12.5, 35.0], abs=STEP)
    assert desk.premia[0, 0] == pytest.approx(19.5, abs=2.0 * STEP)
    quota = solve_programme(one_pair(cap_t=53.0, over_cap_usd_t=4.0), GRID)
    assert [quota.prices[0, 0], quota.indices[0, 0]] == pytest.approx([18.25, 23.5], abs=STEP)
    reserve = solve_programme(one_pair(supply=seller(Linear(4.0, 5.0), feed_t=-6.0)), GRID)
    assert reserve.prices[0, 0] == pytest.approx(20.0, abs=STEP)


def test_t17_three_regions() -> None:
    freight = np.array([[0.0, 2.0, 2.0], [2.0, 0.0, 1.0], [2.0, 1.0, 0.0]])
    chain = one_good(
        [seller(Linear(10.0, 5.0)), seller(Linear(20.0, 2.5)), seller(Linear(10.0, 5.0))],
        [LinearNeed(200.0, 10.0), LinearNeed(100.0, 5.0), LinearNeed(160.0, 8.0)],
        full_net(freight),
        spread=0.001,
    )
    programme = solve_programme(chain, np.linspace(0.0, 20.0, 2001))
    expected = np.array([226.0, 184.0, 205.0]) / 21.0
    assert list(programme.prices.values()) == pytest.approx(expected, abs=0.01)
    assert list(programme.indices.values()) == pytest.approx(expected, abs=0.01)
    books = solve(chain)
    assert list(programme.prices.values()) == pytest.approx(
        list(books.prices.values()), abs=0.001 * log(3.0) + 0.01
    )


def test_a_backstop_caps_the_price() -> None:
    user = User(LinearNeed(60.0, 0.1), Taste(0.5, (Outside(30.0),)))
    chain = Chain((Stage((seller(feed_t=20.0),), (Lane(0, 0, charge_usd_t=3.0),), (user,)),))
    programme = solve_programme(chain, GRID)
    assert programme.indices[0, 0] == pytest.approx(30.0, abs=1e-9)
    assert programme.prices[0, 0] == pytest.approx(27.0, abs=1e-9)


@pytest.mark.parametrize("terms", [{"factor": 1.1}, {"floor_usd_t": 25.0}, {"least_export_usd_t": 20.0}])
def test_what_is_no_cost_is_refused(terms: dict[str, Any]) -> None:
    lane = Lane(0, 0, **{"charge_usd_t": FREIGHT.freight_usd_t, **terms})
    with pytest.raises(ValueError, match="no linear programme"):
        solve_programme(
            one_good([seller(Linear(4.0, 5.0))], [LinearNeed(100.0, 2.0)], [lane], spread=0.5), GRID
        )
