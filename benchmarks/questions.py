"""Questions of a round answered together, against full solves one by one."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks.machine import quickest
from benchmarks.random_questions import posed, random_question
from benchmarks.tables import Table
from world.conditions import conditions_of
from world.counterfactual import Case, solve_cases
from world.market.solver import clear_market
from world.market_round import make_setting
from world.model import TradeWorld
from world.round import happen
from world.scenario import load_scenario
from world.setting import Setting

ROUNDS, QUESTIONS = 10, 192


@cache
def eve() -> Setting:
    """The eve of the eleventh quarter of the default scenario, all minerals: nobody has moved yet."""
    world = TradeWorld(load_scenario("zone_floor"), rng=1)
    while world.round < ROUNDS:
        world.step()
    happen(world)
    return make_setting(world, world.happenings, conditions_of(world), with_later=True)


@cache
def questions(count: int = QUESTIONS) -> list[Case]:
    """Random questions on that eve."""
    rng = np.random.default_rng(5)
    return [random_question(rng, eve()) for _ in range(count)]


def table() -> Table:
    """Milliseconds a question by every way to answer it."""
    setting, cases = eve(), questions()
    markets = [posed(setting, [case])[0][1] for case in cases]
    batched = quickest(lambda: solve_cases(setting, cases))
    alone = quickest(lambda: [solve_cases(setting, [case]) for case in cases])
    cold = quickest(lambda: [clear_market(market) for market in markets])
    ways = {
        "together, from the round's prices, with accounts": batched,
        "one by one, from the round's prices, with accounts": alone,
        "one by one, full solves from a cold start, no accounts": cold,
    }
    return Table(
        "What-if markets, milliseconds each",
        ("way", "ms", "ratio"),
        [(way, f"{1e3 * taken / len(cases):.2f}", f"{taken / batched:.1f}") for way, taken in ways.items()],
        [
            f"{len(cases)} random questions (members, floor, a control, today or later) on all minerals, in "
            f"quarter {ROUNDS + 1} of zone_floor. Answers are the same: tests/world/test_counterfactual.py. "
            "Most of a cold start of three stages is the search for where to begin."
        ],
    )
