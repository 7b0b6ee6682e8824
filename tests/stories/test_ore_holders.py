"""What happens when governments keep or ration their ore."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import make_world, measure, play, played, table

from world.axes import STAGES
from world.model import TradeWorld

OPEN = 4


def output(world: TradeWorld, country: str, stage: str) -> pd.Series:
    return table(world, "markets", stage=stage, country=country).set_index("round")["output_t"]


def ore_price(world: TradeWorld) -> pd.Series:
    return table(world, "zone", stage="ore").set_index("round")["price_benchmark_usd_t"]


def test_smelters_follow_an_ore_ban_with_a_lag_and_the_spike_fades() -> None:
    ban = measure("ban", "GAB", "2026-Q1", minerals=("manganese",), stages=("ore",))
    given = {"minerals": ["manganese"], "rounds": 21}
    free, kept = played(**given), played(**given, measures=[ban])
    more = output(kept, "GAB", "refined") / output(free, "GAB", "refined")
    assert more[12] < more[20]  # what stood works harder at once; new plants take years
    assert more[20] > 1.5
    assert output(kept, "GAB", "ore")[OPEN] < 0.5 * output(free, "GAB", "ore")[OPEN]
    dearer = ore_price(kept) / ore_price(free)
    assert dearer[OPEN] > 1.2  # stocks are let go first
    assert dearer[OPEN : OPEN + 6].max() > 1.5
    assert dearer[20] < dearer[OPEN : OPEN + 6].max()


def rationed() -> TradeWorld:
    return played(minerals=["cobalt"], rounds=7, ore_holders__policies={"COD": "price_support"})


def test_who_mines_most_of_a_mineral_gains_by_rationing_it() -> None:
    world, free = rationed(), played(minerals=["cobalt"], rounds=7)
    assert output(world, "COD", "ore")[OPEN + 1] < 0.8 * output(free, "COD", "ore")[OPEN + 1]
    assert ore_price(world)[OPEN + 1] > ore_price(free)[OPEN + 1]
    told = table(world, "decisions", actor="COD", kind="ore_policy")
    assert set(told["choice"]) == {"ration ore"}
    term = told[told["term"] == "accounts once stocks are used up"]
    assert (term["value_usd"] > 0.0).all()


def test_who_mines_little_of_it_leaves_it_alone() -> None:
    world = played(minerals=["lithium"], rounds=6, ore_holders__policies={"ZWE": "price_support"})
    assert set(table(world, "decisions", actor="ZWE", kind="ore_policy")["choice"]) == {"none"}


def test_countries_without_a_policy_decide_nothing() -> None:
    decided = table(played(minerals=["cobalt"], rounds=7), "decisions")
    assert decided.empty or "ore_policy" not in set(decided["kind"])


def test_what_an_ore_holder_does_is_no_act_of_a_great_power() -> None:
    world, free = rationed(), played(minerals=["cobalt"], rounds=7)
    for power in ("leader", "dominant"):
        np.testing.assert_array_equal(
            getattr(world.state.politics, f"trust_{power}"), getattr(free.state.politics, f"trust_{power}")
        )


def test_who_owns_plants_is_kept_apart_from_where_they_stand() -> None:
    world = make_world(minerals=["nickel", "cobalt"], rounds=1)
    axes = world.base.axes
    refined, ore = STAGES.index("refined"), STAGES.index("ore")
    assert world.foreign_share[axes.mineral("nickel"), refined, axes.country("IDN")] == pytest.approx(0.75)
    assert world.foreign_share[axes.mineral("nickel"), ore, axes.country("IDN")] == 0.0
    assert play(world).round == 1
