"""The books of plants: named projects, the trend, orders that come due, idle capacity."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from small_worlds import data_with, make_world, play, quiet_data

from world.axes import REFINED
from world.clock import Clock
from world.habits import standing_t
from world.industry.capacity import capacity_of, commission, order_named_plants
from world.industry.plant_costs import (
    BLOCK_STAGE,
    BLOCKS,
    LARGE_SHARE,
    SITED_SHARE,
    BlockFacts,
    base_price,
    read_block_facts,
    running_cost_usd_t,
)
from world.model import TradeWorld
from world.randomness import Streams

ALL = make_world(minerals=["*"], rounds=2)
"""All twelve minerals before anything is played: look, do not touch."""


def facts(world: TradeWorld = ALL) -> dict[str, BlockFacts]:
    return world.economy.blocks


@pytest.mark.parametrize("block", BLOCKS)
def test_facts_are_in_range(block: str) -> None:
    here = facts()[block]
    assert (here.full_cost_usd_t > 0.0).all()
    assert (here.lead_rounds >= 4).all()
    assert (here.lead_rounds <= 100).all()
    assert (here.entry_t >= 0.0).all()
    assert ((here.own_price_share >= 0.0) & (here.own_price_share <= 1.0)).all()


@pytest.mark.parametrize("block", BLOCKS)
def test_nobody_builds_a_block_that_the_mineral_does_not_have(block: str) -> None:
    """Gallium has no mine of its own; no plant without ore appears where the chain starts from ore."""
    nothing = capacity_of(ALL.state.markets, block).sum(axis=1) == 0.0
    assert (facts()[block].entry_t[nothing] == 0.0).all()
    named = [start.mineral for start in ALL.named_starts]
    absent = nothing & ~np.isin(ALL.base.axes.minerals, named)
    assert (ALL.state.markets.arriving_t[block].sum(axis=(0, 2))[absent] == 0.0).all()


def test_what_is_due_starts_and_is_counted_once() -> None:
    world = make_world(minerals=["lithium"], rounds=4)
    markets = world.state.markets
    before = {block: capacity_of(markets, block).copy() for block in BLOCKS}
    commission(markets, 3)
    for block in BLOCKS:
        np.testing.assert_allclose(capacity_of(markets, block), before[block] + markets.arriving_t[block][3])


def test_capacity_is_what_stood_and_what_has_arrived() -> None:
    world = make_world(minerals=["ndpr", "gallium"], rounds=10)
    before = {block: capacity_of(world.state.markets, block).copy() for block in BLOCKS}
    play(world)
    for block in BLOCKS:
        arrived = world.state.markets.arriving_t[block][:10].sum(axis=0)
        stands, idle = capacity_of(world.state.markets, block), world.state.markets.mothballed_t[block]
        assert (stands <= (before[block] + arrived) * (1 + 1e-12)).all()
        # what is missing was mothballed first, and closed for good little by little
        closed = before[block] + arrived - stands
        assert (closed[idle.sum(axis=1) == 0.0] <= 1e-9 * stands.max()).all()


def test_idle_capacity_is_part_of_capacity() -> None:
    world = make_world(minerals=["lithium"], rounds=16)
    play(world, 4)
    world.state.markets.demand_shock[:] = np.log(0.4)
    while not world.finished:
        world.step()
        markets = world.state.markets
        for block, idle in markets.mothballed_t.items():
            tranche = standing_t(markets, block)
            assert (idle >= 0.0).all()
            assert (idle <= tranche * (1 + 1e-9)).all()
    markets = world.state.markets
    idle = markets.mothballed_t["ore"][0].sum(axis=1) / standing_t(markets, "ore")[0].sum(axis=1)
    assert idle[2] > 0.0
    assert (np.diff(idle) >= 0.0).all()  # the dearest tranches close first


def one_plant(probability: float) -> TradeWorld:
    row = (
        quiet_data()
        .table("plants")
        .head(1)
        .assign(
            plant="Test works",
            mineral="ndpr",
            stage="refined",
            form="converted",
            iso3="AUS",
            capacity_t_year=1000.0,
            start="2026-Q1",
            probability=probability,
        )
    )
    tables = {name: quiet_data().table(name) for name in ("calendar", "coercion")}
    return make_world(minerals=["ndpr"], rounds=12, data=data_with(plants=row, **tables))


def arriving_in_australia(world: TradeWorld) -> np.ndarray:
    axes = world.base.axes
    seller = axes.refiners[0].tolist().index(axes.country("AUS"))
    return world.state.markets.arriving_t["refining"][:, 0, seller]


def test_a_named_plant_arrives_within_a_year_of_its_date_with_the_ore_it_needs() -> None:
    sure, never = one_plant(1.0), one_plant(0.0)
    extra = arriving_in_australia(sure) - arriving_in_australia(never)
    due = np.flatnonzero(extra > 1.0)
    assert 4 <= due[0] <= 8
    # it runs up in equal steps over a year and a half
    assert (np.diff(due) == 1).all()
    assert len(due) == 6
    np.testing.assert_allclose(extra[due], 1000.0 / 4.0 / sure.base.recovery[0] / 6.0, rtol=1e-6)
    assert [start.name for start in sure.named_starts] == ["Test works"]
    assert never.named_starts == []


def test_plants_go_ahead_as_often_as_their_odds_say() -> None:
    """False-alarm rate 6 in 100,000: four standard errors, over the pipeline of the data."""
    table = quiet_data().table("plants")
    pipelines = [
        order_named_plants(
            ALL.base, copy.deepcopy(ALL.state.markets), facts(), ALL.dataset, Clock(), Streams(seed), 44
        )
        for seed in range(40)
    ]
    expected = table["probability"].sum()
    spread = np.sqrt((table["probability"] * (1 - table["probability"])).sum() / len(pipelines))
    assert np.mean([len(going) for going in pipelines]) == pytest.approx(expected, abs=4 * spread)
    known = set(zip(table["plant"], table["mineral"], strict=True))
    assert {(start.name, start.mineral) for going in pipelines for start in going} <= known


def test_what_is_under_way_at_the_start_meets_expected_growth_for_a_while() -> None:
    """Named plants and the trend together: capacity keeps up with demand for two years, none doubles."""
    markets = ALL.state.markets
    growth = ALL.economy.demand_growth[:, :].mean(axis=0) * 2.0
    for block in ("ore", "refining"):
        capacity = capacity_of(markets, block).sum(axis=1)
        some = capacity > 0.0
        grown = markets.arriving_t[block][:8].sum(axis=(0, 2))[some] / capacity[some]
        assert (grown > 0.5 * growth[some]).mean() > 0.7
        assert (grown < 1.0).all()


def test_new_plants_are_not_of_the_dear_kind_and_dear_ones_close_first() -> None:
    """Half is cheap, half middling; what closes leaves the third that it belongs to."""
    world = make_world(minerals=["lithium"], rounds=4)
    markets = world.state.markets
    before = standing_t(markets, "ore")
    commission(markets, 3)
    opened = standing_t(markets, "ore") - before
    arriving = markets.arriving_t["ore"][3]
    np.testing.assert_allclose(opened[:, 2], 0.0, atol=1e-9 * before.max())
    np.testing.assert_allclose(opened[:, 0], 0.5 * arriving, atol=1e-9 * before.max())
    world = make_world(minerals=["lithium"], rounds=24)
    play(world, 4)
    world.state.markets.demand_shock[:] = np.log(0.4)
    while not world.finished:
        world.step()
    share = world.state.markets.tranche_share["ore"][0]
    stood = world.base.curves["ore"].capacity_t[0] > 0.0
    np.testing.assert_allclose(share.sum(axis=0), 1.0)
    assert (share[2, stood] <= 1.0 / 3.0 + 1e-9).all()
    assert (share[2, stood] < 0.3).any()


def test_who_has_ore_at_hand_builds_at_a_lower_price() -> None:
    """Of producers with sites and below the large ones, who runs at less than the mean needs less than others
    of its size, who runs at more needs more."""
    base, here = ALL.base, facts()["refining"]
    mineral = ALL.base.axes.mineral("nickel")
    running = running_cost_usd_t(base, "refining", base.feed_index_usd_t("refining"))[mineral, 1]
    full, capacity = here.full_cost_usd_t[mineral], base.curves["refining"].capacity_t[mineral]
    price, needed = (
        values[mineral, REFINED] for values in (base.evidence.price_usd_t, base.evidence.full_cost_usd_t)
    )
    large = capacity / capacity.sum() / LARGE_SHARE
    usual = large * price + (1.0 - large) * 0.5 * (price + max(needed, price))
    sited = (large >= SITED_SHARE / LARGE_SHARE) & (large < 1.0)
    cheap = running < (capacity * running).sum() / capacity.sum()
    assert (sited & cheap).any()
    assert (sited & ~cheap).any()
    assert (full[sited & cheap] < usual[sited & cheap]).all()
    assert (full[sited & ~cheap] > usual[sited & ~cheap]).all()


def test_who_has_grown_builds_sooner_and_at_less() -> None:
    """A newcomer that stands at a twentieth of the world's capacity needs no more permits for what it adds,
    runs up faster and pays less than when nothing stood; nobody needs more time for having more."""
    base = ALL.base
    stands = {block: base.curves[block].capacity_t.copy() for block in BLOCKS}
    before = read_block_facts(base, ALL.facts, ALL.parameters, stands)["refining"]
    newcomer = (stands["refining"] == 0.0) & (before.entry_t > 0.0)
    mineral, seller = (int(place[0]) for place in np.nonzero(newcomer))
    stands["refining"][mineral, seller] = stands["refining"][mineral].sum() / 19.0
    after = read_block_facts(base, ALL.facts, ALL.parameters, stands)["refining"]
    for name in ("lead_rounds", "ramp_rounds", "full_cost_usd_t"):
        assert getattr(after, name)[mineral, seller] < getattr(before, name)[mineral, seller], name
    assert (after.lead_rounds[mineral] >= before.lead_rounds[mineral])[
        np.arange(newcomer.shape[1]) != seller
    ].all()


def test_the_running_cost_of_a_refinery_rises_with_its_ore() -> None:
    cheap, dear = (
        running_cost_usd_t(ALL.base, "refining", np.full(ALL.base.axes.refiners.shape, price))
        for price in (0.0, 1000.0)
    )
    np.testing.assert_allclose(dear - cheap, 1000.0 / ALL.base.recovery[:, None, None] * np.ones_like(cheap))


@pytest.mark.parametrize("block", BLOCKS)
def test_base_prices_are_those_of_the_block_s_stage(block: str) -> None:
    price = base_price(ALL.base, block)
    expected = ALL.base.evidence.price_usd_t[:, BLOCK_STAGE[block]][:, None] * np.ones_like(price)
    if block == "component":  # makers whose metal is dearer pass that on
        assert (price >= expected - 1e-9).all()
        assert np.isclose(price, expected).any(axis=1).all()
    else:
        np.testing.assert_array_equal(price, expected)


def test_nobody_produces_for_less_than_nothing() -> None:
    standing = ALL.state.markets.capacity_t["ore"] > 0.0
    running = running_cost_usd_t(ALL.base, "ore", np.zeros_like(standing, dtype=float))
    assert (running.min(axis=1)[standing] > 0.0).all()
