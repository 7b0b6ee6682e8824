"""Plants: on their way, working, mothballed. A refinery takes years; a mine takes longer.

Three blocks produce: mines (``ore``), refineries (``refining``, in tonnes of ore) and plants that make
refined metal without ore of the chain (``primary``). Industry decides by :mod:`agents.investment` on what it
believes; this module keeps the books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.investment import (
    IndustryDecision,
    IndustryParameters,
    IndustryView,
    decide_capacity,
    worth_building,
)
from world.axes import Array, Whole
from world.calibration.base import BaseMarket
from world.clock import Clock
from world.dataset import Dataset
from world.habits import standing_t
from world.industry.feed_prices import Feed
from world.industry.plant_costs import (
    BLOCK_STAGE,
    BLOCKS,
    EVERY_MINERAL,
    MAKING,
    BlockFacts,
    base_price,
    full_cost_now,
    running_cost_usd_t,
)
from world.parameters import ParameterValues
from world.randomness import Streams
from world.state import Markets

NEW_TRANCHE_SHARE = np.array([0.5, 0.5, 0.0])
"""Where on its country's cost curve a new plant stands, the cheapest third first (assumption: newcomers
build in the lower half of the curve)."""
MOST_LATE_QUARTERS = 4
"""How late a named plant may be, drawn evenly."""
ON_TIME = "on time"
"""Status of plants of a case that are known to have started on their day."""
FORMS = {"mined": "ore", "converted": "refining", "primary": "primary", "component": "component"}
"""Block of each form of output in the table ``plants``."""


@dataclass(frozen=True)
class NamedStart:
    """A named plant that goes ahead: the round in which it starts, and its capacity."""

    due: int
    name: str
    iso3: str
    mineral: str
    capacity_t_year: float


def capacity_of(markets: Markets, block: str) -> Array:
    """(mineral, seller) capacity of a block, mothballed included."""
    return markets.capacity_t[block]


def working_t(markets: Markets, block: str) -> Array:
    """(mineral, seller) capacity of a block that is not mothballed."""
    return np.asarray(markets.capacity_t[block] - markets.mothballed_t[block].sum(axis=1))


def planned_t(base: BaseMarket, markets: Markets, stage: int, round_: int) -> Array:
    """(mineral, seller) tonnes of a stage's good a round that what stands and what is on order can make."""
    total = np.zeros(base.axes.sellers(stage).shape)
    for block in (name for name, place in BLOCK_STAGE.items() if place == stage):
        capacity = capacity_of(markets, block) + markets.arriving_t[block][round_ + 1 :].sum(axis=0)
        total += capacity * (base.recovery[:, None] if block in MAKING else 1.0)
    return total


def order_named_plants(
    base: BaseMarket,
    markets: Markets,
    blocks: dict[str, BlockFacts],
    dataset: Dataset,
    clock: Clock,
    streams: Streams,
    rounds: int,
) -> list[NamedStart]:
    """Put the pipeline of named plants on order: each goes ahead with its probability, slips by up to a
    year, unless it was on time, and runs up like any new plant.

    returns : those that go ahead
    """
    horizon = rounds + 20 * clock.rounds_per_year
    for block in BLOCKS:
        markets.arriving_t[block] = np.zeros((horizon, *capacity_of(markets, block).shape))
    going = []
    for row in dataset.table("plants").itertuples(index=False):
        name, mineral_name, iso3 = str(row.plant), str(row.mineral), str(row.iso3)
        if mineral_name not in base.axes.minerals or iso3 not in base.axes.countries:
            continue
        mineral, block = base.axes.mineral(mineral_name), FORMS[str(row.form)]
        key = f"{name}|{mineral_name}|{row.stage}"
        if streams.uniform("plant goes ahead", 0, key) >= float(str(row.probability)):
            continue
        sellers = base.axes.sellers(BLOCK_STAGE[block])[mineral]
        seller = int(np.flatnonzero(sellers == base.axes.country(iso3))[0])
        latest = 0 if row.status == ON_TIME else MOST_LATE_QUARTERS
        slips = clock.rounds(streams.whole("plant slips", 0, key, 0, latest))
        due = max(0, clock.round_named(str(row.start)) + slips)
        capacity = (
            float(str(row.capacity_t_year))
            / clock.rounds_per_year
            / (float(base.yield_of(BLOCK_STAGE[block])[mineral]) if block in MAKING else 1.0)
        )
        if due < horizon:
            steps = int(blocks[block].ramp_new_rounds)
            markets.arriving_t[block][due : due + steps, mineral, seller] += capacity / steps
            going.append(NamedStart(due, name, iso3, mineral_name, float(str(row.capacity_t_year))))
    return going


