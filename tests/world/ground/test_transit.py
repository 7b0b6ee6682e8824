"""How long goods are under way, and when what is shipped arrives."""

from __future__ import annotations

import numpy as np
import pytest

from world.ground.transit import LONGEST_MONTHS, arrival_shares, transit_months

FAR = np.array([[200.0, 9000.0], [9000.0, 200.0]])


def test_goods_used_at_home_are_there_at_once() -> None:
    months = transit_months(FAR, handling_months=0.4, speed_km_month=15000.0)
    assert np.diag(months).tolist() == [0.0, 0.0]
    assert months[0, 1] == months[1, 0] == pytest.approx(1.0)


def test_no_way_takes_longer_than_the_longest() -> None:
    assert transit_months(100.0 * FAR, 0.4, 15000.0)[0, 1] == LONGEST_MONTHS


@pytest.mark.parametrize(
    ("rounds", "shares"),
    [
        (0.0, (1, 0, 0)),
        (0.4, (0.6, 0.4, 0)),
        (1.0, (0, 1, 0)),
        (1.25, (0, 0.75, 0.25)),
        (2.0, (0, 0, 1)),
    ],
)
def test_what_is_shipped_evenly_arrives_by_its_transit(
    rounds: float, shares: tuple[float, float, float]
) -> None:
    assert [float(part) for part in arrival_shares(np.array(rounds))] == pytest.approx(shares)
