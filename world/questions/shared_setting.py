"""The setting of a round for as long as no move of policy changes it: questions of later moves, and the
market, go on from what earlier ones worked out."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from world.axes import Mask
from world.conditions import conditions_of
from world.counterfactual import Outcome
from world.market_round import later_horizon, make_setting
from world.offers import Conditions
from world.questions.setting import Setting
from world.state import Politics
from world.zone import exemptions

if TYPE_CHECKING:
    from world.model import TradeWorld

STANDINGS = (
    "rung",
    "standing",
    "due_rung",
    "due_round",
    "favourable_reviews",
    "retaliation_belief",
    "finance_usd",
    "pressure",
    "requests",
    "offers",
    "agreed",
    "seated_since",
)
"""What of politics is no part of a setting: questions say themselves who is bound, of offers and agreements
only the exemptions count, and of who sits in clubs what it does to trade, known since the round began."""


class SharedSetting:
    """Settings of one round of a world, whose markets and happenings do not change while it is used."""

    def __init__(self, world: TradeWorld) -> None:
        self._world = world
        self._policy: dict[str, Any] = {}
        self._setting: Setting | None = None
        self._conditions: Conditions | None = None
        self._bound: Mask | None = None
        self._status_quo: dict[tuple[bool, bool], Outcome] = {}

    def setting(self, with_later: bool) -> Setting:
        """The setting on politics as they stand; with the market of some years on where asked for."""
        world = self._world
        policy = {
            item.name: getattr(world.state.politics, item.name)
            for item in fields(Politics)
            if item.name not in STANDINGS
        }
        policy["exempt"] = exemptions(world.state.politics, world.base.axes, world.places)
        same = self._setting is not None and all(map(_same, policy.values(), self._policy.values()))
        if self._setting is None or self._conditions is None or not same:
            self._conditions = conditions_of(world)
            self._setting = make_setting(world, world.happenings, self._conditions, with_later=False)
            self._policy, self._bound = {name: _copy(value) for name, value in policy.items()}, None
        if not with_later:
            return replace(self._setting, later=None)
        if self._setting.later is None:
            self._setting = replace(self._setting, later=later_horizon(world, self._conditions))
        return self._setting

    def status_quo(self, bound: Mask) -> dict[tuple[bool, bool], Outcome]:
        """Outcomes of the last setting without any move, by floor and horizon, while ``bound`` (country,) are
        bound: what is added to them is there for the next who ask."""
        if self._bound is None or not np.array_equal(self._bound, bound):
            self._bound, self._status_quo = bound.copy(), {}
        return self._status_quo


def _copy(value: Any) -> Any:
    changes = value.flags.writeable if isinstance(value, np.ndarray) else isinstance(value, list)
    return value.copy() if changes else value


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if one is other and isinstance(one, np.ndarray) and not one.flags.writeable:
        return True
    if isinstance(one, np.ndarray):
        if one.dtype == other.dtype == np.float64:
            one, other = one.view(np.int64), other.view(np.int64)  # bit by bit: NaN is NaN
        return np.array_equal(one, other)
    return bool(one == other)
