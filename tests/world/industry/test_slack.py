"""Plants that stand half used: none in the base year, all that stands where nobody buys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import make_world, play

from world.industry.plant_costs import BLOCKS
from world.industry.slack import slack_of, usual_share

WORLD = make_world(minerals=["nickel", "ndpr"], rounds=2, run__shocks=False)
play(WORLD, 1)


@pytest.mark.parametrize("block", BLOCKS)
def test_what_usually_stands_unused_is_not_slack(block: str) -> None:
    """A quarter without shocks is near the base year."""
    share = usual_share(WORLD.base, block)
    assert share.min() >= 0.0
    assert share.max() <= 1.0 + 1e-9
    slack, stands = WORLD.state.markets.slack_t[block], WORLD.state.markets.capacity_t[block]
    assert slack.min() >= 0.0
    assert slack.sum() <= 0.05 * stands.sum()


@pytest.mark.parametrize("block", ["ore", "refining"])
def test_plants_that_make_nothing_are_all_slack_unless_they_cannot_run(block: str) -> None:
    markets, clearing = WORLD.state.markets, WORLD.state.clearing
    assert clearing is not None
    stages = [
        replace(stage, output_t=0.0 * stage.output_t, throughput_t=0.0 * stage.throughput_t)
        for stage in clearing.stages
    ]
    nothing = replace(clearing, stages=tuple(stages))
    idle = slack_of(WORLD.base, replace(markets, ore_outage=0.0 * markets.ore_outage), nothing, block)
    np.testing.assert_allclose(idle, markets.capacity_t[block] - markets.mothballed_t[block].sum(axis=1))
    if block == "ore":
        out = slack_of(
            WORLD.base, replace(markets, ore_outage=np.full_like(markets.ore_outage, -0.5)), nothing, block
        )
        np.testing.assert_allclose(out, np.exp(-0.5) * idle)
