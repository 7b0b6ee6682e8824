"""One round of the world, in order. Read this first.

Policy before trade, the retaliator as follower, learning after prices; ``run.order = "refiner_first"`` swaps
the last two moves of policy, so that a result can be shown not to hang on the order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from agents.ladder import FLOOR
from world.aftermath import learn, run_plants
from world.axes import REFINED, STAGES, Array, Axes, Mask
from world.cleared_market import Cleared
from world.conditions import disturb
from world.counterfactual import Outcome
from world.industry.capacity import commission
from world.industry.plant_costs import read_block_facts
from world.institutions import take_seats
from world.lanes.institutions import favour_members
from world.market_round import clear_round
from world.moves.dominant_refiner import duties_on_dominant, move_refiner
from world.moves.institutions import move_institutions
from world.moves.leader import move_leader
from world.moves.ore_holders import holders_due, move_ore_holders
from world.moves.review import review_standings
from world.moves.talks import relieve_duties
from world.policy.state_trade import settle_states
from world.questions.called_up import Asked, CallUp
from world.questions.outlooks import After, Outlooks
from world.questions.shared_setting import SharedSetting
from world.records.metrics import measure
from world.state import Control, check_state
from world.stocks.reserve_round import plan_reserve, release_in_emergency, settle_reserve
from world.zone import enter_into_force, nonaligned, update_zone

LOOKING_AHEAD = ("leverage", "predatory", "mixed")
"""Doctrines of the dominant refiner that ask for the market of some years on."""

if TYPE_CHECKING:
    from world.model import TradeWorld


def play_round(world: TradeWorld) -> None:
    """A quarter or a month: events, three moves of policy, the market, its consequences, the record."""
    happen(world)
    plan_reserve(world)
    shared = SharedSetting(world)
    if world.round >= world.decisions_open:
        move_governments(world, shared)
    cleared = trade(world, shared)
    cleared = release_in_emergency(world, cleared)
    close_accounts(world, cleared)
    learn(world, cleared)
    run_plants(world, cleared)
    measure(world, cleared)
    check_state(world.state)


def happen(world: TradeWorld) -> None:
    """What happens to everyone: measures of the calendar, demand and outages, plants that start, rungs
    that take effect.
    """
    members = np.flatnonzero(world.state.binding_members).tolist()
    outside = nonaligned(world.state.politics, world.premise.zone.aligned_rung)
    del world.happenings  # the arrays of the last round go before those of this one come
    world.happenings = world.calendar.happen(world.round, members, outside)
    disturb(world)
    commission(world.state.markets, world.round)
    _learn_to_build(world)
    take_effect(world)
    _update_zone(world)
    take_seats(world.institutions, world.state.politics, world.round)
    favour_members(
        world.state.politics,
        world.institutions,
        world.facts.governance,
        world.parameters.clean_premium_share,
    )
    relieve_duties(world)
    if world.round < world.decisions_open:
        world.duties_before = duties_on_dominant(world)


def _learn_to_build(world: TradeWorld) -> None:
    """What building takes where so much stands by now: who has grown builds sooner and at less."""
    world.plants = read_block_facts(world.base, world.facts, world.parameters, world.state.markets.capacity_t)


def take_effect(world: TradeWorld) -> None:
    """Rungs that are due are held from now on."""
    for place, rung in enter_into_force(world.state.politics, world.round):
        world.news.membership(world.round, world.base.axes.countries[place], rung)


def _update_zone(world: TradeWorld) -> None:
    """Whether the floor is in force. Outside any zone the leader may lay a flat duty on the dominant
    refiner's goods (the question of tariffs alone)."""
    scenario = world.premise
    update_zone(world.state.politics, scenario.zone, world.round)
    alone = not scenario.zone.exists and world.round >= world.decisions_open
    rate = scenario.leader.tariff_share if alone else 0.0
    world.leader_duty[:, :, world.dominant, world.leader] = rate


def move_governments(world: TradeWorld, shared: SharedSetting | None = None) -> None:
    """The leader, then countries on their standing, then the dominant refiner (or these two swapped), then
    governments with ore."""
    move_leader(world)
    moves = [move_countries, move_dominant_refiner]
    if world.premise.run.order == "refiner_first":
        moves.reverse()
    for move in (*moves, _ore_holders_move):
        move(world, shared or SharedSetting(world))
    move_institutions(world)


