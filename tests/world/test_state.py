"""What stops a run: accounts that do not add up, and a state that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import make_world

import world.round as round_module
from world.accounts import REFINERS
from world.cleared_market import Cleared
from world.model import TradeWorld
from world.questions.shared_setting import SharedSetting
from world.state import StateError, check_state


def test_accounts_that_do_not_add_up_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(rounds=2)
    real = round_module.trade

    def lose_a_dollar_in_a_million(world: TradeWorld, shared: SharedSetting) -> Cleared:
        cleared = real(world, shared)
        cleared.accounts.usd[:, REFINERS] *= 1.0 + 1e-6
        return cleared

    monkeypatch.setattr(round_module, "trade", lose_a_dollar_in_a_million)
    with pytest.raises(ArithmeticError, match="round 0: accounts of ndpr do not add up"):
        world.step()


def test_accounts_that_are_no_numbers_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(rounds=2)
    real = round_module.trade

    def lose_a_number(world: TradeWorld, shared: SharedSetting) -> Cleared:
        cleared = real(world, shared)
        cleared.accounts.world_usd[:] = np.nan
        return cleared

    monkeypatch.setattr(round_module, "trade", lose_a_number)
    with pytest.raises(ArithmeticError):
        world.step()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("stock_t", -1.0, "stock_t of stage 0 must be finite and not negative"),
        ("capacity_t", np.nan, "capacity_t of ore must be finite"),
        ("backlog_t", -1.0, "backlog_t of stage 0 must be finite and not negative"),
    ],
)
def test_a_state_that_cannot_be_is_named(name: str, value: float, words: str) -> None:
    world = make_world(rounds=1)
    held = getattr(world.state.markets, name)
    array = held["ore"] if isinstance(held, dict) else held[0] if isinstance(held, list) else held
    array.flat[0] = value
    with pytest.raises(StateError, match=words):
        check_state(world.state)


def test_trust_and_rungs_out_of_range_are_named() -> None:
    world = make_world(rounds=1)
    world.state.politics.trust_leader[3] = 1.5
    with pytest.raises(StateError, match="trust_leader must lie in 0-1"):
        check_state(world.state)
    world.state.politics.trust_leader[3] = 0.5
    world.state.politics.rung[3] = 7
    with pytest.raises(StateError, match="off the ladder"):
        check_state(world.state)
