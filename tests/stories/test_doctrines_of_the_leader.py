"""What the leader's doctrine does to those it courts: threats cost trust, and a generous club has none."""

from __future__ import annotations

import numpy as np
from small_worlds import make_world, play

from world.model import TradeWorld


def world_of(doctrine: str) -> TradeWorld:
    return play(
        make_world(
            "zone_floor",
            minerals=("gallium",),
            rounds=8,
            accession__strategy="fixed",
            reserve__exists=False,
            leader__doctrine=doctrine,
        )
    )


def test_a_hub_that_presses_is_trusted_less_than_the_course_on_the_record_and_a_club_more() -> None:
    trust = {}
    for doctrine in ("coercive_hub", "timeline", "generous_club"):
        world = world_of(doctrine)
        exposed = world.facts.exports_to_leader_share >= world.parameters.coercion_least_share
        exposed[world.leader] = False
        trust[doctrine] = float(np.mean(world.state.politics.trust_leader[exposed]))
    assert trust["coercive_hub"] < trust["timeline"] < trust["generous_club"]
