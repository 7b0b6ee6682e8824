"""Ties of voters: a bloc counts as one, and followers are those with enough of their trade."""

import numpy as np

from world.moves.ties import highest, ties_of

TRADE = np.array([[0.0, 8.0, 1.0, 0.0], [2.0, 5.0, 3.0, 0.0], [1.0, 0.0, 0.0, 4.0], [0.0, 0.0, 2.0, 0.0]])
"""Exporter by importer; the last country belongs to nobody."""
TIES = ties_of({"AAA": (0,), "BLOC": (1, 2)}, TRADE)


def test_trade_inside_a_bloc_is_not_abroad() -> None:
    np.testing.assert_allclose(TIES.between_usd, [[0.0, 12.0], [12.0, 16.0]])
    np.testing.assert_allclose(TIES.abroad_usd, [12.0, 18.0])


def test_who_trades_enough_follows_and_nobody_follows_itself() -> None:
    assert TIES.followers("AAA", 0.6).tolist() == [False, True]
    assert TIES.followers("AAA", 0.7).tolist() == [False, False]
    assert TIES.followers("BLOC", 1.0).tolist() == [True, False]


def test_the_highest_rung_of_its_countries_is_a_voters() -> None:
    assert highest(np.array([2, 0, 3, 9]), TIES).tolist() == [2, 3]
