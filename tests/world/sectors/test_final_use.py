"""From first use to final use: everybody who buys goods has a stake, and nothing is lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import make_world

from world.axes import gather, scatter
from world.sectors.final_use import final_need_t

WORLD = make_world(minerals=["*"], rounds=1)
BASE, ECONOMY = WORLD.base, WORLD.economy


def test_what_each_first_user_makes_ends_up_somewhere() -> None:
    real = BASE.axes.users >= 0
    sums = ECONOMY.final_use.sum(axis=1)
    np.testing.assert_allclose(sums[real], 1.0, rtol=1e-9)
    assert (sums[~real] == 0.0).all()
    assert (ECONOMY.final_use >= 0.0).all()


def test_final_need_adds_up_to_first_use() -> None:
    need = final_need_t(WORLD.dataset, BASE.margins)
    np.testing.assert_allclose(need.sum(axis=1), BASE.margins.use_t.sum(axis=1), rtol=1e-9)
    assert (need >= 0.0).all()


def test_the_spread_reproduces_both_margins() -> None:
    use = gather(BASE.margins.use_t, BASE.axes.users)
    made = ECONOMY.final_use * use[:, None, :]
    np.testing.assert_allclose(made.sum(axis=1), use, rtol=1e-9)
    arrived, need = made.sum(axis=2), ECONOMY.final_need_t
    scale = need.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(arrived / scale, need / scale, atol=2e-3)


def test_more_countries_have_a_stake_in_goods_than_in_metal() -> None:
    first = scatter(BASE.use_t, BASE.axes.users, len(BASE.axes.countries)) > 0.0
    final = ECONOMY.final_need_t > 0.0
    assert (final.sum(axis=1) > 1.5 * first.sum(axis=1)).mean() > 0.6
    ndpr = BASE.axes.mineral("ndpr")
    assert ECONOMY.final_need_t[ndpr, BASE.axes.country("CAN")] > 0.0


@pytest.mark.parametrize("mineral", ["ndpr", "gallium"])
def test_makers_sell_more_at_home_than_abroad_in_proportion(mineral: str) -> None:
    row = BASE.axes.mineral(mineral)
    for user, place in enumerate(BASE.axes.users[row]):
        if place >= 0 and BASE.use_t[row, user] > 0.01 * BASE.use_t[row].sum():
            at_home = ECONOMY.final_use[row, place, user]
            assert at_home >= 0.9 * ECONOMY.final_need_t[row, place] / ECONOMY.final_need_t[row].sum()