def move_countries(world: TradeWorld, shared: SharedSetting) -> None:
    """Countries whose review is due decide on their standing, all on the same outlooks; what needs no time is
    held at once."""
    if world.premise.zone.exists:
        outlooks = outlooks_of(world, True, shared)
        review_standings(world, outlooks)
        take_effect(world)
        world.markets_asked += outlooks.solved
        _update_zone(world)


def move_dominant_refiner(world: TradeWorld, shared: SharedSetting) -> None:
    """The dominant refiner acts by its doctrine, on the state after the moves before it."""
    if not refiner_plans(world):
        return
    outlooks = outlooks_of(world, world.premise.dominant_refiner.doctrine in LOOKING_AHEAD, shared)
    move_refiner(world, outlooks)
    world.markets_asked += outlooks.solved


def refiner_plans(world: TradeWorld) -> bool:
    """Whether the dominant refiner moves in this round: a great power plans by the quarter."""
    return (world.round - world.decisions_open) % world.clock.quarter_rounds == 0


def _ore_holders_move(world: TradeWorld, shared: SharedSetting) -> None:
    """Governments with ore whose yearly review is due decide on taxes, quotas and bans on its export."""
    holders = holders_due(world)
    if holders:
        outlooks = outlooks_of(world, True, shared)
        move_ore_holders(world, outlooks, holders)
        world.markets_asked += outlooks.solved


def outlooks_of(world: TradeWorld, with_later: bool, shared: SharedSetting | None = None) -> Outlooks:
    """Answers on the state after the moves so far; those bound are the members, those who have signed, and
    the leader. ``shared``: what earlier moves of the round worked out.
    """
    politics = world.state.politics
    bound = (politics.rung == FLOOR) | ((politics.due_rung == FLOOR) & (politics.due_round >= 0))
    bound[world.leader] = True
    weight, shared = world.base.evidence.final_use_weight, shared or SharedSetting(world)
    return Outlooks(
        shared.setting(with_later),
        bound,
        politics.floor_in_force,
        weight,
        world.dominant,
        world.leader,
        presence_of(world.base.axes),
        _call_up(world),
        shared.status_quo(bound),
    )


def _call_up(world: TradeWorld) -> Callable[[Outcome, Sequence[After]], Sequence[Mapping[str, Array]]]:
    """What industry orders because of controls: for an episode, a price war, or the years that governments
    plan.
    """
    p, plans = world.parameters, cache(partial(CallUp.of, world))

    def quarters(control: Control, lasts: bool) -> float:
        episode = p.predation_quarters if control.tax_share < 0.0 else p.control_episode_quarters
        return 4.0 * p.planning_years if lasts else episode

    def call_up(before: Outcome, controls: Sequence[After]) -> Sequence[Mapping[str, Array]]:
        asked = [Asked(control, after, quarters(control, lasts)) for control, lasts, after in controls]
        return plans(before).capacity_t(asked)

    return call_up


def presence_of(axes: Axes) -> tuple[Mask, Mask]:
    """Who sells and who buys, each (stage, mineral, country)."""
    sells, buys = np.zeros((2, len(STAGES), len(axes.minerals), len(axes.countries)), dtype=bool)
    for stage in range(len(STAGES)):
        for present, positions in ((sells, axes.sellers(stage)), (buys, axes.buyers(stage))):
            mineral, column = np.nonzero(positions >= 0)
            present[stage, mineral, positions[mineral, column]] = True
    return sells, buys


def trade(world: TradeWorld, shared: SharedSetting | None = None) -> Cleared:
    """Borders and market: wedges on lanes, then prices and flows at every stage."""
    return clear_round(world, (shared or SharedSetting(world)).setting(with_later=False))


def close_accounts(world: TradeWorld, cleared: Cleared) -> None:
    """Settle public stocks and check that the accounts of countries add up to the world's."""
    settle_reserve(world, cleared)
    traded, metal = cleared.priced.market.stages[REFINED], cleared.clearing.stages[REFINED]
    settle_states(world.state_stocks, world.base.axes, world.happenings, traded, metal)
    total = cleared.accounts.usd.sum(axis=(1, 2))
    turnover = np.abs(cleared.accounts.usd).sum(axis=(1, 2))
    gap = np.abs(total - cleared.accounts.world_usd) / np.maximum(turnover, 1.0)
    if not gap.max() <= 1e-8:
        mineral = world.base.axes.minerals[int(gap.argmax())]
        raise ArithmeticError(
            f"round {world.round}: accounts of {mineral} do not add up to the world total "
            f"(relative gap {gap.max():.1e})"
        )
    world.state.clearing = cleared.clearing
    world.state.prices = cleared.clearing.prices()
