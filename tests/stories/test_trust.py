"""Trust falls by act, more where the act is aimed, and heals slowly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import make_world, measure, play, played, table

from world.model import TradeWorld

ACT = 4
SEVERE = measure("coercion", "USA", "2026-Q1", in_force=None, targets=("CAN",), size=5.0)


def trust(world: TradeWorld, country: str, power: str = "leader") -> pd.Series:
    return table(world, "countries", country=country).set_index("round")[f"trust_in_{power}"]


def after_act(rounds: int = 16) -> tuple[TradeWorld, TradeWorld]:
    return played(rounds=rounds), played(rounds=rounds, measures=[SEVERE])


def test_an_act_takes_a_share_of_the_trust_of_its_target_at_once() -> None:
    calm, acted = after_act()
    p = acted.parameters
    assert trust(acted, "CAN")[ACT - 1] == trust(calm, "CAN")[ACT - 1]
    lost = 1.0 - trust(acted, "CAN")[ACT] / trust(calm, "CAN")[ACT]
    healing = 1.0 - np.exp(-p.trust_healing_year / 4.0)  # the same round already heals a little
    assert (1.0 - healing) * p.trust_loss_per_severity * 5.0 == pytest.approx(lost, rel=0.05)


def test_those_who_look_on_lose_less() -> None:
    calm, acted = after_act()
    lost = {
        iso3: 1.0 - trust(acted, iso3)[ACT] / trust(calm, iso3)[ACT] for iso3 in ("CAN", "JPN", "GRL", "IND")
    }
    assert 0.0 < lost["JPN"] < 0.5 * lost["CAN"]
    assert lost["JPN"] == pytest.approx(lost["IND"], rel=0.3)


def test_trust_heals_slowly() -> None:
    calm, acted = after_act()
    gap = (trust(calm, "CAN") - trust(acted, "CAN"))[ACT:]
    assert (np.diff(gap) < 0.0).all()
    assert gap[ACT + 4] > 0.7 * gap[ACT]  # a year later most of the damage is still there
    assert gap[ACT + 11] < 0.7 * gap[ACT]


def test_an_act_of_the_leader_leaves_trust_in_the_dominant_refiner_alone() -> None:
    calm, acted = after_act()
    np.testing.assert_array_equal(trust(acted, "CAN", "dominant"), trust(calm, "CAN", "dominant"))


def test_a_harder_act_costs_more() -> None:
    levels = [
        trust(
            played(
                rounds=6,
                measures=[measure("coercion", "USA", "2026-Q1", in_force=None, targets=("CAN",), size=size)],
            ),
            "CAN",
        )[ACT]
        for size in (1.0, 3.0, 5.0)
    ]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > levels[2]


def test_what_is_done_to_all_singles_out_nobody() -> None:
    at_all = measure("coercion", "USA", "2026-Q1", in_force=None, targets=("*",), size=5.0)
    aimed, general = played(rounds=6, measures=[SEVERE]), played(rounds=6, measures=[at_all])
    assert trust(general, "CAN")[ACT] > trust(aimed, "CAN")[ACT]
    assert trust(general, "CAN")[ACT] < trust(played(rounds=6), "CAN")[ACT]


def test_working_together_builds_trust() -> None:
    alone, together = make_world(rounds=12), make_world(rounds=12)
    together.state.politics.rung[together.base.axes.country("IND")] = 3
    alone.state.politics.rung[alone.base.axes.country("IND")] = 0
    assert trust(play(together), "IND")[11] > trust(play(alone), "IND")[11]


def test_buyers_turn_from_whom_they_mistrust() -> None:
    """An act of the dominant refiner against one buyer costs it a little of that buyer's trade."""
    act = measure("coercion", "CHN", "2026-Q1", in_force=None, targets=("JPN",), size=5.0)
    calm, acted = (played(rounds=8, measures=measures) for measures in ((), (act,)))
    share = [
        table(world, "markets", stage="refined", country="JPN", round=6)["dominant_share"].iloc[0]
        for world in (calm, acted)
    ]
    assert share[1] < share[0]


def test_partners_trust_a_leader_more_that_never_threatened_them() -> None:
    given = {"rounds": 6, "history": True}
    record, spared = (
        trust(played("zone_floor", **given, leader__coercion=lever), "CAN") for lever in ("record", "none")
    )
    assert spared[5] > record[5]
