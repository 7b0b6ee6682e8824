"""Contracts for difference on supply curves: what is covered, and what producers count on."""

from __future__ import annotations

import numpy as np
import pytest

from world.axes import REFINED
from world.market.arrays import Curves
from world.market.supply import output_t
from world.policy.guarantees import believed_under, cover_of, guaranteed
from world.policy.happenings import Guarantee

SELLERS = np.array([[3, 8], [8, -1]])
CURVES = Curves(
    capacity_t=np.array([[[10.0, 40.0], [30.0, 0.0]], [[5.0, 0.0], [5.0, 0.0]]]),
    cost_usd_t=np.array([[[20.0, 30.0], [60.0, 30.0]], [[20.0, 0.0], [40.0, 0.0]]]),
    slope_usd_t=np.full((2, 2, 2), 2.0),
    guaranteed_usd_t=np.full((2, 2, 2), -np.inf),
)
"""Two minerals, two tranches, two sellers."""


def contract(covered: float = np.inf, share: float = 1.0, price: float = 80.0) -> Guarantee:
    return Guarantee(0, REFINED, 3, price, covered, share)


def test_without_guarantees_the_curves_are_the_same() -> None:
    cover = cover_of([], REFINED, SELLERS)
    assert guaranteed(CURVES, cover, np.zeros(SELLERS.shape)) is CURVES
    assert cover_of([contract()], REFINED - 1, SELLERS).some is False


@pytest.mark.parametrize(
    ("covered", "share", "part"), [(np.inf, 1.0, 1.0), (10.0, 1.0, 0.25), (10.0, 0.5, 0.125)]
)
def test_tranches_are_split_and_lose_nothing(covered: float, share: float, part: float) -> None:
    cover = cover_of([contract(covered, share)], REFINED, SELLERS)
    covered_share = cover.covered_share(CURVES.capacity_t.sum(axis=1))
    np.testing.assert_allclose(covered_share, [[part, 0.0], [0.0, 0.0]])
    split = guaranteed(CURVES, cover, covered_share)
    assert split.capacity_t.shape == (2, 4, 2)
    np.testing.assert_allclose(split.capacity_t[:, :2] + split.capacity_t[:, 2:], CURVES.capacity_t)
    np.testing.assert_allclose(split.capacity_t[0, 2:, 0], part * CURVES.capacity_t[0, :, 0])
    assert np.isneginf(split.guaranteed_usd_t[:, :2]).all()
    assert (split.guaranteed_usd_t[0, 2:, 0] == 80.0).all()
    assert np.isneginf(split.guaranteed_usd_t[1]).all()


def test_what_is_covered_is_made_at_the_guaranteed_price_and_the_rest_at_the_market_s() -> None:
    cover = cover_of([contract(10.0)], REFINED, SELLERS)
    split = guaranteed(CURVES, cover, cover.covered_share(CURVES.capacity_t.sum(axis=1)))
    price = np.full(SELLERS.shape, 45.0)
    made = output_t(split, price)[0, :, 0]
    plain, lifted = output_t(CURVES, price)[0, :, 0], output_t(CURVES, np.full(SELLERS.shape, 80.0))[0, :, 0]
    np.testing.assert_allclose(made[:2], 0.75 * plain)
    np.testing.assert_allclose(made[2:], 0.25 * lifted)
    high = np.full(SELLERS.shape, 100.0)  # above the guarantee it is as if there were none
    np.testing.assert_allclose(output_t(split, high).sum(axis=1), output_t(CURVES, high).sum(axis=1))


def test_of_two_in_a_round_the_longer_counts() -> None:
    two = [contract(10.0, 0.3, price=70.0), contract(20.0, 0.7, price=90.0)]
    for order in (two, two[::-1]):
        cover = cover_of(order, REFINED, SELLERS)
        assert (cover.price_usd_t[0, 0], cover.covered_t[0, 0], cover.share[0, 0]) == (90.0, 20.0, 0.7)


def test_producers_count_on_it_for_what_it_covers_and_never_on_less_than_the_market() -> None:
    cover = cover_of([contract(10.0)], REFINED, SELLERS)
    share = cover.covered_share(CURVES.capacity_t.sum(axis=1))
    market = np.array([[40.0, 40.0], [40.0, 0.0]])
    np.testing.assert_allclose(believed_under(cover, share, market), [[50.0, 40.0], [40.0, 0.0]])
    np.testing.assert_allclose(believed_under(cover, share, market + 60.0), market + 60.0)


def test_a_plant_still_to_be_built_is_covered_in_full() -> None:
    cover = cover_of([contract(10.0)], REFINED, SELLERS)
    np.testing.assert_allclose(cover.covered_share(np.zeros(SELLERS.shape)), [[1.0, 0.0], [0.0, 0.0]])
