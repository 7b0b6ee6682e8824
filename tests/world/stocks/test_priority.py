"""Priority buyers: served first when there is not enough, and nobody loses or gains a tonne by rank alone."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import make_world, measure, play, table

from world.model import TradeWorld
from world.stocks.priority import kept_t, releasable_t, sector_share, serve, usual_need_t

NEED = np.array([100.0, 100.0, 100.0])
USED = np.array([60.0, 5.0, 120.0])
SHARE = np.full(3, 0.1)


def test_by_rank_the_sectors_get_all_they_need_while_there_is_as_much() -> None:
    first, alike = (serve(NEED, USED, SHARE, ranked) for ranked in (True, False))
    np.testing.assert_allclose(first.served_t, [10.0, 5.0, 10.0])
    np.testing.assert_allclose(alike.served_t, [6.0, 0.5, 10.0])
    for service in (first, alike):  # what there is is shared out, no more than is needed
        np.testing.assert_allclose(service.served_t + service.others_served_t, [60.0, 5.0, 100.0])
        np.testing.assert_allclose(service.need_t + service.others_need_t, NEED)


def stopped(**given: object) -> TradeWorld:
    stop = measure("ban", "CHN", "2027-Q1")
    settings = {"minerals": ("antimony",), "rounds": 12, "measures": [stop], "reserve__exists": True}
    return play(make_world("baseline", **(settings | given)))


def part(world: TradeWorld, name: str = "") -> float:
    """Part of the need that is met in the last quarter of the stop, when private stocks are drawn down."""
    row = table(world, "priority", round=11).iloc[0]
    return float(row[f"{name}served_t"] / row[f"{name}need_t"])


def test_in_a_stop_defence_is_served_first_and_others_go_without_more() -> None:
    alike, first = stopped(), stopped(reserve__served_first=True)
    assert part(alike) == pytest.approx(part(alike, "others_"))
    assert part(alike) < 0.98
    assert part(first) == pytest.approx(1.0)
    assert part(first, "others_") < part(alike, "others_")


def test_what_is_kept_for_the_sectors_is_not_released_to_others() -> None:
    world = stopped(reserve__kept_days=1000.0, reserve__served_first=True)
    assert world.reserve is not None
    stock = world.reserve.stock_t
    assert (stock > 0.0).all()
    kept = kept_t(world)
    assert (kept <= stock).all()
    need, nothing = usual_need_t(world), np.zeros_like(stock)
    plenty = releasable_t(world, 1.0, need, need)
    np.testing.assert_allclose(plenty, np.minimum(stock - kept, need))
    cut_off = releasable_t(world, 1.0, nothing, nothing)
    np.testing.assert_allclose(cut_off, np.minimum(kept, sector_share(world) * need))
