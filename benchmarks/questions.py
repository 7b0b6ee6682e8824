"""Questions of a round answered together, against full solves one by one, and what an answer is made of."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.machine import quickest
from benchmarks.random_questions import posed, random_question
from benchmarks.tables import Table
from world import counterfactual
from world.conditions import conditions_of
from world.counterfactual import Case, solve_cases
from world.market.compiled import newton
from world.market.solver import clear_market
from world.market_round import make_setting
from world.model import TradeWorld
from world.questions import rows as asked_rows
from world.questions.setting import Setting
from world.round import happen
from world.scenario import load_scenario

ROUNDS, QUESTIONS, TIMES = 10, 192, 5
STEPS: tuple[tuple[str, ModuleType, str], ...] = (
    ("offers and lanes", counterfactual, "ask_rows"),
    ("of them borders and licences as they stand", asked_rows, "split_setting"),
    ("of them lanes under controls that are asked about", asked_rows, "list_borders"),
    ("search for prices, all of it", counterfactual, "clear_listed"),
    ("compiled loops of the search", newton, "_solve_rows"),
    ("accounts", counterfactual, "accounts_over"),
)


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


def parts() -> Table:
    """Milliseconds a question by what they are spent on, the quickest of several times."""
    setting, cases = eve(), questions()
    solve_cases(setting, cases)
    rounds = []
    for _ in range(TIMES):
        with _timed() as spent:
            began = time.process_time()
            solve_cases(setting, cases)
            spent["all"] = time.process_time() - began
        rounds.append(spent)
    best = min(rounds, key=lambda spent: spent["all"])
    rows = [(step, best[step]) for step in (*(name for name, _, _ in STEPS), "all")]
    return Table(
        "What an answer is made of, milliseconds a question",
        ("part", "ms", "share"),
        [(step, f"{1e3 * taken / len(cases):.2f}", f"{taken / best['all']:.0%}") for step, taken in rows],
        ["The questions of the table above, together. The compiled loops are part of the search."],
    )


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Within, the steps of an answer add the processor seconds that they take."""
    spent: dict[str, float] = defaultdict(float)
    before = [(module, name, getattr(module, name)) for _, module, name in STEPS]

    def timed(step: str, action: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            began = time.process_time()
            try:
                return action(*arguments)
            finally:
                spent[step] += time.process_time() - began

        return run

    for (step, _, _), (module, name, action) in zip(STEPS, before, strict=True):
        setattr(module, name, timed(step, action))
    try:
        yield spent
    finally:
        for module, name, action in before:
            setattr(module, name, action)
