"""Plants: a refinery takes years, slumps idle the dear ones first, by-products follow their host."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import first_day_of, make_world, measure, play, played, table

from world.axes import ORE, REFINED, Array
from world.industry.capacity import capacity_of
from world.industry.plant_costs import BLOCKS, running_cost_usd_t
from world.model import TradeWorld
from world.policy.measures import Measure

OPEN = 4
SHOCKED = {"ndpr": "CHN", "lithium": "CHN", "cobalt": "COD"}


def shortage(mineral: str, actor: str) -> Measure:
    """Half of the output of the largest producer is lost for good, at both stages."""
    return measure("outage", actor, "2026-Q1", minerals=(mineral,), size=0.5)


def capacities(world: TradeWorld) -> tuple[dict[str, list[Array]], dict[str, Array]]:
    """Capacity of each block at the end of every round, and the first round in which what is ordered from
    the shortage on could work."""
    seen: dict[str, list[Array]] = {block: [] for block in BLOCKS}
    first = {block: np.full(world.plants[block].lead_rounds.shape, np.inf) for block in BLOCKS}
    while not world.finished:
        world.step()
        for block in BLOCKS:
            seen[block].append(capacity_of(world.state.markets, block).copy())
            if world.round > OPEN:
                due = world.round - 1 + world.plants[block].lead_rounds
                first[block] = np.minimum(first[block], due)
    return seen, first


@pytest.mark.parametrize("mineral", SHOCKED)
def test_no_plant_answers_a_price_before_its_lead_time(mineral: str) -> None:
    given = {"minerals": [mineral], "rounds": 26, "parameters__closure_rate_year": 0.0}
    calm, short = make_world(**given), make_world(**given, measures=[shortage(mineral, SHOCKED[mineral])])
    (before, _), (after, due) = capacities(calm), capacities(short)
    answered = False
    for block in BLOCKS:
        built = np.array([np.abs(b - a) > 1e-9 for a, b in zip(before[block], after[block], strict=True)])
        first = np.where(built.any(axis=0), built.argmax(axis=0), 10**6)
        assert (first >= due[block]).all(), block
        answered |= bool((first == due[block]).any())
    assert answered


def test_a_refinery_takes_years() -> None:
    """No refinery comes within a year of the order, and a newcomer's, permits included, not within three."""
    blocks = make_world(minerals=["*"], rounds=1).economy.blocks
    for block, facts in blocks.items():
        assert facts.lead_rounds.min() >= 4, block
    world = make_world(minerals=["*"], rounds=1)
    newcomer = (capacity_of(world.state.markets, "refining") <= 0.0) & (blocks["refining"].entry_t > 0.0)
    assert newcomer.any()
    assert blocks["refining"].lead_rounds[newcomer].min() >= 12


def test_a_shortage_calls_up_capacity_elsewhere_in_the_end() -> None:
    given = {"minerals": ["lithium"], "rounds": 30}
    calm, short = played(**given), played(**given, measures=[shortage("lithium", "CHN")])
    others = calm.base.axes.refiners[0] != calm.dominant
    grown = [capacity_of(world.state.markets, "refining")[0, others].sum() for world in (calm, short)]
    assert grown[1] > 1.05 * grown[0]


def slump(mineral: str, rounds: int = 16) -> TradeWorld:
    """Six tenths of the use of a metal go for good in the fifth quarter (nothing brings them back)."""
    world = make_world(minerals=[mineral], rounds=rounds + 12)
    play(world, OPEN)
    world.state.markets.demand_shock[:] = np.log(0.4)
    return play(world, rounds)


@pytest.mark.parametrize("mineral", ["nickel", "lithium", "manganese"])
def test_a_slump_idles_the_dear_mines_and_never_the_cheap_ones(mineral: str) -> None:
    world = slump(mineral)
    markets = world.state.markets
    mothballed = markets.mothballed_t["ore"]
    tranche = capacity_of(markets, "ore")[:, None, :] / mothballed.shape[1] * np.ones_like(mothballed)
    standing = tranche > 0
    idle = (mothballed / np.where(standing, tranche, 1.0))[standing]
    cost = running_cost_usd_t(world.base, "ore", np.zeros(standing[:, 0].shape))
    ratio = (cost / markets.believed_usd_t[ORE][:, None, :])[standing]
    assert idle.max() > 0.05
    assert idle[ratio.argmax()] > 0.0
    assert idle[ratio.argmin()] == 0.0
    assert ratio[idle > 0.0].min() > ratio[idle == 0.0].mean()


def test_mines_idled_in_a_slump_come_back_with_the_price() -> None:
    world = slump("lithium")
    idle = world.state.markets.mothballed_t["ore"].sum()
    world.state.markets.demand_shock[:] = np.log(1.3)
    play(world)
    assert idle > 0.0
    assert world.state.markets.mothballed_t["ore"].sum() < 0.1 * idle


def response(mineral: str, block: str, stage: int) -> float:
    """Extra capacity ordered in a quarter, over what stands, when the believed price doubles."""
    orders = []
    for factor in (1.0, 2.0):
        world = make_world(minerals=[mineral], rounds=2)
        world.step()
        world.state.markets.believed_usd_t[stage] *= factor
        before = world.state.markets.arriving_t[block].sum()
        world.step()
        orders.append(world.state.markets.arriving_t[block].sum() - before)
    return float((orders[1] - orders[0]) / capacity_of(world.state.markets, block).sum())


def test_ore_that_is_a_by_product_does_not_answer_its_own_price() -> None:
    """The answer shrinks with the by-product share: cobalt 98%, dysprosium 90%, neodymium 45%."""
    answers = {mineral: response(mineral, "ore", ORE) for mineral in ("cobalt", "dytb", "ndpr", "lithium")}
    assert answers["cobalt"] < 0.1 * answers["lithium"]
    assert answers["cobalt"] < answers["dytb"] < 0.5 * min(answers["ndpr"], answers["lithium"])


@pytest.mark.parametrize("mineral", ["gallium", "germanium"])
def test_metal_won_from_residues_answers_its_own_price_less_than_metal_that_is_nobody_s_by_product(
    mineral: str,
) -> None:
    """Recovery circuits can be added, the host cannot: some answer, well under that of synthetic graphite."""
    assert 0.0 < response(mineral, "primary", REFINED) < 0.6 * response("graphite", "primary", REFINED)


def test_a_lost_mine_comes_back_when_the_outage_ends() -> None:
    outage = measure(
        "outage",
        "COD",
        "2026-Q1",
        ends=first_day_of("2026-Q3"),
        minerals=("cobalt",),
        stages=("ore",),
        size=0.5,
    )
    world = played(minerals=["cobalt"], rounds=9, measures=[outage])
    output = table(world, "markets", stage="ore", country="COD").set_index("round")["output_t"]
    assert output[4] < 0.7 * output[3]
    assert output[6] > 0.9 * output[3]