def order_trend(
    base: BaseMarket, markets: Markets, blocks: dict[str, BlockFacts], growth_share: Array
) -> None:
    """What incumbents have under way at the start: enough, with the named plants, for the growth that
    everyone expects.

    growth_share : (round, mineral) growth a year. Without it nothing would start until the first lead time
        has passed.
    """
    for block, facts in blocks.items():
        capacity = capacity_of(markets, block)
        arriving = markets.arriving_t[block]
        decade = 10 * base.rounds_per_year
        named = arriving[:decade].sum(axis=(0, 2)) / decade  # a round, over ten years
        growing = (
            capacity * worth_building(base_price(base, block), facts.full_cost_usd_t, 0.15) * (capacity > 0)
        )
        share = growing / np.maximum(growing.sum(axis=1, keepdims=True), 1e-300)
        total = capacity.sum(axis=1)
        for due in range(int(facts.lead_rounds.max()) + 1):
            level = total * np.exp(growth_share[: due + 1].sum(axis=0) / base.rounds_per_year)
            grows = growth_share[min(due, len(growth_share) - 1)] / base.rounds_per_year
            wanted = np.maximum(level * grows - named, 0.0)
            arriving[due] += np.where(due <= facts.lead_rounds, wanted[:, None] * share, 0.0)


def _place_orders(arriving: Array, order_t: Array, facts: BlockFacts, round_: int) -> None:
    """What is ordered works after its lead time, at first in part: an equal step each round of its run-up."""
    first = round_ + np.maximum(facts.lead_rounds, 1.0).astype(np.int64)
    mineral, seller = np.indices(order_t.shape)
    steps = facts.ramp_rounds
    for step in range(int(steps.max())):
        due = np.minimum(first + step, len(arriving) - 1)
        np.add.at(arriving, (due, mineral, seller), np.where(step < steps, order_t / steps, 0.0))


def commission(markets: Markets, round_: int) -> None:
    """Start what is due this round: new plants are of the cheap and the middling kind, nobody builds a dear
    one."""
    for block in BLOCKS:
        arriving = markets.arriving_t[block][round_][:, None, :]
        _change_standing(markets, block, NEW_TRANCHE_SHARE[None, :, None] * arriving)


def _change_standing(markets: Markets, block: str, added_t: Array) -> None:
    """Book tonnes (mineral, tranche, seller) that open, or below zero close."""
    standing = np.maximum(standing_t(markets, block) + added_t, 0.0)
    total = standing.sum(axis=1)
    markets.capacity_t[block] = total
    share = standing / np.where(total > 0, total, 1.0)[:, None, :]
    markets.tranche_share[block] = np.where(total[:, None, :] > 0, share, markets.tranche_share[block])


