"""Counts of markets: those posed, those that a fallback cleared, those that nothing did."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.random_markets import Setting, random_market
from world.market import solver
from world.market.arrays import Market
from world.market.fallback import MarketError
from world.market.newton import Outcome
from world.market.solver import clear_market
from world.market.tally import Tally, counting


def market(rows: int) -> Market:
    return random_market(np.random.default_rng(5), Setting(rows=rows))[0]


def test_every_row_is_counted_and_counts_within_counts_add_up() -> None:
    with counting() as whole:
        clear_market(market(rows=50))  # more than are cleared at once
        with counting() as part:
            clear_market(market(rows=3))
    clear_market(market(rows=2))
    assert (whole, part) == (Tally(posed=53), Tally(posed=3))


def test_rows_left_by_the_first_try_are_counted_by_what_became_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solver, "NEWTON_STEPS", 0)
    with counting() as rescued:
        clear_market(market(rows=3))
    assert rescued == Tally(posed=3, by_fallback=3)

    def never(*_: object) -> Outcome:
        return Outcome(np.zeros((1, 13)), np.array([1]), np.array([0.5]), ())

    monkeypatch.setattr(solver, "continuation", never)
    with counting() as lost, pytest.raises(MarketError):
        clear_market(market(rows=3))
    assert lost == Tally(posed=3, lost=1)