def invest(
    base: BaseMarket,
    markets: Markets,
    blocks: dict[str, BlockFacts],
    believed: dict[str, Array],
    seen: dict[str, Array],
    finance_cut: dict[str, Array],
    feeds: dict[str, Feed],
    growth_share: Array,
    free_share: Array,
    round_: int,
    parameters: ParameterValues,
) -> dict[str, IndustryDecision]:
    """Industry looks and orders, mothballs, restarts; the books follow.

    believed, seen : block -> (mineral, seller) price believed in and got today; feeds : block -> price of
        what it makes its good of
    finance_cut : block -> (mineral, seller) share by which cheap finance lowers the full cost; growth_share :
        (mineral,) expected growth of demand, a year
    free_share : (mineral, ore seller) part of the round without a ceiling on sales: nobody builds what may
        not be sold
    """
    decisions = {}
    for block, facts in blocks.items():
        view = view_industry(
            base, markets, block, facts, (believed[block], seen[block]), feeds[block], growth_share, round_
        )
        markets.cash_usd_t[block] = keep_cash(
            markets.cash_usd_t[block],
            seen[block],
            view.running_cost_usd_t,
            parameters,
            base.rounds_per_year,
        )
        view = replace(
            view,
            full_cost_usd_t=view.full_cost_usd_t * (1.0 - finance_cut[block]),
            cash_usd_t=markets.cash_usd_t[block],
        )
        decision = decide_capacity(view, parameters_of_industry(parameters, base.rounds_per_year))
        allowed = decision.order_t * free_share if block == "ore" else decision.order_t
        _place_orders(markets.arriving_t[block], allowed, facts, round_)
        markets.mothballed_t[block] += decision.mothball_t - decision.restart_t - decision.close_t
        _change_standing(markets, block, -decision.close_t)
        decisions[block] = decision
    return decisions


def view_industry(
    base: BaseMarket,
    markets: Markets,
    block: str,
    facts: BlockFacts,
    price_usd_t: tuple[Array, Array],
    feed: Feed,
    growth_share: Array,
    round_: int,
    mineral: Whole | slice = EVERY_MINERAL,
) -> IndustryView:
    """What the producers of a block see at prices believed in and got today. Who plans a plant reckons with
    the price of its feed that it has come to expect, who runs one with today's. Where rows are asked for in
    place of all minerals, prices are those of the rows.
    """
    lead = (facts.lead_rounds + 0.5 * facts.ramp_rounds) / base.rounds_per_year
    return IndustryView(
        capacity_t=capacity_of(markets, block)[mineral],
        on_order_t=markets.arriving_t[block][round_ + 1 :].sum(axis=0)[mineral],
        standing_t=standing_t(markets, block)[mineral],
        mothballed_t=markets.mothballed_t[block][mineral],
        slack_t=markets.slack_t[block][mineral],
        believed_usd_t=price_usd_t[0],
        seen_usd_t=price_usd_t[1],
        full_cost_usd_t=full_cost_now(base, block, facts, feed.expected_usd_t, mineral),
        input_usd_t=feed.expected_usd_t / base.yield_of(BLOCK_STAGE[block])[mineral, None],
        running_cost_usd_t=running_cost_usd_t(base, block, feed.today_usd_t, mineral),
        cash_usd_t=markets.cash_usd_t[block][mineral],
        lead_years=lead[mineral],
        growth_share_year=growth_share[mineral],
        entry_t_year=facts.entry_t[mineral],
        own_price_share=facts.own_price_share[mineral],
    )


def parameters_of_industry(parameters: ParameterValues, rounds_per_year: int) -> IndustryParameters:
    """What industry's rule needs of the table of parameters."""
    return IndustryParameters(
        start_rate_year=parameters.start_rate_year,
        response_year=parameters.expansion_response_year,
        width=parameters.build_width,
        limit_share_year=parameters.expansion_limit_year,
        mothball_pace_year=parameters.mothball_pace_year,
        restart_premium_share=parameters.restart_premium_share,
        closure_rate_year=parameters.closure_rate_year,
        builders_share_year=parameters.builders_share_year,
        balance_response=parameters.balance_response,
        seen_rivals_share=parameters.seen_rivals_share,
        today_share=parameters.build_today_share,
        rounds_per_year=rounds_per_year,
    )


def keep_cash(
    cash_usd_t: Array,
    price_usd_t: Array,
    running_usd_t: Array,
    parameters: ParameterValues,
    rounds_per_year: int,
) -> Array:
    """(mineral, tranche, seller) cash a round on, per tonne of capacity a round: margins fill it up to some
    months
    of revenue, losses draw on it."""
    most = parameters.cash_reserve_months / (12.0 / rounds_per_year) * price_usd_t[:, None, :]
    return np.minimum(np.minimum(cash_usd_t, most) + price_usd_t[:, None, :] - running_usd_t, most)
